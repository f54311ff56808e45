//! What Authly decides: the order of checks, transactions and outcomes.
