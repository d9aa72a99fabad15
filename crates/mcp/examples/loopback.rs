//! The server over HTTP on the loopback interface, with a simulator behind it: for the official
//! conformance suite, which speaks no other transport. `ima mcp` itself has standard input and output
//! alone. Prints its address, and ends with its standard input.
#![allow(
    clippy::unwrap_used,
    reason = "it is part of a test, which fails by panicking"
)]

use ima_host::Journal;
use ima_host::types::Language;
use ima_mcp::{Server, Settings};
use ima_test_kit::Stage;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::io::AsyncReadExt;

#[tokio::main]
async fn main() {
    let home = tempfile::tempdir().unwrap();
    let journal = Journal::open_blocking(&home.path().join("data")).unwrap();
    let stage = Stage::with(|builder| builder.journal(journal)).await;
    let settings = Settings::new(home.path().join("audio"), Language::En);
    let server = Server::new(stage.runtime.clone(), settings).unwrap();
    let serving = server.clone();
    let own = ["http://127.0.0.1:*", "http://localhost:*"];
    let config = StreamableHttpServerConfig::default().with_allowed_origins(own);
    let service = StreamableHttpService::new(
        move || Ok(serving.clone()),
        LocalSessionManager::default().into(),
        config,
    );
    let router = axum::Router::new().route_service("/mcp", service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("listening on http://{}/mcp", listener.local_addr().unwrap());
    let input = async {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    tokio::select! {
        served = async { axum::serve(listener, router).await } => served.unwrap(),
        () = input => {}
    }
    server.end().await;
}
