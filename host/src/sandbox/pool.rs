//! Slots for thousands of instances, reserved in advance: where they are many, each is made in half
//! the time and takes half the mappings, of which Linux allows a process 65,530.
//!
//! Reserving takes some 40 ms and tens of terabytes of addresses, so it is for a process that has
//! shown its need, and where the addresses can't be had, or all slots are taken, instances are made
//! on demand as before.

use wasmtime::component::Component;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, ResourcesRequired,
};

use super::compiled;
use crate::limits::Limits;

/// Instances that can live in the slots at the same time.
const SLOTS: u32 = 10_240;

/// As many slots stay free as instances may be in the making at the same moment.
const SPARE: u64 = 128;

/// An engine with slots, set up as `config` says, and the component in it. The slots are reserved
/// for components like this one.
pub(super) fn engine(
    mut config: Config,
    limits: &Limits,
    component: &Component,
) -> wasmtime::Result<(Engine, Component)> {
    let pool = slots(limits, component.resources_required());
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config)?;
    let component = compiled::again(&engine, component)?;
    Ok((engine, component))
}

/// Whether one more instance certainly finds a slot.
pub(super) fn has_room(engine: &Engine) -> bool {
    engine
        .pooling_allocator_metrics()
        .is_some_and(|metrics| metrics.component_instances() + SPARE < u64::from(SLOTS))
}

fn slots(limits: &Limits, required: Option<ResourcesRequired>) -> PoolingAllocationConfig {
    let (memories, tables) = required.map_or((1, 1), |it| (it.num_memories, it.num_tables));
    let instances = u32::try_from(limits.instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    // What an instance gives back is given back to the system: idle slots take no memory.
    pool.total_component_instances(SLOTS)
        .total_core_instances(SLOTS.saturating_mul(instances))
        .total_stacks(SLOTS)
        .total_memories(SLOTS.saturating_mul(memories))
        .total_tables(SLOTS.saturating_mul(tables))
        // The limits of an instance are counted by the meter, which names the one exceeded; these
        // only lie no lower.
        .max_memory_size(limits.memory.next_multiple_of(64 << 10).min(1 << 32))
        .table_elements(limits.table_elements);
    pool
}
