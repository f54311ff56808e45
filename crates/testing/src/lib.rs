//! The test harness: a database per test, a server in process, callers as values.
