//! One pooled client per runtime: sends a request, reads the whole response.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::connect::{Connector, connector};
use super::exchange_error::ExchangeError;
use super::permit::{ConnectionPermit, ConnectionPermits, at_least_one, at_origin};
use super::policy::Operation;
use crate::credential::Key;
use crate::limits::Limits;
use crate::network::Proxies;
use crate::origin::Origin;
use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

/// A response that was read to its end.
pub(crate) type Answer = Response<Bytes>;

/// How long an idle connection is kept: shorter than servers keep theirs, so that a request seldom
/// meets a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(20);

/// The headers that a component may set. All others are left out: they could move the request
/// elsewhere (`x-http-method-override`, `x-original-url`), hide the answer from the search for the
/// key, or are the host's and hyper's own.
const KEPT: [HeaderName; 4] = [
    header::ACCEPT,
    header::CONTENT_TYPE,
    HeaderName::from_static("x-app-source"),
    HeaderName::from_static("x_app_language"),
];

/// The content codings of an answer that can be undone, though none is asked for.
const CODINGS: [&[u8]; 4] = [b"identity", b"gzip", b"x-gzip", b"deflate"];

/// How long the phases of one exchange may take; `None` leaves the host's own limit. A component
/// may ask for less than that, never for more.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Timeouts {
    pub(crate) connect: Option<Duration>,
    pub(crate) first_byte: Option<Duration>,
    pub(crate) between_bytes: Option<Duration>,
    /// All of it together.
    pub(crate) all: Option<Duration>,
}

/// The client, and where it may go.
pub(crate) struct ServiceClient {
    client: Client<Connector, Full<Bytes>>,
    /// For create requests, each over a fresh connection: whatever another exchange left in a
    /// connection would be taken for their answer.
    creates: Client<Connector, Full<Bytes>>,
    origin: Origin,
    address: Uri,
    proxies: Proxies,
    permits: ConnectionPermits,
    limits: Arc<Limits>,
    user_agent: HeaderValue,
}

/// What requests call their sender if nobody says otherwise.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

impl ServiceClient {
    pub(crate) fn new(
        origin: Origin,
        limits: Arc<Limits>,
        proxies: Proxies,
        tls: rustls::ClientConfig,
    ) -> Self {
        let to = |tls| connector(&limits, &origin, proxies.clone(), tls);
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(limits.header_size.max(8 << 10))
            // A request is sent again only when hyper hands it back unsent: it does so only while
            // the request is still in its queue (`Envelope`), before a byte of it is encoded. So a
            // pooled connection that the server has closed costs nothing, and no request that may
            // have arrived is ever repeated.
            .retry_canceled_requests(true);
        let creates = builder.pool_max_idle_per_host(0).build(to(tls.clone()));
        let client = builder
            .pool_max_idle_per_host(at_least_one(limits.connections))
            .build(to(tls));
        Self {
            client,
            creates,
            address: origin.uri(),
            origin,
            proxies,
            permits: ConnectionPermits::new(limits.connections),
            limits,
            user_agent: HeaderValue::from_static(USER_AGENT),
        }
    }

    /// The same client under another name.
    pub(crate) fn named(mut self, name: Option<&str>) -> Self {
        let visible = |letter: &char| letter.is_ascii_graphic() || *letter == ' ';
        let name: String = name.unwrap_or_default().chars().filter(visible).collect();
        if let Ok(name) = HeaderValue::from_str(name.trim())
            && !name.is_empty()
        {
            self.user_agent = name;
        }
        self
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The origin as an address.
    pub(crate) fn address(&self) -> &Uri {
        &self.address
    }

    /// The proxy on the way to the origin, as `HOST:PORT`.
    pub(crate) fn proxy(&self) -> Option<String> {
        let proxy = self.proxies.of(&self.address)?;
        let (host, port) = (proxy.uri().host()?, proxy.uri().port_u16());
        Some(format!("{host}:{}", port.unwrap_or(80)))
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Waits for the permit of one more exchange. If it doesn't come in time, nothing was sent.
    pub(crate) async fn permit(
        &self,
        timeouts: &Timeouts,
    ) -> Result<ConnectionPermit<'_>, ExchangeError> {
        let patience = capped(timeouts.first_byte, self.limits.permit_wait);
        self.permits.exchange(patience).await
    }

    /// Waits for the permit of one more download.
    pub(crate) async fn download_permit(&self, uri: &Uri) -> ConnectionPermit<'_> {
        self.permits.download(self.origin.matches(uri)).await
    }

    /// Sends a request of a component with the key, and reads the response.
    pub(crate) async fn exchange(
        &self,
        _permit: ConnectionPermit<'_>,
        operation: Operation,
        parts: Parts,
        body: Bytes,
        timeouts: Timeouts,
        key: &Key,
    ) -> Result<Answer, ExchangeError> {
        let limits = &*self.limits;
        let between = capped(timeouts.between_bytes, limits.between_bytes_timeout);
        let connect = capped(timeouts.connect, limits.connect_timeout);
        let (client, first_byte, all) = match operation {
            Operation::Create => (
                &self.creates,
                limits.create_wait,
                limits.create_wait.max(limits.exchange),
            ),
            _ => (&self.client, limits.first_byte_timeout, limits.exchange),
        };
        let first_byte = capped(timeouts.first_byte, first_byte);
        // However slowly it drips, an answer ends with the time that there is for it.
        let all = capped(timeouts.all, connect.saturating_add(all));

        let mut headers = HeaderMap::new();
        for name in KEPT {
            if let Some(value) = parts.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        let authorization = key.header().map_err(|_| ExchangeError::Malformed)?;
        headers.insert(header::AUTHORIZATION, authorization);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = parts.method;
        *request.uri_mut() = at_origin(&self.address, parts.uri)?;
        *request.headers_mut() = headers;

        let exchange = async {
            let response = self.send_by(client, request, connect, first_byte).await?;
            read(response, limits.response_size, between).await
        };
        // The phases before this one have limits of their own, so what runs out here was sent.
        match timeout(all, exchange).await {
            Ok(result) => result,
            Err(_) => Err(ExchangeError::AnswerTimeout),
        }
    }

    /// Sends a request and waits for the headers of its response.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
        connect: Duration,
        first_byte: Duration,
    ) -> Result<Response<Incoming>, ExchangeError> {
        self.send_by(&self.client, request, connect, first_byte)
            .await
    }

    async fn send_by(
        &self,
        client: &Client<Connector, Full<Bytes>>,
        mut request: Request<Full<Bytes>>,
        connect: Duration,
        first_byte: Duration,
    ) -> Result<Response<Incoming>, ExchangeError> {
        let name = self.user_agent.clone();
        request.headers_mut().insert(header::USER_AGENT, name);
        let tls = request.uri().scheme_str() == Some("https");
        let mut captured = capture_connection(&mut request);
        let mut response = std::pin::pin!(client.request(request));

        // hyper names the connection before it writes to it. As long as it has not, nothing can
        // have been sent, and dropping the request is certain to leave nothing behind.
        let connecting = async {
            tokio::select! {
                biased;
                result = &mut response => Some(result),
                () = async { drop(captured.wait_for_connection_metadata().await) } => None,
            }
        };
        let early = timeout(connect, connecting).await;
        let connected = captured.connection_metadata().is_some();
        let result = match early {
            Ok(Some(result)) => result,
            Err(_) if !connected => return Err(ExchangeError::ConnectTimeout),
            Ok(None) | Err(_) => match timeout(first_byte, &mut response).await {
                Ok(result) => result,
                Err(_) => return Err(ExchangeError::AnswerTimeout),
            },
        };
        let connected = captured.connection_metadata().is_some();
        result.map_err(|error| {
            ExchangeError::of_client(&error, tls, connected, self.limits.header_size)
        })
    }
}

/// What a component asks for, as far as it may.
fn capped(asked: Option<Duration>, most: Duration) -> Duration {
    asked.map_or(most, |asked| asked.min(most))
}

/// Reads a response to its end.
async fn read(
    response: Response<Incoming>,
    limit: u64,
    between: Duration,
) -> Result<Answer, ExchangeError> {
    let too_big = || ExchangeError::BodyTooLarge { most: limit };
    let (mut parts, mut body) = response.into_parts();
    // A coding that can't be undone could hide the key from the search for it.
    if let Some(coding) = parts.headers.remove(header::CONTENT_ENCODING)
        && !CODINGS
            .iter()
            .any(|known| coding.as_bytes().eq_ignore_ascii_case(known))
    {
        return Err(ExchangeError::Encoded);
    }
    if hyper::body::Body::size_hint(&body).lower() > limit {
        return Err(too_big());
    }
    let mut bytes = BytesMut::new();
    loop {
        let frame = match timeout(between, body.frame()).await {
            Err(_) => return Err(ExchangeError::BodyTimeout),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(ExchangeError::Incomplete),
            Ok(Some(Ok(frame))) => frame,
        };
        // Trailers are left out: nobody reads them, and they could hold the key.
        if let Ok(data) = frame.into_data() {
            if bytes.len() as u64 + data.len() as u64 > limit {
                return Err(too_big());
            }
            bytes.extend_from_slice(&data);
        }
    }
    let bytes = bytes.freeze();
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let bytes = match ima_wire::coding::decoded(&bytes, most) {
        Some(Cow::Borrowed(_)) => bytes,
        Some(Cow::Owned(decoded)) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Bytes::from(decoded)
        }
        None => return Err(ExchangeError::Encoded),
    };
    Ok(Response::from_parts(parts, bytes))
}

/// The request for a file, without the key.
pub(crate) fn file_request(uri: Uri) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::default());
    *request.uri_mut() = uri;
    request.headers_mut().insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    request
}
