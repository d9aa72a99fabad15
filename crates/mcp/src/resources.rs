//! Resources: the models, the voices, the jobs, and the audio of a job.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ima_host::types::TaskType;
use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use crate::lists::{job_row, model, voice_row};
use crate::output::Output;
use crate::server::Server;

/// The largest audio that is embedded, in bytes.
const LARGEST: u64 = 1024 * 1024;

const JSON: &str = "application/json";

/// The resources that are always there.
pub(crate) fn all(server: &Server) -> Vec<Resource> {
    let settings = server.settings();
    [
        (
            "ima://models/music",
            "music-models",
            settings.say("Models for music", "音乐模型"),
        ),
        (
            "ima://models/speech",
            "speech-models",
            settings.say("Models for speech", "语音模型"),
        ),
        (
            "ima://voices",
            "voices",
            settings.say("Voices for speech", "语音音色"),
        ),
        (
            "ima://jobs",
            "jobs",
            settings.say("Jobs of this machine", "本机的任务"),
        ),
    ]
    .into_iter()
    .map(|(uri, name, title)| {
        Resource::new(uri, name)
            .with_title(title)
            .with_mime_type(JSON)
    })
    .collect()
}

/// The audio of any job.
pub(crate) fn templates(server: &Server) -> Vec<ResourceTemplate> {
    let settings = server.settings();
    let title = settings.say("Audio file N of a job", "任务的第 N 个音频");
    vec![
        ResourceTemplate::new("ima://audio/{job}/{n}", "audio")
            .with_title(title)
            .with_description(settings.say(
                "The content, if it is at most 1 MiB; n counts from 1.",
                "内容不超过 1 MiB 时可读；n 从 1 开始。",
            )),
    ]
}

/// Reads a resource.
pub(crate) async fn read(server: &Server, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let language = server.settings().language;
    let missing = || none("There is no such resource.".to_owned(), uri);
    let failed = |error: ima_host::Error| {
        tracing::warn!(%error, "a resource could not be read");
        ErrorData::internal_error("This can't be read right now.", None)
    };
    let path = uri.strip_prefix("ima://").ok_or_else(missing)?;
    let value = match path {
        "models/music" | "models/speech" => {
            let task = match path {
                "models/music" => TaskType::TextToMusic,
                _ => TaskType::TextToSpeech,
            };
            let models = server.runtime().models(task, language).await;
            json!({"models": models.map_err(failed)?.iter().map(model).collect::<Vec<_>>()})
        }
        "voices" => {
            let voices = server.runtime().voices(language).await.map_err(failed)?;
            json!({"voices": voices.iter().map(voice_row).collect::<Vec<_>>()})
        }
        "jobs" => {
            let jobs = server.journal().list_newest(100).await;
            let jobs = jobs.map_err(|error| failed(error.into()))?;
            json!({"jobs": jobs.iter().map(job_row).collect::<Vec<_>>()})
        }
        _ => return audio(server, uri, path).await,
    };
    Ok(text(uri, &value))
}

/// The error for a resource that isn't there.
fn none(words: String, uri: &str) -> ErrorData {
    ErrorData::resource_not_found(words, Some(json!({"uri": uri})))
}

fn text(uri: &str, value: &Value) -> ReadResourceResult {
    let contents = ResourceContents::text(value.to_string(), uri).with_mime_type(JSON);
    ReadResourceResult::new(vec![contents])
}

/// The content of an audio file that this server saved.
async fn audio(server: &Server, uri: &str, path: &str) -> Result<ReadResourceResult, ErrorData> {
    let missing = || none("There is no such audio.".to_owned(), uri);
    let named = path
        .strip_prefix("audio/")
        .and_then(|it| it.split_once('/'));
    let (job, number) = named.ok_or_else(missing)?;
    let number: usize = number.parse().map_err(|_| missing())?;
    let index = number.checked_sub(1).ok_or_else(missing)?;
    let kept = server.journal().quote(job).await.ok().flatten();
    let kept = kept
        .filter(|kept| kept.job == job)
        .and_then(|kept| kept.result);
    let output: Output = serde_json::from_str(&kept.ok_or_else(missing)?).map_err(|_| missing())?;
    let file = output.files.into_iter().nth(index).ok_or_else(missing)?;
    let path = file.path.ok_or_else(missing)?;
    let bytes = small(&path).await.ok_or_else(|| {
        let words = format!(
            "It is larger than 1 MiB, or gone. Its file: {}",
            path.display()
        );
        none(words, uri)
    })?;
    let mut contents = ResourceContents::blob(STANDARD.encode(bytes), uri);
    if let Some(mime) = file.mime {
        contents = contents.with_mime_type(mime);
    }
    Ok(ReadResourceResult::new(vec![contents]))
}

/// The bytes of a file that is not too large.
async fn small(path: &Path) -> Option<Vec<u8>> {
    let size = tokio::fs::metadata(path).await.ok()?.len();
    if size > LARGEST {
        return None;
    }
    tokio::fs::read(path).await.ok()
}
