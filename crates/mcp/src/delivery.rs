//! The folder for the audio: tried before anything is spent, and filled afterwards.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use ima_host::types::Media;
use ima_host::{AudioFormat, DownloadError, Error, Runtime, file_name};
use tokio::task::spawn_blocking;

use crate::output::AudioFile;

/// What is written to find out whether the folder takes data at all.
const SAMPLE: [u8; 4096] = [0; 4096];

/// Tries the folder, which is created if it is missing.
pub(crate) async fn try_folder(folder: &Path) -> io::Result<()> {
    let folder = folder.to_path_buf();
    let tried = spawn_blocking(move || {
        if !folder.is_absolute() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        fs::create_dir_all(&folder)?;
        let mut sample = tempfile::Builder::new()
            .prefix(".ima-")
            .tempfile_in(&folder)?;
        sample.write_all(&SAMPLE)?;
        sample.as_file().sync_all()
    });
    tried
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// A media that is not on this machine.
pub(crate) fn unsaved(media: &Media) -> AudioFile {
    AudioFile {
        path: None,
        url: media.url.clone(),
        sha256: None,
        mime: None,
        duration: media.duration.clone(),
    }
}

/// Fetches a media into the folder; `index` counts from 0. What is there already is not replaced: the
/// same audio is found, anything else gets another name beside it.
pub(crate) async fn save(
    runtime: &Runtime,
    folder: &Path,
    media: &Media,
    task_id: &str,
    index: usize,
) -> Result<AudioFile, Error> {
    let download = runtime.download(&media.url, folder).await?;
    let (format, sha256) = (download.format(), download.sha256().to_owned());
    let base = format!("ima-{task_id}");
    let mut number = index;
    let path = loop {
        let path: PathBuf = folder.join(file_name(&base, number, format));
        if fs::symlink_metadata(&path).is_err() || download.is_at(&path).await {
            break path;
        }
        // Far from the numbers of the other media of the task.
        number = number.saturating_add(100);
    };
    match download.keep(&path, false).await {
        // It is the same, or else it came into being just now and stays.
        Ok(()) | Err(DownloadError::Exists(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(AudioFile {
        path: Some(path),
        url: media.url.clone(),
        sha256: Some(sha256),
        mime: Some(mime(format).to_owned()),
        duration: media.duration.clone(),
    })
}

/// The media type of a format.
const fn mime(format: AudioFormat) -> &'static str {
    match format {
        AudioFormat::Wav => "audio/wav",
        AudioFormat::Mp3 => "audio/mpeg",
        AudioFormat::Ogg => "audio/ogg",
        AudioFormat::Flac => "audio/flac",
        AudioFormat::M4a => "audio/mp4",
        AudioFormat::Aac => "audio/aac",
        AudioFormat::WebM => "audio/webm",
        AudioFormat::Amr => "audio/amr",
        AudioFormat::Aiff => "audio/aiff",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_is_made_and_tried_and_nothing_is_left_in_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("new/audio");
        try_folder(&folder).await.unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        assert!(try_folder(Path::new("relative")).await.is_err());
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(try_folder(&file.join("below")).await.is_err());
    }
}
