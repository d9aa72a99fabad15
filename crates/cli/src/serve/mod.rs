//! The server behind `ima serve`: who asks, what a repeated request is, and the component that answers.

mod clients;
mod door;
mod visitor;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use ima_host::Runtime;
use ima_host::edge::{Asked, Edge, EdgeBody, Purchase, Repeats, refusal};
use ima_host::types::Charge;
use tokio::net::TcpListener;

use crate::command_error::CommandError;
use crate::connections::{self, NoBody, Stranger};
use crate::ui::text::command_error;
pub(crate) use clients::Clients;
use visitor::{PageSession, Turned, Visitor, admit};

/// The longest body of a request, in bytes, as the component has it.
const LONGEST: usize = 256 << 10;

/// A server that listens.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    edge: Edge,
    clients: Clients,
    page: PageSession,
    /// The names it goes by; none if it listens beyond this machine.
    names: Vec<String>,
    repeats: Repeats,
    begun: Instant,
}

impl Server {
    /// Listens, and gets the component ready.
    pub(crate) async fn bind(
        address: SocketAddr,
        runtime: Runtime,
        clients: Clients,
    ) -> Result<Self, CommandError> {
        let (listener, address) = connections::listen(address).await?;
        let secret = clients::random().map_err(|error| no_randomness(&error))?;
        let edge = runtime.edge(clients.secret()).await?;
        let shared = Arc::new(Shared {
            edge,
            clients,
            page: PageSession::new(secret),
            names: connections::names(address),
            repeats: Repeats::default(),
            begun: Instant::now(),
        });
        Ok(Self {
            listener,
            address,
            shared,
        })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of the page, for whoever reads the terminal.
    pub(crate) fn page(&self) -> String {
        format!("{}/?{}", self.origin(), self.shared.page.query())
    }

    pub(crate) fn needs_token(&self) -> bool {
        !self.shared.clients.is_empty()
    }

    /// Answers until `end`, and then ends what has been begun.
    pub(crate) async fn run(self, end: impl Future) {
        let shared = self.shared;
        connections::serve(self.listener, end, move |request| {
            let shared = Arc::clone(&shared);
            async move { shared.answer(request).await }
        })
        .await;
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<EdgeBody> {
        if request.method() == Method::GET
            && request.uri().path() == "/"
            && self.page.is_in_query(request.uri().query())
        {
            return to_the_page(&self.page);
        }
        let is_open = request.uri().path() == "/healthz";
        let visitor = match admit(request.headers(), &self.names, &self.clients, &self.page) {
            Ok(visitor) => visitor,
            Err(Turned::Token) if is_open => Visitor::Local,
            Err(Turned::Token) if door::is_opened(&request) => return door::closed(),
            Err(turned) => return turn_away(turned),
        };
        let (mut parts, body) = request.into_parts();
        let body = match connections::body(body, LONGEST).await {
            Ok(body) => body,
            Err(NoBody::TooLarge) => {
                let message = "The body may have 256 KiB. Nothing was spent.";
                return refusal(413, "body_too_large", message, Charge::No);
            }
            Err(NoBody::TooSlow) => {
                let message = "The body did not arrive. Nothing was spent.";
                return refusal(408, "body_too_slow", message, Charge::No);
            }
        };
        let client = visitor.in_the_ledger();
        let mut purchase = None;
        if parts.method == Method::POST {
            match self.purchase(&client.name, parts.uri.path(), &parts.headers, &body) {
                Ok(known) => {
                    name_it(&mut parts.headers, &known);
                    purchase = Some(known);
                }
                Err(response) => return *response,
            }
        }
        let body = Full::new(body).map_err(|never: Infallible| match never {});
        let request = Request::from_parts(parts, body);
        let turn = match &purchase {
            Some(purchase) => Some(purchase.turn().await),
            None => None,
        };
        let response = self.edge.answer(request, Some(client), turn).await;
        if let Some(purchase) = &purchase {
            self.repeats.answered(purchase);
        }
        response
    }

    /// What a request that may spend goes by.
    fn purchase(
        &self,
        client: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Purchase, Box<Response<EdgeBody>>> {
        let mut keys = headers.get_all("idempotency-key").iter();
        let key = match (keys.next().map(HeaderValue::to_str), keys.next()) {
            (None, _) => None,
            (Some(Ok(key)), None) if (1..=255).contains(&key.len()) => Some(key),
            _ => {
                let message = "The header Idempotency-Key must be one text of 1 to 255 characters.";
                return Err(Box::new(refusal(
                    400,
                    "invalid_idempotency_key",
                    message,
                    Charge::No,
                )));
            }
        };
        let mut counts = headers.get_all("x-stainless-retry-count").iter();
        let asked = Asked {
            client,
            path,
            body,
            key,
            // A count that can't be read is no proof of a first try.
            is_retry: !counts.all(|count| count == "0"),
        };
        let fresh = clients::random().map_err(|_| {
            let message = "This machine gives no random numbers. Nothing was spent.";
            Box::new(refusal(500, "internal_error", message, Charge::No))
        })?;
        let known = self
            .repeats
            .purchase(&asked, self.begun.elapsed(), move || fresh);
        known.map_err(|error| {
            let message = error.to_string();
            Box::new(refusal(422, "idempotency_key_reused", &message, Charge::No))
        })
    }
}

fn no_randomness(error: &std::io::Error) -> CommandError {
    tracing::warn!(%error, "no random numbers");
    command_error!(
        Usage,
        "This machine gives no random numbers." => "Without them no secret can be made. Try again.",
        "无法获得随机数。" => "没有随机数就无法生成密钥，请重试。"
    )
}

/// Gives a request the key that it goes by.
fn name_it(headers: &mut HeaderMap, purchase: &Purchase) {
    let key = purchase.key.as_deref();
    let key = key.and_then(|key| HeaderValue::from_str(key).ok());
    match key {
        Some(key) => drop(headers.insert("idempotency-key", key)),
        None => drop(headers.remove("idempotency-key")),
    }
}

/// The page without the secret in its address, and with the cookie.
fn to_the_page(page: &PageSession) -> Response<EdgeBody> {
    let mut response = refusal(303, "page", "The page is at /.", Charge::No);
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static("/"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(cookie) = HeaderValue::from_str(&page.cookie()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
}

fn turn_away(turned: Turned) -> Response<EdgeBody> {
    match turned {
        Turned::Stranger(Stranger::Host) => refusal(
            421,
            "wrong_host",
            "The server doesn't go by this name.",
            Charge::No,
        ),
        Turned::Stranger(Stranger::Site) => refusal(
            403,
            "origin_not_allowed",
            "Pages of other sites may not use this server.",
            Charge::No,
        ),
        Turned::Token => refusal(
            401,
            "missing_token",
            "The server needs a token (ima serve token add NAME), and its page the address that was printed at the start.",
            Charge::No,
        ),
    }
}
