//! More exchanges than connections: they wait for each other, and what gets no permit was not sent.

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::*;

const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-length: 28\r\n\r\n{\"code\":0,\"data\":{\"id\":\"t\"}}";

/// A server that answers once the gate is opened.
async fn gated() -> (Server, watch::Sender<bool>) {
    let (gate, opened) = watch::channel(false);
    let server = Server::start(move |_| Reply::Gated(opened.clone(), OK.into())).await;
    (server, gate)
}

fn narrow(connections: usize) -> Limits {
    Limits {
        connections,
        ..Limits::default()
    }
}

/// What waits for no connection at all.
fn impatient() -> Limits {
    Limits {
        permit_wait: Duration::ZERO,
        ..narrow(1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_connections_are_opened_than_there_may_be() {
    let (server, gate) = gated().await;
    let bench = Arc::new(Bench::new(&server.origin(), narrow(3)));
    let mut exchanges = JoinSet::new();
    for _ in 0..60 {
        let bench = Arc::clone(&bench);
        exchanges.spawn(async move { bench.send(LIST).await.map(|answer| answer.status()) });
    }
    server.received_at_least(3).await;
    gate.send_replace(true);
    while let Some(answer) = exchanges.join_next().await {
        assert_eq!(answer.unwrap().unwrap(), 200);
    }
    assert_eq!((server.connections(), server.count("list")), (3, 60));
}

#[tokio::test]
async fn an_origin_written_in_another_way_is_the_same() {
    let server = Server::start(|_| ok("{}")).await;
    let origin = server.origin().replace("127.0.0.1", "localhost");
    let bench = Bench::new(&origin, narrow(1));
    for host in ["localhost", "LOCALHOST", "LocalHost"] {
        let uri = format!("{}{}", origin.replace("localhost", host), LIST.1);
        let request = Request::get(uri).body(body("")).unwrap();
        assert_eq!(bench.send_request(request).await.unwrap().status(), 200);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_create_request_without_a_connection_was_not_sent_and_may_be_tried_again() {
    let (server, gate) = gated().await;
    let bench = Bench::new(&server.origin(), impatient());
    let create = async {
        server.saw("list").await;
        bench.guard.permit();
        let refused = bench.send(CREATE).await;
        assert!(matches!(refused, Err(ExchangeError::NoFreeConnection)));
        assert_eq!(bench.guard.charge(), Charge::No);
        gate.send_replace(true);
    };
    let (list, ()) = tokio::join!(bench.send(LIST), create);
    list.unwrap();
    assert_eq!(server.count("create"), 0);
    bench.send(CREATE).await.unwrap();
    assert_eq!(bench.guard.charge(), Charge::Yes);
    assert_eq!(server.count("create"), 1);
}

#[tokio::test]
async fn waiting_for_a_connection_may_be_broken_off() {
    let (server, gate) = gated().await;
    let bench = Bench::new(&server.origin(), narrow(1));
    let cancel = async {
        server.saw("list").await;
        bench.guard.permit();
        let create = bench.send(CREATE);
        tokio::select! {
            biased;
            _ = create => panic!("there was no connection for it"),
            () = std::future::ready(()) => {}
        }
        assert!(bench.guard.shut_if_unspent());
        gate.send_replace(true);
    };
    let (list, ()) = tokio::join!(bench.send(LIST), cancel);
    list.unwrap();
    assert!(bench.send(CREATE).await.is_err());
    assert_eq!(server.count("create"), 0);
}

#[tokio::test]
async fn downloads_leave_connections_to_exchanges() {
    let server = Server::start(|_| ok("{}")).await;
    let bench = Bench::new(&server.origin(), narrow(8));
    let client = &bench.egress.way_out.client;
    let file = format!("{}/audio", server.origin()).parse().unwrap();
    let permits = (
        client.download_permit(&file).await,
        client.download_permit(&file).await,
    );
    let mut third = std::pin::pin!(client.download_permit(&file));
    assert!(third.as_mut().now_or_never().is_none());
    let elsewhere = "https://audio.example/1.mp3".parse().unwrap();
    let mut fourth = std::pin::pin!(client.download_permit(&elsewhere));
    assert!(fourth.as_mut().now_or_never().is_none());
    bench.send(LIST).await.unwrap();
    drop(permits);
    drop(tokio::join!(third, fourth));
}
