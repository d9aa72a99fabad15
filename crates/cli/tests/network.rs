//! How connections are made: through a proxy (what it sees, and what it is not asked for), with
//! certificates of one's own, and how many at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use ima_host::types::{Language, Outcome, TaskType};
use ima_host::{Builder, Clock, Credential, Error, Isolation, Limits, Request, Runtime};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const KEY: &str = "ima_key_of_the_test";
const LIST: &str = r#"{"code":0,"message":"success","data":[{"id":"sonic","type":"3","name":"Suno",
    "model_id":"sonic","credit_rules":[{"points":25,"attribute_id":2370,"attributes":{}}]}]}"#;

/// Bytes that came by.
type Seen = Arc<Mutex<Vec<u8>>>;

/// A service over TLS with a certificate of its own.
struct Service {
    port: u16,
    pem: String,
    seen: Seen,
}

impl Service {
    async fn start() -> Self {
        let names = ["localhost", "service.test"].map(str::to_owned);
        let certified = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Seen::default();
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, log) = (acceptor.clone(), Arc::clone(&log));
                tokio::spawn(async move {
                    // A client that does not trust it goes away.
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut chunk = vec![0; 16 << 10];
                    while let Ok(size @ 1..) = stream.read(&mut chunk).await {
                        log.lock().unwrap().extend_from_slice(&chunk[..size]);
                        let length = LIST.len();
                        let date = DateTimePrinter::new();
                        let date = date.timestamp_to_rfc9110_string(&Timestamp::now()).unwrap();
                        let answer = format!(
                            "HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-length: {length}\r\n\r\n{LIST}"
                        );
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self {
            port,
            pem: certified.cert.pem(),
            seen,
        }
    }

    fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

/// A proxy that makes tunnels to one place, whatever it is asked for.
struct Proxy {
    address: String,
    seen: Seen,
}

impl Proxy {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Seen::default();
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, port, Arc::clone(&log)));
            }
        });
        Self { address, seen }
    }

    fn saw(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }
}

async fn tunnel(mut client: TcpStream, port: u16, log: Seen) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    log.lock().unwrap().extend_from_slice(&head);
    let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let there = async {
        let mut chunk = vec![0; 16 << 10];
        while let Ok(size @ 1..) = from_client.read(&mut chunk).await {
            log.lock().unwrap().extend_from_slice(&chunk[..size]);
            if to_server.write_all(&chunk[..size]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = there => {}
        _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
    }
}

fn runtime(origin: &str) -> Builder {
    Runtime::builder()
        .origin(origin)
        .credential(Credential::literal(KEY))
        .cache_folder(env!("CARGO_TARGET_TMPDIR"))
}

async fn models(builder: Builder) -> Result<usize, Error> {
    let runtime = builder.build().await?;
    let models = runtime.models(TaskType::TextToMusic, Language::En).await?;
    Ok(models.len())
}

#[tokio::test]
async fn a_certificate_is_trusted_only_where_it_was_added() {
    let service = Service::start().await;
    let patient = || runtime(&service.origin()).clock(Clock::stepped(|_| {}));
    let refused = models(patient()).await;
    assert!(matches!(refused, Err(Error::Failure(_))), "{refused:?}");
    assert!(service.seen.lock().unwrap().is_empty(), "nothing was sent");
    assert_eq!(models(patient().extra_ca(&*service.pem)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_proxy_carries_tls_and_never_sees_the_key() {
    let service = Service::start().await;
    let proxy = Proxy::to(service.port).await;
    // Nobody but the proxy could say where this is.
    let builder = runtime("https://service.test")
        .proxy(&format!("http://me:secret@{}", proxy.address))
        .extra_ca(&*service.pem);
    assert!(!format!("{builder:?}").contains("secret"));
    assert_eq!(models(builder).await.unwrap(), 1);
    let saw = proxy.saw();
    assert!(
        saw.starts_with("CONNECT service.test:443 HTTP/1.1"),
        "{saw}"
    );
    // Of "me:secret".
    assert!(saw.contains("Basic bWU6c2VjcmV0"), "{saw}");
    assert!(!saw.contains(KEY) && !saw.contains("product/list"));
    let service = String::from_utf8(service.seen.lock().unwrap().clone()).unwrap();
    assert!(service.contains(KEY));
    assert!(!service.to_ascii_lowercase().contains("proxy-authorization"));
}

async fn take(client: &mut TcpStream, length: usize, log: &Seen) -> Vec<u8> {
    let mut bytes = vec![0; length];
    client.read_exact(&mut bytes).await.unwrap();
    log.lock().unwrap().extend_from_slice(&bytes);
    bytes
}

/// A SOCKS proxy (RFC 1928, RFC 1929) that leads to one place, whatever it is asked for.
async fn socks(port: u16) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let methods = take(&mut client, 2, &log).await[1];
        take(&mut client, methods.into(), &log).await;
        client.write_all(&[5, 2]).await.unwrap();
        let user = take(&mut client, 2, &log).await[1];
        take(&mut client, user.into(), &log).await;
        let password = take(&mut client, 1, &log).await[0];
        take(&mut client, password.into(), &log).await;
        client.write_all(&[1, 0]).await.unwrap();
        let name = take(&mut client, 5, &log).await[4];
        take(&mut client, usize::from(name) + 2, &log).await;
        client
            .write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
            .await
            .unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    (address, seen)
}

#[tokio::test]
async fn a_socks_proxy_looks_names_up_and_never_sees_the_key() {
    let service = Service::start().await;
    let (address, seen) = socks(service.port).await;
    let builder = runtime("https://service.test")
        .proxy(&format!("socks5://me:secret@{address}"))
        .extra_ca(&*service.pem);
    assert_eq!(models(builder).await.unwrap(), 1);
    let saw = String::from_utf8_lossy(&seen.lock().unwrap()).into_owned();
    assert!(
        saw.contains("service.test") && saw.contains("secret"),
        "{saw}"
    );
    assert!(!saw.contains(KEY));
}

#[tokio::test]
async fn a_proxy_is_not_asked_for_exceptions_nor_for_plain_http() {
    let service = Service::start().await;
    let proxy = Proxy::to(service.port).await;
    let builder = runtime(&service.origin())
        .proxy(&proxy.address)
        .no_proxy("localhost, 10.0.0.0/8")
        .extra_ca(&*service.pem);
    assert_eq!(models(builder).await.unwrap(), 1);

    let simulator = ima_simulator::Simulator::start(ima_simulator::Options::default());
    let simulator = simulator.await.unwrap();
    let builder = runtime(&simulator.origin())
        .credential(Credential::literal(ima_simulator::DEMO_KEY))
        .proxy(&proxy.address);
    assert!(models(builder).await.unwrap() > 0);
    assert_eq!(proxy.saw(), "");
}

#[tokio::test]
async fn the_service_is_asked_for_its_time_without_the_key() {
    let service = Service::start().await;
    let proxy = Proxy::to(service.port).await;
    let builder = runtime("https://service.test")
        .proxy(&format!("http://me:secret@{}", proxy.address))
        .extra_ca(&*service.pem);
    let runtime = builder.build().await.unwrap();
    assert_eq!(runtime.proxy().as_ref(), Some(&proxy.address));
    assert!(runtime.clock_difference().await.is_some());
    assert!(proxy.saw().starts_with("CONNECT service.test:443"));
    let seen = String::from_utf8(service.seen.lock().unwrap().clone()).unwrap();
    assert!(seen.starts_with("HEAD / ") && !seen.contains(KEY), "{seen}");
}

/// What `ima doctor` finds with these variables in its environment, by the names of the checks.
fn doctor(origin: &str, pem: &str, variables: &[(&str, &str)]) -> Vec<(String, bool)> {
    let home = tempfile::tempdir().unwrap();
    let certificate = home.path().join("ca.pem");
    std::fs::write(&certificate, pem).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ima"))
        .args(["doctor", "--json", "--base-url", origin])
        .env_clear()
        .env("HOME", home.path())
        .env("IMA_API_KEY", KEY)
        .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
        .env("SSL_CERT_FILE", &certificate)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = found["checks"].as_array().unwrap().iter();
    checks
        .map(|it| {
            let name = it["check"].as_str().unwrap().to_owned();
            (name, it["ok"].as_bool().unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_goes_the_way_that_requests_go() {
    let service = Service::start().await;
    let proxy = Proxy::to(service.port).await;
    let good = |name: &str| (name.to_owned(), true);
    let https = ("ALL_PROXY", proxy.address.as_str());
    let found = doctor("https://service.test", &service.pem, &[https]);
    for check in ["proxy", "name", "connection", "service", "key", "clock"] {
        assert!(found.contains(&good(check)), "{check}: {found:?}");
    }
    assert!(proxy.saw().contains("CONNECT service.test:443"));

    let other = Proxy::to(service.port).await;
    let except = [
        ("HTTPS_PROXY", other.address.as_str()),
        ("NO_PROXY", "localhost"),
    ];
    let found = doctor(&service.origin(), &service.pem, &except);
    assert!(!found.contains(&good("proxy")), "{found:?}");
    for check in ["name", "connection", "service", "key", "clock"] {
        assert!(found.contains(&good(check)), "{check}: {found:?}");
    }
    assert_eq!(other.saw(), "");
}

#[tokio::test]
async fn what_can_not_be_used_is_refused_at_once() {
    let builder = runtime("https://service.test").proxy("https://127.0.0.1:1");
    assert!(matches!(models(builder).await, Err(Error::Network(_))));
    let builder = runtime("https://service.test").extra_ca("no certificate");
    assert!(matches!(models(builder).await, Err(Error::Network(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_generations_share_the_few_connections_that_there_may_be() {
    const SPEED: u32 = 20;
    for isolation in [Isolation::PerGeneration, Isolation::Shared] {
        let options = ima_simulator::Options {
            speed: SPEED.into(),
            ..ima_simulator::Options::default()
        };
        let simulator = ima_simulator::Simulator::start(options).await.unwrap();
        let control = simulator.control();
        control.set_timeline("seed-tts-2.0", ima_simulator::Timeline::lasting(5.0));
        let limits = Limits {
            connections: 2,
            ..Limits::default()
        };
        let builder = runtime(&simulator.origin())
            .credential(Credential::literal(ima_simulator::DEMO_KEY))
            .clock(Clock::accelerated(SPEED))
            .limits(limits)
            .isolation(isolation);
        let runtime = builder.build().await.unwrap();
        let mut generations = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let runtime = runtime.clone();
            generations.spawn(async move {
                let request = Request::new(TaskType::TextToSpeech, "hello", Language::En);
                runtime.start(request).await?.outcome().await
            });
        }
        while let Some(outcome) = generations.join_next().await {
            let outcome = outcome.unwrap().unwrap();
            assert!(matches!(outcome, Outcome::Success(_)), "{outcome:?}");
        }
        // Each create request has one of its own.
        assert_eq!(control.connections(), 2 + 20, "{isolation:?}");
        let charges = control.ledger(ima_simulator::DEMO_KEY).charges;
        assert_eq!(charges.len(), 20);
    }
}
