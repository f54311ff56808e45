//! PostgreSQL storage: one module per table family, one guard per transaction.
