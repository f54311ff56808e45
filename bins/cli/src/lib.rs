//! The Authly command line.
