//! The transport over waki. It hides why an exchange failed, so every failure may have left: the rule for
//! foreign hosts anyway (`docs/hosts.md`).

use std::time::{Duration, Instant};

use ima_core::Millis;
use ima_core::http::{FailureKind, HttpResponse, Method, Sent, Transmit, TransportFailure};
use ima_guest::Transport;
use ima_wire::origin::{self, Origin};
use waki::Client;

/// Largest answer, in bytes.
const LARGEST: usize = 8 << 20;

/// How much is read at once, in bytes.
const CHUNK: u64 = 64 << 10;

/// The variable that names the gateway.
const VARIABLE: &str = "IMA_BASE_URL";

/// The way to one origin.
#[derive(Debug)]
pub struct Waki {
    /// None if there is no address that can be used.
    origin: Option<Origin>,
    begun: Instant,
}

impl Waki {
    /// The way to what the environment names, or to the official service if it names nothing.
    pub fn from_environment() -> Self {
        Self::to(std::env::var(VARIABLE).ok().as_deref())
    }

    /// The way to this address, or to the official service.
    pub fn to(address: Option<&str>) -> Self {
        let address = address.map(str::trim).filter(|it| !it.is_empty());
        Self {
            origin: address.unwrap_or(origin::DEFAULT).parse().ok(),
            begun: Instant::now(),
        }
    }

    /// Whether it leads to a gateway: its address has a path.
    pub fn leads_to_gateway(&self) -> bool {
        self.origin.as_ref().is_some_and(Origin::is_gateway)
    }

    fn send(&self, transmit: &Transmit) -> Option<HttpResponse> {
        let request = &transmit.request;
        let url = format!("{}{}", self.origin.as_ref()?, request.path);
        let client = Client::new();
        let builder = match request.method {
            Method::Get => client.get(&url),
            Method::Post => client.post(&url),
        };
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| (*name, value.as_ref()));
        // Some hosts count the time to connect until the answer comes.
        let left = transmit.deadline.saturating_sub(self.now()).max(1);
        let builder = builder
            .headers(headers)
            .body(request.body.clone())
            .connect_timeout(Duration::from_millis(left));
        let response = builder.send().ok()?;
        let status = response.status_code();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk(CHUNK).ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST || self.now() > transmit.deadline {
                return None;
            }
        }
        Some(HttpResponse {
            status,
            headers,
            body,
        })
    }
}

impl Transport for Waki {
    fn exchange(&self, transmit: &Transmit) -> Result<HttpResponse, TransportFailure> {
        self.send(transmit).ok_or(TransportFailure {
            sent: Sent::Maybe,
            kind: FailureKind::Network,
        })
    }

    fn now(&self) -> Millis {
        // The clock of an instance begins with it: no time is kept longer than a call.
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(Millis::MAX)
    }

    fn sleep_until(&self, deadline: Millis) {
        std::thread::sleep(Duration::from_millis(deadline.saturating_sub(self.now())));
    }

    fn seed(&self) -> (u64, u64) {
        // Only the jitter of delays begins here: a purchase goes by its quote's id.
        let nanos = self.begun.elapsed().subsec_nanos();
        (u64::from(nanos), 0)
    }
}
