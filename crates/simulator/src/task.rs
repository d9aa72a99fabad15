//! A task, and what the service tells about it as time passes.

use serde::Serialize;
use serde_json::{Value, json};

use crate::audio::Sound;
use crate::timeline::{MissingMedias, Outcome, Timeline};

/// An accepted create request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskRecord {
    /// The id that the service answered.
    pub id: String,
    /// The model.
    pub model_id: String,
    /// The body of the create request.
    pub body: Value,
}

/// A task of the service.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) record: TaskRecord,
    /// The key of the account that paid.
    pub(crate) account: String,
    /// When it was created, in simulated seconds.
    pub(crate) created: f64,
    /// How long it takes in all, in simulated seconds.
    pub(crate) total: f64,
    /// The model's timeline when the task was created.
    pub(crate) timeline: Timeline,
    /// One for each media.
    pub(crate) sounds: Vec<Sound>,
}

/// The stage of a media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Pending,
    Processing,
    Ended { has_url: bool },
}

impl Task {
    /// The `data` of a detail answer at this simulated time.
    pub(crate) fn detail(&self, now: f64, origin: &str) -> Value {
        let medias = if now - self.created < self.timeline.without_medias_seconds {
            match self.timeline.missing_medias {
                MissingMedias::Empty => json!([]),
                MissingMedias::Null => Value::Null,
            }
        } else {
            (0_u32..)
                .zip(&self.sounds)
                .map(|(index, sound)| self.media(index, sound, now, origin))
                .collect()
        };
        let detail = json!({ "id": self.record.id, "medias": medias });
        match &self.timeline.status {
            Some(status) => with(detail, "status", status),
            None => detail,
        }
    }

    /// The sound of a media whose address was given out by this simulated time.
    pub(crate) fn available(&self, index: u32, now: f64) -> Option<&Sound> {
        let outcome = self.timeline.media_outcome(index);
        let playable = matches!(
            outcome,
            Outcome::Success | Outcome::Completed | Outcome::Watermarked | Outcome::PreviewOnly
        );
        let ended = self.stage(index, now) == Stage::Ended { has_url: true };
        (playable && ended).then(|| self.sounds.get(index as usize))?
    }

    fn stage(&self, index: u32, now: f64) -> Stage {
        let elapsed = now - self.created;
        let count = u32::try_from(self.sounds.len()).unwrap_or(u32::MAX);
        let end = self.timeline.media_end(index, count, self.total);
        if elapsed >= end {
            return Stage::Ended {
                has_url: elapsed >= end + self.timeline.url_delay_seconds,
            };
        }
        if elapsed < self.timeline.pending_seconds.unwrap_or(end * 0.1) {
            Stage::Pending
        } else {
            Stage::Processing
        }
    }

    fn media(&self, index: u32, sound: &Sound, now: f64, origin: &str) -> Value {
        let has_url = match self.stage(index, now) {
            Stage::Pending => return unfinished(Value::Null, "pending"),
            Stage::Processing => return unfinished(json!(0), "processing"),
            Stage::Ended { has_url } => has_url,
        };
        let url = if has_url {
            format!("{origin}/audio/{}/{index}.wav", self.record.id)
        } else {
            String::new()
        };
        match self.timeline.media_outcome(index) {
            Outcome::Success => finished("success", &url, "", sound),
            Outcome::Completed => finished("completed", &url, "", sound),
            Outcome::Watermarked => finished("success", "", &url, sound),
            Outcome::WithoutUrl => finished("success", "", "", sound),
            Outcome::Failed(reason) => failed(2, "failed", reason),
            Outcome::FailedThoughAvailable(reason) => failed(1, "failed", reason),
            Outcome::PreviewOnly => with(finished("success", "", "", sound), "preview_url", &url),
            Outcome::Ended { status, remark } => {
                with(unfinished(json!(0), status), "remark", remark)
            }
            Outcome::Deleted => failed(3, "deleted", ""),
            Outcome::Unknown(number) => unfinished(json!(number), "processing"),
            Outcome::Never => unfinished(json!(0), "processing"),
        }
    }
}

/// An object with one text more.
fn with(mut object: Value, name: &str, text: &str) -> Value {
    if let Value::Object(members) = &mut object {
        members.insert(name.to_owned(), json!(text));
    }
    object
}

fn unfinished(resource_status: Value, status: &str) -> Value {
    json!({ "resource_status": resource_status, "status": status, "url": null })
}

fn finished(status: &str, url: &str, watermark_url: &str, sound: &Sound) -> Value {
    json!({
        "resource_status": 1,
        "status": status,
        "url": url,
        "watermark_url": watermark_url,
        "duration_str": format!("{}s", sound.seconds()),
        "format": "wav",
    })
}

fn failed(resource_status: i64, status: &str, reason: &str) -> Value {
    json!({
        "resource_status": resource_status,
        "status": status,
        "url": "",
        "error_msg": reason,
    })
}
