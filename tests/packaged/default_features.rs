//! A program of someone who depends on the published `ima-host`: one piece of music, its job kept in
//! the SQLite journal. `cargo xtask package --check` builds and runs it.

use std::env;
use std::error::Error;
use std::path::Path;

use ima_host::types::{Language, Outcome};
use ima_host::{Clock, Credential, Job, Journal, Request, Runtime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let journal = Journal::open("jobs").await?;
    let ima = Runtime::builder()
        .origin(&env::var("IMA_BASE_URL")?)
        .credential(Credential::environment("IMA_API_KEY"))
        .clock(Clock::accelerated(1_000))
        .cache_folder(env::var("IMA_CACHE_DIR")?)
        .journal(journal.clone())
        .build()
        .await?;
    let mut generation = ima.start(Request::music("rain", Language::En)).await?;
    let Outcome::Success(success) = generation.outcome().await? else {
        return Err("no music".into());
    };
    let media = success.medias.first().ok_or("no audio")?;
    let audio = ima.download(&media.url, Path::new(".")).await?;
    audio.keep(Path::new("music.wav"), false).await?;
    journal.mark_saved(&success.task_id).await?;
    let open = journal.list().await?.iter().filter(|job| Job::is_open(job)).count();
    if open > 0 {
        return Err(format!("{open} jobs are still open").into());
    }
    Ok(())
}
