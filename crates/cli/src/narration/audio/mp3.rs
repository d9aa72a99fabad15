//! MP3: frames one after the other, without being encoded again. Pauses are frames without data.

use std::fs;
use std::io::{self, Write};
use std::time::Duration;

use ima_host::MpegFrame;

use super::{Clip, Times};

/// A frame of layer III, with its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    header: [u8; 4],
    length: usize,
    rate: u64,
    samples: u64,
    mono: bool,
}

/// Reads the header of a frame of layer III.
fn frame(bytes: &[u8]) -> Option<Frame> {
    let header: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    let it = MpegFrame::read(header).filter(|it| it.layer == 3)?;
    Some(Frame {
        header,
        length: usize::try_from(it.length).ok().filter(|it| *it > 4)?,
        rate: it.rate,
        samples: it.samples,
        mono: it.is_mono,
    })
}

/// Joins clips of the same rate and channels.
pub(super) fn join(clips: &[Clip], out: &mut impl Write) -> io::Result<Times> {
    let mut times = Vec::with_capacity(clips.len());
    let mut shape = None;
    let mut at = 0_u64;
    for clip in clips {
        let bytes = fs::read(&clip.path)?;
        let frames = frames(&bytes);
        let Some((first, _)) = frames.first().copied() else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let expected = *shape.get_or_insert((first.rate, first.mono, first.samples));
        if frames
            .iter()
            .any(|(it, _)| (it.rate, it.mono, it.samples) != expected)
        {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let time =
            |count: u64| Duration::from_nanos(count * first.samples * 1_000_000_000 / first.rate);
        times.push((time(at), time(frames.len() as u64)));
        for (_, bytes) in &frames {
            out.write_all(bytes)?;
        }
        let silence = clip.pause.as_nanos() / time(1).as_nanos().max(1);
        for _ in 0..silence {
            out.write_all(&silent(&first))?;
        }
        at += frames.len() as u64 + u64::try_from(silence).unwrap_or_default();
    }
    out.flush()?;
    Ok(times)
}

/// The frames of a file, without its tags and without the frame that only describes it.
fn frames(bytes: &[u8]) -> Vec<(Frame, &[u8])> {
    let mut at = match bytes {
        [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] => {
            let size = [a, b, c, d]
                .iter()
                .fold(0, |size, it| size << 7 | usize::from(**it & 0x7f));
            size + 10
        }
        _ => 0,
    };
    let mut found = Vec::new();
    while let Some(rest) = bytes.get(at..).filter(|it| it.len() >= 4) {
        match frame(rest).and_then(|it| Some((it, rest.get(..it.length)?))) {
            Some((it, data)) => {
                found.push((it, data));
                at += it.length;
            }
            None => at += 1,
        }
    }
    let describes = |data: &[u8]| {
        let head = data.get(..48.min(data.len())).unwrap_or_default();
        [b"Xing", b"Info", b"VBRI"]
            .iter()
            .any(|mark| head.windows(4).any(|it| it == *mark))
    };
    if found.first().is_some_and(|(_, data)| describes(data)) {
        found.remove(0);
    }
    found
}

/// A frame of the same shape in which nothing is to be heard: no checksum, no data.
fn silent(like: &Frame) -> Vec<u8> {
    let [sync, kind, rates, mode] = like.header;
    let header = [sync, kind | 1, rates, mode];
    let mut bytes = vec![0; like.length];
    for (byte, head) in bytes.iter_mut().zip(header) {
        *byte = head;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(frames: usize) -> Vec<u8> {
        // MPEG 2, 64 kbit/s, 24 kHz, mono: 192 bytes, 24 ms.
        let one = Frame {
            header: [0xff, 0xf3, 0x84, 0xc4],
            length: 192,
            rate: 24_000,
            samples: 576,
            mono: true,
        };
        assert_eq!(frame(&one.header), Some(one));
        let mut bytes = b"ID3\x04\0\0\0\0\0\x02xx".to_vec();
        let mut described = silent(&one);
        described[13..17].copy_from_slice(b"Info");
        bytes.extend(described);
        bytes.extend(silent(&one).repeat(frames));
        bytes.extend(b"TAG and the rest");
        bytes
    }

    #[test]
    fn frames_are_joined_with_pauses_and_without_tags() {
        let folder = tempfile::tempdir().unwrap();
        let clip = |name: &str, frames| {
            let path = folder.path().join(name);
            fs::write(&path, file(frames)).unwrap();
            Clip {
                path,
                pause: Duration::from_millis(48),
            }
        };
        let mut out = Vec::new();
        let times = join(&[clip("1", 5), clip("2", 10)], &mut out).unwrap();
        assert_eq!(out.len(), (5 + 2 + 10 + 2) * 192);
        let ms = Duration::from_millis;
        assert_eq!(times, [(ms(0), ms(120)), (ms(168), ms(240))]);
    }
}
