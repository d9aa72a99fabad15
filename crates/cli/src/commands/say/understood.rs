//! What a wish was understood as, and its price.

use ima_host::Request;
use ima_host::types::{Language, Started, TaskType, Voice};
use serde::Serialize;
use serde_json::{Map, Value};

use super::equivalent;
use crate::options::task_word;
use crate::ui::table;
use crate::ui::text::{self, Text, say, shortened};

/// Parameters by their names.
pub(super) type Parameters = Map<String, Value>;

/// What a wish was understood as. Points and seconds.
#[derive(Debug, Serialize)]
pub(super) struct Understood {
    task: &'static str,
    pub(super) model_id: String,
    model_name: String,
    pub(super) text: String,
    /// The voice's name, if it is known.
    voice: Option<String>,
    pub(super) parameters: Parameters,
    points: u32,
    seconds_min: u32,
    seconds_max: u32,
    #[serde(skip)]
    pub(super) kind: TaskType,
}

impl Understood {
    pub(super) fn of(request: &Request, started: &Started, voices: &[Voice]) -> Self {
        let parameters = request.parameters.clone();
        let speaker = parameters.get("speaker").and_then(Value::as_str);
        let voice = voices.iter().find(|voice| Some(&*voice.id) == speaker);
        Self {
            task: task_word(request.task),
            model_id: started.model_id.clone(),
            model_name: started.model_name.clone(),
            text: request.prompt.clone(),
            voice: voice.map(|voice| voice.name.clone()),
            points: started.points,
            seconds_min: started.estimate.min_seconds,
            seconds_max: started.estimate.max_seconds,
            kind: request.task,
            parameters,
        }
    }

    /// Shows it on standard error, a line each.
    pub(super) fn show(&self, language: Language) {
        let (points, min, max) = (self.points, self.seconds_min, self.seconds_max);
        let mut rows = vec![
            (say!("Task", "任务"), text::task(self.kind)),
            (
                say!("Model", "模型"),
                Text::same(text::model(&self.model_name, &self.model_id)),
            ),
            (
                say!("Price", "价格"),
                say!(
                    "{points} points, ready in {min}–{max} s",
                    "{points} 积分，约 {min}–{max} 秒"
                ),
            ),
            (say!("Text", "内容"), Text::same(one_line(&self.text))),
        ];
        for (option, value) in equivalent::of_parameters(self) {
            let value = one_line(&value.unwrap_or_default());
            rows.push(match &self.voice {
                Some(voice) if option == "--voice" => (
                    say!("Voice", "音色"),
                    Text::same(format!("{voice} ({value})")),
                ),
                _ => (Text::same(option), Text::same(shortened(&value))),
            });
        }
        let rows = rows.iter().map(|(name, value)| {
            [
                format!("  {}", name.get(language)),
                value.get(language).to_owned(),
            ]
        });
        table::print_error(rows);
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
