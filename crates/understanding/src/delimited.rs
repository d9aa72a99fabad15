//! The text or description that quotes or a colon set off from the words about it.

use super::normalize::{is_letter, normalize, words};
use super::scan::{ending, scan};
use super::triggers::{NAMING, SETTING_LABELS, TEXT_LABELS};
use super::voices::is_voice;
use crate::prelude::*;

/// An utterance taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The one text that is set off; none where there is none, or more than one.
    pub(super) text: Option<&'a str>,
    /// The utterance without it, in its normal form.
    pub(super) instruction: String,
    /// Whether the text describes rather than names: it ends the utterance, and no word before it
    /// says that it is a title.
    pub(super) describes: bool,
}

/// Takes an utterance apart.
pub(super) fn split(utterance: &str) -> Parts<'_> {
    let mut texts = Texts::default();
    let mut clear = true;
    let mut seen_trigger = false;
    let mut segment = 0;
    let mut at = 0;
    while let Some(rest) = utterance.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let next = at + first.len_utf8();
        if let Some((inner, after)) = single_quoted(utterance.get(..at).unwrap_or_default(), rest) {
            let end = utterance.len() - after.len();
            if !inner.trim().is_empty() && !is_voice(inner) {
                texts.add(inner, at, end);
            }
            at = end;
            continue;
        }
        if let Some(closing) = closing_quote(first) {
            match rest
                .get(first.len_utf8()..)
                .and_then(|inner| inner.split_once(closing))
            {
                Some((inner, after)) => {
                    // A quotation inside one of the same kind: where does it end?
                    clear &= !inner.contains(first);
                    // "Read aloud: "Hello" is what he said": does the text end there?
                    let after_colon = utterance
                        .get(..at)
                        .is_some_and(|before| before.trim_end().ends_with([':', '：']));
                    clear &= !after_colon || !after.trim_start().starts_with(is_letter);
                    let end = utterance.len() - after.len();
                    if !inner.trim().is_empty() && !is_voice(inner) {
                        texts.add(inner, at, end);
                    }
                    at = end;
                    continue;
                }
                // No closing quote from here on: nothing can be told apart.
                None => {
                    clear = false;
                    break;
                }
            }
        }
        if matches!(first, ':' | '：') {
            let before = utterance.get(segment..at).unwrap_or_default();
            let after = utterance.get(next..).unwrap_or_default();
            let head = normalize(before);
            seen_trigger |=
                ends_with_any(&head, TEXT_LABELS) || scan(&[head.as_str(), ":"].concat()).hints();
            segment = next;
            if seen_trigger && !is_setting(&head) && !within_a_word(before, after) {
                let text = after.trim();
                if !text.starts_with(|c| closing_quote(c).is_some()) {
                    clear &= !mentions_a_setting(text);
                    if !text.is_empty() {
                        texts.add(text, next, utterance.len());
                    }
                    break;
                }
            }
        }
        at = next;
    }
    match texts {
        Texts::One { text, start, end } if clear => {
            let before = utterance.get(..start).unwrap_or_default();
            let after = utterance.get(end..).unwrap_or_default();
            Parts {
                text: Some(text.trim()),
                instruction: normalize(&[before, "\"\"", after].concat()),
                describes: !after.contains(is_letter) && !names(before),
            }
        }
        _ => Parts {
            text: None,
            instruction: normalize(utterance),
            describes: false,
        },
    }
}

#[derive(Default)]
enum Texts<'a> {
    #[default]
    None,
    One {
        text: &'a str,
        start: usize,
        end: usize,
    },
    Several,
}

impl<'a> Texts<'a> {
    fn add(&mut self, text: &'a str, start: usize, end: usize) {
        *self = match self {
            Self::None => Self::One { text, start, end },
            _ => Self::Several,
        };
    }
}

fn closing_quote(open: char) -> Option<char> {
    match open {
        '"' => Some('"'),
        '＂' => Some('＂'),
        '“' => Some('”'),
        '「' => Some('」'),
        '『' => Some('』'),
        _ => None,
    }
}

/// What single quotes enclose at the beginning of `rest`, and what follows them. An apostrophe
/// stands within a word or behind one, never before one and later behind another.
fn single_quoted<'a>(before: &str, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let closing = match rest.chars().next()? {
        '\'' => '\'',
        '‘' => '’',
        _ => return None,
    };
    let mut chars = rest.char_indices().skip(1).peekable();
    let (start, first) = *chars.peek()?;
    if before.ends_with(is_letter) || first == ' ' {
        return None;
    }
    let mut last = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        if c == closing && last != ' ' && !is_letter(next) {
            return Some((rest.get(start..at)?, rest.get(at + c.len_utf8()..)?));
        }
        last = c;
    }
    None
}

fn ends_with_any(text: &str, words: &[&str]) -> bool {
    let text = text.trim_end();
    words.iter().any(|word| ending(text, word).is_some())
}

/// Whether a label of a setting follows within a text that nothing closes.
fn mentions_a_setting(text: &str) -> bool {
    let mut heads: Vec<&str> = text.split([':', '：']).collect();
    heads.pop();
    heads.iter().any(|head| is_setting(&normalize(head)))
}

/// Whether a label of a setting stands before a colon, and not the setting itself: "voice" is one,
/// "a male voice" and "Tim's voice" are none.
fn is_setting(head: &str) -> bool {
    let head = head.trim_end();
    SETTING_LABELS.iter().any(|label| {
        ending(head, label).is_some_and(|before| {
            let before = before.trim_end();
            let mut since_article = u8::MAX;
            for word in words(before) {
                since_article = match word {
                    "a" | "an" => 0,
                    _ => since_article.saturating_add(1),
                };
            }
            let described = matches!(since_article, 1 | 2) && before.ends_with(is_letter);
            let valued = *label == "voice" && (before.ends_with("'s") || described)
                || *label == "声音" && before.ends_with('的');
            !valued
        })
    })
}

/// A colon of a time or an address.
fn within_a_word(before: &str, after: &str) -> bool {
    let digits = before.ends_with(|c: char| c.is_ascii_digit())
        && after.starts_with(|c: char| c.is_ascii_digit());
    digits || after.starts_with("//")
}

fn names(before: &str) -> bool {
    ends_with_any(&normalize(before), NAMING)
}
