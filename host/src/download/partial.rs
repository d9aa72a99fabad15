//! What there is of a file so far: beside its target, and of one version only.

use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use http::{HeaderMap, HeaderValue, Uri, header};
use sha2::{Digest, Sha256};

use super::{AudioFormat, Download, DownloadError, whole};
use crate::files::is_missing_there;
use crate::folder::{Folder, HiddenFile};

/// How many bytes are collected before they are written.
const BUFFER: usize = 256 << 10;

/// The longest note that is read, in bytes.
const LONGEST_NOTE: u64 = 512;

/// What names a version of a file: a strong `ETag`, else `Last-Modified`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validator(HeaderValue);

impl Validator {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let strong = |tag: &&HeaderValue| tag.as_bytes().starts_with(b"\"");
        let tag = headers.get(header::ETAG).filter(strong);
        tag.or(headers.get(header::LAST_MODIFIED))
            .cloned()
            .map(Self)
    }

    /// The header `If-Range`.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// The file, what is known of it, and the note beside it that names its version.
///
/// While no version is known the file goes when this is dropped: it could not be continued.
pub(super) struct Partial {
    file: HiddenFile,
    note: Option<String>,
    validator: Option<Validator>,
    hash: Sha256,
    /// The size with what is yet to be written.
    size: u64,
    prefix: Vec<u8>,
    buffer: Vec<u8>,
}

impl Partial {
    /// What an earlier call for the same address left in `folder`, else an empty file. While
    /// another call is at it, this one has a file of its own.
    pub(super) fn open(folder: &Folder, uri: &Uri) -> io::Result<Self> {
        let digest = hexadecimal(&Sha256::digest(uri.to_string()));
        let name = format!(".ima-{}.part", digest.get(..32).unwrap_or_default());
        let Some(file) = claim(folder, &name)? else {
            return Ok(Self::new(folder.scratch()?, None));
        };
        let mut partial = Self::new(file, Some(format!("{name}.version")));
        partial.recall()?;
        Ok(partial)
    }

    fn new(file: HiddenFile, note: Option<String>) -> Self {
        Self {
            file,
            note,
            validator: None,
            hash: Sha256::new(),
            size: 0,
            prefix: Vec::with_capacity(AudioFormat::PREFIX),
            buffer: Vec::new(),
        }
    }

    /// Takes up what is there, where its version is known.
    fn recall(&mut self) -> io::Result<()> {
        let noted = self.note.as_ref().and_then(|note| self.read_note(note));
        let Some(validator) = noted else {
            return self.restart(None);
        };
        let mut reader = BufReader::new(self.file.file());
        let mut chunk = vec![0; 64 << 10];
        loop {
            let read = reader.read(&mut chunk)?;
            let Some(data @ [_, ..]) = chunk.get(..read) else {
                break;
            };
            let missing = AudioFormat::PREFIX.saturating_sub(self.prefix.len());
            self.prefix.extend(data.iter().take(missing));
            self.hash.update(data);
            self.size += data.len() as u64;
        }
        self.validator = Some(validator);
        self.file.stay(true);
        Ok(())
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn validator(&self) -> Option<&Validator> {
        self.validator.as_ref()
    }

    /// Begins anew with a file of this version.
    pub(super) fn restart(&mut self, validator: Option<Validator>) -> io::Result<()> {
        self.file.file().set_len(0)?;
        self.file.file().seek(SeekFrom::Start(0))?;
        self.hash = Sha256::new();
        self.size = 0;
        self.prefix.clear();
        self.buffer.clear();
        // The note is on the disk before the first byte that it speaks of.
        match (&self.note, &validator) {
            (Some(note), Some(validator)) => {
                // Where the name is taken by something else, the file can't be continued later.
                if let Some(mut file) = self.file.folder().hidden(note.as_ref(), false)? {
                    file.set_len(0)?;
                    file.write_all(validator.0.as_bytes())?;
                    file.sync_all()
                        .or_else(|error| match is_missing_there(&error) {
                            true => Ok(()),
                            false => Err(error),
                        })?;
                }
            }
            _ => self.forget(),
        }
        let lasting = self.note.is_some() && validator.is_some();
        self.file.stay(lasting);
        self.validator = validator;
        Ok(())
    }

    /// Takes in more of the file, in memory. Whether it is time to [`flush`](Self::flush).
    pub(super) fn push(&mut self, data: &[u8]) -> bool {
        let missing = AudioFormat::PREFIX.saturating_sub(self.prefix.len());
        self.prefix.extend(data.iter().take(missing));
        self.buffer.extend_from_slice(data);
        self.size += data.len() as u64;
        self.buffer.len() >= BUFFER
    }

    /// Writes what was taken in.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.file().write_all(&self.buffer)?;
        self.hash.update(&self.buffer);
        self.buffer.clear();
        Ok(())
    }

    /// Whether the first bytes are there and are no audio.
    pub(super) fn is_foreign(&self) -> bool {
        self.prefix.len() == AudioFormat::PREFIX && AudioFormat::of(&self.prefix).is_none()
    }

    /// Whether it holds all of its audio, as far as can be told. `was_measured`: as for [`whole::is_whole`].
    pub(super) fn is_whole(&mut self, was_measured: bool) -> io::Result<bool> {
        self.flush()?;
        let Some(format) = AudioFormat::of(&self.prefix) else {
            return Ok(true);
        };
        whole::is_whole(self.file.file(), format, self.size, was_measured)
    }

    /// Removes everything.
    pub(super) fn discard(mut self) {
        self.forget();
        self.file.stay(false);
    }

    /// The version that a note names. It goes into a request, so nothing but a validator of HTTP is taken:
    /// a quoted tag, or a date.
    fn read_note(&self, name: &str) -> Option<Validator> {
        let file = self.file.folder().hidden(name.as_ref(), false).ok()??;
        let mut text = String::new();
        file.take(LONGEST_NOTE).read_to_string(&mut text).ok()?;
        let tag = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
        let date = text.ends_with(" GMT") && text.len() == "Thu, 01 Jan 1970 00:00:00 GMT".len();
        let value = HeaderValue::from_str(&text).ok()?;
        (tag || date).then_some(Validator(value))
    }

    fn forget(&self) {
        if let Some(note) = &self.note {
            let _ = self.file.folder().remove(note.as_ref());
        }
    }

    /// The whole file, on the disk.
    pub(super) fn finish(mut self) -> Result<Download, DownloadError> {
        let Some(format) = AudioFormat::of(&self.prefix) else {
            self.discard();
            return Err(DownloadError::NotAudio);
        };
        let synced = self
            .flush()
            .and_then(|()| match self.file.file().sync_all() {
                // Some file systems can't be told to write at once. The audio is there all the same.
                Err(error) if is_missing_there(&error) => Ok(()),
                synced => synced,
            });
        synced.map_err(|source| DownloadError::File {
            path: self.file.path(),
            source,
        })?;
        self.forget();
        self.file.stay(false);
        Ok(Download {
            sha256: hexadecimal(&self.hash.finalize()),
            file: self.file,
            format,
            size: self.size,
        })
    }
}

/// Opens or creates a file for this call alone; none where another one has it.
fn claim(folder: &Folder, name: &str) -> io::Result<Option<HiddenFile>> {
    // Audio is no secret: the file is as readable as any other that the user creates.
    let Some(file) = folder.hidden(name.as_ref(), true)? else {
        return Ok(None);
    };
    if file.try_lock().is_err() || !folder.leads_to(name.as_ref(), &file) {
        return Ok(None);
    }
    Ok(Some(HiddenFile::new(folder.clone(), name, file)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
