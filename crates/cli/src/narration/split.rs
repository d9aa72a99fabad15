//! Splits a book into parts that each are one generation: at sentences, and never over a heading or a
//! change of the speaker.

use super::source::{Book, Paragraph};

/// A part of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Which chapter it is in, from 0.
    pub(crate) chapter: usize,
    pub(crate) speaker: Option<String>,
    pub(crate) sentences: Vec<String>,
    /// Whether a paragraph ends with it.
    pub(crate) ends_paragraph: bool,
}

impl Part {
    pub(crate) fn text(&self) -> String {
        joined(&self.sentences)
    }
}

/// Sentences as one text: Chinese has no blanks between them.
fn joined(sentences: &[String]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        let chinese = text.chars().next_back().is_none_or(is_wide);
        if !chinese {
            text.push(' ');
        }
        text.push_str(sentence);
    }
    text
}

/// How long a text is to speak: a Chinese letter is a syllable, which has three letters elsewhere.
pub(crate) fn weight(text: &str) -> usize {
    text.chars().map(|it| if is_wide(it) { 3 } else { 1 }).sum()
}

fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Splits a book into parts of at most this weight.
pub(crate) fn parts(book: &Book, most: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    for (chapter, it) in book.chapters.iter().enumerate() {
        let mut packing = Packing {
            chapter,
            most,
            parts: &mut parts,
            speaker: None,
            sentences: Vec::new(),
            weight: 0,
        };
        for paragraph in &it.paragraphs {
            packing.paragraph(paragraph);
        }
        packing.close(true);
    }
    parts
}

struct Packing<'a> {
    chapter: usize,
    most: usize,
    parts: &'a mut Vec<Part>,
    speaker: Option<String>,
    sentences: Vec<String>,
    weight: usize,
}

impl Packing<'_> {
    fn paragraph(&mut self, paragraph: &Paragraph) {
        if paragraph.speaker != self.speaker {
            self.close(true);
            self.speaker.clone_from(&paragraph.speaker);
        }
        let mut pieces: Vec<String> = sentences(&paragraph.text)
            .into_iter()
            // Room for what is added below.
            .flat_map(|it| pieces(it, self.most.saturating_sub(3)))
            .map(str::to_owned)
            .collect();
        if let Some(last) = pieces.last_mut()
            && last.chars().next_back().is_some_and(char::is_alphanumeric)
        {
            // A heading, or a line without an end: the voice rests after it.
            last.push(if last.chars().any(is_wide) {
                '。'
            } else {
                '.'
            });
        }
        for piece in pieces {
            let weight = weight(&piece) + 1;
            if self.weight + weight > self.most {
                self.close(false);
            }
            self.weight += weight;
            self.sentences.push(piece);
        }
        // Where a part ends depends on what is near, so that an edit changes the parts near it only.
        if self.weight >= self.most / 2 && hash(&paragraph.text).is_multiple_of(3) {
            self.close(true);
        }
    }

    fn close(&mut self, ends_paragraph: bool) {
        self.weight = 0;
        if !self.sentences.is_empty() {
            self.parts.push(Part {
                chapter: self.chapter,
                speaker: self.speaker.clone(),
                sentences: std::mem::take(&mut self.sentences),
                ends_paragraph,
            });
        }
    }
}

/// The same on every machine and in every version.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The sentences of a text, without the blanks between them.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut letters = text.char_indices().peekable();
    let mut ending = false;
    while let Some((at, letter)) = letters.next() {
        let end = at + letter.len_utf8();
        let next = letters.peek().map(|(_, it)| *it);
        let wide = matches!(letter, '。' | '！' | '？' | '…' | '；');
        ending = match letter {
            '.' => !is_abbreviation(text.get(start..at).unwrap_or_default()),
            '!' | '?' => true,
            _ if wide => true,
            // A quotation mark or a bracket belongs to the sentence that it closes.
            '"' | '\'' | '”' | '’' | '」' | '』' | '）' | ')' | '»' => ending,
            _ => false,
        };
        let closes = |it: char| "\"'”’」』）)».!?。！？…".contains(it);
        let over = match next {
            None => true,
            Some(next) if closes(next) => false,
            Some(next) => {
                ending
                    && (next.is_whitespace()
                        || is_wide(next) && !letter.is_ascii()
                        || wide
                        || is_closing_wide(letter))
            }
        };
        if over {
            let sentence = text.get(start..end).unwrap_or_default().trim();
            if !sentence.is_empty() {
                found.push(sentence);
            }
            start = end;
            ending = false;
        }
    }
    found
}

fn is_closing_wide(letter: char) -> bool {
    matches!(letter, '”' | '」' | '』' | '）')
}

/// Whether what stands before a full stop is no end of a sentence: `Mr`, `e.g`, an initial, a number.
fn is_abbreviation(before: &str) -> bool {
    const SHORT: [&str; 20] = [
        "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "no", "vol", "fig", "e.g",
        "i.e", "a.m", "p.m", "u.s", "approx", "inc",
    ];
    let word = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let word = word.trim_start_matches(['(', '"', '“', '\'', '‘']);
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase) && word != "I";
    initial || SHORT.contains(&word.to_lowercase().as_str())
}

/// A sentence that is too long by itself, cut at commas, else at blanks, else anywhere.
fn pieces(sentence: &str, most: usize) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while weight(rest) + 1 > most {
        let (mut sum, mut comma, mut blank, mut any) = (0, None, None, rest.len());
        for (at, letter) in rest.char_indices() {
            sum += if is_wide(letter) { 3 } else { 1 };
            let end = at + letter.len_utf8();
            if sum + 1 > most {
                any = at.max(1);
                break;
            }
            match letter {
                ',' | ';' | ':' | '，' | '；' | '：' | '、' => comma = Some(end),
                _ if letter.is_whitespace() => blank = Some(end),
                _ => {}
            }
        }
        while !rest.is_char_boundary(any) {
            any += 1;
        }
        let (piece, after) = rest.split_at(comma.or(blank).unwrap_or(any));
        found.push(piece.trim());
        rest = after.trim_start();
    }
    found.push(rest.trim());
    found.retain(|it| it.chars().any(char::is_alphanumeric));
    found
}

#[cfg(test)]
mod tests {
    use super::super::source::plain;
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_rests() {
        for (text, expected) in [
            (
                "It rains. Still! Why?",
                &["It rains.", "Still!", "Why?"][..],
            ),
            (
                "Mr. J. Smith paid 3.50 at 5 p.m. today.",
                &["Mr. J. Smith paid 3.50 at 5 p.m. today."],
            ),
            (
                "“Come in,” he said. “Now!” She came.",
                &["“Come in,” he said.", "“Now!”", "She came."],
            ),
            (
                "雨停了。他说：“走吧！”我们走了……",
                &["雨停了。", "他说：“走吧！”", "我们走了……"],
            ),
            ("no end", &["no end"]),
            ("Wait... what?", &["Wait...", "what?"]),
        ] {
            assert_eq!(sentences(text), expected);
        }
    }

    #[test]
    fn every_word_is_in_one_part_and_no_part_is_too_long() {
        let text: String = (0..300)
            .map(|it| {
                format!(
                    "This is sentence number {it}, and 雨 falls.{}",
                    if it % 7 == 0 { "\n\n" } else { " " }
                )
            })
            .collect();
        for most in [40, 200, 1_000] {
            let book = plain(&text, &[]);
            let parts = parts(&book, most);
            assert!(parts.iter().all(|it| weight(&it.text()) <= most));
            let letters = |text: &str| {
                text.chars()
                    .filter(|it| it.is_alphanumeric())
                    .collect::<String>()
            };
            let all: String = parts.iter().map(Part::text).collect();
            assert_eq!(letters(&all), letters(&text));
        }
    }

    #[test]
    fn an_edit_changes_the_parts_near_it_only() {
        let lines: Vec<String> = (0..400)
            .map(|it| format!("Paragraph {it} says something of its own, at some length."))
            .collect();
        let split = |lines: &[String]| -> Vec<String> {
            let parts = parts(&plain(&lines.join("\n\n"), &[]), 1_000);
            parts.iter().map(Part::text).collect()
        };
        let before = split(&lines);
        let mut edited = lines.clone();
        edited.insert(40, "Something new, which was not there.".to_owned());
        let after = split(&edited);
        let fresh = after.iter().filter(|it| !before.contains(it)).count();
        assert!(
            before.len() > 20 && fresh <= 4,
            "{fresh} of {}",
            before.len()
        );
    }

    #[test]
    fn a_long_sentence_is_cut_at_its_commas() {
        let parts = pieces("one two, three four, five six", 12);
        assert_eq!(parts, ["one two,", "three four,", "five six"]);
        let parts = pieces("雨雨雨雨雨雨", 7);
        assert_eq!(parts, ["雨雨", "雨雨", "雨雨"]);
    }
}
