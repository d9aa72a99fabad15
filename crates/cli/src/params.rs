//! Reads `--param NAME=JSON` and `--extra-params JSON`.

use std::collections::BTreeSet;

use ima_host::types::Parameter;
use serde_json::{Map, Value};

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

/// Reads the parameters in the order given.
pub(crate) fn parse(texts: &[String]) -> Result<Vec<Parameter>, ParamError> {
    let mut names = BTreeSet::new();
    let mut parameters = Vec::with_capacity(texts.len());
    for text in texts {
        let (name, value) = text
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| ParamError::Shape(text.clone()))?;
        let (name, value) = (name.to_owned(), value.to_owned());
        if serde_json::from_str::<Value>(&value).is_err() {
            return Err(ParamError::NotJson { name, given: value });
        }
        if !names.insert(name.clone()) {
            return Err(ParamError::Twice(name));
        }
        parameters.push(Parameter { name, value });
    }
    Ok(parameters)
}

/// Reads the parameters out of one JSON object.
pub(crate) fn object(text: &str) -> Result<Map<String, Value>, ParamError> {
    serde_json::from_str(text).map_err(|_| ParamError::NotAnObject)
}

/// The parameters of an object.
pub(crate) fn of_object(object: Map<String, Value>) -> Vec<Parameter> {
    let parameter = |(name, value): (String, Value)| Parameter {
        name,
        value: value.to_string(),
    };
    object.into_iter().map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Result<Vec<(String, String)>, ParamError> {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        Ok(parse(&texts)?
            .into_iter()
            .map(|it| (it.name, it.value))
            .collect())
    }

    #[test]
    fn values_are_json() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            parsed(&[
                "tags=\"a=b\"",
                "make_instrumental=true",
                "audio_params={\"speech_rate\": 10}"
            ]),
            Ok(vec![
                pair("tags", "\"a=b\""),
                pair("make_instrumental", "true"),
                pair("audio_params", "{\"speech_rate\": 10}"),
            ])
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
}
