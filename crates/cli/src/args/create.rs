//! `ima create`: the flags of the skills' scripts (music: "Agent Execution"; speech: "Agent
//! Execution" and 「脚本对应」).

use std::convert::Infallible;

use clap::{Args, ValueEnum};
use ima_host::types;
use secrecy::SecretString;

const EXAMPLES: &str = "\
Examples:
  ima create --task-type text_to_music --model-id sonic --prompt \"lo-fi, 90 BPM\" --output-json
  ima create --model-id GenBGM --prompt \"calm ambient piano\" --user-id 42
  ima create --model-id seed-tts-2.0 --prompt \"你好\" --extra-params '{\"audio_params\":{\"speech_rate\":20}}'
  ima create --list-models";

/// `ima create`
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Create {
    /// The API key. Other users of this machine can see it here: IMA_API_KEY is better
    #[arg(long, value_name = "KEY", value_parser = secret)]
    pub(crate) api_key: Option<SecretString>,
    /// Music or speech; by default what the model and the other flags are for
    #[arg(long, value_enum)]
    pub(crate) task_type: Option<ServiceTask>,
    /// The model, as listed by --list-models
    #[arg(long, value_name = "ID")]
    pub(crate) model_id: Option<String>,
    /// One version of the model; by default the newest
    #[arg(long, value_name = "ID")]
    pub(crate) version_id: Option<String>,
    /// The description of the music, or the text to speak
    #[arg(long, value_name = "TEXT", required_unless_present = "list_models")]
    pub(crate) prompt: Option<String>,
    /// The voice of speech, by its id
    #[arg(long, value_name = "ID")]
    pub(crate) speaker: Option<String>,
    /// The emotion of speech
    #[arg(long, value_name = "WORD")]
    pub(crate) emotion: Option<String>,
    /// Further parameters of the model, as one JSON object
    #[arg(long, value_name = "JSON")]
    pub(crate) extra_params: Option<String>,
    /// List the models and end
    #[arg(long)]
    pub(crate) list_models: bool,
    /// Print the result as one JSON object to standard output, and all else to standard error
    #[arg(long)]
    pub(crate) output_json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ServiceTask {
    #[value(name = "text_to_music")]
    Music,
    #[value(name = "text_to_speech")]
    Speech,
}

impl From<ServiceTask> for types::TaskType {
    fn from(task: ServiceTask) -> Self {
        match task {
            ServiceTask::Music => Self::TextToMusic,
            ServiceTask::Speech => Self::TextToSpeech,
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a parser of values")]
fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(text.into())
}
