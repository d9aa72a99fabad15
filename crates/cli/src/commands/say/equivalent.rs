//! The `ima music` or `ima speech` command that does what a wish was understood as.

use ima_host::types::TaskType;
use serde_json::Value;

use super::SayArgs;
use super::understood::Understood;
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
    for (name, value) in &understood.parameters {
        options.parameter(understood, name, value);
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

    /// A parameter by the option that sets it, else by its name.
    fn parameter(&mut self, understood: &Understood, name: &str, value: &Value) {
        let has = |name| understood.parameters.contains_key(name);
        match (understood.kind, name, value) {
            (TaskType::TextToMusic, "vocal_gender", Value::String(gender))
                if gender == "female" || gender == "male" =>
            {
                self.value("--vocal-gender", gender);
            }
            (TaskType::TextToMusic, "make_instrumental", Value::Bool(true))
                if !has("lyrics") && !has("vocal_gender") =>
            {
                self.flag("--instrumental", true);
            }
            // Lyrics and a singer imply it.
            (TaskType::TextToMusic, "custom_mode", Value::Bool(true))
                if has("lyrics") || has("vocal_gender") => {}
            (TaskType::TextToMusic, "lyrics", Value::String(words)) if !words.starts_with('@') => {
                self.value("--lyrics", words);
            }
            (TaskType::TextToMusic, "tags", Value::String(tags)) => self.value("--tags", tags),
            (TaskType::TextToMusic, "negative_tags", Value::String(tags)) => {
                self.value("--negative-tags", tags);
            }
            (TaskType::TextToMusic, "title", Value::String(title)) => self.value("--title", title),
            (TaskType::TextToMusic, "model_version", Value::String(engine)) => {
                self.value("--engine", engine);
            }
            (TaskType::TextToSpeech, "speaker", Value::String(id)) if id.contains('_') => {
                self.value("--voice", id);
            }
            (TaskType::TextToSpeech, "audio_params", Value::Object(audio))
                if audio.iter().all(|(name, value)| is_option(name, value)) =>
            {
                let plain = |value: &Value| match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_string(),
                };
                for (option, name) in [
                    ("--emotion", "emotion"),
                    ("--rate", "speech_rate"),
                    ("--volume", "loudness_rate"),
                ] {
                    self.optional(option, audio.get(name).map(plain));
                }
            }
            _ => self.value("--param", &format!("{name}={value}")),
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

/// Whether an option of `ima speech` sets this part of `audio_params`.
fn is_option(name: &str, value: &Value) -> bool {
    match name {
        "emotion" => value.is_string(),
        "speech_rate" | "loudness_rate" => value.is_i64(),
        _ => false,
    }
}
