//! Create requests: what is accepted, what is refused, and what it costs.

use ima_simulator::{Charge, DEMO_KEY, Ledger};
use serde_json::{Value, json};

use crate::client::{background_music, service, speech, suno, with, without};

const INNER: &str = "/parameters/0/parameters";

#[tokio::test]
async fn an_accepted_request_is_charged_once_and_kept() {
    let service = service().await;
    for (body, model, points) in [
        (suno(), "sonic", 25),
        (background_music(), "GenBGM", 30),
        (speech(), "seed-tts-2.0", 2),
    ] {
        service.control.add_account(DEMO_KEY, 100);
        let before = service.control.tasks().len();
        let answer = service.client.create(&body).await.envelope();
        assert_eq!(
            (&answer["code"], &answer["message"]),
            (&json!(0), &json!("success"))
        );
        let id = answer["data"]["id"].as_str().unwrap().to_owned();
        let charge = Charge {
            task_id: id.clone(),
            model_id: model.to_owned(),
            points,
        };
        let expected = Ledger {
            points: 100 - points,
            charges: vec![charge],
        };
        assert_eq!(service.control.ledger(DEMO_KEY), expected);
        let tasks = service.control.tasks();
        assert_eq!(tasks.len(), before + 1);
        let task = &tasks[before];
        assert_eq!(
            (task.id.as_str(), task.model_id.as_str()),
            (id.as_str(), model)
        );
        assert_eq!(task.body, body);
    }
}

#[tokio::test]
async fn two_requests_are_two_tasks_and_two_charges() {
    let service = service().await;
    let first = service.created(&suno()).await;
    let second = service.created(&suno()).await;
    assert_ne!(first, second);
    let ledger = service.control.ledger(DEMO_KEY);
    assert_eq!(ledger.points, 950);
    let paid: Vec<_> = ledger
        .charges
        .iter()
        .map(|charge| &charge.task_id)
        .collect();
    assert_eq!(paid, [&first, &second]);
}

/// Every body is refused with this code and a message that begins so; nobody is charged.
async fn refused(code: i64, message: &str, bodies: Vec<Value>) {
    let service = service().await;
    for body in bodies {
        let answer = service.client.create(&body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.code(), code, "{body} {answer:?}");
        assert!(answer.message().starts_with(message), "{body} {answer:?}");
        assert_eq!(answer.envelope()["data"], Value::Null);
    }
    let untouched = Ledger {
        points: 1000,
        charges: Vec::new(),
    };
    assert_eq!(service.control.ledger(DEMO_KEY), untouched);
    assert_eq!(service.control.tasks(), []);
}

#[tokio::test]
async fn code_400_invalid_product_attribute() {
    let id = "/parameters/0/attribute_id";
    refused(
        400,
        "Invalid product attribute",
        vec![
            with(suno(), id, json!(0)),
            with(suno(), id, json!("2370")),
            with(suno(), id, json!(4399)),
            without(suno(), id),
        ],
    )
    .await;
}

#[tokio::test]
async fn code_6006_where_credit_or_cast_is_not_the_price() {
    let cast = "/parameters/0/parameters/cast";
    refused(
        6006,
        "Credit mismatch",
        vec![
            with(suno(), "/parameters/0/credit", json!(24)),
            without(suno(), "/parameters/0/credit"),
            without(suno(), cast),
            with(suno(), cast, json!({})),
            with(suno(), cast, json!({ "points": 24, "attribute_id": 2370 })),
            with(suno(), cast, json!({ "points": 25, "attribute_id": 2371 })),
        ],
    )
    .await;
}

#[tokio::test]
async fn code_6009_for_a_parameter_that_the_model_does_not_know() {
    let inner = |name: &str| format!("{INNER}/{name}");
    refused(
        6009,
        "No exact rule match found for parameters",
        vec![
            with(suno(), &inner("audio_params"), json!({})),
            with(background_music(), &inner("tags"), json!("jazz")),
            with(background_music(), &inner("lyrics"), json!("la la")),
            with(speech(), &inner("voice_id"), json!("x")),
            with(speech(), &inner("lyrics"), json!("la la")),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_the_vendors_own_clients_send_is_accepted() {
    let service = service().await;
    let inner = |name: &str| format!("{INNER}/{name}");
    let marked = |body| with(body, &inner("default"), json!("enabled"));
    let older = |engine| with(marked(suno()), &inner("model_version"), json!(engine));
    for body in [
        marked(suno()),
        marked(background_music()),
        marked(speech()),
        older("sonic"),
        older("sonic-v3"),
    ] {
        assert_eq!(service.client.create(&body).await.code(), 0, "{body}");
    }
}

#[tokio::test]
async fn code_6010_for_the_attribute_id_of_another_rule() {
    let service = service().await;
    let list = service.client.list("text_to_music").await.envelope();
    let rules = json!([
        { "points": 25, "attribute_id": 2370, "attributes": { "default": "enabled" } },
        { "points": 40, "attribute_id": 2371, "attributes": { "model_version": "sonic-v5" } },
    ]);
    let tree = with(list["data"].clone(), "/0/children/0/credit_rules", rules);
    service.control.set_catalogue("text_to_music", tree);

    let answer = service.client.create(&suno()).await;
    assert_eq!(answer.code(), 6010);
    assert_eq!(answer.message(), "Attribute ID does not match");
    assert_eq!(service.control.ledger(DEMO_KEY).charges, []);

    let mut right = suno();
    for place in ["/parameters/0", "/parameters/0/parameters/cast"] {
        right = with(right, &format!("{place}/attribute_id"), json!(2371));
    }
    right = with(right, "/parameters/0/credit", json!(40));
    right = with(right, "/parameters/0/parameters/cast/points", json!(40));
    assert_eq!(service.client.create(&right).await.code(), 0);
    assert_eq!(service.control.ledger(DEMO_KEY).points, 960);
}

#[tokio::test]
async fn code_6009_where_no_rule_fits() {
    let service = service().await;
    let list = service.client.list("text_to_music").await.envelope();
    let only = json!([
        { "points": 25, "attribute_id": 2370, "attributes": { "model_version": "sonic-v3-5" } },
    ]);
    let tree = with(list["data"].clone(), "/0/children/0/credit_rules", only);
    service.control.set_catalogue("text_to_music", tree);
    assert_eq!(service.client.create(&suno()).await.code(), 6009);
    let fitting = with(
        suno(),
        &format!("{INNER}/model_version"),
        json!("sonic-v3-5"),
    );
    assert_eq!(service.client.create(&fitting).await.code(), 0);
}

#[tokio::test]
async fn code_4008_where_the_points_do_not_suffice() {
    let service = service().await;
    service.control.add_account(DEMO_KEY, 49);
    assert_eq!(service.client.create(&suno()).await.code(), 0);
    let answer = service.client.create(&suno()).await;
    assert_eq!(
        (answer.code(), answer.message().as_str()),
        (4008, "Insufficient points")
    );
    let ledger = service.control.ledger(DEMO_KEY);
    assert_eq!((ledger.points, ledger.charges.len()), (24, 1));
    assert_eq!(service.control.tasks().len(), 1);
}

#[tokio::test]
async fn code_400_where_the_frame_of_the_request_is_wrong() {
    let outer = |name: &str| format!("/parameters/0/{name}");
    refused(
        400,
        "Bad request",
        vec![
            json!([]),
            with(suno(), "/task_type", json!("text_to_dance")),
            with(suno(), "/task_type", json!("text_to_speech")),
            with(suno(), "/enable_multi_model", json!(true)),
            with(suno(), "/src_img_url", json!(["x"])),
            with(suno(), "/parameters", json!([])),
            without(suno(), "/parameters"),
            with(suno(), &outer("app"), json!("webAgent")),
            without(suno(), &outer("app")),
            without(suno(), &outer("platform")),
            without(suno(), &outer("category")),
            without(suno(), &outer("model_name")),
            with(suno(), &outer("model_id"), json!("sonic-v9")),
            with(suno(), &outer("model_version"), json!("sonic-v5")),
            without(suno(), &outer("model_version")),
            without(suno(), &outer("parameters")),
        ],
    )
    .await;
}

#[tokio::test]
async fn code_400_where_a_parameter_has_a_value_that_is_not_offered() {
    let inner = |name: &str| format!("{INNER}/{name}");
    refused(
        400,
        "Bad request",
        vec![
            with(suno(), &inner("n"), json!("1")),
            with(suno(), &inner("n"), json!(0)),
            with(suno(), &inner("n"), json!(5)),
            without(suno(), &inner("n")),
            with(suno(), &inner("input_images"), json!(["x"])),
            with(suno(), &inner("model_version"), json!("sonic-v9")),
            with(suno(), &inner("vocal_gender"), json!("female")),
            with(suno(), &inner("custom_mode"), json!("true")),
            with(suno(), &inner("title"), json!("长".repeat(121))),
            with(speech(), &inner("text"), json!("")),
            with(speech(), &inner("speaker"), json!("BV001_streaming")),
            with(
                speech(),
                &inner("audio_params"),
                json!({ "speech_rate": 101 }),
            ),
            with(
                speech(),
                &inner("audio_params"),
                json!({ "loudness_rate": -51 }),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn values_at_the_edge_are_accepted() {
    let inner = |name: &str| format!("{INNER}/{name}");
    let service = service().await;
    for body in [
        with(suno(), &inner("n"), json!(4)),
        with(suno(), &inner("vocal_gender"), json!("f")),
        with(suno(), &inner("title"), json!("长".repeat(120))),
        with(suno(), &inner("title"), Value::Null),
        with(
            speech(),
            &inner("audio_params"),
            json!({ "speech_rate": 100, "loudness_rate": -50 }),
        ),
    ] {
        service.created(&body).await;
    }
}

#[tokio::test]
async fn a_prompt_at_the_wrong_level_is_ignored() {
    let misplaced = without(suno(), &format!("{INNER}/prompt"));
    for pointer in ["/prompt", "/parameters/0/prompt"] {
        let body = with(misplaced.clone(), pointer, json!("jazz"));
        refused(400, "Bad request: prompt is required", vec![body]).await;
    }
    let service = service().await;
    service
        .created(&with(suno(), "/prompt", json!("ignored")))
        .await;
}

#[tokio::test]
async fn a_body_that_is_not_json_is_an_http_error_too() {
    let service = service().await;
    let path = "/open/v1/tasks/create";
    let answer = service
        .client
        .send(hyper::Method::POST, path, "{")
        .await
        .unwrap();
    assert_eq!((answer.status.as_u16(), answer.code()), (400, 400));
}
