//! A short memory of the requests that were refused.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::{Method, Uri};

use crate::credential::Key;

/// A request that a component tried and that never left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRequest {
    /// Its method.
    pub method: String,
    /// Its host and port as the component gave them.
    pub authority: String,
    /// Its path, without the query.
    pub path: String,
}

/// The last refused requests of a runtime.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<VecDeque<RefusedRequest>>);

impl Refusals {
    const KEPT: usize = 64;
    const TEXT: usize = 256;

    /// What it records holds no trace of the key.
    pub(crate) fn record(&self, method: &Method, uri: &Uri, key: Option<&Key>) {
        let short = |text: &str| {
            let clean = key.and_then(|key| key.patterns().replaced(text.as_bytes(), b"[redacted]"));
            let clean = clean.map(|clean| String::from_utf8_lossy(&clean).into_owned());
            let text = clean.as_deref().unwrap_or(text);
            text.chars().take(Self::TEXT).collect::<String>()
        };
        let refused = RefusedRequest {
            method: short(method.as_str()),
            authority: short(uri.authority().map_or("", |authority| authority.as_str())),
            path: short(uri.path()),
        };
        tracing::warn!(
            method = refused.method,
            authority = refused.authority,
            "refused a request"
        );
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == Self::KEPT {
            kept.pop_front();
        }
        kept.push_back(refused);
    }

    pub(crate) fn list(&self) -> Vec<RefusedRequest> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}
