//! Builds the components that are built into the library.

fn main() {
    if let Err(error) = embed() {
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn embed() -> Result<(), guest_build::BuildError> {
    guest_build::watch(&[
        "Cargo.lock",
        "Cargo.toml",
        "crates/core/Cargo.toml",
        "crates/core/src",
        "crates/driver/Cargo.toml",
        "crates/driver/src",
        "crates/machine/Cargo.toml",
        "crates/machine/src",
        "crates/plugin/Cargo.toml",
        "crates/plugin/src",
        "wit",
    ])?;
    for (package, variable) in [
        ("ima-machine", "IMA_MACHINE_WASM"),
        ("ima-plugin", "IMA_PLUGIN_WASM"),
    ] {
        let component = guest_build::build(package, "wasm32-unknown-unknown")?;
        println!("cargo::rustc-env={variable}={}", component.display());
    }
    Ok(())
}
