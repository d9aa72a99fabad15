//! Prices that change, and lists that are behind.

use ima_simulator::{DEMO_KEY, Endpoint, Fault, NthRequest, catalogues};
use serde_json::{Value, json};

use crate::client::{Service, music, service, suno};

/// Points and attribute id of the first rule of Suno, as listed.
async fn listed(service: &Service) -> (u64, u64) {
    let list = service.client.list("text_to_music").await.envelope();
    let rule = &list["data"][0]["children"][0]["credit_rules"][0];
    let number = |name: &str| rule[name].as_u64().unwrap();
    (number("points"), number("attribute_id"))
}

fn order(points: u64, attribute_id: u64) -> Value {
    music(("sonic", "sonic"), attribute_id, points, &json!({}))
}

#[tokio::test]
async fn a_new_price_is_listed_and_charged_at_once() {
    let service = service().await;
    assert!(service.control.reprice("sonic", 30, 2999));
    assert_eq!(listed(&service).await, (30, 2999));
    let list = service.client.list("text_to_music").await.envelope();
    let tags = &list["data"][0]["children"][0]["tags"];
    assert_eq!(tags[2], json!({ "tag_type": "point", "tag_value": "30" }));
    service.created(&order(30, 2999)).await;
    assert_eq!(service.control.ledger(DEMO_KEY).points, 970);
    assert!(!service.control.reprice("nobody", 30, 2999));
}

#[tokio::test]
async fn a_stale_id_and_a_stale_price_are_told_apart() {
    let service = service().await;
    service.control.reprice("sonic", 30, 2999);
    let answer = service.client.create(&suno()).await;
    assert_eq!(
        (answer.code(), answer.message().as_str()),
        (400, "Invalid product attribute")
    );
    service.control.reprice("sonic", 31, 2999);
    let answer = service.client.create(&order(30, 2999)).await;
    assert_eq!(
        (answer.code(), answer.message().as_str()),
        (6006, "Credit mismatch, billing failure")
    );
    assert_eq!(service.control.ledger(DEMO_KEY).charges, []);
}

#[tokio::test]
async fn one_rule_of_several_is_repriced_by_its_id() {
    let service = service().await;
    let tree = catalogues::demanding_music();
    service.control.set_catalogue("text_to_music", tree);
    service.control.reprice("GenBGM", 22, 4503);
    let order = |points, attribute_id, quality: &str, length: u64| {
        let parameters = json!({ "quality": quality, "length": length });
        music(("GenBGM", "GenBGM"), attribute_id, points, &parameters)
    };
    let stale = order(20, 4503, "high", 60);
    assert_eq!(service.client.create(&stale).await.code(), 6006);
    service.created(&order(22, 4503, "high", 60)).await;
    service.created(&order(6, 4501, "standard", 30)).await;
}

#[tokio::test]
async fn a_list_stays_behind_for_as_many_requests_as_asked() {
    let service = service().await;
    service.control.reprice("sonic", 28, 2370);
    service.control.reprice("sonic", 30, 2999);
    service.control.serve_stale_list(2);
    assert_eq!(listed(&service).await, (25, 2370));
    assert_eq!(
        service.client.create(&suno()).await.message(),
        "Invalid product attribute",
        "what is charged is not stale"
    );
    assert_eq!(listed(&service).await, (25, 2370));
    assert_eq!(listed(&service).await, (30, 2999));
    service.created(&order(30, 2999)).await;

    service.control.reprice("sonic", 32, 3000);
    service.control.serve_stale_list(1);
    assert_eq!(listed(&service).await, (30, 2999), "before the last change");
    assert_eq!(listed(&service).await, (32, 3000));
}

#[tokio::test]
async fn a_list_that_was_made_stale_first_does_not_follow_any_change() {
    let service = service().await;
    service.control.serve_stale_list(3);
    service.control.reprice("sonic", 30, 2999);
    assert_eq!(listed(&service).await, (25, 2370));
    let empty = json!([]);
    service
        .control
        .set_catalogue("text_to_music", empty.clone());
    assert_eq!(listed(&service).await, (25, 2370));
    service.control.serve_stale_list(0);
    let list = service.client.list("text_to_music").await.envelope();
    assert_eq!(list["data"], empty);
}

#[tokio::test]
async fn stale_is_the_catalogue_that_was_set_and_not_the_first_one() {
    let service = service().await;
    service.control.reprice("GenSong", 31, 5000);
    let tree = catalogues::demanding_music();
    service.control.set_catalogue("text_to_music", tree.clone());
    service.control.reprice("sonic", 30, 2999);
    service.control.serve_stale_list(1);
    let list = service.client.list("text_to_music").await.envelope();
    assert_eq!(list["data"], tree);
}

#[tokio::test]
async fn a_request_that_is_not_served_a_list_does_not_count() {
    let service = service().await;
    service.control.reprice("sonic", 30, 2999);
    service.control.serve_stale_list(1);
    let fault = Fault::refusal(429);
    service
        .control
        .fault(Endpoint::ProductList, NthRequest::Number(1), fault);
    assert_eq!(service.client.list("text_to_music").await.code(), 429);
    let stranger = service.client.with_authorization(None);
    assert_eq!(stranger.list("text_to_music").await.code(), 401);
    assert_eq!(listed(&service).await, (25, 2370));
    assert_eq!(listed(&service).await, (30, 2999));
}
