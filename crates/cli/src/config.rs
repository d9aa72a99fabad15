//! The user's settings: `config.toml` in `~/.config/ima`, or in the folder that `IMA_CONFIG_DIR` names.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::{fs, io};

use ima_host::types::Language;
use toml::{Table, Value};

use crate::command_error::CommandError;
use crate::folders;
use crate::ui::text::command_error;

/// What each setting is, in the order of the file. Commands and the documentation go by this list.
pub(crate) const SETTINGS: [(&str, Kind); 7] = [
    ("language", Kind::Language),
    ("out", Kind::Folder),
    ("voice", Kind::Text),
    ("confirm_above", Kind::Points),
    ("max_points", Kind::Points),
    ("max_points_per_day", Kind::Points),
    ("history", Kind::Switch),
];

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Language,
    Folder,
    Text,
    Points,
    Switch,
}

impl Kind {
    /// In words, for an error.
    const fn takes(self) -> &'static str {
        match self {
            Self::Language => "en, zh",
            Self::Folder => "a folder / 文件夹",
            Self::Text => "a name / 名称",
            Self::Points => "0, 1, 2, …",
            Self::Switch => "on, off",
        }
    }
}

/// The settings. What is not set is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) language: Option<Language>,
    /// The folder for audio.
    pub(crate) out: Option<PathBuf>,
    /// The voice of speech.
    pub(crate) voice: Option<String>,
    pub(crate) confirm_above: Option<u32>,
    /// The most that one generation, and a day, may cost.
    pub(crate) max_points: Option<u64>,
    pub(crate) max_points_per_day: Option<u64>,
    /// Whether prompts are kept.
    pub(crate) history: bool,
}

/// What the file held when it was first asked for; none if it can't be used.
static CONFIG: LazyLock<Option<Config>> = LazyLock::new(|| read().ok());

/// The settings of this user; none of them if the file can't be read, which [`check`] tells.
pub(crate) fn get() -> &'static Config {
    static NONE: LazyLock<Config> = LazyLock::new(Config::default);
    CONFIG.as_ref().unwrap_or(&NONE)
}

/// Fails if there is a file that can't be used: a ceiling in it must not be passed over.
pub(crate) fn check() -> Result<(), CommandError> {
    match &*CONFIG {
        Some(_) => Ok(()),
        None => read().map(drop),
    }
}

/// Where the settings are.
pub(crate) fn path() -> Option<PathBuf> {
    folders::config().map(|it| it.join("config.toml"))
}

fn read() -> Result<Config, CommandError> {
    let mut config = Config::default();
    for (name, text) in all()? {
        set(&mut config, &name, &text)?;
    }
    Ok(config)
}

/// Every setting in the file, as text.
pub(crate) fn all() -> Result<Vec<(String, String)>, CommandError> {
    parsed(&text()?).ok_or_else(broken)
}

/// The settings in a document: texts, numbers and switches.
fn parsed(document: &str) -> Option<Vec<(String, String)>> {
    let table: Table = toml::from_str(document).ok()?;
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Integer(number) => Some((name, number.to_string())),
        Value::Boolean(switch) => Some((name, switch.to_string())),
        _ => None,
    };
    table.into_iter().map(text).collect()
}

fn text() -> Result<String, CommandError> {
    match path().map(fs::read_to_string) {
        None => Ok(String::new()),
        Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Some(text) => text.map_err(|_| broken()),
    }
}

/// Puts one setting into the others.
fn set(config: &mut Config, name: &str, text: &str) -> Result<(), CommandError> {
    let bad = || unusable(name);
    match name {
        "language" => {
            config.language = Some(match text {
                "en" => Language::En,
                "zh" => Language::Zh,
                _ => return Err(bad()),
            });
        }
        "out" => config.out = Some(crate::texts::in_home(text.as_ref())),
        "voice" => config.voice = Some(text.to_owned()),
        "confirm_above" => config.confirm_above = Some(text.parse().map_err(|_| bad())?),
        "max_points" => config.max_points = Some(text.parse().map_err(|_| bad())?),
        "max_points_per_day" => config.max_points_per_day = Some(text.parse().map_err(|_| bad())?),
        // A switch is `true` or `false` in the file.
        "history" => {
            config.history = match text {
                "on" | "true" => true,
                "off" | "false" => false,
                _ => return Err(bad()),
            };
        }
        _ => return Err(unknown(name)),
    }
    Ok(())
}

/// Changes a setting in the file, or takes it out. The rest of the file stays as it is.
pub(crate) fn change(name: &str, text: Option<&str>) -> Result<(), CommandError> {
    let kind = SETTINGS.iter().find(|(known, _)| *known == name);
    let (_, kind) = kind.ok_or_else(|| unknown(name))?;
    let line = match text.map(str::trim) {
        None => None,
        Some(text) => {
            set(&mut Config::default(), name, text)?;
            let value = match kind {
                Kind::Points => text.to_owned(),
                Kind::Switch => matches!(text, "on" | "true").to_string(),
                _ => serde_json::Value::from(text).to_string(),
            };
            Some(format!("{name} = {value}"))
        }
    };
    let before = self::text()?;
    // Only its own line changes.
    let is_it = |line: &str| {
        let settings = parsed(line).unwrap_or_default();
        settings.iter().any(|(known, _)| known == name)
    };
    let kept = before.lines().filter(|it| !is_it(it)).map(str::to_owned);
    let lines: Vec<_> = kept.chain(line).collect();
    let document = match lines.is_empty() {
        true => String::new(),
        false => lines.join("\n") + "\n",
    };
    parsed(&document).ok_or_else(broken)?;
    let path = path().ok_or_else(broken)?;
    folders::write_private(&path, document.as_bytes()).map_err(|_| broken())
}

fn unknown(name: &str) -> CommandError {
    let all = SETTINGS.map(|(name, _)| name).join(", ");
    command_error!(
        Usage,
        "There is no setting {name}." => "The settings: {all}",
        "没有设置 {name}。" => "可选的设置：{all}"
    )
}

fn unusable(name: &str) -> CommandError {
    let kind = SETTINGS.iter().find(|(known, _)| *known == name);
    let Some((_, kind)) = kind else {
        return unknown(name);
    };
    let takes = kind.takes();
    command_error!(
        Usage,
        "The setting {name} has a value that can't be used." => "It takes: {takes}",
        "设置 {name} 的值不能使用。" => "可以是：{takes}"
    )
}

fn broken() -> CommandError {
    let path = path().map_or_else(
        || "~/.config/ima/config.toml".to_owned(),
        |it| it.display().to_string(),
    );
    command_error!(
        Usage,
        "The settings in {path} can't be read or written." => "Repair the file or move it away.",
        "无法读取或写入设置文件 {path}。" => "请修复或移走这个文件。"
    )
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn a_setting_is_a_text_a_number_or_a_switch() {
        for (line, value) in [
            ("voice = \"Tim\"", Some("Tim")),
            ("voice = \"a \\\"b\\\" # c\"  # d", Some("a \"b\" # c")),
            ("voice = 'C:\\x'", Some("C:\\x")),
            ("voice = 10 # ten", Some("10")),
            ("voice = true", Some("true")),
            ("voice = ", None),
            ("voice", None),
            ("voice = []", None),
            ("voice = \"open", None),
            ("voice = \"a\" b", None),
        ] {
            let read = parsed(line);
            let read = read.as_ref().and_then(|it| it.first());
            assert_eq!(read.map(|(_, value)| value.as_str()), value, "{line}");
        }
    }
}
