//! The `ima music` or `ima speech` command that does what a wish was understood as.

use ima_host::types::TaskType;
use serde_json::Value;

use super::SayArgs;
use super::understood::{Parameters, Understood};
use crate::options::{self, CONFIRM_ABOVE, Common, DEFAULT_USER, task_word};

/// One line that a shell takes as it is.
pub(super) fn command(
    common: &Common,
    args: &SayArgs,
    understood: &Understood,
    once: bool,
) -> String {
    let mut words = vec!["ima".to_owned(), task_word(understood.kind).to_owned()];
    let text = understood.text.clone();
    // A text that looks like an option comes last.
    let last = text.starts_with('-').then(|| text.clone());
    if last.is_none() {
        words.push(text);
    }
    let mut options = Options(words);
    options.value("--model", &understood.model_id);
    for (option, value) in of_parameters(understood) {
        match value {
            Some(value) => options.value(option, &value),
            None => options.flag(option, true),
        }
    }
    options.flag("--once", once);
    options.shared(common, args);
    let mut words = options.0;
    words.extend(
        last.map(|text| ["--".to_owned(), text])
            .into_iter()
            .flatten(),
    );
    // No argument of a command may hold a NUL.
    let words = words.iter().map(|word| word.replace('\0', ""));
    shlex::Quoter::new()
        .join(words.collect::<Vec<_>>().iter().map(String::as_str))
        .unwrap_or_default()
}

/// The words of a command.
struct Options(Vec<String>);

impl Options {
    fn flag(&mut self, option: &str, given: bool) {
        if given {
            self.0.push(option.to_owned());
        }
    }

    fn value(&mut self, option: &str, value: &str) {
        if value.starts_with('-') {
            self.0.push(format!("{option}={value}"));
        } else {
            self.0.extend([option.to_owned(), value.to_owned()]);
        }
    }

    fn optional(&mut self, option: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.value(option, &value.to_string());
        }
    }

    /// The options that were given to `ima say`, and mean the same.
    fn shared(&mut self, common: &Common, args: &SayArgs) {
        let (spending, delivery) = (&args.spending, &args.delivery);
        self.optional("--budget", spending.budget);
        let above = spending.confirm_above;
        self.optional(
            "--confirm-above",
            Some(above).filter(|it| *it != CONFIRM_ABOVE),
        );
        self.flag("--no-wait", spending.no_wait);
        self.optional("--out", delivery.out.as_ref().map(|path| path.display()));
        self.flag("--force", delivery.force);
        self.optional("--deadline", delivery.deadline);
        self.flag("--play", delivery.play);
        self.flag("--events", delivery.events);
        self.flag("--json", common.json);
        self.flag("--quiet", common.quiet);
        let language = common.language();
        self.optional(
            "--language",
            Some(match language {
                ima_host::types::Language::En => "en",
                ima_host::types::Language::Zh => "zh",
            })
            .filter(|_| language != options::of_the_system()),
        );
        self.optional(
            "--user",
            Some(&common.user).filter(|it| *it != DEFAULT_USER),
        );
        self.optional(
            "--base-url",
            common.base_url.as_ref().filter(|it| !it.is_empty()),
        );
        let rate = common.clock_rate;
        self.optional("--clock-rate", Some(rate).filter(|it| *it != 1));
    }
}

/// Parameters as options with their values: each by the option that sets it, else by its name.
pub(super) fn of_parameters(understood: &Understood) -> Vec<(&'static str, Option<String>)> {
    let parameters = &understood.parameters;
    let one = |(name, value): (&String, &Value)| match understood.kind {
        TaskType::TextToMusic => of_music(parameters, name, value),
        TaskType::TextToSpeech => of_speech(name, value),
    };
    parameters.iter().flat_map(one).collect()
}

fn of_music(all: &Parameters, name: &str, value: &Value) -> Vec<(&'static str, Option<String>)> {
    let sung = all.contains_key("lyrics") || all.contains_key("vocal_gender");
    let option = match (name, value) {
        // Lyrics and a singer imply it.
        ("custom_mode", Value::Bool(true)) if sung => return Vec::new(),
        ("make_instrumental", Value::Bool(true)) if !sung => return vec![("--instrumental", None)],
        ("vocal_gender", Value::String(text)) if text == "female" || text == "male" => {
            "--vocal-gender"
        }
        ("lyrics", Value::String(text)) if !text.starts_with('@') => "--lyrics",
        ("tags", Value::String(_)) => "--tags",
        ("negative_tags", Value::String(_)) => "--negative-tags",
        ("title", Value::String(_)) => "--title",
        ("model_version", Value::String(_)) => "--engine",
        _ => return vec![by_name(name, value)],
    };
    vec![(option, Some(plain(value)))]
}

fn of_speech(name: &str, value: &Value) -> Vec<(&'static str, Option<String>)> {
    match (name, value) {
        ("speaker", Value::String(id)) if id.contains('_') => {
            vec![("--voice", Some(id.clone()))]
        }
        ("audio_params", Value::Object(audio)) => {
            let each = audio.iter().map(|(name, value)| {
                let option = match name.as_str() {
                    "emotion" if value.is_string() => "--emotion",
                    "speech_rate" if value.is_i64() => "--rate",
                    "loudness_rate" if value.is_i64() => "--volume",
                    _ => return None,
                };
                Some((option, Some(plain(value))))
            });
            let each: Option<Vec<_>> = each.collect();
            each.unwrap_or_else(|| vec![by_name(name, value)])
        }
        _ => vec![by_name(name, value)],
    }
}

fn by_name(name: &str, value: &Value) -> (&'static str, Option<String>) {
    ("--param", Some(format!("{name}={value}")))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
