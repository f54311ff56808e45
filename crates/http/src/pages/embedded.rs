//! The templates, texts and style in the binary.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The stylesheet.
pub(super) const STYLESHEET: &str = include_str!("../../../../templates/authly.css");
