//! The same generation gives the same events and requests, whatever runs it: the machine in an instance
//! of its own, the machine in a shared one, and the plugin in a host with an engine of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ima_host::types::{Cause, Charge, Event, Language, Outcome};
use ima_host::{
    Clock, ComponentSource, Error, Isolation, Limit, Limits, OnUnknown, Request, Resume, Runtime,
};
use ima_simulator::{Endpoint, Fault};
use ima_test_kit::plugin::{self, PluginHost};
use ima_test_kit::{PLUGIN, Stage, cache, play, song, spoken, try_play};

type Faults = Vec<(Endpoint, u32, Fault)>;

async fn stage(isolation: Isolation, faults: &Faults) -> Stage {
    let stage = Stage::with(|builder| builder.isolation(isolation)).await;
    for (endpoint, number, fault) in faults.clone() {
        stage.faults(endpoint, [(number, fault)]);
    }
    stage
}

/// What the host's own machine says and sends; where a continuation is left it is told to create
/// again.
async fn told_by_machine(isolation: Isolation, request: &Request, faults: &Faults) -> Vec<String> {
    let stage = stage(isolation, faults).await;
    let mut played = stage.run(request).await;
    if let Some(Event::Finished(Outcome::Failure(failure))) = played.0.last()
        && let Some(continuation) = failure.continuation.clone()
    {
        let resume = Resume::continuation(continuation).on_unknown(OnUnknown::CreateAgain);
        let resumed = stage.runtime.resume(resume).await.unwrap();
        played.0.extend(play(resumed).await.0);
    }
    let events = played.0.iter().map(|event| match event {
        // Its delay has a jitter.
        Event::Fault(fault) => format!("{:?} {:?}", fault.phase, fault.status),
        event => format!("{event:?}"),
    });
    comparable(&stage, events.collect())
}

/// What the plugin says and sends.
async fn told_by_plugin(request: &Request, faults: &Faults) -> Vec<String> {
    use plugin::types::{Event, Outcome};
    let stage = stage(Isolation::default(), faults).await;
    let host = PluginHost::new(&stage, PLUGIN, Limits::default());
    let mut events = host.run(request).await;
    if let Some(Event::Finished(Outcome::Failure(failure))) = events.last()
        && let Some(continuation) = failure.continuation.clone()
    {
        let again = plugin::OnUnknown::CreateAgain;
        let resumed = host.resume(request, &continuation, again).await;
        let (more, stopped) = resumed.unwrap().play().await;
        assert!(stopped.is_none(), "{stopped:?}");
        events.extend(more);
    }
    let events = events.iter().map(|event| match event {
        Event::Fault(fault) => format!("{:?} {:?}", fault.phase, fault.status),
        event => format!("{event:?}"),
    });
    comparable(&stage, events.collect())
}

/// Events and requests without what differs between two stages and two generations.
fn comparable(stage: &Stage, events: Vec<String>) -> Vec<String> {
    let origin = stage.origin();
    let host = origin.trim_start_matches("http://").to_owned();
    let requests = stage.control.requests().into_iter().map(|mut request| {
        request.headers.sort();
        let (path, headers) = (request.path, request.headers);
        format!("{} {path} {headers:?} {}", request.method, request.body)
    });
    let lines = events.into_iter().chain(requests);
    lines
        .map(|line| without_keys(&line.replace(&host, "HOST")))
        .collect()
}

/// A line without the idempotency keys in its continuations: 32 hexadecimal digits.
fn without_keys(line: &str) -> String {
    let digits = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = line
        .split('"')
        .map(|part| match part.trim_end_matches('\\') {
            key if digits(key) => "KEY",
            _ => part,
        });
    parts.collect::<Vec<_>>().join("\"")
}

#[tokio::test]
async fn every_way_to_run_a_generation_tells_and_sends_the_same() {
    let mut wrong = song();
    let voice = "female".into();
    wrong.parameters.insert("vocal_gendre".to_owned(), voice);
    let mut poor = song();
    poor.budget = Some(3);
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
        let alone = told_by_machine(Isolation::PerGeneration, &request, &faults).await;
        assert!(!alone.is_empty(), "{name}");
        let shared = told_by_machine(Isolation::Shared, &request, &faults).await;
        assert_eq!(alone, shared, "{name}");
        let plugin = told_by_plugin(&request, &faults).await;
        assert_eq!(alone, plugin, "{name}");
    }
}

#[tokio::test]
async fn the_plugin_adopts_a_task_that_is_known_and_creates_nothing() {
    let stage = Stage::new().await;
    let host = PluginHost::new(&stage, PLUGIN, Limits::default());
    let mut paying = host.start(&song()).await.unwrap();
    let creating = loop {
        match paying.next().await.unwrap() {
            Some(plugin::types::Event::Checkpoint(checkpoint)) => break checkpoint,
            Some(_) => {}
            None => panic!("no checkpoint"),
        }
    };
    // The service's answer is seen, and the component's word of it is lost.
    paying.next().await.unwrap();
    let task_id = paying.guard().task_id().unwrap();
    drop(paying);
    let adopted = host.adopt(&song(), &creating.continuation, &task_id).await;
    let (events, stopped) = adopted.unwrap().play().await;
    assert!(stopped.is_none(), "{stopped:?}");
    let Some(plugin::types::Event::Finished(plugin::types::Outcome::Success(success))) =
        events.last()
    else {
        panic!("{events:?}")
    };
    assert_eq!(success.task_id, task_id);
    assert_eq!((stage.charges(), stage.requests(Endpoint::Create)), (1, 1));
}

#[tokio::test]
async fn many_generations_share_an_instance_and_a_few_connections() {
    let stage = stage(Isolation::Shared, &Vec::new()).await;
    let mut running = Vec::new();
    for _ in 0..40 {
        let runtime = stage.runtime.clone();
        running.push(tokio::spawn(async move {
            play(runtime.start(song()).await.unwrap()).await
        }));
    }
    for played in running {
        assert_eq!(played.await.unwrap().success().medias.len(), 2);
    }
    assert_eq!(stage.charges(), 40);
}

#[tokio::test]
async fn a_cancelled_generation_of_a_shared_instance_leaves_the_others_alone() {
    let stage = stage(Isolation::Shared, &Vec::new()).await;
    let mut cancelled = stage.runtime.start(song()).await.unwrap();
    let mut other = stage.runtime.start(spoken()).await.unwrap();
    cancelled.next_event().await.unwrap();
    other.next_event().await.unwrap();
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
    for isolation in [Isolation::PerGeneration, Isolation::Shared] {
        let stage = Stage::with(|builder| {
            let builder = builder.isolation(isolation);
            builder.limits(limits.clone())
        })
        .await;
        let mut request = song();
        request.prompt = "雨".repeat(90_000);
        let generation = stage.runtime.start(request).await.unwrap();
        match try_play(generation).await {
            (_, Some(Error::Limit { limit, aftermath })) => {
                assert_eq!((limit, aftermath.charge), (Limit::Memory, Charge::No));
            }
            other => panic!("{other:?}"),
        }
        // The broken instance is not used again.
        assert_eq!(stage.run(&song()).await.success().medias.len(), 2);
    }
}

#[tokio::test]
async fn a_machine_with_imports_is_refused_by_their_names() {
    let built = Runtime::builder()
        .clock(Clock::system())
        .cache_folder(cache())
        .component(ComponentSource::Bytes(PLUGIN.to_vec()))
        .build()
        .await;
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
        let mut generation = stage.runtime.start(song()).await.unwrap();
        generation.next_event().await.unwrap();
    }
    assert!(!stage.runtime.voices(Language::En).await.unwrap().is_empty());
    assert_eq!(stage.run(&song()).await.success().medias.len(), 2);
}
