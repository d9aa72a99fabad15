//! What seed-tts-2.0 takes beside its form (speech: "Verified request parameters").

use crate::prelude::*;
use crate::request::{InvalidValue, Language};
use serde_json::Value;

const NATIVE: &str = "_uranus_bigtts";
const RATES: [&str; 2] = ["speech_rate", "loudness_rate"];

/// A voice in its native form.
pub(super) fn speaker(value: &Value, language: Language) -> Result<Value, InvalidValue> {
    let id = value.as_str().unwrap_or_default();
    if id.ends_with(NATIVE) && id.len() > NATIVE.len() {
        return Ok(value.clone());
    }
    let streaming = id.starts_with("BV") && id.ends_with("_streaming");
    let allowed = match (language, streaming) {
        (Language::Zh, true) => {
            "原生音色 *_uranus_bigtts；BV*_streaming 属于另一套音色，此服务不支持"
        }
        (Language::Zh, false) => "原生音色，例如 zh_male_sophie_uranus_bigtts",
        (Language::En, true) => {
            "a native voice, *_uranus_bigtts; BV*_streaming ids belong to another service"
        }
        (Language::En, false) => "a native voice, for example zh_male_sophie_uranus_bigtts",
    };
    Err(InvalidValue::new("speaker", &value.to_string(), allowed))
}

/// A parameter that stands beside the form.
pub(super) fn fits(name: &str, value: &Value, language: Language) -> Result<Value, InvalidValue> {
    if name != "audio_params" && name != "additions" {
        return Ok(value.clone());
    }
    let Value::Object(inner) = value else {
        let allowed = match language {
            Language::Zh => "一个对象，例如 {\"emotion\":\"sad\"}",
            Language::En => "an object, for example {\"emotion\":\"sad\"}",
        };
        return Err(InvalidValue::new(name, &value.to_string(), allowed));
    };
    for rate in RATES {
        if let Some(value) = inner.get(rate).filter(|_| name == "audio_params") {
            let within = value
                .as_i64()
                .is_some_and(|rate| (-50..=100).contains(&rate));
            if !within {
                let allowed = match language {
                    Language::Zh => "-50 到 100 的整数",
                    Language::En => "a whole number from -50 to 100",
                };
                let field = format!("{name}.{rate}");
                return Err(InvalidValue::new(&field, &value.to_string(), allowed));
            }
        }
    }
    Ok(value.clone())
}
