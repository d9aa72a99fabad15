//! What the operator sets. It stands in the component's file itself, so that no request can change it
//! and no host has to know about it.

#[cfg(target_arch = "wasm32")]
pub mod embedded;

use crate::prelude::*;
use ima_wire::origin::{self, Origin};
use serde::Deserialize;

/// What the configuration begins with in the file.
pub const MARKER: &str = "ima-edge-configuration:";

/// How many bytes the configuration takes, its marker and the spaces behind it included.
pub const SIZE: usize = 1024;

/// Whose key pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    /// The caller's: every request that pays or asks brings one, and it goes to the service alone.
    #[default]
    Caller,
    /// The operator's, which the host adds to what leaves the sandbox.
    Outside,
}

/// The configuration of the component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Where the service is.
    pub origin: Origin,
    /// Whose key pays.
    pub key: Key,
    /// What tokens are signed with. Without it they are only protected from damage.
    pub secret: Option<[u8; 32]>,
    /// The most that one request may spend, in points.
    pub max_points: Option<u32>,
    /// Whether the host has a ledger that answers a repeated create request with its task.
    pub ledger: bool,
    /// Whether pages of other origins may use the API.
    pub cors: bool,
}

/// Why the configuration in the file can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// It is no JSON object with the known members.
    #[error("the configuration can't be read: {0}")]
    Unreadable(String),
    /// The origin is none.
    #[error(transparent)]
    Origin(#[from] origin::OriginError),
    /// The secret is not 32 bytes in hexadecimal digits.
    #[error("the secret is not 64 hexadecimal digits")]
    Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    origin: Option<String>,
    #[serde(default)]
    key: Key,
    secret: Option<String>,
    max_points: Option<u32>,
    #[serde(default)]
    ledger: bool,
    cors: Option<bool>,
}

impl Configuration {
    /// Reads a configuration: JSON, with spaces around it or not.
    ///
    /// # Errors
    ///
    /// A configuration that is not understood to the last member is not used at all.
    pub fn read(json: &[u8]) -> Result<Self, ConfigurationError> {
        let members: Members = serde_json::from_slice(json)
            .map_err(|error| ConfigurationError::Unreadable(error.to_string()))?;
        let secret = members.secret.map(|text| secret(&text)).transpose()?;
        let origin = members.origin.as_deref().unwrap_or(origin::DEFAULT);
        Ok(Self {
            origin: origin.parse()?,
            key: members.key,
            secret,
            max_points: members.max_points,
            ledger: members.ledger,
            // Where the key is the operator's, a page elsewhere could spend it.
            cors: members.cors.unwrap_or(members.key == Key::Caller),
        })
    }
}

fn secret(text: &str) -> Result<[u8; 32], ConfigurationError> {
    let mut secret = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != secret.len() {
        return Err(ConfigurationError::Secret);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for (byte, [high, low]) in secret.iter_mut().zip(pairs) {
        let (high, low) = digit(*high)
            .zip(digit(*low))
            .ok_or(ConfigurationError::Secret)?;
        *byte = u8::try_from(high * 16 + low).map_err(|_| ConfigurationError::Secret)?;
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_it_is_the_service_and_the_callers_key() {
        let read = Configuration::read(b"{}   ").unwrap();
        assert_eq!(read.origin.to_string(), origin::DEFAULT);
        assert_eq!(
            (read.key, read.secret, read.max_points),
            (Key::Caller, None, None)
        );
        assert!(read.cors && !read.ledger);
    }

    #[test]
    fn every_member_is_read_and_pages_elsewhere_do_not_spend_the_operators_key() {
        let secret = "0f".repeat(32);
        let json = format!(
            r#"{{"origin":"http://127.0.0.1:9","key":"outside","secret":"{secret}","max_points":50,"ledger":true}}"#
        );
        let read = Configuration::read(json.as_bytes()).unwrap();
        assert_eq!(read.origin.to_string(), "http://127.0.0.1:9");
        assert_eq!(
            (read.key, read.secret, read.max_points),
            (Key::Outside, Some([15; 32]), Some(50))
        );
        assert!(read.ledger && !read.cors);
    }

    #[test]
    fn what_is_not_understood_is_not_used() {
        for json in [
            "",
            "[]",
            r#"{"orgin":"x"}"#,
            r#"{"key":"mine"}"#,
            r#"{"max_points":-1}"#,
        ] {
            let read = Configuration::read(json.as_bytes());
            assert!(
                matches!(read, Err(ConfigurationError::Unreadable(_))),
                "{json}"
            );
        }
        for secret in ["", "0f", &"0g".repeat(32), &"0".repeat(63), &"0".repeat(66)] {
            let read = Configuration::read(format!(r#"{{"secret":"{secret}"}}"#).as_bytes());
            assert_eq!(read, Err(ConfigurationError::Secret), "{secret}");
        }
        let read = Configuration::read(br#"{"origin":"example.org"}"#);
        assert!(matches!(read, Err(ConfigurationError::Origin(_))));
    }
}
