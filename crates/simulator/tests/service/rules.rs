//! Models with several prices and with virtual fields: the demanding catalogue.

use ima_simulator::{DEMO_KEY, catalogues};
use serde_json::{Value, json};

use crate::client::{Service, music, service, with, without};

const INNER: &str = "/parameters/0/parameters";

/// A service that sells the demanding catalogue.
async fn demanding() -> Service {
    let service = service().await;
    let tree = catalogues::demanding_music();
    service.control.set_catalogue("text_to_music", tree);
    service
}

fn background_music(attribute_id: u64, points: u64, parameters: Value) -> Value {
    let model = ("GenBGM", "GenBGM");
    music(model, attribute_id, points, &parameters)
}

fn soundscape(attribute_id: u64, points: u64, parameters: Value) -> Value {
    let model = ("Soundscape", "Soundscape");
    music(model, attribute_id, points, &parameters)
}

/// The code and the points that were paid for each body.
async fn outcomes(bodies: &[Value]) -> Vec<(i64, u64)> {
    let service = demanding().await;
    let mut outcomes = Vec::new();
    for body in bodies {
        service.control.add_account(DEMO_KEY, 100);
        let code = service.client.create(body).await.code();
        outcomes.push((code, 100 - service.control.ledger(DEMO_KEY).points));
    }
    outcomes
}

#[tokio::test]
async fn each_rule_has_its_price_and_text_matches_numbers_in_any_case() {
    let bodies = [
        background_music(4501, 6, json!({ "quality": "standard", "length": 30 })),
        background_music(4501, 6, json!({ "quality": "Standard", "length": "30" })),
        background_music(4502, 12, json!({ "quality": "high", "length": 30 })),
        background_music(4503, 20, json!({ "quality": "HIGH", "length": "60" })),
    ];
    assert_eq!(outcomes(&bodies).await, [(0, 6), (0, 6), (0, 12), (0, 20)]);
}

#[tokio::test]
async fn without_a_matching_or_default_rule_nothing_is_sold() {
    let bodies = [
        background_music(4501, 6, json!({ "quality": "standard", "length": 60 })),
        background_music(4501, 6, json!({ "quality": "standard" })),
        background_music(4501, 6, json!({})),
    ];
    assert_eq!(outcomes(&bodies).await, [(6009, 0); 3]);
}

#[tokio::test]
async fn the_id_of_another_rule_is_told_from_an_unknown_id_and_from_a_wrong_price() {
    let high = json!({ "quality": "high", "length": 60 });
    let right = background_music(4503, 20, high.clone());
    let cast = |name: &str| format!("{INNER}/cast/{name}");
    let cases = [
        (right.clone(), 0),
        (background_music(4502, 20, high.clone()), 6010),
        (background_music(4501, 6, high.clone()), 6010),
        (
            with(right.clone(), &cast("attribute_id"), json!(4501)),
            6010,
        ),
        (
            with(right.clone(), &cast("attribute_id"), json!(9999)),
            6006,
        ),
        (with(right.clone(), &cast("points"), json!(12)), 6006),
        (with(right.clone(), "/parameters/0/credit", json!(12)), 6006),
        (without(right.clone(), &format!("{INNER}/cast")), 6006),
        (background_music(9999, 20, high), 400),
    ];
    let service = demanding().await;
    for (body, code) in &cases {
        assert_eq!(service.client.create(body).await.code(), *code, "{body}");
    }
    assert_eq!(service.control.ledger(DEMO_KEY).charges.len(), 1);
}

#[tokio::test]
async fn a_version_has_the_price_of_its_own_leaf() {
    let suno = |version, id, points| music(("sonic", version), id, points, &json!({}));
    let bodies = [
        suno("sonic", 2370, 25),
        suno("sonic-next", 2471, 28),
        suno("sonic-next", 2370, 25),
        suno("sonic-v5", 2471, 28),
    ];
    assert_eq!(
        outcomes(&bodies).await,
        [(0, 25), (0, 28), (6010, 0), (400, 0)]
    );
}

#[tokio::test]
async fn the_targets_of_virtual_fields_set_the_price() {
    let bodies = [
        soundscape(7001, 8, json!({})),
        soundscape(
            7001,
            8,
            json!({ "render_mode": "std", "output_spec": "60s_48k" }),
        ),
        soundscape(
            7002,
            15,
            json!({ "render_mode": "pro", "output_spec": "30s_44k" }),
        ),
        soundscape(
            7003,
            18,
            json!({ "render_mode": "pro", "output_spec": "60s_48k" }),
        ),
    ];
    assert_eq!(outcomes(&bodies).await, [(0, 8), (0, 8), (0, 15), (0, 18)]);
}

#[tokio::test]
async fn a_virtual_field_itself_is_not_a_parameter() {
    let bodies = [
        soundscape(7001, 8, json!({ "quality": "std" })),
        soundscape(7001, 8, json!({ "quality_level": "standard" })),
        soundscape(7001, 8, json!({ "duration": 30, "sample_rate": "44k" })),
    ];
    assert_eq!(outcomes(&bodies).await, [(6009, 0); 3]);
}

#[tokio::test]
async fn a_target_takes_only_the_values_that_are_mapped_to() {
    let service = demanding().await;
    for parameters in [
        json!({ "render_mode": "studio" }),
        json!({ "output_spec": "30s_48k" }),
        json!({ "output_spec": 30 }),
    ] {
        let body = soundscape(7001, 8, parameters);
        let answer = service.client.create(&body).await;
        assert_eq!(answer.code(), 400);
        let message = answer.message();
        assert!(message.ends_with("is not among the options"), "{message}");
    }
}

#[tokio::test]
async fn leaves_are_sold_wherever_they_stand_but_not_under_the_attribute_id_0() {
    let model = |id, attribute_id, points| music((id, id), attribute_id, points, &json!({}));
    let bodies = [
        model("GenSong", 4398, 30),
        model("DeepTrack", 8101, 35),
        model("DraftTrack", 0, 40),
        model("DraftTrack", 4398, 40),
    ];
    assert_eq!(
        outcomes(&bodies).await,
        [(0, 30), (0, 35), (400, 0), (400, 0)]
    );
}

/// Every node of a tree with its level; those at the top are on the first.
fn nodes<'a>(tree: &'a Value, level: u32, found: &mut Vec<(u32, &'a Value)>) {
    for node in tree.as_array().into_iter().flatten() {
        found.push((level, node));
        nodes(&node["children"], level + 1, found);
    }
}

#[tokio::test]
async fn the_demanding_list_has_every_oddity_it_promises() {
    let service = demanding().await;
    let list = service.client.list("text_to_music").await.envelope();
    let mut all = Vec::new();
    nodes(&list["data"], 1, &mut all);
    let leaves: Vec<_> = all
        .iter()
        .filter(|(_, node)| node.get("model_id").is_some())
        .map(|(level, node)| {
            let prices = node["credit_rules"].as_array().unwrap().iter();
            let prices: Vec<_> = prices.map(|rule| rule["points"].clone()).collect();
            json!([level, node["type"], node["model_id"], node["id"], prices])
        })
        .collect();
    assert_eq!(
        json!(leaves),
        json!([
            [2, "3", "sonic", "sonic", [25]],
            [2, "3", "sonic", "sonic-next", [28]],
            [1, 3, "GenSong", "GenSong", [30]],
            [2, "3", "GenBGM", "GenBGM", [6, 12, 20]],
            [2, "3", "Soundscape", "Soundscape", [8, 15, 18]],
            [4, "3", "DeepTrack", "DeepTrack", [35]],
            [2, "3", "DraftTrack", "DraftTrack", [40]],
        ])
    );
    assert!(all.iter().all(|(_, node)| node.get("x_extra").is_some()));
    let null_children = |id: &str| {
        all.iter()
            .any(|(_, node)| node["id"] == id && node.get("children") == Some(&Value::Null))
    };
    assert!(null_children("GenSong") && null_children("soon"));
    let rules = all.iter().filter_map(|(_, node)| node.get("credit_rules"));
    for rule in rules.flat_map(|rules| rules.as_array().unwrap()) {
        assert!(rule.get("x_extra").is_some() && rule["attributes"].get("x_extra").is_none());
    }
}
