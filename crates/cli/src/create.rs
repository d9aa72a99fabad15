//! `ima create`: a generation by the flags of the skills' scripts.

use ima_host::Credential;
use ima_host::types::{Request, TaskType, UnknownParameters};
use serde_json::{Map, Value};

use crate::args::{Common, Create, Delivery, Spending};
use crate::exit::Exit;
use crate::generate::{self, Prompts, Terms, Wish};
use crate::naming::Manner;
use crate::setup::{self, Trouble};
use crate::usual::Habit;
use crate::{models, out, params, text};

pub(crate) async fn run(common: &Common, options: Create) -> Result<Exit, Trouble> {
    let common = &Common {
        json: common.json || options.output_json,
        ..common.clone()
    };
    let language = common.language();
    // What is empty was not given, as for the scripts.
    let given = |value: Option<String>| value.filter(|value| !value.is_empty());
    let options = Create {
        model_id: given(options.model_id),
        version_id: given(options.version_id),
        speaker: given(options.speaker),
        emotion: given(options.emotion),
        extra_params: given(options.extra_params),
        ..options
    };
    if options.api_key.is_some() && !common.quiet {
        out::error(&text::key_seen(language));
    }
    let task = task(&options);
    let credential = options.api_key.map(Credential::literal);
    if options.list_models {
        let runtime = setup::runtime(common, credential)?;
        return models::list(common, &runtime, task).await;
    }
    let task = task.ok_or_else(|| Trouble::usage(text::which_task(language)))?;

    let extra = options.extra_params.as_deref().map(params::object);
    let mut parameters = extra
        .transpose()
        .map_err(|error| Trouble::usage(text::param(language, &error)))?
        .unwrap_or_default();
    if let Some(speaker) = options.speaker {
        parameters.insert("speaker".to_owned(), speaker.into());
    }
    if let Some(emotion) = options.emotion {
        let audio = parameters
            .entry("audio_params")
            .or_insert_with(|| Value::Object(Map::new()));
        // Anything but an object is refused with the rest of the parameters.
        if let Some(audio) = audio.as_object_mut() {
            audio.insert("emotion".to_owned(), emotion.into());
        }
    }
    let mut request = Request::new(task, "", language);
    request.model_id = options.model_id;
    request.version_id = options.version_id;
    request.parameters = params::of_object(parameters);
    // The scripts leave out what a model does not know.
    request.unknown_parameters = UnknownParameters::Drop;

    let wish = Wish {
        request,
        prompts: Prompts::One(options.prompt.unwrap_or_default()),
        habit: Habit::Save,
    };
    let terms = Terms {
        spending: &Spending {
            // Whoever runs a script is not there to be asked.
            yes: true,
            ..Spending::default()
        },
        delivery: &Delivery::default(),
        credential,
        manner: Manner::Script,
    };
    generate::run(common, wish, terms).await
}

/// Music or speech, where the flags say so: each of the scripts is for one of them.
fn task(options: &Create) -> Option<TaskType> {
    let speech = options.speaker.is_some() || options.emotion.is_some();
    match (options.task_type, options.model_id.as_deref()) {
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
