//! The component of world `edge` with an operator's configuration: written into the built file, which
//! keeps its length, so nothing of its structure changes.

use crate::{EDGE, EDGE_P3};
use serde::Serialize;

/// What the configuration begins with in the file.
const MARKER: &[u8] = b"ima-edge-configuration:";

/// How many bytes it takes there, the marker and the spaces behind it included.
const SIZE: usize = 1024;

/// Whose key pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeKey {
    /// The caller's: every request that pays or asks brings one, and it goes to the service alone.
    #[default]
    Caller,
    /// The operator's, which the host adds to what leaves the sandbox.
    Outside,
}

/// What the operator of the component sets. Only here: no request can change it.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct EdgeConfiguration {
    /// Where the service is: scheme, host and port. Without it the official service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Whose key pays.
    pub key: EdgeKey,
    /// What the tokens of jobs are signed with. Without it anyone who knows the id of a task can make
    /// one.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "hexadecimal"
    )]
    pub secret: Option<[u8; 32]>,
    /// The most that one request may spend, in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_points: Option<u32>,
    /// Whether the host has a ledger that answers a repeated create request with its task. Never say
    /// so of a host that has none: a retry may then pay twice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ledger: bool,
    /// Whether pages of other origins may use the API. Without it they may where the caller's key pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<bool>,
}

impl std::fmt::Debug for EdgeConfiguration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EdgeConfiguration")
            .field("origin", &self.origin)
            .field("key", &self.key)
            .field("secret", &self.secret.map(|_| "[redacted]"))
            .field("max_points", &self.max_points)
            .field("ledger", &self.ledger)
            .field("cors", &self.cors)
            .finish()
    }
}

/// Why the component could not be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// The configuration does not fit into its place.
    #[error("the configuration takes {needed} bytes and there are {}", SIZE - MARKER.len())]
    TooLong {
        /// How many bytes it takes.
        needed: usize,
    },
    /// The file has no place for a configuration, or several.
    #[error("the file is no edge component: it has no place for a configuration")]
    NoPlace,
}

/// The component of world `edge` with this configuration.
///
/// # Errors
///
/// [`EdgeError::TooLong`] if the origin is longer than any real one. Whether the origin can be used is
/// the component's to say: with one that can't, it answers every request with status 500.
pub fn edge(configuration: &EdgeConfiguration) -> Result<Vec<u8>, EdgeError> {
    configured(EDGE, configuration)
}

/// The component for hosts of WASI 0.3 with this configuration.
///
/// # Errors
///
/// As for [`edge`].
pub fn edge_p3(configuration: &EdgeConfiguration) -> Result<Vec<u8>, EdgeError> {
    configured(EDGE_P3, configuration)
}

fn configured(component: &[u8], configuration: &EdgeConfiguration) -> Result<Vec<u8>, EdgeError> {
    // Texts and numbers can't fail to be written; what could not be would be refused by the component.
    let json = serde_json::to_vec(configuration).unwrap_or_default();
    let needed = json.len();
    let room = SIZE - MARKER.len();
    if needed > room {
        return Err(EdgeError::TooLong { needed });
    }
    let mut places = component
        .windows(MARKER.len())
        .enumerate()
        .filter(|(_, window)| *window == MARKER);
    let (Some((place, _)), None) = (places.next(), places.next()) else {
        return Err(EdgeError::NoPlace);
    };
    let start = place + MARKER.len();
    let mut configured = component.to_vec();
    let into = configured
        .get_mut(start..start + room)
        .ok_or(EdgeError::NoPlace)?;
    into.fill(b' ');
    into.iter_mut()
        .zip(json)
        .for_each(|(into, byte)| *into = byte);
    Ok(configured)
}

fn hexadecimal<S: serde::Serializer>(
    secret: &Option<[u8; 32]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let digits = secret.iter().flatten().map(|byte| format!("{byte:02x}"));
    serializer.serialize_str(&digits.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_configuration_changes() {
        let configuration = EdgeConfiguration {
            origin: Some("http://127.0.0.1:9".to_owned()),
            key: EdgeKey::Outside,
            secret: Some([0xa0; 32]),
            max_points: Some(50),
            ledger: true,
            cors: Some(false),
        };
        for (built, configured) in [
            (EDGE, edge(&configuration).unwrap()),
            (EDGE_P3, edge_p3(&configuration).unwrap()),
        ] {
            assert_eq!(configured.len(), built.len());
            let changed: Vec<usize> = (0..built.len())
                .filter(|at| configured.get(*at) != built.get(*at))
                .collect();
            let span = changed.last().unwrap() - changed.first().unwrap();
            assert!(span < SIZE, "{span}");
        }
        let configured = edge(&configuration).unwrap();
        // A configured component can be configured again.
        let again = super::configured(&configured, &EdgeConfiguration::default()).unwrap();
        let plain = edge(&EdgeConfiguration::default()).unwrap();
        assert_eq!(again, plain);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = EdgeConfiguration {
            origin: Some("https://".to_owned() + &"a".repeat(1024)),
            ..EdgeConfiguration::default()
        };
        assert!(matches!(edge(&long), Err(EdgeError::TooLong { .. })));
        let other = super::configured(crate::PLUGIN, &EdgeConfiguration::default());
        assert_eq!(other, Err(EdgeError::NoPlace));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let configuration = EdgeConfiguration {
            secret: Some([0xa0; 32]),
            ..EdgeConfiguration::default()
        };
        let shown = format!("{configuration:?}");
        assert!(shown.contains("[redacted]") && !shown.contains("160"));
    }
}
