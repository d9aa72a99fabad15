//! Audio that is a row of frames: MPEG audio and AAC by the lengths in their heads, FLAC by the samples
//! that it promises. Encoders are not always exact about the last frame, so these are asked only where
//! nothing else says how long a file is.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crate::download::mpeg::MpegFrame;

/// Longer than any frame of FLAC that the usual encoders make, in bytes.
const LAST_FRAME: u64 = 256 << 10;

/// MPEG audio: every frame is there, and as many as the first one says. Behind something that is no
/// frame nobody can tell.
pub(super) fn mp3(file: &mut File, size: u64) -> io::Result<bool> {
    let mut row = Row::begin(file)?;
    let (mut frames, mut promised) = (0, None);
    while row.at < size {
        let head = match row.head::<4>()? {
            Some(head) => head,
            None => return Ok(false),
        };
        let Some(frame) = MpegFrame::read(head) else {
            return Ok(true);
        };
        if frames == 0 {
            promised = row.promise(frame.note())?;
        }
        row.at += frame.length;
        frames += 1;
    }
    Ok(row.at == size && promised.is_none_or(|promised: u64| frames >= promised))
}

/// AAC in ADTS: every frame is there.
pub(super) fn aac(file: &mut File, size: u64) -> io::Result<bool> {
    let mut row = Row::begin(file)?;
    while row.at < size {
        let Some(head) = row.head::<6>()? else {
            return Ok(false);
        };
        let [0xff, second, _, fourth, fifth, sixth] = head else {
            return Ok(true);
        };
        let length = u64::from(fourth & 3) << 11 | u64::from(fifth) << 3 | u64::from(sixth >> 5);
        if second & 0xf6 != 0xf0 || length < 7 {
            return Ok(true);
        }
        row.at += length;
    }
    Ok(row.at == size)
}

/// FLAC: the file ends with a frame, and it holds the last sample that the beginning promises.
pub(super) fn flac(file: &mut File, size: u64) -> io::Result<bool> {
    let mut head = [0; 26];
    file.rewind()?;
    if read_up_to(file, &mut head)? < head.len() {
        return Ok(false);
    }
    let [
        b'f',
        b'L',
        b'a',
        b'C',
        _,
        0,
        0,
        34,
        _,
        _,
        longest,
        shorter,
        ..,
        samples,
        a,
        b,
        c,
        d,
    ] = head
    else {
        return Ok(true);
    };
    let promised = u64::from(samples & 0xf) << 32 | u64::from(u32::from_be_bytes([a, b, c, d]));
    if promised == 0 {
        return Ok(true);
    }
    let block = u64::from(u16::from_be_bytes([longest, shorter]));
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(LAST_FRAME)))?;
    file.take(LAST_FRAME).read_to_end(&mut end)?;
    let mut rest = (0..end.len()).rev().filter_map(|from| end.get(from..));
    Ok(rest
        .any(|frame| last_sample(frame, block).is_some_and(|it| it >= promised) && sum(frame) == 0))
}

/// The number of the first sample after a frame of FLAC, if these bytes begin with its head.
fn last_sample(frame: &[u8], block: u64) -> Option<u64> {
    let [0xff, second @ (0xf8 | 0xf9), third, _, number @ ..] = frame else {
        return None;
    };
    let (first, mut rest) = number.split_first()?;
    let more = match first.leading_ones() {
        0 => 0,
        ones @ 2..=7 => ones - 1,
        _ => return None,
    };
    let mut number = u64::from(*first) & (0x7f >> more);
    for _ in 0..more {
        let (byte, after) = rest.split_first()?;
        number = number << 6 | u64::from(byte & 0x3f);
        rest = after;
    }
    let samples = match (third >> 4, rest) {
        (1, _) => 192,
        (code @ 2..=5, _) => 576 << (code - 2),
        (6, [a, ..]) => u64::from(*a) + 1,
        (7, [a, b, ..]) => u64::from(u16::from_be_bytes([*a, *b])) + 1,
        (code @ 8..=15, _) => 256 << (code - 8),
        _ => return None,
    };
    let is_numbered_by_sample = second & 1 == 1;
    let first = match is_numbered_by_sample {
        true => number,
        false => number.checked_mul(block)?,
    };
    first.checked_add(samples)
}

/// The sum of FLAC, CRC-16 with the polynomial 0x8005: over a frame with its own sum it is 0.
fn sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        let mut sum = sum ^ u16::from(*byte) << 8;
        for _ in 0..8 {
            sum = match sum & 0x8000 {
                0 => sum << 1,
                _ => sum << 1 ^ 0x8005,
            };
        }
        sum
    })
}

/// A row of frames that is read from one head to the next.
struct Row<'a> {
    reader: BufReader<&'a mut File>,
    /// Where the next frame begins.
    at: u64,
    /// Where the reader stands.
    read: u64,
}

impl<'a> Row<'a> {
    /// Behind a tag of ID3.
    fn begin(file: &'a mut File) -> io::Result<Self> {
        file.rewind()?;
        let mut row = Self {
            reader: BufReader::new(file),
            at: 0,
            read: 0,
        };
        if let Some([b'I', b'D', b'3', _, _, flags, a, b, c, d]) = row.head::<10>()? {
            let size = [a, b, c, d].into_iter();
            let size = size.fold(0, |size, byte| size << 7 | u64::from(byte & 0x7f));
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            row.at = 10 + size + footer;
        }
        Ok(row)
    }

    /// The first bytes of the next frame. None if there are fewer.
    fn head<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        self.bytes(self.at)
    }

    fn bytes<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        let way = i64::try_from(at).ok().zip(i64::try_from(self.read).ok());
        let (to, from) = way.ok_or(io::ErrorKind::FileTooLarge)?;
        self.reader.seek_relative(to - from)?;
        let mut bytes = [0; N];
        let read = read_up_to(&mut self.reader, &mut bytes)?;
        self.read = at + read as u64;
        Ok((read == N).then_some(bytes))
    }

    /// How many frames the first one promises, if it does.
    fn promise(&mut self, note: u64) -> io::Result<Option<u64>> {
        Ok(match self.bytes(self.at + note)? {
            Some([b'X', b'i', b'n', b'g', _, _, _, flags, a, b, c, d])
            | Some([b'I', b'n', b'f', b'o', _, _, _, flags, a, b, c, d])
                if flags & 1 == 1 =>
            {
                Some(u64::from(u32::from_be_bytes([a, b, c, d])))
            }
            _ => None,
        })
    }
}

/// Reads until the bytes are full or there is no more. How many were read.
fn read_up_to(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut rest = bytes;
    let whole = rest.len();
    while !rest.is_empty() {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => rest = rest.split_at_mut(read).1,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(whole - rest.len())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A frame of layer III with 128 kilobits and 44,100 samples a second: 417 bytes.
    fn frame() -> Vec<u8> {
        let mut frame = vec![0; 417];
        frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x64]);
        frame
    }

    /// A first frame that promises so many.
    fn promising(frames: u8) -> Vec<u8> {
        let mut first = frame();
        first[36..48].copy_from_slice(&[b'X', b'i', b'n', b'g', 0, 0, 0, 1, 0, 0, 0, frames]);
        first
    }

    fn adts(length: u8) -> Vec<u8> {
        let mut frame = vec![0; usize::from(length)];
        frame[..6].copy_from_slice(&[0xff, 0xf1, 0x50, 0x80, length >> 3, length << 5 | 0x1f]);
        frame
    }

    /// One frame of 4,096 samples by its number, with its sum.
    fn flac_frame(number: u8) -> Vec<u8> {
        let mut frame = vec![0xff, 0xf8, 0xc9, 0x18, number, 0x55, 1, 2, 3, 4];
        let sum = sum(&frame).to_be_bytes();
        frame.extend(sum);
        frame
    }

    fn flac_of(samples: u32, frames: &[Vec<u8>]) -> Vec<u8> {
        let mut all = b"fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x42\xf0".to_vec();
        all.extend(samples.to_be_bytes());
        all.resize(42, 0);
        all.extend(frames.concat());
        all
    }

    fn is_whole(read: fn(&mut File, u64) -> io::Result<bool>, bytes: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        read(&mut file, bytes.len() as u64).unwrap()
    }

    #[test]
    fn frames_are_counted_and_read_to_their_end() {
        let song = [frame(), frame(), frame()].concat();
        let tagged = [b"ID3\x04\0\0\0\0\0\x05hello".to_vec(), song.clone()].concat();
        for whole in [&song, &tagged] {
            assert!(is_whole(mp3, whole));
            for cut in [1, 2, 100, 416] {
                assert!(!is_whole(mp3, &whole[..whole.len() - cut]), "{cut}");
            }
        }
        assert!(is_whole(mp3, &[&song[..], b"TAG", &[0; 125]].concat()));
        assert!(is_whole(mp3, &[promising(3), frame(), frame()].concat()));
        assert!(!is_whole(mp3, &[promising(4), frame(), frame()].concat()));
        assert!(is_whole(mp3, b"something else altogether"));
    }

    #[test]
    fn frames_of_aac_are_read_to_their_end() {
        let speech = [adts(20), adts(31)].concat();
        assert!(is_whole(aac, &speech));
        for cut in 1..31 {
            assert!(!is_whole(aac, &speech[..speech.len() - cut]), "{cut}");
        }
    }

    #[test]
    fn the_last_promised_sample_is_there() {
        let frames = [flac_frame(0), flac_frame(1)];
        let song = flac_of(8_000, &frames);
        assert!(is_whole(flac, &song));
        assert!(is_whole(flac, &flac_of(0, &frames)), "nothing is promised");
        assert!(!is_whole(flac, &flac_of(8_193, &frames)));
        for cut in 1..song.len() - 26 {
            assert!(!is_whole(flac, &song[..song.len() - cut]), "{cut}");
        }
    }

    #[test]
    fn whatever_a_file_holds_it_is_read_without_a_panic() {
        let mut bytes = [frame(), adts(20), flac_of(9, &[flac_frame(0)])].concat();
        for at in 0..bytes.len() {
            bytes[at] = bytes[at].wrapping_mul(31).wrapping_add(0xff);
            for read in [mp3, aac, flac] {
                is_whole(read, &bytes);
            }
        }
    }
}
