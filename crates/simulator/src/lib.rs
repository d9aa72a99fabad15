//! A stand-in for the IMA Open API: a real HTTP server on loopback that lists products, accepts
//! tasks for points, lets time pass and serves playable audio.
//!
//! It is written from the service's description alone and shares no type with the client, so that
//! a test of the client against it proves something. Whatever a remote service may do wrong can be
//! asked for as a [`Fault`], and the [`Ledger`] shows how often an account was really charged.
//!
//! ```
//! use ima_simulator::{Control, DEMO_KEY, Endpoint, Fault, NthRequest, Options, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ima_simulator::StartError> {
//! let simulator = Simulator::start(Options::default()).await?;
//! let control: Control = simulator.control();
//! control.fault(Endpoint::Create, NthRequest::Number(1), Fault::ResetAfter);
//! // … a client talks to simulator.origin() …
//! assert!(control.ledger(DEMO_KEY).charges.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # The service
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /open/v1/product/list?app=ima&platform=web&category=…` | the product tree of that task type |
//! | `POST /open/v1/tasks/create` | `data.id`, the account charged once; or a business code |
//! | `POST /open/v1/tasks/detail` | the media of a task, as far as they are |
//! | `GET /audio/{task}/{index}.wav` | the audio of a finished media; needs no key |
//!
//! Answers are envelopes `{code, message, data}`; code 0 is success. A business refusal comes under
//! HTTP status 200, except that a missing or unknown key is HTTP 401 and a body that is no JSON is
//! HTTP 400. The codes of a refused create request:
//!
//! | code | message begins with | reason |
//! | --- | --- | --- |
//! | 400 | `Bad request` | something required is missing or has a value that is not offered |
//! | 400 | `Invalid product attribute` | `attribute_id` is 0, missing, or of no rule of the model (outdated) |
//! | 4008 | `Insufficient points` | the account has fewer points than the price |
//! | 6006 | `Credit mismatch` | `credit` or `cast` is missing or not the price of the matching rule |
//! | 6009 | `No exact rule match found for parameters` | a parameter the model does not know, or no rule fits |
//! | 6010 | `Attribute ID does not match` | the `attribute_id`, of the request or its `cast`, is that of another rule of the model |
//!
//! A model knows the fields of its form and the attributes of its price rules, and, unless
//! [`Control::strict_form`] is on, what its description alone names: `lyrics` of Suno, with
//! `custom_mode` true, and `audio_params` and `additions` of seed-tts-2.0. A virtual field
//! (`is_ui_virtual`) and its `ui_params` exist only in the user interface: what the service knows is
//! the `target_param` of each mapping rule (the field's own name where a rule has none) with the
//! rule's `target_value`.
//!
//! The price is that of the rule with the most attributes of which all match the inner parameters,
//! compared as text without regard to case (the first of several); else of the rule marked
//! `{"default": "enabled"}`; else of one without attributes; else there is none.
//!
//! The headers `x-app-source` and `x_app_language` are recorded but not checked.
//!
//! A task changes with the *simulated* clock: real time multiplied by [`Options::speed`], plus what
//! [`Control::advance`] adds. With speed 0 it moves by `advance` only, so that no test has to wait.
//!
//! # Every error of the descriptions
//!
//! | error | by what a client does | by a fault |
//! | --- | --- | --- |
//! | 401 Unauthorized | a key without an account | [`Fault::refusal`]`(401)` |
//! | 4008 Insufficient points | an account with fewer points than the price | `refusal(4008)` |
//! | 4014 subscription | | `refusal(4014)` |
//! | Invalid product attribute | `attribute_id` 0 or missing, or outdated after [`Control::reprice`] | [`Fault::invalid_product_attribute`] |
//! | 6006 credit mismatch | wrong `credit` or `cast`, or outdated after [`Control::reprice`] | `refusal(6006)` |
//! | 6009 no rule match | an unknown parameter, also by [`Control::strict_form`]; no rule for the parameters | `refusal(6009)` |
//! | 6010 attribute mismatch | the id of another rule | `refusal(6010)` |
//! | 400 Bad request | a missing or wrong value | `refusal(400)` |
//! | 429 Rate limit exceeded | | `refusal(429)`; [`Fault::Status`] for the HTTP status |
//! | 503 Model not available | (an unknown model is code 400 with this reason) | `refusal(503)`; [`Fault::Status`] for the HTTP status |
//! | Invalid lyrics format | `lyrics` that are no string | [`Fault::invalid_lyrics_format`] |
//! | Prompt length invalid | | [`Fault::invalid_prompt_length`] |
//! | `resource_status` 2 or 3 | | [`Outcome::Failed`], [`Outcome::Deleted`] in a [`Timeline`] |
//! | `status` "failed" | | [`Outcome::FailedThoughAvailable`], with or without details |
//! | timeout | | [`Outcome::Never`], [`Outcome::WithoutUrl`], [`Fault::Delay`] |
//! | network error, connection refused | | [`Fault::ResetBefore`], [`Fault::ResetAfter`], [`Fault::CutBody`]; a dropped [`Simulator`] |
//!
//! # Control over HTTP
//!
//! What [`Control`] does is also there for other languages, as JSON under `/_control/`. These
//! requests are not recorded, need no key and meet no fault.
//!
//! | request | body or query | effect |
//! | --- | --- | --- |
//! | `POST /_control/accounts` | `{"key": "ima_x", "points": 100}` | [`Control::add_account`] |
//! | `GET /_control/ledger` | `?key=ima_x` | [`Control::ledger`]; 404 for an unknown key |
//! | `GET /_control/requests` | | [`Control::requests`] |
//! | `GET /_control/tasks` | | [`Control::tasks`] |
//! | `GET /_control/connections` | | `{"connections": 3, "handshakes": 0, "requests": 12}`: [`Control::connections`], [`Control::handshakes`], [`Control::request_count`] |
//! | `POST /_control/faults` | `{"endpoint": "create", "nth": {"number": 1}, "fault": "reset_after"}` | [`Control::fault`] |
//! | `DELETE /_control/faults` | | [`Control::clear_faults`] |
//! | `POST /_control/catalogue` | `{"task_type": "text_to_music", "data": […]}` | [`Control::set_catalogue`] |
//! | `POST /_control/reprice` | `{"model_id": "sonic", "points": 30, "attribute_id": 2999}` | [`Control::reprice`]; 404 for an unknown model |
//! | `POST /_control/stale_list` | `{"count": 1}` | [`Control::serve_stale_list`] |
//! | `POST /_control/strict_form` | `{"strict": true}` | [`Control::strict_form`] |
//! | `POST /_control/keyless` | `{"accept": true}` | [`Control::keyless`] |
//! | `POST /_control/timelines` | `{"model_id": "sonic", "timeline": {"total_seconds": 5}}` | [`Control::set_timeline`] |
//! | `POST /_control/advance` | `{"seconds": 30}` | [`Control::advance`] |
//!
//! Names are in snake case: endpoints `product_list`, `create`, `detail`, `audio`, `other`; `nth` is
//! `"every"`, `{"number": N}` or `{"from": N}`; a fault without values is its name, one with values
//! is `{"delay": MILLISECONDS}`, `{"redirect": URL}`, `{"status": {"code": 503, "headers": [["retry-after",
//! "2"]], "body": ""}}` and so on; a refusal is `{"envelope": {"code": 4008, "message":
//! "Insufficient points"}}`. A [`Timeline`] takes its fields, each of which may be left out.

mod audio;
mod auth;
mod catalogue;
mod clock;
mod connection;
mod control;
mod control_http;
mod create;
mod detail;
mod envelope;
mod fault;
mod faulty_body;
mod intercept;
mod ledger;
mod product_list;
mod random;
mod request_log;
mod server;
mod task;
mod timeline;
mod tls;
mod world;

/// Product trees for [`Control::set_catalogue`].
pub mod catalogues {
    pub use crate::catalogue::demanding::demanding_music;
}

pub use control::Control;
pub use fault::{Fault, NthRequest, Shape};
pub use ledger::{Charge, Ledger};
pub use request_log::{Endpoint, RequestRecord};
pub use server::{DEMO_KEY, DEMO_POINTS, Options, Simulator, StartError};
pub use task::TaskRecord;
pub use timeline::{MissingMedias, Outcome, Timeline};
