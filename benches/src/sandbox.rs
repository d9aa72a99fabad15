//! The machine in the sandbox against the native core, bare and under the same guard and client, with
//! few and with many generations in flight.

use std::process::Command;

use crate::cost;
use crate::crowd::{Kind, Order, Report};
use crate::error::Error;
use crate::service::{Service, block_on, folder};
use crate::stats::{heading, ms, ratio};

/// How long a task takes, in the time of the component: within the estimate, so that the service is
/// asked slowly first and then fast.
const TASK_SECONDS: f64 = 100.0;

/// At once, in all, and how much faster time passes. With ten thousand it is the real time, so that
/// a late event is late for a user.
const SIZES: [(usize, usize, u32); 3] = [(1, 20, 200), (100, 300, 50), (10_000, 10_000, 1)];

pub(crate) fn run() -> Result<(), Error> {
    heading("The same session native and in the sandbox", "sandbox");
    // Compiled once, so that no crowd compiles.
    folder("cache")?;
    println!(
        "in flight           CPU each   ratio   memory each   late p50      p99       max  \
         requests  connections"
    );
    for (at_once, total, rate) in SIZES {
        let mut native = None;
        for kind in [Kind::Native, Kind::Bare, Kind::Shared, Kind::Alone] {
            let service = Service::start(rate)?;
            block_on(service.timeline(TASK_SECONDS, 1))?;
            let before = block_on(service.traffic())?;
            let order = Order {
                kind,
                origin: service.origin.clone(),
                at_once,
                total,
                rate,
            };
            let order = serde_json::to_string(&order).map_err(|_| Error::Empty)?;
            let report: Report = cost::ask(Command::new(cost::own()?).args(["crowd", &order]))?;
            if report.failed > 0 {
                return Err(Error::Generations {
                    failed: report.failed,
                    total,
                });
            }
            let after = block_on(service.traffic())?;
            let each = report.cpu / u32::try_from(total).unwrap_or(u32::MAX);
            let base = *native.get_or_insert(each);
            let memory = memory(&report);
            let [half, most, last] = report.late.map(ms);
            println!(
                "{at_once:>6} {:<9} {:>11} {:>7.2} {memory:>13} {half:>10} {most:>9} {last:>9} \
                 {:>9.1} {:>12}",
                format!("{kind:?}").to_lowercase(),
                ms(each),
                ratio(each, base),
                (after.requests - before.requests) as f64 / total as f64,
                after.connections - before.connections - 1,
            );
        }
    }
    println!(
        "ratios are to the native core under the same guard and client; aims: <= 1.20; shared <= 12 KiB; \
         p99 late <= 5 ms"
    );
    Ok(())
}

/// What each of many takes; with few, what all of them share would hide it.
fn memory(report: &Report) -> String {
    if report.waiting < 1_000 {
        return "-".to_owned();
    }
    let bytes = report.most.saturating_sub(report.before) as f64 / report.waiting as f64;
    format!("{:.1} KiB", bytes / 1_024.0)
}
