//! What an utterance asks for, and what to ask back.
//!
//! Everything here follows the tables of the requirements: `triggers` holds one row for each of
//! their rows, so a new phrase is a new word in a row. What is ambiguous becomes a question with
//! options, never a guess.

mod clause;
mod delimited;
mod intake;
mod intent;
mod interpret;
mod normalize;
mod resolve;
mod scan;
mod several;
mod tips;
mod triggers;
mod voices;
mod words;

#[cfg(test)]
mod tests;

use crate::prelude::*;
use crate::request::{Language, Parameter, TaskType};

pub use intake::intake;
pub use interpret::{interpret, interpret_as};
pub use tips::tips;
pub use voices::{Gender, Scene, Spoken, Voice, voice, voices};

/// What an utterance asks for (music and speech: "User Input Parsing").
#[derive(Clone, Debug, PartialEq)]
pub struct Interpretation {
    /// The utterance's language: Chinese where it holds a Han character, else English.
    pub language: Language,
    /// Whether anything is asked for at all.
    pub intent: Intent,
    /// Music or speech.
    pub task: Understood,
    /// The model that the words lead to; none where the user's preference or the recommended model
    /// applies (music: "User phrasing → model selection").
    pub model_id: Option<&'static str>,
    /// Whether the model was named or settled. Otherwise it follows from the kind of music.
    pub model_named: bool,
    /// Parameters as the model's form names them (music: "Music-specific parameters (Suno)";
    /// speech: "User Input Parsing"). Those of Suno only where `model_id` is Suno.
    pub parameters: Vec<Parameter>,
    /// The voice to speak with (speech: "User Input Parsing"). Sung voices are in `parameters`.
    pub voice: Option<VoiceWish>,
    /// What it means for the model that the user usually has.
    pub preference: PreferenceWish,
    /// The description or the text to speak, exactly as given, where quotes or a colon set it off.
    /// Without it the whole utterance describes the music, and the text to speak is asked for.
    pub prompt: Option<String>,
    /// What is to be asked, in this order, in the utterance's language. Nothing may be generated
    /// before each [`Need::Required`] one has its answer.
    pub questions: Vec<Question>,
}

/// What an utterance is for. Nothing may be generated, and so nothing spent, but for
/// [`Intent::Create`]; with every other one but [`Intent::Prefer`] a question is
/// [`Need::Required`], which asks what the music or the text should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A piece of music or a spoken text is asked for.
    Create,
    /// Only the preference is to be saved: 以后都用XXX, switch to XXX. Of the questions only those
    /// about the task and the model are left.
    Prefer,
    /// It asks what something costs.
    Price,
    /// It speaks of what was generated or is being generated: where it is, to cancel it.
    Jobs,
    /// It says that nothing is wanted, or a model is not.
    Decline,
    /// None of these for certain.
    Unclear,
}

/// Whether the kind of task is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Understood {
    /// It is.
    Known(TaskType),
    /// Nothing said it, or both were said: `questions` asks. With the answer, [`interpret_as`]
    /// reads the same utterance again.
    Unclear,
}

/// The voice to speak with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceWish {
    /// 女声 or 男声: the question about the voice suggests such ones.
    Sounds(Gender),
    /// One voice, as an id for the form field `speaker`: of the table, or any other id in the
    /// native form `*_uranus_bigtts` that the user typed.
    Named(String),
}

/// What an utterance means for the user's preferred model (music: "When to Update (User Explicitly
/// Changes Model)"; speech: "User Preference Memory").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreferenceWish {
    /// Nothing: the preference applies, and a success is saved as always.
    Keep,
    /// 用XXX, 换成XXX: use the model and save it. Where `model_id` is none, a question asks which.
    Switch,
    /// 以后都用XXX, always use XXX: save the model and confirm it.
    Remember,
    /// 便宜, cheapest: the cheapest by today's prices.
    Cheapest {
        /// 以后都用, always: only then it is saved.
        remember: bool,
        /// The models that can do what was asked, those first that the requirements name. Never
        /// empty.
        among: &'static [&'static str],
    },
}

/// A question to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What the answer decides.
    pub about: About,
    /// The question.
    pub text: &'static str,
    /// How much depends on it.
    pub need: Need,
    /// Answers to choose from; empty where only free text will do.
    pub options: Vec<Choice>,
}

/// What a question decides, and what its choices' values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Music or speech; the values are [`TaskType::name`]s.
    Task,
    /// The text to speak, or the description of the music.
    Text,
    /// The voice. Speech: ids for `speaker`. Music: `female` and `male` for `vocal_gender`; or
    /// `vocals`, which the parameters stand for already, and `instrumental`, for which
    /// `make_instrumental` true takes the place of the vocal ones.
    Voice,
    /// Speech: `audio_params.emotion`.
    Emotion,
    /// Speech: `audio_params.speech_rate`, from -50 to 100; 0 is normal, 100 about twice as fast.
    Rate,
    /// Speech: `audio_params.loudness_rate`, from -50 to 100; 0 is normal.
    Volume,
    /// Speech: the form field `model`.
    Style,
    /// The model; the values are model ids.
    Model,
    /// Music: the words of the song, for `lyrics`.
    Lyrics,
}

/// How much depends on a question (speech: 「必问」,「建议问」,「可选问」).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing can be generated without the answer.
    Required,
    /// It should be asked.
    Suggested,
    /// It may be asked; the defaults are good.
    Optional,
}

/// One answer to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it stands for; see [`About`]. Not for the user's eyes.
    pub value: &'static str,
    /// What to show.
    pub label: String,
}

/// The text in the user's language.
const fn say(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
