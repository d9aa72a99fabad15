//! The one object that every tool answers with, and its schema.

use std::path::PathBuf;
use std::sync::Arc;

use ima_host::types::Charge;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Resource};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

/// How things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// The answer to a question that costs nothing.
    Ok,
    /// A price that can be bought.
    Quoted,
    /// The job is under way.
    Working,
    /// The audio is there.
    Finished,
    /// The job ended without all of its audio.
    Failed,
    /// Nobody knows whether the job started.
    Unknown,
    /// Nothing was started.
    Refused,
}

/// Whether and how the same wish may be asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Retry {
    Never,
    SameCall,
    AfterChange,
}

/// Whether points were charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Charged {
    No,
    Yes,
    Unknown,
}

impl From<Charge> for Charged {
    fn from(charge: Charge) -> Self {
        match charge {
            Charge::No => Self::No,
            Charge::Yes => Self::Yes,
            Charge::Unknown => Self::Unknown,
        }
    }
}

/// An audio file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AudioFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<PathBuf>,
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<String>,
}

/// What a tool answers with. What is absent is not known, or has no meaning there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) status: Status,
    pub(crate) charge: Charged,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
    pub(crate) retry: Retry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<AudioFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) voices: Vec<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) jobs: Vec<Value>,
}

impl Output {
    pub(crate) fn new(status: Status, charge: Charged, retry: Retry, message: String) -> Self {
        Self {
            status,
            charge,
            message,
            advice: None,
            retry,
            points: None,
            quote_id: None,
            expires_at: None,
            model: None,
            job_id: None,
            percent: None,
            files: Vec::new(),
            models: Vec::new(),
            voices: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// The answer to a question that costs nothing.
    pub(crate) fn ok(message: String) -> Self {
        Self::new(Status::Ok, Charged::No, Retry::SameCall, message)
    }

    /// Nothing was started and nothing was spent.
    pub(crate) fn refused(retry: Retry, message: String) -> Self {
        Self::new(Status::Refused, Charged::No, retry, message)
    }

    pub(crate) fn advise(self, advice: impl Into<String>) -> Self {
        Self {
            advice: Some(advice.into()),
            ..self
        }
    }

    pub(crate) fn of_job(self, job: &str) -> Self {
        Self {
            job_id: Some(job.to_owned()),
            ..self
        }
    }

    /// Whether nothing that is said here will change by itself.
    pub(crate) fn is_final(&self) -> bool {
        match self.status {
            Status::Finished => self.files.iter().all(|file| file.path.is_some()),
            Status::Failed => true,
            _ => false,
        }
    }

    fn is_error(&self) -> bool {
        matches!(
            self.status,
            Status::Failed | Status::Unknown | Status::Refused
        )
    }

    /// The result of a call: the words, the object, and links to the files.
    pub(crate) fn into_result(self) -> CallToolResult {
        let mut words = self.message.clone();
        if let Some(advice) = &self.advice {
            words.push(' ');
            words.push_str(advice);
        }
        let object = serde_json::to_value(&self).unwrap_or_default();
        let mut content = vec![
            ContentBlock::text(words),
            ContentBlock::text(object.to_string()),
        ];
        content.extend(self.files.iter().filter_map(link));
        let mut result = if self.is_error() {
            CallToolResult::error(content)
        } else {
            CallToolResult::success(content)
        };
        result.structured_content = Some(object);
        result
    }
}

/// A link to a file on this machine.
fn link(file: &AudioFile) -> Option<ContentBlock> {
    let path = file.path.as_ref()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let address = Url::from_file_path(path).ok()?;
    let mut resource = Resource::new(address.to_string(), name);
    if let Some(mime) = &file.mime {
        resource = resource.with_mime_type(mime);
    }
    Some(ContentBlock::resource_link(resource))
}

/// The schema of [`Output`], flat.
pub(crate) fn schema() -> Arc<JsonObject> {
    let text = |description: &str| json!({"type": "string", "description": description});
    let list = |description: &str| {
        json!({
            "type": "array", "description": description, "items": {"type": "object"},
        })
    };
    let schema = json!({
        "type": "object",
        "properties": {
            "status": {
                "type": "string",
                "enum": ["ok", "quoted", "working", "finished", "failed", "unknown", "refused"],
                "description": "refused: nothing was started. unknown: nobody knows whether it was",
            },
            "charge": {
                "type": "string",
                "enum": ["no", "yes", "unknown"],
                "description": "Whether points were charged",
            },
            "message": text("What happened, for the user"),
            "advice": text("What to do about it, for the user"),
            "retry": {
                "type": "string",
                "enum": ["never", "same_call", "after_change"],
                "description": "Whether this call may be repeated",
            },
            "points": {"type": "integer", "description": "The price, in points"},
            "quote_id": text("What create_audio takes"),
            "expires_at": text("When the quote ends"),
            "model": text("The model's name"),
            "job_id": text("What get_audio takes"),
            "percent": {"type": "integer", "description": "How far the job is"},
            "files": {
                "type": "array",
                "description": "The audio",
                "items": {
                    "type": "object",
                    "properties": {
                        "path": text("The file on this machine; absent if it was not saved"),
                        "url": text("Where it came from"),
                        "sha256": text("Of the file's content"),
                        "mime": text("The media type"),
                        "duration": text("As the service words it"),
                    },
                    "required": ["url"],
                },
            },
            "models": list("The models, for list_models"),
            "voices": list("The voices, for list_voices"),
            "jobs": list("The jobs, for list_jobs"),
        },
        "required": ["status", "charge", "message", "retry"],
    });
    object(schema)
}

/// A schema as the protocol's type.
pub(crate) fn object(value: Value) -> Arc<JsonObject> {
    match value {
        Value::Object(object) => Arc::new(object),
        _ => Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_says_what_is_known_and_nothing_else() {
        let output = Output::refused(Retry::AfterChange, "No.".to_owned());
        let result = output.into_result();
        assert_eq!(result.is_error, Some(true));
        let object = result.structured_content.unwrap();
        let expected = json!({
            "status": "refused", "charge": "no", "message": "No.", "retry": "after_change",
        });
        assert_eq!(object, expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_linked_by_its_address() {
        let file = AudioFile {
            path: Some("/a b/歌.mp3".into()),
            url: "u".to_owned(),
            sha256: None,
            mime: Some("audio/mpeg".to_owned()),
            duration: None,
        };
        let link = serde_json::to_value(link(&file).unwrap()).unwrap();
        assert_eq!(link["type"], "resource_link");
        assert_eq!(link["uri"], "file:///a%20b/%E6%AD%8C.mp3");
    }

    #[test]
    fn every_member_stands_in_the_schema() {
        let schema = schema();
        let mut output = Output::ok("x".to_owned()).advise("y").of_job("j");
        output.points = Some(1);
        output.percent = Some(1);
        for text in [
            &mut output.quote_id,
            &mut output.expires_at,
            &mut output.model,
        ] {
            *text = Some("x".to_owned());
        }
        for list in [&mut output.models, &mut output.voices, &mut output.jobs] {
            list.push(json!({}));
        }
        output.files.push(AudioFile {
            path: None,
            url: "u".to_owned(),
            sha256: None,
            mime: None,
            duration: None,
        });
        let object = serde_json::to_value(output).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let members = object.as_object().unwrap();
        assert_eq!(members.len(), properties.len());
        assert!(members.keys().all(|name| properties.contains_key(name)));
    }
}
