//! Connections and TLS handshakes: of one generation, of many one after the other, and of the same
//! flow in Python.

use std::path::Path;
use std::process::Command;

use ima_host::types::{Language, Outcome};
use ima_host::{Clock, Credential, Request, Runtime};
use ima_simulator::{Control, DEMO_KEY, Options, Simulator, Timeline};

use crate::cost;
use crate::error::Error;
use crate::flow::python;
use crate::service::{block_on, folder};
use crate::stats::heading;

/// Generations one after the other in one runtime.
const MANY: u32 = 50;

/// How much faster time passes for the component.
const RATE: u32 = 200;

pub(crate) fn run() -> Result<(), Error> {
    heading("Connections and TLS handshakes", "tls");
    let folder = folder("tls")?;
    let python = python(&crate::service::folder("flow")?)?;
    let options = Options {
        speed: RATE.into(),
        tls: true,
        ..Options::default()
    };
    let simulator = block_on(async { Ok(Simulator::start(options).await?) })?;
    let authority = simulator.authority().unwrap_or_default();
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, authority).map_err(Error::file(&ca))?;
    let control = simulator.control();
    control.add_account(DEMO_KEY, u64::from(u32::MAX));
    control.set_timeline("sonic", Timeline::lasting(30.0));

    println!("                                   generations  connections  handshakes  requests");
    for count in [1, MANY] {
        let begin = Count::of(&control);
        block_on(generations(&simulator, count, &folder))?;
        begin.print(&control, "the host, list to audio", count);
    }
    control.set_timeline("sonic", Timeline::lasting(0.0));
    let begin = Count::of(&control);
    let mut client = Command::new(python);
    client
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/flow.py"))
        .args([&simulator.origin(), "rain"])
        .arg(folder.join("python.wav"))
        .env("IMA_API_KEY", DEMO_KEY)
        .env("REQUESTS_CA_BUNDLE", &ca);
    cost::of(&client)?;
    begin.print(&control, "Python, list to audio", 1);
    println!("aim: one handshake a generation");
    Ok(())
}

/// What the simulator had seen.
struct Count {
    connections: u64,
    handshakes: u64,
    requests: usize,
}

impl Count {
    fn of(control: &Control) -> Self {
        Self {
            connections: control.connections(),
            handshakes: control.handshakes(),
            requests: control.request_count(),
        }
    }

    /// Prints what came since.
    fn print(&self, control: &Control, name: &str, generations: u32) {
        let now = Self::of(control);
        println!(
            "{name:<34} {generations:>11} {:>12} {:>11} {:>9}",
            now.connections - self.connections,
            now.handshakes - self.handshakes,
            now.requests - self.requests
        );
    }
}

/// Generations one after the other in a runtime of their own, each with its audio fetched.
async fn generations(simulator: &Simulator, count: u32, folder: &Path) -> Result<(), Error> {
    let runtime = Runtime::builder()
        .origin(&simulator.origin())
        .credential(Credential::literal(DEMO_KEY))
        .extra_ca(simulator.authority().unwrap_or_default())
        .cache_folder(crate::service::folder("cache")?)
        .clock(Clock::accelerated(RATE))
        .build()
        .await?;
    for done in 0..count {
        let request = Request::music("rain", Language::En);
        match runtime.start(request).await?.outcome().await? {
            Outcome::Success(success) => {
                for media in &success.medias {
                    drop(runtime.download(&media.url, folder).await?);
                }
            }
            Outcome::Failure(_) => {
                return Err(Error::Generations {
                    failed: 1,
                    total: done as usize + 1,
                });
            }
        }
    }
    Ok(())
}
