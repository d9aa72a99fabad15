//! What `ima music` and `ima speech` read alike: the prompts, the model and its parameters.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use ima_host::types::{Language, OnMismatch, Request};

use crate::args::{Asked, Many};
use crate::generate::Prompts;
use crate::setup::Trouble;
use crate::{params, text};

/// The name of standard input.
const STDIN: &str = "-";

/// The prompt, or every line of the file that is not blank.
pub(crate) fn of(
    prompt: Option<String>,
    many: Many,
    language: Language,
) -> Result<Prompts, Trouble> {
    let Some(path) = many.prompts_file else {
        return Ok(Prompts::One(given(prompt.unwrap_or_default(), language)?));
    };
    let text = read(&path).unwrap_or_default();
    let lines: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if lines.is_empty() {
        return Err(Trouble::usage(text::prompts_file(language, &path)));
    }
    Ok(Prompts::Several(lines, many.concurrency))
}

/// The text of the command line, or standard input for a dash. It is not empty.
pub(crate) fn given(text: String, language: Language) -> Result<String, Trouble> {
    let text = if text == STDIN {
        read(Path::new(STDIN)).map(|text| text.trim().to_owned())
    } else {
        Ok(text)
    };
    match text {
        Ok(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(Trouble::usage(text::prompt_empty(language))),
    }
}

/// A text file, without the mark that some editors put before its first letter.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    let mut text = if path == Path::new(STDIN) {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        text
    } else {
        fs::read_to_string(path)?
    };
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// Puts the model and the parameters into a request. Each option that was `set` stands for a
/// parameter, which can't be given by its name as well.
pub(crate) fn ask(
    request: &mut Request,
    asked: Asked,
    set: &[(&str, &str, bool)],
) -> Result<(), Trouble> {
    let language = request.language;
    not_empty("--model", asked.model.as_deref(), language)?;
    request.parameters = params::parse(&asked.params)
        .map_err(|error| Trouble::usage(text::param(language, &error)))?;
    let named = |name: &str| request.parameters.iter().any(|it| it.name == name);
    let both = set.iter().find(|(_, name, set)| *set && named(name));
    if let Some((option, name, _)) = both {
        return Err(Trouble::usage(text::said_twice(language, option, name)));
    }
    request.model_id = asked.model;
    if asked.exact {
        request.on_mismatch = OnMismatch::Stop;
    }
    Ok(())
}

/// Refuses the value of an option that is there and says nothing: it would be paid for.
pub(crate) fn not_empty(
    option: &str,
    value: Option<&str>,
    language: Language,
) -> Result<(), Trouble> {
    match value {
        Some(value) if value.trim().is_empty() => {
            Err(Trouble::usage(text::option_empty(language, option)))
        }
        _ => Ok(()),
    }
}
