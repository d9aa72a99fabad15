//! The core without a sandbox: the same machine, compiled natively, over the same HTTP client as
//! the host's.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request as HttpRequest, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ima_core::event::Event;
use ima_core::http::{FailureKind, HttpResponse, Method, Sent, Transmit, TransportFailure};
use ima_core::pump::{Command, Input, Output, Pump};
use ima_core::request::{Language, Request, TaskType};
use ima_core::session::{Session, Settings};
use tokio::time::{Instant, sleep_until, timeout};

use crate::error::Error;
use crate::service::KEY;

/// Longest time for the headers of an answer, and for the rest of it: the host's.
const FIRST_BYTE: Duration = Duration::from_secs(30);
const BODY: Duration = Duration::from_secs(120);

/// What native generations share.
pub(crate) struct Native {
    client: Client<HttpConnector, Full<Bytes>>,
    origin: String,
    rate: u32,
}

/// One native generation.
pub(crate) struct Generation {
    native: Arc<Native>,
    session: Session,
    start: Instant,
}

impl Native {
    pub(crate) fn new(origin: &str, rate: u32) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_timer(TokioTimer::new())
            .build(tcp);
        Self {
            client,
            origin: origin.to_owned(),
            rate,
        }
    }

    pub(crate) fn start(self: &Arc<Self>, prompt: &str) -> Result<Generation, Error> {
        let request = Request::new(TaskType::TextToMusic, prompt, Language::En);
        let settings = Settings::default();
        let session =
            Session::new(request, settings).map_err(|invalid| Error::Core(invalid.field))?;
        let mut generation = Generation {
            native: Arc::clone(self),
            session,
            start: Instant::now(),
        };
        generation.handle(Input::Command(Command::Start))?;
        Ok(generation)
    }

    async fn exchange(&self, transmit: Transmit) -> Input {
        let exchange = transmit.exchange;
        match self.send(transmit).await {
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

    async fn send(&self, transmit: Transmit) -> Option<HttpResponse> {
        let asked = transmit.request;
        let uri: Uri = format!("{}{}", self.origin, asked.path).parse().ok()?;
        let mut request = HttpRequest::builder()
            .method(match asked.method {
                Method::Get => "GET",
                Method::Post => "POST",
            })
            .uri(uri)
            .header("authorization", format!("Bearer {KEY}"));
        for (name, value) in asked.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(asked.body.into())).ok()?;
        let answer = timeout(FIRST_BYTE, self.client.request(request));
        let (parts, body) = answer.await.ok()?.ok()?.into_parts();
        let body = timeout(BODY, body.collect()).await.ok()?.ok()?;
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        Some(HttpResponse {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.to_bytes().into(),
        })
    }
}

impl Generation {
    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            match self.session.poll() {
                Output::Event(event) => return Ok(Some(event)),
                Output::Done => return Ok(None),
                Output::Wait(until) => {
                    let nanos = until.saturating_mul(1_000_000) / u64::from(self.native.rate);
                    sleep_until(self.start + Duration::from_nanos(nanos)).await;
                    self.handle(Input::Timeout)?;
                }
                Output::Transmit(transmit) => {
                    let end = self.native.exchange(transmit).await;
                    self.handle(end)?;
                }
            }
        }
    }

    fn handle(&mut self, input: Input) -> Result<(), Error> {
        let elapsed = self.start.elapsed() * self.native.rate;
        let now = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let handled = self.session.handle(input, now);
        handled.map_err(|misuse| Error::Core(misuse.to_string()))
    }
}
