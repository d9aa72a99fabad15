//! What the body of a request orders.

use crate::error::{ApiError, Kind};
use crate::http::{BodyError, Request};
use crate::prelude::*;
use crate::{language, voices};
use ima_core::quote::{MusicOptions, SpeechOptions, SpeechStyle, VocalGender};
use ima_core::request::{InvalidValue, Language, Parameter, Request as Order, TaskType};
use serde_json::{Map, Value};

/// Members that clients send and that mean nothing here.
const IGNORED: [&str; 3] = ["user", "safety_identifier", "metadata"];

/// The members of a body that were not read yet.
struct Members {
    left: Map<String, Value>,
    language: Language,
}

type Read<T> = Result<T, ApiError>;

/// The JSON object in the body of a request.
fn members(request: &Request, language: Language) -> Read<Members> {
    if let Some(error) = request.body_error {
        return Err(unread(error, language));
    }
    let content_type = request.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = language.pick(
            "Send the request as JSON, with the header Content-Type: application/json.",
            "请以 JSON 发送请求，并带上 Content-Type: application/json 请求头。",
        );
        return Err(
            ApiError::new(415, Kind::InvalidRequest, "unsupported_media_type", message)
                .param("content-type"),
        );
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(left)) => Ok(Members { left, language }),
        _ => {
            let message =
                language.pick("The body is not a JSON object.", "请求正文不是 JSON 对象。");
            Err(ApiError::new(
                400,
                Kind::InvalidRequest,
                "invalid_json",
                message,
            ))
        }
    }
}

fn unread(error: BodyError, language: Language) -> ApiError {
    let (status, code, message) = match error {
        BodyError::TooLarge => (
            413,
            "body_too_large",
            language.pick("The body is larger than 256 KiB.", "请求正文超过 256 KiB。"),
        ),
        BodyError::TooSlow => (
            408,
            "body_too_slow",
            language.pick(
                "The body did not arrive in time. Nothing was sent.",
                "请求正文没有及时送达，未提交任何内容。",
            ),
        ),
        BodyError::CutOff => (
            400,
            "body_cut_off",
            language.pick(
                "The body broke off. Nothing was sent.",
                "请求正文不完整，未提交任何内容。",
            ),
        ),
    };
    ApiError::new(status, Kind::InvalidRequest, code, message)
}

impl Members {
    /// A member that is there and not null.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    fn invalid(&self, name: &str, value: &Value, en: &'static str, zh: &'static str) -> ApiError {
        let given = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let invalid = InvalidValue::new(name, &given, self.language.pick(en, zh));
        ApiError::invalid(&invalid, self.language)
    }

    fn text(&mut self, name: &str) -> Read<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.invalid(name, &other, "a text", "一段文字")),
        }
    }

    fn bool(&mut self, name: &str) -> Read<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(other) => Err(self.invalid(name, &other, "true or false", "true 或 false")),
        }
    }

    fn whole(&mut self, name: &str) -> Read<Option<i32>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        match value.as_i64().and_then(|number| i32::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(self.invalid(name, &value, "a whole number", "整数")),
        }
    }

    /// One of these words.
    fn word<T: Copy>(&mut self, name: &str, words: &[(&'static str, T)]) -> Read<Option<T>> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(&text));
        match found {
            Some((_, value)) => Ok(Some(*value)),
            None => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let invalid = InvalidValue::new(name, &text, &words.join(" | "));
                Err(ApiError::invalid(&invalid, self.language))
            }
        }
    }

    /// The language, also of what is said about the rest.
    fn language(&mut self) -> Read<()> {
        if let Some(word) = self.text("language")? {
            let named = language::named(&word);
            self.language = named
                .ok_or_else(|| self.invalid("language", &word.into(), "en or zh", "en 或 zh"))?;
        }
        Ok(())
    }

    fn points(&mut self) -> Read<Option<u32>> {
        let Some(value) = self.take("max_points") else {
            return Ok(None);
        };
        match value.as_u64().and_then(|points| u32::try_from(points).ok()) {
            Some(points) => Ok(Some(points)),
            None => Err(self.invalid("max_points", &value, "a whole number of points", "整数积分")),
        }
    }

    /// The text under its name, or under another one that clients use.
    fn prompt(&mut self, name: &'static str, other: &'static str) -> Read<String> {
        let first = self.text(name)?;
        let second = self.text(other)?;
        match (first, second) {
            (Some(text), None) | (None, Some(text)) => Ok(text),
            (Some(_), Some(twice)) => Err(self.invalid(
                other,
                &twice.into(),
                "left out beside the other",
                "不与另一个同时给出",
            )),
            (None, None) => {
                let message = match self.language {
                    Language::En => format!("The member {name} is missing."),
                    Language::Zh => format!("缺少 {name}。"),
                };
                Err(
                    ApiError::new(400, Kind::InvalidRequest, "missing_parameter", &message)
                        .param(name),
                )
            }
        }
    }

    /// Parameters by the service's own names.
    fn parameters(&mut self) -> Read<Vec<Parameter>> {
        match self.take("parameters") {
            None => Ok(Vec::new()),
            Some(Value::Object(members)) => {
                let parameter = |(name, value)| Parameter { name, value };
                Ok(members.into_iter().map(parameter).collect())
            }
            Some(other) => Err(self.invalid("parameters", &other, "an object", "一个对象")),
        }
    }

    /// That nothing is left that was not understood: what could be a typing error is not paid for.
    fn finish(self) -> Read<()> {
        let unknown = self
            .left
            .keys()
            .find(|name| !IGNORED.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some(name) => {
                let message = match self.language {
                    Language::En => format!("There is no member {name}."),
                    Language::Zh => format!("没有 {name} 这一项。"),
                };
                Err(
                    ApiError::new(400, Kind::InvalidRequest, "unknown_parameter", &message)
                        .param(name),
                )
            }
        }
    }
}

/// Reads an order out of members that are named as in the body of a request.
pub(crate) fn of(task: TaskType, left: Map<String, Value>, language: Language) -> Read<Order> {
    let members = Members { left, language };
    match task {
        TaskType::TextToMusic => composed(members),
        TaskType::TextToSpeech => spoken(members),
    }
}

/// Reads the body of `POST /v1/audio/speech`.
pub(crate) fn speech(request: &Request, language: Language) -> Read<Order> {
    spoken(members(request, language)?)
}

/// Reads the body of `POST /v1/music`.
pub(crate) fn music(request: &Request, language: Language) -> Read<Order> {
    composed(members(request, language)?)
}

/// Reads the body of `POST /v1/quote`: either of them, with its `task`.
pub(crate) fn either(request: &Request, language: Language) -> Read<Order> {
    let mut members = members(request, language)?;
    let words = [
        ("music", TaskType::TextToMusic),
        ("speech", TaskType::TextToSpeech),
    ];
    match members.word("task", &words)? {
        Some(TaskType::TextToSpeech) => spoken(members),
        Some(TaskType::TextToMusic) => composed(members),
        None => Err(members.invalid(
            "task",
            &Value::from(""),
            "music or speech",
            "music 或 speech",
        )),
    }
}

fn spoken(mut members: Members) -> Read<Order> {
    members.language()?;
    let text = members.prompt("input", "prompt")?;
    let voice = match members.take("voice") {
        Some(Value::Object(mut voice)) => voice.remove("id"),
        other => other,
    };
    let voice = match voice {
        None => None,
        Some(Value::String(name)) => {
            let found = voices::find(&name, &text, members.language);
            Some(found.map_err(|invalid| ApiError::invalid(&invalid, members.language))?)
        }
        Some(other) => return Err(members.invalid("voice", &other, "a name", "音色名称")),
    };
    // The service chooses the format; anything but its own can't be had.
    members.word("response_format", &[("mp3", ()), ("wav", ())])?;
    members.word("stream_format", &[("audio", ())])?;
    let rate = speed(&mut members)?;
    let styles = [
        ("expressive", SpeechStyle::Expressive),
        ("standard", SpeechStyle::Standard),
    ];
    let options = SpeechOptions {
        speaker: voice,
        emotion: members.text("emotion")?,
        rate,
        volume: members.whole("volume")?,
        style: members.word("style", &styles)?,
        ssml: members.text("ssml")?,
        explicit_language: members.text("explicit_language")?,
        context_texts: members.text("instructions")?.into_iter().collect(),
    };
    order(TaskType::TextToSpeech, &text, options.parameters(), members)
}

/// OpenAI's `speed` as the service's rate: 1 is normal, 2 twice as fast.
fn speed(members: &mut Members) -> Read<Option<i32>> {
    let Some(value) = members.take("speed") else {
        return Ok(None);
    };
    match value.as_f64().filter(|speed| (0.5..=2.0).contains(speed)) {
        #[expect(clippy::cast_possible_truncation, reason = "from -50 to 100")]
        Some(speed) => {
            let rate = (speed - 1.0) * 100.0;
            let rounded = if rate < 0.0 { rate - 0.5 } else { rate + 0.5 };
            // A speed of 1 asks for nothing.
            Ok(Some(rounded as i32).filter(|rate| *rate != 0))
        }
        None => Err(members.invalid("speed", &value, "a number from 0.5 to 2", "0.5 到 2 的数字")),
    }
}

fn composed(mut members: Members) -> Read<Order> {
    members.language()?;
    let prompt = members.prompt("prompt", "input")?;
    let genders = [("female", VocalGender::Female), ("male", VocalGender::Male)];
    let options = MusicOptions {
        lyrics: members.text("lyrics")?,
        auto_lyrics: members.bool("auto_lyrics")?,
        instrumental: members.bool("instrumental")?,
        tags: members.text("tags")?,
        negative_tags: members.text("negative_tags")?,
        vocal_gender: members.word("vocal_gender", &genders)?,
        title: members.text("title")?,
        description: members.text("description")?,
        custom_mode: members.bool("custom_mode")?,
        engine: members.text("engine")?,
    };
    let mut parameters = options.parameters();
    if let Some(value) = members.take("n") {
        let name = "n".to_owned();
        parameters.push(Parameter { name, value });
    }
    order(TaskType::TextToMusic, &prompt, parameters, members)
}

fn order(
    task: TaskType,
    prompt: &str,
    options: Vec<Parameter>,
    mut members: Members,
) -> Read<Order> {
    let model = members.text("model")?;
    let mut order = Order::new(task, prompt, members.language);
    order.model_id = model.filter(|model| !stands_for_any(task, model));
    order.version_id = members.text("version")?;
    order.budget = members.points()?;
    order.parameters = options;
    order.parameters.extend(members.parameters()?);
    let language = members.language;
    members.finish()?;
    let checked = order.check();
    checked.map_err(|invalid| ApiError::invalid(&invalid, language))?;
    Ok(order)
}

/// Whether a name is one of OpenAI's, which its clients send unasked: the recommended model takes
/// its place.
fn stands_for_any(task: TaskType, model: &str) -> bool {
    let of_openai = matches!(model, "tts-1" | "tts-1-hd" | "gpt-4o-mini-tts")
        || model.starts_with("gpt-4o-mini-tts-");
    model.is_empty() || task == TaskType::TextToSpeech && of_openai
}
