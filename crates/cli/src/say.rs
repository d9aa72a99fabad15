//! `ima say`: does what a sentence in Chinese or English asks for.

use ima_host::Runtime;
use ima_host::types::{
    About, Cheapest, Intent, Interpretation, Language, Need, Parameter, PreferenceWish, Question,
    Request, TaskType, VoiceWish,
};
use serde_json::json;

use crate::args::{self, Common, Say};
use crate::create::task_of;
use crate::exit::Exit;
use crate::generate::{self, Prompts, Terms, Wish};
use crate::setup::{self, Trouble};
use crate::text::Advice;
use crate::usual::Habit;
use crate::{models, music, out, prefs, prompts, questions, text, voices};

pub(crate) async fn run(common: &Common, options: &Say) -> Result<Exit, Trouble> {
    let utterance = prompts::given(options.utterance.clone(), common.language())?;
    let utterance = utterance.trim_end().to_owned();
    let offline = setup::offline(common)?;
    let read = interpret(&offline, common, options, &utterance).await?;
    // Whoever speaks Chinese is answered in Chinese.
    let language = common.language.unwrap_or(match read.language {
        Language::En => args::Language::En,
        Language::Zh => args::Language::Zh,
    });
    let common = &Common {
        language: Some(language),
        ..common.clone()
    };
    let language = common.language();
    match read.intent {
        Intent::Create | Intent::Prefer | Intent::Unclear => {}
        Intent::Price => return Err(nothing(text::asks_the_price(language))),
        Intent::Jobs => return Err(nothing(text::is_about_jobs(language))),
        Intent::Decline => return Err(nothing(text::declined_in_words(language))),
    }
    // Whoever answers what it should be asks for it.
    let prefers = read.intent == Intent::Prefer && options.text.is_none();
    let unclear = read.intent == Intent::Unclear && options.text.is_none();
    let open = |need| {
        let mut questions = read.questions.iter();
        questions.any(|it| it.need == need && !is_answered(it.about, options))
    };
    let Some(task) = read.task.filter(|_| !unclear && !open(Need::Required)) else {
        return Ok(ask(common, &read, options));
    };

    let habit = match &read.preference {
        PreferenceWish::Keep | PreferenceWish::Switch => Habit::Save,
        PreferenceWish::Remember => Habit::Confirm,
        PreferenceWish::Cheapest(Cheapest { remember: true, .. }) => Habit::Confirm,
        PreferenceWish::Cheapest(_) => Habit::Leave,
    };
    let model_id = model(common, task, &read, options).await?;
    if prefers {
        return match &model_id {
            None => Ok(ask(common, &read, options)),
            Some(id) if options.spending.dry_run => would_remember(common, task, id).await,
            Some(id) => prefs::set(common, task, id).await,
        };
    }

    let mut request = Request::new(task, "", common.language());
    request.model_id = model_id;
    request.parameters = parameters(common, task, &read, options).await?;
    let prompt = options.text.clone().or(read.prompt);
    let wish = Wish {
        request,
        prompts: Prompts::One(prompt.unwrap_or(utterance)),
        habit,
    };
    generate::run(
        common,
        wish,
        Terms::new(&options.spending, &options.delivery),
    )
    .await
}

/// The sentence asks for nothing that could be generated.
fn nothing(advice: Advice) -> Trouble {
    Trouble::new(Exit::Usage, "nothing-asked-for", advice)
}

/// Asks what is open.
fn ask(common: &Common, read: &Interpretation, options: &Say) -> Exit {
    let open = |it: &&Question| it.need != Need::Optional && !is_answered(it.about, options);
    questions::show(common, read.questions.iter().filter(open));
    Exit::Usage
}

/// What a preference would come to.
async fn would_remember(common: &Common, task: TaskType, id: &str) -> Result<Exit, Trouble> {
    let language = common.language();
    let runtime = setup::runtime(common, None)?;
    let (_, model) = models::find(&runtime, Some(task), id, language).await?;
    if common.json {
        let task = match task {
            TaskType::TextToMusic => "text_to_music",
            TaskType::TextToSpeech => "text_to_speech",
        };
        out::json(&json!({ "would_remember": {
            "task": task,
            "model_id": model.model_id,
            "model_name": model.name,
        } }));
    } else {
        out::line(&text::would_remember(language, task, &model.name));
    }
    Ok(Exit::Done)
}

async fn interpret(
    runtime: &Runtime,
    common: &Common,
    options: &Say,
    utterance: &str,
) -> Result<Interpretation, Trouble> {
    let task = options.task.map(TaskType::from);
    let model = options.model.as_deref();
    let read = match task.or_else(|| model.map(task_of)) {
        None => runtime.interpret(utterance).await,
        Some(task) => runtime.interpret_as(task, model, utterance).await,
    };
    read.map_err(|error| Trouble::of(&error, common.language()))
}

/// Whether an option answers a question.
fn is_answered(about: About, options: &Say) -> bool {
    match about {
        About::Task => options.task.is_some() || options.model.is_some(),
        About::Model => options.model.is_some(),
        About::Voice => options.voice.is_some(),
        About::Text => options.text.is_some(),
        About::Lyrics => options.lyrics.is_some(),
        About::Emotion | About::Rate | About::Volume | About::Style => false,
    }
}

/// The model that was asked for, by name, by kind or by price.
async fn model(
    common: &Common,
    task: TaskType,
    read: &Interpretation,
    options: &Say,
) -> Result<Option<String>, Trouble> {
    if options.model.is_some() {
        return Ok(options.model.clone());
    }
    let PreferenceWish::Cheapest(Cheapest { among, .. }) = &read.preference else {
        return Ok(read.model_id.clone());
    };
    if read.model_id.is_some() {
        return Ok(read.model_id.clone());
    }
    let runtime = setup::runtime(common, None)?;
    let models = models::all(&runtime, Some(task), common.language()).await?;
    let cheapest = models
        .into_iter()
        .map(|(_, model)| model)
        .filter(|model| among.contains(&model.model_id))
        .filter_map(|model| Some((model.points_min?, model.model_id)))
        .min_by_key(|(points, _)| *points);
    Ok(cheapest.map(|(_, id)| id))
}

/// The parameters that the words lead to, with the answers to questions.
async fn parameters(
    common: &Common,
    task: TaskType,
    read: &Interpretation,
    options: &Say,
) -> Result<Vec<Parameter>, Trouble> {
    let mut parameters = read.parameters.clone();
    let mut set = |name: &str, value: serde_json::Value| {
        parameters.retain(|it| it.name != name);
        parameters.push(Parameter {
            name: name.to_owned(),
            value: value.to_string(),
        });
    };
    if let Some(lyrics) = options.lyrics.clone() {
        let lyrics = music::lyrics(lyrics, common.language())?;
        set("lyrics", lyrics.into());
    }
    match (task, options.voice.as_deref(), &read.voice) {
        (TaskType::TextToMusic, Some(gender @ ("female" | "male")), _) => {
            set("vocal_gender", gender.into());
        }
        (TaskType::TextToMusic, Some("instrumental"), _) => set("make_instrumental", true.into()),
        (TaskType::TextToMusic, Some("vocals") | None, _)
        | (TaskType::TextToSpeech, None, None) => {}
        (TaskType::TextToMusic, Some(voice), _) => {
            return Err(Trouble::usage(text::no_singer(common.language(), voice)));
        }
        (TaskType::TextToSpeech, Some(voice), _) => {
            set("speaker", voices::find(common, voice).await?.into());
        }
        (TaskType::TextToSpeech, None, Some(VoiceWish::Named(id))) => {
            set("speaker", id.as_str().into());
        }
        (TaskType::TextToSpeech, None, Some(VoiceWish::Sounds(_))) => {
            // The first of those that would be suggested.
            let mut questions = read.questions.iter();
            let question = questions.find(|it| it.about == About::Voice);
            if let Some(voice) = question.and_then(|it| it.options.first()) {
                set("speaker", voice.value.as_str().into());
            }
        }
    }
    Ok(parameters)
}
