//! Asks a person before much is spent. A program is never asked.

use std::io::{self, BufRead, IsTerminal, Write};

use ima_host::types::Language;

use crate::args::Spending;
use crate::interrupt::Interrupt;
use crate::text;

/// The price above which to ask; none where nobody is there to answer, or nobody wants to be asked.
pub(crate) fn threshold(spending: &Spending) -> Option<u32> {
    let person = io::stdin().is_terminal() && io::stderr().is_terminal();
    (person && !spending.yes).then_some(spending.confirm_above)
}

/// Whether these points may be spent. Ctrl-C says no.
pub(crate) async fn ask(points: u32, language: Language, interrupt: &mut Interrupt) -> bool {
    let _ = write!(io::stderr(), "{}", text::confirm(language, points));
    let _ = io::stderr().flush();
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        answer = answer => answer.is_ok_and(|line| line.is_ok_and(|line| means_yes(&line))),
        _ = interrupt.pressed() => false,
    }
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
