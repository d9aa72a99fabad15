//! Builds the plugin component that `ComponentSource::Embedded` loads.

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
        "crates/plugin/Cargo.toml",
        "crates/plugin/src",
        "wit",
    ])?;
    let component = guest_build::build("ima-plugin", "wasm32-unknown-unknown")?;
    println!("cargo::rustc-env=IMA_PLUGIN_WASM={}", component.display());
    Ok(())
}
