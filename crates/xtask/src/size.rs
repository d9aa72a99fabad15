//! The sizes of the components, as a report.

use crate::error::Error;
use crate::files;
use crate::run::{self, cargo};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// Builds the components and prints a table of their sizes.
pub(crate) fn run() -> Result<(), Error> {
    cargo(&["build", "--quiet", "--package", "ima-components"], &[])?;
    println!("| component | bytes | KiB | gzip, KiB |\n| --- | ---: | ---: | ---: |");
    for path in files::list(&run::target().join("guest"))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Components for tests lie there as well.
        if !name.ends_with(".wasm") || name.contains("hostile") {
            continue;
        }
        let component = files::read(&path)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&component).map_err(files::at(&path))?;
        let packed = gzip.finish().map_err(files::at(&path))?;
        let (raw, kib) = (component.len(), |bytes: usize| bytes.div_ceil(1024));
        println!(
            "| `{name}` | {raw} | {} | {} |",
            kib(raw),
            kib(packed.len())
        );
    }
    Ok(())
}
