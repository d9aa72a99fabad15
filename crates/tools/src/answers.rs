//! What the tools answer: flat records, because agent hosts show nothing else well.

use serde::Serialize;

/// What `models` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Models {
    /// `music` or `speech`.
    pub task: String,
    /// A line for each model: its id, its name, its prices and its parameters.
    pub models: Vec<String>,
    /// What to do next.
    pub next: String,
}

/// What `voices` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Voices {
    /// A line for each voice: its id, its name, how it sounds and what it speaks.
    pub voices: Vec<String>,
    /// What to do next.
    pub next: String,
}

/// What `quote` answers. Nothing is spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// What `create` takes. Empty without a gateway: then nothing can be bought.
    pub quote_id: String,
    /// `music` or `speech`.
    pub task: String,
    /// The model's id.
    pub model: String,
    /// The model's name.
    pub model_name: String,
    /// What it costs at the most, in points.
    pub points: u32,
    /// How long it usually takes at the least, in seconds.
    pub seconds_min: u32,
    /// How long it usually takes at the most, in seconds.
    pub seconds_max: u32,
    /// How long the quote can be bought, in seconds.
    pub valid_seconds: u32,
    /// What to do next.
    pub next: String,
}

/// How a purchase stands: what `create` and `check` answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// What `check` takes: the same as the id of its quote.
    pub job: String,
    /// `creating` (sent, not answered yet), `waiting` (paid, being made) or `finished` (the audio is there).
    pub state: String,
    /// Whether the points were spent: `yes` or `unknown`.
    pub charge: String,
    /// How far it is, in percent of the usual time; 100 when it is finished.
    pub progress_percent: u32,
    /// The addresses of the audio files.
    pub audio: Vec<String>,
    /// How it stands, in a sentence.
    pub message: String,
    /// What to do next.
    pub next: String,
}
