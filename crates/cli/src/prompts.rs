//! What `ima music` and `ima speech` read alike: the prompts, the model and its parameters.

use std::path::Path;

use ima_host::Request;
use ima_host::types::OnMismatch;

use crate::command_error::CommandError;
use crate::generate::Prompts;
use crate::generate::option_names::OptionOf;
use crate::options::{ModelChoice, Several};
use crate::params;
use crate::texts::{self, STDIN};
use crate::ui::text::{self, command_error};

/// The prompt, or every line of the file that is not blank.
pub(crate) fn of(prompt: Option<String>, several: Several) -> Result<Prompts, CommandError> {
    let Some(path) = several.prompts_file else {
        return Ok(Prompts::One(given(prompt.unwrap_or_default())?));
    };
    let text = texts::read(&path)?;
    let lines: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if lines.is_empty() {
        let path = path.display();
        return Err(command_error!(
            Usage,
            "{path} is empty."
                => "Write one description or one text on each line.",
            "{path} 里没有内容。" => "请在每一行写一条描述或一段文字。"
        ));
    }
    Ok(Prompts::Several(lines, several.concurrency))
}

/// The text of the command line, or standard input for a dash. It is not empty.
pub(crate) fn given(text: String) -> Result<String, CommandError> {
    let text = match text == STDIN {
        true => texts::read(Path::new(STDIN))?.trim().to_owned(),
        false => text,
    };
    match text.trim().is_empty() {
        false => Ok(text),
        true => Err(empty()),
    }
}

/// There is no text to generate from.
pub(crate) fn empty() -> CommandError {
    command_error!(
        Usage,
        "The text is empty." => "Describe the music, or write the text to speak.",
        "内容是空的。" => "请写下你想要的内容。"
    )
}

/// Puts the model and the parameters into a request. An option that was given stands for a
/// parameter, which can't be given by its name as well.
pub(crate) fn choose(
    request: &mut Request,
    choice: ModelChoice,
    options: &[OptionOf],
) -> Result<(), CommandError> {
    not_empty("--model", choice.model.as_deref())?;
    request.parameters = params::parse(&choice.params)?;
    for (option, parameter, given) in options {
        let name = parameter.split('.').next().unwrap_or(parameter);
        if *given && request.parameters.contains_key(name) {
            return Err(command_error!(
                Usage,
                "{option} and --param {name} set the same parameter." => "Give only one of them.",
                "{option} 和 --param {name} 设置的是同一项。" => "请只写其中一个。"
            ));
        }
    }
    request.model_id = choice.model;
    if choice.exact {
        request.on_mismatch = OnMismatch::Stop;
    }
    Ok(())
}

/// Refuses an option that is there and says nothing: it would be paid for.
pub(crate) fn not_empty(option: &str, value: Option<&str>) -> Result<(), CommandError> {
    match value {
        Some(value) if value.trim().is_empty() => Err(text::option_empty(option)),
        _ => Ok(()),
    }
}
