//! `ima again`: the same request once more.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ima_host::Request;

use super::completions;
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::generate::{self, Batch, OptionSet, Prompts, RunOptions};
use crate::library::Library;
use crate::options::{Common, Delivery, Spending};
use crate::preferences::AfterSuccess;
use crate::setup;
use crate::ui::text::command_error;

/// `ima again`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima again 1f3a
  ima again rain piano --out rain-2.mp3

It is a new generation, which costs points. It needs the prompt: ima config set history on
¦
这是新的一次生成，会扣积分。需要保留描述：ima config set history on")]
pub(crate) struct AgainArgs {
    /// The beginning of an id of `ima list`, or words; the newest that has them
    /// ¦ `ima list` 里编号的开头，或几个词；取最新的一个
    #[arg(required = true, num_args = 1.., value_name = "ID|WORDS", add = ArgValueCandidates::new(completions::made))]
    what: Vec<String>,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    pub(crate) delivery: Delivery,
}

pub(crate) async fn run(common: &Common, args: &AgainArgs) -> Result<Exit, CommandError> {
    let record = Library::of(common).find(&args.what)?;
    let id = &record.job;
    let request = record
        .request
        .clone()
        .map(serde_json::from_value::<Request>);
    let Some(Ok(request)) = request else {
        return Err(command_error!(
            Usage,
            "What {id} was made from is not kept." => "To keep prompts from now on: ima config set history on",
            "没有保留 {id} 的描述。" => "以后要保留：ima config set history on"
        ));
    };
    let runtime = setup::generating(common, None, &args.spending).await?;
    let batch = Batch {
        prompts: Prompts::One(request.prompt.clone()),
        request,
        after_success: AfterSuccess::Leave,
    };
    let options = RunOptions {
        spending: &args.spending,
        delivery: &args.delivery,
        announce: None,
        options: OptionSet::Commands,
    };
    generate::run(common, &runtime, batch, options).await
}
