//! `ima quote`, and what `--dry-run` shows.

use ima_host::types::{Quote, Request};
use ima_host::{Origin, Runtime};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::args::{self, Common, Quoted};
use crate::exit::Exit;
use crate::naming::{Asked, Manner};
use crate::setup::{self, Trouble};
use crate::{music, out, prompts, report, speech, text};

pub(crate) async fn run(common: &Common, options: args::Quote) -> Result<Exit, Trouble> {
    let language = common.language();
    let (prompt, request) = match options.what {
        Quoted::Music {
            prompt,
            asked,
            flags,
        } => (prompt, music::request(asked, flags, language)?),
        Quoted::Speech {
            prompt,
            asked,
            flags,
        } => {
            let request = speech::request(common, asked, flags, language).await?;
            (prompt, request)
        }
    };
    let runtime = setup::runtime(common, None)?;
    let shown = Shown {
        asked: &Asked::of(&request, Manner::Options),
        body: false,
        several: false,
        events: false,
    };
    show(
        common,
        &runtime,
        &request,
        &[prompts::given(prompt, language)?],
        &shown,
    )
    .await
}

/// How quotes are shown.
pub(crate) struct Shown<'a> {
    pub(crate) asked: &'a Asked,
    /// Whether with what would be sent.
    pub(crate) body: bool,
    /// Whether the prompts are the lines of a file, even of one.
    pub(crate) several: bool,
    /// Whether as lines of JSON.
    pub(crate) events: bool,
}

/// Shows what a request would cost with each of the prompts.
pub(crate) async fn show(
    common: &Common,
    runtime: &Runtime,
    request: &Request,
    prompts: &[String],
    shown: &Shown<'_>,
) -> Result<Exit, Trouble> {
    let language = common.language();
    let mut quotes = Vec::with_capacity(prompts.len());
    for prompt in prompts {
        let request = Request {
            prompt: prompt.clone(),
            ..request.clone()
        };
        let quote = runtime.quote(&request).await;
        let quote = quote.map_err(|error| Trouble::of_request(&error, shown.asked, language))?;
        quotes.push(quote);
    }
    let total = quotes.iter().map(|quote| quote.points).sum();
    if common.json || shown.events {
        let object = match quotes.as_slice() {
            [quote] if !shown.several => report::raw(&Row::of(quote)),
            quotes => report::raw(&Rows {
                quotes: quotes.iter().map(Row::of).collect(),
                points: total,
            }),
        };
        report::print(&object, common.json, shown.events);
        return Ok(Exit::Done);
    }
    for quote in &quotes {
        for value in &quote.dropped {
            out::error(&text::dropped(language, &value.field));
        }
        out::line(&quote.phrase);
        if shown.body {
            print_request(common, quote);
        }
    }
    if quotes.len() > 1 {
        out::line(&text::quoted(language, quotes.len(), total));
    }
    Ok(Exit::Done)
}

/// The request as it would leave, without the key.
fn print_request(common: &Common, quote: &Quote) {
    let origin = common
        .base_url
        .as_deref()
        .filter(|url| !url.is_empty())
        .unwrap_or(Origin::DEFAULT);
    let origin = origin.trim_end_matches('/');
    out::line(&format!("POST {origin}/open/v1/tasks/create"));
    out::line("Authorization: Bearer [redacted]");
    match serde_json::from_str::<Value>(&quote.body) {
        Ok(body) => out::pretty(&body),
        Err(_) => out::line(&quote.body),
    }
}

#[derive(Serialize)]
struct Rows<'a> {
    quotes: Vec<Row<'a>>,
    points: u32,
}

/// What would be sent and cost. Points and seconds.
#[derive(Serialize)]
struct Row<'a> {
    model_id: &'a str,
    version_id: &'a str,
    model_name: &'a str,
    points: u32,
    attribute_id: u64,
    seconds_min: u32,
    seconds_max: u32,
    phrase: &'a str,
    dropped: Vec<&'a str>,
    /// The body of the request that would be sent.
    body: Option<&'a RawValue>,
}

impl<'a> Row<'a> {
    fn of(quote: &'a Quote) -> Self {
        Self {
            model_id: &quote.model_id,
            version_id: &quote.version_id,
            model_name: &quote.model_name,
            points: quote.points,
            attribute_id: quote.attribute_id,
            seconds_min: quote.estimate.min_seconds,
            seconds_max: quote.estimate.max_seconds,
            phrase: &quote.phrase,
            dropped: quote.dropped.iter().map(|it| it.field.as_str()).collect(),
            body: serde_json::from_str(&quote.body).ok(),
        }
    }
}
