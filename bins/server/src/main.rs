//! The Authly server.
fn main() {}
