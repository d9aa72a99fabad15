//! Between the types of the contract and those of `ima-core`.
//!
//! Bindings are generated anew for every world, so their types differ from crate to crate although
//! they are the same. The conversions are macros for that reason: written once, and compiled wherever
//! there are bindings.

mod catalogue;
mod event;
mod outcome;
mod preferences;
mod pump;
mod request;
mod understanding;

/// The conversions of the interface `types`, whose bindings stand at this path, as a module
/// `conversions`. It also has the functions `model` and `quote` for what needs more than a value.
///
/// ```ignore
/// ima_guest::conversions!(crate::bindings::exports::ima::studio::types);
/// ```
#[macro_export]
macro_rules! conversions {
    ($($types:tt)+) => {
        #[allow(dead_code, reason = "no caller needs all of them")]
        mod conversions {
            pub(crate) use catalogue::{model, quote};
            mod catalogue {
                $crate::catalogue_conversions!($($types)+);
            }
            mod event {
                $crate::event_conversions!($($types)+);
            }
            mod outcome {
                $crate::outcome_conversions!($($types)+);
            }
            mod request {
                $crate::request_conversions!($($types)+);
            }
        }
    };
}
