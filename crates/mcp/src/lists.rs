//! Models, voices and jobs.

use ima_host::types::{self, Language, Model, TaskType, Voice};
use ima_host::{Job, journal};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::output::{Output, Retry};
use crate::quoting::{Gender, time};
use crate::server::Server;
use crate::words;

/// The arguments of `list_models`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListModels {
    task: Task,
}

/// Music or speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    Music,
    Speech,
}

impl From<Task> for TaskType {
    fn from(task: Task) -> Self {
        match task {
            Task::Music => Self::TextToMusic,
            Task::Speech => Self::TextToSpeech,
        }
    }
}

/// The arguments of `list_voices`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListVoices {
    language: Option<String>,
    gender: Option<Gender>,
    scene: Option<Scene>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scene {
    General,
    RolePlay,
    Video,
    Multilingual,
}

/// The arguments of `list_jobs`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListJobs {
    open_only: Option<bool>,
}

/// The most jobs that are listed.
const JOBS: u32 = 100;

impl Server {
    pub(crate) async fn list_models(&self, arguments: ListModels) -> Output {
        let settings = self.settings();
        let listed = self
            .runtime()
            .models(arguments.task.into(), settings.language);
        match listed.await {
            Ok(models) => {
                let names: Vec<_> = models
                    .iter()
                    .map(|it| line(it, settings.language))
                    .collect();
                let mut output = Output::ok(names.join("; "));
                output.models = models.iter().map(model).collect();
                output
            }
            Err(error) => words::error(settings, &error, None),
        }
    }

    pub(crate) async fn list_voices(&self, arguments: ListVoices) -> Output {
        let settings = self.settings();
        let mut voices = match self.runtime().voices(settings.language).await {
            Ok(voices) => voices,
            Err(error) => return words::error(settings, &error, None),
        };
        let wanted = arguments.language.map(|it| it.trim().to_lowercase());
        let wanted = wanted.filter(|it| !it.is_empty());
        voices.retain(|voice| {
            let speaks = |wanted: &String| {
                let is = |it: &String| it.to_lowercase().contains(wanted);
                voice.languages.iter().any(is)
            };
            wanted.as_ref().is_none_or(speaks)
                && arguments.gender.is_none_or(|it| it == gender(voice))
                && arguments.scene.is_none_or(|it| it == scene(voice))
        });
        let count = voices.len();
        let mut output =
            Output::ok(settings.say(format!("{count} voices."), format!("共 {count} 个音色。")));
        output.voices = voices.iter().map(voice_row).collect();
        output
    }

    pub(crate) async fn list_jobs(&self, arguments: ListJobs) -> Output {
        let settings = self.settings();
        let jobs = match self.journal().list_newest(JOBS).await {
            Ok(jobs) => jobs,
            Err(error) => return words::error(settings, &error.into(), None),
        };
        let open_only = arguments.open_only.unwrap_or_default();
        let shown: Vec<_> = jobs
            .iter()
            .filter(|job| !open_only || job.is_open())
            .map(job_row)
            .collect();
        let count = shown.len();
        let mut output =
            Output::ok(settings.say(format!("{count} jobs."), format!("共 {count} 个任务。")));
        output.jobs = shown;
        output
    }

    /// The id of a voice by its id or its name, in either language.
    pub(crate) async fn find_voice(&self, given: &str) -> Result<String, Box<Output>> {
        let settings = self.settings();
        let given = given.trim();
        // What looks like an id is left to the service's rules.
        if given.contains('_') {
            return Ok(given.to_owned());
        }
        let plain = |text: &str| {
            text.to_lowercase()
                .trim_end_matches("2.0")
                .trim()
                .to_owned()
        };
        for language in [Language::En, Language::Zh] {
            let voices = self.runtime().voices(language).await;
            let voices = voices.map_err(|error| Box::new(words::error(settings, &error, None)))?;
            let called = |it: &Voice| plain(&it.name) == plain(given);
            if let Some(voice) = voices.into_iter().find(called) {
                return Ok(voice.id);
            }
        }
        let message = settings.say(
            "There is no voice of this name. Nothing was spent.",
            "没有这个音色。没有扣除积分。",
        );
        let output = Output::refused(Retry::AfterChange, message);
        Err(Box::new(output.advise(settings.say(
            "list_voices lists the voices.",
            "用 list_voices 查看音色。",
        ))))
    }
}

fn line(model: &Model, language: Language) -> String {
    let points = match (model.points_min, model.points_max) {
        (Some(low), Some(high)) if low != high => format!("{low}–{high}"),
        (Some(points), _) | (None, Some(points)) => points.to_string(),
        (None, None) => "?".to_owned(),
    };
    let (name, id) = (&model.name, &model.model_id);
    match language {
        Language::En => format!("{name} ({id}): {points} points"),
        Language::Zh => format!("{name}（{id}）：{points} 积分"),
    }
}

pub(crate) fn model(model: &Model) -> Value {
    let parameters: Vec<_> = model.fields.iter().map(|field| &field.name).collect();
    json!({
        "model_id": model.model_id,
        "name": model.name,
        "recommended": model.recommended,
        "points_min": model.points_min,
        "points_max": model.points_max,
        "seconds_min": model.estimate.min_seconds,
        "seconds_max": model.estimate.max_seconds,
        "parameters": parameters,
    })
}

fn gender(voice: &Voice) -> Gender {
    match voice.gender {
        types::Gender::Female => Gender::Female,
        types::Gender::Male => Gender::Male,
    }
}

fn scene(voice: &Voice) -> Scene {
    match voice.scene {
        types::Scene::General => Scene::General,
        types::Scene::RolePlay => Scene::RolePlay,
        types::Scene::Video => Scene::Video,
        types::Scene::Multilingual => Scene::Multilingual,
    }
}

pub(crate) fn voice_row(voice: &Voice) -> Value {
    let gender = match gender(voice) {
        Gender::Female => "female",
        Gender::Male => "male",
    };
    let scene = match scene(voice) {
        Scene::General => "general",
        Scene::RolePlay => "role-play",
        Scene::Video => "video",
        Scene::Multilingual => "multilingual",
    };
    json!({
        "id": voice.id,
        "name": voice.name,
        "gender": gender,
        "scene": scene,
        "languages": voice.languages,
    })
}

pub(crate) fn job_row(job: &Job) -> Value {
    let task = job.task.map(|task| match task {
        journal::TaskType::Music => "music",
        journal::TaskType::Speech => "speech",
    });
    json!({
        "job_id": job.id,
        "task": task,
        "model": job.model_name,
        "state": job.state.as_str(),
        "paid": job.is_paid(),
        "open": job.is_open(),
        "saved": job.saved,
        "created_at": time(job.created_at),
    })
}
