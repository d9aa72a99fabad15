//! Nothing is spent that the person did not allow.

use std::time::Duration;

use ima_mcp::Confirm;
use rmcp::model::{CallToolResponse, InputRequiredResult};
use serde_json::{Value, json};

use crate::bench::{Bench, Client, ERAS, Era, Person, ceilings, params, purchase};

#[tokio::test]
async fn only_the_exact_words_spend() {
    for era in ERAS {
        let bench = Bench::new().await;
        for (answer, says) in [
            (json!({"action": "decline"}), "declined"),
            (json!({"action": "cancel"}), "without an answer"),
            (json!({"action": "accept"}), "without a decision"),
            (
                json!({"action": "accept", "content": {}}),
                "without a decision",
            ),
            (
                json!({"action": "accept", "content": {"decision": "spend_5_points"}}),
                "without a decision",
            ),
            (
                json!({"action": "accept", "content": {"decision": "cancel"}}),
                "declined",
            ),
        ] {
            let client = bench.client(Person::answering(answer), era).await;
            let quote = client.quote("sonic").await;
            let refused = client.buy(&quote).await;
            assert_eq!(
                (&refused["status"], &refused["charge"]),
                (&json!("refused"), &json!("no"))
            );
            let message = refused["message"].as_str().unwrap();
            assert!(message.contains(says), "{era:?} {message}");
            assert_eq!(message.contains("declined"), says == "declined");
            let asked = client.questions();
            assert_eq!(asked.len(), 1);
            let message = asked[0]["message"].as_str().unwrap();
            assert!(message.contains("25 points") && message.contains("rain on a tin roof"));
        }
        assert_eq!((bench.creates(), bench.jobs().await.len()), (0, 0));
    }
}

#[tokio::test]
async fn without_a_way_to_ask_and_without_a_ceiling_nothing_is_spent() {
    for era in ERAS {
        let bench = Bench::new().await;
        let client = bench.client(Person::nobody(), era).await;
        let quote = client.quote("sonic").await;
        let refused = client.buy(&quote).await;
        assert_eq!(refused["status"], "refused");
        assert!(
            refused["advice"].as_str().unwrap().contains("--max-points"),
            "{refused}"
        );
        assert!(!refused["message"].as_str().unwrap().contains("declined"));
        assert_eq!(bench.creates(), 0);
    }
}

#[tokio::test]
async fn ceilings_hold_at_their_edge_and_over_every_server() {
    let bench = Bench::new().await;
    for (ceiling, status) in [(24, "refused"), (25, "finished")] {
        let server = bench.allowed(ceiling).await;
        let client = Client::of(&server, Person::nobody(), Era::Discover).await;
        let quote = client.quote("sonic").await;
        assert_eq!(client.buy(&quote).await["status"], status, "{ceiling}");
    }
    assert_eq!(bench.creates(), 1);
    // A day counts what was spent before, by whomever: 25 so far.
    for (ceiling, status) in [(49, "refused"), (50, "finished"), (74, "refused")] {
        let server = bench
            .server(|it| it.ceilings = ceilings(None, Some(ceiling)))
            .await;
        let client = Client::of(&server, Person::nobody(), Era::Discover).await;
        let quote = client.quote("sonic").await;
        let end = client.buy(&quote).await;
        assert_eq!(end["status"], status, "{ceiling} {end}");
        if status == "refused" {
            assert!(
                end["advice"]
                    .as_str()
                    .unwrap()
                    .contains("--max-points-per-day"),
                "{end}"
            );
        }
    }
    assert_eq!(bench.creates(), 2);
}

#[tokio::test]
async fn a_person_is_asked_as_configured() {
    let bench = Bench::new().await;
    for (confirm, asked) in [
        (Confirm::Always, 1),
        (Confirm::Above(25), 0),
        (Confirm::Above(24), 1),
        (Confirm::Never, 0),
    ] {
        let server = bench.server(|it| {
            it.confirm = Some(confirm);
            it.ceilings = ceilings(Some(25), None);
        });
        let server = server.await;
        let client = Client::of(&server, Person::agreeing(), Era::Discover).await;
        let quote = client.quote("sonic").await;
        assert_eq!(client.buy(&quote).await["status"], "finished", "{confirm}");
        assert_eq!(client.questions().len(), asked, "{confirm}");
    }
}

#[tokio::test]
async fn a_person_may_take_longer_than_a_call() {
    let bench = Bench::new().await;
    let server = bench
        .server(|it| it.patience = Duration::from_millis(50))
        .await;
    let client = Client::of(&server, Person::answering(Value::Null), Era::Initialize).await;
    let quote = client.quote("sonic").await;
    for _ in 0..3 {
        let waiting = client.buy(&quote).await;
        assert_eq!(
            (&waiting["status"], &waiting["retry"]),
            (&json!("refused"), &json!("same_call"))
        );
        assert!(
            waiting["message"]
                .as_str()
                .unwrap()
                .contains("not answered")
        );
    }
    assert_eq!(client.questions().len(), 1, "the question stays open");
    assert_eq!(bench.creates(), 0);
}

async fn asked(client: &Client, quote: &Value) -> InputRequiredResult {
    match client.once("create_audio", purchase(quote)).await {
        CallToolResponse::InputRequired(asked) => asked,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_state_of_another_question_or_made_up_is_asked_anew() {
    let bench = Bench::new().await;
    let client = bench.client(Person::agreeing(), Era::Discover).await;
    let (cheap, dear) = (client.quote("GenBGM").await, client.quote("sonic").await);
    let state = asked(&client, &cheap).await.request_state.unwrap();
    let yes = |points: &Value| {
        let content = json!({"decision": format!("spend_{points}_points")});
        [(
            "purchase".to_owned(),
            json!({"action": "accept", "content": content}),
        )]
        .into()
    };
    let bring = async |quote: &Value, state: String| {
        let call = params("create_audio", purchase(quote))
            .with_request_state(state)
            .with_input_responses(yes(&quote["points"]));
        client.service.call_tool_once(call).await.unwrap()
    };
    let anew = |response: CallToolResponse| matches!(response, CallToolResponse::InputRequired(_));
    assert!(
        anew(bring(&dear, state.clone()).await),
        "the state of another quote"
    );
    let mut tampered = state.clone();
    tampered.replace_range(0..1, if state.starts_with('0') { "1" } else { "0" });
    assert!(anew(bring(&cheap, tampered).await));
    assert!(anew(bring(&cheap, String::new()).await));
    assert_eq!(bench.creates(), 0);
    // Its own is good, and brought twice it is one purchase.
    assert!(!anew(bring(&cheap, state.clone()).await));
    assert!(!anew(bring(&cheap, state.clone()).await));
    assert_eq!(bench.creates(), 1);
    // For another quote it is used up.
    assert!(anew(bring(&dear, state).await));
    assert_eq!(bench.creates(), 1);
}
