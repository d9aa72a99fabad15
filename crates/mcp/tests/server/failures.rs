//! Failures are results in the user's words, with the truth about the points.

use ima_simulator::{DEMO_KEY, Endpoint, Fault, NthRequest};
use serde_json::{Value, json};

use crate::bench::{Bench, Client, Era, Person};

async fn bought(bench: &Bench) -> (Client, Value, Value) {
    let server = bench.allowed(100).await;
    let client = Client::of(&server, Person::nobody(), Era::Discover).await;
    let quote = client.quote("sonic").await;
    let end = client.buy(&quote).await;
    (client, quote, end)
}

fn words(end: &Value) -> String {
    format!("{} {}", end["message"], end["advice"])
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_no_call_creates_again() {
    let bench = Bench::new().await;
    let create = Endpoint::Create;
    bench
        .stage
        .control
        .fault(create, NthRequest::Every, Fault::ResetAfter);
    let (client, quote, end) = bought(&bench).await;
    assert_eq!(
        (&end["status"], &end["charge"]),
        (&json!("unknown"), &json!("unknown")),
        "{end}"
    );
    assert_eq!(end["retry"], "never");
    let job = end["job_id"].as_str().unwrap();
    assert!(
        words(&end).contains(&format!("ima resume {job} --create-again")),
        "{end}"
    );
    assert!(!words(&end).to_lowercase().contains("try again"));
    bench.stage.control.clear_faults();
    for _ in 0..2 {
        assert_eq!(client.buy(&quote).await["status"], "unknown");
        let arguments = json!({"job_id": job, "wait_seconds": 5});
        assert_eq!(
            client.call("get_audio", arguments).await["status"],
            "unknown"
        );
    }
    let later = Client::of(&bench.allowed(100).await, Person::nobody(), Era::Initialize).await;
    assert_eq!(later.buy(&quote).await["status"], "unknown");
    assert_eq!((bench.creates(), bench.stage.charges()), (1, 1));
}

#[tokio::test]
async fn a_refusal_spends_nothing_and_a_new_quote_is_needed() {
    let bench = Bench::new().await;
    bench.stage.control.add_account(DEMO_KEY, 3);
    let (client, quote, end) = bought(&bench).await;
    assert_eq!(
        (&end["status"], &end["charge"]),
        (&json!("failed"), &json!("no")),
        "{end}"
    );
    assert_eq!(end["retry"], "after_change");
    assert!(!words(&end).contains("4008"), "{end}");
    // The same quote is the same failure, in words that outlive the server.
    bench.stage.control.add_account(DEMO_KEY, 1_000);
    let later = Client::of(&bench.allowed(100).await, Person::nobody(), Era::Initialize).await;
    for client in [&client, &later] {
        assert_eq!(client.buy(&quote).await, end);
    }
    assert_eq!((bench.creates(), bench.stage.charges()), (1, 0));
}

#[tokio::test]
async fn a_service_that_is_down_leaves_the_quote_as_it_was() {
    let bench = Bench::new().await;
    let server = bench.allowed(100).await;
    let client = Client::of(&server, Person::nobody(), Era::Discover).await;
    let quote = client.quote("sonic").await;
    let list = Endpoint::ProductList;
    bench
        .stage
        .control
        .fault(list, NthRequest::Every, Fault::ResetBefore);
    let down = client.buy(&quote).await;
    assert_eq!(
        (&down["charge"], &down["retry"]),
        (&json!("no"), &json!("same_call")),
        "{down}"
    );
    bench.stage.control.clear_faults();
    assert_eq!(client.buy(&quote).await["status"], "finished");
    assert_eq!(bench.creates(), 1);
}

#[tokio::test]
async fn values_that_can_not_be_used_are_named_by_their_arguments() {
    let bench = Bench::new().await;
    let client = bench.client(Person::nobody(), Era::Discover).await;
    for (tool, arguments, says) in [
        (
            "quote_music",
            json!({"prompt": "rain", "model": "nope"}),
            "GenBGM",
        ),
        ("quote_music", json!({"prompt": " "}), "empty"),
        ("quote_music", json!({}), "prompt"),
        (
            "quote_music",
            json!({"prompt": "rain", "shout": 1}),
            "shout",
        ),
        (
            "quote_speech",
            json!({"text": "Hello", "rate": 900}),
            "rate",
        ),
        (
            "quote_speech",
            json!({"text": "Hello", "voice": "Nobody"}),
            "voice",
        ),
        ("get_audio", json!({"job_id": "nope"}), "no such job"),
        (
            "create_audio",
            json!({"quote_id": "nope", "points": -1}),
            "points",
        ),
    ] {
        let refused = client.call(tool, arguments.clone()).await;
        assert_eq!(
            (&refused["status"], &refused["charge"]),
            (&json!("refused"), &json!("no"))
        );
        assert!(words(&refused).contains(says), "{arguments} {refused}");
    }
    assert_eq!(bench.creates(), 0);
}

#[tokio::test]
async fn the_key_is_in_nothing_that_leaves() {
    let bench = Bench::new().await;
    let client = bench.client(Person::agreeing(), Era::Discover).await;
    let refused = client
        .call("quote_music", json!({"prompt": format!("sing {DEMO_KEY}")}))
        .await;
    assert!(words(&refused).contains("API key"));
    let endpoint = Endpoint::Create;
    bench
        .stage
        .control
        .fault(endpoint, NthRequest::Every, Fault::EchoKey);
    let quote = client.quote("sonic").await;
    let end = client.buy(&quote).await;
    for object in [refused, end, quote] {
        assert!(!object.to_string().contains(DEMO_KEY), "{object}");
    }
}
