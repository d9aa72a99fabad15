//! Bodies and header blocks without end, in both directions.

use super::stage::*;
use bytes::Bytes;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use ima_test_kit::edge::{Manner, at};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused_before_anything_is_asked() {
    let stage = EdgeStage::timed(Manner::Stock).await;
    let request = stage.host.request("POST", "/v1/music");
    let request = request.header("content-type", "application/json");
    let large = vec![b' '; 256 * 1024 + 1];
    let answer = stage.host.send(request.body(large).unwrap()).await;
    assert_eq!(error(&answer), is(413, "body_too_large", "no"));
    assert_eq!(stage.control.request_count(), 0);
}

#[tokio::test]
async fn a_body_without_end_is_given_up() {
    let stage = EdgeStage::timed(Manner::JumpingInBodies).await;
    let request = stage.host.request("POST", "/v1/music");
    let request = request.header("content-type", "application/json");
    // It begins and never goes on; the host's clock jumps to the end of the patience.
    let begun =
        futures_util::stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"{")))]);
    let silent = futures_util::StreamExt::chain(begun, futures_util::stream::pending());
    let answer = stage
        .host
        .send_body(request.body(StreamBody::new(silent)).unwrap())
        .await;
    assert_eq!(error(&answer), is(408, "body_too_slow", "no"));
    assert_eq!(stage.control.request_count(), 0);
}

/// What stands before the simulator and lets all pass but create requests.
enum Gate {
    /// The answer's headers never end.
    Headers,
    /// The service is reached only when this is told.
    Held(Arc<Notify>),
}

/// Starts a gate before a service; gives its origin.
async fn gate(service: String, gate: Gate, arrived: Arc<Notify>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let gate = Arc::new(gate);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (service, gate, arrived) = (service.clone(), gate.clone(), arrived.clone());
            tokio::spawn(pass(client, service, gate, arrived));
        }
    });
    origin
}

async fn pass(mut client: TcpStream, service: String, gate: Arc<Gate>, arrived: Arc<Notify>) {
    let mut head = vec![0; 64 * 1024];
    let read = client.read(&mut head).await.unwrap();
    let head = &head[..read];
    if head.starts_with(b"POST /open/v1/tasks/create") {
        arrived.notify_one();
        match &*gate {
            Gate::Headers => {
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\n").await;
                // Bounded, so that a host that reads on fails the test and does not hang it.
                for _ in 0..200_000 {
                    if client
                        .write_all(b"x-more: and more and more and more\r\n")
                        .await
                        .is_err()
                    {
                        return;
                    }
                }
                return;
            }
            Gate::Held(open) => open.notified().await,
        }
    }
    let mut upstream = TcpStream::connect(service).await.unwrap();
    upstream.write_all(head).await.unwrap();
    // Either side may go first.
    let _ = copy_bidirectional(&mut client, &mut upstream).await;
}

async fn behind(kind: Gate) -> (EdgeStage, Arc<Notify>) {
    let simulator = simulator().await;
    let arrived = Arc::new(Notify::new());
    let service = simulator.origin().replace("http://", "");
    let origin = gate(service, kind, arrived.clone()).await;
    let stage = EdgeStage::of(simulator, &at(&origin), Manner::Jumping).await;
    (stage, arrived)
}

#[tokio::test]
async fn a_header_block_without_end_leaves_the_outcome_unknown() {
    let (stage, _) = behind(Gate::Headers).await;
    let answer = stage.post("/v1/music", &song()).await;
    assert_eq!(error(&answer), is(409, "outcome_unknown", "unknown"));
    assert_eq!(answer.header("x-should-retry"), "false");
    assert_eq!(stage.charges(), 0);
}

#[tokio::test]
async fn a_slow_create_request_is_waited_for_and_sent_once() {
    let open = Arc::new(Notify::new());
    let (stage, arrived) = behind(Gate::Held(open.clone())).await;
    let release = async {
        arrived.notified().await;
        assert_eq!(stage.charges(), 0);
        open.notify_one();
    };
    let song = song();
    let (answer, ()) = tokio::join!(stage.post("/v1/music", &song), release);
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!((stage.creates(), stage.charges()), (1, 1));
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_one_charge() {
    let open = Arc::new(Notify::new());
    let (stage, arrived) = behind(Gate::Held(open.clone())).await;
    let mut client = TcpStream::connect(stage.host.authority()).await.unwrap();
    let body = song().to_string();
    let head = format!(
        "POST /v1/music HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ima_demo_key\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    arrived.notified().await;
    drop(client);
    open.notify_one();
    // The request of another client comes after all that the first one set off.
    let answer = stage.get("/v1/models").await;
    assert_eq!(answer.status, 200);
    assert!(stage.creates() <= 1 && stage.charges() <= 1);
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_read_to_its_end() {
    let stage = EdgeStage::timed(Manner::Stock).await;
    let body = song().to_string();
    let pieces = body.into_bytes().into_iter();
    let pieces = pieces.map(|byte| Ok::<_, Infallible>(Frame::data(Bytes::from(vec![byte]))));
    let pieces = StreamBody::new(futures_util::stream::iter(pieces));
    let request = stage.host.request("POST", "/v1/music");
    let request = request.header("content-type", "application/json");
    let answer = stage.host.send_body(request.body(pieces).unwrap()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let empty = stage.host.request("POST", "/v1/music");
    let empty = empty.header("content-type", "application/json");
    let answer = stage
        .host
        .send_body(empty.body(Full::new(Bytes::new())).unwrap())
        .await;
    assert_eq!(error(&answer), is(400, "invalid_json", "no"));
}
