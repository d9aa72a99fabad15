//! The voices that the service accepts, and which of them to suggest.

use super::normalize::normalize;
use crate::prelude::*;
use ima_core::request::Language;

/// What a voice is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Everyday use: assistants, audiobooks.
    General,
    /// Characters.
    RolePlay,
    /// Dubbing of videos.
    Video,
    /// Languages other than Chinese.
    Multilingual,
}

impl Scene {
    /// The name to show.
    pub const fn label(self, language: Language) -> &'static str {
        match self {
            Self::General => language.pick("General", "通用场景"),
            Self::RolePlay => language.pick("Role play", "角色扮演"),
            Self::Video => language.pick("Video dubbing", "视频配音"),
            Self::Multilingual => language.pick("Multilingual", "多语种"),
        }
    }
}

/// Whether a voice sounds female or male; the service writes it into the voice's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// 女声.
    Female,
    /// 男声.
    Male,
}

impl Gender {
    /// The name to show.
    pub const fn label(self, language: Language) -> &'static str {
        match self {
            Self::Female => language.pick("female", "女声"),
            Self::Male => language.pick("male", "男声"),
        }
    }
}

/// A language that a voice speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Chinese.
    Chinese,
    /// US English.
    English,
    /// Japanese.
    Japanese,
    /// Indonesian.
    Indonesian,
    /// Mexican Spanish.
    Spanish,
}

impl Spoken {
    /// The name to show.
    pub const fn label(self, language: Language) -> &'static str {
        match self {
            Self::Chinese => language.pick("Chinese", "中文"),
            Self::English => language.pick("US English", "美式英语"),
            Self::Japanese => language.pick("Japanese", "日语"),
            Self::Indonesian => language.pick("Indonesian", "印尼语"),
            Self::Spanish => language.pick("Mexican Spanish", "墨西哥西班牙语"),
        }
    }
}

/// A voice (speech: "Speaker / 音色列表").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The value of the form field `speaker`.
    pub id: &'static str,
    /// The name to show.
    pub name: &'static str,
    /// What it is made for.
    pub scene: Scene,
    /// How it sounds.
    pub gender: Gender,
    /// What it speaks. Never empty.
    pub languages: &'static [Spoken],
}

impl Voice {
    /// The name as users say it: without the version.
    pub(super) fn spoken_name(&self) -> &'static str {
        self.name.strip_suffix(" 2.0").unwrap_or(self.name)
    }

    fn label(&self, language: Language) -> String {
        let (open, between, close) = match language {
            Language::Zh => ("（", "，", "）"),
            Language::En => (" (", ", ", ")"),
        };
        let mut label = [self.name, open, self.gender.label(language)].concat();
        for (index, spoken) in self.languages.iter().enumerate() {
            label.push_str(if index == 0 { between } else { "/" });
            label.push_str(spoken.label(language));
        }
        label + close
    }
}

use Gender::{Female, Male};
use Scene::{General, Multilingual, RolePlay, Video};
use Spoken::{Chinese, English, Indonesian, Japanese, Spanish};

const fn row(
    id: &'static str,
    name: &'static str,
    scene: Scene,
    gender: Gender,
    languages: &'static [Spoken],
) -> Voice {
    Voice {
        id,
        name,
        scene,
        gender,
        languages,
    }
}

/// Within a scene, those first that the requirements recommend (speech: 「建议问」).
#[rustfmt::skip]
static VOICES: [Voice; 15] = [
    row("zh_male_sophie_uranus_bigtts", "魅力苏菲 2.0", General, Male, &[Chinese]),
    row("zh_female_vv_uranus_bigtts", "Vivi 2.0", General, Female, &[Chinese, Japanese, Indonesian, Spanish]),
    row("zh_male_m191_uranus_bigtts", "云舟 2.0", General, Male, &[Chinese]),
    row("zh_female_xiaohe_uranus_bigtts", "小何 2.0", General, Female, &[Chinese]),
    row("zh_male_taocheng_uranus_bigtts", "小天 2.0", General, Male, &[Chinese]),
    row("zh_male_liufei_uranus_bigtts", "刘飞 2.0", General, Male, &[Chinese]),
    row("zh_female_qingxinnvsheng_uranus_bigtts", "清新女声 2.0", General, Female, &[Chinese]),
    row("zh_female_cancan_uranus_bigtts", "知性灿灿 2.0", RolePlay, Female, &[Chinese]),
    row("zh_female_sajiaoxuemei_uranus_bigtts", "撒娇学妹 2.0", RolePlay, Female, &[Chinese]),
    row("zh_male_dayi_uranus_bigtts", "大壹 2.0", Video, Male, &[Chinese]),
    row("zh_male_sunwukong_uranus_bigtts", "猴哥 2.0", Video, Male, &[Chinese]),
    row("zh_female_peiqi_uranus_bigtts", "佩奇猪 2.0", Video, Female, &[Chinese]),
    row("en_male_tim_uranus_bigtts", "Tim", Multilingual, Male, &[English]),
    row("en_female_dacey_uranus_bigtts", "Dacey", Multilingual, Female, &[English]),
    row("en_female_stokie_uranus_bigtts", "Stokie", Multilingual, Female, &[English]),
];

/// Every voice of the table, scene by scene.
pub fn voices() -> &'static [Voice] {
    &VOICES
}

/// The voice with an id or a name, in any case, with or without the version "2.0"; none if the
/// table holds no such voice.
pub fn voice(id_or_name: &str) -> Option<&'static Voice> {
    let wanted = normalize(id_or_name);
    VOICES.iter().find(|voice| {
        let names = [voice.id, voice.name, voice.spoken_name()];
        names.iter().any(|name| normalize(name) == wanted)
    })
}

/// What a suggested voice should be like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) scene: Option<Scene>,
    pub(super) gender: Option<Gender>,
    pub(super) spoken: Spoken,
}

impl Wanted {
    /// How it sounds weighs most, as it was asked for; then what it speaks, then what it is made for.
    fn score(&self, voice: &Voice) -> u8 {
        let spoken = voice.languages.contains(&self.spoken);
        let gender = self.gender.is_none_or(|gender| voice.gender == gender);
        let scene = self.scene.unwrap_or(match self.spoken {
            Chinese => General,
            _ => voice.scene,
        });
        4 * u8::from(gender) + 2 * u8::from(spoken) + u8::from(voice.scene == scene)
    }
}

/// Three to five voices, the fitting ones first (speech: 「可简短列出 3–5 个候选让用户选」).
pub(super) fn candidates(wanted: Wanted) -> Vec<&'static Voice> {
    const FULL: u8 = 7;
    let mut ranked: Vec<&'static Voice> = Vec::with_capacity(VOICES.len());
    for score in (0..=FULL).rev() {
        ranked.extend(VOICES.iter().filter(|voice| wanted.score(voice) == score));
    }
    let fitting = VOICES.iter().filter(|voice| wanted.score(voice) == FULL);
    ranked.truncate(fitting.count().clamp(3, 5));
    ranked
}

/// The candidates as choices.
pub(super) fn choices(wanted: Wanted, language: Language) -> Vec<super::Choice> {
    let choice = |voice: &&'static Voice| super::Choice {
        value: voice.id,
        label: voice.label(language),
    };
    candidates(wanted).iter().map(choice).collect()
}
