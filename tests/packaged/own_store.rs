//! A program of someone who depends on the published `ima-host` without SQLite: one piece of music,
//! its job kept in memory. `cargo xtask package --check` builds and runs it.

use std::env;
use std::error::Error;
use std::path::Path;

use ima_host::journal::MemoryStore;
use ima_host::types::{Language, Outcome};
use ima_host::{Clock, Credential, Journal, Request, Runtime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let journal = Journal::with(MemoryStore::new());
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
    let job = journal.get(&success.task_id).await?.ok_or("no job")?;
    if !job.is_paid() {
        return Err("the journal doesn't know that it was paid".into());
    }
    Ok(())
}
