//! Whether a file holds all of its audio, as far as its container says how much that is.

mod frames;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::AudioFormat;

/// How far from its end a file of Ogg is searched for its last page, in bytes: a page is at most so long.
const LAST_PAGE: u64 = 65_307;

/// False if the container promises more than there is. Containers that promise nothing are whole, and so
/// are those whose sizes were never filled in. `was_measured`: the answer said how long it is, and came to
/// its end.
pub(super) fn is_whole(
    file: &mut File,
    format: AudioFormat,
    size: u64,
    was_measured: bool,
) -> io::Result<bool> {
    let at = file.stream_position()?;
    let whole = match format {
        AudioFormat::Wav => wav(file, size),
        AudioFormat::M4a => mpeg4(file, size),
        AudioFormat::Ogg => ogg(file, size),
        AudioFormat::Mp3 if !was_measured => frames::mp3(file, size),
        AudioFormat::Aac if !was_measured => frames::aac(file, size),
        AudioFormat::Flac if !was_measured => frames::flac(file, size),
        _ => Ok(true),
    };
    file.seek(SeekFrom::Start(at))?;
    whole
}

/// The size of the RIFF chunk. Who writes as it comes leaves 0 or something very large.
fn wav(file: &mut File, size: u64) -> io::Result<bool> {
    const NEVER_FILLED_IN: u32 = 0x7000_0000;
    let mut head = [0; 8];
    file.rewind()?;
    file.read_exact(&mut head)?;
    let [.., a, b, c, d] = head;
    let promised = u32::from_le_bytes([a, b, c, d]);
    let known = (1..NEVER_FILLED_IN).contains(&promised);
    Ok(!known || 8 + u64::from(promised) <= size)
}

/// The sizes of the boxes, one after the other.
fn mpeg4(file: &mut File, size: u64) -> io::Result<bool> {
    let mut at = 0;
    while at < size {
        let mut head = [0; 16];
        file.seek(SeekFrom::Start(at))?;
        let room = usize::try_from(size - at).unwrap_or(usize::MAX).min(16);
        let (head, _) = head.split_at_mut(room);
        file.read_exact(head)?;
        let length = match *head {
            // To the end of the file.
            [0, 0, 0, 0, ..] => return Ok(true),
            [0, 0, 0, 1, _, _, _, _, a, b, c, d, e, f, g, h] => {
                u64::from_be_bytes([a, b, c, d, e, f, g, h])
            }
            [a, b, c, d, _, _, _, _, ..] => u64::from(u32::from_be_bytes([a, b, c, d])),
            _ => return Ok(false),
        };
        if length < 8 {
            // No box at all: nobody can tell.
            return Ok(true);
        }
        at = at.saturating_add(length);
    }
    Ok(at == size)
}

/// Whether the last page says that it is the last one.
fn ogg(file: &mut File, size: u64) -> io::Result<bool> {
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(LAST_PAGE)))?;
    file.take(LAST_PAGE).read_to_end(&mut end)?;
    let mut pages = end.windows(6).filter_map(|window| match window {
        [b'O', b'g', b'g', b'S', _, flags] => Some(*flags),
        _ => None,
    });
    Ok(pages.next_back().is_none_or(|flags| flags & 4 != 0))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_container_that_promises_more_is_not_whole() {
        let wav = |size: u32| [b"RIFF", &size.to_le_bytes()[..], b"WAVEfmt "].concat();
        let page = |flags| [b"OggS\0", &[flags][..], &[0; 30]].concat();
        let audio = |rest: &[u8]| [b"\0\0\0\x0cftypM4A ", rest].concat();
        for (bytes, format, expected) in [
            (wav(8), AudioFormat::Wav, true),
            (wav(9), AudioFormat::Wav, false),
            (wav(0), AudioFormat::Wav, true),
            (wav(u32::MAX), AudioFormat::Wav, true),
            (audio(b""), AudioFormat::M4a, true),
            (audio(b"\0\0\0\x0amdat01"), AudioFormat::M4a, true),
            (audio(b"\0\0\0\x0bmdat01"), AudioFormat::M4a, false),
            (audio(b"\0\0\0"), AudioFormat::M4a, false),
            (audio(b"\0\0\0\0mdat0123"), AudioFormat::M4a, true),
            (
                audio(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x12ab"),
                AudioFormat::M4a,
                true,
            ),
            (
                audio(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x13ab"),
                AudioFormat::M4a,
                false,
            ),
            ([page(2), page(4)].concat(), AudioFormat::Ogg, true),
            ([page(2), page(0)].concat(), AudioFormat::Ogg, false),
            (b"\xff\xfb\x90\x64".to_vec(), AudioFormat::Mp3, false),
        ] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            let size = bytes.len() as u64;
            assert_eq!(
                is_whole(&mut file, format, size, false).unwrap(),
                expected,
                "{bytes:?}"
            );
            assert_eq!(file.stream_position().unwrap(), size);
            if format == AudioFormat::Mp3 {
                assert!(is_whole(&mut file, format, size, true).unwrap());
            }
        }
    }
}
