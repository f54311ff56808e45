//! The Authly server.
