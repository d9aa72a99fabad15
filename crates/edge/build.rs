//! Compresses what the component serves as it is: the page and the description of the API.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

const FILES: [&str; 2] = ["index.html", "openapi.json"];

/// The strongest compression.
const LEVEL: u8 = 10;

fn main() -> ExitCode {
    for name in FILES {
        let from = Path::new("page").join(name);
        println!("cargo::rerun-if-changed={}", from.display());
        let out = env::var_os("OUT_DIR").unwrap_or_default();
        let to = Path::new(&out).join(name).with_added_extension("deflate");
        let compress = |bytes: Vec<u8>| miniz_oxide::deflate::compress_to_vec(&bytes, LEVEL);
        if let Err(error) = fs::read(&from).and_then(|bytes| fs::write(to, compress(bytes))) {
            println!("cargo::error={}: {error}", from.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
