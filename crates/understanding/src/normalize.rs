//! One spelling for what users type in several ways.

use crate::prelude::*;

/// Half-width, lower-case ASCII; one space between words, none beside a Han character; straight
/// quotes (music: "Normalize first, then map").
pub(super) fn normalize(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut last = None;
    let mut gap = false;
    for c in text.chars().map(fold) {
        if c.is_whitespace() {
            gap = true;
        } else if !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}') {
            if gap && last.is_some_and(|last| !is_han(last)) && !is_han(c) {
                normal.push(' ');
            }
            normal.push(c);
            last = Some(c);
            gap = false;
        }
    }
    normal
}

fn fold(c: char) -> char {
    const TO_HALF_WIDTH: u32 = 0xfee0;
    let half = match c {
        '！'..='～' => char::from_u32(c as u32 - TO_HALF_WIDTH).unwrap_or(c),
        '“' | '”' | '「' | '」' | '『' | '』' => '"',
        '‘' | '’' => '\'',
        '–' | '—' => '-',
        _ => c,
    };
    half.to_ascii_lowercase()
}

/// Whether a character is a Chinese one.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether a character belongs to a word of a script that separates its words.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || matches!(c, 'À'..='\u{1fff}')
}

/// The words of such scripts.
pub(super) fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// Whether a character is a letter or a digit of any script.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
