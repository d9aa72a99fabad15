//! `ima spend`: what was spent, from the ledger.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use ima_host::journal::{Payment, Settlement};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Serialize;

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::library::Library;
use crate::options::Common;
use crate::setup;
use crate::ui::text::{Text, say};
use crate::ui::{out, table};

/// `ima spend`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima spend
  ima spend --by model --days 7
  ima spend --by job --json")]
pub(crate) struct SpendArgs {
    /// What to sum up by
    /// ¦ 按什么合计
    #[arg(long, value_enum, default_value = "day")]
    by: By,
    /// Of how many days, today with them
    /// ¦ 最近多少天，含今天
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Model,
    Job,
}

/// Points that were spent for sure, and points that may have been.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Sum {
    generations: u64,
    points: u64,
    /// Of requests whose end is not known.
    in_doubt: u64,
}

impl Sum {
    fn add(&mut self, payment: &Payment) {
        match &payment.settlement {
            Some(Settlement::Accepted { .. }) => {
                self.generations += 1;
                self.points += payment.points;
            }
            Some(Settlement::Unknown) | None => self.in_doubt += payment.points,
            Some(Settlement::Refused | Settlement::NotSent) => {}
        }
    }
}

pub(crate) async fn run(common: &Common, args: &SpendArgs) -> Result<Exit, CommandError> {
    let first = Zoned::now().start_of_day().ok();
    let before = i64::from(args.days.max(1)) - 1;
    let since = first.and_then(|it| it.checked_sub(before.days()).ok());
    let since = since.map_or(0, |it| it.timestamp().as_second());
    let journal = setup::journal(common).await?;
    let payments = journal.payments(since).await?;
    let library = Library::of(common);
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    for payment in &payments {
        total.add(payment);
        let job = payment.job.clone().unwrap_or_default();
        let name = match args.by {
            By::Day => day(payment.reserved_at),
            By::Job => job,
            By::Model => match library.get(&job) {
                Some(record) if !record.model_name.is_empty() => record.model_name,
                _ => match journal.get(&job).await? {
                    Some(job) => job.model_name.unwrap_or_default(),
                    None => String::new(),
                },
            },
        };
        sums.entry(name).or_default().add(payment);
    }
    sums.retain(|_, sum| sum.generations + sum.in_doubt > 0);
    show(common, args.by, &sums, total);
    Ok(Exit::Done)
}

fn show(common: &Common, by: By, sums: &BTreeMap<String, Sum>, total: Sum) {
    if common.json {
        #[derive(Serialize)]
        struct Spent<'a> {
            spent: &'a BTreeMap<String, Sum>,
            total: Sum,
        }
        return out::json(&Spent { spent: sums, total });
    }
    let language = common.language();
    let by = match by {
        By::Day => say!("DAY", "日期"),
        By::Model => say!("MODEL", "模型"),
        By::Job => say!("JOB", "任务"),
    };
    let headings = [
        by,
        say!("GENERATIONS", "次数"),
        say!("POINTS", "积分"),
        say!("IN DOUBT", "待确认"),
    ];
    let row = |name: &str, sum: &Sum| {
        let doubt = Some(sum.in_doubt).filter(|it| *it > 0);
        [
            Some(name)
                .filter(|it| !it.is_empty())
                .unwrap_or("?")
                .to_owned(),
            sum.generations.to_string(),
            sum.points.to_string(),
            doubt.map_or_else(String::new, |it| it.to_string()),
        ]
    };
    let all = say!("All", "合计");
    let rows = sums.iter().map(|(name, sum)| row(name, sum));
    let last = row(all.get(language), &total);
    table::print(common, headings, rows.chain([last]));
    if total.in_doubt > 0 {
        let Text { en, zh } = say!("ima jobs", "ima jobs");
        let words = say!(
            "In doubt: it is not known whether the service took these points. `{en}` lists the jobs.",
            "待确认：不确定服务是否扣除了这些积分。用 `{zh}` 查看任务。"
        );
        out::error(words.get(language));
    }
}

/// The day of a point in time, on the clock of this place.
fn day(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    let time = time.to_zoned(TimeZone::system());
    time.strftime("%Y-%m-%d").to_string()
}
