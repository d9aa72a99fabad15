//! The same generation through both components gives the same events.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ima_host::types::{Cause, Charge, Event, Language, OnUnknown, Outcome, Parameter, Request};
use ima_host::{Clock, ComponentSource, Error, Limit, Limits, Runtime};
use ima_simulator::{Endpoint, Fault};
use ima_tests::{PLUGIN, Played, Stage, play, song, spoken, try_play};

type Faults = Vec<(Endpoint, u32, Fault)>;

/// What a generation says and sends on a fresh stage, without what differs between two stages.
async fn told(machine: bool, request: &Request, faults: &Faults) -> Vec<String> {
    let stage = Stage::with(|builder| {
        if machine {
            builder.machine(ComponentSource::Embedded)
        } else {
            builder
        }
    })
    .await;
    for (endpoint, number, fault) in faults.clone() {
        stage.faults(endpoint, [(number, fault)]);
    }
    let mut played = stage.run(request).await;
    if let Some(Outcome::Failure(failure)) = outcome(&played)
        && let Some(continuation) = failure.continuation.clone()
    {
        let again = OnUnknown::CreateAgain;
        let resumed = stage.runtime.resume(&continuation, again).await.unwrap();
        played.0.extend(play(resumed).await.0);
    }
    let origin = stage.origin();
    let host = origin.trim_start_matches("http://").to_owned();
    let requests = stage.control.requests().into_iter().map(|mut request| {
        request.headers.sort();
        let (path, headers) = (request.path, request.headers);
        format!("{} {path} {headers:?} {}", request.method, request.body)
    });
    let events = played.0.iter().map(|event| match event {
        // Its delay has a jitter.
        Event::Fault(fault) => format!("{:?} {:?}", fault.phase, fault.status),
        event => format!("{event:?}"),
    });
    events
        .chain(requests)
        .map(|line| line.replace(&host, "HOST"))
        .collect()
}

fn outcome(played: &Played) -> Option<&Outcome> {
    match played.0.last() {
        Some(Event::Finished(outcome)) => Some(outcome),
        _ => None,
    }
}

#[tokio::test]
async fn both_worlds_tell_and_send_the_same() {
    let wrong = Request {
        parameters: vec![Parameter {
            name: "vocal_gendre".to_owned(),
            value: "\"female\"".to_owned(),
        }],
        ..song()
    };
    let poor = Request {
        budget: Some(3),
        ..song()
    };
    let cases: Vec<(&str, Request, Faults)> = vec![
        ("music", song(), vec![]),
        ("speech", spoken(), vec![]),
        ("a wrong parameter", wrong, vec![]),
        ("a small budget", poor, vec![]),
        (
            "a refusal that is amended",
            song(),
            vec![(Endpoint::Create, 1, Fault::refusal(6009))],
        ),
        (
            "too few points",
            song(),
            vec![(Endpoint::Create, 1, Fault::refusal(4008))],
        ),
        (
            "a lost answer to create, and again",
            song(),
            vec![(Endpoint::Create, 1, Fault::ResetAfter)],
        ),
        (
            "an answer that is too large",
            song(),
            vec![(Endpoint::Create, 1, Fault::Oversized(10 << 20))],
        ),
    ];
    for (name, request, faults) in cases {
        let plugin = told(false, &request, &faults).await;
        let machine = told(true, &request, &faults).await;
        assert!(!plugin.is_empty(), "{name}");
        assert_eq!(plugin, machine, "{name}");
    }
}

#[tokio::test]
async fn many_generations_share_an_instance_and_a_few_connections() {
    let stage = Stage::with(|builder| builder.machine(ComponentSource::Embedded)).await;
    let mut running = Vec::new();
    for _ in 0..40 {
        let runtime = stage.runtime.clone();
        running.push(tokio::spawn(async move {
            play(runtime.start(&song()).await.unwrap()).await
        }));
    }
    for played in running {
        assert_eq!(played.await.unwrap().success().medias.len(), 2);
    }
    assert_eq!(stage.charges(), 40);
}

#[tokio::test]
async fn a_cancelled_generation_of_a_shared_instance_leaves_the_others_alone() {
    let stage = Stage::with(|builder| builder.machine(ComponentSource::Embedded)).await;
    let mut cancelled = stage.runtime.start(&song()).await.unwrap();
    let mut other = stage.runtime.start(&spoken()).await.unwrap();
    cancelled.next().await.unwrap();
    other.next().await.unwrap();
    cancelled.canceller().cancel();
    let failure = play(cancelled).await;
    assert_eq!(failure.failure().cause, Cause::Cancelled);
    assert_eq!(failure.failure().charge, Charge::No);
    assert_eq!(play(other).await.success().medias.len(), 1);
}

#[tokio::test]
async fn a_machine_that_takes_too_much_is_stopped_with_the_truth_about_the_money() {
    let limits = Limits {
        memory: 3 << 19,
        ..Limits::default()
    };
    let stage = Stage::with(|builder| {
        let builder = builder.machine(ComponentSource::Embedded);
        builder.limits(limits)
    })
    .await;
    let request = Request {
        prompt: "🎵".repeat(90_000),
        ..song()
    };
    let generation = stage.runtime.start(&request).await.unwrap();
    match try_play(generation).await {
        (_, Some(Error::Limit { limit, aftermath })) => {
            assert_eq!((limit, aftermath.charge), (Limit::Memory, Charge::No));
        }
        other => panic!("{other:?}"),
    }
    // The broken instance is not used again.
    assert_eq!(stage.run(&song()).await.success().medias.len(), 2);
}

#[test]
fn a_machine_with_imports_is_refused_by_their_names() {
    let built = Runtime::builder()
        .clock(Clock::system())
        .cache_folder(ima_tests::cache())
        .machine(ComponentSource::Bytes(PLUGIN.to_vec()))
        .build();
    match built {
        Err(Error::UnknownImports(names)) => {
            assert!(names.iter().any(|name| name.starts_with("wasi:http/")));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_instances_after_the_first_hundreds_work_like_those_before() {
    let stage = Stage::new().await;
    for _ in 0..300 {
        let voices = stage.runtime.voices(Language::En).await.unwrap();
        assert!(!voices.is_empty());
    }
    assert_eq!(stage.run(&song()).await.success().medias.len(), 2);
}
