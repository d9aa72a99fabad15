//! `ima mcp`: music and speech for agents, over the Model Context Protocol.

mod snippet;

use std::path::PathBuf;

use clap::{Args, ValueHint};
use ima_host::{Ceilings, Credential};
use ima_mcp::{Confirm, Server, Settings};

use crate::command_error::CommandError;
use crate::commands::doctor;
use crate::exit::Exit;
use crate::folders;
use crate::options::Common;
use crate::setup;
use crate::ui::interrupt::Interrupt;
use crate::ui::out;
use crate::ui::text::{self, command_error};

pub(crate) use snippet::Client;

/// `ima mcp`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima mcp
  ima mcp --max-points 30 --max-points-per-day 200 --confirm above:10
  ima mcp --config claude-code
  ima mcp --check

The client starts it and speaks JSON-RPC with it on standard input and output. Without a ceiling, a
purchase needs a client that can ask you; one that can't spends nothing.
¦
由客户端启动，通过标准输入和输出传递 JSON-RPC。没有设上限时，购买需要客户端能够询问你，否则不会花费。")]
pub(crate) struct McpArgs {
    /// The folder for the audio, by its full path; a folder beside the jobs by default
    /// ¦ 保存音频的文件夹，完整路径；默认在任务记录旁边
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The most points that one purchase may spend
    /// ¦ 一次购买最多花费的积分
    #[arg(long, value_name = "N")]
    max_points: Option<u64>,
    /// The most points that a day (UTC) may cost, all programs together
    /// ¦ 一天（UTC）最多花费的积分，所有程序合计
    #[arg(long, value_name = "N")]
    max_points_per_day: Option<u64>,
    /// When you are asked: always, above:POINTS or never. Without it: always if the client can ask you,
    /// else up to the ceilings
    /// ¦ 何时询问：always、above:积分 或 never。默认：客户端能询问就总是询问，否则以上限为准
    #[arg(long, value_name = "WHEN")]
    confirm: Option<Confirm>,
    /// The file that holds the API key, yours alone (mode 0600), in place of IMA_API_KEY
    /// ¦ 存放 API 密钥的文件，只有你能读（0600），代替 IMA_API_KEY
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    key_file: Option<PathBuf>,
    /// Check what must be right for it to work, and end
    /// ¦ 检查能否正常工作，然后结束
    #[arg(long, conflicts_with = "config")]
    check: bool,
    /// Print what goes into the configuration of a client, and end
    /// ¦ 输出要写进客户端配置的内容，然后结束
    #[arg(long, value_enum, value_name = "CLIENT")]
    config: Option<Client>,
}

pub(crate) async fn run(common: &Common, args: McpArgs) -> Result<Exit, CommandError> {
    if let Some(client) = args.config {
        out::line(&client.snippet(&words(&args)));
        return Ok(Exit::Done);
    }
    let folder = folder(&args)?;
    let credential = args.key_file.map(Credential::file);
    if args.check {
        return Ok(doctor::examine(common, credential, folder).await);
    }
    let mut interrupt = Interrupt::listen();
    let mut settings = Settings::new(folder, common.language());
    settings.user = Some(common.user.clone());
    settings.confirm = args.confirm;
    settings.ceilings = Ceilings {
        per_request: args.max_points,
        per_day: args.max_points_per_day,
    };
    let runtime = setup::serving(common, settings.ceilings, credential).await?;
    let server = Server::new(runtime, settings).map_err(|_| text::journal())?;
    let stop = async move {
        interrupt.pressed().await;
    };
    server.serve_stdio(stop).await.map_err(|error| {
        tracing::warn!(%error, "the client did not begin as the protocol says");
        command_error!(
            Usage,
            "This is for programs that speak the Model Context Protocol."
                => "To set one up: ima mcp --config CLIENT",
            "这是给支持 Model Context Protocol 的程序用的。" => "如何设置：ima mcp --config CLIENT"
        )
    })?;
    Ok(Exit::Done)
}

/// The folder for the audio.
fn folder(args: &McpArgs) -> Result<PathBuf, CommandError> {
    match &args.out {
        Some(folder) if folder.is_absolute() => Ok(folder.clone()),
        Some(folder) => {
            let folder = folder.display();
            Err(command_error!(
                Usage,
                "--out {folder} is not a full path, and clients start this program anywhere."
                    => "Name the folder by its full path.",
                "--out {folder} 不是完整路径，而客户端会在任意位置启动本程序。" => "请写出完整路径。"
            ))
        }
        None => {
            let data = folders::data().ok_or_else(text::journal)?;
            Ok(data.join("audio"))
        }
    }
}

/// The words of this command line, without those that only print.
fn words(args: &McpArgs) -> Vec<String> {
    let mut words = vec!["mcp".to_owned()];
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    option("--out", args.out.as_ref().map(path));
    option("--max-points", args.max_points.map(|it| it.to_string()));
    let day = args.max_points_per_day;
    option("--max-points-per-day", day.map(|it| it.to_string()));
    option("--confirm", args.confirm.map(|it| it.to_string()));
    option("--key-file", args.key_file.as_ref().map(path));
    words
}
