//! Opens connections: names resolve to public addresses only, TLS with the Mozilla roots.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{io, vec};

use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::is_public;
use crate::limits::Limits;

pub(crate) type Connector = HttpsConnector<HttpConnector<Resolver>>;

/// The connector of a runtime. `localhost` says whether that name may lead to this machine.
pub(crate) fn connector(limits: &Limits, localhost: bool) -> Result<Connector, rustls::Error> {
    let mut tcp = HttpConnector::new_with_resolver(Resolver { localhost });
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(limits.connect_timeout));

    // The provider is named: a process may hold another one too.
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_webpki_roots()
        .with_no_client_auth();
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

/// Why a name led nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    /// The lookup failed.
    #[error("the name could not be resolved")]
    Lookup(#[source] io::Error),
    /// Every address is private.
    #[error("the name leads to a private network")]
    Prohibited,
}

/// Resolves names, and keeps the addresses that may be connected to.
///
/// The check is here, between the lookup and the connection, so that a name can't be judged by one
/// answer and used with another.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    localhost: bool,
}

impl Resolver {
    async fn resolve(self, name: Name) -> Result<vec::IntoIter<SocketAddr>, ResolveError> {
        let found = tokio::net::lookup_host((name.as_str(), 0))
            .await
            .map_err(ResolveError::Lookup)?;
        let local = self.localhost && name.as_str() == "localhost";
        let allowed = |address: &SocketAddr| match local {
            true => address.ip().is_loopback(),
            false => is_public(address.ip()),
        };
        let addresses: Vec<_> = found.filter(allowed).collect();
        if addresses.is_empty() {
            return Err(ResolveError::Prohibited);
        }
        Ok(addresses.into_iter())
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ResolveError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(self.clone().resolve(name))
    }
}
