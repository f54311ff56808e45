//! How the server is, for `GET /health` and for the command that asks it.

use serde::{Deserialize, Serialize};

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It works.
    Up,
    /// It does not.
    Down,
}

/// The parts that a request depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthParts {
    /// The database answers.
    pub database: Status,
    /// The database has the schema that this version expects.
    pub migrations: Status,
    /// There is a signing key for each algorithm.
    pub keys: Status,
}

/// The answer of `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Up while every part is.
    pub status: Status,
    /// The server's version.
    pub version: String,
    /// Each part by itself.
    pub parts: HealthParts,
    /// How many requests have ended in a panic since the server started: each is a fault of ours.
    pub panics: u64,
}

/// The answer of `GET /health/live` and `GET /health/ready`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Whether the process lives, or can serve.
    pub status: Status,
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_overview_names_each_part() {
        let health = Health {
            status: Status::Down,
            version: "0.1.0".to_owned(),
            parts: HealthParts {
                database: Status::Down,
                migrations: Status::Down,
                keys: Status::Up,
            },
            panics: 0,
        };
        let written = json!({
            "status": "down",
            "version": "0.1.0",
            "parts": {"database": "down", "migrations": "down", "keys": "up"},
            "panics": 0,
        });
        assert_eq!(serde_json::to_value(&health).unwrap(), written);
        assert_eq!(serde_json::from_value::<Health>(written).unwrap(), health);
    }
}
