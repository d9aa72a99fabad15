//! Joins the audio of the parts into one file: WAV and MP3 here, everything else with `ffmpeg`.

mod mp3;
mod wav;

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ima_host::AudioFormat;

use crate::setup::KEY;

/// What a narration can be kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Wav,
    Mp3,
    M4a,
}

impl Container {
    /// The one that a file's name asks for.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        match extension.as_str() {
            "wav" => Some(Self::Wav),
            "mp3" => Some(Self::Mp3),
            "m4a" | "m4b" => Some(Self::M4a),
            _ => None,
        }
    }

    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
        }
    }
}

/// The audio of a part, and how long it is silent after it.
#[derive(Debug, Clone)]
pub(crate) struct Clip {
    pub(crate) path: PathBuf,
    pub(crate) pause: Duration,
}

/// When each part begins and how long it is.
pub(crate) type Times = Vec<(Duration, Duration)>;

/// Whether this program is here.
pub(crate) fn has_ffmpeg() -> bool {
    let version = ffmpeg().arg("-version").stdout(Stdio::null()).status();
    version.is_ok_and(|it| it.success())
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-nostdin", "-v", "error"])
        // It converts: the key is none of its business.
        .env_remove(KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn run(command: &mut Command) -> io::Result<()> {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("ffmpeg failed")),
    }
}

/// Joins the clips into the container, or into what they are in if that needs `ffmpeg` and it is not
/// here. The file may be of any name. Tells what it became.
pub(crate) fn join(
    clips: &[Clip],
    wanted: Option<Container>,
    metadata: &str,
    out: &File,
    scratch: &Path,
) -> io::Result<(Container, Times)> {
    let formats: Vec<_> = clips.iter().map(|it| format(&it.path)).collect();
    let all = |format| formats.iter().all(|it| *it == format);
    if all(AudioFormat::Wav)
        && wanted.is_none_or(|it| it == Container::Wav)
        && let Ok(times) = wav::join(clips, &mut BufWriter::new(out))
    {
        return Ok((Container::Wav, times));
    }
    if all(AudioFormat::Mp3)
        && wanted.is_none_or(|it| it == Container::Mp3)
        && let Ok(times) = mp3::join(clips, &mut BufWriter::new(out))
    {
        return Ok((Container::Mp3, times));
    }
    if !has_ffmpeg() {
        return match (all(AudioFormat::Wav), all(AudioFormat::Mp3)) {
            (true, _) if fresh(out).is_ok() => {
                Ok((Container::Wav, wav::join(clips, &mut BufWriter::new(out))?))
            }
            (_, true) if fresh(out).is_ok() => {
                Ok((Container::Mp3, mp3::join(clips, &mut BufWriter::new(out))?))
            }
            _ => Err(io::Error::from(io::ErrorKind::Unsupported)),
        };
    }
    let out = fresh(out)?;
    convert(
        clips,
        wanted.unwrap_or(Container::Mp3),
        metadata,
        out,
        scratch,
    )
}

/// The file without what was written before.
fn fresh(mut out: &File) -> io::Result<&File> {
    out.set_len(0)?;
    out.rewind()?;
    Ok(out)
}

/// Decodes every clip, joins the samples and encodes them.
fn convert(
    clips: &[Clip],
    wanted: Container,
    metadata: &str,
    out: &File,
    scratch: &Path,
) -> io::Result<(Container, Times)> {
    let mut plain = Vec::with_capacity(clips.len());
    for (index, clip) in clips.iter().enumerate() {
        let path = scratch.join(format!("{index}.wav"));
        let mut decode = ffmpeg();
        decode.arg("-i").arg(&clip.path);
        run(decode
            .args(["-ac", "1", "-ar", "24000", "-c:a", "pcm_s16le", "-y"])
            .arg(&path))?;
        plain.push(Clip {
            path,
            pause: clip.pause,
        });
    }
    if wanted == Container::Wav {
        let times = wav::join(&plain, &mut BufWriter::new(out))?;
        return Ok((wanted, times));
    }
    let joined = scratch.join("joined.wav");
    let times = wav::join(&plain, &mut BufWriter::new(File::create(&joined)?))?;
    let tags = scratch.join("tags.txt");
    fs::write(&tags, chapters(metadata, &times))?;
    let encoded = scratch.join("encoded").with_extension(wanted.extension());
    let mut encode = ffmpeg();
    encode.arg("-i").arg(&joined).arg("-i").arg(&tags);
    encode.args(["-map", "0:a", "-map_metadata", "1", "-map_chapters", "1"]);
    encode.args(match wanted {
        Container::M4a => &[
            "-c:a",
            "aac",
            "-b:a",
            "96k",
            "-movflags",
            "+faststart",
            "-f",
            "mp4",
        ][..],
        Container::Mp3 | Container::Wav => &["-c:a", "libmp3lame", "-q:a", "3", "-f", "mp3"],
    });
    run(encode.arg("-y").arg(&encoded))?;
    io::copy(&mut File::open(&encoded)?, &mut &*out)?;
    Ok((wanted, times))
}

/// The metadata with the times of its chapters, which stand as `@` and the index of their first part.
fn chapters(metadata: &str, times: &Times) -> String {
    let mut text = String::new();
    let starts: Vec<usize> = metadata
        .lines()
        .filter_map(|line| line.strip_prefix("START=@")?.parse().ok())
        .collect();
    let at = |part: usize| times.get(part).map_or(0, |(start, _)| start.as_millis());
    let end = times
        .last()
        .map_or(0, |(start, length)| (*start + *length).as_millis());
    let mut chapter = 0;
    for line in metadata.lines() {
        if let Some(part) = line.strip_prefix("START=@") {
            let start = at(part.parse().unwrap_or_default());
            chapter += 1;
            let next = starts.get(chapter).map_or(end, |part| at(*part));
            text.push_str(&format!("START={start}\nEND={next}\n"));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// What a file holds, by its first bytes.
fn format(path: &Path) -> AudioFormat {
    let mut head = Vec::new();
    let read = File::open(path)
        .and_then(|file| file.take(AudioFormat::PREFIX as u64).read_to_end(&mut head));
    let known = read.ok().and_then(|_| AudioFormat::of(&head));
    known.unwrap_or(AudioFormat::Unknown)
}
