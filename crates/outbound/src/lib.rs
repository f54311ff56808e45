//! Adapters to the world outside: secret providers for now.
