//! The text of an EPUB: the documents of its spine, in their order.

use std::collections::HashMap;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};

use super::source::Book;
use super::zip::Archive;
use crate::command_error::CommandError;
use crate::ui::text::command_error;

/// Why a file can't be read as an EPUB.
#[derive(Debug)]
pub(super) struct Unreadable;

impl Unreadable {
    pub(super) fn of(self, path: &Path) -> CommandError {
        let path = path.display();
        command_error!(
            Usage,
            "{path} can't be read as an EPUB." => "A book with copy protection can't be read. Try another file, or its text.",
            "无法读取 EPUB 文件 {path}。" => "有版权保护的书无法读取。请换一个文件，或用纯文本。"
        )
    }
}

/// Reads a book.
pub(super) fn read(bytes: &[u8]) -> Result<Book, Unreadable> {
    let archive = Archive::open(bytes).ok_or(Unreadable)?;
    let container = document(&archive, "META-INF/container.xml")?;
    let package = first(&container, "rootfile", "full-path").ok_or(Unreadable)?;
    let text = document(&archive, &package)?;
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut book = Book {
        title: title(&text),
        ..Book::default()
    };
    for name in spine(&text) {
        // What is missing or no text is no reason to leave the rest unread.
        if let Ok(page) = document(&archive, &joined(folder, &name)) {
            page_into(&page, &mut book);
        }
    }
    match book.chapters.is_empty() {
        true => Err(Unreadable),
        false => Ok(book),
    }
}

fn document(archive: &Archive<'_>, name: &str) -> Result<String, Unreadable> {
    let bytes = archive.read(name).ok_or(Unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| Unreadable)?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// A path beside the package, with its escapes and `..` resolved.
fn joined(folder: &str, name: &str) -> String {
    let name = name.split('#').next().unwrap_or_default();
    let decoded = unescaped(name);
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `%20` and the like as what they stand for.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let escaped = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        match escaped.filter(|_| *byte == b'%') {
            Some(escaped) => {
                bytes.push(escaped);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.attributes();
    let mut found = all.with_checks(false).flatten();
    let found = found.find(|it| it.key.local_name().as_ref() == name)?;
    Some(found.value.replace("&amp;", "&"))
}

/// An attribute of the first element of this name.
fn first(xml: &str, element: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == element => {
                return attribute(&tag, name);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn title(package: &str) -> Option<String> {
    let mut reader = Reader::from_str(package);
    let mut inside = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => inside = tag.local_name().as_ref() == "title",
            Event::Text(text) if inside => {
                let text = text.html_content();
                return Some(text.trim().to_owned()).filter(|it| !it.is_empty());
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The names of the documents, in the order of reading.
fn spine(package: &str) -> Vec<String> {
    let mut reader = Reader::from_str(package);
    let mut items = HashMap::new();
    let mut order = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "item" if attribute(&tag, "properties").as_deref() != Some("nav") => {
                    if let (Some(id), Some(href)) = (attribute(&tag, "id"), attribute(&tag, "href"))
                    {
                        items.insert(id, href);
                    }
                }
                "itemref" => order.extend(attribute(&tag, "idref")),
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    order.iter().filter_map(|id| items.remove(id)).collect()
}

/// Adds the text of a page: its headings begin chapters.
fn page_into(page: &str, book: &mut Book) {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = false;
    let (mut block, mut hidden) = (String::new(), 0_u32);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "head" | "script" | "style" | "nav" | "svg" | "rt" => hidden += 1,
                name if is_block(name) => flush(book, &mut block),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "head" | "script" | "style" | "nav" | "svg" | "rt" => {
                    hidden = hidden.saturating_sub(1);
                }
                "h1" | "h2" => {
                    book.heading(&block);
                    block.clear();
                }
                name if is_block(name) => flush(book, &mut block),
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "br" => block.push(' '),
            Event::Text(text) if hidden == 0 => {
                block.push_str(&text.html_content());
            }
            Event::CData(text) if hidden == 0 => {
                block.push_str(&text);
            }
            Event::GeneralRef(entity) if hidden == 0 => match entity.resolve_char_ref() {
                Ok(Some(letter)) => block.push(letter),
                _ => {
                    block.push_str(resolve_html5_entity(&entity).unwrap_or(" "));
                }
            },
            Event::Eof => break,
            _ => {}
        }
    }
    flush(book, &mut block);
}

fn flush(book: &mut Book, block: &mut String) {
    book.paragraph(None, block);
    block.clear();
}

fn is_block(name: &str) -> bool {
    let blocks: [&str; 16] = [
        "p",
        "div",
        "li",
        "blockquote",
        "section",
        "article",
        "tr",
        "td",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "figcaption",
        "body",
    ];
    blocks.contains(&name)
}
