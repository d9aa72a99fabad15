//! Fetches the audio of a task: judged by its address, its size and its first bytes.

mod format;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::{StatusCode, Uri};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::time::timeout;
use url::Url;

pub use format::AudioFormat;

use crate::egress::{Wire, file_request, is_public};
use crate::error::Error;
use crate::origin::literal;
use crate::runtime::Runtime;

/// Why audio was not fetched or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The address is not one that audio may come from: not https, with a user name or password,
    /// or in a private network.
    #[error("audio is not fetched from this address")]
    Address,
    /// The server could not be reached, or the answer broke off.
    #[error("the audio could not be fetched")]
    Network,
    /// The server answered with something else, for example a redirect.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// It is larger than [`Limits::download_size`](crate::Limits::download_size).
    #[error("the audio is larger than {0} bytes")]
    TooLarge(u64),
    /// It took longer than [`Limits::download`](crate::Limits::download).
    #[error("fetching the audio took too long")]
    TooSlow,
    /// The content is no audio that is known here.
    #[error("what was fetched is not audio")]
    NotAudio,
    /// The target exists and was not to be replaced.
    #[error("{} exists", .0.display())]
    Exists(PathBuf),
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Audio that was fetched and is not kept yet. Dropping it removes it.
#[derive(Debug)]
pub struct Download {
    file: NamedTempFile,
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

    /// The SHA-256 of its content, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Keeps it as `path`, which must be in the folder it was fetched into. Either the whole file
    /// is there afterwards or nothing is.
    ///
    /// # Errors
    ///
    /// [`DownloadError::Exists`] where the file exists and `replace` is false.
    pub fn keep(self, path: &Path, replace: bool) -> Result<(), DownloadError> {
        let result = if replace {
            self.file.persist(path)
        } else {
            self.file.persist_noclobber(path)
        };
        match result {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(DownloadError::Exists(path.to_path_buf()));
            }
            Err(error) => {
                return Err(DownloadError::File {
                    path: path.to_path_buf(),
                    source: error.error,
                });
            }
        }
        sync_folder(path).map_err(|source| DownloadError::File {
            path: path.to_path_buf(),
            source,
        })
    }
}

/// Makes a new name durable. Only Unix has a way to.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

impl Runtime {
    /// Fetches the audio at `url` into a temporary file in `folder`. Never sends the API key,
    /// follows no redirect, reaches no private address.
    ///
    /// # Errors
    ///
    /// [`Error::Download`] with the reason. Nothing is left behind.
    pub async fn download(&self, url: &str, folder: &Path) -> Result<Download, Error> {
        let wire = &self.shared.wire;
        let uri = judge(wire, url)?;
        let fetch = fetch(wire, uri, folder);
        timeout(self.shared.limits.download, fetch)
            .await
            .map_err(|_| DownloadError::TooSlow)?
            .map_err(Error::from)
    }
}

/// Whether audio may be fetched from `url`: https from a public host, or the configured origin
/// where that is this machine.
fn judge(wire: &Wire, url: &str) -> Result<Uri, DownloadError> {
    let url = Url::parse(url).map_err(|_| DownloadError::Address)?;
    let anonymous = url.username().is_empty() && url.password().is_none();
    let local = wire.origin().is_loopback() && wire.origin().covers(&url);
    let public = url.scheme() == "https"
        && literal(&url).is_none_or(|address: IpAddr| is_public(address))
        && url.host_str().is_some_and(|host| host != "localhost");
    if !anonymous || !(local || public) {
        return Err(DownloadError::Address);
    }
    url.as_str().parse().map_err(|_| DownloadError::Address)
}

async fn fetch(wire: &Wire, uri: Uri, folder: &Path) -> Result<Download, DownloadError> {
    let limits = wire.limits();
    let limit = limits.download_size;
    let response = wire
        .send(
            file_request(uri),
            limits.connect_timeout,
            limits.first_byte_timeout,
        )
        .await
        .map_err(|_| DownloadError::Network)?;
    if response.status() != StatusCode::OK {
        return Err(DownloadError::Status(response.status().as_u16()));
    }
    let failed = |source| DownloadError::File {
        path: folder.to_path_buf(),
        source,
    };
    let mut sink = Sink::new(folder).map_err(failed)?;
    let mut body = response.into_body();
    while let Some(frame) = next_frame(&mut body, limits.between_bytes_timeout).await? {
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if sink.size + data.len() as u64 > limit {
            return Err(DownloadError::TooLarge(limit));
        }
        sink.write(&data).map_err(failed)?;
        if sink.prefix.len() == AudioFormat::PREFIX && AudioFormat::detect(&sink.prefix).is_none() {
            return Err(DownloadError::NotAudio);
        }
    }
    let format = AudioFormat::detect(&sink.prefix).ok_or(DownloadError::NotAudio)?;
    sink.file.as_file().sync_all().map_err(failed)?;
    let sha256 = sink
        .hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Download {
        file: sink.file,
        format,
        size: sink.size,
        sha256,
    })
}

async fn next_frame(
    body: &mut hyper::body::Incoming,
    between: Duration,
) -> Result<Option<hyper::body::Frame<bytes::Bytes>>, DownloadError> {
    match timeout(between, body.frame()).await {
        Err(_) | Ok(Some(Err(_))) => Err(DownloadError::Network),
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
    }
}

struct Sink {
    file: NamedTempFile,
    hash: Sha256,
    size: u64,
    prefix: Vec<u8>,
}

impl Sink {
    fn new(folder: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".ima-").suffix(".part");
        // Audio is no secret: the file is as readable as any other that the user creates.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(Self {
            file: builder.tempfile_in(folder)?,
            hash: Sha256::new(),
            size: 0,
            prefix: Vec::with_capacity(AudioFormat::PREFIX),
        })
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        let missing = AudioFormat::PREFIX.saturating_sub(self.prefix.len());
        self.prefix.extend(data.iter().take(missing));
        self.hash.update(data);
        self.size += data.len() as u64;
        self.file.write_all(data)
    }
}
