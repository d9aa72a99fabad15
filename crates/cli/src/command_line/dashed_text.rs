//! Texts that begin with a dash, such as "-5 degrees outside", told apart from options.

use std::ffi::OsString;

use clap::Command;

/// The words with every such text where it can't be taken for an option: joined to the option whose
/// value it is (`--lyrics=- la la`), else after `--` at the end.
pub(super) fn set_apart(words: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let mut apart: Vec<OsString> = Vec::with_capacity(words.len() + 1);
    let mut texts = Vec::new();
    let mut words = words.into_iter();
    for word in words.by_ref() {
        if word == "--" {
            texts.extend(words);
            break;
        }
        match apart.last_mut() {
            _ if !is_text(&word.to_string_lossy()) => apart.push(word),
            Some(option) if takes_value(command, &option.to_string_lossy()) => {
                option.push("=");
                option.push(word);
            }
            _ => texts.push(word),
        }
    }
    if !texts.is_empty() {
        apart.push("--".into());
        apart.extend(texts);
    }
    apart
}

/// Whether a word that begins with a dash can't be an option: no name follows the dashes, or blanks
/// come before a `=`.
fn is_text(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
        return false;
    };
    // Of one dash, all letters are options of their own.
    let short = |letter: char| "hqyV".contains(letter);
    if !rest.starts_with('-') && !rest.contains('=') && !rest.chars().all(short) {
        return true;
    }
    let named = rest
        .trim_start_matches('-')
        .starts_with(|it: char| it.is_ascii_alphabetic());
    let name = word.split('=').next().unwrap_or_default();
    !named && rest != "-" || name.contains(char::is_whitespace)
}

/// Whether a word is an option of some command that waits for its value.
fn takes_value(command: &Command, word: &str) -> bool {
    let Some(name) = word.strip_prefix("--") else {
        return false;
    };
    let own = command.get_arguments().any(|option| {
        let aliases = option.get_all_aliases().unwrap_or_default();
        let named = option.get_long() == Some(name) || aliases.contains(&name);
        named && option.get_action().takes_values()
    });
    own || command.get_subcommands().any(|it| takes_value(it, word))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::command_line::CommandLine;

    fn apart(words: &[&str]) -> Vec<String> {
        let words = words.iter().map(OsString::from).collect();
        let apart = set_apart(words, &CommandLine::command());
        apart
            .into_iter()
            .map(|it| it.into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_text_is_told_from_an_option() {
        for (words, expected) in [
            (
                &["speech", "-5 degrees", "--play"][..],
                &["speech", "--play", "--", "-5 degrees"][..],
            ),
            (&["speech", "-5"], &["speech", "--", "-5"]),
            (&["speech", "-hello"], &["speech", "--", "-hello"]),
            (&["music", "a", "-qy"], &["music", "a", "-qy"]),
            (
                &["music", "a", "--lyrics", "-la"],
                &["music", "a", "--lyrics=-la"],
            ),
            (&["speech", "— well"], &["speech", "— well"]),
            (&["speech", "- 你好"], &["speech", "--", "- 你好"]),
            (
                &["music", "a", "--lyrics", "-- la la"],
                &["music", "a", "--lyrics=-- la la"],
            ),
            (
                &["speech", "a", "--rate", "-5"],
                &["speech", "a", "--rate=-5"],
            ),
            (
                &["speech", "-", "-q", "--plya"],
                &["speech", "-", "-q", "--plya"],
            ),
            (&["music", "a", "--out=- b"], &["music", "a", "--out=- b"]),
            (&["speech", "--", "--play"], &["speech", "--", "--play"]),
        ] {
            assert_eq!(apart(words), expected, "{words:?}");
        }
    }
}
