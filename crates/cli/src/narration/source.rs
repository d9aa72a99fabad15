//! What is read aloud: text, Markdown, EPUB or SRT as chapters of paragraphs, each with its speaker.

use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::epub;
use crate::command_error::CommandError;
use crate::texts;

/// A text with what is known of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) title: Option<String>,
    pub(crate) chapters: Vec<Chapter>,
}

/// What stands under one heading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chapter {
    pub(crate) title: Option<String>,
    pub(crate) paragraphs: Vec<Paragraph>,
}

/// What is spoken without a long pause.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    /// Who speaks, if it is said.
    pub(crate) speaker: Option<String>,
    pub(crate) text: String,
}

/// Files that are more than their text.
pub(crate) fn is_structured(path: &Path) -> bool {
    ["md", "markdown", "epub", "srt"].contains(&extension(path).as_str())
}

fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_lowercase()
}

/// Reads such a file.
pub(crate) fn read(path: &Path) -> Result<Book, CommandError> {
    if extension(path) == "epub" {
        return epub::read(&texts::bytes(path)?).map_err(|fault| fault.of(path));
    }
    let text = texts::read(path)?;
    let mut book = match extension(path).as_str() {
        "srt" => subtitles(&text),
        _ => markdown(&text),
    };
    book.title = book.title.or_else(|| title(path));
    Ok(book)
}

/// A title from the name of a file.
pub(crate) fn title(path: &Path) -> Option<String> {
    path.file_stem().map(|it| it.to_string_lossy().into_owned())
}

impl Book {
    /// Begins a chapter, unless the last one is empty and takes the title.
    pub(super) fn heading(&mut self, title: &str) {
        let title = words(title);
        if title.is_empty() {
            return;
        }
        match self.chapters.last_mut() {
            Some(last) if last.title.is_none() && last.paragraphs.is_empty() => {
                last.title = Some(title.clone());
            }
            _ => self.chapters.push(Chapter {
                title: Some(title.clone()),
                paragraphs: Vec::new(),
            }),
        }
        // A heading is read out, too.
        self.paragraph(None, &title);
    }

    pub(super) fn paragraph(&mut self, speaker: Option<&str>, text: &str) {
        let text = words(text);
        // Dashes and stars between two scenes can't be spoken.
        if !text.chars().any(char::is_alphanumeric) {
            return;
        }
        if self.chapters.is_empty() {
            self.chapters.push(Chapter::default());
        }
        if let Some(chapter) = self.chapters.last_mut() {
            chapter.paragraphs.push(Paragraph {
                speaker: speaker.map(str::to_owned),
                text,
            });
        }
    }
}

/// A text with single blanks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Paragraphs stand between blank lines. A short line by itself that names a chapter is a heading.
pub(crate) fn plain(text: &str, speakers: &[String]) -> Book {
    let mut book = Book::default();
    let text = text.replace("\r\n", "\n");
    for block in text.split("\n\n").flat_map(|it| it.split("\n \n")) {
        let block = block.trim();
        if !block.contains('\n') && is_heading(block) {
            book.heading(block);
            continue;
        }
        let mut current: (Option<&str>, String) = (None, String::new());
        for line in block.lines() {
            if let Some((speaker, said)) = spoken_by(line, speakers) {
                book.paragraph(current.0, &current.1);
                current = (Some(speaker), said.to_owned());
            } else {
                current.1.push('\n');
                current.1.push_str(line);
            }
        }
        book.paragraph(current.0, &current.1);
    }
    book
}

/// The speaker of a line such as `ANNA: Hello.`, if it is one of those.
fn spoken_by<'a, 'b>(line: &'b str, speakers: &'a [String]) -> Option<(&'a str, &'b str)> {
    let (name, said) = line.split_once([':', '：'])?;
    let name = name.trim().to_lowercase();
    let known = speakers.iter().find(|it| it.to_lowercase() == name)?;
    Some((known.as_str(), said.trim()))
}

/// `Chapter 3`, `PART TWO`, `第三章 雨`, `# …`: short, without the end of a sentence.
fn is_heading(line: &str) -> bool {
    let lower = line.trim_start_matches('#').trim().to_lowercase();
    let first = lower.split([' ', ':', '.']).next().unwrap_or_default();
    let named = [
        "chapter",
        "part",
        "book",
        "prologue",
        "epilogue",
        "preface",
        "introduction",
    ];
    let chinese =
        lower.starts_with('第') && lower.chars().take(10).any(|it| "章节回部卷篇".contains(it));
    let ends = lower.ends_with(['.', '!', '?', '。', '！', '？', ',', '，']);
    line.chars().count() <= 60
        && !ends
        && (named.contains(&first) || chinese || line.starts_with('#'))
}

/// Headings, paragraphs, list items and quotations; no code, no pictures, no HTML.
fn markdown(text: &str) -> Book {
    let mut book = Book::default();
    let mut block = String::new();
    let mut code = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(_) if code => {}
            Event::Text(part) | Event::Code(part) => block.push_str(&part),
            Event::SoftBreak | Event::HardBreak => block.push(' '),
            Event::End(TagEnd::Heading(level)) => {
                book.heading(&block);
                if level == pulldown_cmark::HeadingLevel::H1 && book.title.is_none() {
                    book.title = Some(words(&block));
                }
                block.clear();
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                book.paragraph(None, &block);
                block.clear();
            }
            Event::Start(Tag::Image { .. } | Tag::Item | Tag::Paragraph) if !block.is_empty() => {
                block.push(' ');
            }
            _ => {}
        }
    }
    book.paragraph(None, &block);
    book
}

/// The words of subtitles, without numbers and times. Sentences that go over several become one.
fn subtitles(text: &str) -> Book {
    let mut book = Book::default();
    let mut said = String::new();
    for line in text.lines().map(str::trim) {
        let number = !line.is_empty() && line.chars().all(|it| it.is_ascii_digit());
        if number || line.is_empty() || line.contains("-->") {
            continue;
        }
        said.push_str(&untagged(line));
        said.push(' ');
        if said
            .trim_end()
            .ends_with(['.', '!', '?', '。', '！', '？', '…'])
        {
            book.paragraph(None, &said);
            said.clear();
        }
    }
    book.paragraph(None, &said);
    book
}

/// A line without `<i>` and the like.
fn untagged(line: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for letter in line.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(book: &Book) -> Vec<String> {
        let chapter = |it: &Chapter| {
            let title = it.title.clone().unwrap_or_default();
            let said = it.paragraphs.iter().map(|it| match &it.speaker {
                Some(speaker) => format!("{speaker}> {}", it.text),
                None => it.text.clone(),
            });
            format!("{title}| {}", said.collect::<Vec<_>>().join(" / "))
        };
        book.chapters.iter().map(chapter).collect()
    }

    #[test]
    fn a_text_has_chapters_and_paragraphs() {
        let text =
            "Before.\n\nChapter 1\n\nIt was\nraining.\n\n* * *\n\nStill.\n\n第二章 雨\n\n雨停了。";
        let book = plain(text, &[]);
        let expected = [
            "| Before.",
            "Chapter 1| Chapter 1 / It was raining. / Still.",
            "第二章 雨| 第二章 雨 / 雨停了。",
        ];
        assert_eq!(shown(&book), expected);
    }

    #[test]
    fn a_script_has_speakers_and_other_colons_are_text() {
        let speakers = ["ANNA".to_owned(), "Ben".to_owned()];
        let script = "ANNA: Hello.\nHow are you?\nBEN：很好。\n\nNote: it rains.";
        assert_eq!(
            shown(&plain(script, &speakers)),
            ["| ANNA> Hello. How are you? / Ben> 很好。 / Note: it rains."]
        );
    }

    #[test]
    fn markdown_is_read_without_its_marks() {
        let text =
            "# A *walk*\n\nIt [rains](http://x), `still`.\n\n```\ncode\n```\n\n- one\n- two\n";
        let book = markdown(text);
        assert_eq!(book.title.as_deref(), Some("A walk"));
        assert_eq!(
            shown(&book),
            ["A walk| A walk / It rains, still. / one / two"]
        );
    }

    #[test]
    fn subtitles_are_read_as_sentences() {
        let text = "1\n00:00:01,000 --> 00:00:02,000\n<i>It was</i>\n\n2\n00:00:02,000 --> 00:00:03,000\nraining.\n";
        assert_eq!(shown(&subtitles(text)), ["| It was raining."]);
    }
}
