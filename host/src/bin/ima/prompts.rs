//! What `ima music` and `ima speech` read alike: the prompts, the model and its parameters.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use ima_host::types::{Language, OnMismatch, Request};

use crate::args::{Asked, Many};
use crate::generate::Prompts;
use crate::setup::Trouble;
use crate::{params, text};

/// The prompt, or every line of the file that is not blank.
pub(crate) fn of(
    prompt: Option<String>,
    many: Many,
    language: Language,
) -> Result<Prompts, Trouble> {
    let Some(path) = many.prompts_file else {
        return Ok(Prompts::One(prompt.unwrap_or_default()));
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

fn read(path: &Path) -> io::Result<String> {
    if path != Path::new("-") {
        return fs::read_to_string(path);
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

/// Puts the model and the parameters into a request.
pub(crate) fn ask(request: &mut Request, asked: Asked) -> Result<(), Trouble> {
    request.parameters = params::parse(&asked.params)
        .map_err(|error| Trouble::usage(text::param(request.language, &error)))?;
    request.model_id = asked.model;
    if asked.exact {
        request.on_mismatch = OnMismatch::Stop;
    }
    Ok(())
}
