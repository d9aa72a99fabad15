//! What `ima music` and `ima speech` read alike: the prompts, the model and its parameters.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use ima_host::Request;
use ima_host::types::OnMismatch;

use crate::command_error::CommandError;
use crate::generate::Prompts;
use crate::generate::option_names::OptionOf;
use crate::options::{Common, ModelChoice, Several};
use crate::params;
use crate::texts::{self, STDIN};
use crate::ui::text::{self, Text, command_error};

/// The prompt, or every line of the file that is not blank.
pub(crate) fn of(prompt: &[String], several: Several) -> Result<Prompts, CommandError> {
    let Some(path) = several.prompts_file else {
        return Ok(Prompts::One(typed(prompt)?));
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

/// The words of the command line as one text: standard input for a dash, the text of a file after an
/// `@`. It is not empty.
pub(crate) fn typed(words: &[String]) -> Result<String, CommandError> {
    if words.is_empty() {
        return Err(missing());
    }
    let text = words.join(" ");
    let text = match text.as_str() {
        STDIN => texts::read(Path::new(STDIN))?.trim().to_owned(),
        _ => texts::or_file(text)?,
    };
    match text.trim().is_empty() {
        false => Ok(text),
        true => Err(empty()),
    }
}

/// The words of the command line; on a terminal, a text that is missing is asked for.
pub(crate) fn asked(
    common: &Common,
    words: Vec<String>,
    several: &Several,
    question: &Text,
) -> Vec<String> {
    let person = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !words.is_empty() || several.prompts_file.is_some() || !person || common.json {
        return words;
    }
    let mut stderr = io::stderr();
    let _ = write!(stderr, "{} ", question.get(common.language()));
    let _ = stderr.flush();
    let mut line = String::new();
    let _ = io::stdin().read_line(&mut line);
    let line = line.trim();
    // What is typed here is a text and no name of a file.
    match line.is_empty() {
        true => Vec::new(),
        false if line.starts_with('@') => vec![format!("@{line}")],
        false => vec![line.to_owned()],
    }
}

/// There is no text at all.
fn missing() -> CommandError {
    command_error!(
        Usage,
        "Missing: the text." => "Write it after the command, or name a file: @FILE, or --prompts-file FILE for one text on each line.",
        "缺少文字。" => "请写在命令后面，或指定文件：@文件名；每行一条则用 --prompts-file 文件名。"
    )
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
