//! Help in the user's language. Each text stands once, in both languages: `English ¦ 中文`.

use clap::Command;
use clap::builder::StyledStr;
use ima_host::types::Language;

/// What stands between the two languages.
const BETWEEN: char = '¦';

/// What clap itself writes into a help.
const LABELS: [(&str, &str); 14] = [
    (
        "Print help (see more with '--help')",
        "显示帮助（--help 更详细）",
    ),
    (
        "Print help (see a summary with '-h')",
        "显示帮助（-h 更简短）",
    ),
    (
        "Print this message or the help of the given subcommand(s)",
        "显示帮助",
    ),
    ("Print version", "显示版本"),
    ("Print help", "显示帮助"),
    ("Usage:", "用法："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Options:", "选项："),
    ("Possible values:", "可选："),
    ("[default: ", "[默认："),
    ("[possible values: ", "[可选："),
    ("[aliases: ", "[别名："),
    ("[alias: ", "[别名："),
];

/// A command whose help is in one language.
pub(super) fn command(command: Command, language: Language) -> Command {
    let about = command.get_about().map(|it| of_styled(it, language));
    let after = command.get_after_help().map(ToString::to_string);
    let after = after.map(|it| paragraphs(&it, language));
    let command = command.mut_args(|arg| {
        let help = arg.get_help().map(|it| of_styled(it, language));
        let heading = arg.get_help_heading().map(|it| one(it, language));
        let arg = match help {
            Some(help) => arg.help(help),
            None => arg,
        };
        match heading {
            Some(heading) => arg.help_heading(heading),
            None => arg,
        }
    });
    let command = match about {
        Some(about) => command.about(about),
        None => command,
    };
    let command = match after {
        Some(after) => command.after_help(after),
        None => command,
    };
    command.mut_subcommands(|it| self::command(it, language))
}

/// A rendered help with clap's own words in the language.
pub(super) fn labels(help: &str, language: Language) -> String {
    let mut help = help.to_owned();
    if language == Language::Zh {
        for (en, zh) in LABELS {
            help = help.replace(en, zh);
        }
    }
    help
}

fn of_styled(text: &StyledStr, language: Language) -> StyledStr {
    one(&text.to_string(), language).into()
}

/// The part of a text that is in the language.
fn one(text: &str, language: Language) -> String {
    let part = match (text.split_once(BETWEEN), language) {
        (Some((en, _)), Language::En) => en,
        (Some((_, zh)), Language::Zh) => zh,
        (None, _) => text,
    };
    part.trim().to_owned()
}

/// Paragraphs, of which each may be in both languages, with the separator on a line of its own.
fn paragraphs(text: &str, language: Language) -> String {
    let between = format!("\n{BETWEEN}\n");
    let all =
        text.split("\n\n").map(
            |paragraph| match (paragraph.split_once(&between), language) {
                (Some((en, _)), Language::En) => en.to_owned(),
                (Some((_, zh)), Language::Zh) => zh.to_owned(),
                (None, Language::Zh) => paragraph.replace("Examples:", "示例："),
                (None, Language::En) => paragraph.to_owned(),
            },
        );
    all.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::command_line::CommandLine;

    /// What of the help is in one language only.
    fn untranslated(command: &Command, found: &mut Vec<String>) {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string);
        if about.is_none_or(|it| !it.contains(BETWEEN)) {
            found.push(name.to_owned());
        }
        for arg in command.get_arguments().filter(|it| !it.is_hide_set()) {
            let help = arg.get_help().map(ToString::to_string);
            if help.is_none_or(|it| !it.contains(BETWEEN)) {
                found.push(format!("{name} {}", arg.get_id()));
            }
        }
        for command in command.get_subcommands().filter(|it| !it.is_hide_set()) {
            untranslated(command, found);
        }
    }

    #[test]
    fn every_help_is_in_both_languages() {
        let mut found = Vec::new();
        untranslated(&CommandLine::command(), &mut found);
        assert!(found.is_empty(), "in one language only: {found:#?}");
    }

    #[test]
    fn a_help_is_in_one_language() {
        for (language, other) in [(Language::En, "音乐"), (Language::Zh, "Usage")] {
            let mut command = command(CommandLine::command(), language);
            let help = command.render_long_help().to_string();
            let help = labels(&help, language);
            assert!(!help.contains(BETWEEN) && !help.contains(other), "{help}");
        }
    }
}
