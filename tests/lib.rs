//! The cross-crate tests are in `tests/`; what they share is in `kit/`.
