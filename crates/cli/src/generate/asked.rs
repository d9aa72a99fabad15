//! What was asked for, in the words of the command line: a parameter by the option that sets it.

use ima_host::types::{InvalidValue, Request};

use crate::commands::create;
use crate::commands::music::MusicFlags;
use crate::commands::speech::SpeechFlags;

/// An option, the parameter that it sets, and whether it was given.
pub(crate) type OptionOf = (&'static str, &'static str, bool);

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
        let known = match self.manner {
            Manner::Script => find(&create::FLAGS, field),
            Manner::Options if self.named.iter().any(|name| name == root) => None,
            Manner::Options | Manner::Words => option_of(field),
        };
        match (known, self.manner) {
            (Some(option), _) => option.to_owned(),
            (None, Manner::Script) => format!("--extra-params {field}"),
            (None, Manner::Options | Manner::Words) => format!("--param {field}"),
        }
    }

    /// The option and the value of a refusal. No option if it is the text itself.
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

/// The option of `ima music` or `ima speech` that sets a parameter.
fn option_of(field: &str) -> Option<&'static str> {
    const OF_BOTH: [(&str, &str); 2] = [("--model", "model_id"), ("--version-id", "version_id")];
    let (music, speech) = (MusicFlags::default(), SpeechFlags::default());
    let flags = music.options().into_iter().chain(speech.options());
    let mut flags = flags.map(|(option, parameter, _)| (option, parameter));
    find(&OF_BOTH, field).or_else(|| flags.find_map(|(option, it)| (it == field).then_some(option)))
}

fn find(table: &[(&'static str, &str)], field: &str) -> Option<&'static str> {
    let row = table.iter().find(|(_, parameter)| *parameter == field);
    row.map(|(option, _)| *option)
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
