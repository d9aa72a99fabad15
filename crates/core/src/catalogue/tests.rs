use super::fixtures::{music, speech};
use super::*;
use serde_json::{Map, Value, json};

fn read(data: &str) -> Catalogue {
    Catalogue::read(TaskType::TextToMusic, data).unwrap()
}

fn first(catalogue: &Catalogue) -> Leaf {
    catalogue.leaves().next().unwrap()
}

#[test]
fn the_live_lists_are_read() {
    assert_eq!(music().model_ids(), ["sonic", "GenBGM", "GenSong"]);
    assert_eq!(speech().model_ids(), ["seed-tts-1.1", "seed-tts-2.0"]);
    let suno = first(&music());
    assert_eq!(suno.name, "Suno");
    assert_eq!(
        (suno.estimate.min_seconds, suno.estimate.max_seconds),
        (90, 150)
    );
    assert_eq!(
        (suno.rules[0].points, suno.rules[0].attribute_id),
        (25, 2370)
    );
    assert_eq!(suno.fields.len(), 10);
    let tags = suno
        .fields
        .iter()
        .find(|field| field.name == "tags")
        .unwrap();
    assert_eq!(tags.maximum, Some(1000));
}

#[test]
fn leaves_are_found_at_any_depth_and_with_types_as_numbers() {
    let catalogue = read(
        r#"[{"type":3,"id":"top","model_id":"top"},
            {"type":"2","id":"g","children":[
              {"type":2,"children":[{"type":"3","id":"deep","model_id":"deep","children":null}]},
              {"type":"2","children":null},
              {"type":"1","model_id":"neither"}]}]"#,
    );
    assert_eq!(catalogue.model_ids(), ["top", "deep"]);
}

#[test]
fn of_two_versions_the_last_one_counts_unless_one_is_pinned() {
    let catalogue =
        read(r#"[{"type":"3","id":"v1","model_id":"m"},{"type":"3","id":"v2","model_id":"m"}]"#);
    assert_eq!(catalogue.find("m", None).unwrap().version_id, "v2");
    assert_eq!(catalogue.find("m", Some("v1")).unwrap().version_id, "v1");
    assert_eq!(catalogue.find("m", Some("v3")), None);
}

#[test]
fn what_is_not_understood_does_no_harm() {
    let catalogue = read(
        r#"[{"type":"3","model_id":"m","tags":"x","form_config":{"a":1},"credit_rules":7,
             "children":"none","icon":{"deep":[1,2,{"x":null}]}},
            {"type":"3","id":"nameless"}]"#,
    );
    let leaf = first(&catalogue);
    assert_eq!(catalogue.leaves().count(), 1);
    assert_eq!((leaf.fields.len(), leaf.rules.len()), (0, 0));
    assert_eq!(leaf.version_id, "m");
    for data in ["{}", "null", "[1]", "[[]]", "\"\"", "["] {
        assert_eq!(Catalogue::read(TaskType::TextToMusic, data), None, "{data}");
    }
}

#[test]
fn a_damaged_model_has_no_price_and_the_others_are_untouched() {
    for damage in [
        r#""credit_rules":[{"points":1,"points":2,"attribute_id":2}]"#,
        r#""credit_rules":[],"credit_rules":[{"points":1,"attribute_id":2}]"#,
        r#""credit_rules":[],"credit_r\u0075les":[{"points":1,"attribute_id":2}]"#,
        r#""credit_rules":[{"points":1e999}]"#,
        r#""credit_rules":[7]"#,
        r#""form_config":[{"field":"a","value":1,"value":2}]"#,
        r#""tags":[[]]"#,
        r#""name":"\ud800""#,
    ] {
        let catalogue = read(&format!(
            r#"[{{"type":"3","id":"v1","model_id":"m","credit_rules":[{{"points":1,"attribute_id":1}}]}},
                {{"type":"3","id":"v2","model_id":"m",{damage}}},
                {{"type":"3","id":"other","model_id":"other"}}]"#
        ));
        // The older version does not stand in for the newest one, but may be pinned.
        assert_eq!(catalogue.find("m", None), None, "{damage}");
        assert!(catalogue.lists("m", None));
        assert_eq!(catalogue.find("m", Some("v1")).unwrap().rules[0].points, 1);
        assert!(catalogue.find("other", None).is_some());
        assert_eq!(catalogue.leaves().count(), 2);
    }
}

#[test]
fn a_list_is_unreadable_where_it_cannot_be_told_which_models_there_are() {
    for node in [
        r#""model_id":"m","model_id":"m""#,
        r#""model_id":"m","id":"a","id":"b""#,
        r#""model_id":"m","type":"2""#,
        r#""model_id":"\ud800""#,
        r#""children":[],"children":[]"#,
        r#""children":[7]"#,
        r#""children":[[]]"#,
    ] {
        let data = format!(r#"[{{"type":"3",{node}}}]"#);
        assert_eq!(
            Catalogue::read(TaskType::TextToMusic, &*data),
            None,
            "{data}"
        );
    }
}

#[test]
fn a_model_comes_before_those_below_it_and_keys_may_be_escaped() {
    let catalogue = read(
        r#"[{"children" : [{"model_id":"b","type":"3"}], "m\u006fdel_id":"a","type":"3"},
            {"model_id":"b","id":"b2","type":"3"}]"#,
    );
    assert_eq!(catalogue.model_ids(), ["a", "b"]);
    let names: Vec<_> = catalogue.leaves().map(|leaf| leaf.version_id).collect();
    assert_eq!(names, ["a", "b", "b2"]);
}

#[test]
fn nodes_are_read_as_deep_as_the_stack_bears() {
    let nested = |levels: usize| {
        let open = r#"[{"type":"2","children":"#.repeat(levels - 1);
        let data = format!(
            r#"{open}[{{"type":"3","model_id":"m"}}]{}"#,
            "}]".repeat(levels - 1)
        );
        Catalogue::read(TaskType::TextToMusic, data)
    };
    assert_eq!(nested(63).unwrap().model_ids(), ["m"]);
    assert_eq!(nested(64), None);
    assert_eq!(nested(100_000), None);
}

#[test]
fn one_model_alone_is_what_it_was_among_the_others() {
    for (catalogue, model) in [
        (music(), "sonic"),
        (music(), "GenSong"),
        (speech(), "seed-tts-2.0"),
    ] {
        let only = catalogue.only(model, None);
        assert_eq!(only.find(model, None), catalogue.find(model, None));
        assert_eq!(only.model_ids(), [model]);
    }
    assert_eq!(music().only("none", None).leaves().count(), 0);
}

#[test]
fn the_ids_for_a_message_are_bounded() {
    let node = |n| format!(r#"{{"type":"3","model_id":"m{n}"}}"#);
    let nodes: Vec<_> = (0..150).map(node).collect();
    let catalogue = read(&format!("[{}]", nodes.join(",")));
    assert_eq!(catalogue.model_ids().len(), 100);
    assert_eq!(catalogue.leaves().count(), 150);
}

#[test]
fn an_estimate_comes_from_the_tag_or_the_table() {
    for (tag, expected) in [
        ("90~150s", (90, 150)),
        ("10 ~ 20S", (10, 20)),
        ("5~5", (5, 5)),
    ] {
        let estimate = Estimate::parse(tag).unwrap();
        assert_eq!((estimate.min_seconds, estimate.max_seconds), expected);
    }
    for tag in ["", "90", "150~90s", "a~b", "0~0s", "~"] {
        assert_eq!(Estimate::parse(tag), None, "{tag}");
    }
    let seed = speech().leaves().last().unwrap();
    assert_eq!(
        seed.estimate,
        Estimate::usual(TaskType::TextToSpeech, "seed-tts-2.0")
    );
}

#[test]
fn the_newest_engine_goes_by_its_number() {
    let mut field = first(&music()).fields.remove(4);
    assert_eq!(newest_engine(&field), Some(&json!("sonic-v5")));
    field.options = ["v5", "v10-2", "v10", "v9"].map(|v| json!(v)).to_vec();
    assert_eq!(newest_engine(&field), Some(&json!("v10-2")));
    field.options.clear();
    assert_eq!(newest_engine(&field), None);
}

#[test]
fn a_rule_is_chosen_whole_then_partial_then_fallback_then_first() {
    let rules = |rules: &str| {
        first(&read(&format!(
            r#"[{{"type":"3","model_id":"m","credit_rules":{rules}}}]"#
        )))
    };
    let leaf = rules(
        r#"[{"points":1,"attribute_id":1,"attributes":{"a":"X"}},
            {"points":2,"attribute_id":2,"attributes":{"default":"enabled"}},
            {"points":3,"attribute_id":3,"attributes":{"a":"x","b":"5"}},
            {"points":4,"attribute_id":4,"attributes":{"a":"x","b":"5","c":true}}]"#,
    );
    let chosen = |parameters: Value| {
        leaf.rule_for(parameters.as_object().unwrap())
            .unwrap()
            .attribute_id
    };
    assert_eq!(chosen(json!({"a": "x"})), 1);
    assert_eq!(chosen(json!({"a": "X", "b": 5})), 3);
    assert_eq!(chosen(json!({"a": "x", "b": "5", "c": "TRUE"})), 4);
    assert_eq!(chosen(json!({"b": 5})), 3);
    assert_eq!(chosen(json!({"a": "y"})), 2);
    assert_eq!(chosen(json!({})), 2);
    let unmarked = rules(
        r#"[{"points":1,"attribute_id":7,"attributes":{"a":"x"}},
            {"points":1,"attribute_id":8,"attributes":{}}]"#,
    );
    assert_eq!(unmarked.rule_for(&Map::new()).unwrap().attribute_id, 7);
}

/// Music: "Estimated Generation Time per Model"; speech: "a few seconds to tens of seconds".
#[test]
fn without_a_live_estimate_the_table_of_the_requirements_counts() {
    let estimate = |task, model: &str, tags: &str| {
        let data = format!(r#"[{{"type":"3","model_id":"{model}"{tags}}}]"#);
        let leaf = first(&Catalogue::read(task, data).unwrap());
        (leaf.estimate.min_seconds, leaf.estimate.max_seconds)
    };
    let (music, speech) = (TaskType::TextToMusic, TaskType::TextToSpeech);
    for (task, model, seconds) in [
        (music, "GenBGM", (10, 25)),
        (music, "GenSong", (10, 25)),
        (music, "sonic", (20, 45)),
        (speech, "seed-tts-2.0", (5, 30)),
    ] {
        assert_eq!(estimate(task, model, ""), seconds, "{model}");
        let unreadable = r#","tags":[{"tag_type":"EET","tag_value":"soon"}]"#;
        assert_eq!(estimate(task, model, unreadable), seconds, "{model}");
        let live = r#","tags":[{"tag_type":"EET","tag_value":"90~150s"}]"#;
        assert_eq!(estimate(task, model, live), (90, 150), "{model}");
    }
}
