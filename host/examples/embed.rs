//! The shortest agent runtime that embeds the component: one song, its events, its audio.
//!
//! ```console
//! $ IMA_API_KEY=… cargo run --release -p ima-host --example embed -- "calm ambient piano"
//! ```
//!
//! `IMA_BASE_URL` names another address of the service, for example that of `ima-simulator`.

use std::error::Error;
use std::path::Path;

use ima_host::types::{Event, Language, Outcome};
use ima_host::{Credential, Journal, Origin, Request, Runtime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let prompt = std::env::args().nth(1).ok_or("usage: embed PROMPT")?;
    let origin = std::env::var("IMA_BASE_URL").unwrap_or(Origin::DEFAULT.to_owned());

    // Checkpoints are durable before anything is spent: a crash loses no paid song.
    let journal = Journal::open("ima-jobs").await?;
    // Once per process; clones are cheap and share the compiled component and the connections.
    let ima = Runtime::builder()
        .origin(&origin)
        .credential(Credential::environment("IMA_API_KEY"))
        .journal(journal.clone())
        .cache_folder("ima-compiled")
        .build()
        .await?;

    let mut request = Request::music(prompt, Language::En);
    request.budget = Some(50);
    let mut generation = ima.start(request).await?;
    while let Some(event) = generation.next_event().await? {
        match event {
            Event::Message(message) => println!("{}", message.text),
            Event::Finished(Outcome::Success(success)) => {
                for (number, media) in success.medias.iter().enumerate() {
                    let audio = ima.download(&media.url, Path::new(".")).await?;
                    let extension = audio.format().extension();
                    let path = format!("{}-{}.{extension}", success.task_id, number + 1);
                    println!("{path}: {} bytes", audio.size());
                    audio.keep(Path::new(&path), false).await?;
                }
                // The audio is here: nothing of the job is left to fetch.
                journal.mark_saved(&success.task_id).await?;
            }
            Event::Finished(Outcome::Failure(failure)) => {
                // `ima.resume(Resume::job(id))` goes on where the job stands, at no further cost.
                println!("{}: job {:?}", failure.message, generation.job());
            }
            _ => {}
        }
    }
    Ok(())
}
