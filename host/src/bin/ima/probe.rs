//! Looks at the way to the service. Sends no key.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Empty;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

/// The longest time for each look.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether requests go through a proxy.
pub(crate) fn has_proxy() -> bool {
    ["HTTPS_PROXY", "https_proxy"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The addresses of a host; empty where its name is not found.
pub(crate) async fn addresses(url: &Url) -> Vec<SocketAddr> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    match timeout(PATIENCE, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        _ => Vec::new(),
    }
}

/// Whether one of these addresses takes connections.
pub(crate) async fn connects(addresses: &[SocketAddr]) -> bool {
    matches!(
        timeout(PATIENCE, TcpStream::connect(addresses)).await,
        Ok(Ok(_))
    )
}

/// By how many seconds the service's clock is ahead of this one, as its answers say.
pub(crate) async fn clock_difference(url: &Url) -> Option<i64> {
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
        .ok()?
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let request = Request::builder()
        .method(Method::HEAD)
        .uri(url.as_str())
        .body(Empty::<Bytes>::new())
        .ok()?;
    let response = timeout(PATIENCE, client.request(request))
        .await
        .ok()?
        .ok()?;
    let date = response.headers().get(http::header::DATE)?.to_str().ok()?;
    let theirs = rfc2822::parse(date).ok()?.timestamp();
    Some(theirs.as_second() - Timestamp::now().as_second())
}
