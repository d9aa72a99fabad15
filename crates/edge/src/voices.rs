//! Voices as requests name them: ours by id or name, and those of OpenAI as stand-ins.

use crate::prelude::*;
use ima_core::request::{InvalidValue, Language};
use ima_understanding::{Gender, Voice, voice, voices};
use serde_json::{Value, json};

/// The voices of OpenAI and how they sound, so that its clients work as they are.
const OF_OPENAI: [(&str, Gender); 13] = [
    ("alloy", Gender::Female),
    ("ash", Gender::Male),
    ("ballad", Gender::Male),
    ("cedar", Gender::Male),
    ("coral", Gender::Female),
    ("echo", Gender::Male),
    ("fable", Gender::Male),
    ("marin", Gender::Female),
    ("nova", Gender::Female),
    ("onyx", Gender::Male),
    ("sage", Gender::Female),
    ("shimmer", Gender::Female),
    ("verse", Gender::Male),
];

/// The id of the voice that is meant, to speak this text.
pub(crate) fn find(name: &str, text: &str, language: Language) -> Result<String, InvalidValue> {
    if let Some(voice) = voice(name) {
        return Ok(voice.id.to_owned());
    }
    let of_openai = OF_OPENAI
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(name));
    if let Some((_, gender)) = of_openai {
        return Ok(stand_in(*gender, text).to_owned());
    }
    // The service may have more voices than the table.
    if name.ends_with("_uranus_bigtts") {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = voices().iter().map(|voice| voice.name).collect();
    let allowed = match language {
        Language::En => format!("one of {}", names.join(", ")),
        Language::Zh => names.join("、"),
    };
    Err(InvalidValue::new("voice", name, &allowed))
}

/// A voice of ours that sounds so and speaks the text's language.
fn stand_in(gender: Gender, text: &str) -> &'static str {
    let chinese = text
        .chars()
        .any(|it| ('\u{3400}'..='\u{9fff}').contains(&it));
    match (gender, chinese) {
        (Gender::Female, true) => "zh_female_vv_uranus_bigtts",
        (Gender::Male, true) => "zh_male_m191_uranus_bigtts",
        (Gender::Female, false) => "en_female_dacey_uranus_bigtts",
        (Gender::Male, false) => "en_male_tim_uranus_bigtts",
    }
}

/// The list of voices.
pub(crate) fn list(language: Language) -> Value {
    let voices: Vec<Value> = voices().iter().map(|voice| one(voice, language)).collect();
    json!({"object": "list", "data": voices, "voices": voices})
}

fn one(voice: &Voice, language: Language) -> Value {
    let languages = voice.languages.iter().map(|it| it.label(language));
    json!({
        "id": voice.id,
        "object": "voice",
        "name": voice.name,
        "scene": voice.scene.label(language),
        "gender": voice.gender.label(language),
        "languages": languages.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_found_by_id_name_or_the_name_that_clients_of_openai_send() {
        let found = |name, text| find(name, text, Language::En).ok();
        let tim = Some("en_male_tim_uranus_bigtts".to_owned());
        assert_eq!(found("tim", "x"), tim);
        assert_eq!(found("en_male_tim_uranus_bigtts", "x"), tim);
        assert_eq!(found("Onyx", "Hello."), tim);
        assert_eq!(
            found("onyx", "你好"),
            Some("zh_male_m191_uranus_bigtts".to_owned())
        );
        assert_eq!(
            found("new_uranus_bigtts", "x"),
            Some("new_uranus_bigtts".to_owned())
        );
        assert_eq!(find("Bob", "x", Language::En).unwrap_err().field, "voice");
    }

    #[test]
    fn every_stand_in_is_a_voice_of_the_table() {
        for (name, _) in OF_OPENAI {
            for text in ["Hello.", "你好"] {
                assert!(
                    voice(&find(name, text, Language::En).unwrap()).is_some(),
                    "{name}"
                );
            }
        }
    }
}
