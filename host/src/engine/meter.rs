//! Counts what an instance uses, and names the limit that it exceeds.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::ResourceTableError;
use wasmtime::{ResourceLimiter, ResourceLimiterAsync, Trap, UpdateDeadline};

use super::epoch::TICK;
use super::release::Release;
use crate::limits::{Limit, Limits};

/// What an instance has used.
#[derive(Debug)]
pub(crate) struct Meter {
    ticks: u64,
    most_ticks: u64,
    memory: usize,
    most_memory: usize,
    table_elements: usize,
    most_table_elements: usize,
    instances: usize,
    release: Arc<Release>,
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            ticks: 0,
            most_ticks: ticks(limits.cpu),
            memory: 0,
            most_memory: limits.memory,
            table_elements: 0,
            most_table_elements: limits.table_elements,
            instances: limits.instances,
            release: Arc::default(),
        }
    }

    /// Grows only while nothing large is given back.
    pub(crate) fn beside(mut self, release: &Arc<Release>) -> Self {
        self.release = Arc::clone(release);
        self
    }

    /// Starts a call that may compute for so long.
    pub(crate) fn allow(&mut self, time: Duration) {
        self.ticks = 0;
        self.most_ticks = ticks(time);
    }

    /// How long the last call computed, if it was longer than an epoch.
    pub(crate) fn computed(&self) -> Option<Duration> {
        let ticks = u32::try_from(self.ticks).unwrap_or(u32::MAX);
        (ticks > 0).then(|| TICK.saturating_mul(ticks))
    }

    /// The bytes of its memories.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// Counts an epoch in which the component was running: one that waits in the host is not
    /// interrupted and not counted.
    pub(crate) fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        self.ticks += 1;
        if self.ticks > self.most_ticks {
            return Err(Limit::Cpu.into());
        }
        // Tokio's own: a task that only wakes itself keeps its worker from timers and sockets.
        let others = Box::pin(tokio::task::yield_now());
        Ok(UpdateDeadline::YieldCustom(1, others))
    }
}

fn ticks(time: Duration) -> u64 {
    let ticks = time.as_millis().div_ceil(TICK.as_millis());
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.most_memory {
            return Err(Limit::Memory.into());
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .table_elements
            .saturating_add(desired.saturating_sub(current));
        if total > self.most_table_elements {
            return Err(Limit::Tables.into());
        }
        self.table_elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.instances
    }
}

#[async_trait::async_trait]
impl ResourceLimiterAsync for Meter {
    async fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.release.over().await;
        ResourceLimiter::memory_growing(self, current, desired, maximum)
    }

    async fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        ResourceLimiter::table_growing(self, current, desired, maximum)
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.instances
    }
}

/// The limit that an error of the engine speaks of, where it is one.
pub(crate) fn exceeded(error: &wasmtime::Error) -> Option<Limit> {
    if let Some(limit) = error.downcast_ref::<Limit>() {
        return Some(*limit);
    }
    if let Some(Trap::StackOverflow) = error.downcast_ref::<Trap>() {
        return Some(Limit::Stack);
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref::<ResourceTableError>() {
        return Some(Limit::Resources);
    }
    // The engine has no type for this one.
    let text = error.root_cause().to_string();
    text.starts_with("resource limit exceeded")
        .then_some(Limit::Instances)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_time_is_counted_per_call() {
        let limits = Limits {
            cpu: TICK * 2,
            ..Limits::default()
        };
        let mut meter = Meter::new(&limits);
        assert!(meter.tick().is_ok() && meter.tick().is_ok());
        assert_eq!(
            meter.tick().err().and_then(|error| exceeded(&error)),
            Some(Limit::Cpu)
        );
        meter.allow(TICK * 2);
        assert!(meter.tick().is_ok());
    }

    #[test]
    fn memories_and_tables_are_counted_together() {
        let limits = Limits {
            memory: 100,
            table_elements: 10,
            ..Limits::default()
        };
        let mut meter = Meter::new(&limits);
        assert!(ResourceLimiter::memory_growing(&mut meter, 0, 60, None).unwrap());
        assert_eq!(
            exceeded(&ResourceLimiter::memory_growing(&mut meter, 0, 60, None).unwrap_err()),
            Some(Limit::Memory)
        );
        assert!(ResourceLimiter::memory_growing(&mut meter, 60, 100, None).unwrap());
        assert_eq!(
            exceeded(&ResourceLimiter::table_growing(&mut meter, 0, 11, None).unwrap_err()),
            Some(Limit::Tables)
        );
    }
}
