//! `ima quote`, and what `--dry-run` shows.

use clap::{Args, Subcommand};
use ima_host::types::Quote;
use ima_host::{Origin, Request, Runtime};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::music::{self, MusicFlags};
use super::speech::{self, SpeechFlags};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::{OptionNames, OptionSet, with_prompt};
use crate::options::{Common, ModelChoice};
use crate::ui::out;
use crate::ui::text::{self, say};
use crate::{prompts, report, setup};

const EXAMPLES: &str = "\
Examples:
  ima quote music \"calm ambient piano\" --model GenBGM
  ima quote speech \"Hello.\" --voice Tim --json";

/// `ima quote`
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct QuoteArgs {
    #[command(subcommand)]
    what: Quoted,
}

#[derive(Debug, Clone, Subcommand)]
enum Quoted {
    /// Show what music would cost
    /// ¦ 显示音乐的价格
    Music {
        /// The description of the music; `-` is standard input
        /// ¦ 音乐的描述；`-` 是标准输入
        #[arg(value_name = "TEXT", required = true, num_args = 1..)]
        prompt: Vec<String>,
        #[command(flatten)]
        choice: ModelChoice,
        #[command(flatten)]
        flags: MusicFlags,
    },
    /// Show what speech would cost
    /// ¦ 显示语音的价格
    Speech {
        /// The text to speak; `-` is standard input
        /// ¦ 要朗读的文字；`-` 是标准输入
        #[arg(value_name = "TEXT", required = true, num_args = 1..)]
        prompt: Vec<String>,
        #[command(flatten)]
        choice: ModelChoice,
        #[command(flatten)]
        flags: SpeechFlags,
    },
}

pub(crate) async fn run(common: &Common, args: QuoteArgs) -> Result<Exit, CommandError> {
    let runtime = setup::asking(common, None).await?;
    let (prompt, request) = match args.what {
        Quoted::Music {
            prompt,
            choice,
            flags,
        } => (prompt, music::request(common, choice, flags)?),
        Quoted::Speech {
            prompt,
            choice,
            flags,
        } => (
            prompt,
            speech::request(common, &runtime, choice, flags).await?,
        ),
    };
    let shown = Shown {
        names: &OptionNames::of(&request, OptionSet::Commands),
        body: false,
        several: false,
        events: false,
    };
    let prompts = [prompts::typed(&prompt)?];
    show(common, &runtime, &request, &prompts, &shown).await
}

/// How quotes are shown.
pub(crate) struct Shown<'a> {
    pub(crate) names: &'a OptionNames,
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
) -> Result<Exit, CommandError> {
    let mut quotes = Vec::with_capacity(prompts.len());
    for prompt in prompts {
        let quote = runtime.quote(with_prompt(request, prompt)).await;
        quotes.push(quote.map_err(|error| CommandError::of_request(&error, shown.names))?);
    }
    let points = quotes.iter().map(|quote| quote.points).sum();
    if common.json || shown.events {
        match quotes.as_slice() {
            [quote] if !shown.several => {
                report::print(&Row::of(quote), common.json, shown.events);
            }
            quotes => {
                let quotes = quotes.iter().map(Row::of).collect();
                report::print(&Rows { quotes, points }, common.json, shown.events);
            }
        }
        return Ok(Exit::Done);
    }
    let language = common.language();
    for quote in &quotes {
        for value in &quote.dropped {
            out::error(text::dropped(&value.field).get(language));
        }
        out::line(&quote.phrase);
        if quote.most_points > quote.points {
            let most = quote.most_points;
            let words = say!(
                "{most} points at the most: the service may count the price for each output.",
                "最多 {most} 积分：服务可能按每个结果计价。"
            );
            out::line(words.get(language));
        }
        if shown.body {
            print_request(common, quote);
        }
    }
    let count = quotes.len();
    if count > 1 {
        let total = say!(
            "{count} generations, {points} points in total",
            "共 {count} 项，合计 {points} 积分"
        );
        out::line(total.get(language));
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
    most_points: u32,
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
            most_points: quote.most_points,
            attribute_id: quote.attribute_id,
            seconds_min: quote.estimate.min_seconds,
            seconds_max: quote.estimate.max_seconds,
            phrase: &quote.phrase,
            dropped: quote.dropped.iter().map(|it| it.field.as_str()).collect(),
            body: serde_json::from_str(&quote.body).ok(),
        }
    }
}
