//! The configuration in the component's own data, where `ima_components::edge` writes it.

#![allow(
    unsafe_code,
    reason = "the file may have been changed after it was compiled"
)]

use super::{MARKER, SIZE};
use crate::prelude::*;

/// The marker, then JSON, then spaces.
#[used]
static CONFIGURATION: [u8; SIZE] = unconfigured();

const fn unconfigured() -> [u8; SIZE] {
    let (marker, json) = (MARKER.as_bytes(), b"{}");
    let mut bytes = [b' '; SIZE];
    let mut at = 0;
    while at < marker.len() + json.len() {
        #[allow(clippy::indexing_slicing, reason = "at compile time")]
        {
            bytes[at] = if at < marker.len() {
                marker[at]
            } else {
                json[at - marker.len()]
            };
        }
        at += 1;
    }
    bytes
}

/// The configuration as JSON.
#[must_use]
pub fn json() -> Vec<u8> {
    let place = &raw const CONFIGURATION;
    // SAFETY: `place` points to a static of this type. Reading it as volatile keeps the compiler from
    // assuming the bytes that it compiled.
    let bytes = unsafe { place.read_volatile() };
    bytes.get(MARKER.len()..).unwrap_or_default().to_vec()
}
