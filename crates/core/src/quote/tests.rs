use super::*;
use crate::catalogue::fixtures::{music, speech};
use crate::request::Language;

fn body(quote: &Quote) -> Value {
    serde_json::from_str(&quote.body()).unwrap()
}

fn song() -> Request {
    Request::new(
        TaskType::TextToMusic,
        "upbeat lo-fi hip hop, 90 BPM, no vocals",
        Language::En,
    )
}

fn spoken() -> Request {
    Request::new(
        TaskType::TextToSpeech,
        "欢迎来到 IMA Studio。",
        Language::Zh,
    )
}

#[test]
fn the_body_for_suno() {
    let quote = Quote::new(&song(), &music()).unwrap();
    insta::assert_json_snapshot!(body(&quote));
}

#[test]
fn the_body_for_each_doubao_model() {
    for model in ["GenBGM", "GenSong"] {
        let mut request = song();
        request.model_id = Some(model.to_owned());
        let quote = Quote::new(&request, &music()).unwrap();
        insta::assert_json_snapshot!(model, body(&quote));
    }
}

#[test]
fn the_body_for_speech_with_a_speaker() {
    let request = spoken().with("speaker", json!("zh_male_sophie_uranus_bigtts"));
    let quote = Quote::new(&request, &speech()).unwrap();
    insta::assert_json_snapshot!(body(&quote));
}

#[test]
fn the_users_choice_of_engine_stands() {
    let request = song().with("model_version", json!("sonic-v4-5"));
    let quote = Quote::new(&request, &music()).unwrap();
    let inner = &body(&quote)["parameters"][0]["parameters"];
    assert_eq!(inner["model_version"], "sonic-v4-5");
    assert_eq!(body(&quote)["parameters"][0]["model_version"], "sonic");
}

#[test]
fn n_is_sent_as_a_number() {
    let quote = Quote::new(&song().with("n", json!("3")), &music()).unwrap();
    assert_eq!(body(&quote)["parameters"][0]["parameters"]["n"], 3);
}

#[test]
fn an_unknown_model_lists_the_known_ones() {
    let mut request = song();
    request.model_id = Some("sonata".to_owned());
    let known = ["sonic", "GenBGM", "GenSong"].map(str::to_owned).to_vec();
    assert_eq!(
        Quote::new(&request, &music()),
        Err(Cause::UnknownModel(known))
    );
}

#[test]
fn a_price_above_the_budget_stops_and_one_at_the_budget_does_not() {
    let mut request = song();
    request.budget = Some(24);
    assert_eq!(
        Quote::new(&request, &music()),
        Err(Cause::OverBudget {
            points: 25,
            budget: 24
        })
    );
    request.budget = Some(25);
    assert_eq!(Quote::new(&request, &music()).unwrap().points(), 25);
}

#[test]
fn without_a_rule_or_an_attribute_id_there_is_no_price() {
    for rules in [
        "[]",
        "null",
        r#"[{"points":25,"attribute_id":0}]"#,
        r#"[{"points":25}]"#,
        r#"[{"attribute_id":1}]"#,
    ] {
        let data =
            format!(r#"[{{"id":"sonic","type":"3","model_id":"sonic","credit_rules":{rules}}}]"#);
        let catalogue = Catalogue::read(TaskType::TextToMusic, &data).unwrap();
        assert_eq!(
            Quote::new(&song(), &catalogue),
            Err(Cause::NoPrice),
            "{rules}"
        );
    }
}

#[test]
fn the_rule_adds_its_attributes_and_the_marker_is_never_sent() {
    let data = r#"[{"id":"sonic","type":"3","model_id":"sonic","credit_rules":[
        {"points":25,"attribute_id":1,"attributes":{"default":"enabled"}},
        {"points":40,"attribute_id":2,"attributes":{"Quality":"HD","seconds":60}}]}]"#;
    let catalogue = Catalogue::read(TaskType::TextToMusic, data).unwrap();
    let plain = body(&Quote::new(&song(), &catalogue).unwrap());
    assert_eq!(plain["parameters"][0]["attribute_id"], 1);
    assert!(
        plain["parameters"][0]["parameters"]
            .get("default")
            .is_none()
    );

    let request = song().with("seconds", json!("60"));
    let partial = body(&Quote::new(&request, &catalogue).unwrap());
    assert_eq!(partial["parameters"][0]["attribute_id"], 2);
    assert_eq!(partial["parameters"][0]["parameters"]["Quality"], "HD");
    assert_eq!(partial["parameters"][0]["parameters"]["seconds"], "60");
}
