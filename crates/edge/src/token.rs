//! Tokens: what a job is known by. A token holds the continuation of a task that exists, and nothing
//! from which one could be created.
//!
//! Every token ends with a tag. With the operator's secret it is a signature; without, it only keeps a
//! damaged token from being taken for another one.

use crate::configuration::Configuration;
use crate::prelude::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use ima_core::session::{Session, Settings};
use sha2::Sha256;

/// What no secret stands for.
const NO_SECRET: [u8; 32] = [0; 32];

/// Separates these tags from whatever else the secret may be used for.
const DOMAIN: &[u8] = b"ima-edge job 1\0";

/// The longest token that is looked at.
const LONGEST: usize = 32 * 1024;

/// How long the waiting for a job may take in one request, in milliseconds: longer than any request.
const PATIENCE: u64 = 3_600_000;

/// The tag over a payload. A key of 32 bytes is always taken.
fn tag(configuration: &Configuration, payload: &str) -> Option<Hmac<Sha256>> {
    let secret = configuration.secret.unwrap_or(NO_SECRET);
    let mut tag = Hmac::<Sha256>::new_from_slice(&secret).ok()?;
    tag.update(DOMAIN);
    tag.update(payload.as_bytes());
    Some(tag)
}

/// The token of a session, if its task exists.
pub(crate) fn write(configuration: &Configuration, session: &Session) -> Option<String> {
    session.paid()?;
    let mut token = URL_SAFE_NO_PAD.encode(session.snapshot());
    let tag = tag(configuration, &token)?.finalize().into_bytes();
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(tag));
    Some(token)
}

/// The session of a token. `None` where the token is damaged, forged, or of anything but a task that
/// exists: a token never leads to a create request.
pub(crate) fn read(
    configuration: &Configuration,
    token: &str,
    seed: (u64, u64),
) -> Option<Session> {
    if token.len() > LONGEST {
        return None;
    }
    let (payload, signature) = token.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let tag = tag(configuration, payload)?;
    // Compares in constant time.
    tag.verify_slice(&signature).ok()?;
    let continuation = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let settings = Settings {
        deadline: Some(PATIENCE),
        seed,
    };
    let session = Session::restore(&continuation, settings).ok()?;
    session.paid().is_some().then_some(session)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ima_core::request::{Language, Request, TaskType};

    /// A continuation of a task.
    pub(crate) fn continuation(id: &str) -> String {
        let request = Request::new(TaskType::TextToMusic, "rain", Language::En);
        let session = Session::new(request, Settings::default()).unwrap();
        let adopted = Session::adopt(&session.snapshot(), id, Settings::default());
        adopted.unwrap().snapshot()
    }

    fn session(continuation: &str) -> Session {
        Session::restore(continuation, Settings::default()).unwrap()
    }

    fn with_secret(secret: Option<[u8; 32]>) -> Configuration {
        Configuration {
            secret,
            ..Configuration::read(b"{}").unwrap()
        }
    }

    #[test]
    fn a_token_brings_back_its_task_and_holds_no_prompt() {
        for secret in [None, Some([7; 32])] {
            let configuration = with_secret(secret);
            let token = write(&configuration, &session(&continuation("t-1"))).unwrap();
            assert!(
                token
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
            );
            let read = read(&configuration, &token, (1, 2)).unwrap();
            assert_eq!(read.paid().unwrap().task_id, "t-1");
            let (payload, _) = token.split_once('.').unwrap();
            let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
            assert!(
                !payload.contains("rain") && payload.contains("waiting"),
                "{payload}"
            );
        }
    }

    #[test]
    fn a_token_with_one_bit_changed_is_none() {
        for secret in [None, Some([7; 32])] {
            let configuration = with_secret(secret);
            let token = write(&configuration, &session(&continuation("t-1"))).unwrap();
            for place in 0..token.len() {
                for bit in 0..7 {
                    let mut bytes = token.clone().into_bytes();
                    bytes[place] ^= 1 << bit;
                    let changed = String::from_utf8(bytes).unwrap();
                    assert!(
                        read(&configuration, &changed, (1, 2)).is_none(),
                        "{changed}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_token_of_another_secret_is_none() {
        let token = write(&with_secret(None), &session(&continuation("t-1"))).unwrap();
        assert!(read(&with_secret(Some([7; 32])), &token, (1, 2)).is_none());
        let token = write(&with_secret(Some([8; 32])), &session(&continuation("t-1"))).unwrap();
        assert!(read(&with_secret(Some([7; 32])), &token, (1, 2)).is_none());
    }

    #[test]
    fn what_could_create_a_task_is_no_token_even_if_its_tag_is_right() {
        let configuration = with_secret(None);
        let request = Request::new(TaskType::TextToMusic, "rain", Language::En);
        let asked = Session::new(request, Settings::default()).unwrap();
        assert_eq!(write(&configuration, &asked), None);
        let mut forged = URL_SAFE_NO_PAD.encode(asked.snapshot());
        let tag = tag(&configuration, &forged)
            .unwrap()
            .finalize()
            .into_bytes();
        forged = format!("{forged}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert!(read(&configuration, &forged, (1, 2)).is_none());
        for nothing in ["", ".", "a.b", &"a".repeat(40_000)] {
            assert!(read(&configuration, nothing, (1, 2)).is_none(), "{nothing}");
        }
    }
}
