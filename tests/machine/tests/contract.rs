//! What the component asks of a host: nothing at all.

#![allow(clippy::unwrap_used, reason = "tests")]

use ima_machine_tests::MACHINE;
use wasmtime::Engine;
use wasmtime::component::Component;

#[test]
fn it_imports_nothing_and_exports_the_contract() {
    let engine = Engine::default();
    let component = Component::new(&engine, MACHINE).unwrap();
    let component = component.component_type();
    assert_eq!(component.imports(&engine).count(), 0);
    let exports = component.exports(&engine).map(|(name, _)| name.to_owned());
    assert_eq!(
        exports.collect::<Vec<_>>(),
        [
            "ima:studio/types@0.2.0",
            "ima:studio/machines@0.2.0",
            "ima:studio/understanding@0.2.0",
            "ima:studio/preferences@0.2.0",
        ]
    );
}
