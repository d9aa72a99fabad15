//! `ima show`, `ima play`, `ima open` and `ima remove`: one of the things that were made.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;
use clap_complete::ArgValueCandidates;

use super::{completions, list};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate;
use crate::library::{Library, Record};
use crate::options::Common;
use crate::setup;
use crate::ui::screen::Screen;
use crate::ui::text::{Text, command_error, say};
use crate::ui::{out, table};

/// `ima show`, `ima play`, `ima open`, `ima remove`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima show 1f3a
  ima play rain piano
  ima open 1f3a
  ima remove 1f3a")]
pub(crate) struct OneArgs {
    /// The beginning of an id of `ima list`, or words; the newest that has them
    /// ¦ `ima list` 里编号的开头，或几个词；取最新的一个
    #[arg(required = true, num_args = 1.., value_name = "ID|WORDS", add = ArgValueCandidates::new(completions::made))]
    what: Vec<String>,
}

impl OneArgs {
    fn find(&self, common: &Common) -> Result<Record, CommandError> {
        Library::of(common).find(&self.what)
    }
}

pub(crate) fn show(common: &Common, args: &OneArgs) -> Result<Exit, CommandError> {
    let record = args.find(common)?;
    if common.json {
        out::json(&record);
        return Ok(Exit::Done);
    }
    let language = common.language();
    let files: Vec<_> = record
        .files
        .iter()
        .map(|it| it.display().to_string())
        .collect();
    let rows = [
        (say!("Id", "编号"), record.job.clone()),
        (
            say!("Kind", "类型"),
            list::kind(&record).get(language).to_owned(),
        ),
        (say!("When", "时间"), list::when(record.created_at)),
        (
            say!("Title", "标题"),
            record.title.clone().unwrap_or_default(),
        ),
        (
            say!("Prompt", "描述"),
            record.prompt.clone().unwrap_or_default(),
        ),
        (say!("Model", "模型"), record.model_name.clone()),
        (say!("Points", "积分"), record.points.to_string()),
        (say!("Files", "文件"), files.join("\n")),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    table::print_plain(
        rows.map(|(name, value)| [name.get(language).to_owned(), value.replace('\n', " ")]),
    );
    Ok(Exit::Done)
}

pub(crate) fn play(common: &Common, args: &OneArgs) -> Result<Exit, CommandError> {
    let files = there(&args.find(common)?)?;
    generate::play_files(&files, &Screen::new(common, false, false));
    Ok(Exit::Done)
}

/// Shows the file where the system shows files.
pub(crate) fn open(common: &Common, args: &OneArgs) -> Result<Exit, CommandError> {
    let files = there(&args.find(common)?)?;
    let programs: &[&str] = match cfg!(target_os = "macos") {
        true => &["open"],
        false if cfg!(windows) => &["explorer"],
        false => &["xdg-open", "gio"],
    };
    let Some(file) = files.first() else {
        return Ok(Exit::Done);
    };
    for program in programs {
        let mut command = Command::new(program);
        if *program == "gio" {
            command.arg("open");
        }
        let opened = command
            .arg(file)
            .env_remove(setup::KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if opened.is_ok_and(|it| it.success()) {
            return Ok(Exit::Done);
        }
    }
    let file = file.display();
    Err(command_error!(
        Other,
        "No program here opens {file}." => "`ima play` plays it.",
        "没有程序可以打开 {file}。" => "可以用 `ima play` 播放。"
    ))
}

/// Removes it from the library; the audio stays.
pub(crate) async fn remove(common: &Common, args: &OneArgs) -> Result<Exit, CommandError> {
    let record = args.find(common)?;
    let library = Library::of(common);
    let journal = setup::journal(common).await?;
    let open = match journal.get(&record.job).await? {
        Some(job) => job.is_open(),
        None => false,
    };
    if open {
        let id = &record.job;
        return Err(command_error!(
            Usage,
            "The job {id} may still bring audio that was paid for."
                => "To fetch it: ima resume {id}. To forget it all the same: ima jobs forget {id} --yes",
            "任务 {id} 还可能有已付费的音频。"
                => "取回：ima resume {id}；仍要删除：ima jobs forget {id} --yes"
        ));
    }
    for job in record.parts.iter().chain([&record.job]) {
        // What the journal keeps of a job holds the prompt.
        let _ = journal.forget(job).await;
        let part = library.get(job).filter(|it| it.part.is_some());
        for file in part.into_iter().flat_map(|it| it.files) {
            let _ = std::fs::remove_file(file);
        }
        library.remove(job);
    }
    if !common.quiet {
        let Text { en, zh } = Text::same(&*record.job);
        let words = say!(
            "Removed from the list: {en}. Its files stay where they are.",
            "已从列表删除：{zh}。文件保留在原处。"
        );
        out::error(words.get(common.language()));
    }
    Ok(Exit::Done)
}

/// The files that are still where they were saved.
fn there(record: &Record) -> Result<Vec<PathBuf>, CommandError> {
    let files: Vec<_> = record
        .files
        .iter()
        .filter(|it| it.is_file())
        .cloned()
        .collect();
    let id = &record.job;
    match files.is_empty() {
        false => Ok(files),
        true => Err(command_error!(
            Other,
            "The files of {id} are not here." => "To fetch them again at no cost: ima resume {id}",
            "{id} 的文件不在了。" => "重新获取（不再扣积分）：ima resume {id}"
        )),
    }
}
