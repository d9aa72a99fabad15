//! The way from a request to its audio, and the ways it ends before anything is spent.

use super::script::*;
use crate::catalogue::fixtures;
use crate::event::MessageKind;
use crate::http::{FailureKind, HttpResponse, Sent};
use crate::outcome::{Cause, Charge};
use crate::pump::{Command, Input, Pump};
use crate::request::{Language, Request, TaskType};
use serde_json::{Value, json};

#[test]
fn music_from_the_list_to_two_clips() {
    let run = Run::new(song()).play(vec![list(), created(), pending(), pending(), ready()]);
    insta::assert_snapshot!(run.transcript());
    assert_eq!(run.success().medias.len(), 2);
    assert_eq!(run.success().points, 25);
    assert_eq!(run.success().task_id, "task_1");
}

#[test]
fn speech_in_chinese() {
    let request = Request::new(
        TaskType::TextToSpeech,
        "欢迎来到 IMA Studio。",
        Language::Zh,
    )
    .with("speaker", json!("zh_male_sophie_uranus_bigtts"));
    let one =
        medias(r#"[{"resource_status":1,"status":"success","url":"https://cdn.example/a.mp3"}]"#);
    let script = vec![(LIST, ok(fixtures::SPEECH)), created(), pending(), one];
    insta::assert_snapshot!(Run::new(request).play(script).transcript());
}

#[test]
fn the_requests_are_those_of_the_requirements() {
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    let (path, body) = &run.requests[0];
    assert_eq!(
        path,
        "/open/v1/product/list?app=ima&platform=web&category=text_to_music"
    );
    assert_eq!(body, "");
    let create: Value = serde_json::from_str(&run.requests[1].1).unwrap();
    assert_eq!(
        create["parameters"][0]["parameters"]["prompt"],
        "a song of rain"
    );
    assert_eq!(create.get("prompt"), None);
    assert_eq!(run.requests[2].1, r#"{"task_id":"task_1"}"#);
}

#[test]
fn a_task_id_may_be_a_number() {
    let run = Run::new(song()).play(vec![
        list(),
        (CREATE, ok(r#"{"id":12345}"#)),
        ready_as("12345"),
    ]);
    assert_eq!(run.success().task_id, "12345");
}

#[test]
fn an_answer_that_is_compressed_or_marked_is_read_all_the_same() {
    let body = r#"{"code":0,"data":{"id":"task_1"}}"#;
    let marked = format!("\u{feff}{body}").into_bytes();
    let coded = miniz_oxide::deflate::compress_to_vec_zlib(body.as_bytes(), 6);
    for body in [marked, coded] {
        let mut run = Run::new(song());
        run.command(Command::Start);
        let (id, _) = run.run_to_exchange().unwrap();
        run.end(id, list().1);
        let (exchange, _) = run.run_to_exchange().unwrap();
        let response = HttpResponse {
            status: 200,
            body,
            ..HttpResponse::default()
        };
        let answered = Input::Response { exchange, response };
        run.session.handle(answered, run.now).unwrap();
        assert!(run.run_to_exchange().unwrap().1.contains(DETAIL));
    }
}

#[test]
fn the_reply_comes_once_and_first_and_success_carries_the_audio() {
    let run = Run::new(song()).play(vec![list(), created(), ready()]);
    let messages = run.messages();
    let steps: Vec<_> = messages.iter().map(|m| (m.kind, m.step)).collect();
    let push = MessageKind::Push;
    assert_eq!(
        steps,
        [(MessageKind::Reply, 0), (push, 1), (push, 2), (push, 3)]
    );
    let success = messages.last().unwrap();
    assert_eq!(
        success.media,
        ["https://cdn.example/1.mp3", "https://cdn.example/2.mp3"]
    );
    assert!(success.media.iter().all(|url| success.text.contains(url)));
}

#[test]
fn a_listing_that_fails_is_tried_three_times_and_costs_nothing() {
    let html = "<html>bad gateway</html>";
    let deep = "[".repeat(10_000);
    for (end, cause) in [
        (answer(502, html), Cause::Unavailable),
        (answer(200, html), Cause::Unavailable),
        (answer(200, &deep), Cause::Unavailable),
        (ok("7"), Cause::Unavailable),
        (ok("null"), Cause::Unavailable),
        (ok(&deep), Cause::Unavailable),
        (answer(429, ""), Cause::RateLimited),
        (lost(Sent::No), Cause::Network),
        (lost(Sent::Maybe), Cause::Network),
        (End::Silence, Cause::Network),
        (
            End::Failure(Sent::Maybe, FailureKind::TooLarge),
            Cause::Unavailable,
        ),
    ] {
        let run = Run::new(song()).play(vec![(LIST, end.clone()); 3]);
        assert_eq!(run.failure().cause, cause, "{end:?}");
        assert_eq!(run.failure().charge, Charge::No);
        assert_eq!(run.failure().continuation, None);
        assert_eq!(run.creates(), 0);
    }
}

#[test]
fn an_empty_list_offers_nothing_to_choose() {
    let run = Run::new(song()).play(vec![(LIST, ok("[]"))]);
    assert_eq!(run.failure().cause, Cause::UnknownModel(Vec::new()));
    let text = &run.failure().message;
    assert!(text.contains("No model is on offer"), "{text}");
}

#[test]
fn a_listing_that_works_the_third_time_goes_on() {
    let broken = (LIST, answer(503, ""));
    let run = Run::new(song()).play(vec![broken.clone(), broken, list(), created(), ready()]);
    assert_eq!(run.creates(), 1);
    run.success();
}

#[test]
fn a_listing_that_is_refused_is_not_tried_again() {
    for (end, cause) in [
        (answer(401, ""), Cause::Unauthorized),
        (code(401, "Unauthorized"), Cause::Unauthorized),
        (code(4014, "subscription"), Cause::SubscriptionRequired),
        (
            answer(404, ""),
            Cause::Refused {
                code: 404,
                detail: String::new(),
            },
        ),
    ] {
        let run = Run::new(song()).play(vec![(LIST, end)]);
        assert_eq!(run.failure().cause, cause);
    }
}

#[test]
fn a_service_that_asks_for_a_long_pause_is_not_waited_for_while_nothing_is_paid() {
    let end = End::Answer {
        status: 429,
        headers: vec![("Retry-After".to_owned(), "3600".to_owned())],
        body: String::new(),
    };
    let run = Run::new(song()).play(vec![(LIST, end)]);
    assert_eq!(run.failure().cause, Cause::RateLimited);
}

#[test]
fn what_cannot_be_priced_is_not_created() {
    let mut unknown = song();
    unknown.model_id = Some("sonata".to_owned());
    let run = Run::new(unknown).play(vec![list()]);
    assert!(matches!(&run.failure().cause, Cause::UnknownModel(known) if known.len() == 3));
    assert!(run.failure().message.contains("sonic"));
    assert_eq!(run.failure().alternatives.len(), 2);

    let mut dear = song();
    dear.model_id = Some("GenBGM".to_owned());
    dear.budget = Some(25);
    let run = Run::new(dear).play(vec![list()]);
    let offered: Vec<_> = run.failure().alternatives.iter().collect();
    assert!(matches!(&offered[..], [suno] if suno.model_id == "sonic" && suno.points == 25));

    let mut poor = song();
    poor.budget = Some(10);
    let run = Run::new(poor).play(vec![list()]);
    assert_eq!(
        run.failure().cause,
        Cause::OverBudget {
            points: 25,
            budget: 10
        }
    );
    assert_eq!(
        run.failure().message,
        "It costs 25 points, above your limit of 10: raise it or choose another model"
    );
    assert_eq!(run.failure().alternatives, []);
    assert_eq!(
        run.messages().len(),
        2,
        "no start notice for what is not started"
    );

    let free = fixtures::MUSIC.replace("\"attribute_id\": 2370", "\"attribute_id\": 0");
    let run = Run::new(song()).play(vec![(LIST, ok(&free))]);
    assert_eq!(run.failure().cause, Cause::NoPrice);
    assert_eq!(run.failure().charge, Charge::No);
}

#[test]
fn the_audio_comes_with_its_length_and_format_where_they_are_given() {
    let media = medias(
        r#"[{"resource_status":1,"status":"success","url":"https://cdn.example/1.mp3","duration_str":"12s","format":"mp3"},
            {"resource_status":1,"status":"success","url":"https://cdn.example/2.wav"}]"#,
    );
    let run = Run::new(song()).play(vec![list(), created(), media]);
    let medias = &run.success().medias;
    assert_eq!(medias[0].duration.as_deref(), Some("12s"));
    assert_eq!(medias[0].format.as_deref(), Some("mp3"));
    assert_eq!((&medias[1].duration, &medias[1].format), (&None, &None));
}
