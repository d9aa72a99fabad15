//! What a narration consists of, what of it is there already, and what the rest costs.

use std::collections::HashMap;
use std::path::PathBuf;

use ima_host::{JobState, Journal, Request, Runtime};
use serde::Serialize;

use super::Narration;
use super::split::{self, Part};
use crate::command_error::CommandError;
use crate::generate::{OptionNames, OptionSet};
use crate::hashes::sha256;
use crate::library::{Library, Record};
use crate::options::{Common, Generate};
use crate::setup;
use crate::ui::text::{command_error, say, shortened};
use crate::ui::{out, table};

/// What becomes of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Its audio is here.
    Here(PathBuf),
    /// It is paid for, or may be: the job is resumed.
    Resume(String),
    Buy,
}

/// A part as it is generated.
pub(super) struct Planned {
    pub(super) part: Part,
    pub(super) request: Request,
    /// What tells it from every other one.
    pub(super) key: String,
    pub(super) step: Step,
}

pub(super) struct Plan {
    pub(super) parts: Vec<Planned>,
    /// The titles of the chapters that have one, with the index of their first part.
    pub(super) chapters: Vec<(String, usize)>,
    /// The most that is spent, in points.
    pub(super) points: u32,
    /// How many are bought.
    pub(super) bought: usize,
}

impl Plan {
    pub(super) async fn of(
        common: &Common,
        runtime: &Runtime,
        narration: &Narration,
        request: &Request,
        options: &Generate,
    ) -> Result<Self, CommandError> {
        let mut request = runtime.with_preferred_model(request.clone()).await;
        let most = narration.resolve(common, runtime, &mut request).await?;
        let parts = split::parts(&narration.book, most);
        if parts.is_empty() {
            return Err(crate::prompts::empty());
        }
        let journal = match runtime.journal() {
            Some(journal) => journal.clone(),
            None => setup::journal(common).await?,
        };
        let known = Library::of(common).parts();
        let mut planned = Vec::with_capacity(parts.len());
        for part in parts {
            let request = narration.request(&request, &part);
            let key = key(common, &request);
            let step = match known.get(&key) {
                Some(record) => step(&journal, record).await?,
                None => Step::Buy,
            };
            planned.push(Planned {
                part,
                request,
                key,
                step,
            });
        }
        let names = OptionNames::of(&request, OptionSet::Commands);
        let (points, bought) = price(runtime, &mut planned, &names).await?;
        if let Some(budget) = options.spending.budget.filter(|it| points > *it) {
            return Err(command_error!(
                Declined,
                "This costs {points} points, more than your limit of {budget}. Nothing was spent."
                    => "Allow it with --budget {points}, or make fewer parts with --part-size.",
                "需要 {points} 积分，超过了 {budget} 积分的上限。没有扣除积分。"
                    => "可以用 --budget {points} 提高上限，或用 --part-size 减少分段。"
            ));
        }
        let chapters = &narration.book.chapters;
        let first = |chapter: usize| planned.iter().position(|it| it.part.chapter == chapter);
        let chapters = chapters.iter().enumerate();
        let chapters = chapters.filter_map(|(index, it)| Some((it.title.clone()?, first(index)?)));
        Ok(Self {
            chapters: chapters.collect(),
            points,
            bought,
            parts: planned,
        })
    }

    /// How many parts it has and what it costs, in words.
    pub(super) fn summary(&self) -> crate::ui::text::Text {
        let (parts, points) = (self.parts.len(), self.points);
        match self.bought {
            all if all == parts => say!(
                "{parts} parts, {points} points",
                "共 {parts} 段，{points} 积分"
            ),
            bought => say!(
                "{parts} parts, of which {bought} are to be bought, {points} points",
                "共 {parts} 段，其中 {bought} 段要购买，{points} 积分"
            ),
        }
    }

    /// Shows the split.
    pub(super) fn show(&self, common: &Common) {
        if common.json {
            #[derive(Serialize)]
            struct Split<'a> {
                parts: Vec<Row<'a>>,
                points: u32,
            }
            #[derive(Serialize)]
            struct Row<'a> {
                chapter: usize,
                speaker: Option<&'a str>,
                text: String,
                paid: bool,
            }
            fn row(planned: &Planned) -> Row<'_> {
                Row {
                    chapter: planned.part.chapter + 1,
                    speaker: planned.part.speaker.as_deref(),
                    text: planned.part.text(),
                    paid: planned.step != Step::Buy,
                }
            }
            let parts = self.parts.iter().map(row).collect();
            out::json(&Split {
                parts,
                points: self.points,
            });
            return;
        }
        let headings = [
            say!("PART", "段"),
            say!("CHAPTER", "章"),
            say!("LETTERS", "字数"),
            say!("BEGINS", "开头"),
        ];
        let rows = self.parts.iter().enumerate().map(|(index, it)| {
            let text = it.part.text();
            let speaker = it.part.speaker.iter().map(|it| format!("{it}: "));
            let begins = speaker.chain([text.clone()]).collect::<String>();
            let begins: String = begins.chars().take(32).collect();
            [
                (index + 1).to_string(),
                (it.part.chapter + 1).to_string(),
                text.chars().count().to_string(),
                shortened(&begins),
            ]
        });
        table::print(common, headings, rows);
        out::line(self.summary().get(common.language()));
    }
}

/// The same for the same words, spoken in the same way by the same service.
fn key(common: &Common, request: &Request) -> String {
    let address = common.base_url.as_deref().unwrap_or_default();
    let what = serde_json::json!([
        address,
        request.model_id,
        request.version_id,
        request.options,
        request.parameters,
        request.prompt,
    ]);
    sha256(what.to_string())
}

/// Where a part stands that was begun before.
async fn step(journal: &Journal, record: &Record) -> Result<Step, CommandError> {
    if let Some(file) = record.files.first().filter(|it| it.is_file()) {
        return Ok(Step::Here(file.clone()));
    }
    Ok(match journal.get(&record.job).await? {
        // It ended before anything was spent, or without audio.
        None => Step::Buy,
        Some(job) if job.state == JobState::Failed => Step::Buy,
        Some(job) => Step::Resume(job.id),
    })
}

/// What the parts cost that are not there, and how many they are. What is asked for twice is bought
/// once. Each part may cost what was announced and no more.
async fn price(
    runtime: &Runtime,
    parts: &mut [Planned],
    names: &OptionNames,
) -> Result<(u32, usize), CommandError> {
    let mut prices: HashMap<String, u32> = HashMap::new();
    let mut keys = std::collections::HashSet::new();
    let (mut points, mut bought) = (0_u32, 0);
    for it in parts.iter_mut().filter(|it| it.step == Step::Buy) {
        let shape = serde_json::json!([it.request.options, it.request.parameters]).to_string();
        let each = match prices.get(&shape) {
            Some(each) => *each,
            None => {
                let quote = runtime.quote(it.request.clone()).await;
                let quote = quote.map_err(|error| CommandError::of_request(&error, names))?;
                prices.insert(shape, quote.most_points);
                quote.most_points
            }
        };
        it.request.budget = Some(each);
        if keys.insert(it.key.clone()) {
            points = points.saturating_add(each);
            bought += 1;
        }
    }
    Ok((points, bought))
}
