//! Compiled code, kept so that the next start compiles nothing.
//!
//! A file for each component and engine, mapped into memory as it is: a start takes a fraction of a
//! millisecond.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::folders::create_private;

/// The folder with compiled code, and how often it served. What is in the folder is run: it is
/// this user's alone.
#[derive(Debug)]
pub(crate) struct Compiled {
    folder: Option<PathBuf>,
    hits: AtomicUsize,
    misses: AtomicUsize,
}

impl Compiled {
    /// Code in this folder, or none that is kept.
    pub(crate) fn new(folder: Option<&Path>) -> io::Result<Self> {
        if let Some(folder) = folder {
            create_private(folder)?;
        }
        Ok(Self {
            folder: folder.map(Path::to_owned),
            hits: AtomicUsize::new(0),
            misses: AtomicUsize::new(0),
        })
    }

    /// The component of these bytes: from the folder, else compiled and kept there.
    pub(crate) fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let Some(folder) = &self.folder else {
            return Component::from_binary(engine, bytes);
        };
        let file = folder.join(name(engine, bytes));
        // Missing, of another version, or damaged: it is made anew.
        if let Ok(component) = mapped(engine, &file) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(component);
        }
        let component = Component::from_binary(engine, bytes)?;
        self.misses.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = keep(folder, &file, &component.serialize()?) {
            tracing::warn!(%error, "compiled code was not kept");
        }
        Ok(component)
    }

    /// How often compiled code was found, and how often it was not.
    pub(crate) fn statistics(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.hits), count(&self.misses))
    }
}

/// What a component and everything that its code depends on are called.
fn name(engine: &Engine, bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let engine = hasher.finish();
    format!("{:x}-{engine:016x}.cwasm", Sha256::digest(bytes))
}

/// Whole or not at all: another process may be starting.
fn keep(folder: &Path, file: &Path, code: &[u8]) -> io::Result<()> {
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(code)?;
    // A file that lost its content in a power cut could still be mapped and run.
    temporary.as_file().sync_all()?;
    temporary.persist(file)?;
    Ok(())
}

#[allow(unsafe_code, reason = "nothing can check machine code")]
fn mapped(engine: &Engine, file: &Path) -> wasmtime::Result<Component> {
    // SAFETY: only this user can write to the folder, and whoever can is able to run any code as
    // this user anyway. Files in it are replaced, never written to.
    unsafe { Component::deserialize_file(engine, file) }
}

/// The same component in another engine of the same settings for code.
#[allow(unsafe_code, reason = "nothing can check machine code")]
pub(crate) fn again(engine: &Engine, component: &Component) -> wasmtime::Result<Component> {
    let code = component.serialize()?;
    // SAFETY: the bytes have just come out of `serialize`.
    unsafe { Component::deserialize(engine, code) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::PLUGIN;

    fn compiled(folder: &Path) -> Compiled {
        Compiled::new(Some(folder)).unwrap()
    }

    #[test]
    fn damaged_code_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let file = folder.path().join(name(&engine, PLUGIN));
        std::fs::write(&file, b"not code").unwrap();
        let first = compiled(folder.path());
        first.component(&engine, PLUGIN).unwrap();
        assert_eq!(first.statistics(), (0, 1));
        let second = compiled(folder.path());
        second.component(&engine, PLUGIN).unwrap();
        assert_eq!(second.statistics(), (1, 0));
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_costs_only_the_compiling() {
        let folder = tempfile::tempdir().unwrap();
        let gone = compiled(&folder.path().join("gone"));
        std::fs::remove_dir(folder.path().join("gone")).unwrap();
        gone.component(&Engine::default(), PLUGIN).unwrap();
        assert_eq!(gone.statistics(), (0, 1));
    }
}
