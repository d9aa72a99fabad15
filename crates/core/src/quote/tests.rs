mod options;

use super::*;
use crate::catalogue::fixtures::{SPEECH, music, speech};
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
fn a_model_is_named_by_its_id_or_its_name_in_any_case() {
    for name in ["sonic", "Sonic", "SUNO", " suno ", "Suno"] {
        let mut request = song();
        request.model_id = Some(name.to_owned());
        let quote = Quote::new(&request, &music()).unwrap();
        assert_eq!(quote.model_id(), "sonic", "{name}");
    }
    let mut request = song();
    request.model_id = Some("Sonik".to_owned());
    let unknown = Quote::new(&request, &music());
    assert!(matches!(unknown, Err(Cause::UnknownModel(_))));
}

#[test]
fn the_budget_holds_even_if_every_output_is_counted() {
    let mut request = song().with("n", json!(2));
    request.budget = Some(49);
    let over = Err(Cause::OverBudget {
        points: 50,
        budget: 49,
    });
    assert_eq!(Quote::new(&request, &music()), over);
    request.budget = Some(50);
    let quote = Quote::new(&request, &music()).unwrap();
    assert_eq!((quote.points(), quote.most_points()), (25, 50));
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
        // Damaged: which of the two would be paid?
        r#"[{"points":25,"points":1,"attribute_id":1}]"#,
    ] {
        let data =
            format!(r#"[{{"id":"sonic","type":"3","model_id":"sonic","credit_rules":{rules}}}]"#);
        let catalogue = Catalogue::read(TaskType::TextToMusic, data).unwrap();
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

/// What is said of a parameter, in the order field, given, allowed.
fn refused(request: Request, catalogue: &Catalogue) -> (String, String, String) {
    match Quote::new(&request, catalogue) {
        Err(Cause::Invalid(invalid)) => (invalid.field, invalid.given, invalid.allowed),
        other => panic!("{other:?}"),
    }
}

fn inner(request: &Request, catalogue: &Catalogue) -> Value {
    body(&Quote::new(request, catalogue).unwrap())["parameters"][0]["parameters"].clone()
}

#[test]
fn an_unknown_parameter_is_refused_with_the_nearest_name() {
    let (field, _, allowed) = refused(song().with("vocal_gendre", json!("f")), &music());
    assert_eq!(field, "vocal_gendre");
    assert!(
        allowed.starts_with("no such parameter; did you mean vocal_gender?"),
        "{allowed}"
    );
    let mut chinese = song().with("zzz", json!(1));
    chinese.language = Language::Zh;
    let (_, given, allowed) = refused(chinese, &music());
    assert_eq!(given, "1");
    assert!(
        allowed.starts_with("没有这个参数，可用：make_instrumental"),
        "{allowed}"
    );
}

#[test]
fn an_unknown_parameter_may_be_dropped_and_is_named() {
    let mut request = song().with("zzz", json!(1));
    request.unknown = crate::request::UnknownParameters::Drop;
    let quote = Quote::new(&request, &music()).unwrap();
    assert_eq!(quote.dropped()[0].field, "zzz");
    assert_eq!(inner(&request, &music()).get("zzz"), None);
}

#[test]
fn values_are_held_against_the_form() {
    let long = "x".repeat(1001);
    for (name, value, allowed) in [
        (
            "model_version",
            json!("sonic-v9"),
            "\"sonic-v3-5\", \"sonic-v4\"",
        ),
        ("make_instrumental", json!("maybe"), "true, false"),
        ("tags", json!(5), "a text"),
        ("tags", json!(long), "0 to 1000 characters (1001 given)"),
        (
            "title",
            json!("标".repeat(121)),
            "0 to 120 characters (121 given)",
        ),
        ("vocal_gender", json!("child"), "\"m\", \"f\""),
    ] {
        let (field, _, said) = refused(song().with(name, value), &music());
        assert_eq!(field, name);
        assert!(said.starts_with(allowed), "{said}");
    }
    let good = song()
        .with("make_instrumental", json!("TRUE"))
        .with("title", json!("标".repeat(120)));
    assert_eq!(inner(&good, &music())["make_instrumental"], true);
}

#[test]
fn a_voice_becomes_what_the_catalogue_offers_in_custom_mode() {
    for (said, sent) in [
        ("female", "f"),
        ("女声", "f"),
        ("Male", "m"),
        ("男声", "m"),
        ("m", "m"),
    ] {
        let inner = inner(&song().with("vocal_gender", json!(said)), &music());
        assert_eq!(
            (&inner["vocal_gender"], &inner["custom_mode"]),
            (&json!(sent), &json!(true))
        );
    }
    let contradiction = song()
        .with("vocal_gender", json!("f"))
        .with("custom_mode", json!(false));
    assert_eq!(refused(contradiction, &music()).0, "custom_mode");
}

#[test]
fn typed_options_are_the_parameters_of_the_service() {
    let options = MusicOptions {
        lyrics: Some("la la".to_owned()),
        vocal_gender: Some(VocalGender::Female),
        instrumental: Some(false),
        engine: Some("sonic-v4".to_owned()),
        ..MusicOptions::default()
    };
    let mut request = song();
    request.parameters = options.parameters();
    let inner = inner(&request, &music());
    assert_eq!(inner["lyrics"], "la la");
    assert_eq!(inner["custom_mode"], true);
    assert_eq!(inner["model_version"], "sonic-v4");

    let options = SpeechOptions {
        speaker: Some("zh_female_vv_uranus_bigtts".to_owned()),
        emotion: Some("sad".to_owned()),
        rate: Some(20),
        volume: Some(-50),
        style: Some(SpeechStyle::Standard),
        explicit_language: Some("crosslingual".to_owned()),
        ..SpeechOptions::default()
    };
    let mut request = spoken();
    request.parameters = options.parameters();
    let quote = Quote::new(&request, &speech()).unwrap();
    insta::assert_json_snapshot!("speech_options", body(&quote));
}

#[test]
fn speech_is_held_against_its_ranges_and_voices() {
    for (name, value, field, allowed) in [
        (
            "audio_params",
            json!({"speech_rate": 101}),
            "audio_params.speech_rate",
            "-50 到 100 的整数",
        ),
        (
            "audio_params",
            json!({"loudness_rate": -51}),
            "audio_params.loudness_rate",
            "-50 到 100",
        ),
        (
            "audio_params",
            json!({"speech_rate": 1.5}),
            "audio_params.speech_rate",
            "-50 到 100",
        ),
        ("audio_params", json!("loud"), "audio_params", "一个对象"),
        ("additions", json!([]), "additions", "一个对象"),
        (
            "speaker",
            json!("BV001_streaming"),
            "speaker",
            "原生音色 *_uranus_bigtts；BV*_streaming",
        ),
        ("speaker", json!("alice"), "speaker", "原生音色"),
        ("speaker", json!(7), "speaker", "原生音色"),
        (
            "model",
            json!("seed-tts-1.0"),
            "model",
            "\"seed-tts-2.0-expressive\"",
        ),
    ] {
        let said = refused(spoken().with(name, value), &speech());
        assert_eq!(said.0, field);
        assert!(said.2.starts_with(allowed), "{}", said.2);
    }
    let mut long = spoken();
    long.prompt = "长".repeat(10_001);
    assert_eq!(refused(long, &speech()).0, "prompt");
}

fn virtual_list(mapping: &str) -> Catalogue {
    let data = format!(
        r#"[{{"id":"m","type":"3","model_id":"sonic","credit_rules":[
            {{"points":1,"attribute_id":1,"attributes":{{"default":"enabled"}}}},
            {{"points":9,"attribute_id":9,"attributes":{{"size":"1920x1080"}}}}],
            "form_config":[{{"field":"shape","is_ui_virtual":true,{mapping}}},
                           {{"field":"size","type":"input"}}]}}]"#
    );
    Catalogue::read(TaskType::TextToMusic, data).unwrap()
}

#[test]
fn a_virtual_field_sends_what_it_stands_for() {
    let single = virtual_list(
        r#""ui_params":[{"field":"shape","value":"square"}],"value_mapping":{"mapping_rules":[
            {"source_values":{"shape":"square"},"target_param":"size","target_value":"1024x1024"},
            {"source_values":{"shape":"wide"},"target_param":"size","target_value":"1920x1080"}]}"#,
    );
    assert_eq!(inner(&song(), &single)["size"], "1024x1024");
    assert_eq!(inner(&song(), &single).get("shape"), None);
    let wide = song().with("shape", json!("WIDE"));
    assert_eq!(inner(&wide, &single)["size"], "1920x1080");
    assert_eq!(Quote::new(&wide, &single).unwrap().points(), 9);
    let explicit = wide.with("size", json!("7x7"));
    assert_eq!(inner(&explicit, &single)["size"], "7x7");
    let (field, given, allowed) = refused(song().with("shape", json!("round")), &single);
    assert_eq!((field.as_str(), given.as_str()), ("shape", "\"round\""));
    assert_eq!(allowed, r#"one of {"shape":"square"}, {"shape":"wide"}"#);
}

#[test]
fn a_grouped_virtual_field_takes_its_controls_together() {
    let grouped = virtual_list(
        r#""ui_params":[{"id":"ratio","value":"16:9"},{"field":"quality","value":"1K"}],
           "value_mapping":{"mapping_rules":[
            {"source_values":{"ratio":"16:9","quality":"1K"},"target_value":"small"},
            {"source_values":{"ratio":"16:9","quality":"2K"},"target_value":"large"}]}"#,
    );
    assert_eq!(inner(&song(), &grouped)["shape"], "small");
    let large = song().with("quality", json!("2k"));
    assert_eq!(inner(&large, &grouped)["shape"], "large");
    let tall = song().with("ratio", json!("9:16"));
    assert_eq!(refused(tall, &grouped).0, "ratio");
}

#[test]
fn the_number_of_pieces_is_held_against_the_form() {
    for n in [json!(4), json!("4"), json!(4.0)] {
        let quote = Quote::new(&song().with("n", n), &music()).unwrap();
        assert_eq!(body(&quote)["parameters"][0]["parameters"]["n"], 4);
    }
    let (field, given, allowed) = refused(song().with("n", json!(5)), &music());
    assert_eq!((field.as_str(), given.as_str()), ("n", "5"));
    assert_eq!(allowed, r#""1", "2", "3", "4""#);
}

#[test]
fn a_model_without_a_form_says_so() {
    let mut request = song().with("tags", json!("x"));
    request.model_id = Some("GenBGM".to_owned());
    assert_eq!(
        refused(request, &music()).2,
        "this model takes no parameters"
    );
}

#[test]
fn the_cost_is_a_phrase() {
    let quote = Quote::new(&song(), &music()).unwrap();
    assert_eq!(quote.phrase(Language::Zh), "使用 Suno（25 积分，功能最全）");
    assert_eq!(
        quote.phrase(Language::En),
        "Using Suno (25 credits, full-featured)"
    );
    for (model, zh, en) in [
        (
            "GenBGM",
            "使用 DouBao - BGM（30 积分）",
            "Using DouBao - BGM (30 credits)",
        ),
        (
            "GenSong",
            "使用 DouBao - Song（30 积分）",
            "Using DouBao - Song (30 credits)",
        ),
    ] {
        let mut request = song();
        request.model_id = Some(model.to_owned());
        let quote = Quote::new(&request, &music()).unwrap();
        assert_eq!(quote.phrase(Language::Zh), zh);
        assert_eq!(quote.phrase(Language::En), en);
    }
    let quote = Quote::new(&spoken(), &speech()).unwrap();
    assert_eq!(quote.phrase(Language::Zh), "使用 seed-tts-2.0（2 积分）");
}

#[test]
fn speech_is_seed_tts_2_0_where_no_model_is_asked_for() {
    let live = speech();
    assert_eq!(live.model_ids(), ["seed-tts-1.1", "seed-tts-2.0"]);
    let of = |models: &[&Value]| {
        let list = json!([{ "type": "2", "children": models }]).to_string();
        Catalogue::read(TaskType::TextToSpeech, list).unwrap()
    };
    let list: Value = serde_json::from_str(SPEECH).unwrap();
    let (first, second) = (&list[0]["children"][0], &list[0]["children"][1]);
    let turned = of(&[second, first]);
    for catalogue in [&live, &turned] {
        let quote = Quote::new(&spoken(), catalogue).unwrap();
        let entry = &body(&quote)["parameters"][0];
        assert_eq!(
            (&entry["model_id"], &entry["attribute_id"], &entry["credit"]),
            (&json!("seed-tts-2.0"), &json!(4419), &json!(2))
        );
    }
    // Nothing else takes its place where it is missing.
    let old = of(&[first]);
    let known = vec!["seed-tts-1.1".to_owned()];
    assert_eq!(Quote::new(&spoken(), &old), Err(Cause::UnknownModel(known)));
}
