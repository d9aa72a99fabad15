//! The core without a sandbox: the same machine, compiled natively, over a bare HTTP client, or over
//! the host's own client and guard.

use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::http::request::Builder;
use hyper::http::response::Parts;
use hyper::{Request as HttpRequest, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ima_core::event::{CheckpointState, Event};
use ima_core::http::{FailureKind, HttpResponse, Method, Sent, Transmit, TransportFailure};
use ima_core::pump::{Command, Input, Output, Pump};
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};
use ima_host::Runtime;
use ima_host::wasi::{Hooks, MoneyGuard};
use tokio::time::{Instant, sleep_until, timeout};
use wasmtime_wasi_http::WasiHttpHooks;

use crate::error::Error;
use crate::service::KEY;

/// Longest time for the headers of an answer, and for the rest of it: the host's.
const FIRST_BYTE: Duration = Duration::from_secs(30);
const BODY: Duration = Duration::from_secs(120);

/// What native generations share.
pub(crate) struct Native {
    client: Client<HttpConnector, Full<Bytes>>,
    /// The host whose client and guard are used in place of the bare client.
    host: Option<Runtime>,
    origin: String,
    rate: u32,
}

/// One native generation.
pub(crate) struct Generation {
    native: Arc<Native>,
    guarded: Option<(Hooks, MoneyGuard)>,
    creating: bool,
    session: Session,
    start: Instant,
}

impl Native {
    pub(crate) fn new(origin: &str, rate: u32, host: Option<Runtime>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_timer(TokioTimer::new())
            .build(tcp);
        Self {
            client,
            host,
            origin: origin.to_owned(),
            rate,
        }
    }

    pub(crate) fn start(self: &Arc<Self>, prompt: &str) -> Result<Generation, Error> {
        let request = Request::new(TaskType::TextToMusic, prompt, Language::En);
        let seed = fresh_seed();
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let guarded = match &self.host {
            Some(host) => {
                let language = ima_host::types::Language::En;
                let request = ima_host::Request::music(prompt, language);
                Some(host.wasi_hooks(&request)?)
            }
            None => None,
        };
        let session =
            Session::new(request, settings).map_err(|invalid| Error::Core(invalid.field))?;
        let mut generation = Generation {
            native: Arc::clone(self),
            guarded,
            creating: false,
            session,
            start: Instant::now(),
        };
        generation.handle(Input::Command(Command::Start))?;
        Ok(generation)
    }

    async fn exchange(&self, transmit: Transmit, hooks: Option<&mut Hooks>) -> Input {
        let exchange = transmit.exchange;
        let answer = match hooks {
            Some(hooks) => self.send_guarded(transmit, hooks).await,
            None => self.send(transmit).await,
        };
        match answer {
            Some(response) => Input::Response { exchange, response },
            None => Input::TransportFailure {
                exchange,
                failure: TransportFailure {
                    sent: Sent::Maybe,
                    kind: FailureKind::Network,
                },
            },
        }
    }

    fn request(&self, asked: &ima_core::http::HttpRequest) -> Option<Builder> {
        let uri: Uri = format!("{}{}", self.origin, asked.path).parse().ok()?;
        let mut request = HttpRequest::builder()
            .method(match asked.method {
                Method::Get => "GET",
                Method::Post => "POST",
            })
            .uri(uri);
        for (name, value) in &asked.headers {
            request = request.header(*name, value.as_ref());
        }
        Some(request)
    }

    async fn send_guarded(&self, transmit: Transmit, hooks: &mut Hooks) -> Option<HttpResponse> {
        let request = self.request(&transmit.request)?;
        let body = Full::new(Bytes::from(transmit.request.body));
        let body = body.map_err(|never| match never {}).boxed_unsync();
        let received = Box::new(std::future::ready(Ok(())));
        let sent = hooks.send_request(request.body(body).ok()?, None, received);
        let (answer, _) = Pin::from(sent).await.ok()?;
        let (parts, body) = answer.into_parts();
        Self::read(&parts, body.collect().await.ok()?.to_bytes())
    }

    async fn send(&self, transmit: Transmit) -> Option<HttpResponse> {
        let request = self.request(&transmit.request)?;
        let request = request.header("authorization", format!("Bearer {KEY}"));
        let body = Full::new(transmit.request.body.into());
        let answer = timeout(FIRST_BYTE, self.client.request(request.body(body).ok()?));
        let (parts, body) = answer.await.ok()?.ok()?.into_parts();
        let body = timeout(BODY, body.collect()).await.ok()?.ok()?;
        Self::read(&parts, body.to_bytes())
    }

    fn read(parts: &Parts, body: Bytes) -> Option<HttpResponse> {
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        Some(HttpResponse {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.into(),
        })
    }
}

impl Generation {
    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Error> {
        if std::mem::take(&mut self.creating)
            && let Some((_, guard)) = &self.guarded
        {
            guard.checkpoint_kept();
        }
        loop {
            match self.session.poll() {
                Output::Event(event) => {
                    self.note(&event);
                    return Ok(Some(event));
                }
                Output::Done => return Ok(None),
                Output::Wait(until) => {
                    let nanos = until.saturating_mul(1_000_000) / u64::from(self.native.rate);
                    sleep_until(self.start + Duration::from_nanos(nanos)).await;
                    self.handle(Input::Timeout)?;
                }
                Output::Transmit(transmit) => {
                    let hooks = self.guarded.as_mut().map(|(hooks, _)| hooks);
                    let end = self.native.exchange(transmit, hooks).await;
                    self.handle(end)?;
                }
            }
        }
    }

    /// What the guard must know.
    fn note(&mut self, event: &Event) {
        match (event, &self.guarded) {
            (Event::Started(started), Some((_, guard))) => {
                guard.price_told(&started.model_id, started.points);
            }
            (Event::Checkpoint(checkpoint), _) => {
                self.creating = checkpoint.state == CheckpointState::Creating;
            }
            _ => {}
        }
    }

    fn handle(&mut self, input: Input) -> Result<(), Error> {
        let elapsed = self.start.elapsed() * self.native.rate;
        let now = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let handled = self.session.handle(input, now);
        handled.map_err(|misuse| Error::Core(misuse.to_string()))
    }
}

/// A seed that no other generation has.
fn fresh_seed() -> (u64, u64) {
    let seed = || RandomState::new().hash_one(0);
    (seed(), seed())
}
