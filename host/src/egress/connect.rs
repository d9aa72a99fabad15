//! Opens connections: names resolve to public addresses only, TLS, proxies.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{io, vec};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::is_public;
use crate::limits::Limits;
use crate::network::Proxies;

pub(crate) type Connector = HttpsConnector<Route>;

/// The connector of a runtime. `localhost` says whether that name may lead to this machine.
pub(crate) fn connector(
    limits: &Limits,
    localhost: bool,
    proxies: Proxies,
    roots: rustls::RootCertStore,
) -> Result<Connector, rustls::Error> {
    let mut direct = HttpConnector::new_with_resolver(Resolver { localhost });
    direct.enforce_http(false);
    direct.set_nodelay(true);
    direct.set_connect_timeout(Some(limits.connect_timeout));
    let mut to_proxy = HttpConnector::new();
    to_proxy.set_nodelay(true);
    to_proxy.set_connect_timeout(Some(limits.connect_timeout));

    // The provider is named: a process may hold another one too.
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Route {
            direct,
            to_proxy,
            proxies,
        }))
}

/// Opens TCP connections: to the host itself, or through a proxy, which is asked for a tunnel and
/// sees nothing but TLS. A proxy is where the user says, private or not, and it looks names up
/// itself: whether they lead to private addresses is then its to judge.
#[derive(Clone)]
pub(crate) struct Route {
    direct: HttpConnector<Resolver>,
    to_proxy: HttpConnector,
    proxies: Proxies,
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(BoxError::from)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.of(&uri) else {
            let connecting = self.direct.call(uri);
            return Box::pin(async { connecting.await.map_err(BoxError::from) });
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.to_proxy.clone());
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        let connecting = tunnel.call(uri);
        Box::pin(async { connecting.await.map_err(BoxError::from) })
    }
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
