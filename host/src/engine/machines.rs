//! The compiled component of world `machine`, and instances of it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::{fmt, thread};

use ima_components::MACHINE;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

use super::compiled::Compiled;
use super::epoch::Ticker;
use super::meter::Meter;
use super::release::Release;
use super::slots;
use crate::bindings::{Machine, MachinePre};
use crate::error::{EngineError, Error};
use crate::limits::Limits;

/// Where the component comes from.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum ComponentSource {
    /// The one that comes with this library.
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

/// The bytes of a component, checked to be one.
pub(crate) fn component_bytes(source: &ComponentSource) -> Result<Cow<'_, [u8]>, Error> {
    let bytes = match source {
        ComponentSource::Embedded => Cow::Borrowed(MACHINE),
        ComponentSource::Bytes(bytes) => Cow::Borrowed(bytes.as_slice()),
        ComponentSource::File(path) => {
            Cow::Owned(std::fs::read(path).map_err(|source| Error::ComponentFile {
                path: path.clone(),
                source,
            })?)
        }
    };
    // The preamble of a component, as opposed to a core module.
    if !bytes.starts_with(b"\0asm\x0d\0\x01\0") {
        return Err(Error::NotAComponent);
    }
    within(&bytes)?;
    Ok(bytes)
}

/// The largest component that is compiled, in bytes: thirty times the one that comes with this library.
const MOST_BYTES: u64 = 16 << 20;

/// The most functions that are compiled, in all of a component's modules together.
const MOST_FUNCTIONS: u64 = 50_000;

/// Refuses a component that takes too much to compile, before anything of it is.
fn within(component: &[u8]) -> Result<(), Error> {
    let too_large = |what, found, most| Error::ComponentTooLarge { what, found, most };
    let bytes = component.len() as u64;
    if bytes > MOST_BYTES {
        return Err(too_large("bytes", bytes, MOST_BYTES));
    }
    let mut functions = 0_u64;
    for part in wasmparser::Parser::new(0).parse_all(component) {
        if let wasmparser::Payload::FunctionSection(section) =
            part.map_err(|_| Error::NotAComponent)?
        {
            functions = functions.saturating_add(section.count().into());
        }
    }
    match functions > MOST_FUNCTIONS {
        true => Err(too_large("functions", functions, MOST_FUNCTIONS)),
        false => Ok(()),
    }
}

/// How many instances are made on demand before slots are reserved for more.
pub(super) const FEW: usize = 256;

/// Bytes that one call may hand out of the sandbox. A continuation of the largest request has less.
const HANDED_OUT: usize = 16 << 20;

/// The compiled component, ready to be instantiated.
pub(crate) struct MachineEngine {
    pre: MachinePre<Meter>,
    /// The same in an engine with slots, once many instances have been made.
    slots: Arc<OnceLock<MachinePre<Meter>>>,
    made: AtomicUsize,
    compiled: Compiled,
    limits: Arc<Limits>,
    ticker: Arc<Ticker>,
    release: Arc<Release>,
}

/// An instance in its store.
pub(crate) struct Instance {
    pub(crate) store: Store<Meter>,
    pub(crate) machine: Machine,
}

impl MachineEngine {
    /// Compiles `bytes`, or takes the compiled form out of `cache_folder`. The component must not
    /// import anything.
    pub(crate) fn new(
        bytes: &[u8],
        limits: &Arc<Limits>,
        cache_folder: Option<&Path>,
    ) -> Result<Self, Error> {
        let failed = |error| Error::Engine(EngineError::new(error));
        let compiled = Compiled::new(cache_folder);
        let engine = Engine::new(&config(limits)).map_err(failed)?;
        let component = compiled.component(&engine, bytes).map_err(failed)?;
        let imports: Vec<_> = component
            .component_type()
            .imports(&engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        if !imports.is_empty() {
            return Err(Error::UnknownImports(imports));
        }
        let pre = Linker::new(&engine)
            .instantiate_pre(&component)
            .and_then(MachinePre::new)
            .map_err(|error| Error::WrongWorld(EngineError::new(error)))?;
        let ticker = Ticker::start().map_err(|error| failed(error.into()))?;
        ticker.add(&engine);
        Ok(Self {
            pre,
            slots: Arc::default(),
            made: AtomicUsize::new(0),
            compiled,
            limits: Arc::clone(limits),
            ticker,
            release: Arc::default(),
        })
    }

    pub(crate) fn ticker(&self) -> &Arc<Ticker> {
        &self.ticker
    }

    /// What becomes of instances that are not needed any more.
    pub(crate) fn release(&self) -> &Arc<Release> {
        &self.release
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A fresh instance in a store of its own. Its start functions have the time of one call.
    pub(crate) async fn instantiate(&self) -> wasmtime::Result<Instance> {
        if self.made.fetch_add(1, Ordering::Relaxed) + 1 == FEW {
            self.reserve();
        }
        let pre = match self.slots.get() {
            Some(slots) if slots::has_room(slots.engine()) => slots,
            _ => &self.pre,
        };
        self.release.over().await;
        let meter = Meter::new(&self.limits).beside(&self.release);
        let mut store = Store::new(pre.engine(), meter);
        store.limiter_async(|meter| meter);
        store.set_hostcall_fuel(HANDED_OUT);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| context.data_mut().tick());
        let _running = self.ticker.running();
        let machine = pre.instantiate_async(&mut store).await?;
        Ok(Instance { store, machine })
    }

    /// Reserves slots on a thread of its own: nobody waits for it. If that fails, instances go on
    /// being made on demand.
    fn reserve(&self) {
        let (config, limits) = (config(&self.limits), Arc::clone(&self.limits));
        let component = self.pre.instance_pre().component().clone();
        let (ticker, place) = (Arc::clone(&self.ticker), Arc::clone(&self.slots));
        let reserve = move || match with_slots(config, &limits, &component) {
            Ok(pre) => {
                ticker.add(pre.engine());
                // Only this thread sets it.
                drop(place.set(pre));
            }
            Err(error) => tracing::info!(%error, "no slots for instances"),
        };
        let spawned = thread::Builder::new()
            .name("ima-slots".to_owned())
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
    config.async_stack_size(limits.stack.saturating_add(512 << 10));
    config
}

/// The component in an engine with slots.
fn with_slots(
    config: Config,
    limits: &Limits,
    component: &Component,
) -> wasmtime::Result<MachinePre<Meter>> {
    let (engine, component) = slots::engine(config, limits, component)?;
    MachinePre::new(Linker::new(&engine).instantiate_pre(&component)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(bytes: &[u8]) -> Result<MachineEngine, Error> {
        MachineEngine::new(bytes, &Arc::default(), None)
    }

    #[test]
    fn other_bytes_are_no_component() {
        for bytes in [&b"#!/bin/sh"[..], b"\0asm\x01\0\0\0", b""] {
            let source = ComponentSource::Bytes(bytes.to_vec());
            assert!(matches!(
                component_bytes(&source),
                Err(Error::NotAComponent)
            ));
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let source = ComponentSource::File("/no/such/file.wasm".into());
        let error = component_bytes(&source).unwrap_err();
        assert!(error.to_string().contains("/no/such/file.wasm"));
    }

    #[test]
    fn a_component_that_imports_anything_is_refused() {
        // A component that imports an empty instance under each of these names.
        let names = ["wasi:io/poll@0.2.0", "secrets"];
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
        let Err(error) = engine(&bytes) else {
            panic!("it was accepted")
        };
        assert!(matches!(error, Error::UnknownImports(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            "The component imports what it is not offered: wasi:io/poll@0.2.0, secrets."
        );
    }

    #[test]
    fn a_component_without_the_world_is_refused() {
        let refused = engine(b"\0asm\x0d\0\x01\0");
        assert!(matches!(refused, Err(Error::WrongWorld(_))));
    }
}
