//! Plays audio with the first player that is there and can.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::setup::KEY;

/// A player and its options before the file.
type Player = (&'static str, &'static [&'static str]);

/// Players of every format.
const ANY: [Player; 3] = [
    ("ffplay", &["-nodisp", "-autoexit", "-loglevel", "error"]),
    ("mpv", &["--no-video", "--really-quiet"]),
    ("afplay", &[]),
];

/// Players of uncompressed audio.
const PLAIN: [Player; 2] = [("paplay", &[]), ("aplay", &["-q"])];

/// How playing a file went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Played {
    /// To its end, or until the user ended it.
    Done,
    /// No player is there.
    NoPlayer,
    /// Those that are there failed; the last one.
    Failed(&'static str),
}

/// Plays a file with the first player that can.
pub(crate) fn play(file: &Path) -> Played {
    // A name that begins with a dash would be taken for an option.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let plain = file.extension().and_then(OsStr::to_str) == Some("wav");
    let players = ANY.iter().chain(PLAIN.iter().filter(|_| plain));
    let mut played = Played::NoPlayer;
    for (program, options) in players {
        let status = Command::new(program)
            .args(*options)
            .arg(&file)
            // A player plays: the key is none of its business.
            .env_remove(KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match status {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Ended by a signal: the user has heard enough.
            Ok(status) if status.success() || status.code().is_none() => return Played::Done,
            Ok(_) | Err(_) => played = Played::Failed(program),
        }
    }
    played
}
