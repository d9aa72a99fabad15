//! How long other tasks of the process are held up while components burn computing time: in calls, in
//! start functions, alone and with others in one instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ima_host::types::Language;
use ima_host::{ComponentSource, Credential, Isolation, Limits, Request, Runtime};

use crate::error::Error;
use crate::service::{KEY, guest};
use crate::stats::{heading, ms, percentile};

/// How long the others are watched.
const WATCHED: Duration = Duration::from_secs(5);

/// How often a watched task wants to go on.
const STEP: Duration = Duration::from_millis(1);

/// Components that burn computing time at once: as many as there are workers, and twice as many.
const HOGS: [usize; 3] = [0, 2, 4];

pub(crate) fn run() -> Result<(), Error> {
    heading("Other tasks while components burn computing time", "hog");
    println!("components  isolation       late p50      p99       max");
    for hogs in HOGS {
        for isolation in [Isolation::PerGeneration, Isolation::Shared] {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .map_err(Error::program("the runtime"))?;
            let mut late = runtime.block_on(watched(hogs, isolation))?;
            runtime.shutdown_background();
            late.sort_unstable();
            let [half, most, last] = [0.5, 0.99, 1.0].map(|share| percentile(&late, share));
            println!(
                "{hogs:>10}  {:<13} {:>10} {:>8} {:>9}",
                format!("{isolation:?}"),
                ms(half?),
                ms(most?),
                ms(last?)
            );
        }
    }
    println!("aim: no task later than 10 ms");
    Ok(())
}

/// How late a task was that wanted to go on every millisecond.
async fn watched(hogs: usize, isolation: Isolation) -> Result<Vec<Duration>, Error> {
    let ima = Runtime::builder()
        .component(ComponentSource::File(guest("ima_hostile_machine.wasm")?))
        .isolation(isolation)
        .credential(Credential::literal(KEY))
        .origin("http://127.0.0.1:9")
        .limits(Limits {
            cpu: Duration::from_secs(600),
            ..Limits::default()
        })
        .build()
        .await?;
    let over = Arc::new(AtomicBool::new(false));
    for _ in 0..hogs {
        let (ima, over) = (ima.clone(), Arc::clone(&over));
        tokio::spawn(async move {
            // In a shared instance a loop is stopped after a second: another one begins.
            while !over.load(Ordering::Relaxed) {
                if let Ok(mut hog) = ima.start(Request::music("loop", Language::En)).await {
                    let _ = hog.outcome().await;
                }
            }
        });
    }
    // On a worker of its own right, as any other task is.
    let watching = tokio::spawn(async move {
        let (begin, mut late) = (Instant::now(), Vec::new());
        while begin.elapsed() < WATCHED {
            let before = Instant::now();
            tokio::time::sleep(STEP).await;
            late.push(before.elapsed().saturating_sub(STEP));
        }
        late
    });
    let late = watching.await.map_err(|_| Error::Empty)?;
    over.store(true, Ordering::Relaxed);
    Ok(late)
}
