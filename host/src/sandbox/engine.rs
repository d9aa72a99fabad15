//! The engines of a runtime: configuration, compiled component, linked imports, epoch ticker.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::{fmt, io, thread};

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

use super::compiled::Compiled;
use super::meter::TICK;
use super::{State, pool};
use crate::bindings::{Plugin, PluginPre};
use crate::clock;
use crate::error::Error;
use crate::limits::Limits;

/// Where the component comes from.
#[derive(Clone, Default)]
pub enum ComponentSource {
    /// The one that is built into this library.
    #[default]
    Embedded,
    /// The bytes of a component.
    Bytes(Vec<u8>),
    /// A file with a component.
    File(PathBuf),
}

impl fmt::Debug for ComponentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("Embedded"),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

pub(crate) use ima_components::{MACHINE, PLUGIN};

/// The bytes of a component, checked to be one; `embedded` is the one that is built in.
pub(crate) fn component_bytes<'a>(
    source: &'a ComponentSource,
    embedded: &'static [u8],
) -> Result<Cow<'a, [u8]>, Error> {
    let bytes = match source {
        ComponentSource::Embedded => Cow::Borrowed(embedded),
        ComponentSource::Bytes(bytes) => Cow::Borrowed(bytes.as_slice()),
        ComponentSource::File(path) => {
            Cow::Owned(std::fs::read(path).map_err(|source| Error::ComponentFile {
                path: path.clone(),
                source,
            })?)
        }
    };
    // The preamble of a component, as opposed to a core module.
    if bytes.starts_with(b"\0asm\x0d\0\x01\0") {
        Ok(bytes)
    } else {
        Err(Error::NotAComponent)
    }
}

/// How many instances are made on demand before slots are reserved for more.
pub(super) const FEW: usize = 256;

/// A compiled component with its imports linked, ready to be instantiated.
pub(crate) struct Sandbox {
    pre: PluginPre<State>,
    /// The same in an engine with slots, once many instances have been made.
    pooled: Arc<OnceLock<PluginPre<State>>>,
    made: AtomicUsize,
    compiled: Compiled,
    limits: Limits,
    clock: clock::Clock,
}

impl Sandbox {
    /// Compiles `bytes`, or takes the compiled form out of `cache_folder`.
    pub(crate) fn new(
        bytes: &[u8],
        limits: &Limits,
        cache_folder: Option<&Path>,
        clock: &clock::Clock,
    ) -> Result<Self, Error> {
        let compiled = Compiled::new(cache_folder);
        let engine = Engine::new(&config(limits)).map_err(Error::Engine)?;
        let component = compiled.component(&engine, bytes).map_err(Error::Engine)?;
        let unknown: Vec<_> = component
            .component_type()
            .imports(&engine)
            .map(|(name, _)| name.to_owned())
            .filter(|name| !is_linked(name))
            .collect();
        if !unknown.is_empty() {
            return Err(Error::UnknownImports(unknown));
        }
        let pre = linker(&engine, clock)
            .map_err(Error::Engine)?
            .instantiate_pre(&component)
            .and_then(PluginPre::new)
            .map_err(Error::WrongWorld)?;
        start_ticker(&engine).map_err(|error| Error::Engine(error.into()))?;
        Ok(Self {
            pre,
            pooled: Arc::default(),
            made: AtomicUsize::new(0),
            compiled,
            limits: limits.clone(),
            clock: clock.clone(),
        })
    }

    /// The engine that the component was compiled by.
    pub(crate) fn engine(&self) -> &Engine {
        self.pre.engine()
    }

    /// Another component in the same engine, and from the same folder where it is there.
    pub(crate) fn compiled(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        self.compiled.component(self.engine(), bytes)
    }

    /// A fresh instance in a store of its own.
    pub(crate) async fn instantiate(
        &self,
        state: State,
    ) -> wasmtime::Result<(Store<State>, Plugin)> {
        if self.made.fetch_add(1, Ordering::Relaxed) + 1 == FEW {
            self.reserve();
        }
        let pre = match self.pooled.get() {
            Some(pooled) if pool::has_room(pooled.engine()) => pooled,
            _ => &self.pre,
        };
        let mut store = Store::new(pre.engine(), state);
        store.limiter(|state| &mut state.meter);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| context.data_mut().meter.tick());
        let plugin = pre.instantiate_async(&mut store).await?;
        Ok((store, plugin))
    }

    /// Reserves slots on a thread of its own: nobody waits for it. Where that fails, instances go
    /// on being made on demand.
    fn reserve(&self) {
        let (config, limits) = (config(&self.limits), self.limits.clone());
        let component = self.pre.instance_pre().component().clone();
        let (clock, place) = (self.clock.clone(), Arc::clone(&self.pooled));
        let reserve = move || {
            match pooled(config, &limits, &component, &clock) {
                // Only this thread sets it.
                Ok(pre) => drop(place.set(pre)),
                Err(error) => tracing::info!(%error, "no slots for instances"),
            }
        };
        let spawned = thread::Builder::new()
            .name("ima-pool".to_owned())
            .spawn(reserve);
        if let Err(error) = spawned {
            tracing::info!(%error, "no slots for instances");
        }
    }

    /// How often compiled code was found in the cache and how often it was not.
    pub(crate) fn cache_statistics(&self) -> (usize, usize) {
        self.compiled.statistics()
    }
}

fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.max_wasm_stack(limits.stack);
    // Host calls run on the same stack, above what the component may use.
    config.async_stack_size(limits.stack.saturating_add(1536 << 10));
    config
}

/// What a component may import.
fn linker(engine: &Engine, clock: &clock::Clock) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    if !clock.is_real() {
        clock::shadow(&mut linker)?;
    }
    Ok(linker)
}

/// The component in an engine with slots.
fn pooled(
    config: Config,
    limits: &Limits,
    component: &Component,
    clock: &clock::Clock,
) -> wasmtime::Result<PluginPre<State>> {
    let (engine, component) = pool::engine(config, limits, component)?;
    let pre = PluginPre::new(linker(&engine, clock)?.instantiate_pre(&component)?)?;
    start_ticker(&engine)?;
    Ok(pre)
}

/// Advances the epoch for as long as anyone uses the engine.
fn start_ticker(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new()
        .name("ima-epoch".to_owned())
        .spawn(tick)
        .map(drop)
}

/// Whether an import is one of the WASI 0.2 interfaces that are linked.
fn is_linked(import: &str) -> bool {
    const LINKED: [&str; 7] = [
        "cli",
        "clocks",
        "filesystem",
        "http",
        "io",
        "random",
        "sockets",
    ];
    let parts = import.split_once('@').and_then(|(name, version)| {
        let (package, interface) = name.strip_prefix("wasi:")?.split_once('/')?;
        Some((package, interface, version))
    });
    parts.is_some_and(|(package, interface, version)| {
        LINKED.contains(&package)
            && version.starts_with("0.2.")
            && (package != "http" || matches!(interface, "types" | "outgoing-handler"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_standard_wasi_is_linked() {
        for name in [
            "wasi:http/outgoing-handler@0.2.4",
            "wasi:io/poll@0.2.0",
            "wasi:cli/stderr@0.2.6",
        ] {
            assert!(is_linked(name), "{name}");
        }
        for name in [
            "wasi:http/incoming-handler@0.2.4",
            "wasi:keyvalue/store@0.2.0",
            "wasi:http/types@0.3.0",
            "ima:studio/types@0.1.0",
            "env",
        ] {
            assert!(!is_linked(name), "{name}");
        }
    }

    #[test]
    fn other_bytes_are_no_component() {
        for bytes in [&b"#!/bin/sh"[..], b"\0asm\x01\0\0\0", b""] {
            let source = ComponentSource::Bytes(bytes.to_vec());
            assert!(matches!(
                component_bytes(&source, PLUGIN),
                Err(Error::NotAComponent)
            ));
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let source = ComponentSource::File("/no/such/file.wasm".into());
        let error = component_bytes(&source, PLUGIN).unwrap_err();
        assert!(error.to_string().contains("/no/such/file.wasm"));
    }

    #[test]
    fn imports_that_are_not_offered_are_named() {
        // A component that imports an empty instance under each of these names.
        let names = ["wasi:keyvalue/store@0.2.0", "wasi:io/poll@0.2.0", "secrets"];
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        bytes.extend([7, 3, 1, 0x42, 0]);
        let mut imports = vec![u8::try_from(names.len()).unwrap()];
        for name in names {
            imports.extend([0, u8::try_from(name.len()).unwrap()]);
            imports.extend(name.bytes());
            imports.extend([5, 0]);
        }
        bytes.extend([10, u8::try_from(imports.len()).unwrap()]);
        bytes.extend(imports);
        let result = Sandbox::new(&bytes, &Limits::default(), None, &clock::Clock::system());
        let Err(error) = result else {
            panic!("it was accepted")
        };
        assert!(matches!(error, Error::UnknownImports(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            "the component imports what it is not offered: wasi:keyvalue/store@0.2.0, secrets"
        );
    }

    #[test]
    fn a_component_without_the_world_is_refused() {
        let empty = b"\0asm\x0d\0\x01\0";
        let result = Sandbox::new(empty, &Limits::default(), None, &clock::Clock::system());
        assert!(matches!(result, Err(Error::WrongWorld(_))));
    }
}
