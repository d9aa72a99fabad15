//! What the field does (`docs/field.md`), as a user of the program meets it.

mod command_line;
mod delivery;
mod machine;
mod service;
