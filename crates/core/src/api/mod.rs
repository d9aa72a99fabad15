//! The wire format of the IMA Open API, version 1.

pub(crate) mod detail;
pub(crate) mod requests;
pub(crate) mod tree;
