//! The options of a request by the parameters that they set, for the words of a refusal.

use ima_host::Request;
use ima_host::types::InvalidValue;

use crate::commands::create;
use crate::commands::music::MusicFlags;
use crate::commands::speech::SpeechFlags;

/// An option, the parameter that it sets, and whether it was given.
pub(crate) type OptionOf = (&'static str, &'static str, bool);

/// Which options a request was made with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OptionSet {
    /// None: a sentence, or nothing that is known.
    #[default]
    Sentence,
    /// Those of `ima music` and `ima speech`, `--param` among them.
    Commands,
    /// Those of the skills' scripts.
    Scripts,
}

/// What the words of a refusal need to know of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct OptionNames {
    set: OptionSet,
    /// The parameters that were given by their own names.
    named: Vec<String>,
    pub(crate) model: Option<String>,
    pub(crate) version: Option<String>,
    /// Whether the model is left to the user's preference.
    pub(crate) habitual: bool,
}

impl OptionNames {
    pub(crate) fn of(request: &Request, set: OptionSet) -> Self {
        Self {
            set,
            named: request.parameters.keys().cloned().collect(),
            model: request.model_id.clone(),
            version: request.version_id.clone(),
            habitual: request.model_id.is_none(),
        }
    }

    /// The option that sets a parameter.
    pub(crate) fn option(&self, field: &str) -> String {
        let root = field.split('.').next().unwrap_or(field);
        let known = match self.set {
            OptionSet::Scripts => find(&create::FLAGS, field),
            OptionSet::Commands if self.named.iter().any(|name| name == root) => None,
            OptionSet::Commands | OptionSet::Sentence => option_of(field),
        };
        match (known, self.set) {
            (Some(option), _) => option.to_owned(),
            (None, OptionSet::Scripts) => format!("--extra-params {field}"),
            (None, OptionSet::Commands | OptionSet::Sentence) => format!("--param {field}"),
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
    use ima_host::types::{Language, TaskType};
    use serde_json::json;

    use super::*;

    fn names(set: OptionSet) -> OptionNames {
        let mut request = Request::new(TaskType::TextToSpeech, "", Language::En);
        request
            .parameters
            .insert("audio_params".to_owned(), json!({}));
        OptionNames::of(&request, set)
    }

    #[test]
    fn a_parameter_goes_by_the_option_that_was_typed() {
        for (set, field, option) in [
            (OptionSet::Commands, "model_version", "--engine"),
            (
                OptionSet::Commands,
                "audio_params.speech_rate",
                "--param audio_params.speech_rate",
            ),
            (OptionSet::Commands, "sparkle", "--param sparkle"),
            (OptionSet::Sentence, "audio_params.speech_rate", "--rate"),
            (OptionSet::Scripts, "speaker", "--speaker"),
            (OptionSet::Scripts, "tags", "--extra-params tags"),
        ] {
            assert_eq!(names(set).option(field), option);
        }
    }
}
