//! The typed options against the names of the requirements (music: "text_to_music (3 models)"; speech:
//! "Verified request parameters").

use super::*;

#[test]
fn every_typed_option_has_the_name_that_the_service_uses() {
    let text = |value: &str| Some(value.to_owned());
    let music = MusicOptions {
        lyrics: text("la"),
        auto_lyrics: Some(true),
        instrumental: Some(true),
        tags: text("jazz"),
        negative_tags: text("heavy metal, distortion"),
        vocal_gender: Some(VocalGender::Male),
        title: text("Rain"),
        description: text("soft"),
        custom_mode: Some(true),
        engine: text("sonic-v5"),
    };
    let speech = SpeechOptions {
        speaker: text("zh_female_vv_uranus_bigtts"),
        emotion: text("neutral"),
        rate: Some(100),
        volume: Some(-50),
        style: Some(SpeechStyle::Expressive),
        ssml: text("<speak/>"),
        explicit_language: text("crosslingual"),
        context_texts: vec!["softly".to_owned()],
    };
    let named = |parameters: Vec<crate::request::Parameter>| {
        let members = parameters.into_iter().map(|it| (it.name, it.value));
        Value::Object(members.collect())
    };
    assert_eq!(
        named(music.parameters()),
        json!({
            "lyrics": "la",
            "auto_lyrics": true,
            "make_instrumental": true,
            "tags": "jazz",
            "negative_tags": "heavy metal, distortion",
            "vocal_gender": "male",
            "title": "Rain",
            "gpt_description_prompt": "soft",
            "custom_mode": true,
            "model_version": "sonic-v5",
        })
    );
    assert_eq!(
        named(speech.parameters()),
        json!({
            "model": "seed-tts-2.0-expressive",
            "speaker": "zh_female_vv_uranus_bigtts",
            "audio_params": {"emotion": "neutral", "speech_rate": 100, "loudness_rate": -50},
            "additions": {"explicit_language": "crosslingual", "context_texts": ["softly"]},
            "ssml": "<speak/>",
        })
    );
}
