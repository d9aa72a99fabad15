//! The egress against servers that behave, misbehave, or are not there.

mod answers;
mod permits;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use ima_journal::{Journal, MemoryStore};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::{
    CleanAnswer, Egress, EgressParts, ExchangeError, Guard, Halt, Refusals, ServiceClient, Timeouts,
};
use crate::credential::Credential;
use crate::limits::{Limit, Limits};
use crate::network::Proxies;
use crate::types::{Charge, Estimate, Started};
use ima_attack_kit::raw::{Reply, Server, ok, status};

/// Whether a failure is the expected one.
type Expected = fn(&ExchangeError) -> bool;

const LIST: (&str, &str) = ("GET", "/open/v1/product/list?app=ima");
const CREATE: (&str, &str) = ("POST", "/open/v1/tasks/create");
const ORDER: &str = r#"{"parameters":[{"model_id":"m","credit":1,"parameters":{}}]}"#;
const DETAIL: (&str, &str) = ("POST", "/open/v1/tasks/detail");

struct Bench {
    origin: String,
    guard: Arc<Guard>,
    refusals: Arc<Refusals>,
    egress: Egress,
}

impl Bench {
    fn new(origin: &str, limits: Limits) -> Self {
        let requests = limits.requests;
        let client = ServiceClient::new(
            origin.parse().unwrap(),
            Arc::new(limits),
            Proxies::default(),
            crate::trust::config(Vec::new()).unwrap(),
        );
        let (guard, refusals) = (Guard::new(), Arc::<Refusals>::default());
        guard.tell(&Started {
            model_id: "m".to_owned(),
            model_name: "M".to_owned(),
            points: 1,
            most_points: 1,
            estimate: Estimate {
                min_seconds: 1,
                max_seconds: 2,
            },
        });
        let key = Some(Arc::new(
            Credential::literal("ima_test_key").read().unwrap(),
        ));
        let egress = Egress::new(EgressParts {
            client: Arc::new(client),
            guard: Arc::clone(&guard),
            key,
            refusals: Arc::clone(&refusals),
            ledger: Journal::with(MemoryStore::new()),
            ceilings: ima_journal::Ceilings::default(),
            requests,
        });
        Self {
            origin: origin.to_owned(),
            guard,
            refusals,
            egress,
        }
    }

    fn request(&self, (method, path): (&str, &str)) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin))
            .header("idempotency-key", "00112233445566778899aabbccddeeff")
    }

    async fn send(&self, operation: (&str, &str)) -> Result<CleanAnswer, ExchangeError> {
        let body = body(if operation == CREATE { ORDER } else { "{}" });
        self.send_request(self.request(operation).body(body).unwrap())
            .await
    }

    async fn send_request(&self, request: Request<Bytes>) -> Result<CleanAnswer, ExchangeError> {
        self.egress.send(request, Timeouts::default()).await
    }
}

fn body(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

async fn text(response: Response<Full<Bytes>>) -> String {
    String::from_utf8(
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec(),
    )
    .unwrap()
}

/// Limits that let a silent server fail a test quickly.
#[tokio::test]
async fn a_generation_opens_a_connection_and_one_for_its_create_request() {
    let server = Server::start(|_| ok(r#"{"code":0,"data":{"id":"t"}}"#)).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    bench.guard.permit();
    for operation in [LIST, CREATE, DETAIL, DETAIL] {
        assert_eq!(bench.send(operation).await.unwrap().status(), 200);
    }
    assert_eq!((server.connections(), server.received().len()), (2, 4));
    assert_eq!(bench.guard.charge(), Charge::Yes);
}

#[tokio::test]
async fn the_key_is_the_hosts_and_the_rest_of_the_request_the_guests() {
    let server = Server::start(|_| ok("your key is ima_test_key")).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    let request = bench
        .request(DETAIL)
        .header("authorization", "Bearer stolen")
        .header("accept-encoding", "gzip")
        .header("cookie", "a=b")
        .header("x-http-method-override", "PUT")
        .header("x-original-url", "/open/v1/tasks/create")
        .header("x-forwarded-host", "elsewhere")
        .header("x-app-source", "ima_skills")
        .body(body("{\"task_id\":\"t\"}"))
        .unwrap();
    let response = bench.send_request(request).await.unwrap();

    let received = server.received().remove(0);
    let head = received.head.to_ascii_lowercase();
    assert!(
        head.contains("authorization: bearer ima_test_key"),
        "{head}"
    );
    assert!(
        head.contains("x-app-source: ima_skills") && head.contains("accept-encoding: identity")
    );
    for left_out in [
        "stolen",
        "cookie",
        "override",
        "original",
        "forwarded",
        "idempotency",
    ] {
        assert!(!head.contains(left_out), "{head}");
    }
    assert_eq!(received.body, "{\"task_id\":\"t\"}");
    assert_eq!(text(response).await, "your key is [redacted]");
}

#[tokio::test]
async fn a_denied_request_never_reaches_the_wire() {
    let server = Server::start(|_| ok("{}")).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    for operation in [("GET", "/"), ("DELETE", "/open/v1/tasks/detail"), CREATE] {
        assert!(matches!(
            bench.send(operation).await,
            Err(ExchangeError::Denied)
        ));
    }
    let elsewhere = Request::get("http://127.0.0.1:1/open/v1/product/list")
        .body(body(""))
        .unwrap();
    assert!(matches!(
        bench.send_request(elsewhere).await,
        Err(ExchangeError::Denied)
    ));

    assert_eq!(server.connections(), 0);
    let refused: Vec<_> = bench
        .refusals
        .list()
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(
        refused,
        [
            "/",
            "/open/v1/tasks/detail",
            "/open/v1/tasks/create",
            "/open/v1/product/list"
        ]
    );
    assert_eq!(bench.refusals.list()[3].authority, "127.0.0.1:1");
}

#[tokio::test]
async fn nothing_is_paid_twice_even_where_the_guest_tries() {
    let server = Server::start(|_| ok("{\"code\":0}")).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    bench.guard.permit();
    bench.send(CREATE).await.unwrap();
    bench.guard.permit();
    assert!(matches!(
        bench.send(CREATE).await,
        Err(ExchangeError::Denied)
    ));
    assert_eq!(server.count("create"), 1);
}

#[tokio::test]
async fn after_a_refusal_another_create_may_leave() {
    let server = Server::start(|_| ok("{\"code\":6009}")).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    for _ in 0..2 {
        bench.guard.permit();
        bench.send(CREATE).await.unwrap();
        assert_eq!(bench.guard.charge(), Charge::No);
    }
    assert_eq!(server.count("create"), 2);
}

#[tokio::test]
async fn what_can_not_connect_was_not_sent() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let bench = Bench::new(&format!("http://127.0.0.1:{port}"), Limits::default());
    bench.guard.permit();
    assert!(matches!(
        bench.send(CREATE).await,
        Err(ExchangeError::ConnectionRefused)
    ));
    assert_eq!(bench.guard.charge(), Charge::No);
    // The permit stands: another try is still the first to leave.
    assert!(matches!(
        bench.send(CREATE).await,
        Err(ExchangeError::ConnectionRefused)
    ));
}

#[tokio::test]
async fn a_server_without_tls_was_not_sent_anything() {
    // One answers the greeting with something else; the other keeps silent.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain_port = plain.local_addr().unwrap().port();
    let silent_port = silent.local_addr().unwrap().port();
    let answering = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
    });
    for (port, timed_out) in [(plain_port, false), (silent_port, true)] {
        let connect_timeout = Duration::from_millis(if timed_out { 50 } else { 10_000 });
        let limits = Limits {
            connect_timeout,
            ..Limits::default()
        };
        let bench = Bench::new(&format!("https://127.0.0.1:{port}"), limits);
        bench.guard.permit();
        let error = bench.send(CREATE).await.unwrap_err();
        let expected = match timed_out {
            true => matches!(error, ExchangeError::ConnectTimeout),
            false => matches!(error, ExchangeError::Tls),
        };
        assert!(expected, "{error}");
        assert_eq!(bench.guard.charge(), Charge::No);
    }
    answering.await.unwrap();
}

#[tokio::test]
async fn a_connection_lost_after_sending_leaves_the_charge_in_doubt() {
    let server = Server::start(|_| Reply::Cut(Vec::new())).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    bench.guard.permit();
    assert!(matches!(
        bench.send(CREATE).await,
        Err(ExchangeError::ConnectionLost)
    ));
    assert_eq!(bench.guard.charge(), Charge::Unknown);
    assert_eq!(server.count("create"), 1);
}

/// A complete answer of 200 with this many headers.
#[tokio::test]
async fn the_key_leaves_nowhere_but_in_its_header() {
    let server = Server::start(|_| ok("{}")).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    bench.guard.permit();
    let query = ("GET", "/open/v1/product/list?app=ima_test_key");
    let in_query = bench.request(query).body(body("")).unwrap();
    let in_header = bench.request(LIST).header("x-note", "ima_test_key");
    let in_header = in_header.body(body("")).unwrap();
    let in_body = bench
        .request(CREATE)
        .body(body("{\"prompt\":\"ima\\u005ftest_key\"}"));
    for request in [in_query, in_header, in_body.unwrap()] {
        let refused = bench.send_request(request).await;
        assert!(matches!(refused, Err(ExchangeError::Denied)));
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(bench.guard.charge(), Charge::No);
    let in_path = bench
        .request(("GET", "/ima_test_key"))
        .body(body(""))
        .unwrap();
    assert!(bench.send_request(in_path).await.is_err());
    let recorded = format!("{:?}", bench.refusals.list());
    assert_eq!(bench.refusals.list().len(), 4);
    assert!(!recorded.contains("ima_test_key"), "{recorded}");
    assert!(recorded.contains("/[redacted]"), "{recorded}");
}

#[tokio::test]
async fn a_guest_may_only_ask_for_less_time() {
    let server = Server::start(|_| Reply::Stall(Vec::new())).await;
    let bench = Bench::new(&server.origin(), Limits::default());
    let timeouts = Timeouts {
        first_byte: Some(Duration::from_millis(20)),
        ..Timeouts::default()
    };
    let request = bench.request(LIST).body(body("")).unwrap();
    let error = bench.egress.send(request, timeouts).await.unwrap_err();
    assert!(matches!(error, ExchangeError::AnswerTimeout));
}

#[tokio::test]
async fn a_request_too_many_stops_the_guest() {
    let server = Server::start(|_| ok("{}")).await;
    let bench = Bench::new(
        &server.origin(),
        Limits {
            requests: 1,
            ..Limits::default()
        },
    );
    bench.send(LIST).await.unwrap();
    assert!(bench.send(LIST).await.is_err());
    assert!(matches!(
        bench.guard.until_halted().await,
        Halt::Limit(Limit::Requests)
    ));
    assert_eq!(bench.refusals.list().len(), 1);
}

#[tokio::test]
async fn a_request_body_beyond_the_limit_is_not_sent() {
    let server = Server::start(|_| ok("{}")).await;
    let bench = Bench::new(
        &server.origin(),
        Limits {
            request_size: 1,
            ..Limits::default()
        },
    );
    bench.guard.permit();
    assert!(bench.send(CREATE).await.is_err());
    assert_eq!(
        (server.connections(), bench.guard.charge()),
        (0, Charge::No)
    );
    assert_eq!(bench.refusals.list().len(), 1);
}

#[tokio::test]
async fn a_name_of_this_machine_is_prohibited_for_a_public_origin() {
    // `localhost` is the one private name that every machine resolves.
    let limits = Arc::new(Limits::default());
    let origin = crate::Origin::DEFAULT.parse().unwrap();
    let tls = crate::trust::config(Vec::new()).unwrap();
    let connector = super::connect::connector(&limits, &origin, Proxies::default(), tls);
    let client: hyper_util::client::legacy::Client<_, Full<Bytes>> =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build(connector);
    let error = client
        .get("http://localhost:9/".parse().unwrap())
        .await
        .unwrap_err();
    let error = ExchangeError::of_client(&error, false, false, 0);
    assert_eq!(error, ExchangeError::PrivateAddress);
    assert!(!error.may_have_left());
}

#[tokio::test]
async fn localhost_may_be_configured() {
    let server = Server::start(|_| ok("{}")).await;
    let bench = Bench::new(
        &server.origin().replace("127.0.0.1", "localhost"),
        Limits::default(),
    );
    assert_eq!(bench.send(LIST).await.unwrap().status(), 200);
}
