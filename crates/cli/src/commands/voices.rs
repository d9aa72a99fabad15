//! `ima voices`, and voices by their names.

use clap::{Args, ValueEnum};
use ima_host::Runtime;
use ima_host::types::{self, Language, Voice};
use serde::Serialize;

use crate::command_error::{CommandError, ErrorKind};
use crate::exit::Exit;
use crate::options::Common;
use crate::setup;
use crate::ui::text::{self, command_error, say, shortened};
use crate::ui::{out, table};

/// `ima voices`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  ima voices\n  ima voices --scene video --gender male")]
pub(crate) struct VoicesArgs {
    /// Only the voices for this use
    /// ¦ 只看这种用途的音色
    #[arg(long, value_enum)]
    scene: Option<Scene>,
    /// Only female or male voices
    /// ¦ 只看女声或男声
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
    show(common, &voices);
    Ok(Exit::Done)
}

/// The voices for people.
fn show(common: &Common, voices: &[Voice]) {
    let language = common.language();
    let headings = [
        say!("VOICE", "音色"),
        say!("ID", "编号"),
        say!("SOUND", "性别"),
        say!("FOR", "用途"),
        say!("LANGUAGES", "语言"),
    ];
    table::print(
        common,
        headings,
        voices.iter().map(|voice| {
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
        }),
    );
}

/// What `--voice` without a voice shows.
pub(crate) async fn choose(common: &Common) -> Result<Exit, CommandError> {
    show(
        common,
        &all(&setup::offline().await?, common.language()).await?,
    );
    let how = say!(
        "Nothing was spent. Choose one: --voice NAME",
        "没有扣除积分。请选择：--voice 名称"
    );
    out::error(how.get(common.language()));
    Ok(Exit::Usage)
}

/// Every voice that the service accepts.
pub(crate) async fn all(runtime: &Runtime, language: Language) -> Result<Vec<Voice>, CommandError> {
    Ok(runtime.voices(language).await?)
}

/// The id of a voice by its id or name. An id that is not known here is left to the service's rules,
/// unless it is one letter or two away from one that is.
pub(crate) async fn find(
    common: &Common,
    runtime: &Runtime,
    given: &str,
) -> Result<String, CommandError> {
    let given = given.trim();
    if given.contains('_') {
        let known = all(runtime, Language::En).await?;
        let ids: Vec<_> = known.into_iter().map(|it| it.id).collect();
        let distance = |id: &String| strsim::damerau_levenshtein(id, given);
        return match ids.iter().min_by_key(|id| distance(id)) {
            Some(near) if (1..=2).contains(&distance(near)) => {
                let given = shortened(given);
                Err(command_error!(
                    Usage,
                    "No voice \"{given}\"."
                        => "Did you mean {near}? If not: --param speaker='\"{given}\"'",
                    "没有音色 {given}。" => "是否指 {near}？如果不是：--param speaker='\"{given}\"'"
                ))
            }
            _ => Ok(given.to_owned()),
        };
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
    plain(name).to_lowercase() == plain(given).to_lowercase()
}

/// A name without its version.
pub(crate) fn plain(name: &str) -> &str {
    name.trim_end_matches("2.0").trim()
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
