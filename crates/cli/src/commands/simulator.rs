//! `ima simulator`: a stand-in for the service, to try the program without spending.

use clap::Args;
use ima_simulator::{DEMO_KEY, Options, Simulator};
use serde::Serialize;

use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::options::Common;
use crate::ui::interrupt::Interrupt;
use crate::ui::out;
use crate::ui::text::{command_error, say};

/// `ima simulator`
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  ima simulator
  ima simulator --port 8080 --speed 20")]
pub(crate) struct SimulatorArgs {
    /// The port on 127.0.0.1; 0 for a free one
    /// ¦ 127.0.0.1 上的端口；0 为任意空闲端口
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Simulated seconds per second
    /// ¦ 每秒模拟多少秒
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    speed: f64,
    /// The points of its account
    /// ¦ 账户的积分
    #[arg(long, value_name = "N", default_value_t = 1000)]
    points: u64,
}

pub(crate) async fn run(common: &Common, args: &SimulatorArgs) -> Result<Exit, CommandError> {
    // Before the line that says where it listens, so that Ctrl-C right after it is heard.
    let mut interrupt = Interrupt::listen();
    let start = Simulator::start(Options {
        port: args.port,
        speed: args.speed,
        ..Options::default()
    });
    let simulator = start.await.map_err(|error| {
        tracing::warn!(%error, "the simulator did not start");
        command_error!(
            Usage,
            "The simulator could not start."
                => "Choose another --port, and a --speed of at least 0.",
            "模拟器没有启动。" => "请用 --port 换一个端口，速度不能小于 0。"
        )
    })?;
    simulator.control().add_account(DEMO_KEY, args.points);
    let origin = simulator.origin();
    if common.json {
        #[derive(Serialize)]
        struct Started<'a> {
            base_url: &'a str,
            key: &'a str,
        }
        out::json(&Started {
            base_url: &origin,
            key: DEMO_KEY,
        });
    } else if common.quiet {
        out::line(&origin);
    } else {
        let listening = say!(
            "Listening on {origin} until Ctrl-C. Try:",
            "正在监听 {origin}，按 Ctrl-C 结束。试一试："
        );
        out::line(listening.get(common.language()));
        out::line(&format!(
            "  IMA_API_KEY={DEMO_KEY} ima music \"rain\" --base-url {origin}"
        ));
    }
    interrupt.pressed().await;
    Ok(Exit::Done)
}
