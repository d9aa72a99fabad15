//! A quote is bought once, whoever asks and however often.

use ima_host::JobState;
use ima_simulator::{Endpoint, Fault, NthRequest};
use serde_json::json;

use crate::bench::{Bench, Client, ERAS, Era, Person, purchase, until};

#[tokio::test]
async fn a_quote_is_shown_confirmed_bought_and_saved() {
    for era in ERAS {
        let bench = Bench::new().await;
        let client = bench.client(Person::agreeing(), era).await;
        let quote = client.quote("sonic").await;
        assert_eq!(
            (&quote["charge"], &quote["points"]),
            (&json!("no"), &json!(25))
        );
        assert_eq!(bench.creates(), 0, "a quote costs nothing");

        let result = client.result("create_audio", purchase(&quote)).await;
        let done = result.structured_content.clone().unwrap();
        assert_eq!(
            (&done["status"], &done["charge"]),
            (&json!("finished"), &json!("yes")),
            "{done}"
        );
        let files = done["files"].as_array().unwrap();
        assert_eq!(files.len(), 2, "Suno makes two");
        for file in files {
            let path = std::path::Path::new(file["path"].as_str().unwrap());
            assert!(path.is_absolute() && path.is_file());
            assert_eq!(file["mime"], "audio/wav");
            assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
        }
        let links = result.content.iter().filter_map(|it| it.as_resource_link());
        assert!(
            links.clone().count() == 2 && links.clone().all(|it| it.uri.starts_with("file:///"))
        );
        assert_eq!(client.questions().len(), 1);
        assert_eq!((bench.creates(), bench.stage.charges()), (1, 1));

        // Again, and again from a server that was started later: the same job, and no question.
        let later = bench.client(Person::agreeing(), era).await;
        for client in [&client, &later] {
            assert_eq!(client.buy(&quote).await, done, "{era:?}");
            let arguments = json!({"job_id": done["job_id"], "wait_seconds": 0});
            assert_eq!(client.call("get_audio", arguments).await, done);
        }
        assert_eq!(later.questions().len(), 0);
        assert_eq!((bench.creates(), bench.jobs().await.len()), (1, 1));
    }
}

#[tokio::test]
async fn a_hundred_calls_at_once_of_two_servers_are_one_purchase() {
    let bench = Bench::new().await;
    let (one, other) = (bench.allowed(25).await, bench.allowed(25).await);
    let clients = [
        Client::of(&one, Person::nobody(), Era::Initialize).await,
        Client::of(&other, Person::nobody(), Era::Discover).await,
    ];
    let quote = clients[0].quote("sonic").await;
    let calls = (0..100).map(|number| clients[number % 2].buy(&quote));
    let results = futures_util::future::join_all(calls).await;
    for result in &results {
        assert_eq!(result["job_id"], results[0]["job_id"], "{result}");
        assert_eq!(result["status"], "finished", "{result}");
    }
    assert_eq!((bench.creates(), bench.stage.charges()), (1, 1));
    assert_eq!(bench.jobs().await.len(), 1);
}

#[tokio::test]
async fn the_points_must_be_the_quotes_and_the_quote_must_be_good() {
    let bench = Bench::new().await;
    let server = bench.allowed(100).await;
    let client = Client::of(&server, Person::nobody(), Era::Discover).await;
    let quote = client.quote("sonic").await;
    for points in [0, 24, 26] {
        let arguments = json!({"quote_id": quote["quote_id"], "points": points});
        let refused = client.call("create_audio", arguments).await;
        assert_eq!(
            (&refused["status"], &refused["charge"]),
            (&json!("refused"), &json!("no"))
        );
    }
    let arguments = json!({"quote_id": "made up", "points": 25});
    let refused = client.call("create_audio", arguments).await;
    assert_eq!(refused["retry"], "after_change");

    let short = bench.server(|it| {
        it.ceilings = crate::bench::ceilings(Some(100), None);
        it.quote_validity = std::time::Duration::ZERO;
    });
    let short = Client::of(&short.await, Person::nobody(), Era::Discover).await;
    let late = short.quote("sonic").await;
    let refused = short.buy(&late).await;
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("no longer valid"),
        "{refused}"
    );
    assert_eq!((bench.creates(), bench.jobs().await.len()), (0, 0));
}

#[tokio::test]
async fn a_price_that_rose_is_not_paid() {
    let bench = Bench::new().await;
    let server = bench.allowed(100).await;
    let client = Client::of(&server, Person::nobody(), Era::Discover).await;
    let quote = client.quote("sonic").await;
    bench.stage.control.reprice("sonic", 40, 2370);
    let refused = client.buy(&quote).await;
    assert_eq!(refused["charge"], "no", "{refused}");
    assert_eq!((bench.creates(), bench.stage.charges()), (0, 0));
}

#[tokio::test]
async fn a_folder_that_can_not_be_written_is_noticed_before_anything_is_spent() {
    let bench = Bench::new().await;
    let file = bench.home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let server = bench.server(|it| {
        it.ceilings = crate::bench::ceilings(Some(100), None);
        it.folder = file.join("below");
    });
    let client = Client::of(&server.await, Person::agreeing(), Era::Discover).await;
    let quote = client.quote("sonic").await;
    let refused = client.buy(&quote).await;
    assert!(
        refused["advice"].as_str().unwrap().contains("--out"),
        "{refused}"
    );
    assert_eq!((bench.creates(), client.questions().len()), (0, 0));
}

#[tokio::test]
async fn the_end_of_the_client_ends_the_waiting_only_and_the_next_start_brings_the_audio() {
    let bench = Bench::new().await;
    let hour = std::time::Duration::from_secs(3_600);
    let detail = Endpoint::Detail;
    bench
        .stage
        .control
        .fault(detail, NthRequest::Every, Fault::Delay(hour));
    let server = bench.allowed(25).await;
    let client = Client::of(&server, Person::nobody(), Era::Discover).await;
    let quote = client.quote("sonic").await;
    let bought = bench.journal();
    {
        let call = client.buy(&quote);
        let paid = until(async || {
            let jobs = bought.list().await.unwrap();
            jobs.iter().any(|job| job.state == JobState::Waiting)
        });
        tokio::select! { _ = call => panic!("it has no audio yet"), () = paid => {} }
    }
    drop(client);
    server.end().await;
    assert!(bench.files().is_empty());

    bench.stage.control.clear_faults();
    let next = bench.server(|_| {}).await;
    next.take_up();
    until(async || bench.jobs().await[0].saved).await;
    assert_eq!((bench.files().len(), bench.creates()), (2, 1));
    // The quote still names it.
    let client = Client::of(&next, Person::nobody(), Era::Initialize).await;
    assert_eq!(client.buy(&quote).await["status"], "finished");
    assert_eq!(bench.creates(), 1);
}

#[tokio::test]
async fn a_call_that_waits_tells_rising_progress_and_ends_with_what_to_call_next() {
    let bench = Bench::new().await;
    let hour = std::time::Duration::from_secs(3_600);
    let detail = Endpoint::Detail;
    bench
        .stage
        .control
        .fault(detail, NthRequest::Every, Fault::Delay(hour));
    let server = bench.server(|it| {
        it.ceilings = crate::bench::ceilings(Some(100), None);
        it.patience = std::time::Duration::from_millis(300);
        it.progress = std::time::Duration::from_millis(20);
    });
    let person = Person::nobody();
    let told = std::sync::Arc::clone(&person.progress);
    let client = Client::of(&server.await, person, Era::Initialize).await;
    let quote = client.quote("sonic").await;
    let working = client.buy(&quote).await;
    assert_eq!(working["status"], "working", "{working}");
    assert_eq!(working["retry"], "same_call");
    let job = working["job_id"].as_str().unwrap();
    assert!(working["advice"].as_str().unwrap().contains(job));
    let told = told.lock().unwrap();
    assert!(
        told.len() > 1 && told.windows(2).all(|it| it[0] < it[1]),
        "{told:?}"
    );
}
