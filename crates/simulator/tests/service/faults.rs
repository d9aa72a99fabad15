//! Every scripted fault: what the client sees, and whether the request was acted on.

use std::io::ErrorKind;
use std::time::Duration;

use hyper::Method;
use ima_simulator::{DEMO_KEY, Endpoint, Fault, NthRequest, Shape};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Answer, Client, Service, list_path, service, suno};

/// A service whose create requests meet this fault.
async fn faulty(fault: Fault) -> Service {
    let service = service().await;
    service
        .control
        .fault(Endpoint::Create, NthRequest::Every, fault);
    service
}

/// Asserts how many create requests were acted on: tasks and charges agree.
fn assert_acted(service: &Service, times: usize) {
    let ledger = service.control.ledger(DEMO_KEY);
    assert_eq!(ledger.charges.len(), times);
    assert_eq!(ledger.points, 1000 - 25 * times as u64);
    assert_eq!(service.control.tasks().len(), times);
}

/// Sends a create request over a bare connection and reads to its end.
async fn raw_create(service: &Service) -> (Vec<u8>, std::io::Result<usize>) {
    let address = service.simulator.origin().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let body = suno().to_string();
    let request = format!(
        "POST /open/v1/tasks/create HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer \
         {DEMO_KEY}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).await;
    (answer, end)
}

#[tokio::test]
async fn status_answers_instead() {
    let service = faulty(Fault::Status {
        code: 429,
        headers: vec![
            ("Retry-After".into(), "3".into()),
            ("bad header".into(), "left out".into()),
        ],
        body: "slow down".into(),
    })
    .await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers["retry-after"], "3");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.body, "slow down");
    assert_acted(&service, 0);
}

#[tokio::test]
async fn envelope_answers_a_business_code() {
    let fault = Fault::Envelope {
        code: 4014,
        message: "Subscription required".into(),
    };
    let service = faulty(fault).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.status, 200);
    let expected = json!({ "code": 4014, "message": "Subscription required", "data": null });
    assert_eq!(answer.envelope(), expected);
    assert_acted(&service, 0);
}

#[tokio::test]
async fn delay_holds_one_request_and_no_other() {
    let service = faulty(Fault::Delay(Duration::from_secs(3600))).await;
    let body = suno();
    tokio::select! {
        _ = service.client.create(&body) => panic!("answered an hour early"),
        () = async {
            // Until the held request has arrived, and then some more round trips.
            while service.control.requests().iter().all(|r| r.endpoint != Endpoint::Create) {
                service.client.list("text_to_music").await;
            }
            service.client.list("text_to_music").await;
        } => {}
    }
    assert_acted(&service, 0);
    let service = faulty(Fault::Delay(Duration::from_millis(1))).await;
    assert_eq!(service.client.create(&suno()).await.code(), 0);
    assert_acted(&service, 1);
}

#[tokio::test]
async fn a_delayed_request_counts_although_its_client_has_gone() {
    let service = faulty(Fault::Delay(Duration::from_millis(50))).await;
    let body = suno();
    let arrived = async {
        while service.control.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = arrived => {}
        _ = service.client.create(&body) => {}
    }
    let charged = async {
        while service.control.ledger(DEMO_KEY).charges.is_empty() {
            service.client.list("text_to_music").await;
        }
    };
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, charged)
        .await
        .expect("acted on");
    assert_acted(&service, 1);
}

#[tokio::test]
async fn reset_before_and_after_differ_only_in_what_was_done() {
    for (fault, times) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        let service = faulty(fault).await;
        let (answer, end) = raw_create(&service).await;
        assert_eq!(answer, b"");
        assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(service.control.requests().len(), 1, "the request was read");
        assert_acted(&service, times);
        assert!(service.client.try_create(&suno()).await.is_err());
    }
}

#[tokio::test]
async fn status_after_hides_an_accepted_task() {
    let fault = Fault::StatusAfter {
        code: 502,
        body: "bad gateway".into(),
    };
    let service = faulty(fault).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..]),
        (502, &b"bad gateway"[..])
    );
    assert_acted(&service, 1);
}

#[tokio::test]
async fn cut_body_announces_all_and_sends_half() {
    let service = faulty(Fault::CutBody).await;
    let (answer, end) = raw_create(&service).await;
    end.expect("closed, not reset");
    assert_acted(&service, 1);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"));
    let whole = json!({ "code": 0, "message": "success",
        "data": { "id": service.control.tasks()[0].id } })
    .to_string();
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
    assert_eq!(body.len(), whole.len() / 2);
    assert!(service.client.try_create(&suno()).await.is_err());
}

#[tokio::test]
async fn malformed_is_no_json() {
    let service = faulty(Fault::Malformed).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
    assert_acted(&service, 1);
}

#[tokio::test]
async fn redirect_points_elsewhere() {
    let service = faulty(Fault::Redirect("http://127.0.0.1:1/elsewhere".into())).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.headers["location"], "http://127.0.0.1:1/elsewhere");
    assert_acted(&service, 0);
}

#[tokio::test]
async fn oversized_streams_as_much_as_asked() {
    let service = faulty(Fault::Oversized(10_000_000)).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.body.len(), 10_000_000);
    assert!(!answer.headers.contains_key("content-length"));
    assert_eq!(answer.envelope()["code"], 0);
    assert_acted(&service, 1);
}

#[tokio::test]
async fn deep_json_nests_as_deep_as_asked() {
    let service = faulty(Fault::DeepJson(10_000)).await;
    let answer = service.client.create(&suno()).await;
    let count = |wanted| answer.body.iter().filter(|byte| **byte == wanted).count();
    assert_eq!((count(b'['), count(b']')), (10_000, 10_000));
    assert_acted(&service, 1);

    let service = faulty(Fault::DeepJson(2)).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.envelope()["data"], json!([[]]));
}

#[tokio::test]
async fn drip_delivers_the_whole_answer() {
    let fault = Fault::Drip {
        bytes_per_second: 2000,
    };
    let service = faulty(fault).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(
        answer.envelope()["data"]["id"],
        service.control.tasks()[0].id
    );
    assert_eq!(
        answer.headers["content-length"],
        answer.body.len().to_string()
    );
    assert_acted(&service, 1);
}

#[tokio::test]
async fn echo_key_gives_the_key_away() {
    let service = faulty(Fault::EchoKey).await;
    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.message(), "Bearer ima_demo_key");
    assert_eq!(
        answer.envelope()["data"]["id"],
        service.control.tasks()[0].id
    );
    assert_acted(&service, 1);
}

#[tokio::test]
async fn faults_meet_the_requests_they_name() {
    let service = service().await;
    let status = |code| Fault::Status {
        code,
        headers: Vec::new(),
        body: String::new(),
    };
    let control = &service.control;
    control.fault(Endpoint::ProductList, NthRequest::From(5), status(505));
    control.fault(Endpoint::ProductList, NthRequest::Number(2), status(502));
    control.fault(Endpoint::ProductList, NthRequest::Number(6), status(506));
    let list = async || -> Answer { service.client.list("text_to_music").await };
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(list().await.status.as_u16());
        // Other endpoints are counted apart.
        assert_eq!(service.client.detail("x").await.code(), 404);
    }
    assert_eq!(seen, [200, 502, 200, 200, 505, 506, 505]);
    control.clear_faults();
    control.fault(Endpoint::ProductList, NthRequest::Number(9), status(509));
    assert_eq!(list().await.status, 200);
    assert_eq!(list().await.status, 509, "the count goes on");
}

#[tokio::test]
async fn a_fault_before_the_service_comes_before_its_checks() {
    let service = service().await;
    let fault = Fault::Status {
        code: 500,
        headers: Vec::new(),
        body: String::new(),
    };
    service
        .control
        .fault(Endpoint::ProductList, NthRequest::Every, fault);
    let stranger = Client::new(&service.simulator.origin(), "ima_stranger");
    let answer = stranger
        .send(Method::GET, &list_path("text_to_music"), "")
        .await;
    assert_eq!(answer.unwrap().status, 500);
}

#[tokio::test]
async fn a_body_can_come_in_another_form() {
    for (shape, begin) in [
        (Shape::ByteOrderMark, &b"\xef\xbb\xbf{"[..]),
        (Shape::Gzip, b"\x1f\x8b"),
        (Shape::Deflate, b"\x78"),
        (Shape::HalfCharacter, b"{\"trace\":\"\xe4\xb8\","),
    ] {
        let service = faulty(Fault::Reshaped(shape)).await;
        let answer = service.client.create(&suno()).await;
        assert!(answer.body.starts_with(begin), "{shape:?}");
    }
}
