//! `ima voices`, and voices by their names.

use clap::{Args, ValueEnum};
use ima_host::Runtime;
use ima_host::types::{self, Language, Voice};
use serde::Serialize;

use crate::command_error::{CommandError, ErrorKind};
use crate::exit::Exit;
use crate::options::Common;
use crate::setup;
use crate::ui::text::{self, say, shortened};
use crate::ui::{out, table};

/// `ima voices`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima voices\n  ima voices --scene video --gender male")]
pub(crate) struct VoicesArgs {
    /// Only the voices for this use
    #[arg(long, value_enum)]
    scene: Option<Scene>,
    /// Only female or male voices
    #[arg(long, value_enum)]
    gender: Option<Gender>,
}

/// What voices are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Scene {
    General,
    RolePlay,
    Video,
    Multilingual,
}

impl From<types::Scene> for Scene {
    fn from(scene: types::Scene) -> Self {
        match scene {
            types::Scene::General => Self::General,
            types::Scene::RolePlay => Self::RolePlay,
            types::Scene::Video => Self::Video,
            types::Scene::Multilingual => Self::Multilingual,
        }
    }
}

/// How a voice sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Gender {
    Female,
    Male,
}

impl From<types::Gender> for Gender {
    fn from(gender: types::Gender) -> Self {
        match gender {
            types::Gender::Female => Self::Female,
            types::Gender::Male => Self::Male,
        }
    }
}

pub(crate) async fn run(common: &Common, args: &VoicesArgs) -> Result<Exit, CommandError> {
    let language = common.language();
    let mut voices = all(&setup::offline().await?, language).await?;
    voices.retain(|voice| {
        let (scene, gender) = (voice.scene.into(), voice.gender.into());
        args.scene.is_none_or(|it| it == scene) && args.gender.is_none_or(|it| it == gender)
    });
    if common.json {
        #[derive(Serialize)]
        struct List<'a> {
            voices: Vec<Row<'a>>,
        }
        out::json(&List {
            voices: voices.iter().map(Row::of).collect(),
        });
        return Ok(Exit::Done);
    }
    table::print(voices.iter().map(|voice| {
        let gender = match voice.gender.into() {
            Gender::Female => say!("female", "女声"),
            Gender::Male => say!("male", "男声"),
        };
        [
            voice.name.clone(),
            voice.id.clone(),
            gender.get(language).to_owned(),
            voice.scene_label.clone(),
            voice.languages.join(", "),
        ]
    }));
    Ok(Exit::Done)
}

/// Every voice that the service accepts.
pub(crate) async fn all(runtime: &Runtime, language: Language) -> Result<Vec<Voice>, CommandError> {
    Ok(runtime.voices(language).await?)
}

/// The id of a voice by its id or name. What looks like an id is left to the service's rules.
pub(crate) async fn find(
    common: &Common,
    runtime: &Runtime,
    given: &str,
) -> Result<String, CommandError> {
    let given = given.trim();
    if given.contains('_') {
        return Ok(given.to_owned());
    }
    let mut names = Vec::new();
    for language in [common.language(), Language::En, Language::Zh] {
        for voice in all(runtime, language).await? {
            if is_called(&voice.name, given) {
                return Ok(voice.id);
            }
            names.push(voice.name);
        }
    }
    let near = text::nearest(given, &names);
    let given = shortened(given);
    let error = CommandError::new(
        ErrorKind::Usage,
        say!("No voice named \"{given}\".", "没有音色 {given}。"),
    );
    Err(error.hint(match near {
        Some(near) => say!(
            "Did you mean {near}? `ima voices` lists the voices.",
            "是否指 {near}？用 `ima voices` 查看音色。"
        ),
        None => say!(
            "`ima voices` lists the voices.",
            "用 `ima voices` 查看音色。"
        ),
    }))
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
    scene: Scene,
    scene_label: &'a str,
    gender: Gender,
    languages: &'a [String],
}

impl<'a> Row<'a> {
    fn of(voice: &'a Voice) -> Self {
        Self {
            id: &voice.id,
            name: &voice.name,
            scene: voice.scene.into(),
            scene_label: &voice.scene_label,
            gender: voice.gender.into(),
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
