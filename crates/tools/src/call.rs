//! The tools by name, with arguments and answers in JSON: for hosts whose contract is a function over JSON.

use ima_guest::Transport;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::problem::Problem;
use crate::service::Tools;

/// What the tools are for, for hosts that show one text.
pub const DESCRIPTION: &str = "Makes music from a description (Suno, DouBao) and speech from a text, for points. \
    First quote, which is free: it tells the price. Then ask the person, and only then create, which spends. \
    Then check until the audio is there. models and voices list what there is to choose from. One quote is never \
    paid twice.";

/// One tool.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// What it does, for a model that chooses.
    pub description: &'static str,
    /// Whether it changes nothing.
    pub read_only: bool,
    /// Whether a second call with the same arguments does no more than the first.
    pub idempotent: bool,
    parameters: &'static [Parameter],
}

#[derive(Clone, Copy, Debug)]
struct Parameter {
    name: &'static str,
    kind: &'static str,
    description: &'static str,
    is_required: bool,
}

const fn text(name: &'static str, description: &'static str, is_required: bool) -> Parameter {
    Parameter {
        name,
        kind: "string",
        description,
        is_required,
    }
}

const fn number(name: &'static str, description: &'static str, is_required: bool) -> Parameter {
    Parameter {
        kind: "integer",
        ..text(name, description, is_required)
    }
}

const TASK: Parameter = text("task", "music or speech", true);
const QUOTE_ID: Parameter = text("quote_id", "The id that quote answered.", true);

static TOOLS: [Tool; 5] = [
    Tool {
        name: "models",
        description: "Lists the models for a task with their prices and parameters. Spends nothing.",
        read_only: true,
        idempotent: true,
        parameters: &[TASK],
    },
    Tool {
        name: "voices",
        description: "Lists the voices for speech. Spends nothing.",
        read_only: true,
        idempotent: true,
        parameters: &[text(
            "language",
            "The language to speak: en, zh, ja, id or es; empty for all.",
            false,
        )],
    },
    Tool {
        name: "quote",
        description: "Tells what a text would cost as music or speech, and gives an id to buy it. Spends nothing.",
        read_only: false,
        idempotent: false,
        parameters: &[
            TASK,
            text(
                "text",
                "For music a description of it, for speech the words to speak.",
                true,
            ),
            text(
                "options_json",
                "A JSON object, or empty. For music for example {\"model\":\"sonic\",\"instrumental\":true,\"lyrics\":\"…\"}; \
                 for speech {\"voice\":\"Tim\",\"speed\":1.1}.",
                false,
            ),
        ],
    },
    Tool {
        name: "create",
        description: "Buys a quote for the points that the person agreed to. This spends points. Called again with \
                      the same quote, it tells how the purchase stands and spends nothing more.",
        read_only: false,
        idempotent: true,
        parameters: &[
            QUOTE_ID,
            number(
                "points",
                "The points of the quote, as the person agreed to them.",
                true,
            ),
        ],
    },
    Tool {
        name: "check",
        description: "Tells how a purchase stands, and gives the addresses of the audio when it is finished. Spends \
                      nothing.",
        read_only: true,
        idempotent: true,
        parameters: &[
            text("job", "The job that create answered.", true),
            number(
                "wait_seconds",
                "How long to wait for the audio, at most 30 seconds.",
                false,
            ),
        ],
    },
];

/// The tools, in the order of their use.
pub fn tools() -> &'static [Tool] {
    &TOOLS
}

impl Tool {
    /// The JSON Schema of its arguments.
    pub fn schema(&self) -> Value {
        schema(self.parameters.iter().copied())
    }
}

/// The JSON Schema of one tool that does what all do, by its parameter `action`.
pub fn schema_of_all() -> Value {
    let mut parameters: Vec<Parameter> = Vec::new();
    for parameter in TOOLS.iter().flat_map(|tool| tool.parameters) {
        if parameters.iter().all(|it| it.name != parameter.name) {
            parameters.push(*parameter);
        }
    }
    let mut schema = schema(parameters.into_iter());
    let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    let explained: Vec<String> = TOOLS
        .iter()
        .map(|tool| format!("{}: {}", tool.name, tool.description))
        .collect();
    let action = json!({
        "type": "string",
        "enum": names,
        "description": explained.join("\n"),
    });
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("action".to_owned(), action);
    }
    if let Some(required) = schema.get_mut("required") {
        *required = json!(["action"]);
    }
    schema
}

fn schema(parameters: impl Iterator<Item = Parameter>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in parameters {
        let mut property = json!({
            "type": parameter.kind,
            "description": parameter.description,
        });
        if parameter.kind == "integer"
            && let Value::Object(members) = &mut property
        {
            members.insert("minimum".to_owned(), json!(0));
        }
        if parameter.is_required {
            required.push(parameter.name);
        }
        properties.insert(parameter.name.to_owned(), property);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// The arguments of a call that were not read yet.
struct Arguments(Map<String, Value>);

impl Arguments {
    fn text(&mut self, name: &str) -> Result<String, Problem> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Problem::invalid(format!("{name} must be a text."))),
        }
    }

    fn number(&mut self, name: &str) -> Result<u32, Problem> {
        let given = match self.0.remove(name) {
            None | Some(Value::Null) => return Ok(0),
            Some(given) => given,
        };
        // Some hosts give every number as a float.
        let whole = given.as_u64().or_else(|| {
            let float = given
                .as_f64()
                .filter(|it| it.fract() == 0.0 && (0.0..4e9).contains(it))?;
            format!("{float:.0}").parse().ok()
        });
        let number = whole.and_then(|it| u32::try_from(it).ok());
        number.ok_or_else(|| Problem::invalid(format!("{name} must be a whole number.")))
    }

    fn end(self) -> Result<(), Problem> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => {
                let name = ima_wire::untrusted::name(name);
                Err(Problem::invalid(format!("There is no argument {name:?}.")))
            }
        }
    }
}

impl<T: Transport> Tools<T> {
    /// Calls a tool with its arguments as a JSON object. The answer is a JSON object too.
    ///
    /// # Errors
    ///
    /// If there is no such tool, an argument can't be read, or the tool has a problem.
    pub fn call(&self, name: &str, arguments: Value) -> Result<Value, Problem> {
        let mut arguments = match arguments {
            Value::Object(members) => Arguments(members),
            Value::Null => Arguments(Map::new()),
            _ => return Err(Problem::invalid("The arguments must be a JSON object.")),
        };
        match name {
            "models" => {
                let task = arguments.text("task")?;
                arguments.end()?;
                told(self.models(&task))
            }
            "voices" => {
                let language = arguments.text("language")?;
                arguments.end()?;
                told(self.voices(&language))
            }
            "quote" => {
                let (task, text) = (arguments.text("task")?, arguments.text("text")?);
                let options = arguments.text("options_json")?;
                arguments.end()?;
                told(self.quote(&task, &text, &options))
            }
            "create" => {
                let (id, points) = (arguments.text("quote_id")?, arguments.number("points")?);
                arguments.end()?;
                told(self.create(&id, points))
            }
            "check" => {
                let (job, wait) = (arguments.text("job")?, arguments.number("wait_seconds")?);
                arguments.end()?;
                told(self.check(&job, wait))
            }
            _ => {
                let name = ima_wire::untrusted::name(name);
                Err(Problem::invalid(format!(
                    "There is no tool {name:?}. There are models, voices, quote, create and check."
                )))
            }
        }
    }

    /// The same for a host with one tool: the tool's name is the argument `action`.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub fn call_by_action(&self, arguments: &str) -> Result<Value, Problem> {
        let arguments = serde_json::from_str(arguments);
        let Ok(Value::Object(mut members)) = arguments else {
            return Err(Problem::invalid("The arguments must be a JSON object."));
        };
        let Some(Value::String(action)) = members.remove("action") else {
            return Err(Problem::invalid(
                "The argument action is missing: models, voices, quote, create or check.",
            ));
        };
        self.call(&action, Value::Object(members))
    }
}

fn told(answer: Result<impl Serialize, Problem>) -> Result<Value, Problem> {
    serde_json::to_value(answer?).map_err(|_| Problem::gateway_gone())
}
