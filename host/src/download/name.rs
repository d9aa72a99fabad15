//! Names for audio files.

use super::AudioFormat;

/// The most characters of a name before its number and extension.
const LONGEST: usize = 60;

/// A file name for the audio of index `index` (from 0): `base`, a number from the second file on,
/// and the format's extension. `base` may be anything, a title or a task id: what a file name can't
/// hold or what would lead elsewhere becomes a hyphen, and where nothing is left it is `ima`.
///
/// ```
/// use ima_host::{AudioFormat, file_name};
///
/// assert_eq!(file_name("Rain / Tin roof", 0, AudioFormat::Mp3), "Rain - Tin roof.mp3");
/// assert_eq!(file_name("ima-task_1", 1, AudioFormat::Wav), "ima-task_1-2.wav");
/// ```
pub fn file_name(base: &str, index: usize, format: AudioFormat) -> String {
    let plain = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() => '-',
        letter => letter,
    };
    let base: String = base.chars().map(plain).take(LONGEST).collect();
    // A leading dot hides a file, a leading hyphen is an option, a trailing dot or space is lost.
    let base = base.trim_matches(|letter: char| letter.is_whitespace() || ".-".contains(letter));
    let base = match base {
        "" => "ima".to_owned(),
        base if is_device(base) => format!("ima-{base}"),
        base => base.to_owned(),
    };
    let number = match index {
        0 => String::new(),
        index => format!("-{}", index.saturating_add(1)),
    };
    format!("{base}{number}.{}", format.extension())
}

/// Whether Windows takes a name for a device.
fn is_device(base: &str) -> bool {
    let stem = base.split('.').next().unwrap_or_default().trim_end();
    let numbered = |word: &str| {
        let rest = stem
            .get(..3)
            .filter(|start| start.eq_ignore_ascii_case(word));
        rest.is_some() && matches!(stem.as_bytes(), [_, _, _, b'0'..=b'9'])
    };
    ["con", "prn", "aux", "nul"]
        .iter()
        .any(|word| stem.eq_ignore_ascii_case(word))
        || numbered("com")
        || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for (base, name) in [
            ("../../etc/passwd", "etc-passwd.mp3"),
            (".hidden", "hidden.mp3"),
            ("--force", "force.mp3"),
            ("a\0b\nc", "a-b-c.mp3"),
            ("C:\\x", "C--x.mp3"),
            ("雨声", "雨声.mp3"),
            (" . ", "ima.mp3"),
            ("", "ima.mp3"),
            ("NUL", "ima-NUL.mp3"),
            ("com1.x", "ima-com1.x.mp3"),
            ("company", "company.mp3"),
        ] {
            assert_eq!(file_name(base, 0, AudioFormat::Mp3), name, "{base:?}");
        }
        let long = file_name(&"雨".repeat(500), 9, AudioFormat::Flac);
        assert!(long.len() < 255 && long.ends_with("-10.flac"), "{long}");
    }
}
