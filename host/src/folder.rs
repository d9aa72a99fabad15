//! A folder that is held open, and hidden files beside a user's: whatever takes the folder's path later,
//! files are made, found and renamed in this one.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use crate::files::is_missing_there;

/// How often a name by chance is tried.
const TRIES: u32 = 16;

/// A folder that is held open. Names in it are single ones, without separators: none leads out of it, and
/// no link is followed.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: Arc<Dir>,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder that exists.
    ///
    /// # Errors
    ///
    /// If there is none, or it can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let named = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        Ok(Self {
            dir: Arc::new(Dir::open_ambient_dir(named, ambient_authority())?),
            path: named.to_path_buf(),
        })
    }

    /// The path that it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a hidden file beside a user's for this process, or creates it. `readable` says whether others
    /// may read a new one, as far as the user lets them read new files at all.
    ///
    /// None if something else has its name: a link, a folder, a pipe, a file that is another user's or has
    /// a second name. What a planted name leads to is neither read nor written, and never waited for.
    ///
    /// # Errors
    ///
    /// If the file can't be opened or created.
    pub fn hidden(&self, name: &OsStr, readable: bool) -> io::Result<Option<File>> {
        let mut options = writing(readable);
        let file = match self.dir.open_with(name, options.create(true)) {
            Ok(file) => file.into_std(),
            Err(error) => {
                return match self.is_file(name) {
                    Ok(false) => Ok(None),
                    _ => Err(error),
                };
            }
        };
        Ok(is_own(&file)?.then_some(file))
    }

    /// Whether a name is that of a file, and of no link to one.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if nothing has the name.
    pub fn is_file(&self, name: &OsStr) -> io::Result<bool> {
        Ok(self.dir.symlink_metadata(name)?.is_file())
    }

    /// Creates a file, readable as any other that the user creates.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] if anything has the name.
    pub fn create(&self, name: &OsStr) -> io::Result<File> {
        let mut options = writing(true);
        let file = self.dir.open_with(name, options.create_new(true))?;
        Ok(file.into_std())
    }

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// If it isn't there, or can't be removed.
    pub fn remove(&self, name: &OsStr) -> io::Result<()> {
        self.dir.remove_file(name)
    }

    /// Creates a file under a name that nobody expects. It is removed with the result.
    ///
    /// # Errors
    ///
    /// If files can't be created here.
    pub fn scratch(&self) -> io::Result<HiddenFile> {
        let mut error = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..TRIES {
            let mut bits = [0; 8];
            getrandom::fill(&mut bits).map_err(io::Error::other)?;
            let mut name = String::from(".ima-");
            for byte in bits {
                let _ = write!(name, "{byte:02x}");
            }
            name.push_str(".part");
            match self.create(name.as_ref()) {
                Ok(file) => return Ok(HiddenFile::new(self.clone(), name, file)),
                Err(taken) => error = taken,
            }
            if error.kind() != io::ErrorKind::AlreadyExists {
                break;
            }
        }
        Err(error)
    }

    /// Whether a name leads to this file, and not by a link: another process may have renamed it between
    /// the opening and the locking.
    #[cfg(unix)]
    pub(crate) fn leads_to(&self, name: &OsStr, file: &File) -> bool {
        use cap_std::fs::MetadataExt as _;
        use std::os::unix::fs::MetadataExt as _;
        let (Ok(opened), Ok(there)) = (file.metadata(), self.dir.symlink_metadata(name)) else {
            return false;
        };
        (opened.dev(), opened.ino()) == (there.dev(), there.ino()) && opened.nlink() == 1
    }

    #[cfg(not(unix))]
    pub(crate) fn leads_to(&self, _: &OsStr, _: &File) -> bool {
        true
    }

    /// Opens a file to read, not by a link.
    fn read(&self, name: &OsStr) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let options = options.read(true).follow(FollowSymlinks::No);
        Ok(self.dir.open_with(name, options)?.into_std())
    }

    /// Whether a file has the same content as another one, to the byte.
    pub(crate) fn holds(&self, name: &OsStr, mut content: File) -> io::Result<bool> {
        if !self.is_file(name)? {
            return Ok(false);
        }
        let there = self.read(name)?;
        if there.metadata()?.len() != content.metadata()?.len() {
            return Ok(false);
        }
        content.seek(SeekFrom::Start(0))?;
        let mut one = BufReader::new(content).bytes();
        let mut other = BufReader::new(there).bytes();
        loop {
            match (one.next().transpose()?, other.next().transpose()?) {
                (None, None) => return Ok(true),
                (left, right) if left != right => return Ok(false),
                _ => {}
            }
        }
    }

    /// Makes new names durable. Only Unix has a way to.
    pub(crate) fn sync(&self) -> io::Result<()> {
        if cfg!(unix) {
            self.dir.open(".")?.sync_all()?;
        }
        Ok(())
    }

    /// Renames a file. A file that has the new name is replaced, or that is an error.
    fn rename(&self, from: &OsStr, to: &OsStr, replace: bool) -> io::Result<()> {
        if replace {
            return self.dir.rename(from, &self.dir, to);
        }
        match self.rename_at_once(from, to) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => {}
        }
        match self.dir.hard_link(from, &self.dir, to) {
            Ok(()) => self.remove(from),
            Err(error) if is_missing_there(&error) => self.place(from, to),
            Err(error) => Err(error),
        }
    }

    /// Renames a file where the file system knows no links: the name is taken first, and then replaced.
    fn place(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.create(to)?;
        self.dir.rename(from, &self.dir, to).inspect_err(|_| {
            let _ = self.remove(to);
        })
    }

    /// Renames a file unless the new name is taken, where the system and the file system know how.
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    fn rename_at_once(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        use rustix::fs::{RenameFlags, renameat_with};
        let dir = self.dir.as_ref();
        Ok(renameat_with(dir, from, dir, to, RenameFlags::NOREPLACE)?)
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    fn rename_at_once(&self, _: &OsStr, _: &OsStr) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// How files of this process are opened: no link is followed, and no pipe waited for.
fn writing(readable: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).follow(FollowSymlinks::No);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        let nonblock = rustix::fs::OFlags::NONBLOCK.bits();
        options
            .mode(if readable { 0o666 } else { 0o600 })
            .custom_flags(nonblock.cast_signed());
    }
    #[cfg(not(unix))]
    let _ = readable;
    options
}

/// Whether it is a file of this user with a single name.
#[cfg(unix)]
fn is_own(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let there = file.metadata()?;
    let own = there.uid() == rustix::process::geteuid().as_raw();
    Ok(there.is_file() && there.nlink() == 1 && own)
}

#[cfg(not(unix))]
fn is_own(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.is_file())
}

/// A hidden file in a folder. It is removed with this value, unless it is to stay or was renamed.
#[derive(Debug)]
pub struct HiddenFile {
    folder: Folder,
    name: PathBuf,
    file: File,
    stays: bool,
}

impl HiddenFile {
    pub(crate) fn new(folder: Folder, name: impl Into<PathBuf>, file: File) -> Self {
        Self {
            folder,
            name: name.into(),
            file,
            stays: false,
        }
    }

    /// The file itself.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The folder it is in.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Where it was made.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }

    /// Whether it stays when this value goes.
    pub(crate) fn stay(&mut self, stays: bool) {
        self.stays = stays;
    }

    /// Gives it its name for good.
    ///
    /// # Errors
    ///
    /// If the name is taken and `replace` is false, or files can't be renamed here.
    pub fn keep(mut self, name: &OsStr, replace: bool) -> io::Result<()> {
        self.folder.rename(self.name.as_os_str(), name, replace)?;
        self.stays = true;
        Ok(())
    }

    /// The file itself once more.
    pub(crate) fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

impl Drop for HiddenFile {
    fn drop(&mut self) {
        if !self.stays {
            let _ = self.folder.remove(self.name.as_os_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder() -> (tempfile::TempDir, Folder) {
        let there = tempfile::tempdir().unwrap();
        let folder = Folder::open(there.path()).unwrap();
        (there, folder)
    }

    #[test]
    fn a_scratch_file_goes_unless_it_is_kept() {
        let (there, folder) = folder();
        drop(folder.scratch().unwrap());
        assert!(fs::read_dir(there.path()).unwrap().next().is_none());
        folder.scratch().unwrap().keep("a".as_ref(), false).unwrap();
        folder.sync().unwrap();
        let taken = folder.scratch().unwrap().keep("a".as_ref(), false);
        assert_eq!(taken.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        folder.scratch().unwrap().keep("a".as_ref(), true).unwrap();
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    }

    #[test]
    fn without_links_a_file_is_kept_all_the_same_and_nothing_is_replaced() {
        let (there, folder) = folder();
        let place = || {
            let mut file = folder.scratch()?;
            file.stay(true);
            let placed = folder.place(file.name.as_os_str(), "a".as_ref());
            placed.inspect_err(|_| file.stay(false))
        };
        place().unwrap();
        assert_eq!(place().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let (there, folder) = folder();
        fs::create_dir(there.path().join("inner")).unwrap();
        let inner = Folder::open(&folder.path().join("inner")).unwrap();
        assert!(inner.create("../out".as_ref()).is_err());
        assert!(inner.hidden("../out".as_ref(), true).is_err());
        assert!(
            inner
                .scratch()
                .unwrap()
                .keep("../out".as_ref(), true)
                .is_err()
        );
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_empty_path_is_this_folder() {
        assert_eq!(Folder::open(Path::new("")).unwrap().path(), Path::new("."));
    }
}
