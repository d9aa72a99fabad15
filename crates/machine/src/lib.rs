//! The component of world `machine`: the machines of `ima-core` for a caller in any language.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod bindings;
// wit-bindgen makes the types of the contract anew for each world, so what converts them is
// compiled anew too.
#[path = "../../plugin/src/convert/mod.rs"]
#[allow(unused_imports, dead_code, reason = "a session is its own quote")]
mod convert;
mod inquiry;
mod pump;
#[cfg(target_arch = "wasm32")]
#[path = "../../plugin/src/runtime.rs"]
mod runtime;
mod session;

use bindings::exports::ima::studio::machines;

struct Machine;

impl machines::Guest for Machine {
    type Session = session::Session;
    type Inquiry = inquiry::Inquiry;
}
