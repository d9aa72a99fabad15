//! What was asked of the service: every request but those of the control interface.

use axum::body::Bytes;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

/// The parts of the service that faults and records tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/open/v1/product/list`
    ProductList,
    /// `/open/v1/tasks/create`
    Create,
    /// `/open/v1/tasks/detail`
    Detail,
    /// `/audio/…`
    Audio,
    /// Any other path.
    Other,
}

impl Endpoint {
    /// The endpoint of a path without its query.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/open/v1/product/list" => Self::ProductList,
            "/open/v1/tasks/create" => Self::Create,
            "/open/v1/tasks/detail" => Self::Detail,
            _ if path.starts_with("/audio/") => Self::Audio,
            _ => Self::Other,
        }
    }
}

/// One request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestRecord {
    /// The part of the service that was asked.
    pub endpoint: Endpoint,
    /// The method, for example `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names (in lower case) and values in the order of arrival, the value of `authorization`
    /// included.
    pub headers: Vec<(String, String)>,
    /// The body, with what is not UTF-8 replaced.
    pub body: String,
    /// The TCP connection it came over; the first one accepted is 1.
    pub connection: u64,
}

impl RequestRecord {
    /// Takes down a request that was read in full.
    pub(crate) fn new(parts: &Parts, body: &Bytes, connection: u64) -> Self {
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), value.into_owned())
            })
            .collect();
        Self {
            endpoint: Endpoint::of(parts.uri.path()),
            method: parts.method.to_string(),
            path: parts
                .uri
                .path_and_query()
                .map_or_else(|| parts.uri.to_string(), ToString::to_string),
            headers,
            body: String::from_utf8_lossy(body).into_owned(),
            connection,
        }
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }
}
