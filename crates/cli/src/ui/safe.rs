//! Text that others wrote, made safe to show: nothing in it moves a cursor, hides or turns letters.
//!
//! Everything that the program prints for people passes through [`shown`], and every object through
//! [`json`], wherever a part of it comes from.

use std::borrow::Cow;

/// Whether a character does something to a terminal, or to the letters around it, beside being shown.
fn acts(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Directions, and what has no width.
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
            true
        }
        '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}'
        | '\u{ad}'
        | '\u{180e}' => true,
        letter => letter.is_control(),
    }
}

/// The text with such characters as escapes: `\u{1b}`. Line breaks and tabs stay.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| letter.escape_unicode().to_string())
}

/// JSON text with such characters as escapes of JSON: `\u001b`. They stand inside of strings alone.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| {
        let mut units = [0; 2];
        let units = letter.encode_utf16(&mut units);
        units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
    })
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match acts(letter) {
            true => safe.push_str(&escape(letter)),
            false => safe.push(letter),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_shown_as_an_escape_and_what_reads_stays() {
        for (text, expected) in [
            ("Suno\u{1b}[2J", "Suno\\u{1b}[2J"),
            ("a\rb\u{7}\u{9b}", "a\\u{d}b\\u{7}\\u{9b}"),
            ("\u{202e}evil\u{200b}", "\\u{202e}evil\\u{200b}"),
            ("雨 é 🎵\n\ttab", "雨 é 🎵\n\ttab"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn json_stays_json_and_means_the_same() {
        let text = "a\u{202e}\u{85}\u{e0041}\u{1b}\"";
        let written = serde_json::to_string(text).unwrap();
        let safe = json(&written);
        assert!(!safe.contains(acts), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
