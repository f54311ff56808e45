//! The Authly command line.
fn main() {}
