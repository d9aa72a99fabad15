//! The answers to a create request: the guard of the host and the core inside the component read the
//! same out of each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ima_core::event::{CheckpointState, Event};
use ima_core::http::HttpResponse;
use ima_core::outcome::{Charge, Outcome};
use ima_core::pump::{Command, Input, Output, Pump};
use ima_core::request::{Language, OnMismatch, Request, TaskType};
use ima_core::session::{Session, Settings};
use ima_host::{ComponentSource, Error, types};
use ima_simulator::{Endpoint, Fault};
use ima_tests::{HOSTILE, Stage, song, try_play};

const LIST: &str = r#"{"code":0,"data":[{"id":"sonic","type":"3","name":"Suno","model_id":"sonic",
    "credit_rules":[{"points":25,"attribute_id":2370,"attributes":{"default":"enabled"}}],
    "form_config":[]}]}"#;

/// What an answer means.
#[derive(Debug, PartialEq)]
enum Verdict {
    Accepted(String),
    Refused,
    Unknown,
}
use Verdict::{Refused, Unknown};

fn answers() -> Vec<(u16, String, Verdict)> {
    let accepted = |id: &str| Verdict::Accepted(id.to_owned());
    let deep = format!(r#"{{"code":0,"data":{}"#, "[".repeat(100_000));
    let aside = format!(
        r#"{{"code":0,"data":{{"id":"t"}},"x":{}1{}}}"#,
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    let cases = [
        (200, r#"{"code":0,"data":{"id":"t"}}"#, accepted("t")),
        (200, r#"{"code":200,"data":{"id":"t"}}"#, accepted("t")),
        (200, r#"{"code":"0","data":{"id":"t"}}"#, accepted("t")),
        (200, r#"{"code":0.0,"data":{"id":7.0}}"#, accepted("7")),
        (200, r#"{"code":0,"data":{"id":7.5}}"#, accepted("7.5")),
        (
            200,
            r#"{"co\u0064e":0,"data":{"id":"\u0074"}}"#,
            accepted("t"),
        ),
        (500, r#"{"code":0,"data":{"id":"t"}}"#, accepted("t")),
        (
            200,
            r#"{"code":0,"message":"\ud800","data":{"id":"t"}}"#,
            accepted("t"),
        ),
        (
            200,
            r#"{"code":0,"message":1,"message":2,"data":{"id":"t"}}"#,
            accepted("t"),
        ),
        (
            200,
            r#"{"\ud800":1,"code":0,"data":{"id":"t"}}"#,
            accepted("t"),
        ),
        (
            200,
            r#"{"code":0,"data":{"id":"t"},"x":1e999}"#,
            accepted("t"),
        ),
        (200, r#"{"code":0}"#, Unknown),
        (200, r#"{"code":0,"data":null}"#, Unknown),
        (200, r#"{"code":0,"data":[{"id":"t"}]}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":" "}}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":true}}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":["t"]}}"#, Unknown),
        (200, r#"{"code":0,"data":{"id":"t","id":"u"}}"#, Unknown),
        (200, r#"{"code":0,"code":6009,"data":{"id":"t"}}"#, Unknown),
        (200, r#"{"code":0,"data":1,"data":{"id":"t"}}"#, Unknown),
        (200, r#"{"code":6009}"#, Refused),
        (200, r#"{"code":6009.0}"#, Refused),
        (200, r#"{"code":" 6009 "}"#, Refused),
        (500, r#"{"code":4008}"#, Refused),
        (200, r#"{"code":-1}"#, Refused),
        (200, r#"{"code":6009.5}"#, Unknown),
        (400, r#"{"code":6009.5}"#, Refused),
        (200, r#"{"code":1e999}"#, Unknown),
        (200, r#"{"code":{}}"#, Unknown),
        (200, r#"{"code":true}"#, Unknown),
        (200, r#"{"code":500}"#, Unknown),
        (200, r#"{"code":"503"}"#, Unknown),
        (200, "[0]", Unknown),
        (200, r#"[0,"",{"id":"t"}]"#, Unknown),
        (200, "", Unknown),
        (200, "<html>", Unknown),
        (401, "<html>", Refused),
        (404, "", Refused),
        (408, "", Unknown),
        (429, "{}", Refused),
        (302, "", Unknown),
        (502, "", Unknown),
        (200, &deep, Unknown),
        (200, &aside, accepted("t")),
    ];
    cases
        .into_iter()
        .map(|(status, body, verdict)| (status, body.to_owned(), verdict))
        .collect()
}

/// How the core takes it.
fn of_the_core(status: u16, body: &str) -> Verdict {
    let mut request = Request::new(TaskType::TextToMusic, "rain", Language::En);
    request.on_mismatch = OnMismatch::Stop;
    let mut session = Session::new(request, Settings::default()).unwrap();
    session.handle(Input::Command(Command::Start), 0).unwrap();
    loop {
        match session.poll() {
            Output::Transmit(transmit) => {
                let created = transmit.request.path.ends_with("create");
                let (status, body) = if created { (status, body) } else { (200, LIST) };
                let response = HttpResponse {
                    status,
                    headers: Vec::new(),
                    body: body.as_bytes().to_vec(),
                };
                let exchange = transmit.exchange;
                session
                    .handle(Input::Response { exchange, response }, 0)
                    .unwrap();
            }
            Output::Event(Event::Checkpoint(checkpoint))
                if checkpoint.state == CheckpointState::Waiting =>
            {
                return Verdict::Accepted(checkpoint.task_id.unwrap());
            }
            Output::Event(Event::Finished(Outcome::Failure(failure))) => {
                return match failure.charge {
                    Charge::No => Refused,
                    Charge::Unknown => Unknown,
                    Charge::Yes => panic!("{failure:?}"),
                };
            }
            Output::Event(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// How the host takes it, whatever the component says: it breaks down.
async fn of_the_host(stage: &Stage) -> Verdict {
    let request = types::Request {
        prompt: "trap-after-create".to_owned(),
        ..song()
    };
    let generation = stage.runtime.start(&request).await.unwrap();
    match try_play(generation).await {
        (_, Some(Error::Trap { aftermath, .. })) => match (aftermath.charge, aftermath.task_id) {
            (types::Charge::Yes, Some(id)) => Verdict::Accepted(id),
            (types::Charge::No, None) => Refused,
            (types::Charge::Unknown, None) => Unknown,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_core_and_the_guard_read_an_answer_to_create_alike() {
    let source = || ComponentSource::Bytes(HOSTILE.to_vec());
    let stage = Stage::with(|builder| builder.component(source())).await;
    for (number, (code, body, expected)) in (1..).zip(answers()) {
        let shown: String = body.chars().take(60).collect();
        assert_eq!(of_the_core(code, &body), expected, "core: {code} {shown}");
        let fault = Fault::Status {
            code,
            headers: Vec::new(),
            body,
        };
        stage.faults(Endpoint::Create, [(number, fault)]);
        assert_eq!(of_the_host(&stage).await, expected, "host: {code} {shown}");
    }
}
