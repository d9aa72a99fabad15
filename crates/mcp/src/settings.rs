//! What the person configured at start. No argument of a tool changes any of it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ima_host::Ceilings;
use ima_host::types::Language;

/// When a person is asked about a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// At any price.
    Always,
    /// Above this many points.
    Above(u64),
    /// Not at all.
    Never,
}

/// The text is no setting for [`Confirm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("It takes always, above:POINTS or never.")]
pub struct InvalidConfirm;

impl FromStr for Confirm {
    type Err = InvalidConfirm;

    fn from_str(text: &str) -> Result<Self, InvalidConfirm> {
        match text {
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => {
                let points = text.strip_prefix("above:").ok_or(InvalidConfirm)?;
                points.parse().map(Self::Above).map_err(|_| InvalidConfirm)
            }
        }
    }
}

impl fmt::Display for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Above(points) => write!(f, "above:{points}"),
            Self::Never => f.write_str("never"),
        }
    }
}

/// What the person configured.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The folder for the audio. Absolute.
    pub folder: PathBuf,
    /// The language of every text.
    pub language: Language,
    /// Whose preferences apply. Never sent.
    pub user: Option<String>,
    /// When a person is asked. `None`: always if the client can ask, else the ceilings decide.
    pub confirm: Option<Confirm>,
    /// The ceilings of the runtime: [`ima_host::Builder::ceilings`] has the same.
    pub ceilings: Ceilings,
    /// How long a quote can be bought. Default 15 minutes.
    pub quote_validity: Duration,
    /// How long a call waits at the most. Default 45 s: clients give up after 60.
    pub patience: Duration,
    /// How often a call that waits tells its progress. Default 5 s.
    pub progress: Duration,
}

impl Settings {
    /// Settings with this folder for the audio. They spend nothing without asking.
    pub fn new(folder: impl Into<PathBuf>, language: Language) -> Self {
        Self {
            folder: folder.into(),
            language,
            user: None,
            confirm: None,
            ceilings: Ceilings::default(),
            quote_validity: Duration::from_secs(15 * 60),
            patience: Duration::from_secs(45),
            progress: Duration::from_secs(5),
        }
    }

    /// One of two texts, by the language.
    pub(crate) fn say(&self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self.language {
            Language::En => en.into(),
            Language::Zh => zh.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_is_read_as_it_is_written() {
        for text in ["always", "never", "above:0", "above:25"] {
            let confirm: Confirm = text.parse().unwrap();
            assert_eq!(confirm.to_string(), text);
        }
        for text in ["", "above", "above:", "above:-1", "Always", "yes"] {
            assert_eq!(text.parse::<Confirm>(), Err(InvalidConfirm), "{text}");
        }
    }
}
