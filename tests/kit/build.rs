//! Builds the components that the tests look into: the hostile ones.

fn main() {
    if let Err(error) = build() {
        for line in error.lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    guest_build::watch(&[
        "Cargo.lock",
        "Cargo.toml",
        "crates",
        "tests/hostile",
        "tests/hostile-machine",
        "wit",
    ])?;
    for (package, target, variable) in [
        ("ima-hostile", "wasm32-wasip2", "HOSTILE_WASM"),
        (
            "ima-hostile-machine",
            "wasm32-unknown-unknown",
            "HOSTILE_MACHINE_WASM",
        ),
    ] {
        let component = guest_build::build(package, target)?;
        println!("cargo::rustc-env={variable}={}", component.display());
    }
    Ok(())
}
