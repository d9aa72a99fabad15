//! What a user types: any text is read, always the same way, into something that can be asked for.

use crate::MUSIC;
use ima_core::catalogue::Catalogue;
use ima_core::outcome::Cause;
use ima_core::quote::Quote;
use ima_core::request::{Request, TaskType};
use ima_understanding::{
    About, Interpretation, Need, PreferenceWish, VoiceWish, intake, interpret, interpret_as,
};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The models to hold parameters against.
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::read(TaskType::TextToMusic, MUSIC).expect("the list is one"));

/// What no question and no choice may say (music: "Never Say to Users").
const NEVER_SAY: [&str; 10] = [
    "script",
    "automation",
    "attribute",
    "form_config",
    "api",
    "http",
    "_",
    "脚本",
    "接口",
    "参数",
];

/// The models that a task can be settled with, one of them newer than the tables.
const MODELS: [(TaskType, &[&str]); 2] = [
    (
        TaskType::TextToMusic,
        &["sonic", "GenBGM", "GenSong", "new"],
    ),
    (TaskType::TextToSpeech, &["seed-tts-2.0", "new"]),
];

/// An utterance. Bytes that are no UTF-8 are passed over.
pub fn utterance(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let read = interpret(text);
    assert_eq!(read, interpret(text), "the same utterance twice");
    check(&read, text);
    for (task, models) in MODELS {
        let read = interpret_as(task, None, text);
        assert_eq!(read.task, Some(task));
        assert_eq!(intake(task, text, read.language), read.questions);
        check(&read, text);
        // One of them is enough for one input: reading is what takes the time here.
        let model = models[text.len() % models.len()];
        let read = interpret_as(task, Some(model), text);
        let asks = |about| read.questions.iter().any(|it| it.about == about);
        assert!(!asks(About::Model), "a settled model is asked about");
        check(&read, text);
    }
}

fn check(read: &Interpretation, utterance: &str) {
    let mut asked = Vec::new();
    for question in &read.questions {
        assert!(!asked.contains(&question.about), "asked twice: {asked:?}");
        asked.push(question.about);
        shown(question.text);
        let values: BTreeSet<&str> = question.options.iter().map(|it| it.value).collect();
        assert_eq!(values.len(), question.options.len(), "{question:?}");
        for choice in &question.options {
            assert!(!choice.value.is_empty(), "{question:?}");
            shown(&choice.label);
        }
    }
    assert_eq!(
        read.task.is_none(),
        asked.contains(&About::Task),
        "an unclear task is asked about"
    );
    if let Some(prompt) = &read.prompt {
        assert!(!prompt.trim().is_empty(), "an empty prompt");
        assert!(utterance.contains(prompt.as_str()), "an altered prompt");
    } else if read.task == Some(TaskType::TextToSpeech) && !read.preference_only {
        let mut questions = read.questions.iter();
        let text = questions.find(|question| question.about == About::Text);
        assert_eq!(text.map(|it| it.need), Some(Need::Required));
    }
    if read.preference_only {
        assert_ne!(read.preference, PreferenceWish::Keep, "which model?");
        let stays = |about: &About| matches!(about, About::Task | About::Model);
        assert!(
            asked.iter().all(stays),
            "a preference is asked about: {asked:?}"
        );
    }
    if let Some(VoiceWish::Named(id)) = &read.voice {
        let native = id.ends_with("_uranus_bigtts") && !id.contains(char::is_whitespace);
        assert!(native, "a voice that would be refused: {id:?}");
    }
    if let PreferenceWish::Cheapest { among, .. } = read.preference {
        assert!(!among.is_empty(), "the cheapest of nothing");
    }
    assert!(read.model_id.is_some() || !read.model_named);
    can_be_asked_for(read);
}

/// The parameters of an interpretation are ones that the model has, with values that it takes. Only
/// the length of what the user wrote may be wrong.
fn can_be_asked_for(read: &Interpretation) {
    let music = read.task == Some(TaskType::TextToMusic);
    let Some(model) = read.model_id.filter(|_| music) else {
        return;
    };
    let mut request = Request::new(TaskType::TextToMusic, "rain", read.language);
    request.model_id = Some(model.to_owned());
    request.parameters.clone_from(&read.parameters);
    match Quote::new(&request, &CATALOGUE) {
        Ok(quote) => assert_eq!(quote.model_id(), model),
        Err(Cause::Invalid(invalid)) => {
            let long = ["lyrics", "tags", "title", "negative_tags"];
            assert!(long.contains(&invalid.field.as_str()), "{invalid}");
        }
        Err(cause) => panic!("no price: {cause}"),
    }
}

fn shown(text: &str) {
    assert!(!text.trim().is_empty(), "nothing to show");
    let text = text.to_lowercase();
    for word in NEVER_SAY {
        assert!(!text.contains(word), "{word:?} in {text:?}");
    }
}
