//! The documentation of a package as a section of a component: agent hosts read it to tell a model what a
//! function is for, and the linker leaves it out.

use std::path::Path;

use wit_parser::{PackageMetadata, Resolve};

/// The custom section, ready to be put at the end of a component.
pub(crate) fn section(wit: &Path) -> Result<Vec<u8>, String> {
    let mut resolve = Resolve::default();
    let read = resolve.push_path(wit);
    let (package, _) = read.map_err(|error| format!("{error:#}"))?;
    let metadata = PackageMetadata::extract(&resolve, package);
    let encoded = metadata.encode();
    let encoded = encoded.map_err(|error| format!("{error:#}"))?;
    let name = PackageMetadata::SECTION_NAME.as_bytes();
    let mut content = length(name.len());
    content.extend_from_slice(name);
    content.extend(encoded);
    let mut section = vec![0];
    section.extend(length(content.len()));
    section.extend(content);
    Ok(section)
}

/// A number as the format writes it: seven bits a byte, the lowest first.
fn length(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
