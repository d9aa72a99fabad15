//! Opens connections: names resolve to public addresses only, TLS, proxies.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{io, vec};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_service::Service;

use super::is_public;
use super::open::Open;
use super::permit::at_least_one;
use crate::limits::Limits;
use crate::network::Proxies;
use crate::origin::Origin;

pub(crate) type Connector = HttpsConnector<Route>;

/// The connector of a runtime, for this origin and for what is downloaded.
pub(crate) fn connector(
    limits: &Limits,
    origin: &Origin,
    proxies: Proxies,
    tls: rustls::ClientConfig,
) -> Connector {
    let mut direct = HttpConnector::new_with_resolver(Resolver {
        localhost: origin.is_localhost(),
    });
    direct.enforce_http(false);
    direct.set_nodelay(true);
    direct.set_connect_timeout(Some(limits.connect_timeout));
    let mut to_proxy = HttpConnector::new();
    to_proxy.set_nodelay(true);
    to_proxy.set_connect_timeout(Some(limits.connect_timeout));

    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(Route {
            direct,
            to_proxy,
            proxies,
            origin: origin.clone(),
            places: Arc::new(Semaphore::new(at_least_one(limits.connections))),
            patience: limits.connect_timeout,
        })
}

/// Opens TCP connections: to the host itself, or through a proxy, which is asked for a tunnel and
/// sees nothing but TLS. A proxy is where the user says, private or not, and it looks names up
/// itself: whether they lead to private addresses is then its to judge.
///
/// Every exchange needs a permit, so there are hardly ever more connections to the service than
/// permits. But a connection is back in the pool only a moment after its permit, and the next
/// exchange may have begun to open another by then: so the open ones are counted too.
#[derive(Clone)]
pub(crate) struct Route {
    direct: HttpConnector<Resolver>,
    to_proxy: HttpConnector,
    proxies: Proxies,
    origin: Origin,
    places: Arc<Semaphore>,
    /// How long a place is waited for.
    patience: Duration,
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl Route {
    async fn open(mut self, uri: Uri) -> Result<Open, BoxError> {
        let place = match self.origin.matches(&uri) {
            true => {
                let place = Arc::clone(&self.places).acquire_owned();
                Some(timeout(self.patience, place).await??)
            }
            false => None,
        };
        let Some(proxy) = self.proxies.of(&uri) else {
            return Ok(Open::new(self.direct.call(uri).await?, place));
        };
        if proxy.uri().scheme_str() == Some("socks5") {
            let authority = proxy.uri().authority().map_or("", |it| it.as_str());
            let address = Uri::builder()
                .scheme("http")
                .authority(authority)
                .path_and_query("/")
                .build()?;
            let mut socks = SocksV5::new(address, self.to_proxy);
            if let Some((user, password)) = proxy.raw_auth() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            return Ok(Open::new(socks.call(uri).await?, place));
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.to_proxy);
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        Ok(Open::new(tunnel.call(uri).await?, place))
    }
}

impl Service<Uri> for Route {
    type Response = Open;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Open, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(BoxError::from)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().open(uri))
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
