//! What a path means, and with which methods.

use crate::prelude::*;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The page.
    Page,
    /// Whether the component runs.
    Health,
    /// The description of the API.
    OpenApi,
    /// The models.
    Models,
    /// One model.
    Model(String),
    /// The voices.
    Voices,
    /// Speech.
    Speech,
    /// Music.
    Music,
    /// A price.
    Quote,
    /// A job.
    Job(String),
    /// A job's events.
    Events(String),
    /// A job's audio.
    Content(String),
}

impl Route {
    /// The route of a path with or without a query.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        let mut parts = path.strip_prefix('/')?.split('/');
        let parts = [
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ];
        let route = match parts {
            [Some(""), None, ..] => Self::Page,
            [Some("healthz"), None, ..] => Self::Health,
            [Some("openapi.json"), None, ..] => Self::OpenApi,
            [Some("v1"), Some("models"), None, ..] => Self::Models,
            [Some("v1"), Some("models"), Some(id), None, _] if !id.is_empty() => {
                Self::Model(id.to_owned())
            }
            [Some("v1"), Some("voices"), None, ..]
            | [Some("v1"), Some("audio"), Some("voices"), None, _] => Self::Voices,
            [Some("v1"), Some("audio"), Some("speech"), None, _] => Self::Speech,
            [Some("v1"), Some("music"), None, ..] => Self::Music,
            [Some("v1"), Some("quote"), None, ..] => Self::Quote,
            [Some("v1"), Some("jobs"), Some(token), None, _] => Self::Job(token.to_owned()),
            [Some("v1"), Some("jobs"), Some(token), Some("events"), None] => {
                Self::Events(token.to_owned())
            }
            [Some("v1"), Some("jobs"), Some(token), Some("content"), None] => {
                Self::Content(token.to_owned())
            }
            _ => return None,
        };
        Some(route)
    }

    /// Whether it is asked for with `POST`, and else with `GET` and `HEAD`.
    pub(crate) fn is_post(&self) -> bool {
        matches!(self, Self::Speech | Self::Music | Self::Quote)
    }

    /// The methods, for the header `Allow`.
    pub(crate) fn allowed(&self) -> &'static str {
        match self.is_post() {
            true => "POST, OPTIONS",
            false => "GET, HEAD, OPTIONS",
        }
    }

    /// Whether the service is asked for it, which needs a key.
    pub(crate) fn needs_key(&self) -> bool {
        !matches!(
            self,
            Self::Page | Self::Health | Self::OpenApi | Self::Voices
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_route_or_none() {
        let token = || "t".to_owned();
        for (path, route) in [
            ("/", Some(Route::Page)),
            ("/?lang=zh", Some(Route::Page)),
            ("/v1/audio/speech", Some(Route::Speech)),
            ("/v1/audio/voices", Some(Route::Voices)),
            ("/v1/models/sonic", Some(Route::Model("sonic".to_owned()))),
            ("/v1/jobs/t", Some(Route::Job(token()))),
            ("/v1/jobs/t/events", Some(Route::Events(token()))),
            ("/v1/jobs/t/content?n=1", Some(Route::Content(token()))),
            ("", None),
            ("v1/music", None),
            ("//", None),
            ("/v1/music/", None),
            ("/v1/models/", None),
            ("/v1/jobs/t/content/x", None),
            ("/v1/jobs/t/other", None),
            ("/v1/music/../quote", None),
            ("/V1/music", None),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
