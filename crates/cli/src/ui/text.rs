//! The program's own words, each in both languages. What a generation says comes from the component.

mod errors;
mod failure;
mod jobs;
mod progress;

pub(crate) use errors::*;
pub(crate) use failure::*;
pub(crate) use jobs::*;
pub(crate) use progress::*;

use ima_host::types::Language;

/// The page where keys are made.
pub(crate) const KEYS: &str = "https://www.imaclaw.ai/imaclaw/apikey";

/// The page where points are seen and bought.
pub(crate) const POINTS: &str = "https://www.imaclaw.ai/imaclaw/subscription";

/// Words in every language of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) en: String,
    pub(crate) zh: String,
}

impl Text {
    /// Words that read the same in every language, or are in the user's already.
    pub(crate) fn same(words: impl Into<String>) -> Self {
        let en = words.into();
        Self { zh: en.clone(), en }
    }

    /// The words in one language.
    pub(crate) fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }

    /// These words, then others, as two sentences of one line.
    pub(crate) fn and(&self, next: &Self) -> Self {
        let ended = |text: &str| text.ends_with(['.', '!', '?', '。', '！', '？']);
        let (en, zh) = (&self.en, &self.zh);
        Self {
            en: format!("{en}{} {}", if ended(en) { "" } else { "." }, next.en),
            zh: format!("{zh}{}{}", if ended(zh) { "" } else { "。" }, next.zh),
        }
    }
}

/// A [`Text`] from its two versions, which may capture variables as `format!` does.
macro_rules! say {
    ($en:literal, $zh:literal $(,)?) => {
        $crate::ui::text::Text {
            en: format!($en),
            zh: format!($zh),
        }
    };
}
pub(crate) use say;

/// A [`CommandError`](crate::command_error::CommandError): its kind, what went wrong, and what to do
/// about it, in both languages.
macro_rules! command_error {
    ($kind:ident, $en:literal => $en_hint:literal, $zh:literal => $zh_hint:literal $(,)?) => {
        $crate::command_error::CommandError::new(
            $crate::command_error::ErrorKind::$kind,
            $crate::ui::text::say!($en, $zh),
        )
        .hint($crate::ui::text::say!($en_hint, $zh_hint))
    };
}
pub(crate) use command_error;

/// Enough of a value to recognise it by.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The word for a task.
pub(crate) fn task(task: ima_host::types::TaskType) -> Text {
    match task {
        ima_host::types::TaskType::TextToMusic => say!("Music", "音乐"),
        ima_host::types::TaskType::TextToSpeech => say!("Speech", "语音"),
    }
}

/// A model's name, and its id if it differs.
pub(crate) fn model(name: &str, id: &str) -> String {
    if name == id {
        id.to_owned()
    } else {
        format!("{name} ({id})")
    }
}

/// The name that is most like what was given, if one is like it at all.
pub(crate) fn nearest<'a>(given: &str, names: &'a [String]) -> Option<&'a str> {
    let given = given.to_lowercase();
    let likeness = |name: &&String| strsim::jaro_winkler(&name.to_lowercase(), &given);
    let near = names.iter().filter(|name| likeness(name) >= 0.75);
    let near = near.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    near.map(String::as_str)
}
