//! The component in the sandbox against a scripted service: what a caller may do to a generation.

mod bare;
mod cancelling;
mod dropped;
mod known;
mod preferred;
mod quoted;
mod resumed;
mod unwritten;

use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;

use super::Generation;
use crate::types::{Cause, Charge, CheckpointState, Event, Language, Outcome, TaskType};
use crate::{
    Builder, Clock, Credential, Error, JobState, Journal, Limit, Limits, OnUnknown, Request,
    Resume, Runtime,
};
use ima_attack_kit::raw::{Received, Reply, Server, ok};

const LIST: &str = r#"{"code":0,"message":"success","data":[{"id":"sonic","type":"3","name":"Suno",
    "model_id":"sonic","credit_rules":[{"points":25,"attribute_id":2370,
    "attributes":{"default":"enabled"}}],"form_config":[]}]}"#;
const CREATED: &str = r#"{"code":0,"message":"success","data":{"id":"task_1"}}"#;
const READY: &str = r#"{"code":0,"message":"success","data":{"id":"task_1","medias":[
    {"resource_status":1,"status":"success","url":"https://cdn.example/1.mp3","duration_str":"60s","format":"mp3"}]}}"#;

struct Bench {
    server: Server,
    runtime: Runtime,
    journal: Journal,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn new(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(Limits::default(), script).await
    }

    async fn with(
        limits: Limits,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let server = Server::start(script).await;
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).await.unwrap();
        let runtime = builder(&server, &journal)
            .limits(limits)
            .build()
            .await
            .unwrap();
        Self {
            server,
            runtime,
            journal,
            folder,
        }
    }

    /// Another runtime of the same journal and service.
    fn builder(&self) -> Builder {
        builder(&self.server, &self.journal)
    }

    async fn start(&self) -> Generation {
        self.runtime.start(request()).await.unwrap()
    }
}

fn builder(server: &Server, journal: &Journal) -> Builder {
    Runtime::builder()
        .origin(&server.origin())
        .credential(Credential::literal("ima_test_key"))
        .journal(journal.clone())
        .clock(Clock::accelerated(50))
        .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"))
}

fn request() -> Request {
    Request::new(TaskType::TextToMusic, "rain on a tin roof", Language::En)
}

/// A service where everything goes well.
fn service(request: &Received) -> Reply {
    ok(match request.operation() {
        "list" => LIST,
        "create" => CREATED,
        _ => READY,
    })
}

/// Asks for events up to a checkpoint in this state.
async fn until(generation: &mut Generation, state: CheckpointState) {
    while let Some(event) = generation.next_event().await.unwrap() {
        if matches!(event, Event::Checkpoint(checkpoint) if checkpoint.state == state) {
            return;
        }
    }
    panic!("no such checkpoint");
}

/// Waits until a job of a generation that was dropped is journalled as over.
async fn given_up(bench: &Bench, job: &str) {
    let over = async {
        while bench.journal.get(job).await.unwrap().unwrap().state != JobState::Failed {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), over)
        .await
        .unwrap();
}

fn failure(outcome: Outcome) -> (Cause, Charge) {
    match outcome {
        Outcome::Failure(failure) => (failure.cause, failure.charge),
        Outcome::Success(success) => panic!("{success:?}"),
    }
}

#[tokio::test]
async fn a_generation_is_paid_once_and_journalled() {
    let bench = Bench::new(service).await;
    let outcome = bench.start().await.outcome().await.unwrap();
    let Outcome::Success(success) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(success.medias[0].url, "https://cdn.example/1.mp3");
    assert_eq!(bench.server.count("create"), 1);
    assert_eq!(bench.server.connections(), 2);
    let job = bench.journal.get("task_1").await.unwrap().unwrap();
    assert_eq!(
        (job.state, job.model_name.as_deref()),
        (JobState::Finished, Some("Suno"))
    );
}

#[tokio::test]
async fn create_leaves_only_after_its_checkpoint_was_kept() {
    let bench = Bench::new(service).await;
    let mut events = Box::pin(bench.start().await);
    loop {
        if let Event::Checkpoint(checkpoint) = events.next().await.unwrap().unwrap() {
            assert_eq!(checkpoint.state, CheckpointState::Creating);
            break;
        }
    }
    // The stream fetches nothing ahead; the journal already holds the checkpoint.
    assert_eq!(bench.server.count("create"), 0);
    assert_eq!(
        bench.journal.list().await.unwrap()[0].state,
        JobState::Creating
    );
    let outcome = events
        .filter_map(|event| async { event.ok() })
        .collect::<Vec<_>>()
        .await;
    assert!(matches!(
        outcome.last(),
        Some(Event::Finished(Outcome::Success(_)))
    ));
}

#[tokio::test]
async fn without_a_journal_on_disk_nothing_is_spent() {
    let bench = Bench::new(service).await;
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).unwrap();
    other.execute_batch("DROP TABLE jobs").unwrap();
    let error = bench.start().await.outcome().await.unwrap_err();
    assert!(matches!(error, Error::Journal(_)), "{error}");
    assert_eq!(bench.server.count("create"), 0);
}

/// A service that answers a create request once its gate is opened.
async fn gated() -> (Bench, watch::Sender<bool>) {
    let gate = watch::Sender::new(false);
    let opening = gate.subscribe();
    let bench = Bench::new(move |request| match request.operation() {
        "create" => Reply::Gated(opening.clone(), answer(CREATED)),
        _ => service(request),
    })
    .await;
    (bench, gate)
}

/// A generation whose create request has left and is not answered, and whose call of `next` was
/// dropped then.
async fn create_under_way(bench: &Bench) -> Generation {
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Creating).await;
    tokio::select! {
        biased;
        _ = generation.next_event() => panic!("create was not answered yet"),
        () = bench.server.saw("create") => {}
    }
    generation
}

#[tokio::test]
async fn a_limit_tells_what_is_known_of_the_money() {
    let limits = Limits {
        requests: 2,
        ..Limits::default()
    };
    let bench = Bench::with(limits, service).await;
    let mut generation = bench.start().await;
    until(&mut generation, CheckpointState::Waiting).await;
    let error = loop {
        match generation.next_event().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("ended without an error"),
            Err(error) => break error,
        }
    };
    let Error::Limit {
        limit: Limit::Requests,
        aftermath,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(aftermath.charge, Charge::Yes);
    assert!(aftermath.continuation.is_some() && aftermath.job.is_some());
    assert!(generation.next_event().await.unwrap().is_none());
}

#[tokio::test]
async fn too_little_memory_is_named() {
    let bench = Bench::with(
        Limits {
            memory: 64 << 10,
            ..Limits::default()
        },
        service,
    )
    .await;
    let error = bench.runtime.start(request()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Limit {
                limit: Limit::Memory,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_key_sends_nothing() {
    let bench = Bench::new(service).await;
    let runtime = Runtime::builder()
        .origin(&bench.server.origin())
        .credential(Credential::literal(""))
        .cache_folder(bench.folder.path())
        .build()
        .await
        .unwrap();
    assert!(matches!(
        runtime.start(request()).await,
        Err(Error::CredentialMissing)
    ));
    assert!(matches!(
        runtime.quote(request()).await,
        Err(Error::CredentialMissing)
    ));
    // What sends nothing needs none.
    assert!(!runtime.voices(Language::En).await.unwrap().is_empty());
    let read = runtime.interpret("make a song").await.unwrap();
    assert_eq!(read.task, Some(TaskType::TextToMusic));
    assert!(
        runtime
            .preferred(b"", "a", TaskType::TextToMusic)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(bench.server.connections(), 0);
}

#[tokio::test]
async fn a_quote_spends_nothing_and_the_second_start_compiles_nothing() {
    let bench = Bench::new(service).await;
    let quote = bench.runtime.quote(request()).await.unwrap();
    assert_eq!((quote.points, quote.attribute_id), (25, 2370));
    let models = bench
        .runtime
        .models(TaskType::TextToMusic, Language::En)
        .await
        .unwrap();
    assert_eq!(models[0].model_id, "sonic");
    assert_eq!(bench.server.count("create"), 0);

    for statistics in [(0, 1), (1, 0)] {
        let builder = Runtime::builder().cache_folder(bench.folder.path().join("cache"));
        let runtime = builder.build().await.unwrap();
        assert_eq!(runtime.cache_statistics(), statistics);
    }
}

fn answer(body: &str) -> Vec<u8> {
    match ok(body) {
        Reply::Answer(bytes) => bytes,
        _ => Vec::new(),
    }
}
