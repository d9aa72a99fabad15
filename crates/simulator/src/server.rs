//! The running server: a thread of its own with its own runtime, so that a test may block.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::oneshot;

use crate::auth::Account;
use crate::connection;
use crate::control::Control;
use crate::control_http;
use crate::create::create;
use crate::detail::{audio, detail};
use crate::envelope::{NOT_FOUND, Refusal};
use crate::intercept::intercept;
use crate::product_list::product_list;
use crate::tls;
use crate::world::{Shared, World};

/// The key of the account that is there from the start.
pub const DEMO_KEY: &str = "ima_demo_key";

/// The points that it starts with.
pub const DEMO_POINTS: u64 = 1000;

/// How to start a simulator.
#[derive(Clone, Debug)]
pub struct Options {
    /// The TCP port on 127.0.0.1; 0, the default, for a free one.
    pub port: u16,
    /// Simulated seconds per real second, 1 by default. With 0 only [`Control::advance`] moves the
    /// clock.
    pub speed: f64,
    /// Task ids and durations follow from it.
    pub seed: u64,
    /// Whether it speaks HTTPS, with a certificate of its own making that clients trust by
    /// [`Simulator::authority`].
    pub tls: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            speed: 1.0,
            seed: 0,
            tls: false,
        }
    }
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// The system's reason.
        source: io::Error,
    },
    /// The speed is negative, infinite or not a number.
    #[error("the speed must be a number of at least 0, not {0}")]
    Speed(f64),
    /// The certificate could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// TLS could not be set up.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    /// The system gave no thread or no event queue.
    #[error("cannot start the server")]
    Spawn(#[source] io::Error),
}

/// A running server. Dropping it closes its port and all connections.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    authority: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a server on loopback with the account [`DEMO_KEY`]. It accepts connections from the
    /// moment this returns.
    ///
    /// The server has a thread and a runtime of its own: the caller may block, and need not run on
    /// tokio.
    ///
    /// # Errors
    ///
    /// Where the port or a thread cannot be had, or the speed is unusable.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options {
            port,
            speed,
            seed,
            tls,
        } = options;
        if !speed.is_finite() || speed < 0.0 {
            return Err(StartError::Speed(speed));
        }
        let listen = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let tls = tls.then(tls::tls).transpose()?;
        let (scheme, acceptor, authority) = match tls {
            Some(tls) => ("https", Some(tls.acceptor), Some(tls.authority)),
            None => ("http", None, None),
        };

        let mut world = World::new(seed, speed);
        world.accounts.add(DEMO_KEY, DEMO_POINTS);
        let shared = Arc::new(Shared::new(format!("{scheme}://{address}"), world));

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Spawn)?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(listen)?
        };
        let (stop, stopped) = oneshot::channel();
        let serve = connection::accept(listener, acceptor, router(&shared), Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("ima-simulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = serve => {}
                        _ = stopped => {}
                    }
                });
                // Does not wait for audio in the making.
                runtime.shutdown_background();
            })
            .map_err(StartError::Spawn)?;
        Ok(Self {
            shared,
            authority,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Scheme, host and port, for example `http://127.0.0.1:8080`; `https` with [`Options::tls`].
    pub fn origin(&self) -> String {
        self.shared.origin.clone()
    }

    /// With [`Options::tls`], the certificate of the authority that signed this server's, as PEM.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Reads and steers this server; works on after its end, without effect.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    let service = Router::new()
        .route("/open/v1/product/list", get(product_list))
        .route("/open/v1/tasks/create", post(create))
        .route("/open/v1/tasks/detail", post(detail))
        .route("/audio/{task}/{file}", get(audio))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(shared), intercept))
        .with_state(Arc::clone(shared));
    let control = Control::new(Arc::clone(shared));
    Router::new()
        .nest("/_control", control_http::router(control))
        .fallback_service(service)
}

async fn unknown(uri: Uri, account: Result<Account, Refusal>) -> Response {
    if uri.path().starts_with("/open/v1/")
        && let Err(refusal) = account
    {
        return refusal.into_response();
    }
    Refusal::of(NOT_FOUND)
        .with_status(StatusCode::NOT_FOUND)
        .into_response()
}

async fn wrong_method() -> Refusal {
    Refusal::bad_request("method not allowed").with_status(StatusCode::METHOD_NOT_ALLOWED)
}
