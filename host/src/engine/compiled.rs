//! Compiled code, kept so that the next start compiles nothing.
//!
//! A file for each component and engine, mapped into memory as it is: a start takes a fraction of a
//! millisecond. What nobody has used for a month is removed when new code is written.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::files::create_private;

/// How long code is kept that nobody uses: that of other versions.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What the name of an unfinished file begins with.
const UNFINISHED: &str = ".ima-";

/// The folder with compiled code, and how often it served. What is in the folder is run: it is
/// this user's alone.
#[derive(Debug)]
pub(crate) struct Compiled {
    folder: Option<PathBuf>,
    hits: AtomicUsize,
    misses: AtomicUsize,
}

impl Compiled {
    /// Code in this folder, or none that is kept: without a folder that is this user's alone,
    /// every start compiles.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        let usable = |folder: &&Path| match create_private(folder).and_then(|()| own(folder)) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "compiled code is not kept");
                false
            }
        };
        Self {
            folder: folder.filter(usable).map(Path::to_owned),
            hits: AtomicUsize::new(0),
            misses: AtomicUsize::new(0),
        }
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
            // Where this fails, the file is made anew in a month.
            let _ = File::open(&file).and_then(|file| file.set_modified(SystemTime::now()));
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

/// Refuses a folder that others can put code into.
fn own(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(folder)?;
        let ours = metadata.uid() == rustix::process::geteuid().as_raw();
        if !ours || metadata.mode() & 0o022 != 0 {
            let reason = "others can write to the folder of compiled code";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// What a component and everything that its code depends on are called.
fn name(engine: &Engine, bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let engine = hasher.finish();
    format!("{:x}-{engine:016x}.cwasm", Sha256::digest(bytes))
}

/// Whether a file of this name is one of ours: that of `name`, or one that was never finished.
fn is_ours(name: &str) -> bool {
    let hex = |text: &str, length| {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.len() == length && text.bytes().all(digit)
    };
    name.strip_suffix(".cwasm").is_some_and(|stem| {
        let parts = stem.split_once('-');
        stem.starts_with(UNFINISHED)
            || parts.is_some_and(|(code, engine)| hex(code, 64) && hex(engine, 16))
    })
}

/// Removes what nobody has used for long. A process that has it mapped keeps it until it ends; one
/// that was about to use it compiles anew.
fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(is_ours);
        let old = entry.metadata().is_ok_and(|metadata| {
            let modified = metadata.modified().ok();
            let age = modified.and_then(|modified| modified.elapsed().ok());
            metadata.is_file() && age.is_some_and(|age| age > KEPT)
        });
        if ours && old {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whole or not at all: another process may be starting.
fn keep(folder: &Path, file: &Path, code: &[u8]) -> io::Result<()> {
    clear(folder);
    let mut temporary = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .suffix(".cwasm")
        .tempfile_in(folder)?;
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
    use ima_components::PLUGIN;

    fn compiled(folder: &Path) -> Compiled {
        Compiled::new(Some(folder))
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
    fn code_that_nobody_used_for_a_month_is_removed_when_new_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, other) = (Engine::default(), engine_of_its_own());
        let used = folder.path().join(name(&engine, PLUGIN));
        let in_use = compiled(folder.path()).component(&engine, PLUGIN).unwrap();

        let code = "c0".repeat(32);
        let ours = |name: &str| folder.path().join(name.replace("CODE", &code));
        let gone = [
            ours("CODE-0123456789abcdef.cwasm"),
            ours(".ima-a1b2c3.cwasm"),
        ];
        let young = ours("CODE-00000000000000ff.cwasm");
        let foreign = [
            ours("CODE.cwasm"),
            ours("CODE-0123456789ABCDEF.cwasm"),
            ours("CODE-0123456789abcdef.cwasm.bak"),
            ours("notes.cwasm"),
            ours("wasmtime"),
        ];
        for path in gone.iter().chain(&foreign).chain([&young]) {
            fs::write(path, "").unwrap();
        }
        let a_folder = ours("CODE-fedcba9876543210.cwasm");
        fs::create_dir(&a_folder).unwrap();
        let month = SystemTime::now() - KEPT - Duration::from_secs(60);
        for path in gone.iter().chain(&foreign).chain([&used, &a_folder]) {
            File::open(path).unwrap().set_modified(month).unwrap();
        }

        // A use of the old file is what keeps it.
        compiled(folder.path()).component(&engine, PLUGIN).unwrap();
        compiled(folder.path()).component(&other, PLUGIN).unwrap();
        assert!(gone.iter().all(|path| !path.exists()));
        assert!(foreign.iter().all(|path| path.exists()));
        assert!(used.exists() && young.exists() && a_folder.exists());

        // Without one it goes, and whoever has it mapped does not notice.
        File::open(&used).unwrap().set_modified(month).unwrap();
        fs::remove_file(folder.path().join(name(&other, PLUGIN))).unwrap();
        compiled(folder.path()).component(&other, PLUGIN).unwrap();
        assert!(!used.exists());
        assert!(!in_use.serialize().unwrap().is_empty());
    }

    /// Code for it is not that for another engine.
    fn engine_of_its_own() -> Engine {
        let mut config = wasmtime::Config::new();
        config.epoch_interruption(true);
        Engine::new(&config).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn code_that_others_could_have_put_there_is_not_run() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        compiled(folder.path()).component(&engine, PLUGIN).unwrap();
        for (mode, hits) in [(0o770, 0), (0o777, 0), (0o755, 1)] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
            let compiled = compiled(folder.path());
            compiled.component(&engine, PLUGIN).unwrap();
            assert_eq!(compiled.statistics().0, hits, "{mode:o}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_costs_only_the_compiling() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let below = compiled(&file.path().join("cache"));
        below.component(&Engine::default(), PLUGIN).unwrap();
        assert_eq!(below.statistics(), (0, 0));
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
