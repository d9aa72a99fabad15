//! `ima config`: the user's settings.

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::command_error::CommandError;
use crate::config;
use crate::exit::Exit;
use crate::options::Common;
use crate::ui::text::say;
use crate::ui::{out, table};

/// `ima config`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima config
  ima config set history on
  ima config set max_points_per_day 200
  ima config set out ~/Music
  ima config unset voice

Settings: language, out (the folder for audio), voice, confirm_above, max_points, max_points_per_day,
history (whether prompts are kept for `ima list` and `ima again`; off by default).
¦
设置：language（语言）、out（音频文件夹）、voice（默认音色）、confirm_above、max_points、
max_points_per_day、history（是否保留描述，供 `ima list` 和 `ima again` 使用；默认不保留）。")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Change a setting
    /// ¦ 更改一项设置
    Set {
        /// Its name
        /// ¦ 名称
        name: String,
        /// Its value
        /// ¦ 值
        value: String,
    },
    /// Take a setting out
    /// ¦ 去掉一项设置
    Unset {
        /// Its name
        /// ¦ 名称
        name: String,
    },
}

pub(crate) fn run(common: &Common, args: &ConfigArgs) -> Result<Exit, CommandError> {
    match &args.what {
        Some(What::Set { name, value }) => config::change(name, Some(value))?,
        Some(What::Unset { name }) => config::change(name, None)?,
        None => {}
    }
    let all = config::all()?;
    if common.json {
        let all = all
            .into_iter()
            .map(|(name, text)| (name, Value::from(text)));
        out::json(&all.collect::<Map<_, _>>());
        return Ok(Exit::Done);
    }
    if common.quiet && args.what.is_some() {
        return Ok(Exit::Done);
    }
    let path = config::path();
    let path = path.map_or_else(String::new, |it| it.display().to_string());
    if all.is_empty() {
        let none = say!("Nothing is set in {path}", "{path} 里没有设置");
        out::line(none.get(common.language()));
        return Ok(Exit::Done);
    }
    let headings = [say!("SETTING", "设置"), say!("VALUE", "值")];
    table::print(
        common,
        headings,
        all.into_iter().map(|(name, text)| [name, text]),
    );
    Ok(Exit::Done)
}
