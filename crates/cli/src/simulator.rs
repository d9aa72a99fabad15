//! `ima simulator`: a stand-in for the service, to try the program without spending.

use ima_simulator::{DEMO_KEY, Options, Simulator};
use serde::Serialize;

use crate::args::{self, Common};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::setup::Trouble;
use crate::{out, text};

pub(crate) async fn run(common: &Common, options: &args::Simulator) -> Result<Exit, Trouble> {
    let language = common.language();
    // Before the line that says where it listens, so that Ctrl-C right after it is heard.
    let mut interrupt = Interrupt::listen();
    let start = Simulator::start(Options {
        port: options.port,
        speed: options.speed,
        ..Options::default()
    });
    let simulator = start.await.map_err(|error| {
        tracing::warn!(%error, "the simulator did not start");
        Trouble::usage(text::no_simulator(language))
    })?;
    simulator.control().add_account(DEMO_KEY, options.points);
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
        out::line(&text::simulator(language, &origin));
        out::line(&format!(
            "  IMA_API_KEY={DEMO_KEY} ima music \"rain\" --base-url {origin}"
        ));
    }
    interrupt.pressed().await;
    Ok(Exit::Done)
}
