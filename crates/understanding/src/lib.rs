//! What a sentence in Chinese or English asks for, and what to ask back.
//!
//! The crate holds the tables of the requirements: phrases and the model and parameters they stand
//! for, voices, questions and tips. It decides nothing about money: a caller shows what was
//! understood and what it costs, and asks. What is ambiguous becomes a [`Question`], never a guess.
//!
//! ```
//! use ima_understanding::interpret;
//!
//! let read = interpret("用Suno写一首关于雨的歌，女声");
//! assert_eq!(read.model_id, Some("sonic"));
//! assert!(read.questions.is_empty());
//! ```
//!
//! To teach it a phrase, add the phrase to a row of a table.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod delimited;
mod interpret;
mod normalize;
mod preference;
mod prelude;
mod questions;
mod resolve;
mod scan;
mod several;
mod tips;
mod triggers;
mod voices;

#[cfg(test)]
mod tests;

use ima_core::request::{Language, Parameter, TaskType};
use prelude::*;

pub use interpret::{interpret, interpret_as};
pub use questions::intake;
pub use tips::tips;
pub use voices::{Gender, Scene, Spoken, Voice, voice, voices};

/// What an utterance asks for (music and speech: "User Input Parsing").
#[derive(Clone, Debug, PartialEq)]
pub struct Interpretation {
    /// The utterance's language: Chinese if it holds a Han character, else English.
    pub language: Language,
    /// Whether the words only choose a model for the future and ask for no audio: 以后都用XXX,
    /// always use XXX, switch to XXX. Then `preference` isn't [`PreferenceWish::Keep`], and of the
    /// questions only those about the task and the model are left.
    pub preference_only: bool,
    /// Music or speech. None if the words name neither or both: a question asks, and with the answer
    /// [`interpret_as`] reads the same utterance again.
    pub task: Option<TaskType>,
    /// The model that the words lead to. None if the user's preference or the recommended model
    /// applies (music: "User phrasing → model selection").
    pub model_id: Option<&'static str>,
    /// Whether the model was named or settled. Otherwise it follows from the kind of music.
    pub model_named: bool,
    /// Parameters as the model's form names them (music: "Music-specific parameters (Suno)";
    /// speech: "User Input Parsing"). Those of Suno only if `model_id` is Suno.
    pub parameters: Vec<Parameter>,
    /// The voice to speak with (speech: "User Input Parsing"). Sung voices are in `parameters`.
    pub voice: Option<VoiceWish>,
    /// What the words mean for the user's preferred model.
    pub preference: PreferenceWish,
    /// The description or the text to speak, exactly as given, if quotes or a colon set it off.
    /// Without it the whole utterance describes the music, and a question asks for the text to speak.
    pub prompt: Option<String>,
    /// What to ask, in this order, in the utterance's language. Nothing can be generated before each
    /// [`Need::Required`] question has its answer.
    pub questions: Vec<Question>,
}

/// The voice to speak with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceWish {
    /// 女声 or 男声: the question about the voice suggests such voices.
    Sounds(Gender),
    /// One voice, by the value of the form field `speaker`: a voice of the table, or any other id in
    /// the native form `*_uranus_bigtts` that the user typed.
    Named(String),
}

/// What an utterance means for the user's preferred model (music: "When to Update (User Explicitly
/// Changes Model)"; speech: "User Preference Memory").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreferenceWish {
    /// Nothing: the preference applies, and a success is saved as always.
    Keep,
    /// 用XXX, 换成XXX: use the model and save it. If `model_id` is none, a question asks which.
    Switch,
    /// 以后都用XXX, always use XXX: save the model and confirm it.
    Remember,
    /// 便宜, cheapest: the cheapest by today's prices.
    Cheapest {
        /// 以后都用, always: only then it is saved.
        remember: bool,
        /// The models that can do what was asked, first those that the requirements name. Never
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
    /// Answers to choose from. Empty if only free text will do.
    pub options: Vec<Choice>,
}

/// What a question decides, and what the values of its choices are.
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
