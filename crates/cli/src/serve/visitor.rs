//! Who sends a request, and whether they may: a client with its token, the page with its cookie, or any
//! program of this machine where no tokens are set.

use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use ima_host::edge::Client;

use super::Clients;
use crate::connections::{Stranger, is_from_browser};

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
    /// It was meant for another server, or comes from a page of another site.
    Stranger(Stranger),
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
    let is_browser = is_from_browser(headers, own).map_err(Turned::Stranger)?;
    if page.is_in_cookies(headers) {
        return Ok(Visitor::Page);
    }
    let token = headers.get(header::AUTHORIZATION);
    let token = token.and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
    if let Some((name, per_day)) = token.and_then(|token| clients.client(token.trim())) {
        let name = name.to_owned();
        return Ok(Visitor::Client { name, per_day });
    }
    match !clients.is_empty() || is_browser {
        true => Err(Turned::Token),
        false => Ok(Visitor::Local),
    }
}
