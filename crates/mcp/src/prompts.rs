//! Prompts: a song and a narration, with what is to be asked before anything is bought.

use ima_host::types::{About, Need, TaskType};
use rmcp::ErrorData;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};

use crate::server::Server;

/// Styles to suggest.
const STYLES: [&str; 12] = [
    "acoustic folk",
    "ambient",
    "city pop",
    "classical piano",
    "electronic",
    "hip hop",
    "jazz",
    "lo-fi",
    "orchestral",
    "pop",
    "rock",
    "国风",
];

/// Emotions to suggest; some voices only.
const EMOTIONS: [&str; 8] = [
    "angry",
    "excited",
    "happy",
    "hate",
    "neutral",
    "sad",
    "surprised",
    "tender",
];

/// Every prompt.
pub(crate) fn all(server: &Server) -> Vec<Prompt> {
    let settings = server.settings();
    let argument = |name: &str, en: &str, zh: &str, required: bool| {
        PromptArgument::new(name)
            .with_description(settings.say(en, zh))
            .with_required(required)
    };
    vec![
        Prompt::new(
            "song",
            Some(settings.say("Make a song", "写一首歌")),
            Some(vec![
                argument("about", "What it is about", "主题", true),
                argument("style", "The style", "风格", false),
                argument(
                    "vocals",
                    "female, male or instrumental",
                    "女声、男声或纯音乐",
                    false,
                ),
            ]),
        )
        .with_title(settings.say("Song", "歌曲")),
        Prompt::new(
            "narration",
            Some(settings.say("Have a text read out", "朗读一段文字")),
            Some(vec![
                argument("text", "The text", "文字", true),
                argument("voice", "The voice", "音色", false),
                argument("emotion", "The emotion", "情绪", false),
            ]),
        )
        .with_title(settings.say("Narration", "朗读")),
    ]
}

/// The words of a prompt.
pub(crate) async fn get(
    server: &Server,
    name: &str,
    arguments: Option<&JsonObject>,
) -> Result<GetPromptResult, ErrorData> {
    let argument = |name: &str| {
        let value = arguments?.get(name)?.as_str()?.trim();
        (!value.is_empty()).then_some(value)
    };
    let text = match name {
        "song" => song(server, &argument),
        "narration" => narration(server, &argument).await?,
        _ => return Err(ErrorData::invalid_params("There is no such prompt.", None)),
    };
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(
        Role::User,
        text,
    )]))
}

fn song<'a>(server: &Server, argument: &impl Fn(&str) -> Option<&'a str>) -> String {
    let settings = server.settings();
    let about = argument("about").unwrap_or("…");
    let mut text = settings.say(
        format!("Make a song about: {about}."),
        format!("写一首歌，主题：{about}。"),
    );
    if let Some(style) = argument("style") {
        text += &settings.say(format!(" Style: {style}."), format!("风格：{style}。"));
    }
    match argument("vocals") {
        Some(vocals) => {
            text += &settings.say(format!(" Vocals: {vocals}."), format!("人声：{vocals}。"))
        }
        None => {
            text += &settings.say(
                " Ask me whether it is to be sung, and by a female or a male voice.",
                "请先问我要不要人声，女声还是男声。",
            )
        }
    }
    text + &price(server)
}

async fn narration<'a>(
    server: &Server,
    argument: &impl Fn(&str) -> Option<&'a str>,
) -> Result<String, ErrorData> {
    let settings = server.settings();
    let mut text = match argument("text") {
        Some(words) => settings.say(
            format!("Have this text read out:\n\n{words}\n"),
            format!("请朗读这段文字：\n\n{words}\n"),
        ),
        None => settings.say("Have a text read out.", "请朗读一段文字。"),
    };
    let utterance = argument("text").unwrap_or_default();
    let language = settings.language;
    let asked = server
        .runtime()
        .intake(TaskType::TextToSpeech, utterance, language)
        .await;
    let asked = asked.map_err(|error| {
        tracing::warn!(%error, "the questions could not be had");
        ErrorData::internal_error("This can't be read right now.", None)
    })?;
    let mut questions = Vec::new();
    for question in asked {
        let (given, name) = match question.about {
            About::Text => (argument("text"), "text"),
            About::Voice => (argument("voice"), "voice"),
            About::Emotion => (argument("emotion"), "emotion"),
            _ => (None, ""),
        };
        if let Some(given) = given {
            if name != "text" {
                text += &format!("\n{name}: {given}");
            }
            continue;
        }
        let need = match question.need {
            Need::Required => settings.say("required", "必填"),
            Need::Suggested => settings.say("suggested", "建议"),
            Need::Optional => settings.say("optional", "可选"),
        };
        let choices: Vec<_> = question
            .options
            .iter()
            .map(|it| it.label.as_str())
            .collect();
        let choices = match choices.is_empty() {
            true => String::new(),
            false => format!(" {}", choices.join(" / ")),
        };
        questions.push(format!("- {} ({need}){choices}", question.text));
    }
    if !questions.is_empty() {
        text += &settings.say("\nAsk me first:\n", "\n请先问我：\n");
        text += &questions.join("\n");
    }
    Ok(text + &price(server))
}

fn price(server: &Server) -> String {
    server.settings().say(
        "\nTell me the price with a quote before you buy anything, and wait for my yes.",
        "\n购买之前先询价并告诉我价格，等我同意。",
    )
}

/// What an argument of a prompt may begin with.
pub(crate) async fn complete(
    server: &Server,
    prompt: &str,
    name: &str,
    begun: &str,
) -> Vec<String> {
    let begun = begun.trim().to_lowercase();
    let all: Vec<String> = match (prompt, name) {
        ("song", "style") => STYLES.map(str::to_owned).to_vec(),
        ("song", "vocals") => ["female", "male", "instrumental"]
            .map(str::to_owned)
            .to_vec(),
        ("narration", "emotion") => EMOTIONS.map(str::to_owned).to_vec(),
        ("narration", "voice") => {
            let voices = server.runtime().voices(server.settings().language).await;
            voices
                .unwrap_or_default()
                .into_iter()
                .map(|it| it.name)
                .collect()
        }
        _ => Vec::new(),
    };
    let fits = |it: &String| it.to_lowercase().starts_with(&begun);
    all.into_iter().filter(fits).take(100).collect()
}
