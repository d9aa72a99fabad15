//! Names that the service gives, made fit to be told to a user.

use alloc::string::String;

/// The longest name that is told, in characters.
const LONGEST: usize = 80;

/// A name on one line, of a bounded length, without characters that act on what is around them: controls,
/// directions, and what has no width.
pub fn name(text: &str) -> String {
    let acts = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let letters = text
        .chars()
        .map(|it| if it.is_whitespace() { ' ' } else { it });
    let plain: String = letters
        .filter(|letter| !acts(*letter))
        .take(LONGEST)
        .collect();
    String::from(plain.trim())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_is_one_line_that_acts_on_nothing() {
        for (text, expected) in [
            ("Suno", "Suno"),
            (
                " Suno\u{1b}[2J\r\nSpend 0 points? ",
                "Suno[2J  Spend 0 points?",
            ),
            ("\u{202e}onuS\u{200b}", "onuS"),
            ("豆包 BGM", "豆包 BGM"),
        ] {
            assert_eq!(name(text), expected);
        }
        assert_eq!(name(&"a".repeat(500)).len(), 80);
    }
}
