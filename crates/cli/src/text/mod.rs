//! The program's own words, in both languages. What a generation says comes from the component.

mod advice;
mod catalogue;
mod doctor;
mod failure;
mod jobs;
mod progress;
mod sentences;
mod target;
mod usage;

pub(crate) use advice::*;
pub(crate) use catalogue::*;
pub(crate) use doctor::*;
pub(crate) use failure::*;
pub(crate) use jobs::*;
pub(crate) use progress::*;
pub(crate) use sentences::*;
pub(crate) use target::*;
pub(crate) use usage::*;

/// A sentence in both languages.
macro_rules! say {
    ($language:expr, $en:literal, $zh:literal) => {
        match $language {
            ima_host::types::Language::En => format!($en),
            ima_host::types::Language::Zh => format!($zh),
        }
    };
}
use say;

/// Where keys are made, and where points are seen and bought.
const KEYS: &str = "https://www.imaclaw.ai/imaclaw/apikey";
const POINTS: &str = "https://www.imaclaw.ai/imaclaw/subscription";

/// What went wrong, and what to do about it: one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) what: String,
    pub(crate) then: String,
}

/// An [`Advice`] in both languages.
macro_rules! advise {
    ($language:expr, $en:literal => $en_then:literal, $zh:literal => $zh_then:literal) => {
        $crate::text::Advice {
            what: $crate::text::say!($language, $en, $zh),
            then: $crate::text::say!($language, $en_then, $zh_then),
        }
    };
}
use advise;
