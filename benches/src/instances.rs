//! Instances of the machine in an engine set up like the host's, with either way of allocating them.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

use crate::cost;
use crate::error::Error;
use crate::service::{block_on, guest};
use crate::stats::percentile;

/// How many are made one after the other.
const ONE_BY_ONE: usize = 2_000;

/// How many are kept at the same time.
const LIVE: usize = 10_000;

/// What an order of either kind gave.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Setting up the engine.
    pub(crate) engine: Duration,
    /// Taking a component from its precompiled form, median.
    pub(crate) precompiled: Duration,
    /// Making an instance and dropping it, median and 99th percentile.
    pub(crate) one_by_one: [Duration; 2],
    /// Making an instance while all earlier ones live, median and 99th percentile.
    pub(crate) live: [Duration; 2],
    /// How many could be kept.
    pub(crate) kept: usize,
    /// Resident memory of a live instance, in bytes.
    pub(crate) memory: u64,
    /// Mappings of the address space that a live instance takes. Linux allows 65,530 by default.
    pub(crate) mappings: f64,
}

/// Measures with the allocator of this name, and prints a [`Report`] as JSON.
pub(crate) fn run(allocator: &str) -> Result<(), Error> {
    let report = measure(allocator == "pooling")?;
    println!(
        "{}",
        serde_json::to_string(&report).map_err(|_| Error::Empty)?
    );
    Ok(())
}

fn measure(pooling: bool) -> Result<Report, Error> {
    let begin = Instant::now();
    let engine = engine(pooling)?;
    let set_up = begin.elapsed();
    let bytes = guest("ima_machine.wasm")?;
    let bytes = std::fs::read(&bytes).map_err(Error::file(&bytes))?;
    let compiled = engine.precompile_component(&bytes)?;
    let file =
        tempfile::NamedTempFile::new().map_err(Error::file(Path::new("a temporary file")))?;
    std::fs::write(file.path(), compiled).map_err(Error::file(file.path()))?;

    let mut times = Vec::new();
    for _ in 0..50 {
        let begin = Instant::now();
        drop(precompiled(&engine, file.path())?);
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    let component = precompiled(&engine, file.path())?;
    let pre = Linker::new(&engine).instantiate_pre(&component)?;
    block_on(async {
        let mut one_by_one = Vec::new();
        for _ in 0..ONE_BY_ONE {
            let begin = Instant::now();
            drop(instance(&pre).await?);
            one_by_one.push(begin.elapsed());
        }
        let (memory, mappings) = (cost::resident()?, mappings()?);
        let (mut kept, mut live) = (Vec::with_capacity(LIVE), Vec::with_capacity(LIVE));
        for _ in 0..LIVE {
            let begin = Instant::now();
            // The system may have no more mappings: what could be kept is reported.
            let Ok(store) = instance(&pre).await else {
                break;
            };
            live.push(begin.elapsed());
            kept.push(store);
        }
        let each = kept.len().max(1);
        Ok(Report {
            engine: set_up,
            precompiled: percentile(&times, 0.5)?,
            one_by_one: both(one_by_one)?,
            live: both(live)?,
            kept: kept.len(),
            memory: cost::resident()?.saturating_sub(memory) / each as u64,
            mappings: self::mappings()?.saturating_sub(mappings) as f64 / each as f64,
        })
    })
}

fn both(mut times: Vec<Duration>) -> Result<[Duration; 2], Error> {
    times.sort_unstable();
    Ok([percentile(&times, 0.5)?, percentile(&times, 0.99)?])
}

fn engine(pooling: bool) -> Result<Engine, Error> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.max_wasm_stack(512 << 10);
    config.async_stack_size(1 << 20);
    if pooling {
        let count = u32::try_from(LIVE + 100).unwrap_or(u32::MAX);
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(count)
            .total_core_instances(count * 4)
            .total_memories(count)
            .total_tables(count * 2)
            .total_stacks(count)
            .max_memory_size(128 << 20);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    Ok(Engine::new(&config)?)
}

#[allow(
    unsafe_code,
    reason = "precompiled code can't be checked; this program has just made it"
)]
fn precompiled(engine: &Engine, file: &Path) -> Result<Component, Error> {
    // SAFETY: the file holds what `precompile_component` gave, and nobody else writes to it.
    Ok(unsafe { Component::deserialize_file(engine, file) }?)
}

async fn instance(pre: &InstancePre<()>) -> Result<Store<()>, Error> {
    let mut store = Store::new(pre.engine(), ());
    store.set_epoch_deadline(1);
    pre.instantiate_async(&mut store).await?;
    Ok(store)
}

/// Mappings of this process.
fn mappings() -> Result<usize, Error> {
    let maps = std::fs::read_to_string("/proc/self/maps").map_err(|_| Error::Usageless)?;
    Ok(maps.lines().count())
}
