//! Reads the files in a ZIP archive: as much of the format as books use.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::DeflateDecoder;

/// The largest file that is read, in bytes: more is no text.
const LARGEST: u64 = 16 << 20;

/// Where the files of an archive are.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    /// The offset of the header, the method and the packed size of each.
    files: HashMap<String, (usize, u16, usize)>,
}

impl<'a> Archive<'a> {
    /// Reads the list at the end of the archive.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let from = bytes.len().saturating_sub(66_000);
        let tail = bytes.get(from..)?;
        let end = from + tail.windows(4).rposition(|it| it == b"PK\x05\x06")?;
        let mut at = number(bytes, end + 16, 4)?;
        let mut files = HashMap::new();
        while bytes.get(at..at.checked_add(4)?)? == b"PK\x01\x02" {
            let method = u16::try_from(number(bytes, at + 10, 2)?).ok()?;
            let packed = number(bytes, at + 20, 4)?;
            let (name, extra, comment) = (
                number(bytes, at + 28, 2)?,
                number(bytes, at + 30, 2)?,
                number(bytes, at + 32, 2)?,
            );
            let header = number(bytes, at + 42, 4)?;
            let text = bytes.get(at + 46..at + 46 + name)?;
            let text = String::from_utf8_lossy(text).into_owned();
            files.insert(text, (header, method, packed));
            at += 46 + name + extra + comment;
        }
        Some(Self { bytes, files })
    }

    /// The content of a file, if it is there and can be unpacked.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let (header, method, packed) = *self.files.get(name)?;
        let (name, extra) = (
            number(self.bytes, header + 26, 2)?,
            number(self.bytes, header + 28, 2)?,
        );
        let start = header + 30 + name + extra;
        let data = self.bytes.get(start..start.checked_add(packed)?)?;
        let mut content = Vec::new();
        let read = match method {
            0 => data.take(LARGEST).read_to_end(&mut content),
            8 => DeflateDecoder::new(data)
                .take(LARGEST)
                .read_to_end(&mut content),
            _ => return None,
        };
        read.ok().map(|_| content)
    }
}

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |sum, it| sum << 8 | usize::from(*it)),
    )
}
