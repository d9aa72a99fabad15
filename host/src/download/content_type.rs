//! What a server says that a file is.

use http::{HeaderMap, header};

use super::{AudioFormat, DownloadError};

/// The longest type that is named in an error.
const LONGEST: usize = 80;

/// A declared type under which audio may come: `audio/*`, plain bytes, MPEG-4 for what is in such a
/// container, or none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    Any,
    Mpeg4,
}

impl Declared {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, DownloadError> {
        let Some(value) = headers.get(header::CONTENT_TYPE) else {
            return Ok(Self::Any);
        };
        let value = value.to_str().unwrap_or_default();
        let essence = value.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        match essence.as_str() {
            "" | "application/octet-stream" | "binary/octet-stream" => Ok(Self::Any),
            "video/mp4" => Ok(Self::Mpeg4),
            audio if audio.starts_with("audio/") => Ok(Self::Any),
            other => Err(refused(other)),
        }
    }

    /// Holds the first bytes of a file, as far as they are there, against the type.
    pub(super) fn check(self, prefix: &[u8]) -> Result<(), DownloadError> {
        match (self, AudioFormat::detect(prefix)) {
            (Self::Any, _) | (Self::Mpeg4, Some(AudioFormat::M4a) | None) => Ok(()),
            (Self::Mpeg4, Some(_)) => Err(refused("video/mp4")),
        }
    }
}

/// The server's words are repeated only where they can be a type.
fn refused(essence: &str) -> DownloadError {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-._".contains(&byte);
    let is_type = essence.len() <= LONGEST && essence.contains('/') && essence.bytes().all(plain);
    let named = if is_type { essence } else { "something" };
    DownloadError::ContentType(named.to_owned())
}
