//! What other languages need to be tested: packages of their registries, and what is made with them.

pub(crate) mod packages;
