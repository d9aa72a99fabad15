//! Fetches the audio of a task: judged by its address, its size, its type and its first bytes.

mod content_type;
mod fetch;
mod format;
mod mpeg;
mod name;
mod partial;
#[cfg(test)]
mod tests;
mod whole;

use std::ffi::OsStr;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http::Uri;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;

pub use format::AudioFormat;
pub use mpeg::MpegFrame;
pub use name::file_name;

use crate::egress::{ServiceClient, is_public};
use crate::error::Error;
use crate::folder::{Folder, HiddenFile};
use crate::origin::literal;
use crate::runtime::Runtime;

/// Why audio was not fetched or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The address is not one that audio may come from: not https, with a user name or password,
    /// or in a private network.
    #[error("Audio is not fetched from this address.")]
    Address,
    /// The server could not be reached, or the answer broke off.
    #[error("The audio could not be fetched.")]
    Network,
    /// The server led from one address to the next too often.
    #[error("The address of the audio leads on and on.")]
    Redirects,
    /// The server answered with something else. 403, 404 and 410 are tried for about a minute, as a file
    /// may be there only a while after its address.
    #[error("The server of the audio answered with status {0}.")]
    Status(u16),
    /// The audio ends before its container does, or is not as long as the server said.
    #[error("The audio is cut off.")]
    Incomplete,
    /// It is larger than [`Limits::download_size`](crate::Limits::download_size).
    #[error("The audio is larger than {0} bytes.")]
    TooLarge(u64),
    /// It took longer than [`Limits::download`](crate::Limits::download).
    #[error("Fetching the audio took too long.")]
    TooSlow,
    /// The server calls the content HTML, JSON or XML.
    #[error("The server sent {0} in place of audio.")]
    ContentType(String),
    /// The content is empty, or HTML, JSON or XML. Of anything else it is assumed that it is audio.
    #[error("What was fetched is not audio.")]
    NotAudio,
    /// The target exists and was not to be replaced.
    #[error("{} exists already.", .0.display())]
    Exists(PathBuf),
    /// A file could not be written.
    #[error("{} can't be written: {source}.", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DownloadError {
    /// Whether another try may bring the audio.
    fn is_passing(&self) -> bool {
        let passing = matches!(
            self,
            Self::Network | Self::Incomplete | Self::Status(408 | 425 | 429 | 500..=599)
        );
        passing || self.is_not_yet()
    }

    /// Whether the audio is not at its address, perhaps not yet, or not any more. The service may know
    /// another one: a resumed task brings it.
    pub fn is_not_yet(&self) -> bool {
        matches!(self, Self::Status(403 | 404 | 410))
    }
}

/// Audio that was fetched and is not kept yet. Dropping it removes it.
#[derive(Debug)]
pub struct Download {
    file: HiddenFile,
    format: AudioFormat,
    size: u64,
    sha256: String,
}

impl Download {
    /// What its first bytes say.
    pub fn format(&self) -> AudioFormat {
        self.format
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 of its whole content, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Keeps it under the name that ends `path`, in the folder it was fetched into: that one is held open,
    /// whatever has taken its path meanwhile. Either the whole file is there afterwards or nothing is.
    ///
    /// # Errors
    ///
    /// [`DownloadError::Exists`] where the file exists and `replace` is false.
    pub async fn keep(self, path: &Path, replace: bool) -> Result<(), DownloadError> {
        let target = path.to_path_buf();
        let kept = spawn_blocking(move || self.keep_as(&target, replace)).await;
        let kept = kept.unwrap_or_else(|error| Err(io::Error::other(error)));
        kept.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => DownloadError::Exists(path.to_path_buf()),
            _ => DownloadError::File {
                path: path.to_path_buf(),
                source,
            },
        })
    }

    /// Whether the file with the name that ends `path` holds the same audio, in the folder it was fetched
    /// into.
    pub async fn is_at(&self, path: &Path) -> bool {
        let (folder, own) = (self.file.folder().clone(), self.file.share());
        let path = path.to_path_buf();
        let same = spawn_blocking(move || folder.holds(name(&path)?, own?)).await;
        same.is_ok_and(|same| same.unwrap_or(false))
    }

    fn keep_as(self, path: &Path, replace: bool) -> io::Result<()> {
        let folder = self.file.folder().clone();
        self.file.keep(name(path)?, replace)?;
        // The audio is there. Some file systems can't be told to make its name last.
        if let Err(error) = folder.sync() {
            tracing::info!(%error, "a folder was not synced");
        }
        Ok(())
    }
}

fn name(path: &Path) -> io::Result<&OsStr> {
    let nameless = || io::Error::from(io::ErrorKind::InvalidFilename);
    path.file_name().ok_or_else(nameless)
}

impl Runtime {
    /// Fetches the audio at `url` into a hidden file in `folder`. Never sends the API key and reaches no
    /// private address. Redirects are followed, five at most, each under the same rules. An `http`
    /// address is tried as `https`.
    ///
    /// An answer that breaks off is continued where it stopped, several times, as long as the
    /// server says (by `ETag` or `Last-Modified`) that the file is still the same; a file that
    /// changed is fetched anew. Where such a download fails in the end, or the process dies, what
    /// there is of it stays in `folder` (`.ima-….part`), and the next call for the same address
    /// goes on with it.
    ///
    /// # Errors
    ///
    /// [`Error::Download`] with the reason. Unless it can be continued, nothing is left behind. The
    /// audio stays where it is, so a later call may bring it.
    pub async fn download(&self, url: &str, folder: &Path) -> Result<Download, Error> {
        let opened = Folder::open(folder).map_err(|source| DownloadError::File {
            path: folder.to_path_buf(),
            source,
        })?;
        self.download_into(url, &opened).await
    }

    /// [`download`](Self::download) into a folder that is held open, as one is that was checked before
    /// anything was spent.
    ///
    /// # Errors
    ///
    /// As for [`download`](Self::download).
    pub async fn download_into(&self, url: &str, folder: &Folder) -> Result<Download, Error> {
        let client = self.client();
        let uri = judge(client, url)?;
        // Waiting for a connection is no part of its time.
        let _permit = client.download_permit(&uri).await;
        let fetch = fetch::fetch(client, self.clock(), uri, folder);
        let result = timeout(self.limits().download, fetch)
            .await
            .unwrap_or(Err(DownloadError::TooSlow));
        match &result {
            Ok(download) => tracing::info!(bytes = download.size, "audio was fetched"),
            Err(error) => tracing::warn!(%error, "audio was not fetched"),
        }
        Ok(result?)
    }
}

/// Whether audio may be fetched from `url`: https from a public host, or the configured origin
/// where that is this machine.
fn judge(client: &ServiceClient, url: &str) -> Result<Uri, DownloadError> {
    let mut url = Url::parse(url).map_err(|_| DownloadError::Address)?;
    let anonymous = url.username().is_empty() && url.password().is_none();
    let local = client.origin().is_loopback() && client.origin().covers(&url);
    if !local && url.scheme() == "http" {
        url.set_scheme("https")
            .map_err(|()| DownloadError::Address)?;
    }
    let public = url.scheme() == "https"
        && literal(&url).is_none_or(|address: IpAddr| is_public(address))
        && url.host_str().is_some_and(|host| host != "localhost");
    if !anonymous || !(local || public) {
        return Err(DownloadError::Address);
    }
    url.as_str().parse().map_err(|_| DownloadError::Address)
}
