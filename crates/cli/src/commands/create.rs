//! `ima create`: a generation by the flags of the skills' scripts (music: "Agent Execution"; speech:
//! "Agent Execution" and 「脚本对应」).

use std::convert::Infallible;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ima_host::Credential;
use ima_host::types::{TaskType, UnknownParameters};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{completions, models};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::{self, Batch, OptionSet, Prompts, RunOptions};
use crate::options::{Common, Delivery, Spending};
use crate::params;
use crate::preferences::AfterSuccess;
use crate::setup;
use crate::ui::out;
use crate::ui::text::{command_error, say};

const EXAMPLES: &str = "\
Examples:
  ima create --task-type text_to_music --model-id sonic --prompt \"lo-fi, 90 BPM\" --output-json
  ima create --model-id GenBGM --prompt \"calm ambient piano\" --user-id 42
  ima create --model-id sonic --prompt \"rain\" --extra-params '{\"tags\":\"jazz\"}'
  ima create --speaker zh_male_sophie_uranus_bigtts --prompt \"你好\" --emotion sad
  ima create --list-models

What was written for the skills' scripts works if it calls `ima create` instead.
¦
为技能脚本写的命令，改成调用 `ima create` 就可以用。";

/// The flags that set parameters.
pub(crate) const FLAGS: [(&str, &str); 4] = [
    ("--model-id", "model_id"),
    ("--version-id", "version_id"),
    ("--speaker", "speaker"),
    ("--emotion", "audio_params.emotion"),
];

/// `ima create`
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CreateArgs {
    /// The API key. Other users of this machine can see it; IMA_API_KEY is safer
    /// ¦ API 密钥。本机其他用户看得到；用 IMA_API_KEY 更安全
    #[arg(long, value_name = "KEY", value_parser = secret)]
    api_key: Option<SecretString>,
    /// Music or speech; by default what the model and the other flags are for
    /// ¦ 音乐或语音；默认由模型和其他参数决定
    #[arg(long, value_enum)]
    task_type: Option<ServiceTask>,
    /// The model, as listed by --list-models
    /// ¦ 模型，见 --list-models
    #[arg(long, value_name = "ID", add = ArgValueCandidates::new(completions::models))]
    model_id: Option<String>,
    /// One version of the model; the newest by default
    /// ¦ 模型的版本；默认最新
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
    /// The description of the music, or the text to speak
    /// ¦ 音乐的描述，或要朗读的文字
    #[arg(long, value_name = "TEXT", required_unless_present = "list_models")]
    prompt: Option<String>,
    /// The voice of speech, by its id
    /// ¦ 语音音色的编号
    #[arg(long, value_name = "ID")]
    speaker: Option<String>,
    /// The emotion of speech
    /// ¦ 语音的情感
    #[arg(long, value_name = "WORD")]
    emotion: Option<String>,
    /// Further parameters of the model, as one JSON object
    /// ¦ 模型的其他参数，一个 JSON 对象
    #[arg(long, value_name = "JSON")]
    extra_params: Option<String>,
    /// List the models and end
    /// ¦ 列出模型后结束
    #[arg(long)]
    list_models: bool,
    /// Print the result as one JSON object to standard output, and everything else to standard error
    /// ¦ 结果作为一个 JSON 对象写到标准输出，其余写到标准错误
    #[arg(long)]
    output_json: bool,
}

/// Music or speech, in the service's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ServiceTask {
    #[value(name = "text_to_music")]
    Music,
    #[value(name = "text_to_speech")]
    Speech,
}

impl From<ServiceTask> for TaskType {
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

pub(crate) async fn run(common: &Common, args: CreateArgs) -> Result<Exit, CommandError> {
    let common = &Common {
        json: common.json || args.output_json,
        ..common.clone()
    };
    // What is empty was not given, as for the scripts.
    let given = |value: Option<String>| value.filter(|value| !value.is_empty());
    let args = CreateArgs {
        model_id: given(args.model_id),
        version_id: given(args.version_id),
        speaker: given(args.speaker),
        emotion: given(args.emotion),
        extra_params: given(args.extra_params),
        ..args
    };
    if args.api_key.is_some() && !common.quiet {
        let warning = say!(
            "Other users of this machine can see a key on the command line. IMA_API_KEY in the environment is safer.",
            "命令行里的密钥会被本机其他用户看到，放在环境变量 IMA_API_KEY 里更安全。"
        );
        out::error(warning.get(common.language()));
    }
    let task = task(&args);
    let credential = args.api_key.map(Credential::literal);
    if args.list_models {
        let runtime = setup::asking(common, credential).await?;
        return models::list(common, &runtime, task).await;
    }
    let task = task.ok_or_else(|| {
        command_error!(
            Usage,
            "It is not clear whether this is music or speech."
                => "Add --task-type text_to_music or --task-type text_to_speech.",
            "不清楚要生成音乐还是语音。"
                => "请加上 --task-type text_to_music 或 --task-type text_to_speech。"
        )
    })?;

    let extra = args.extra_params.as_deref().map(params::object);
    let mut parameters = extra.transpose()?.unwrap_or_default();
    if let Some(speaker) = args.speaker {
        parameters.insert("speaker".to_owned(), speaker.into());
    }
    if let Some(emotion) = args.emotion {
        let audio = parameters
            .entry("audio_params")
            .or_insert_with(|| Value::Object(Map::new()));
        // Anything but an object is refused with the rest of the parameters.
        if let Some(audio) = audio.as_object_mut() {
            audio.insert("emotion".to_owned(), emotion.into());
        }
    }
    let mut request = common.request(task);
    request.model_id = args.model_id;
    request.version_id = args.version_id;
    request.parameters = parameters;
    // The scripts leave out what a model does not know.
    request.unknown_parameters = UnknownParameters::Drop;

    let batch = Batch {
        request,
        prompts: Prompts::One(args.prompt.unwrap_or_default()),
        after_success: AfterSuccess::Remember,
    };
    let spending = Spending {
        // Whoever runs a script is not there to be asked.
        yes: true,
        ..Spending::default()
    };
    let runtime = setup::generating(common, credential, &spending).await?;
    let options = RunOptions {
        spending: &spending,
        delivery: &Delivery::default(),
        announce: None,
        options: OptionSet::Scripts,
    };
    generate::run(common, &runtime, batch, options).await
}

/// Music or speech, if the flags say so: each of the scripts is for one of them.
fn task(args: &CreateArgs) -> Option<TaskType> {
    let speech = args.speaker.is_some() || args.emotion.is_some();
    match (args.task_type, args.model_id.as_deref()) {
        (Some(task), _) => Some(task.into()),
        (None, Some(model)) => Some(task_of(model)),
        (None, None) => speech.then_some(TaskType::TextToSpeech),
    }
}

/// What a model is for, by its id: those for speech say so (speech: "Supported Models").
pub(crate) fn task_of(model_id: &str) -> TaskType {
    if model_id.to_lowercase().contains("tts") {
        TaskType::TextToSpeech
    } else {
        TaskType::TextToMusic
    }
}
