//! Scripted faults: what goes wrong, and with which request.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::envelope::{
    BAD_REQUEST, INVALID_ATTRIBUTE, INVALID_LYRICS, INVALID_PROMPT_LENGTH, UNAUTHORIZED, envelope,
    message,
};
use crate::request_log::Endpoint;

/// What happens to a request instead of, or on top of, its normal answer.
///
/// *Acted on* means that the service did what was asked (a create request made its task and charged
/// the account) and only the answer suffers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// This answer. Not acted on. Without a content type among the headers it is JSON; headers and
    /// codes that HTTP does not allow are left out or become 500.
    Status {
        /// The HTTP status.
        code: u16,
        /// Further headers, for example `retry-after`.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// HTTP 200 with this business code and no data. Not acted on.
    Envelope {
        /// The business code.
        code: i64,
        /// The message.
        message: String,
    },
    /// Waits in real time, then acts and answers as usual, even where the client has gone
    /// meanwhile. Milliseconds in JSON.
    Delay(#[serde(with = "milliseconds")] Duration),
    /// The connection is reset once the request was read. Not acted on.
    ResetBefore,
    /// Acted on, then the connection is reset without an answer.
    ResetAfter,
    /// Acted on, then this answer.
    StatusAfter {
        /// The HTTP status.
        code: u16,
        /// The body.
        #[serde(default)]
        body: String,
    },
    /// Acted on. The answer announces its full length, sends half of its body and closes; of a
    /// large body less than half may arrive.
    CutBody,
    /// Acted on. HTTP 200 with a text that is not JSON.
    Malformed,
    /// HTTP 302 to this URL. Not acted on.
    Redirect(String),
    /// Acted on. HTTP 200 with a JSON body of this many bytes (or a little more where that is too
    /// few for an envelope), made while it is sent and without its length in a header.
    Oversized(u64),
    /// Acted on. HTTP 200 with `data` as arrays nested this deep.
    DeepJson(u32),
    /// Acted on. The body comes at this pace, in real time.
    Drip {
        /// Bytes per real second; 0 counts as 1.
        bytes_per_second: u32,
    },
    /// Acted on. The body comes in this form.
    Reshaped(Shape),
    /// Acted on. The answer's `message` is the value of the request's `Authorization` header.
    EchoKey,
}

/// Forms of a body that the live service, or something in front of it, was seen to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A UTF-8 byte order mark comes first.
    ByteOrderMark,
    /// Compressed and declared as `gzip`, though the client asked for no coding.
    Gzip,
    /// Compressed and declared as `deflate`, though the client asked for no coding.
    Deflate,
    /// Half a character inside a text that no client reads.
    HalfCharacter,
}

impl Fault {
    /// A refusal with this business code and the service's own message. Not acted on.
    ///
    /// The messages are those of 400 `Bad request`, 401 `Unauthorized`, 404 `Not found`, 429 `Rate
    /// limit exceeded`, 503 `Model not available`, 4008 `Insufficient points`, 4014 `Subscription
    /// required`, 6006 `Credit mismatch, billing failure`, 6009 `No exact rule match found for
    /// parameters` and 6010 `Attribute ID does not match`; any other code says `Unknown error`.
    ///
    /// As the service does, it answers under HTTP status 200, except that 401 is an HTTP status
    /// too. For HTTP status 429 or 503 itself there is [`Fault::Status`].
    #[must_use]
    pub fn refusal(code: i64) -> Self {
        let message = message(code);
        if code == UNAUTHORIZED {
            return Self::Status {
                code: 401,
                headers: Vec::new(),
                body: envelope(code, message, Value::Null).0.to_string(),
            };
        }
        Self::Envelope {
            code,
            message: message.to_owned(),
        }
    }

    /// Code 400 `Invalid product attribute`, as for an outdated price. Not acted on.
    #[must_use]
    pub fn invalid_product_attribute() -> Self {
        Self::bad_request(INVALID_ATTRIBUTE)
    }

    /// Code 400 `Invalid lyrics format`. Not acted on.
    #[must_use]
    pub fn invalid_lyrics_format() -> Self {
        Self::bad_request(INVALID_LYRICS)
    }

    /// Code 400 `Prompt length invalid`. Not acted on.
    #[must_use]
    pub fn invalid_prompt_length() -> Self {
        Self::bad_request(INVALID_PROMPT_LENGTH)
    }

    fn bad_request(message: &str) -> Self {
        Self::Envelope {
            code: BAD_REQUEST,
            message: message.to_owned(),
        }
    }
}

/// Which requests of an endpoint a fault meets, counted from the simulator's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NthRequest {
    /// This one alone; the first is 1.
    Number(u32),
    /// This one and all that follow.
    From(u32),
    /// All of them.
    Every,
}

impl NthRequest {
    fn contains(self, number: u32) -> bool {
        match self {
            Self::Number(only) => number == only,
            Self::From(first) => number >= first,
            Self::Every => true,
        }
    }
}

/// The faults that were asked for, and how many requests each endpoint had.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    script: Vec<(Endpoint, NthRequest, Fault)>,
    counts: BTreeMap<Endpoint, u32>,
}

impl Faults {
    /// Adds a fault; it goes before those added earlier.
    pub(crate) fn add(&mut self, endpoint: Endpoint, nth: NthRequest, fault: Fault) {
        self.script.push((endpoint, nth, fault));
    }

    /// Forgets all faults. The counts go on.
    pub(crate) fn clear(&mut self) {
        self.script.clear();
    }

    /// Counts a request and gives the fault that it meets.
    pub(crate) fn next(&mut self, endpoint: Endpoint) -> Option<Fault> {
        let count = self.counts.entry(endpoint).or_default();
        *count = count.saturating_add(1);
        let number = *count;
        self.script
            .iter()
            .rev()
            .find(|(at, nth, _)| *at == endpoint && nth.contains(number))
            .map(|(_, _, fault)| fault.clone())
    }
}

/// A duration as whole milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
