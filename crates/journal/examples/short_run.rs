//! Measures what a short run costs: opening a journal that exists, and five durable writes.
//!
//! ```console
//! $ cargo run --release -p ima-journal --example short_run -- 200
//! ```

use std::error::Error;
use std::time::{Duration, Instant};

use ima_journal::{CheckpointState, Entry, JobEnd, Journal, TaskType};

fn entry(state: CheckpointState) -> Entry {
    Entry {
        task: Some(TaskType::Music),
        model_name: Some("Suno".to_owned()),
        state,
        task_id: (state == CheckpointState::Waiting).then(|| "task".to_owned()),
        continuation: "c".repeat(1_500),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let runs: u32 = std::env::args().nth(1).map_or(Ok(50), |it| it.parse())?;
    let folder = tempfile::tempdir_in(".")?;
    drop(Journal::open_blocking(folder.path())?);
    let (mut opening, mut writing, mut closing) = <(Duration, Duration, Duration)>::default();
    for _ in 0..runs {
        let start = Instant::now();
        let journal = Journal::open_blocking(folder.path())?;
        let opened = Instant::now();
        let claim = journal.begin(entry(CheckpointState::Creating)).await?;
        claim.checkpoint(entry(CheckpointState::Waiting)).await?;
        claim.checkpoint(entry(CheckpointState::Waiting)).await?;
        claim.finish(JobEnd::success("task".to_owned())).await?;
        journal.mark_saved(claim.job()).await?;
        let written = Instant::now();
        drop((claim, journal));
        opening += opened - start;
        writing += written - opened;
        closing += written.elapsed();
    }
    let (opening, writing, closing) = (opening / runs, writing / runs, closing / runs);
    println!("opening {opening:?}, five writes {writing:?}, closing {closing:?}");
    Ok(())
}
