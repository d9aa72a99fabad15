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
    is_free(engine, SLOTS.into())
}

fn is_free(engine: &Engine, slots: u64) -> bool {
    engine
        .pooling_allocator_metrics()
        .is_some_and(|metrics| metrics.component_instances() + SPARE < slots)
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
        .max_memory_size(limits.memory.min(1 << 32).next_multiple_of(64 << 10))
        .table_elements(limits.table_elements);
    pool
}

#[cfg(test)]
mod tests {
    use wasmtime::Store;
    use wasmtime::component::Linker;

    use super::*;
    use crate::Runtime;
    use crate::engine::machines::FEW;
    use crate::types::Language;
    use ima_components::{MACHINE, PLUGIN};

    /// An engine with slots for the component, which was compiled by another engine.
    fn reserved(limits: &Limits, bytes: &[u8]) -> wasmtime::Result<(Engine, Component)> {
        let component = Component::from_binary(&Engine::default(), bytes)?;
        engine(Config::new(), limits, &component)
    }

    fn instance((engine, component): &(Engine, Component)) -> Store<()> {
        let mut store = Store::new(engine, ());
        let linker = Linker::new(engine);
        linker.instantiate(&mut store, component).unwrap();
        store
    }

    #[test]
    fn a_slot_is_taken_and_given_back_with_its_instance() {
        let pool = reserved(&Limits::default(), MACHINE).unwrap();
        assert!(has_room(&pool.0) && is_free(&pool.0, SPARE + 1));
        let instances = (instance(&pool), instance(&pool));
        assert!(is_free(&pool.0, SPARE + 3) && !is_free(&pool.0, SPARE + 2));
        drop(instances);
        assert!(is_free(&pool.0, SPARE + 1));
    }

    #[test]
    fn an_engine_without_slots_has_no_room() {
        assert!(!has_room(&Engine::default()));
    }

    #[test]
    fn slots_hold_what_the_component_needs_and_the_limits_allow() {
        for bytes in [MACHINE, PLUGIN] {
            let component = Component::from_binary(&Engine::default(), bytes).unwrap();
            let required = component.resources_required().unwrap();
            let memories = SLOTS * required.num_memories;
            let tables = SLOTS * required.num_tables;
            let pool = format!("{:?}", slots(&Limits::default(), Some(required)));
            for expected in [
                format!("total_memories: {memories}"),
                format!("total_tables: {tables}"),
                format!("total_component_instances: {SLOTS}"),
                "max_memory_size: 134217728".to_owned(),
            ] {
                assert!(pool.contains(&expected), "{expected}: {pool}");
            }
        }
    }

    /// With these, an instance can be made, but there are not the addresses for thousands.
    fn vast() -> Limits {
        Limits {
            table_elements: 1 << 40,
            ..Limits::default()
        }
    }

    #[test]
    fn slots_that_can_not_be_had_are_an_error() {
        let less_than_it_begins_with = Limits {
            memory: 1,
            ..Limits::default()
        };
        for limits in [vast(), less_than_it_begins_with] {
            assert!(reserved(&limits, MACHINE).is_err(), "{limits:?}");
        }
    }

    #[tokio::test]
    async fn without_slots_instances_go_on_being_made_on_demand() {
        let builder = Runtime::builder()
            .cache_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-cache"));
        let runtime = builder.limits(vast()).build().await.unwrap();
        for _ in 0..FEW + 8 {
            runtime.machines().engine().instantiate().await.unwrap();
        }
        assert!(!runtime.voices(Language::En).await.unwrap().is_empty());
    }
}
