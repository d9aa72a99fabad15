//! What the component asks of a host: standard WASI, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ima_test_kit::PLUGIN;
use wasmtime::Engine;
use wasmtime::component::Component;

fn names(imports: bool) -> Vec<String> {
    let engine = Engine::default();
    let component = Component::new(&engine, PLUGIN).unwrap();
    let component_type = component.component_type();
    if imports {
        component_type
            .imports(&engine)
            .map(|(name, _)| name.to_owned())
            .collect()
    } else {
        component_type
            .exports(&engine)
            .map(|(name, _)| name.to_owned())
            .collect()
    }
}

#[test]
fn it_imports_standard_wasi_only() {
    let allowed = ["wasi:clocks", "wasi:http", "wasi:io", "wasi:random"];
    let imports = names(true);
    assert!(!imports.is_empty());
    for import in imports {
        let (package, _) = import.split_once('/').unwrap();
        let (_, version) = import.split_once('@').unwrap();
        // No file, no environment, no socket, no standard stream.
        assert!(
            allowed.contains(&package) && version.starts_with("0.2."),
            "{import}"
        );
    }
}

#[test]
fn it_exports_the_contract() {
    assert_eq!(
        names(false),
        [
            "ima:studio/types@0.2.0",
            "ima:studio/generations@0.2.0",
            "ima:studio/understanding@0.2.0",
            "ima:studio/preferences@0.2.0"
        ]
    );
}
