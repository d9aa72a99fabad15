//! What a server says that a file is.

use http::{HeaderMap, header};

use super::DownloadError;

/// Refuses what a server calls a page or data of a program: HTML, JSON or XML. Under any other name
/// audio may come: servers say `application/force-download`, `video/mp4` or nothing at all.
pub(super) fn check(headers: &HeaderMap) -> Result<(), DownloadError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let value = value.to_str().unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let subtype = essence.split('/').next_back().unwrap_or_default();
    let kind = subtype.rsplit('+').next().unwrap_or_default();
    match matches!(kind, "html" | "json" | "xml") {
        true => Err(DownloadError::ContentType(format!("a file of type {kind}"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(content_type: &str) -> bool {
        let value = content_type.parse().unwrap();
        check(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)])).is_err()
    }

    #[test]
    fn pages_and_data_are_refused_by_their_type() {
        for page in [
            "text/html; charset=utf-8",
            "application/xhtml+xml",
            "application/json",
            "application/problem+json",
            "TEXT/XML",
            "image/svg+xml",
        ] {
            assert!(refused(page), "{page}");
        }
        for other in [
            "audio/mpeg",
            "application/octet-stream",
            "application/force-download",
            "video/mp4",
            "text/plain",
            "",
            "audio",
        ] {
            assert!(!refused(other), "{other}");
        }
    }
}
