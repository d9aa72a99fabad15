//! What the user asks for, and the checks that need no catalogue.

use crate::prelude::*;
use ima_wire::scalar::Scalar;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is generated; the service's `task_type` and `category`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// A prompt becomes music.
    TextToMusic,
    /// A text becomes speech.
    TextToSpeech,
}

impl TaskType {
    /// The name the service uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TextToMusic => "text_to_music",
            Self::TextToSpeech => "text_to_speech",
        }
    }

    /// The model that is used when none is asked for (music: "Recommended Defaults"; speech:
    /// "Supported Task Type & Models").
    pub const fn recommended_model(self) -> &'static str {
        match self {
            Self::TextToMusic => "sonic",
            Self::TextToSpeech => "seed-tts-2.0",
        }
    }
}

/// The language of every text meant for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// The value of the `x_app_language` header.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The text in this language.
    pub const fn pick(self, en: &'static str, zh: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

/// One parameter of a model, as the service's form names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name of the form field.
    pub name: String,
    /// The value to send.
    pub value: Value,
}

/// What to do with a parameter that the model does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownParameters {
    /// Refuse the request and name the nearest known parameter.
    #[default]
    Refuse,
    /// Leave it out and say so.
    Drop,
}

/// What to do when the service refuses the parameters (`docs/wire.md`, "reflection").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnMismatch {
    /// Amend the request and try again, three times in all.
    #[default]
    Amend,
    /// Stop: nothing that was asked for may be left out.
    Stop,
}

/// What the user asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Music or speech.
    pub task: TaskType,
    /// The description of the music, or the text to speak.
    pub prompt: String,
    /// The model; without it the recommended one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// One version of the model; without it the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// Parameters that override the model's defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The most that may be spent, in points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
    /// The language of messages and model names.
    pub language: Language,
    /// What to do with unknown parameters.
    #[serde(default)]
    pub unknown: UnknownParameters,
    /// What to do when the service refuses the parameters.
    #[serde(default)]
    pub on_mismatch: OnMismatch,
    /// Whether the model is the one that this user usually takes: the start notice mentions it.
    #[serde(default)]
    pub habitual: bool,
}

/// A value that was not accepted, named before anything was spent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {given:?} given, {allowed} expected")]
pub struct InvalidValue {
    /// The field or parameter.
    pub field: String,
    /// What was given, shortened where it is long.
    pub given: String,
    /// What is accepted.
    pub allowed: String,
}

impl InvalidValue {
    /// An error that shows at most the first 80 characters of what was given.
    pub fn new(field: &str, given: &str, allowed: &str) -> Self {
        const LONGEST: usize = 80;
        let mut shown: String = given.chars().take(LONGEST).collect();
        if shown.len() < given.len() {
            shown.push('…');
        }
        Self {
            field: field.to_owned(),
            given: shown,
            allowed: allowed.to_owned(),
        }
    }
}

/// Far beyond what any model takes, and well within what a host lets out at once.
const LONGEST_PROMPT: usize = 100_000;

/// Inner parameters that only the client itself sets.
const OWN_PARAMETERS: [&str; 3] = ["prompt", "input_images", "cast"];

impl Request {
    /// A request with the recommended model, its defaults and no budget.
    pub fn new(task: TaskType, prompt: &str, language: Language) -> Self {
        Self {
            task,
            prompt: prompt.to_owned(),
            model_id: None,
            version_id: None,
            parameters: Vec::new(),
            budget: None,
            language,
            unknown: UnknownParameters::default(),
            on_mismatch: OnMismatch::default(),
            habitual: false,
        }
    }

    /// The model that is asked for, or the recommended one.
    pub fn model(&self) -> &str {
        self.model_id
            .as_deref()
            .unwrap_or(self.task.recommended_model())
    }

    /// The same request with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.parameters.push(Parameter {
            name: name.to_owned(),
            value,
        });
        self
    }

    /// Checks what can be checked without a catalogue: the prompt, the ids, the parameter names.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let pick = |en, zh| self.language.pick(en, zh);
        if self.prompt.trim().is_empty() {
            let allowed = pick("a text", "一段文字");
            return Err(InvalidValue::new("prompt", &self.prompt, allowed));
        }
        if self.prompt.chars().count() > LONGEST_PROMPT {
            let allowed = match self.language {
                Language::En => format!("at most {LONGEST_PROMPT} characters"),
                Language::Zh => format!("最多 {LONGEST_PROMPT} 个字符"),
            };
            return Err(InvalidValue::new("prompt", &self.prompt, &allowed));
        }
        if !self.prompt.chars().any(char::is_alphanumeric) {
            let allowed = pick("a text with letters or digits", "含有文字或数字的内容");
            return Err(InvalidValue::new("prompt", &self.prompt, allowed));
        }
        if self.prompt.contains('\0') {
            let allowed = pick("a text without NUL characters", "不含空字符（NUL）的文字");
            return Err(InvalidValue::new(
                "prompt",
                &self.prompt.replace('\0', "\\0"),
                allowed,
            ));
        }
        for (field, id) in [
            ("model_id", &self.model_id),
            ("version_id", &self.version_id),
        ] {
            if id.as_ref().is_some_and(|id| id.trim().is_empty()) {
                let allowed = pick("an id of the model list", "模型列表里的编号");
                return Err(InvalidValue::new(field, "", allowed));
            }
        }
        for (index, parameter) in self.parameters.iter().enumerate() {
            let name = parameter.name.as_str();
            let earlier = self.parameters.iter().take(index);
            if name.trim().is_empty() {
                let allowed = pick("a parameter name", "参数名称");
                return Err(InvalidValue::new("parameters", name, allowed));
            }
            if OWN_PARAMETERS.contains(&name) {
                let allowed = pick(
                    "a parameter of the model; this one is set by the client",
                    "模型的参数；这一项由程序设置",
                );
                return Err(InvalidValue::new("parameters", name, allowed));
            }
            if parameter
                .value
                .as_str()
                .is_some_and(|text| text.contains('\0'))
            {
                let allowed = pick("a text without NUL characters", "不含空字符（NUL）的文字");
                return Err(InvalidValue::new(name, "\\0", allowed));
            }
            if earlier.into_iter().any(|other| other.name == name) {
                let allowed = pick("each name once", "每个名称只写一次");
                return Err(InvalidValue::new("parameters", name, allowed));
            }
            if name == "n" && whole_number(&parameter.value).is_none_or(|n| n == 0) {
                let given = parameter.value.to_string();
                let allowed = pick("a whole number of at least 1", "不小于 1 的整数");
                return Err(InvalidValue::new("n", &given, allowed));
            }
        }
        Ok(())
    }
}

/// A whole number, also where it is written as a string or as `1.0`.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    Scalar::of(value).unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(prompt: &str) -> Request {
        Request::new(TaskType::TextToMusic, prompt, Language::En)
    }

    #[test]
    fn an_empty_prompt_is_named() {
        let error = request(" \n").check().unwrap_err();
        assert_eq!(error.field, "prompt");
    }

    #[test]
    fn a_text_without_anything_to_say_or_with_a_nul_is_refused() {
        for nothing in ["…!?", "🎵🎵", "—\u{200b}—", "。"] {
            let error = request(nothing).check().unwrap_err();
            assert_eq!(error.allowed, "a text with letters or digits", "{nothing}");
        }
        for something in ["7", "é", "雨", "🎵 la"] {
            assert_eq!(request(something).check(), Ok(()), "{something}");
        }
        assert_eq!(request("a\0b").check().unwrap_err().field, "prompt");
        let lyrics = request("a").with("lyrics", json!("la\0la"));
        assert_eq!(lyrics.check().unwrap_err().field, "lyrics");
    }

    #[test]
    fn a_prompt_that_no_model_takes_is_refused() {
        assert_eq!(request(&"长".repeat(100_000)).check(), Ok(()));
        let error = request(&"长".repeat(100_001)).check().unwrap_err();
        assert_eq!(error.allowed, "at most 100000 characters");
    }

    #[test]
    fn a_parameter_of_the_client_is_refused() {
        for name in OWN_PARAMETERS {
            let error = request("x").with(name, json!(1)).check().unwrap_err();
            assert_eq!(error.given, name);
        }
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        let twice = request("x")
            .with("tags", json!("a"))
            .with("tags", json!("b"));
        assert_eq!(twice.check().unwrap_err().allowed, "each name once");
    }

    #[test]
    fn n_is_a_whole_number_of_at_least_one() {
        for good in [json!(1), json!("2"), json!(3.0)] {
            assert_eq!(request("x").with("n", good).check(), Ok(()));
        }
        for bad in [json!(0), json!(-1), json!(1.5), json!("two"), json!(null)] {
            assert_eq!(request("x").with("n", bad).check().unwrap_err().field, "n");
        }
    }

    #[test]
    fn a_long_value_is_shortened_in_the_error() {
        let error = InvalidValue::new("prompt", &"长".repeat(200), "less");
        assert_eq!(error.given.chars().count(), 81);
    }
}
