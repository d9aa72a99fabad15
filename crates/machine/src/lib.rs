//! The component of world `machine`: the machines of `ima-core` for a caller in any language.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod bindings;
mod inquiry;
mod session;

use bindings::exports::ima::studio::machines;

ima_guest::conversions!(crate::bindings::exports::ima::studio::types);
ima_guest::pump_conversions!(crate::bindings::exports::ima::studio::machines);
ima_guest::export_preferences!(Machine, crate::bindings::exports::ima::studio);
ima_guest::export_understanding!(Machine, crate::bindings::exports::ima::studio);

struct Machine;

impl machines::Guest for Machine {
    type Session = session::Session;
    type Inquiry = inquiry::Inquiry;
}
