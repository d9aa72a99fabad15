//! Runs IMA Studio generations, music and speech, in a sandboxed WebAssembly component.
//!
//! A [`Runtime`] holds the compiled component and the only way out of its sandbox: requests to one
//! origin, with an API key that the component never sees. A [`Generation`] gives typed events, one
//! at a time, and is never paid for twice.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use ima_host::types::{Event, Language, Outcome};
//! use ima_host::{Credential, Journal, Request, Runtime};
//!
//! let ima = Runtime::builder()
//!     .credential(Credential::environment("IMA_API_KEY"))
//!     .journal(Journal::open("jobs").await?)
//!     .cache_folder("compiled")
//!     .build()
//!     .await?;
//! let mut request = Request::music("upbeat lo-fi hip hop, 90 BPM, no vocals", Language::En);
//! request.budget = Some(50);
//! let mut generation = ima.start(request).await?;
//! while let Some(event) = generation.next_event().await? {
//!     match event {
//!         Event::Message(message) => println!("{}", message.text),
//!         Event::Finished(Outcome::Success(success)) => println!("{:?}", success.medias),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The library reads no variable and no folder that it isn't told of, and installs no subscriber: it
//! emits `tracing` spans and events, and with the feature `metrics` counters.
//!
//! | feature | adds |
//! | --- | --- |
//! | `sqlite` (default) | the journal in an SQLite database; without it, bring a `Store` of your own |
//! | `wasi` | [`wasi`]: the same policy as hooks for an embedder's own engine and linker |
//! | `edge` | [`edge`]: the component of world `edge`, an HTTP API, with the key and the ledger outside |
//! | `gateway` | [`gateway`]: the egress as a service, for sandboxes in hosts of others |
//! | `metrics` | counters behind the `metrics` facade |

mod bindings;
mod builder;
mod clock;
mod credential;
mod download;
#[cfg(feature = "edge")]
pub mod edge;
mod egress;
mod engine;
mod error;
mod files;
mod folder;
#[cfg(feature = "gateway")]
pub mod gateway;
mod generation;
mod harden;
mod limits;
mod machine;
mod metrics;
mod network;
mod origin;
mod preferences;
mod probe;
mod request;
mod resume;
mod runtime;
mod trust;
mod understanding;
#[cfg(feature = "wasi")]
pub mod wasi;

pub use bindings::types;
pub use builder::Builder;
pub use clock::Clock;
pub use credential::{Credential, CredentialError};
pub use download::{AudioFormat, Download, DownloadError, MpegFrame, file_name};
pub use egress::RefusedRequest;
pub use engine::ComponentSource;
pub use error::{Aftermath, CeilingExceeded, EngineError, Error};
pub use folder::{Folder, HiddenFile};
pub use generation::{Canceller, Generation};
pub use harden::harden_process;
pub use ima_journal as journal;
pub use ima_journal::{Ceilings, Job, JobState, Journal, StoreError};
pub use limits::{Limit, Limits};
pub use machine::Isolation;
pub use network::NetworkError;
pub use origin::{Origin, OriginError};
pub use preferences::{PreferenceFile, PreferenceFileError};
pub use request::Request;
pub use resume::{OnUnknown, Resume};
pub use runtime::Runtime;
