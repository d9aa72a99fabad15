//! The packages for other languages (`bindings`): built, installed in a clean folder, and tried there.

pub(crate) mod javascript;
