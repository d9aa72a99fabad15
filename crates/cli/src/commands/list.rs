//! `ima list`: what was made on this machine.

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::command_error::CommandError;
use crate::config;
use crate::exit::Exit;
use crate::library::{Library, Record};
use crate::options::Common;
use crate::ui::text::{Text, say};
use crate::ui::{out, table};

/// `ima list`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima list
  ima list rain piano
  ima list --json")]
pub(crate) struct ListArgs {
    /// Only what has all of these words in its title, prompt, model or files
    /// ¦ 只看标题、描述、模型或文件名里有这些词的
    #[arg(num_args = 0..)]
    words: Vec<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a command")]
pub(crate) fn run(common: &Common, args: &ListArgs) -> Result<Exit, CommandError> {
    let mut all = Library::of(common).all();
    all.retain(|it| it.part.is_none() && it.has_words(&args.words));
    if common.json {
        #[derive(Serialize)]
        struct Made<'a> {
            made: &'a [Record],
        }
        out::json(&Made { made: &all });
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        let none = say!("Nothing is here.", "这里什么都没有。");
        out::line(none.get(common.language()));
        return Ok(Exit::Done);
    }
    let language = common.language();
    let headings = [
        say!("ID", "编号"),
        say!("WHEN", "时间"),
        say!("KIND", "类型"),
        say!("POINTS", "积分"),
        say!("WHAT", "内容"),
    ];
    let rows = all.iter().map(|it| {
        [
            it.job.clone(),
            when(it.created_at),
            kind(it).get(language).to_owned(),
            it.points.to_string(),
            it.what(),
        ]
    });
    table::print(common, headings, rows);
    if !config::get().history && !common.quiet {
        let how = say!(
            "Prompts are not kept. To keep them from now on: ima config set history on",
            "没有保留描述。以后要保留：ima config set history on"
        );
        out::error(how.get(language));
    }
    Ok(Exit::Done)
}

/// A point in time, in seconds since 1970, on the clock of this place.
pub(crate) fn when(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds);
    let time = time.map(|it| it.to_zoned(TimeZone::system()));
    time.map_or_else(
        |_| "?".to_owned(),
        |it| it.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

/// The word for what it is.
pub(crate) fn kind(record: &Record) -> Text {
    match record.task.as_str() {
        "music" => say!("Music", "音乐"),
        "narration" => say!("Narration", "长文本"),
        _ => say!("Speech", "语音"),
    }
}
