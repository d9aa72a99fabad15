//! What was asked for, in the words of the command line: a parameter by the option that sets it.

use ima_host::types::{InvalidValue, Request};

/// The options of `ima music` and `ima speech`, by the parameters that they set.
const OPTIONS: [(&str, &str); 14] = [
    ("model_id", "--model"),
    ("version_id", "--version-id"),
    ("lyrics", "--lyrics"),
    ("make_instrumental", "--instrumental"),
    ("tags", "--tags"),
    ("negative_tags", "--negative-tags"),
    ("vocal_gender", "--vocal-gender"),
    ("title", "--title"),
    ("model_version", "--engine"),
    ("speaker", "--voice"),
    ("audio_params.emotion", "--emotion"),
    ("audio_params.speech_rate", "--rate"),
    ("audio_params.loudness_rate", "--volume"),
    ("model", "--style"),
];

/// The flags of `ima create`.
const FLAGS: [(&str, &str); 4] = [
    ("model_id", "--model-id"),
    ("version_id", "--version-id"),
    ("speaker", "--speaker"),
    ("audio_params.emotion", "--emotion"),
];

/// Which options a request was made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// A sentence, or nothing that is known.
    #[default]
    Words,
    /// Those of `ima music` and `ima speech`, `--param` among them.
    Options,
    /// Those of the skills' scripts.
    Script,
}

/// What was asked for, as far as a refusal speaks of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    manner: Manner,
    /// The parameters that were given by their own names.
    named: Vec<String>,
    pub(crate) model: Option<String>,
    pub(crate) version: Option<String>,
    /// Whether the model is the user's usual one.
    pub(crate) habitual: bool,
}

impl Asked {
    pub(crate) fn of(request: &Request, manner: Manner) -> Self {
        let parameters = request.parameters.iter();
        Self {
            manner,
            named: parameters.map(|it| it.name.clone()).collect(),
            model: request.model_id.clone(),
            version: request.version_id.clone(),
            habitual: request.habitual,
        }
    }

    /// The option that sets a parameter.
    pub(crate) fn option(&self, field: &str) -> String {
        let root = field.split('.').next().unwrap_or(field);
        let find = |table: &[(&str, &str)]| {
            let row = table.iter().find(|(name, _)| *name == field);
            row.map(|(_, option)| (*option).to_owned())
        };
        let known = match self.manner {
            Manner::Script => find(&FLAGS),
            Manner::Options if self.named.iter().any(|name| name == root) => None,
            Manner::Options | Manner::Words => find(&OPTIONS),
        };
        known.unwrap_or_else(|| match self.manner {
            Manner::Script => format!("--extra-params {field}"),
            Manner::Options | Manner::Words => format!("--param {field}"),
        })
    }

    /// The option and the value of a refusal. No option where it is the text itself.
    pub(crate) fn given(&self, value: &InvalidValue) -> (Option<String>, String) {
        match value.field.as_str() {
            "prompt" => (None, value.given.clone()),
            // The name itself is at fault.
            "parameters" => (Some(self.option(&value.given)), String::new()),
            field => {
                let plain = serde_json::from_str::<String>(&value.given);
                let given = plain.unwrap_or_else(|_| value.given.clone());
                (Some(self.option(field)), given)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ima_host::types::{Language, Parameter, TaskType};

    use super::*;

    fn asked(manner: Manner) -> Asked {
        let mut request = Request::new(TaskType::TextToSpeech, "", Language::En);
        request.parameters = vec![Parameter {
            name: "audio_params".to_owned(),
            value: "{}".to_owned(),
        }];
        Asked::of(&request, manner)
    }

    #[test]
    fn a_parameter_goes_by_the_option_that_was_typed() {
        for (manner, field, option) in [
            (Manner::Options, "model_version", "--engine"),
            (
                Manner::Options,
                "audio_params.speech_rate",
                "--param audio_params.speech_rate",
            ),
            (Manner::Options, "sparkle", "--param sparkle"),
            (Manner::Words, "audio_params.speech_rate", "--rate"),
            (Manner::Script, "speaker", "--speaker"),
            (Manner::Script, "tags", "--extra-params tags"),
        ] {
            assert_eq!(asked(manner).option(field), option);
        }
    }
}
