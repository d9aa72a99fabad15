//! The tools: names, titles, schemas and hints, in the order in which they are listed.

use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Value, json};

use crate::output::{object, schema};

/// The longest that a call waits on request, in seconds.
pub(crate) const LONGEST_WAIT: u64 = 45;

/// Every tool.
pub(crate) fn all() -> Vec<Tool> {
    let reads = |title: &str, world: bool| {
        ToolAnnotations::with_title(title)
            .read_only(true)
            .destructive(false)
            .idempotent(true)
            .open_world(world)
    };
    let quotes = |title: &str| reads(title, true).idempotent(false);
    let spends = ToolAnnotations::with_title("Buy the audio of a quote")
        .read_only(false)
        .destructive(true)
        .idempotent(true)
        .open_world(true);
    vec![
        tool(
            "list_models",
            "Lists the models for music or speech, with prices in points and parameters. Free.",
            reads("List models", true),
            json!({"task": choice("What is to be made", &["music", "speech"])}),
            &["task"],
        ),
        tool(
            "list_voices",
            "Lists the voices for speech. Free.",
            reads("List voices", false),
            json!({
                "language": text("Only voices that speak it, for example English or 中文"),
                "gender": choice("Only these", &["female", "male"]),
                "scene": choice(
                    "What they are made for",
                    &["general", "role-play", "video", "multilingual"],
                ),
            }),
            &[],
        ),
        tool(
            "quote_music",
            "Says what a piece of music would cost, and gives the quote_id that create_audio takes. \
             Free. Tell the user the price.",
            quotes("Price of music"),
            json!({
                "prompt": text("What it should sound like: style, mood, instruments, tempo"),
                "model": text("A model_id of list_models; the user's usual or the recommended one"),
                "lyrics": text("Words to sing"),
                "instrumental": {"type": "boolean", "description": "No vocals"},
                "tags": text("The style, in keywords"),
                "negative_tags": text("What to avoid, in keywords"),
                "vocal_gender": choice("The singer's voice", &["female", "male"]),
                "title": text("The title"),
                "count": {
                    "type": "integer", "minimum": 1, "maximum": 4,
                    "description": "How many outputs; each may cost the price",
                },
            }),
            &["prompt"],
        ),
        tool(
            "quote_speech",
            "Says what speech would cost, and gives the quote_id that create_audio takes. Free. Tell \
             the user the price.",
            quotes("Price of speech"),
            json!({
                "text": text("The text to speak"),
                "voice": text("A voice of list_voices, by id or name"),
                "emotion": text("For example neutral, sad or angry; some voices only"),
                "rate": number("The speed; 0 is normal"),
                "volume": number("The loudness; 0 is normal"),
                "style": choice("Lively, or steadier", &["expressive", "standard"]),
            }),
            &["text"],
        ),
        tool(
            "create_audio",
            "Buys a quote: spends its points and makes the audio. The only tool that spends. Call it \
             only if the user agreed to the price. A quote is bought once: calling again with the same \
             quote_id gives the same job and costs nothing.",
            spends,
            json!({
                "quote_id": text("From quote_music or quote_speech"),
                "points": {"type": "integer", "minimum": 0, "description": "The quote's points"},
            }),
            &["quote_id", "points"],
        ),
        tool(
            "get_audio",
            "Waits for a job and gives its files. Free, however often it is called.",
            reads("Get the audio of a job", true),
            json!({
                "job_id": text("From create_audio or list_jobs"),
                "wait_seconds": {
                    "type": "integer", "minimum": 0, "maximum": LONGEST_WAIT,
                    "description": "How long to wait at the most; 30 by default",
                },
            }),
            &["job_id"],
        ),
        tool(
            "list_jobs",
            "Lists the jobs of this machine, the newest first. Free.",
            reads("List jobs", false),
            json!({
                "open_only": {
                    "type": "boolean",
                    "description": "Only those that are not over or whose audio is not saved",
                },
            }),
            &[],
        ),
    ]
}

fn tool(
    name: &'static str,
    description: &'static str,
    annotations: ToolAnnotations,
    properties: Value,
    required: &[&str],
) -> Tool {
    let title = annotations.title.clone().unwrap_or_default();
    let input = object(json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    }));
    Tool::new(name, description, input)
        .with_title(title)
        .with_annotations(annotations)
        .with_raw_output_schema(schema())
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn choice(description: &str, values: &[&str]) -> Value {
    json!({"type": "string", "enum": values, "description": description})
}

fn number(description: &str) -> Value {
    json!({"type": "integer", "minimum": -50, "maximum": 100, "description": description})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_are_these() {
        insta::assert_json_snapshot!(all());
    }
}
