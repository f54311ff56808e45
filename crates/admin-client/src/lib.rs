//! A typed client of a running Authly server.
