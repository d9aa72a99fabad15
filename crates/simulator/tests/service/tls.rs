//! HTTPS with the certificate that the simulator makes for itself.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::StatusCode;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use ima_simulator::{Options, Simulator};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::client::list_path;

type Https = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// A client that trusts this authority, or else the public ones.
fn client(authority: Option<&str>) -> Https {
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = match authority {
        Some(pem) => {
            let mut roots = RootCertStore::empty();
            let authority = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
            roots.add(authority).unwrap();
            config.with_root_certificates(roots)
        }
        None => config.with_webpki_roots(),
    };
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config.with_no_client_auth())
        .https_only()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new()).build(connector)
}

/// The status of a product list, asked for without a key.
async fn list(client: &Https, origin: &str) -> Result<StatusCode, Error> {
    let path = list_path("text_to_music");
    let answer = client.get(format!("{origin}{path}").parse().unwrap());
    Ok(answer.await?.status())
}

#[tokio::test]
async fn who_trusts_its_authority_is_served_and_handshakes_are_counted() {
    let options = Options {
        tls: true,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let origin = simulator.origin();
    assert!(origin.starts_with("https://127.0.0.1:"), "{origin}");

    let trusting = client(simulator.authority());
    let by_name = origin.replace("127.0.0.1", "localhost");
    for origin in [&origin, &by_name] {
        let status = list(&trusting, origin).await.unwrap();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(simulator.control().handshakes(), 2);
    assert_eq!(simulator.control().request_count(), 2);

    assert!(list(&client(None), &origin).await.is_err());
    assert_eq!(simulator.control().handshakes(), 2);
    assert_eq!(simulator.control().request_count(), 2);
}

#[tokio::test]
async fn without_tls_there_is_no_authority() {
    let simulator = Simulator::start(Options::default()).await.unwrap();
    assert!(simulator.origin().starts_with("http://"));
    assert_eq!(simulator.authority(), None);
}

#[tokio::test]
async fn the_program_writes_its_authority_before_it_listens() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_ima-simulator"))
        .arg("--tls")
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(program.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let origin = line.trim().strip_prefix("listening on ").unwrap();
    let authority = std::fs::read_to_string(folder.path().join("ca.pem")).unwrap();
    let status = list(&client(Some(&authority)), origin).await.unwrap();
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}
