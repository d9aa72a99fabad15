//! An MCP server for IMA Studio's music and speech, over [`ima_host`].
//!
//! A purchase takes two calls: a quote, which costs nothing, and `create_audio` with the quote's id.
//! The journal lets a quote be bought once, over all processes and crashes, so a call that is repeated
//! gives the same job. The person who runs the server decides what may be spent: by answering a question
//! of the client, or by ceilings that no argument raises. `docs/mcp.md` tells what each tool does.
//!
//! | module | holds |
//! | --- | --- |
//! | `handler`, `tools`, `output` | the protocol's methods, the tools, the one object they answer with |
//! | `lists`, `quoting`, `buying`, `waiting` | the bodies of the tools |
//! | `consent`, `questions` | whether a purchase may be made, and asking |
//! | `work`, `delivery` | jobs detached from calls, and their files |
//! | `tasks`, `resources`, `prompts` | the rest of the protocol |
//! | `words` | failures in the user's words |

mod buying;
mod consent;
mod delivery;
mod handler;
mod lists;
mod output;
mod prompts;
mod questions;
mod quoting;
mod resources;
mod server;
mod settings;
mod tasks;
mod tools;
mod waiting;
mod words;
mod work;

pub use server::{ServeError, Server};
pub use settings::{Confirm, InvalidConfirm, Settings};
