//! What the simulator records, and its own life.

use hyper::Method;
use ima_simulator::{Endpoint, Options, Simulator, StartError};

use crate::client::{Client, service, suno};

#[tokio::test]
async fn every_request_is_recorded_in_order() {
    let service = service().await;
    service.client.list("text_to_music").await;
    let task = service.created(&suno()).await;
    service.client.detail(&task).await;
    service.client.get("/audio/x/0.wav").await;
    service.client.get("/elsewhere").await;

    let requests = service.control.requests();
    let endpoints: Vec<_> = requests.iter().map(|request| request.endpoint).collect();
    use Endpoint::{Audio, Create, Detail, Other, ProductList};
    assert_eq!(endpoints, [ProductList, Create, Detail, Audio, Other]);
    assert_eq!(requests[0].method, "GET");
    let path = "/open/v1/product/list?app=ima&platform=web&category=text_to_music";
    assert_eq!(requests[0].path, path);
    assert_eq!(requests[1].method, "POST");
    assert_eq!(requests[1].body, suno().to_string());
    assert_eq!(
        requests[1].header("authorization"),
        Some("Bearer ima_demo_key")
    );
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
    assert_eq!(requests[1].header("x-none"), None);
}

#[tokio::test]
async fn connections_are_counted_and_named() {
    let service = service().await;
    assert_eq!(service.control.connections(), 0);
    for _ in 0..3 {
        service.client.list("text_to_music").await;
    }
    assert_eq!(
        service.control.connections(),
        1,
        "a pooling client needs one"
    );
    let other = Client::new(&service.simulator.origin(), "ima_demo_key");
    other.list("text_to_music").await;
    assert_eq!(service.control.connections(), 2);
    let used: Vec<_> = service
        .control
        .requests()
        .iter()
        .map(|r| r.connection)
        .collect();
    assert_eq!(used, [1, 1, 1, 2]);
}

#[tokio::test]
async fn dropping_the_simulator_closes_its_port() {
    let service = service().await;
    let path = "/open/v1/product/list";
    service.client.get(path).await;
    drop(service.simulator);
    assert!(service.client.send(Method::GET, path, "").await.is_err());
    assert_eq!(service.control.requests().len(), 1);
}

#[tokio::test]
async fn a_taken_port_and_a_wrong_speed_are_errors() {
    let service = service().await;
    let port: u16 = service
        .simulator
        .origin()
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    let taken = Simulator::start(Options {
        port,
        ..Options::default()
    })
    .await;
    assert!(matches!(taken, Err(StartError::Listen { port: named, .. }) if named == port));
    for speed in [-1.0, f64::NAN, f64::INFINITY] {
        let wrong = Simulator::start(Options {
            speed,
            ..Options::default()
        })
        .await;
        assert!(matches!(wrong, Err(StartError::Speed(_))), "{speed}");
    }
}

#[tokio::test]
async fn a_blocked_caller_does_not_stop_the_server() {
    let service = service().await;
    let origin = service.simulator.origin();
    // Blocks this test's only runtime thread until another one was answered.
    let status = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            Client::new(&origin, "ima_demo_key")
                .list("text_to_music")
                .await
                .status
        })
    });
    assert_eq!(status.join().unwrap(), 200);
}
