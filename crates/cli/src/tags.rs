//! Tags in the files that are saved: what it is, of which model, when, and with what chapters.

use std::io;
use std::time::Duration;

use id3::frame::{Chapter, Comment};
use id3::{StorageFile, Tag, TagLike, Version};
use ima_host::AudioFormat;
use jiff::Zoned;

/// Who made it.
const ARTIST: &str = "IMA Studio";

/// What is known of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tags {
    pub(crate) title: Option<String>,
    /// What was asked for, if the user agreed that it is kept.
    pub(crate) prompt: Option<String>,
    pub(crate) model: String,
    /// Titles, and when they begin and end.
    pub(crate) chapters: Vec<(String, Duration, Duration)>,
}

impl Tags {
    /// Writes them into audio. Other formats than MP3, WAV and AIFF stay as they are.
    pub(crate) fn write(&self, mut audio: impl StorageFile, format: AudioFormat) -> io::Result<()> {
        if !Self::are_in(format) {
            return Ok(());
        }
        audio.rewind()?;
        let written = self.tag().write_to_file(audio, Version::Id3v24);
        written.map_err(io::Error::other)
    }

    /// Whether files of this format have tags.
    pub(crate) const fn are_in(format: AudioFormat) -> bool {
        matches!(
            format,
            AudioFormat::Mp3 | AudioFormat::Wav | AudioFormat::Aiff
        )
    }

    fn tag(&self) -> Tag {
        let mut tag = Tag::new();
        if let Some(title) = &self.title {
            tag.set_title(title);
        }
        tag.set_artist(ARTIST);
        tag.set_text("TENC", self.model.clone());
        tag.set_text("TDRC", Zoned::now().strftime("%Y-%m-%d").to_string());
        if let Some(prompt) = &self.prompt {
            tag.add_frame(Comment {
                lang: "und".to_owned(),
                description: String::new(),
                text: prompt.clone(),
            });
        }
        for (index, (title, start, end)) in self.chapters.iter().enumerate() {
            let ms = |time: &Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
            let mut name = Tag::new();
            name.set_title(title);
            tag.add_frame(Chapter {
                element_id: format!("chapter{}", index + 1),
                start_time: ms(start),
                end_time: ms(end),
                start_offset: u32::MAX,
                end_offset: u32::MAX,
                frames: name.frames().cloned().collect(),
            });
        }
        tag
    }

    /// The same for `ffmpeg`, where a chapter's times are set later: `@` and the index of its first part.
    pub(crate) fn for_ffmpeg(&self, first_parts: &[usize]) -> String {
        let escaped = |text: &str| {
            let mut safe = String::new();
            for letter in text.chars() {
                if "=;#\\\n".contains(letter) {
                    safe.push('\\');
                }
                safe.push(letter);
            }
            safe
        };
        let mut text = ";FFMETADATA1\n".to_owned();
        if let Some(title) = &self.title {
            text.push_str(&format!("title={}\n", escaped(title)));
        }
        let date = Zoned::now().strftime("%Y-%m-%d").to_string();
        text.push_str(&format!(
            "artist={ARTIST}\nencoded_by={}\ndate={date}\n",
            escaped(&self.model)
        ));
        for ((title, ..), part) in self.chapters.iter().zip(first_parts) {
            let title = escaped(title);
            text.push_str(&format!(
                "[CHAPTER]\nTIMEBASE=1/1000\nSTART=@{part}\ntitle={title}\n"
            ));
        }
        text
    }
}
