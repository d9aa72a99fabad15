//! Who sends a request, and whether they may: a client with its token, the page with its cookie, or any
//! program of this machine where no tokens are set.

use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use ima_host::edge::Client;

use super::Clients;

/// The cookie of the page.
const COOKIE: &str = "ima_serve";

/// What lets the page in: a secret in the address that was printed, then a cookie.
#[derive(Debug, Clone)]
pub(super) struct PageSession(String);

/// Who may send a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Visitor {
    Client {
        name: String,
        per_day: Option<u64>,
    },
    Page,
    /// A program on this machine; there are no tokens.
    Local,
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turned {
    /// It was sent to another name than the server's, as a page with a forged name would do.
    Host,
    /// A page of another site sent it.
    Site,
    /// It needs a token.
    Token,
}

impl Visitor {
    /// How the ledger counts them.
    pub(super) fn in_the_ledger(&self) -> Client {
        // No client's name has a space.
        let named = |name: &str| Client {
            name: name.to_owned(),
            per_day: None,
        };
        match self {
            Self::Client { name, per_day } => Client {
                per_day: *per_day,
                ..named(name)
            },
            Self::Page => named("the page"),
            Self::Local => named("this machine"),
        }
    }
}

impl PageSession {
    pub(super) fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The query of the address that is printed.
    pub(super) fn query(&self) -> String {
        format!("page={}", self.0)
    }

    pub(super) fn is_in_query(&self, query: Option<&str>) -> bool {
        let given = query.and_then(|query| query.strip_prefix("page="));
        given.is_some_and(|given| same(given, &self.0))
    }

    /// The header that gives the page its cookie.
    pub(super) fn cookie(&self) -> String {
        format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", self.0)
    }

    fn is_in_cookies(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(header::COOKIE).iter();
        let cookies = lines.filter_map(|it| it.to_str().ok());
        let mut cookies = cookies.flat_map(|line| line.split(';'));
        cookies.any(|cookie| {
            let given = cookie.trim().split_once('=');
            given.is_some_and(|(name, value)| name == COOKIE && same(value, &self.0))
        })
    }
}

/// Compares secrets by their hashes: how long it takes tells nothing of them.
fn same(given: &str, secret: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(secret)
}

/// Who sends a request with these headers. `own` are the names of the server, with their port; without
/// any, it goes by every name.
pub(super) fn admit(
    headers: &HeaderMap,
    own: &[String],
    clients: &Clients,
    page: &PageSession,
) -> Result<Visitor, Turned> {
    let text = |name| headers.get(name).map(|it| it.to_str().unwrap_or_default());
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|it| it.to_str().ok());
    let is_own = |host: &str| own.iter().any(|it| it.eq_ignore_ascii_case(host));
    if hosts.next().is_some() || !own.is_empty() && !host.is_some_and(is_own) {
        return Err(Turned::Host);
    }
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(Turned::Site);
    }
    let origin = text(header::ORIGIN);
    let from_page = origin.map(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|it| host.is_some_and(|host| it.eq_ignore_ascii_case(host)))
    });
    if from_page == Some(false) {
        return Err(Turned::Site);
    }
    if page.is_in_cookies(headers) {
        return Ok(Visitor::Page);
    }
    let token = text(header::AUTHORIZATION).and_then(|it| it.strip_prefix("Bearer "));
    if let Some((name, per_day)) = token.and_then(|token| clients.client(token.trim())) {
        let name = name.to_owned();
        return Ok(Visitor::Client { name, per_day });
    }
    let is_browser = origin.is_some() || site.is_some();
    match !clients.is_empty() || is_browser {
        true => Err(Turned::Token),
        false => Ok(Visitor::Local),
    }
}
