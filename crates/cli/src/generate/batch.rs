//! Several generations at the same time, with a bar for each.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ima_host::Generation;

use super::drive::Driven;
use super::{Ended, Run};
use crate::command_error::CommandError;
use crate::exit::Exit;
use crate::report::{Numbered, Several};
use crate::ui::screen::EventPrinter;
use crate::ui::text::{self, say};

/// How long to wait each time that the service refuses one of several for coming too soon, in seconds.
/// A refusal costs nothing.
const PAUSES: [u64; 8] = [5, 10, 20, 40, 60, 60, 60, 60];

/// How many generations run at the same time by default.
const USUAL: usize = 3;

/// Drives `count` generations, which `begin` prepares by their index. After Ctrl-C, and if all
/// others would fail too, no further one is begun.
///
/// Returns how each ended, none for those that were not begun.
pub(crate) async fn drive<F: Future<Output = Result<Generation, CommandError>>>(
    run: &Run<'_>,
    count: usize,
    concurrency: Option<NonZeroUsize>,
    begin: impl Fn(usize) -> F,
) -> Vec<Option<Ended>> {
    let halted = AtomicBool::new(false);
    let one = async |index: usize| {
        if halted.load(Ordering::Relaxed) || run.interrupt.is_pressed() {
            return (index, None);
        }
        let number = Some(index + 1);
        let mut pauses = PAUSES.into_iter();
        let ended = loop {
            let pause = pauses.next();
            let generation = match begin(index).await {
                Ok(generation) => generation,
                Err(error) => break run.refuse(&error, number),
            };
            match run
                .drive_or_return(generation, number, pause.is_some())
                .await
            {
                Driven::Ended(ended) => break ended,
                Driven::SlowDown => rest(run, pause.unwrap_or_default(), number).await,
            }
            if run.interrupt.is_pressed() {
                return (index, None);
            }
        };
        if let Some(bar) = run.progress.as_ref().filter(|_| ended.exit == Exit::Done) {
            bar.inc(1);
        }
        if matches!(ended.exit, Exit::Unauthorised | Exit::Points | Exit::Down) {
            halted.store(true, Ordering::Relaxed);
        }
        (index, Some(ended))
    };
    let mut all: Vec<_> = stream::iter(0..count)
        .map(one)
        .buffer_unordered(concurrency.map_or(USUAL, NonZeroUsize::get))
        .collect()
        .await;
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, ended)| ended).collect()
}

/// Waits because the service asked for it, or until the user is tired of that.
async fn rest(run: &Run<'_>, seconds: u64, number: Option<usize>) {
    EventPrinter::new(&run.screen, number).trouble(&text::slow_down(seconds));
    let mut interrupt = run.interrupt.clone();
    let pause = Duration::from_secs(seconds) / run.common.clock_rate.max(1);
    tokio::select! {
        () = tokio::time::sleep(pause) => {}
        _ = interrupt.pressed() => {}
    }
}

/// Tells how they ended all together, and returns the code that matters most.
pub(crate) fn conclude(run: &Run<'_>, all: &[Option<Ended>]) -> Exit {
    let is_done = |ended: &&Ended| ended.exit == Exit::Done;
    let done = all.iter().flatten().filter(is_done).count();
    let left_out: Vec<String> = (1..)
        .zip(all)
        .filter(|(_, ended)| ended.is_none())
        .map(|(number, _): (usize, _)| number.to_string())
        .collect();
    let mut show = EventPrinter::new(&run.screen, None);
    if !left_out.is_empty() {
        let numbers = left_out.join(", ");
        show.trouble(&say!("Not started: {numbers}", "没有开始：{numbers}"));
    }
    let count = all.len();
    show.line(&say!("Done: {done} of {count}", "已完成：{done} / {count}"));
    let results = all.iter().enumerate().map(|(index, ended)| Numbered {
        number: index + 1,
        result: ended.as_ref().map(|ended| &ended.report),
    });
    run.print(&Several {
        results: results.collect(),
    });
    let exits = all.iter().flatten().map(|ended| ended.exit);
    match exits.max_by_key(|exit| exit.weight()) {
        // What was not begun cost nothing.
        None | Some(Exit::Done) if !left_out.is_empty() => Exit::Refused,
        None => Exit::Done,
        Some(worst) => worst,
    }
}
