//! The list of models against a plain walk over `serde_json::Value`, and cut at every byte.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

#[path = "../benches/support/list.rs"]
mod list;

use ima_core::catalogue::Catalogue;
use ima_core::request::TaskType;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(data: &str) -> Option<Catalogue> {
    Catalogue::read(TaskType::TextToMusic, data)
}

/// Ids and prices of the models, by the plain walk: a leaf before those below it.
fn expected(nodes: &Value, models: &mut Vec<(String, String, u64)>) {
    for node in nodes.as_array().into_iter().flatten() {
        if node["type"] == json!(3) || node["type"] == json!("3") {
            let model = node["model_id"].as_str().unwrap_or_default().to_owned();
            let own = node["id"].as_str().filter(|id| !id.is_empty());
            let version = own.unwrap_or(&model).to_owned();
            let price = node["credit_rules"][0]["points"].as_u64().unwrap();
            if !model.is_empty() {
                models.push((model, version, price));
            }
        }
        expected(&node["children"], models);
    }
}

fn found(catalogue: &Catalogue) -> Vec<(String, String, u64)> {
    let model = |leaf: ima_core::catalogue::Leaf| {
        (
            leaf.model_id,
            leaf.version_id,
            u64::from(leaf.rules[0].points),
        )
    };
    catalogue.leaves().map(model).collect()
}

/// Nodes as the service might write them: members in any order, beside some that nobody reads.
fn nodes() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec![r#""2""#, r#""3""#, "3", "2", "null", r#""x""#]);
    let id = prop::sample::select(vec![r#""m""#, r#""n\u006f""#, r#""""#, "null"]);
    let other = prop::sample::select(vec![
        r#""description":"[{\"type\":\"3\"}]""#,
        r#""form":{"children":[{"type":"3","model_id":"inner"}]}"#,
        r#""icon":null"#,
    ]);
    let leafless = prop::sample::select(vec!["null", "[]", "7", r#""none""#, "{}", r#"{"a":[1]}"#]);
    let node = move |children: BoxedStrategy<String>| {
        let members = (
            kind.clone(),
            id.clone(),
            id.clone(),
            1_u32..100,
            other.clone(),
            children,
        );
        let members = members.prop_map(|(kind, model, id, points, other, children)| {
            vec![
                format!(r#""type":{kind}"#),
                format!(r#""model_id" : {model}"#),
                format!("\"id\":\n{id}"),
                format!(r#""credit_rules":[{{"points":{points},"attribute_id":1}}]"#),
                other.to_owned(),
                format!("\"children\" :\t{children}"),
            ]
        });
        let shuffled = members.prop_shuffle();
        shuffled.prop_map(|members| format!("{{{}}}", members.join(" , ")))
    };
    let list = |node: BoxedStrategy<String>| {
        prop::collection::vec(node, 0..4).prop_map(|nodes| format!("[{}]", nodes.join(",")))
    };
    let lowest = list(node(leafless.prop_map(str::to_owned).boxed()).boxed());
    let tree = lowest.prop_recursive(4, 40, 4, move |children| {
        list(node(children.boxed()).boxed())
    });
    tree.boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn the_walk_finds_what_a_plain_walk_finds(data in nodes()) {
        let mut models = Vec::new();
        expected(&serde_json::from_str(&data).unwrap(), &mut models);
        let catalogue = read(&data).unwrap();
        prop_assert_eq!(&found(&catalogue), &models);
        for (model, version, _) in &models {
            let newest = models.iter().rev().find(|(own, ..)| own == model).unwrap();
            let leaf = catalogue.find(model, None).unwrap();
            prop_assert_eq!((&leaf.version_id, u64::from(leaf.rules[0].points)), (&newest.1, newest.2));
            prop_assert_eq!(&catalogue.find(model, Some(version)).unwrap().version_id, version);
        }
    }
}

#[test]
fn a_list_that_was_cut_is_not_read() {
    let answer = String::from_utf8(list::answer(4)).unwrap();
    let start = answer.find("[{").unwrap();
    let data = &answer[start..answer.len() - 1];
    assert_eq!(found(&read(data).unwrap()).len(), 4);
    for (end, _) in data.char_indices() {
        assert_eq!(read(&data[..end]), None, "cut at {end}");
    }
}
