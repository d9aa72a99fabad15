//! A marked key goes through everything that the library and the program do, failures included, and
//! is then looked for in every byte that they wrote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ima_host::types::{Event, Language, Outcome, TaskType};
use ima_host::{Clock, Credential, Error, Journal, PreferenceFile, Request, Resume, Runtime};
use ima_simulator::{Control, Endpoint, Fault, NthRequest, Options, Simulator};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const KEY: &str = "ima_MARKED+key/0123456789";

/// Words of the prompt, which the logs must not hold.
const PROMPT: &str = "violet marmalade";

/// The key as it might have been written: as it is, escaped, in base64 wherever it begins.
fn disguises() -> Vec<String> {
    let mut disguises = vec![
        KEY.to_owned(),
        KEY.replace('/', "\\/"),
        KEY.replace('+', "%2B").replace('/', "%2F"),
    ];
    for before in ["", "x", "xy"] {
        let encoded = STANDARD.encode(format!("{before}{KEY}"));
        let inner = encoded.get(4..encoded.len() - 4);
        disguises.push(inner.unwrap().to_owned());
    }
    disguises
}

fn assert_secret(what: &str, bytes: &[u8]) {
    for disguise in disguises() {
        let disguise = disguise.as_bytes();
        let holds = bytes.windows(disguise.len()).any(|part| part == disguise);
        assert!(!holds, "the key is in {what}");
    }
}

/// Looks into every file below a folder, and says how many there were.
fn search(folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert_secret("a name", path.to_string_lossy().as_bytes());
        if path.is_dir() {
            files += search(&path);
        } else {
            assert_secret(&path.display().to_string(), &fs::read(&path).unwrap());
            files += 1;
        }
    }
    files
}

async fn service(speed: f64) -> (Simulator, Control) {
    let options = Options {
        speed,
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let control = simulator.control();
    control.add_account(KEY, 10_000);
    (simulator, control)
}

/// Everything that may happen to an exchange, the service repeating the key among it.
fn faults() -> Vec<Fault> {
    let status = |code| Fault::Status {
        code,
        headers: vec![("x-echo".to_owned(), format!("Bearer {KEY}"))],
        body: format!("{{\"code\":{code},\"message\":\"bad key {KEY}\"}}"),
    };
    vec![
        Fault::EchoKey,
        status(401),
        status(500),
        status(408),
        Fault::Redirect(format!("http://127.0.0.1:9/?key={KEY}")),
        Fault::Envelope {
            code: 4008,
            message: format!("no points for {}", KEY.replace('/', "\\/")),
        },
        Fault::Malformed,
        Fault::CutBody,
        Fault::ResetAfter,
    ]
}

/// Writes the events of the library to a file, as the program does.
fn log_to(path: &Path) {
    let ours = Targets::new().with_target("ima_host", LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(Mutex::new(fs::File::create(path).unwrap()))
        .with_filter(ours);
    tracing_subscriber::registry().with(lines).init();
}

#[tokio::test]
async fn the_library_writes_and_prints_it_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let folder = |name: &str| home.path().join(name);
    log_to(&folder("log"));
    let journal = Journal::open(folder("data")).await.unwrap();
    let mut printed = String::new();
    let mut print = |value: &dyn std::fmt::Debug| writeln!(printed, "{value:?}").unwrap();

    let mut endings = 0;
    for endpoint in [Endpoint::ProductList, Endpoint::Create, Endpoint::Detail] {
        for fault in std::iter::once(None).chain(faults().into_iter().map(Some)) {
            let (simulator, control) = service(0.0).await;
            if let Some(fault) = fault {
                control.fault(endpoint, NthRequest::From(1), fault);
            }
            let clock = control.clone();
            let credential = Credential::provider(|| Some(KEY.into()));
            let builder = Runtime::builder()
                .origin(&simulator.origin())
                .credential(credential.clone())
                .journal(journal.clone())
                .cache_folder(env!("CARGO_TARGET_TMPDIR"))
                .clock(Clock::stepped(move |step| clock.advance(step)));
            print(&(&builder, &credential));
            let runtime = builder.build().await.unwrap();
            let request = Request::new(TaskType::TextToSpeech, PROMPT, Language::En);
            print(&runtime.quote(request.clone()).await);
            print(&runtime.models(TaskType::TextToSpeech, Language::En).await);
            let mut generation = runtime.start(request.clone()).await.unwrap();
            while let Some(event) = generation.next_event().await.transpose() {
                print(&(&event, &generation, generation.canceller()));
                if let Ok(Event::Finished(outcome)) = event {
                    endings += 1;
                    if let Outcome::Success(success) = outcome {
                        let audio = runtime.download(&success.medias[0].url, home.path());
                        print(&audio.await);
                    }
                }
            }
            if let Some(job) = generation.job() {
                let resumed = runtime.resume(Resume::job(job)).await;
                print(&resumed);
                if let Ok(mut resumed) = resumed {
                    print(&resumed.outcome().await);
                }
            }
            let preferences = PreferenceFile::open(folder("memory/ima_prefs.json"));
            let preferred = preferences.get(&runtime, "me", request.task).await;
            print(&(&preferences, preferred));
            print(&(&runtime, runtime.refusals(), journal.list().await));
        }
    }
    assert_eq!(endings, 3 * (faults().len() + 1));

    // A request with the key in it comes neither into the sandbox nor into the journal.
    let (simulator, control) = service(0.0).await;
    let builder = Runtime::builder().origin(&simulator.origin());
    let builder = builder.cache_folder(env!("CARGO_TARGET_TMPDIR"));
    let runtime = builder
        .credential(Credential::literal(KEY))
        .journal(journal.clone());
    let runtime = runtime.build().await.unwrap();
    let jobs = journal.list().await.unwrap().len();
    let spoken = Request::speech(format!("say {KEY}"), Language::En);
    let mut hidden = Request::new(TaskType::TextToMusic, "rain", Language::En);
    hidden.parameters.insert("title".to_owned(), KEY.into());
    for request in [&spoken, &hidden] {
        for error in [
            runtime.start(request.clone()).await.unwrap_err(),
            runtime.quote(request.clone()).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::KeyInRequest));
            print(&error);
        }
    }
    let continuation = runtime.resume(Resume::continuation(KEY)).await;
    assert!(matches!(continuation, Err(Error::KeyInRequest)));
    assert_eq!(journal.list().await.unwrap().len(), jobs);
    assert!(control.tasks().is_empty());
    for key in ["two words", "line\nbreak"] {
        let odd = Runtime::builder().credential(Credential::literal(key));
        let odd = odd.cache_folder(env!("CARGO_TARGET_TMPDIR")).build();
        let error = odd.await.unwrap().start(spoken.clone()).await.unwrap_err();
        assert!(matches!(error, Error::Credential(_)));
        assert!(!format!("{error:?} {error}").contains(key));
    }

    assert_secret("what Debug prints", printed.as_bytes());
    assert!(search(home.path()) >= 2);
    let log = fs::read_to_string(folder("log")).unwrap();
    holds_ids_and_codes_only(&log);
}

/// What the log says of the generations: times, ids and codes, and nothing of what was said.
fn holds_ids_and_codes_only(log: &str) {
    for word in [
        "a generation begins task=TaskType::TextToSpeech",
        "a generation is resumed",
        "model_id=\"seed-tts-2.0\" points=2",
        "state=CheckpointState::Creating",
        "state=CheckpointState::Waiting task_id=\"task_",
        "operation=Create status=200",
        "operation=Detail status=401",
        "an exchange failed and is tried again",
        "audio was fetched",
        "finished job=",
        "cause=\"insufficient-points\"",
        "charge=Charge::No",
        "charge=Charge::Unknown",
    ] {
        assert!(log.contains(word), "{word}");
    }
    for word in [
        PROMPT,
        "marmalade",
        "/audio/",
        "bad key",
        "no points",
        "continuation",
    ] {
        assert!(!log.contains(word), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_writes_and_prints_it_nowhere() {
    let (simulator, control) = service(200.0).await;
    let home = tempfile::tempdir().unwrap();
    let ima = |arguments: &[&str]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ima"));
        command
            .args(arguments)
            .args(["--base-url", &simulator.origin(), "--clock-rate", "200"])
            .env_clear()
            .env("HOME", home.path())
            .env("IMA_API_KEY", KEY)
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("IMA_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"))
            .current_dir(home.path());
        let output = command.output().unwrap();
        assert_secret("standard output", &output.stdout);
        assert_secret("standard error", &output.stderr);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
        output
    };
    assert_eq!(ima(&["music", "rain", "--json"]).status.code(), Some(0));
    ima(&["models"]);
    ima(&["resume", "--json"]);
    ima(&["music", "rain", "--param", "nonsense"]);
    ima(&["no-such-command"]);
    for endpoint in [
        Endpoint::ProductList,
        Endpoint::Create,
        Endpoint::Detail,
        Endpoint::Audio,
    ] {
        for fault in [Fault::EchoKey, Fault::Malformed, Fault::refusal(401)] {
            control.clear_faults();
            control.fault(endpoint, NthRequest::Every, fault);
            ima(&["speech", "hello", "--json", "--deadline", "20"]);
        }
    }
    control.clear_faults();
    for job in control.tasks() {
        ima(&["resume", &job.id, "--json"]);
    }
    assert!(search(home.path()) > 3);
}
