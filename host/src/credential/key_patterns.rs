//! Recognises a key in a text, also where it is escaped or encoded.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;

/// What a key looks like: as it is, reversed, in hexadecimal, and within base64 at each of the three
/// places where it may begin there.
///
/// Each of its characters may be escaped as JSON, URLs and HTML do it: `\u0069`, `\/`, `%69`,
/// `&#105;`, `&#x69;`, `&amp;`. Nothing but the key is looked for: a part of it is no trace.
pub(crate) struct KeyPatterns {
    plain: Zeroizing<Vec<u8>>,
    encoded: Vec<Zeroizing<Vec<u8>>>,
    /// Which bytes a trace may begin with: where no other one is, nothing need be compared.
    begins: Zeroizing<[bool; 256]>,
}

/// The shortest piece of base64 that says anything.
const SHORTEST: usize = 6;

/// The most backslashes before an escaped character: JSON four deep has fifteen.
const MOST_SLASHES: usize = 16;

fn in_hexadecimal(key: &[u8], upper: bool) -> Vec<u8> {
    let digit = |half: u8| match (half, upper) {
        (0..=9, _) => b'0' + half,
        (_, false) => b'a' + half - 10,
        (_, true) => b'A' + half - 10,
    };
    key.iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

impl KeyPatterns {
    pub(super) fn of(key: &[u8]) -> Self {
        let mut encoded: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            for before in 0..3_usize {
                let mut text = Zeroizing::new(vec![0; before]);
                text.extend_from_slice(key);
                let whole = Zeroizing::new(engine.encode(&*text).into_bytes());
                // What the neighbours have a part in can't be known.
                let first = (before * 8).div_ceil(6);
                let last = text.len() * 8 / 6;
                let piece = whole.get(first..last).unwrap_or_default();
                let piece = Zeroizing::new(piece.to_vec());
                if piece.len() >= SHORTEST && !encoded.contains(&piece) {
                    encoded.push(piece);
                }
            }
        }
        let plain = Zeroizing::new(key.to_vec());
        if key.len() >= SHORTEST {
            let reversed: Vec<u8> = key.iter().rev().copied().collect();
            encoded.push(Zeroizing::new(reversed));
            for upper in [false, true] {
                encoded.push(Zeroizing::new(in_hexadecimal(key, upper)));
            }
        }
        let mut begins = Zeroizing::new([false; 256]);
        let escapes = b"\\%&".iter();
        let first = std::iter::once(&plain)
            .chain(&encoded)
            .flat_map(|word| word.first());
        for byte in escapes.chain(first) {
            for byte in [*byte, byte.to_ascii_lowercase()] {
                if let Some(begins) = begins.get_mut(usize::from(byte)) {
                    *begins = true;
                }
            }
        }
        Self {
            plain,
            encoded,
            begins,
        }
    }

    /// The next place, from `at` on, where a trace may begin.
    fn candidate(&self, text: &[u8], at: usize) -> Option<usize> {
        let begins = |byte: &u8| self.begins.get(usize::from(*byte)) == Some(&true);
        Some(at + text.get(at..)?.iter().position(begins)?)
    }

    /// Whether there is a trace of the key. A text in lower case, as a header's name is, is
    /// compared as such too.
    pub(crate) fn are_in(&self, text: &[u8]) -> bool {
        let lower = |rest: &[u8]| {
            let start = rest.get(..self.plain.len()).unwrap_or_default();
            let plain = self.plain.iter().map(u8::to_ascii_lowercase);
            start.len() == self.plain.len() && start.iter().copied().eq(plain)
        };
        let mut next = self.candidate(text, 0);
        while let Some(at) = next {
            let rest = text.get(at..).unwrap_or_default();
            if self.at(rest).is_some() || lower(rest) {
                return true;
            }
            next = self.candidate(text, at + 1);
        }
        false
    }

    /// `text` with every trace replaced, or none where there is nothing to replace.
    pub(crate) fn replaced(&self, text: &[u8], mark: &[u8]) -> Option<Vec<u8>> {
        let mut clean: Vec<u8> = Vec::new();
        let (mut kept, mut at) = (0, 0);
        while let Some(start) = self.candidate(text, at) {
            let rest = text.get(start..).unwrap_or_default();
            let Some((length, encoded)) = self.at(rest) else {
                at = start + 1;
                continue;
            };
            let (mut start, mut end) = (start, start + length);
            if encoded {
                // The characters at both ends hold a part of the key, too: the word goes whole.
                let word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
                let before = text.get(kept..start).unwrap_or_default();
                start -= before.iter().rev().take_while(word).count();
                let after = text.get(end..).unwrap_or_default();
                end += after.iter().take_while(word).count();
            }
            clean.extend_from_slice(text.get(kept..start).unwrap_or_default());
            clean.extend_from_slice(mark);
            (kept, at) = (end, end);
        }
        (kept > 0).then(|| {
            clean.extend_from_slice(text.get(kept..).unwrap_or_default());
            clean
        })
    }

    /// The length of a trace at the beginning of `text`, and whether it is encoded.
    fn at(&self, text: &[u8]) -> Option<(usize, bool)> {
        spelled(text, &self.plain)
            .map(|length| (length, false))
            .or_else(|| {
                let encoded = self.encoded.iter();
                let longest = encoded.filter_map(|piece| spelled(text, piece)).max();
                longest.map(|length| (length, true))
            })
    }
}

/// How many bytes at the beginning of `text` spell `word`, however each character is escaped.
fn spelled(text: &[u8], word: &[u8]) -> Option<usize> {
    let mut rest = text;
    for (index, wanted) in word.iter().enumerate() {
        let escape = unescape(rest).filter(|(byte, _)| byte == wanted);
        let length = match (rest.first() == Some(wanted), escape) {
            (true, None) => 1,
            (false, Some((_, length))) => length,
            // The character may stand for itself or begin its own escape.
            (true, Some((_, length))) => {
                let literal = spelled(rest.get(1..)?, word.get(index + 1..)?);
                match literal {
                    Some(more) => return Some(text.len() - rest.len() + 1 + more),
                    None => length,
                }
            }
            (false, None) => return None,
        };
        rest = rest.get(length..)?;
    }
    Some(text.len() - rest.len())
}

/// The character of an escape at the beginning of `text`, and the escape's length.
fn unescape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', ..] => {
            // JSON within JSON doubles its backslashes. Of a longer run only the end can matter,
            // and counting all of it at each of its places would take the square of its length.
            let run = text.iter().take(MOST_SLASHES);
            let slashes = run.take_while(|byte| **byte == b'\\').count();
            match text.get(slashes..)? {
                [b'u', b'0', b'0', high, low, ..] => {
                    hexadecimal(&[*high, *low]).map(|byte| (byte, slashes + 5))
                }
                [byte, ..] => Some((*byte, slashes + 1)),
                [] => None,
            }
        }
        [b'%', high, low, ..] => hexadecimal(&[*high, *low]).map(|byte| (byte, 3)),
        [b'&', rest @ ..] => {
            let end = rest.iter().take(8).position(|byte| *byte == b';')?;
            let byte = match rest.get(..end)? {
                b"amp" => b'&',
                b"lt" => b'<',
                b"gt" => b'>',
                b"apos" => b'\'',
                [b'#', b'x' | b'X', digits @ ..] => hexadecimal(digits)?,
                [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
                _ => return None,
            };
            Some((byte, end + 2))
        }
        _ => None,
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    let valid = digits.iter().all(u8::is_ascii_hexdigit);
    valid.then(|| u8::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const KEY: &str = "ima_k/<7>&y+z~0";

    fn clean(text: &str) -> Option<String> {
        let clean = KeyPatterns::of(KEY.as_bytes()).replaced(text.as_bytes(), b"*");
        clean.map(|clean| String::from_utf8(clean).unwrap())
    }

    fn each(escape: impl Fn(u8) -> String) -> String {
        KEY.bytes().map(escape).collect()
    }

    #[test]
    fn it_is_found_however_its_characters_are_escaped() {
        for text in [
            KEY.to_owned(),
            KEY.replace('/', "\\/"),
            KEY.replace('/', "\\\\/"),
            KEY.replace('<', "\\u003c").replace('>', "\\u003E"),
            KEY.replace('&', "\\\\u0026"),
            KEY.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&#62;"),
            each(|byte| format!("\\u{byte:04x}")),
            each(|byte| format!("\\u{byte:04X}")),
            each(|byte| format!("%{byte:02x}")),
            each(|byte| format!("%{byte:02X}")),
            each(|byte| format!("&#{byte};")),
            each(|byte| format!("&#x{byte:x};")),
        ] {
            let around = format!("\"a{text}b\"{text}");
            assert_eq!(clean(&around).as_deref(), Some("\"a*b\"*"), "{text}");
        }
    }

    #[test]
    fn it_is_found_in_base64_wherever_it_begins() {
        for before in ["", "u", "us", "user:", "Bearer "] {
            for after in ["", ":", "::", "\r\n"] {
                let text = format!("{before}{KEY}{after}");
                for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                    let around = format!("say {encoded}, please");
                    assert_eq!(clean(&around).as_deref(), Some("say *, please"), "{text}");
                    let escaped = format!("\"{}\"", encoded.replace('/', "\\/"));
                    let piece = encoded.get(4..12).unwrap();
                    assert!(!clean(&escaped).unwrap().contains(piece));
                }
            }
        }
    }

    #[test]
    fn it_is_found_reversed_and_in_hexadecimal() {
        let key = KEY.as_bytes();
        let reversed: String = KEY.chars().rev().collect();
        let hex = |upper| String::from_utf8(in_hexadecimal(key, upper)).unwrap();
        for trace in [reversed, hex(false), hex(true)] {
            let text = format!("<{trace}>");
            assert!(KeyPatterns::of(key).are_in(text.as_bytes()), "{text}");
            assert!(!clean(&text).unwrap().contains(&trace));
        }
    }

    #[test]
    fn what_is_not_the_key_stays() {
        for text in [
            "",
            "ima_",
            "ima_k",
            "\\",
            "%",
            "%6",
            "&",
            "&#;",
            "\\u00",
            "{\"code\":0}",
            "&#999;",
        ] {
            assert_eq!(clean(text), None, "{text}");
        }
    }

    #[test]
    fn a_run_of_backslashes_hides_nothing_and_takes_its_length() {
        let text = format!("{}u0069ma_k/<7>&y+z~0", "\\".repeat(1 << 20));
        let clean = clean(&text).unwrap();
        assert!(clean.ends_with("\\*"), "{}", clean.len());
        for escape in ["\\", "%", "&", "&#", "%69", "aW1h"] {
            assert_eq!(super::tests::clean(&escape.repeat(1 << 18)), None);
        }
    }

    #[test]
    fn a_name_in_lower_case_is_recognised() {
        let traces = KeyPatterns::of(b"ima_KEY");
        assert!(traces.are_in(b"x-ima_key"));
        assert!(!traces.are_in(b"x-ima"));
    }
}
