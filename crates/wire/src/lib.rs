//! The wire format of the IMA Open API, version 1, as far as more than one part of the workspace reads
//! it (`docs/wire.md`).
//!
//! The component decides by what it reads, and the host guards the account by what it reads. Both call
//! the functions of this crate, so no answer means one thing inside the sandbox and another outside:
//!
//! ```
//! use ima_wire::create::Verdict;
//!
//! let answer = br#"{"code":0,"message":"success","data":{"id":"t-1"}}"#;
//! assert_eq!(Verdict::of(200, answer), Verdict::Accepted("t-1".to_owned()));
//! ```

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod coding;
pub mod create;
pub mod envelope;
pub mod idempotency;
pub mod json;
pub mod operation;
pub mod order;
pub mod origin;
pub mod scalar;
pub mod untrusted;
pub mod words;
