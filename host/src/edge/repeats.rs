//! Which requests are the same purchase: by their `Idempotency-Key`, or by what they hold if the first one
//! was never answered or says itself that it is a retry.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;

/// How long a request without a key is known again by what it holds.
const WINDOW: Duration = Duration::from_secs(600);

/// How long the content of a key is known. The ledger knows the key itself for ever.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How many requests are remembered at most; the oldest go first.
const MOST: usize = 100_000;

/// The requests that spend, as far as they came to this process.
#[derive(Debug, Default)]
pub struct Repeats {
    known: Mutex<HashMap<Hash, Known>>,
}

type Hash = [u8; 32];

#[derive(Debug, Clone)]
struct Known {
    key: String,
    content: Hash,
    since: Duration,
    is_answered: bool,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// A request that may spend.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub client: &'a str,
    /// What for.
    pub path: &'a str,
    /// Its body.
    pub body: &'a [u8],
    /// Its `Idempotency-Key`.
    pub key: Option<&'a str>,
    /// Whether it says that it is a retry.
    pub is_retry: bool,
}

/// What a request goes by in the ledger.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The key for the component and the ledger; `None` for a retry of something that is not known.
    pub key: Option<String>,
    id: Hash,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The turn of one of several requests for the same purchase.
#[derive(Debug)]
pub struct Turn(
    #[expect(dead_code, reason = "the next one's turn comes when it is dropped")]
    OwnedMutexGuard<()>,
);

impl Purchase {
    /// Waits until no other request for the same purchase is under way in this process.
    pub async fn turn(&self) -> Turn {
        Turn(Arc::clone(&self.turn).lock_owned().await)
    }
}

/// The same key was used for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This Idempotency-Key was used for another request. Use a new one for a new purchase.")]
pub struct KeyReused;

impl Repeats {
    /// What a request goes by. `now` is the time on a clock that doesn't go back; `fresh` a key that
    /// nobody else has.
    ///
    /// # Errors
    ///
    /// [`KeyReused`] if its key was used for something else.
    pub fn purchase(
        &self,
        asked: &Asked<'_>,
        now: Duration,
        fresh: impl FnOnce() -> String,
    ) -> Result<Purchase, KeyReused> {
        let content = hash(&[
            b"content",
            asked.client.as_bytes(),
            asked.path.as_bytes(),
            asked.body,
        ]);
        let id = match asked.key {
            Some(key) => hash(&[b"key", asked.client.as_bytes(), key.as_bytes()]),
            None => content,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        tidy(&mut known, now);
        let earlier = known.get(&id);
        let key = match (asked.key, earlier) {
            (Some(_), Some(earlier)) if earlier.content != content => return Err(KeyReused),
            (Some(_), _) => hexadecimal(&id),
            (None, Some(earlier))
                if now.saturating_sub(earlier.since) < WINDOW
                    && (asked.is_retry || !earlier.is_answered) =>
            {
                earlier.key.clone()
            }
            // What it repeats is not known here: the component refuses it.
            (None, _) if asked.is_retry => {
                let turn = Arc::default();
                return Ok(Purchase {
                    key: None,
                    id,
                    turn,
                });
            }
            (None, _) => fresh(),
        };
        let (since, turn) = match earlier {
            Some(earlier) if earlier.key == key => (earlier.since, Arc::clone(&earlier.turn)),
            _ => (now, Arc::default()),
        };
        let entry = Known {
            key: key.clone(),
            content,
            since,
            is_answered: false,
            turn: Arc::clone(&turn),
        };
        known.insert(id, entry);
        Ok(Purchase {
            key: Some(key),
            id,
            turn,
        })
    }

    /// The client has its answer: the same again is a purchase of its own, unless it says otherwise.
    pub fn answered(&self, purchase: &Purchase) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get_mut(&purchase.id)
            && Some(&known.key) == purchase.key.as_ref()
        {
            known.is_answered = true;
        }
    }
}

/// Forgets what is old, and the older half where there is too much.
fn tidy(known: &mut HashMap<Hash, Known>, now: Duration) {
    if known.len() < MOST {
        return;
    }
    known.retain(|_, it| now.saturating_sub(it.since) < KEPT);
    if known.len() >= MOST {
        let mut times: Vec<_> = known.values().map(|it| it.since).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        known.retain(|_, it| it.since > middle);
    }
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn hexadecimal(bytes: &Hash) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked {
        client: "mia",
        path: "/v1/music",
        body: b"rain",
        key: None,
        is_retry: false,
    };

    /// The key of a request at this second; keys that are fresh are named after it.
    fn at(repeats: &Repeats, second: u64, asked: Asked<'_>) -> Purchase {
        let fresh = || format!("fresh {second}");
        let now = Duration::from_secs(second);
        repeats.purchase(&asked, now, fresh).unwrap()
    }

    #[test]
    fn a_key_is_one_purchase_and_for_one_content() {
        let repeats = Repeats::default();
        let keyed = Asked {
            key: Some("k"),
            ..ASKED
        };
        let first = at(&repeats, 0, keyed);
        repeats.answered(&first);
        assert_eq!(at(&repeats, 900, keyed).key, first.key);
        let other = Asked {
            client: "ben",
            ..keyed
        };
        assert_ne!(at(&repeats, 0, other).key, first.key);
        let changed = Asked {
            body: b"snow",
            ..keyed
        };
        let reused = repeats.purchase(&changed, Duration::ZERO, String::new);
        assert_eq!(reused.err(), Some(KeyReused));
    }

    #[test]
    fn what_was_never_answered_is_the_same_purchase_within_the_window() {
        let repeats = Repeats::default();
        let first = at(&repeats, 0, ASKED);
        assert_eq!(at(&repeats, 599, ASKED).key, first.key);
        assert_eq!(at(&repeats, 600, ASKED).key.as_deref(), Some("fresh 600"));
    }

    #[test]
    fn after_an_answer_only_a_retry_is_the_same_purchase() {
        let repeats = Repeats::default();
        let retry = Asked {
            is_retry: true,
            ..ASKED
        };
        assert_eq!(at(&repeats, 0, retry).key, None, "of what, nobody knows");
        let first = at(&repeats, 1, ASKED);
        repeats.answered(&first);
        assert_eq!(at(&repeats, 2, retry).key, first.key);
        repeats.answered(&first);
        assert_eq!(at(&repeats, 3, ASKED).key.as_deref(), Some("fresh 3"));
    }
}
