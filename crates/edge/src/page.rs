//! The page at `/`, and the description of the API.

use crate::configuration::{Configuration, Key};
use crate::http::Response;
use crate::prelude::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

static PAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/index.html.deflate"));

static OPENAPI: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.deflate"));

/// What the build script compressed.
fn inflated(compressed: &[u8]) -> String {
    let bytes = miniz_oxide::inflate::decompress_to_vec(compressed).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The page. Its policy names its own script and style by their digests, so nothing else runs in it,
/// and it asks no other host but for the audio.
pub(crate) fn page<T>(configuration: &Configuration) -> Response<T> {
    let key = match configuration.key {
        Key::Caller => "caller",
        Key::Outside => "outside",
    };
    let ledger = if configuration.ledger { "yes" } else { "no" };
    let body = inflated(PAGE)
        .replacen("{{key}}", key, 1)
        .replacen("{{ledger}}", ledger, 1);
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; \
         media-src https: http:; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        digest(&body, "script"),
        digest(&body, "style"),
    );
    Response::new(200, "text/html; charset=utf-8", body)
        .with("content-security-policy", policy)
        .with("referrer-policy", "no-referrer")
        .with("cache-control", "no-cache")
}

/// The digest of the one element of this name, as a policy names it.
fn digest(page: &str, element: &str) -> String {
    let (start, end) = (format!("<{element}>"), format!("</{element}>"));
    let inner = page
        .split_once(&start)
        .and_then(|(_, rest)| rest.split_once(&end))
        .map_or("", |(inner, _)| inner);
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inner)))
}

/// The description of the API.
pub(crate) fn openapi<T>() -> Response<T> {
    Response::new(200, "application/json", inflated(OPENAPI)).with("cache-control", "no-cache")
}
