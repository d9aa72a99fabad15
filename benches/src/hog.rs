//! How long other tasks of the process are held up while components burn computing time: in calls, in
//! start functions, alone and with others in one instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ima_attack_kit::component::with_endless_start;
use ima_host::types::Language;
use ima_host::{ComponentSource, Credential, Isolation, Limits, Request, Runtime};

use crate::error::Error;
use crate::service::{KEY, guest};
use crate::stats::{heading, ms, percentile};

/// How long the others are watched.
const WATCHED: Duration = Duration::from_secs(3);

/// How often a watched task wants to go on.
const STEP: Duration = Duration::from_millis(1);

/// Components that burn computing time at once: as many as there are workers, and twice as many.
const HOGS: [usize; 3] = [0, 2, 4];

/// What hostile components do beside computing: each of them twice.
const CRIMES: [&str; 6] = [
    "toil",
    "spin",
    "chatter",
    "allocate",
    "recurse",
    "many-refused",
];

pub(crate) fn run() -> Result<(), Error> {
    heading("Other tasks while components burn computing time", "hog");
    println!("      components  isolation       late p50      p99       max");
    let component = std::fs::read(guest("ima_hostile_machine.wasm")?);
    let component = component.map_err(Error::program("the hostile component"))?;
    for isolation in [Isolation::PerGeneration, Isolation::Shared] {
        for hogs in HOGS {
            measure(&component, "loop", hogs, isolation)?;
        }
        for crime in CRIMES {
            measure(&component, crime, 2, isolation)?;
        }
        let endless = with_endless_start(&component);
        measure(&endless, "start function", 2, isolation)?;
    }
    println!("aim: no task later than 10 ms");
    Ok(())
}

fn measure(
    component: &[u8],
    crime: &'static str,
    hogs: usize,
    isolation: Isolation,
) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::program("the runtime"))?;
    let mut late = runtime.block_on(watched(component, crime, hogs, isolation))?;
    runtime.shutdown_background();
    late.sort_unstable();
    let [half, most, last] = [0.5, 0.99, 1.0].map(|share| percentile(&late, share));
    println!(
        "{:>16}  {:<13} {:>10} {:>8} {:>9}",
        format!("{hogs} × {crime}"),
        format!("{isolation:?}"),
        ms(half?),
        ms(most?),
        ms(last?)
    );
    Ok(())
}

/// How late a task was that wanted to go on every millisecond.
async fn watched(
    component: &[u8],
    crime: &'static str,
    hogs: usize,
    isolation: Isolation,
) -> Result<Vec<Duration>, Error> {
    let ima = Runtime::builder()
        .component(ComponentSource::Bytes(component.to_vec()))
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
                if let Ok(mut hog) = ima.start(Request::music(crime, Language::En)).await {
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
