//! The user's default model: taken if none is named, kept after a success.

use std::path::PathBuf;

use super::*;
use crate::PreferenceFile;
use crate::types::{MusicOptions, Options, Preferred, Quote};

const MUSIC: TaskType = TaskType::TextToMusic;
const MODELS: &str = r#"{"code":0,"message":"success","data":[
    {"id":"sonic","type":"3","name":"Suno","model_id":"sonic","form_config":[],
        "credit_rules":[{"points":25,"attribute_id":1,"attributes":{"default":"enabled"}}]},
    {"id":"GenBGM","type":"3","name":"Genbgm","model_id":"GenBGM","form_config":[],
        "credit_rules":[{"points":5,"attribute_id":2,"attributes":{"default":"enabled"}}]}]}"#;

struct Home {
    bench: Bench,
    file: PreferenceFile,
    runtime: Runtime,
}

impl Home {
    /// A runtime for a user with this default model.
    async fn of(usual: Option<&str>) -> Self {
        let bench = Bench::new(|request| match request.operation() {
            "list" => ok(MODELS),
            _ => service(request),
        })
        .await;
        let file = PreferenceFile::open(bench.folder.path().join("ima_prefs.json"));
        let runtime = bench
            .builder()
            .preferences(file.clone())
            .build()
            .await
            .unwrap();
        if let Some(id) = usual {
            let preferred = Preferred {
                last_used: "2026-01-01T00:00:00Z".to_owned(),
                ..Preferred::now(id, "a name", 1)
            };
            file.set(&runtime, "mia", MUSIC, &preferred).await.unwrap();
        }
        Self {
            bench,
            file,
            runtime,
        }
    }

    async fn usual_of(&self, user: &str) -> Option<Preferred> {
        self.file.get(&self.runtime, user, MUSIC).await.unwrap()
    }

    async fn usual(&self) -> Option<String> {
        self.usual_of("mia").await.map(|usual| usual.model_id)
    }
}

/// A request of Mia's.
fn hers() -> Request {
    let mut request = request();
    request.user = Some("mia".to_owned());
    request
}

/// Runs a generation to its success: its model, and what became of the default one.
async fn generate(
    runtime: &Runtime,
    request: Request,
) -> (String, Option<Result<Option<PathBuf>, String>>) {
    let mut generation = runtime.start(request).await.unwrap();
    while let Some(event) = generation.next_event().await.unwrap() {
        if let Event::Finished(Outcome::Success(success)) = event {
            let remembered = generation.remembered().map(|remembered| match remembered {
                Ok(aside) => Ok(aside.clone()),
                Err(error) => Err(error.to_string()),
            });
            return (success.model_id, remembered);
        }
        assert!(generation.remembered().is_none());
    }
    panic!("no success");
}

#[tokio::test]
async fn the_usual_model_is_taken_and_kept_for_its_user_alone() {
    let home = Home::of(Some("GenBGM")).await;
    let quote = home.runtime.quote(hers()).await.unwrap();
    assert!(matches!(quote, Quote { points: 5, .. }), "{quote:?}");
    let (model, remembered) = generate(&home.runtime, hers()).await;
    assert_eq!((model.as_str(), remembered), ("GenBGM", Some(Ok(None))));
    let usual = home.usual_of("mia").await.unwrap();
    assert_eq!((usual.model_name.as_str(), usual.credit), ("Genbgm", 5));
    assert_ne!(usual.last_used, "2026-01-01T00:00:00Z");

    assert_eq!(home.usual_of("default").await, None);
    assert_eq!(generate(&home.runtime, request()).await.0, "sonic");
    let usual = home.usual_of("default").await.unwrap();
    assert_eq!((usual.model_id.as_str(), usual.credit), ("sonic", 25));
    assert_eq!(home.usual().await.as_deref(), Some("GenBGM"));
}

#[tokio::test]
async fn what_is_asked_for_goes_before_the_habit_and_becomes_it() {
    let home = Home::of(Some("GenBGM")).await;
    let mut named = hers();
    named.model_id = Some("sonic".to_owned());
    let mut once = named.clone();
    once.remember_model = false;
    assert_eq!(
        generate(&home.runtime, once).await,
        ("sonic".to_owned(), None)
    );
    assert_eq!(home.usual().await.as_deref(), Some("GenBGM"));
    assert_eq!(generate(&home.runtime, named).await.0, "sonic");
    assert_eq!(home.usual().await.as_deref(), Some("sonic"));
}

#[tokio::test]
async fn with_options_of_suno_the_habit_does_not_count() {
    let home = Home::of(Some("GenBGM")).await;
    let with = |options| {
        let mut request = hers();
        request.options = Some(Options::Music(options));
        request
    };
    let jazz = MusicOptions {
        tags: Some("jazz".to_owned()),
        ..MusicOptions::default()
    };
    let taken = home.runtime.with_preferred_model(with(jazz)).await;
    assert_eq!(taken.model_id, None);
    let empty = with(MusicOptions::default());
    let none = home.runtime.with_preferred_model(empty).await;
    assert_eq!(none.model_id.as_deref(), Some("GenBGM"));
}

#[tokio::test]
async fn a_file_that_fails_fails_no_generation() {
    let home = Home::of(None).await;
    std::fs::write(home.file.path(), "{\"damaged").unwrap();
    let (model, remembered) = generate(&home.runtime, hers()).await;
    let aside = home.bench.folder.path().join("ima_prefs.json.damaged-1");
    assert_eq!(
        (model.as_str(), remembered),
        ("sonic", Some(Ok(Some(aside))))
    );
    assert_eq!(home.usual().await.as_deref(), Some("sonic"));

    std::fs::remove_file(home.file.path()).unwrap();
    std::fs::create_dir(home.file.path()).unwrap();
    let (model, remembered) = generate(&home.runtime, hers()).await;
    assert_eq!(model, "sonic");
    assert!(matches!(remembered, Some(Err(_))), "{remembered:?}");
    assert_eq!(home.bench.server.count("create"), 2);
}

#[tokio::test]
async fn a_runtime_without_preferences_reads_and_writes_none() {
    let home = Home::of(Some("GenBGM")).await;
    let before = std::fs::read(home.file.path()).unwrap();
    let generated = generate(&home.bench.runtime, hers()).await;
    assert_eq!(generated, ("sonic".to_owned(), None));
    assert_eq!(std::fs::read(home.file.path()).unwrap(), before);
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let home = Home::of(None).await;
    let mut over = hers();
    over.budget = Some(1);
    let outcome = home.runtime.start(over).await.unwrap().outcome().await;
    assert!(matches!(outcome, Ok(Outcome::Failure(_))), "{outcome:?}");
    assert_eq!(home.usual().await, None);
}
