//! Reads `--param NAME=JSON` and `--extra-params JSON`.

use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::command_error::CommandError;
use crate::ui::text::{command_error, shortened};

/// A parameter that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParamError {
    /// There is no `=`, or nothing before it.
    Shape(String),
    /// The value is not JSON.
    NotJson { name: String, given: String },
    /// The name was given twice.
    Twice(String),
    /// The text is not one JSON object.
    NotAnObject,
}

impl From<ParamError> for CommandError {
    fn from(error: ParamError) -> Self {
        match error {
            ParamError::Shape(given) => command_error!(
                Usage,
                "--param {given}: expected NAME=JSON."
                    => "Example: --param make_instrumental=true",
                "--param {given}：参数的写法是“名称=值”。" => "例如：--param make_instrumental=true"
            ),
            ParamError::NotJson { name, given } => {
                let given = shortened(&given);
                let example = Value::from(given.trim_matches(['"', '\'']));
                command_error!(
                    Usage,
                    "--param {name}: the value {given} is not valid JSON."
                        => "Text needs quotation marks. Example: --param '{name}={example}'",
                    "--param {name}：值 {given} 不是有效的 JSON。"
                        => "文字需要加引号。例如：--param '{name}={example}'"
                )
            }
            ParamError::Twice(name) => command_error!(
                Usage,
                "--param {name} is given twice." => "Give it once, for example: --param {name}=true",
                "--param {name}：重复了。" => "请只写一次，例如：--param {name}=true"
            ),
            ParamError::NotAnObject => command_error!(
                Usage,
                "--extra-params is not a JSON object."
                    => "Example: --extra-params '{{\"tags\":\"jazz\"}}'",
                "--extra-params 不是 JSON 对象。" => "例如：--extra-params '{{\"tags\":\"jazz\"}}'"
            ),
        }
    }
}

/// Reads the parameters.
pub(crate) fn parse(texts: &[String]) -> Result<Map<String, Value>, ParamError> {
    let mut parameters = Map::new();
    for text in texts {
        let (name, value) = text
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| ParamError::Shape(text.clone()))?;
        let read = serde_json::from_str(value).map_err(|_| ParamError::NotJson {
            name: name.to_owned(),
            given: value.to_owned(),
        })?;
        match parameters.entry(name) {
            Entry::Vacant(entry) => entry.insert(read),
            Entry::Occupied(_) => return Err(ParamError::Twice(name.to_owned())),
        };
    }
    Ok(parameters)
}

/// Reads the parameters out of one JSON object.
pub(crate) fn object(text: &str) -> Result<Map<String, Value>, ParamError> {
    serde_json::from_str(text).map_err(|_| ParamError::NotAnObject)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(texts: &[&str]) -> Result<Value, ParamError> {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        parse(&texts).map(Value::Object)
    }

    #[test]
    fn values_are_json() {
        assert_eq!(
            parsed(&[
                "tags=\"a=b\"",
                "make_instrumental=true",
                "audio_params={\"speech_rate\": 10}"
            ]),
            Ok(json!({
                "tags": "a=b",
                "make_instrumental": true,
                "audio_params": {"speech_rate": 10},
            }))
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parsed(&["tags"]), Err(ParamError::Shape("tags".to_owned())));
        assert_eq!(parsed(&["=1"]), Err(ParamError::Shape("=1".to_owned())));
        let not_json = ParamError::NotJson {
            name: "tags".to_owned(),
            given: "jazz".to_owned(),
        };
        assert_eq!(parsed(&["tags=jazz"]), Err(not_json));
        assert_eq!(
            parsed(&["n=1", "n=2"]),
            Err(ParamError::Twice("n".to_owned()))
        );
    }

    #[test]
    fn a_malformed_parameter_is_explained() {
        let error = ParamError::NotJson {
            name: "tags".to_owned(),
            given: "jazz".to_owned(),
        };
        let error = CommandError::from(error);
        let Some(hint) = error.hints.first() else {
            panic!("no hint");
        };
        for (message, hint) in [(&error.message.en, &hint.en), (&error.message.zh, &hint.zh)] {
            assert!(message.contains("--param tags"), "{message}");
            assert!(hint.contains("'tags=\"jazz\"'"), "{hint}");
        }
    }
}
