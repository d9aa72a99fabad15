//! Builds the machine component.

fn main() {
    if let Err(error) = build() {
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn build() -> Result<(), guest_build::BuildError> {
    guest_build::watch(&[
        "Cargo.lock",
        "Cargo.toml",
        "crates/core/Cargo.toml",
        "crates/core/src",
        "crates/machine",
        "crates/plugin/src",
        "wit",
    ])?;
    let component = guest_build::build("ima-machine", "wasm32-unknown-unknown")?;
    println!("cargo::rustc-env=MACHINE_WASM={}", component.display());
    Ok(())
}
