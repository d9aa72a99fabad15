//! `ima say`: does what a sentence in Chinese or English asks for.

use ima_host::Runtime;
use ima_host::types::{
    About, Cheapest, Gender, Interpretation, Language, Need, Parameter, PreferenceWish, Request,
    TaskType, VoiceWish,
};

use crate::args::{self, Common, Say};
use crate::create::task_of;
use crate::exit::Exit;
use crate::generate::{self, Prompts, Terms, Wish};
use crate::questions;
use crate::setup::{self, Trouble};
use crate::usual::Habit;
use crate::{models, music, prefs, statement, voices};

pub(crate) async fn run(common: &Common, options: &Say) -> Result<Exit, Trouble> {
    let offline = setup::offline(common)?;
    let read = interpret(&offline, common, options).await?;
    // Whoever speaks Chinese is answered in Chinese.
    let language = common.language.unwrap_or(match read.language {
        Language::En => args::Language::En,
        Language::Zh => args::Language::Zh,
    });
    let common = &Common {
        language: Some(language),
        ..common.clone()
    };
    let open = |need| {
        let mut questions = read.questions.iter();
        questions.any(|it| it.need == need && !is_answered(it.about, options))
    };
    let Some(task) = read.task.filter(|_| !open(Need::Required)) else {
        let asked = read
            .questions
            .iter()
            .filter(|it| it.need != Need::Optional && !is_answered(it.about, options));
        questions::show(common, asked);
        return Ok(Exit::Usage);
    };

    let habit = match &read.preference {
        PreferenceWish::Keep | PreferenceWish::Switch => Habit::Save,
        PreferenceWish::Remember => Habit::Confirm,
        PreferenceWish::Cheapest(Cheapest { remember: true, .. }) => Habit::Confirm,
        PreferenceWish::Cheapest(_) => Habit::Leave,
    };
    let model_id = model(common, task, &read, options).await?;
    if options.text.is_none()
        && !options.spending.dry_run
        && let Some(model_id) = &model_id
        && statement::is_only_about_the_model(&options.utterance, &read)
    {
        return prefs::set(common, task, model_id).await;
    }

    let mut request = Request::new(task, "", common.language());
    request.model_id = model_id;
    request.parameters = parameters(&offline, common, task, &read, options).await?;
    let prompt = options.text.clone().or(read.prompt);
    let wish = Wish {
        request,
        prompts: Prompts::One(prompt.unwrap_or_else(|| options.utterance.clone())),
        habit,
    };
    generate::run(
        common,
        wish,
        Terms::new(&options.spending, &options.delivery),
    )
    .await
}

async fn interpret(
    runtime: &Runtime,
    common: &Common,
    options: &Say,
) -> Result<Interpretation, Trouble> {
    let task = options.task.map(TaskType::from);
    let model = options.model.as_deref();
    let utterance = &options.utterance;
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
    offline: &Runtime,
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
        (TaskType::TextToMusic, _, _) | (TaskType::TextToSpeech, None, None) => {}
        (TaskType::TextToSpeech, Some(voice), _) => {
            set("speaker", voices::find(common, voice).await?.into());
        }
        (TaskType::TextToSpeech, None, Some(VoiceWish::Named(id))) => {
            set("speaker", id.as_str().into());
        }
        (TaskType::TextToSpeech, None, Some(VoiceWish::Sounds(gender))) => {
            let voice = voice_like(offline, *gender, read.language).await?;
            if let Some(id) = voice {
                set("speaker", id.into());
            }
        }
    }
    Ok(parameters)
}

/// The first voice that sounds like this and speaks the language. Ids begin with the language.
async fn voice_like(
    offline: &Runtime,
    gender: Gender,
    language: Language,
) -> Result<Option<String>, Trouble> {
    let spoken = match language {
        Language::En => "en_",
        Language::Zh => "zh_",
    };
    let voices = voices::all(offline, language).await?;
    let like = |voice: &ima_host::types::Voice| voice.gender == gender;
    let found = voices
        .iter()
        .find(|voice| like(voice) && voice.id.starts_with(spoken))
        .or_else(|| voices.iter().find(|voice| like(voice)));
    Ok(found.map(|voice| voice.id.clone()))
}
