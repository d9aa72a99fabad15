//! Plays audio with the first player that is there.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

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

/// Plays a file to its end. False if there is no player.
pub(crate) fn play(file: &Path) -> bool {
    // A name that begins with a dash would be taken for an option.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let plain = file.extension().and_then(OsStr::to_str) == Some("wav");
    let players = ANY.iter().chain(PLAIN.iter().filter(|_| plain));
    for (program, options) in players {
        let played = Command::new(program)
            .args(*options)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        match played {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return true,
        }
    }
    false
}
