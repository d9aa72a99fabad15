//! Embeds the IMA Studio component in wasmtime.
//!
//! A [`Runtime`] holds the compiled component and the only way out of its sandbox: requests to one
//! origin, with an API key that the component never sees. A [`Generation`] yields typed events, one
//! at a time, and never pays twice.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use ima_host::types::{Event, Language, Outcome, Request, TaskType};
//! use ima_host::{Credential, Journal, Runtime};
//!
//! let runtime = Runtime::builder()
//!     .credential(Credential::environment("IMA_API_KEY"))
//!     .journal(Journal::open("jobs".as_ref())?)
//!     .build()?;
//! let mut request = Request::new(
//!     TaskType::TextToMusic,
//!     "upbeat lo-fi hip hop, 90 BPM, no vocals",
//!     Language::En,
//! );
//! request.budget = Some(50);
//! let mut generation = runtime.start(&request).await?;
//! while let Some(event) = generation.next().await? {
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
//! With the users' usual models, and a log:
//!
//! ```no_run
//! # async fn run(request: ima_host::types::Request) -> Result<(), Box<dyn std::error::Error>> {
//! use ima_host::{PreferenceFile, Runtime};
//!
//! let runtime = Runtime::builder()
//!     .preferences(PreferenceFile::open(PreferenceFile::default_path()?))
//!     .log_folder("logs")
//!     .build()?;
//! let generation = runtime.with_user("mia").start(&request).await?;
//! # Ok(())
//! # }
//! ```

mod bindings;
mod builder;
mod carrier;
mod clock;
mod credential;
mod download;
mod egress;
mod error;
pub mod folders;
mod generation;
mod harden;
mod instance;
mod journal;
mod limits;
pub mod logs;
mod machine;
mod network;
mod origin;
mod preferences;
mod probe;
mod runtime;
mod sandbox;
#[cfg(test)]
mod testing;
mod understanding;

pub use bindings::types;
pub use builder::Builder;
pub use clock::Clock;
pub use credential::{Credential, CredentialError};
pub use download::{AudioFormat, Download, DownloadError, file_name};
pub use egress::RefusedRequest;
pub use error::{Aftermath, Error};
pub use generation::{Canceller, Generation};
pub use harden::harden_process;
pub use journal::{Job, JobState, Journal, JournalError};
pub use limits::{Limit, Limits};
pub use network::NetworkError;
pub use origin::{Origin, OriginError};
pub use preferences::{PreferenceFile, PreferenceFileError};
pub use runtime::Runtime;
pub use sandbox::ComponentSource;
