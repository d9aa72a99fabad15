//! The text or description that quotes or a colon set off from the words about it.

use super::normalize::{is_letter, normalize, words};
use super::scan::{Hit, ending, hits, is_model, scan};
use super::triggers::{BEFORE_VOICE, NAMING, SETTING_LABELS, TEXT_LABELS};
use super::voices::voice;
use crate::prelude::*;

/// An utterance taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// The one text that is set off; none if there is none, or more than one.
    pub(super) text: Option<&'a str>,
    /// The utterance without it, in its normal form.
    pub(super) instruction: String,
    /// Whether the text describes rather than names: it ends the utterance, and no word before it
    /// says that it is a title.
    pub(super) describes: bool,
}

/// Takes an utterance apart.
pub(super) fn split(utterance: &str) -> Parts<'_> {
    let mut texts: Vec<(&str, usize, usize)> = Vec::new();
    let (mut clear, mut seen_trigger, mut segment, mut at) = (true, false, 0, 0);
    while let Some((before, rest)) = utterance.split_at_checked(at)
        && let Some(first) = rest.chars().next()
    {
        let next = at + first.len_utf8();
        let quoted = match closing_quote(first) {
            Some(closing) => {
                let inside = utterance.get(next..).unwrap_or_default();
                let Some((inner, after)) = inside.split_once(closing) else {
                    // No closing quote from here on: nothing can be told apart.
                    clear = false;
                    break;
                };
                // A quotation inside one of the same kind: where does it end?
                clear &= !inner.contains(first);
                // "Read aloud: "Hello" is what he said": does the text end there?
                clear &= !before.trim_end().ends_with(COLONS)
                    || !after.trim_start().starts_with(is_letter);
                Some((inner, after))
            }
            None => single_quoted(before, rest),
        };
        if let Some((inner, after)) = quoted {
            let end = utterance.len() - after.len();
            if !inner.trim().is_empty() && !is_name(before, inner) {
                texts.push((inner, at, end));
            }
            at = end;
            continue;
        }
        if COLONS.contains(&first) {
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
                        texts.push((text, next, utterance.len()));
                    }
                    break;
                }
            }
        }
        at = next;
    }
    match texts.as_slice() {
        &[(text, start, end)] if clear => {
            let before = utterance.get(..start).unwrap_or_default();
            let after = utterance.get(end..).unwrap_or_default();
            let named = ends_with_any(&normalize(before), NAMING);
            Parts {
                text: Some(text.trim()),
                instruction: normalize(&[before, "\"\"", after].concat()),
                describes: !after.contains(is_letter) && !named,
            }
        }
        _ => Parts {
            text: None,
            instruction: normalize(utterance),
            describes: false,
        },
    }
}

/// Whether a quotation is the name of a voice, or of a model that the words before it choose.
fn is_name(before: &str, quoted: &str) -> bool {
    let quoted = normalize(quoted);
    let whole = |hit: &Hit| hit.start == 0 && hit.end == quoted.len() && is_model(hit.means);
    voice(&quoted).is_some()
        || ends_with_any(&normalize(before), BEFORE_VOICE)
            && hits(&quoted, &[]).first().is_some_and(whole)
}

const COLONS: [char; 2] = [':', '：'];

fn closing_quote(open: char) -> Option<char> {
    const QUOTES: [(char, char); 5] = [
        ('"', '"'),
        ('＂', '＂'),
        ('“', '”'),
        ('「', '」'),
        ('『', '』'),
    ];
    let quote = QUOTES.iter().find(|(opening, _)| *opening == open);
    quote.map(|(_, closing)| *closing)
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
    let mut heads: Vec<&str> = text.split(COLONS).collect();
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
            let article = |word| matches!(word, "a" | "an");
            let described = words(before).rev().skip(1).take(2).any(article);
            let valued = match *label {
                "voice" => before.ends_with("'s") || described && before.ends_with(is_letter),
                "声音" => before.ends_with('的'),
                _ => false,
            };
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
