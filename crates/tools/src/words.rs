//! What the tools say, in a line or a sentence.

use ima_core::catalogue::Leaf;
use ima_core::request::{Language, TaskType};
use ima_understanding::Voice;
use ima_wire::untrusted;

use crate::answers::Job;
use crate::problem::Problem;

/// The tools' word for a task.
pub(crate) fn word(task: TaskType) -> &'static str {
    match task {
        TaskType::TextToMusic => "music",
        TaskType::TextToSpeech => "speech",
    }
}

/// A model in a line.
pub(crate) fn line(task: TaskType, leaf: &Leaf) -> String {
    let points = || leaf.rules.iter().map(|rule| rule.points);
    let price = match (points().min(), points().max()) {
        (Some(least), Some(most)) if least != most => format!("{least} to {most} points"),
        (Some(points), _) => format!("{points} points"),
        _ => "no price".to_owned(),
    };
    let recommended = match leaf.model_id == task.recommended_model() {
        true => ", recommended",
        false => "",
    };
    let parameters: Vec<String> = leaf
        .fields
        .iter()
        .map(|field| untrusted::name(&field.name))
        .collect();
    let parameters = match parameters.is_empty() {
        true => String::new(),
        false => format!("; parameters: {}", parameters.join(", ")),
    };
    format!(
        "{}: {}, {price}, {} to {} s{recommended}{parameters}",
        untrusted::name(&leaf.model_id),
        untrusted::name(&leaf.name),
        leaf.estimate.min_seconds,
        leaf.estimate.max_seconds,
    )
}

/// A voice in a line.
pub(crate) fn spoken_by(voice: &Voice) -> String {
    let languages: Vec<&str> = voice
        .languages
        .iter()
        .map(|it| it.label(Language::En))
        .collect();
    format!(
        "{}: {}, {}, {}",
        voice.id,
        voice.name,
        voice.gender.label(Language::En),
        languages.join("/")
    )
}

/// Sent, and not answered yet.
pub(crate) fn creating(id: &str) -> Job {
    Job {
        job: id.to_owned(),
        state: "creating".to_owned(),
        charge: "unknown".to_owned(),
        progress_percent: 0,
        audio: Vec::new(),
        message: "The purchase is being sent, and its answer has not come yet.".to_owned(),
        next: "Call check again in 20 seconds. Don't buy the same again.".to_owned(),
    }
}

/// Paid, and being made.
pub(crate) fn waiting(id: &str, percent: u32) -> Job {
    Job {
        job: id.to_owned(),
        state: "waiting".to_owned(),
        charge: "yes".to_owned(),
        progress_percent: percent,
        audio: Vec::new(),
        message: "It is paid and being made.".to_owned(),
        next: "Call check with this job and wait-seconds 30 until the state is finished."
            .to_owned(),
    }
}

/// Made.
pub(crate) fn finished(id: &str, audio: Vec<String>) -> Job {
    Job {
        job: id.to_owned(),
        state: "finished".to_owned(),
        charge: "yes".to_owned(),
        progress_percent: 100,
        audio,
        message: "The audio is ready.".to_owned(),
        next: "Give the person the addresses as they are.".to_owned(),
    }
}

/// Over before anything was spent.
pub(crate) fn ended_unspent() -> Problem {
    Problem::unspent(
        "failed",
        "The purchase did not come about. Nothing was spent.",
        "Call quote again.",
    )
}
