//! Asks a person before much is spent. A program is never asked.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Write};

use ima_host::types::{Language, Started};

use crate::options::Spending;
use crate::ui::interrupt::Interrupt;
use crate::ui::safe;
use crate::ui::text::{Text, say};

/// What is asked about.
pub(crate) enum Asking<'a> {
    One(&'a Started),
    /// So many generations, for so many points together at the most.
    Several(usize, u32),
    /// What was just shown, for so many points together.
    Total(u32),
    /// What was just shown, and its price.
    Shown(&'a Started),
}

impl Asking<'_> {
    /// The question. The price stands on a line of its own, last: nothing that the service sends comes after
    /// it.
    fn text(&self) -> Text {
        let (heading, points) = match self {
            Self::One(started) => {
                // A name takes one line.
                let model = started.model_name.replace('\n', " ");
                let (min, max) = (started.estimate.min_seconds, started.estimate.max_seconds);
                let heading = say!(
                    "{model}, {min}~{max} seconds.\n",
                    "{model}，{min}~{max} 秒。\n"
                );
                (heading, price(started))
            }
            Self::Several(count, points) => {
                let heading = say!("{count} generations.\n", "共 {count} 项。\n");
                (heading, points.to_string())
            }
            Self::Total(points) => (Text::same(""), points.to_string()),
            Self::Shown(started) => (Text::same(""), price(started)),
        };
        let Text { en, zh } = heading;
        say!(
            "{en}Spend {points} points? [y/N] ",
            "{zh}要花费 {points} 积分吗？[y/N] "
        )
    }
}

/// The points that may be spent: one number, or from the price to the most it can be.
fn price(started: &Started) -> String {
    match (started.points, started.most_points) {
        (points, most) if most > points => format!("{points}~{most}"),
        (points, _) => points.to_string(),
    }
}

/// Whether there is a person who can answer.
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// The price above which to ask; none if nobody is there to answer, or nobody wants to be asked.
pub(crate) fn threshold(spending: &Spending) -> Option<u32> {
    (is_possible() && !spending.yes).then_some(spending.confirm_above)
}

/// Whether these points may be spent. Ctrl-C says no, and so does a question that nobody can see.
pub(crate) async fn ask(
    asking: &Asking<'_>,
    language: Language,
    interrupt: &mut Interrupt,
) -> bool {
    if write(&safe::shown(asking.text().get(language))).is_err() {
        return false;
    }
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        answer = answer => answer.is_ok_and(|line| line.is_ok_and(|line| means_yes(&line))),
        _ = interrupt.pressed() => false,
    }
}

/// Puts the question where the answer comes from.
fn write(question: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        write!(stderr, "{question}")?;
        return stderr.flush();
    }
    // Standard input is a terminal, which can be written to as well.
    let name = if cfg!(windows) {
        "CONOUT$"
    } else {
        "/dev/stdin"
    };
    write!(File::options().write(true).open(name)?, "{question}")
}

fn means_yes(answer: &str) -> bool {
    matches!(
        answer.trim().to_lowercase().as_str(),
        "y" | "yes" | "是" | "好" | "要"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_spends() {
        for yes in ["y\n", "Yes", " 是 "] {
            assert!(means_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "n", "yep", "no yes"] {
            assert!(!means_yes(no), "{no:?}");
        }
    }
}
