//! Texts that users keep in files: which of them can be read, and as what.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::command_error::CommandError;
use crate::ui::text::command_error;

/// The name of standard input.
pub(crate) const STDIN: &str = "-";

/// The largest text that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// Why a text can't be read.
#[derive(Debug)]
pub(crate) enum TextError {
    /// There is no such file, or it can't be read.
    File(PathBuf),
    /// It is larger than any text that is read, or never ends.
    TooLarge(PathBuf),
    /// Its bytes are in no encoding that is marked, and not UTF-8.
    Encoding(PathBuf),
}

impl From<TextError> for CommandError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::File(path) => {
                let path = path.display();
                command_error!(
                    Usage,
                    "{path} can't be read." => "Check the name of the file.",
                    "无法读取 {path}。" => "请检查文件名。"
                )
            }
            TextError::TooLarge(path) => {
                let path = path.display();
                command_error!(
                    Usage,
                    "{path} is too large for a text." => "Split it into several files.",
                    "{path} 太大。" => "请拆成几个文件。"
                )
            }
            TextError::Encoding(path) if path == Path::new(STDIN) => command_error!(
                Usage,
                "Standard input is not UTF-8 text."
                    => "Convert it first, for example from GBK: iconv -f GBK -t UTF-8",
                "标准输入不是 UTF-8 文本。" => "请先转换，例如：iconv -f GBK -t UTF-8"
            ),
            TextError::Encoding(path) => {
                let path = path.display();
                command_error!(
                    Usage,
                    "{path} is not UTF-8 text."
                        => "Convert it first, for example from GBK: iconv -f GBK -t UTF-8 {path} > utf8.txt",
                    "{path} 不是 UTF-8 文本。"
                        => "请先转换，例如：iconv -f GBK -t UTF-8 {path} > utf8.txt"
                )
            }
        }
    }
}

/// The text of a file, or of standard input for a dash. `~/` is the user's home.
pub(crate) fn read(path: &Path) -> Result<String, TextError> {
    let bytes = bytes(path)?;
    decode(bytes).ok_or_else(|| TextError::Encoding(in_home(path)))
}

/// The same as bytes.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, TextError> {
    let mut bytes = Vec::new();
    let path = in_home(path);
    let most = LARGEST + 1;
    let read = match path == Path::new(STDIN) {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes),
        false => fs::File::open(&path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    match read {
        Ok(_) if bytes.len() as u64 > LARGEST => Err(TextError::TooLarge(path)),
        Ok(_) => Ok(bytes),
        Err(_) => Err(TextError::File(path)),
    }
}

/// A text itself, or that of the file after an `@`; `@@` is a text that begins with `@`.
pub(crate) fn or_file(text: String) -> Result<String, TextError> {
    match text.strip_prefix('@') {
        None => Ok(text),
        Some(text) if text.starts_with('@') => Ok(text.to_owned()),
        Some(path) => read(Path::new(path)),
    }
}

/// A shell expands `~/` at the beginning of a word alone, and so not after an `@` or a `=`.
pub(crate) fn in_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

/// A text in UTF-8, or in the encoding that its byte order mark names.
fn decode(bytes: Vec<u8>) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>();
        let whole = units.1.is_empty();
        let text = String::from_utf16(&units.0.iter().map(|it| unit(*it)).collect::<Vec<_>>());
        text.ok().filter(|_| whole)
    };
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_encoding_is_decoded_and_another_is_not_guessed() {
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            let units = "雨 a".encode_utf16().flat_map(bytes);
            decode(mark.into_iter().chain(units).collect())
        };
        for text in [
            decode("雨 a".into()),
            decode("\u{feff}雨 a".into()),
            utf16([0xff, 0xfe], u16::to_le_bytes),
            utf16([0xfe, 0xff], u16::to_be_bytes),
        ] {
            assert_eq!(text.as_deref(), Some("雨 a"));
        }
        // 雨 in GBK, half a unit, a lone surrogate.
        for bytes in [&b"\xd3\xea"[..], b"\xff\xfea", b"\xff\xfe\x00\xd8"] {
            assert_eq!(decode(bytes.to_vec()), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_text_may_begin_with_an_at_sign() {
        assert_eq!(or_file("@@home".to_owned()).unwrap(), "@home");
        assert_eq!(or_file("la @ la".to_owned()).unwrap(), "la @ la");
        assert!(matches!(
            or_file("@nowhere.txt".to_owned()),
            Err(TextError::File(_))
        ));
    }
}
