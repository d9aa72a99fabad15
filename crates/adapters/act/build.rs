//! Writes what ACT reads of a component before it runs it: its name, and which hosts it may ask for.

use std::env;
use std::fs::File;
use std::path::PathBuf;

use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let http = json!({ "allow": [{ "host": "127.0.0.1" }, { "host": "localhost" }] });
    let description = "Music and speech from IMA Studio, through the gateway of this machine";
    let info = json!({
        "std": {
            "name": "ima-studio",
            "version": env::var("CARGO_PKG_VERSION")?,
            "description": description,
            "default-language": "en",
            "license": env::var("CARGO_PKG_LICENSE")?,
            "capabilities": { "wasi:http": http },
        },
    });
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    let file = File::create(PathBuf::from(out).join("act-component.cbor"))?;
    ciborium::into_writer(&info, file)?;
    Ok(())
}
