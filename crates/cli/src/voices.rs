//! `ima voices`, and voices by their names.

use ima_host::Runtime;
use ima_host::types::{Gender, Language, Scene, Voice};
use serde::Serialize;

use crate::args::{Common, Voices};
use crate::exit::Exit;
use crate::setup::{self, Trouble};
use crate::{out, table, text};

pub(crate) async fn run(common: &Common, options: &Voices) -> Result<Exit, Trouble> {
    let language = common.language();
    let mut voices = all(&setup::offline(common)?, language).await?;
    voices.retain(|voice| {
        options
            .scene
            .is_none_or(|scene| voice.scene == scene.into())
            && options
                .gender
                .is_none_or(|gender| voice.gender == gender.into())
    });
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            voices: Vec<Row<'a>>,
        }
        out::json(&List {
            voices: voices.iter().map(Row::of).collect(),
        });
    } else {
        let row = |voice: &Voice| {
            [
                voice.name.clone(),
                voice.id.clone(),
                match voice.gender {
                    Gender::Female => text::female(language),
                    Gender::Male => text::male(language),
                },
                voice.scene_label.clone(),
                voice.languages.join(", "),
            ]
        };
        table::print(voices.iter().map(row));
    }
    Ok(Exit::Done)
}

/// Every voice that the service accepts.
pub(crate) async fn all(runtime: &Runtime, language: Language) -> Result<Vec<Voice>, Trouble> {
    runtime
        .voices(language)
        .await
        .map_err(|error| Trouble::of(&error, language))
}

/// The id of a voice by its id or name. What looks like an id is left to the service's rules.
pub(crate) async fn find(common: &Common, given: &str) -> Result<String, Trouble> {
    let given = given.trim();
    if given.contains('_') {
        return Ok(given.to_owned());
    }
    let language = common.language();
    let runtime = setup::offline(common)?;
    let mut names = Vec::new();
    for language in [language, Language::En, Language::Zh] {
        for voice in all(&runtime, language).await? {
            if is_called(&voice.name, given) {
                return Ok(voice.id);
            }
            names.push(voice.name);
        }
    }
    let like = names.first().map_or("", String::as_str);
    Err(Trouble::usage(text::no_such_voice(language, given, like)))
}

/// Whether a voice has this name, with or without its version.
fn is_called(name: &str, given: &str) -> bool {
    let plain = |text: &str| {
        let text = text.to_lowercase();
        text.trim_end_matches("2.0").trim().to_owned()
    };
    plain(name) == plain(given)
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    scene: &'static str,
    scene_label: &'a str,
    gender: &'static str,
    languages: &'a [String],
}

impl<'a> Row<'a> {
    fn of(voice: &'a Voice) -> Self {
        Self {
            id: &voice.id,
            name: &voice.name,
            scene: match voice.scene {
                Scene::General => "general",
                Scene::RolePlay => "role-play",
                Scene::Video => "video",
                Scene::Multilingual => "multilingual",
            },
            scene_label: &voice.scene_label,
            gender: match voice.gender {
                Gender::Female => "female",
                Gender::Male => "male",
            },
            languages: &voice.languages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn a_voice_is_found_without_its_version() {
        for given in ["Vivi 2.0", "vivi", "VIVI 2.0"] {
            assert!(is_called("Vivi 2.0", given), "{given}");
        }
        assert!(is_called("小何 2.0", "小何"));
        assert!(!is_called("Tim", "Tom"));
    }
}
