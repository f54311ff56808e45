//! The adapters, against the real thing.

mod secrets;
