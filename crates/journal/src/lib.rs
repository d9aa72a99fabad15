//! The journal of generations: jobs, their checkpoints, and the ledger of what was paid.
//!
//! A [`Journal`] is what a runtime works with. It stands on a [`Store`]: an SQLite database in a
//! folder (`Journal::open`, feature `sqlite`, on by default), a [`MemoryStore`] for runtimes that
//! keep nothing, or an embedder's own database ([`Journal::with`]).
//!
//! Two promises rest on it:
//!
//! - What was paid is never lost. A checkpoint is durable before its write resolves, and with its
//!   continuation any process can go on with the job. One worker at a time has the [`Claim`].
//! - A generation is paid for at most once. Every create request is [reserved](Journal::reserve) by
//!   its idempotency key before it leaves, and [settled](Journal::settle) when its answer is known.
//!
//! Stores of other crates read and make the types here, so these are plain and complete: a new field or
//! case is a breaking change.
//!
//! ```
//! use ima_journal::{Ceilings, IdempotencyKey, Journal, MemoryStore, Reservation, Settlement, Verdict};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let journal = Journal::with(MemoryStore::new());
//! let key: IdempotencyKey = "00112233445566778899aabbccddeeff".parse()?;
//! let reservation = Reservation {
//!     key,
//!     job: None,
//!     client: None,
//!     points: 25,
//!     ceilings: Ceilings { per_request: None, per_day: Some(1_000) },
//!     again: false,
//! };
//! if journal.reserve(reservation.clone()).await? == Verdict::Granted {
//!     // The create request leaves here, and the service answers with a task.
//!     let settlement = Settlement::Accepted { task_id: "task_1".to_owned() };
//!     journal.settle(&key, settlement).await?;
//! }
//! let verdict = journal.reserve(reservation).await?;
//! assert_eq!(verdict, Verdict::Accepted { task_id: "task_1".to_owned() });
//! # Ok(())
//! # }
//! ```

mod claim;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod error;
mod job;
mod journal;
mod ledger;
mod memory;
mod quote;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;

pub use claim::Claim;
pub use error::{Cause, StoreError};
pub use job::{Charge, CheckpointState, Entry, FindJob, Held, Job, JobEnd, JobState, TaskType};
pub use journal::Journal;
pub use ledger::{
    Ceilings, Client, IdempotencyKey, InvalidKey, Payment, Reservation, Settlement, TRIES, Verdict,
};
pub use memory::MemoryStore;
pub use quote::{KeptQuote, NewQuote};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use store::{Store, StoreFuture};
