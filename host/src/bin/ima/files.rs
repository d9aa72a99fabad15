//! Where the audio goes on disk.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ima_host::types::{Language, Media};
use ima_host::{Error, Runtime};

use crate::args::Delivery;
use crate::report::SavedFile;
use crate::text::{self, Advice};

/// Checks a target before anything is spent: its folder is there, and nothing would be replaced.
/// The audio of several jobs needs a folder.
///
/// The second file is looked at as well, because music comes in two.
pub(crate) fn check(delivery: &Delivery, several: bool, language: Language) -> Result<(), Advice> {
    let Some(out) = delivery.out.as_deref().filter(|out| !out.is_dir()) else {
        return Ok(());
    };
    let folder = if several { out } else { folder_of(out) };
    if !folder.is_dir() {
        return Err(text::no_folder(language, folder));
    }
    for path in [out.to_path_buf(), numbered(out, 1)] {
        if path.is_dir() || (path.exists() && !delivery.force) {
            return Err(text::exists(language, &path));
        }
    }
    Ok(())
}

/// Fetches the media of a task, in order.
pub(crate) async fn save(
    runtime: &Runtime,
    medias: &[Media],
    task_id: &str,
    delivery: &Delivery,
) -> Vec<Result<SavedFile, Error>> {
    let mut results = Vec::with_capacity(medias.len());
    for (index, media) in medias.iter().enumerate() {
        results.push(save_one(runtime, &media.url, task_id, index, delivery).await);
    }
    results
}

async fn save_one(
    runtime: &Runtime,
    url: &str,
    task_id: &str,
    index: usize,
    delivery: &Delivery,
) -> Result<SavedFile, Error> {
    let (folder, name) = match delivery.out.as_deref() {
        None => (Path::new("."), None),
        Some(out) if out.is_dir() => (out, None),
        Some(out) => (folder_of(out), Some(out)),
    };
    let download = runtime.download(url, folder).await?;
    let path = match name {
        Some(name) => numbered(name, index),
        None => {
            let name = format!("ima-{}.{}", plain(task_id), download.format().extension());
            let path = if folder == Path::new(".") {
                PathBuf::from(name)
            } else {
                folder.join(name)
            };
            numbered(&path, index)
        }
    };
    let sha256 = download.sha256().to_owned();
    download.keep(&path, delivery.force).await?;
    Ok(SavedFile { path, sha256 })
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The first file has the name as it is, the second `-2` before the extension, and so on.
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_path_buf();
    }
    let mut name = path.file_stem().map_or_else(OsString::new, OsString::from);
    name.push(format!("-{}", index + 1));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// A task id as part of a file name: it comes from outside and must not lead anywhere else.
fn plain(task_id: &str) -> String {
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    task_id.chars().filter(allowed).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(out: &Path, force: bool) -> Delivery {
        Delivery {
            out: Some(out.to_path_buf()),
            force,
            ..Delivery::default()
        }
    }

    fn accepts(delivery: &Delivery) -> bool {
        check(delivery, false, Language::En).is_ok()
    }

    #[test]
    fn further_files_are_numbered_before_the_extension() {
        assert_eq!(
            numbered(Path::new("a/song.mp3"), 0),
            Path::new("a/song.mp3")
        );
        assert_eq!(
            numbered(Path::new("a/song.mp3"), 1),
            Path::new("a/song-2.mp3")
        );
        assert_eq!(numbered(Path::new("song"), 2), Path::new("song-3"));
    }

    #[test]
    fn a_task_id_leads_nowhere_else() {
        assert_eq!(plain("../../etc/passwd"), "etcpasswd");
        assert_eq!(plain("task_01-a"), "task_01-a");
    }

    #[test]
    fn an_existing_target_is_refused_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("song.mp3");
        assert!(accepts(&to(&out, false)));
        std::fs::write(folder.path().join("song-2.mp3"), "").unwrap();
        assert!(!accepts(&to(&out, false)));
        assert!(accepts(&to(&out, true)));
        assert!(!accepts(&to(&folder.path().join("no/song.mp3"), true)));
    }

    #[test]
    fn several_jobs_need_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let several = |out: &Path| check(&to(out, false), true, Language::En).is_ok();
        assert!(several(folder.path()) && accepts(&to(folder.path(), false)));
        assert!(!several(&folder.path().join("song.mp3")));
    }
}
