//! Texts on the command line: words without quotation marks, and those that begin with a dash, such
//! as `-5 degrees outside`, told apart from options.

use std::ffi::OsString;

use clap::{Arg, Command};

/// The words of a command line, so that clap reads them as they are meant.
#[derive(Debug)]
pub(super) struct Apart {
    pub(super) words: Vec<OsString>,
    /// Whether options stand between the words of one text: some of them may have been meant for the
    /// option.
    pub(super) scattered: bool,
}

/// Puts every text where it can't be taken for an option: joined to the option whose value it is
/// (`--lyrics=- la la`), else with all that follows it after `--` at the end.
pub(super) fn set_apart(words: Vec<OsString>, command: &Command) -> Apart {
    let mut words = words.into_iter();
    let mut apart: Vec<OsString> = words.next().into_iter().collect();
    let mut texts = Vec::new();
    let mut at = command;
    let (mut runs, mut in_text, mut awaits) = (0, false, false);
    while let Some(word) = words.next() {
        let shown = word.to_string_lossy().into_owned();
        let text = !shown.starts_with('-') || shown == "-" || is_text(&shown);
        if awaits && text {
            if let Some(option) = apart
                .last_mut()
                .filter(|_| shown.len() > 1 && shown.starts_with('-'))
            {
                option.push("=");
                option.push(word);
            } else {
                apart.push(word);
            }
            (awaits, in_text) = (false, false);
            continue;
        }
        if !text && shown != "--" {
            awaits = takes_value(command, at, &shown);
            in_text = false;
            apart.push(word);
            continue;
        }
        if runs == 0
            && let Some(next) = at.find_subcommand(&shown)
        {
            at = next;
            apart.push(word);
            continue;
        }
        runs += usize::from(!in_text);
        in_text = true;
        if shown == "--" {
            texts.extend(words.by_ref());
        } else if texts.is_empty() && !shown.starts_with('-') || shown == "-" {
            apart.push(word);
        } else {
            texts.push(word);
        }
    }
    if !texts.is_empty() {
        apart.push("--".into());
        apart.extend(texts);
    }
    let takes_words = |it: &Arg| it.get_num_args().is_some_and(|it| it.max_values() > 1);
    Apart {
        words: apart,
        scattered: runs > 1 && at.get_positionals().any(takes_words),
    }
}

/// Whether a word that begins with a dash can't be an option: no name follows the dashes, or blanks
/// come before a `=`.
fn is_text(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
        return false;
    };
    // Of one dash, all letters are options of their own; a single letter is one that we lack.
    let short = |letter: char| "hqyV".contains(letter);
    let single = rest.len() == 1 && rest.chars().all(|it| it.is_ascii_alphabetic());
    if !rest.starts_with('-') && !rest.contains('=') && !single && !rest.chars().all(short) {
        return true;
    }
    let named = rest
        .trim_start_matches('-')
        .starts_with(|it: char| it.is_ascii_alphabetic());
    let name = word.split('=').next().unwrap_or_default();
    !named && rest != "-" || name.contains(char::is_whitespace)
}

/// Whether a word is an option, of the command or of all, that waits for its value.
fn takes_value(all: &Command, command: &Command, word: &str) -> bool {
    let Some(name) = word.strip_prefix("--") else {
        return false;
    };
    let mut options = command.get_arguments().chain(all.get_arguments());
    options.any(|option| {
        let aliases = option.get_all_aliases().unwrap_or_default();
        let named = option.get_long() == Some(name) || aliases.contains(&name);
        named && option.get_action().takes_values()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::command_line::CommandLine;

    fn set_apart(words: &[&str]) -> (Vec<String>, bool) {
        let words = ["ima"].iter().chain(words).map(OsString::from).collect();
        let apart = super::set_apart(words, &CommandLine::command());
        let words = apart.words.into_iter().skip(1);
        let words = words.map(|it| it.into_string().unwrap());
        (words.collect(), apart.scattered)
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
            (&["music", "a", "-o"], &["music", "a", "-o"]),
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
            (&["music", "a", "--out", "-"], &["music", "a", "--out", "-"]),
            (&["speech", "--", "--play"], &["speech", "--", "--play"]),
            (
                &["speech", "it", "is", "-5", "degrees", "--play"],
                &["speech", "it", "is", "--play", "--", "-5", "degrees"],
            ),
        ] {
            assert_eq!(set_apart(words), (words_of(expected), false), "{words:?}");
        }
    }

    fn words_of(words: &[&str]) -> Vec<String> {
        words.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn words_on_both_sides_of_an_option_are_scattered() {
        for (words, scattered) in [
            (&["music", "rain", "--title", "Good", "night"][..], true),
            (&["music", "--title", "Rain", "soft", "rain"], false),
            (&["music", "soft", "rain", "--quiet"], false),
            (&["quote", "music", "soft", "--json", "rain"], true),
            (&["jobs", "--open", "show", "x"], false),
        ] {
            assert_eq!(set_apart(words).1, scattered, "{words:?}");
        }
    }
}
