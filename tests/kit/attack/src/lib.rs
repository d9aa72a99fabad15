//! What attacks are made of: a [raw server](raw::Server) that answers to the byte, a
//! [front](front::Front) that changes what the simulator says, [planted] files, hostile [component]s, and
//! [random](random::Random) numbers from a seed.
//!
//! ```no_run
//! # async fn attack(simulator: &str) {
//! use ima_attack_kit::front::{Front, Move};
//! use ima_attack_kit::raw::Reply;
//!
//! // The service charges, and its answer is cut after thirty bytes.
//! let front = Front::before(simulator, |request| match request.operation() {
//!     "create" => Move::answer(|answer| Reply::Cut(answer.bytes()[..30].to_vec())),
//!     _ => Move::Pass,
//! })
//! .await;
//! println!("attack the program at {}", front.origin());
//! # }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot be set up is to fail"
)]

pub mod component;
pub mod front;
pub mod planted;
pub mod random;
pub mod raw;
