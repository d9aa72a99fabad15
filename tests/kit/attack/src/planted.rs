//! Things planted in a folder where a program is about to write, and what must survive them.

use std::fs;
use std::path::{Path, PathBuf};

/// What lies under a name that a program wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// A symbolic link to a file of the user's.
    Link,
    /// A second name of a file of the user's.
    SecondName,
    /// A symbolic link to nothing: who follows it creates a file elsewhere.
    LinkToNothing,
    /// A symbolic link to itself.
    Loop,
    /// A pipe: who opens it waits for ever.
    Pipe,
    /// A folder.
    Folder,
    /// A file that can't be written.
    ReadOnly,
    /// A link to a device that never ends.
    Device,
}

impl Trap {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Link,
        Self::SecondName,
        Self::LinkToNothing,
        Self::Loop,
        Self::Pipe,
        Self::Folder,
        Self::ReadOnly,
        Self::Device,
    ];
}

/// Files of the user's outside the folder, and what they must still hold.
#[derive(Debug)]
pub struct Treasure {
    folder: tempfile::TempDir,
}

const SECRET: &str = "\"the first line looks like a tag\"\nthe second is nobody's business\n";

impl Treasure {
    /// Puts a file of secrets in a folder of its own.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret"), SECRET).unwrap();
        Self { folder }
    }

    fn secret(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// Sets a trap under a name.
    #[cfg(unix)]
    pub fn plant(&self, at: &Path, trap: Trap) {
        use std::os::unix::fs::{PermissionsExt, symlink};
        match trap {
            Trap::Link => symlink(self.secret(), at).unwrap(),
            Trap::SecondName => fs::hard_link(self.secret(), at).unwrap(),
            Trap::LinkToNothing => symlink(self.folder.path().join("created"), at).unwrap(),
            Trap::Loop => symlink(at.file_name().unwrap(), at).unwrap(),
            Trap::Pipe => {
                let made = std::process::Command::new("mkfifo").arg(at).status();
                assert!(made.unwrap().success());
            }
            Trap::Folder => fs::create_dir(at).unwrap(),
            Trap::ReadOnly => {
                fs::write(at, "read-only").unwrap();
                fs::set_permissions(at, fs::Permissions::from_mode(0o400)).unwrap();
            }
            Trap::Device => symlink("/dev/zero", at).unwrap(),
        }
    }

    /// What was done to it, if anything.
    pub fn damage(&self) -> Option<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let names: Vec<_> = names.map(|it| it.unwrap().file_name()).collect();
        if names != ["secret"] {
            return Some(format!("a link was followed: {names:?}"));
        }
        match fs::read(self.secret()) {
            Ok(bytes) if bytes == SECRET.as_bytes() => None,
            found => Some(format!("a file of the user's was changed: {found:?}")),
        }
    }

    /// Whether bytes carry something of it.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        let line = SECRET.lines().next().unwrap().as_bytes();
        bytes.windows(line.len()).any(|window| window == line)
    }
}

impl Default for Treasure {
    fn default() -> Self {
        Self::new()
    }
}
