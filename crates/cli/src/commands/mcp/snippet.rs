//! What goes into the configuration of a client.

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::setup;

/// A client of the Model Context Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Client {
    ClaudeCode,
    ClaudeDesktop,
    Codex,
    Cursor,
    Vscode,
    Goose,
    Openclaw,
}

/// What stands in the place of the key: it is never printed.
const PLACE: &str = "YOUR_KEY";

impl Client {
    /// The text for a file or a shell. `words` come after the program's name.
    pub(crate) fn snippet(self, words: &[String]) -> String {
        let program = program();
        let key = setup::KEY;
        let server = json!({"command": program, "args": words, "env": {key: PLACE}});
        match self {
            Self::ClaudeCode => {
                let words = words.iter().map(|word| quoted(word));
                let words = words.collect::<Vec<_>>().join(" ");
                let program = quoted(&program);
                format!("claude mcp add ima --env {key}={PLACE} -- {program} {words}")
            }
            Self::ClaudeDesktop | Self::Cursor => pretty(&json!({"mcpServers": {"ima": server}})),
            Self::Codex => {
                let program = Value::from(program);
                let words = json!(words);
                format!(
                    "[mcp_servers.ima]\ncommand = {program}\nargs = {words}\ntool_timeout_sec = 120\n\n\
                     [mcp_servers.ima.env]\n{key} = \"{PLACE}\""
                )
            }
            Self::Vscode => pretty(&json!({
                "inputs": [{
                    "type": "promptString", "id": "ima-key", "password": true,
                    "description": "The API key of IMA Studio",
                }],
                "servers": {"ima": {
                    "type": "stdio", "command": program, "args": words,
                    "env": {key: "${input:ima-key}"},
                }},
            })),
            Self::Goose => {
                // JSON is YAML.
                let (program, words) = (Value::from(program), json!(words));
                format!(
                    "extensions:\n  ima:\n    enabled: true\n    type: stdio\n    name: ima\n    \
                     description: Music and speech\n    cmd: {program}\n    args: {words}\n    \
                     env_keys: [\"{key}\"]\n    timeout: 120"
                )
            }
            Self::Openclaw => pretty(&json!({"mcp": {"servers": {"ima": server}}})),
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Where this program is: clients have other search paths.
fn program() -> String {
    let program = std::env::current_exe().ok();
    program.map_or_else(|| "ima".to_owned(), |it| it.to_string_lossy().into_owned())
}

fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), |it| it.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_gets_the_options_and_no_key() {
        let words = ["mcp", "--out", "/a b", "--max-points", "30"].map(str::to_owned);
        for client in Client::value_variants() {
            let text = client.snippet(&words);
            for part in ["mcp", "/a b", "--max-points", "30", setup::KEY] {
                assert!(text.contains(part), "{client:?} {text}");
            }
        }
        for client in [
            Client::ClaudeDesktop,
            Client::Cursor,
            Client::Vscode,
            Client::Openclaw,
        ] {
            let text = client.snippet(&words);
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{client:?}");
        }
    }
}
