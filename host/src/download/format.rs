//! Tells audio formats apart by their first bytes.

/// An audio format, known by the first bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudioFormat {
    /// WAVE.
    Wav,
    /// MPEG audio.
    Mp3,
    /// Ogg, whatever is inside.
    Ogg,
    /// FLAC.
    Flac,
    /// MPEG-4 audio.
    M4a,
    /// AAC without a container.
    Aac,
    /// WebM or Matroska, whatever is inside.
    WebM,
    /// AMR.
    Amr,
    /// AIFF.
    Aiff,
    /// Nothing that is known here. It is kept, since it was paid for.
    Unknown,
}

impl AudioFormat {
    /// The extension of its files, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::Flac => "flac",
            Self::M4a => "m4a",
            Self::Aac => "aac",
            Self::WebM => "webm",
            Self::Amr => "amr",
            Self::Aiff => "aiff",
            Self::Unknown => "audio",
        }
    }

    /// How many bytes [`of`](Self::of) looks at.
    pub const PREFIX: usize = 64;

    /// The format of a file by its first bytes. None if it is empty, or a page or data of a program in
    /// place of audio: HTML, XML or JSON.
    pub fn of(prefix: &[u8]) -> Option<Self> {
        Self::detect(prefix).or_else(|| {
            let text = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix);
            let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
            match first {
                None | Some(b'<' | b'{' | b'[') => None,
                Some(_) => Some(Self::Unknown),
            }
        })
    }

    fn detect(prefix: &[u8]) -> Option<Self> {
        match prefix {
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'A',
                b'V',
                b'E',
                ..,
            ] => Some(Self::Wav),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::M4a),
            [
                b'F',
                b'O',
                b'R',
                b'M',
                _,
                _,
                _,
                _,
                b'A',
                b'I',
                b'F',
                b'F' | b'C',
                ..,
            ] => Some(Self::Aiff),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::WebM),
            [b'#', b'!', b'A', b'M', b'R', ..] => Some(Self::Amr),
            // A sync word with layer 0: ADTS.
            [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(Self::Aac),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [b'f', b'L', b'a', b'C', ..] => Some(Self::Flac),
            [b'I', b'D', b'3', ..] => Some(Self::Mp3),
            // A frame's sync word, with a layer, a bit rate and a sample rate that exist.
            [0xff, second, third, ..]
                if second & 0xe0 == 0xe0
                    && second & 0x18 != 0x08
                    && second & 0x06 != 0
                    && third & 0xf0 != 0xf0
                    && third & 0x0c != 0x0c =>
            {
                Some(Self::Mp3)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        for (prefix, format) in [
            (&b"RIFF\x24\0\0\0WAVEfmt "[..], Some(AudioFormat::Wav)),
            (b"ID3\x04\0\0\0\0\0\0\0\0", Some(AudioFormat::Mp3)),
            (b"\xff\xfb\x90\x64\0\0\0\0\0\0\0\0", Some(AudioFormat::Mp3)),
            (b"OggS\0\x02\0\0\0\0\0\0", Some(AudioFormat::Ogg)),
            (b"fLaC\0\0\0\x22\0\0\0\0", Some(AudioFormat::Flac)),
            (b"\0\0\0\x20ftypM4A ", Some(AudioFormat::M4a)),
            (b"RIFF\x24\0\0\0AVI ", None),
            (b"<!DOCTYPE html>", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff", None),
            (b"", None),
        ] {
            assert_eq!(AudioFormat::detect(prefix), format, "{prefix:?}");
        }
    }

    #[test]
    fn only_pages_data_and_nothing_at_all_are_refused() {
        for (prefix, format) in [
            (&b"\xff\xf1\x50\x80"[..], Some(AudioFormat::Aac)),
            (b"\x1a\x45\xdf\xa3\x9f", Some(AudioFormat::WebM)),
            (b"#!AMR\n", Some(AudioFormat::Amr)),
            (b"FORM\0\0\0\x20AIFF", Some(AudioFormat::Aiff)),
            (b"\x01\x02\x03", Some(AudioFormat::Unknown)),
            (b"\xef\xbb\xbf\n <html>", None),
            (b"<?xml version=", None),
            (b" {\"error\":1}", None),
            (b"[]", None),
            (b" \n", None),
            (b"", None),
        ] {
            assert_eq!(AudioFormat::of(prefix), format, "{prefix:?}");
        }
    }
}
