//! Makes a component of a core module, which `wasm32-unknown-unknown` gives.

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// Encodes a module that wit-bindgen has put the description of its world into.
pub(crate) fn encode(module: &[u8]) -> Result<Vec<u8>, String> {
    let encode = || ComponentEncoder::default().module(module)?.encode();
    let component = encode().map_err(|error| format!("{error:#}"))?;
    without_names(&component).map_err(|error| error.to_string())
}

/// The component without the section of names that only a debugger reads.
fn without_names(component: &[u8]) -> wasmparser::Result<Vec<u8>> {
    let mut kept = component.to_vec();
    let (mut depth, mut end) = (0_u32, 0);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        if depth == 0 {
            let start = end;
            end = match &payload {
                Payload::Version { range, .. } => range.end,
                other => other.as_section().map_or(end, |(_, range)| range.end),
            };
            if let Payload::CustomSection(section) = &payload
                && section.name() == "component-name"
            {
                // At the end of the component, so nothing before it moves.
                kept.drain(start as usize..end as usize);
                break;
            }
        }
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(kept)
}
