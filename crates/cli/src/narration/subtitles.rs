//! Subtitles beside a narration: a line for each sentence, timed by the real length of its part.

use std::fmt::Write;
use std::time::Duration;

use clap::ValueEnum;

use super::audio::Times;
use super::split::{Part, weight};

/// How subtitles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Srt,
    Vtt,
}

impl Format {
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Srt => "srt",
            Self::Vtt => "vtt",
        }
    }
}

/// The subtitles of parts that are heard at these times.
pub(crate) fn write(format: Format, parts: &[Part], times: &Times) -> String {
    let mut text = match format {
        Format::Srt => String::new(),
        Format::Vtt => "WEBVTT\n\n".to_owned(),
    };
    let mut number = 0;
    for (part, (start, length)) in parts.iter().zip(times) {
        let all: usize = part.sentences.iter().map(|it| weight(it)).sum();
        let mut before = 0;
        let at = |weight: usize| {
            let share = u128::try_from(weight).unwrap_or_default() * length.as_nanos()
                / u128::try_from(all.max(1)).unwrap_or(1);
            *start + Duration::from_nanos(u64::try_from(share).unwrap_or_default())
        };
        for sentence in &part.sentences {
            number += 1;
            let (from, to) = (at(before), at(before + weight(sentence)));
            before += weight(sentence);
            let speaker = part.speaker.as_deref();
            let line = match (speaker, format) {
                (Some(name), Format::Vtt) => format!("<v {name}>{}", escaped(sentence)),
                (Some(name), Format::Srt) => format!("{name}: {sentence}"),
                (None, Format::Vtt) => escaped(sentence),
                (None, Format::Srt) => sentence.clone(),
            };
            let (from, to) = (clock(from, format), clock(to, format));
            let _ = write!(text, "{number}\n{from} --> {to}\n{line}\n\n");
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn clock(time: Duration, format: Format) -> String {
    let (seconds, thousandths) = (time.as_secs(), time.subsec_millis());
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let point = match format {
        Format::Srt => ',',
        Format::Vtt => '.',
    };
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_has_its_share_of_the_time() {
        let part = |speaker: Option<&str>, sentences: &[&str]| Part {
            chapter: 0,
            speaker: speaker.map(str::to_owned),
            sentences: sentences.iter().map(|it| (*it).to_owned()).collect(),
            ends_paragraph: true,
        };
        let parts = [
            part(None, &["abcd", "abcd & efghi"]),
            part(Some("Anna"), &["雨"]),
        ];
        let seconds = Duration::from_secs;
        let times = vec![(seconds(0), seconds(8)), (seconds(3_700), seconds(1))];
        let srt = "1\n00:00:00,000 --> 00:00:02,000\nabcd\n\n2\n00:00:02,000 --> 00:00:08,000\nabcd & efghi\n\n3\n01:01:40,000 --> 01:01:41,000\nAnna: 雨\n\n";
        assert_eq!(write(Format::Srt, &parts, &times), srt);
        let vtt = write(Format::Vtt, &parts, &times);
        assert!(vtt.starts_with("WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\nabcd\n"));
        assert!(vtt.contains("abcd &amp; efghi") && vtt.contains("<v Anna>雨"));
    }
}
