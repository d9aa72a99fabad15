//! Thousands of generations at once in one process, against a simulator in the same process.
//!
//! ```console
//! $ cargo run --release -p ima-host --example many -- 10000 shared journal
//! ```
//!
//! The second argument is `alone` (an instance for each generation) or `shared` (one instance for
//! thousands). With `journal` every checkpoint is synced to a journal in the current folder, which is
//! removed at the end. A song takes 100 s, and time passes four times as fast.

use std::error::Error;
use std::time::{Duration, Instant};

use ima_host::types::{CheckpointState, Event, Language, Outcome};
use ima_host::{Clock, Credential, Isolation, Job, JobState, Journal, Request, Runtime};
use ima_simulator::{DEMO_KEY, Options, Simulator, Timeline};
use tokio::task::JoinSet;

const SPEED: u32 = 4;

/// How often the progress of a song is told.
const INTERVAL: Duration = Duration::from_secs(15);

/// How one generation went.
struct Story {
    success: bool,
    /// The longest that an event came after its time.
    late: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(1_000), |count| count.parse())?;
    let isolation = match arguments.next().as_deref() {
        Some("alone") => Isolation::PerGeneration,
        _ => Isolation::Shared,
    };
    let journalled = arguments.next().is_some_and(|word| word == "journal");

    let options = Options {
        speed: SPEED.into(),
        ..Options::default()
    };
    let simulator = Simulator::start(options).await?;
    let control = simulator.control();
    control.add_account(DEMO_KEY, u64::MAX);
    control.set_timeline("sonic", Timeline::lasting(100.0));

    let mut builder = Runtime::builder()
        .origin(&simulator.origin())
        .credential(Credential::literal(DEMO_KEY))
        .clock(Clock::accelerated(SPEED))
        .isolation(isolation);
    let folder = tempfile::tempdir_in(".")?;
    if journalled {
        builder = builder.journal(Journal::open(folder.path()).await?);
    }
    let runtime = builder.build().await?;

    let begin = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..count {
        running.spawn(generate(runtime.clone()));
    }
    let (mut songs, mut late) = (0, Duration::ZERO);
    while let Some(story) = running.join_next().await {
        let story = story??;
        songs += usize::from(story.success);
        late = late.max(story.late);
    }

    let requests = control.request_count();
    println!("{songs} of {count} songs in {:.1?}", begin.elapsed());
    let charges = control.ledger(DEMO_KEY).charges;
    let points: u64 = charges.iter().map(|charge| charge.points).sum();
    println!("{} tasks paid, {points} points", charges.len());
    println!(
        "{requests} requests over {} connections",
        control.connections()
    );
    println!("no event later than {late:.1?}");
    if let Some(journal) = runtime.journal() {
        let jobs = journal.list().await?;
        let finished = |job: &&Job| job.state == JobState::Finished;
        let finished = jobs.iter().filter(finished).count();
        println!("{} jobs journalled, {finished} finished", jobs.len());
    }
    Ok(())
}

/// Runs one generation to its end.
async fn generate(runtime: Runtime) -> Result<Story, ima_host::Error> {
    let request = Request::music("rain", Language::En);
    let mut generation = runtime.start(request).await?;
    let mut last = None;
    let mut story = Story {
        success: false,
        late: Duration::ZERO,
    };
    while let Some(event) = generation.next_event().await? {
        match event {
            Event::Checkpoint(checkpoint) if checkpoint.state == CheckpointState::Waiting => {
                last = Some(Instant::now());
            }
            Event::Progress(_) => {
                let since = last.replace(Instant::now()).map(|last| last.elapsed());
                let late = since.unwrap_or_default().saturating_sub(INTERVAL / SPEED);
                story.late = story.late.max(late);
            }
            Event::Finished(outcome) => story.success = matches!(outcome, Outcome::Success(_)),
            _ => {}
        }
    }
    Ok(story)
}
