//! Who may use what. A new edge needs a line here, and a reason in its commit.

/// What one of our packages may use.
pub(super) struct Row {
    pub(super) package: &'static str,
    /// Our own crates.
    pub(super) ours: &'static [&'static str],
    /// Crates of others beside the small ones.
    pub(super) theirs: &'static [&'static str],
    /// The small crates among them: all, or these.
    pub(super) small: &'static [&'static str],
    /// Our own crates that its tests may use in addition.
    pub(super) in_tests: &'static [&'static str],
}

/// Crates that any of ours may use: they reach neither network nor disk, and shape no public type.
pub(super) const SMALL: [&str; 19] = [
    "arc-swap",
    "base16ct",
    "base64",
    "form_urlencoded",
    "futures-util",
    "getrandom",
    "moka",
    "secrecy",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "thiserror",
    "time",
    "tokio",
    "tracing",
    "url",
    "uuid",
    "zeroize",
];

/// Crates that any test may use.
pub(super) const TEST_TOOLS: [&str; 6] = [
    "pretty_assertions",
    "proptest",
    "rcgen",
    "reqwest",
    "tempfile",
    "toml",
];

pub(super) const TABLE: [Row; 15] = [
    Row {
        package: "authly-domain",
        ours: &[],
        theirs: &["unicode-normalization"],
        // It computes: no I/O, no async, no JSON.
        small: &["secrecy", "serde", "thiserror", "time", "url", "uuid"],
        in_tests: &[],
    },
    Row {
        package: "authly-protocol",
        ours: &["authly-domain"],
        // What an OpenAPI document says of a type stands on the type.
        theirs: &["schemars"],
        small: &[
            "form_urlencoded",
            "secrecy",
            "serde",
            "serde_json",
            "thiserror",
            "time",
            "url",
            "uuid",
        ],
        in_tests: &[],
    },
    Row {
        package: "authly-crypto",
        ours: &["authly-domain"],
        theirs: &[
            "aes-gcm", "argon2", "bcrypt", "hkdf", "hmac", "josekit", "openssl",
        ],
        small: &SMALL,
        in_tests: &[],
    },
    Row {
        package: "authly-repositories",
        ours: &["authly-domain"],
        theirs: &[
            "deadpool-postgres",
            "refinery",
            "rustls",
            "rustls-native-certs",
            "tokio-postgres",
            "tokio-postgres-rustls",
        ],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-services",
        ours: &["authly-domain", "authly-repositories", "authly-crypto"],
        theirs: &["prometheus-client"],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-http",
        ours: &["authly-domain", "authly-protocol", "authly-services"],
        theirs: &[
            "actix-web",
            "fluent-bundle",
            "fluent-langneg",
            "fluent-syntax",
            "minijinja",
            "schemars",
            "socket2",
            "unic-langid",
        ],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-outbound",
        ours: &["authly-domain", "authly-services"],
        theirs: &[
            "httpdate",
            "lettre",
            "redis",
            "reqwest",
            "rustls-native-certs",
            "vaultrs",
        ],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-admin-client",
        ours: &["authly-domain", "authly-protocol"],
        // Endpoints of its tests describe themselves as the real ones do.
        theirs: &["reqwest", "schemars"],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-embedded-postgres",
        ours: &[],
        theirs: &["nix"],
        small: &SMALL,
        in_tests: &[],
    },
    Row {
        package: "authly-testing",
        ours: &[
            "authly-crypto",
            "authly-domain",
            "authly-embedded-postgres",
            "authly-http",
            "authly-outbound",
            "authly-protocol",
            "authly-repositories",
            "authly-services",
        ],
        // josekit decrypts what was encrypted to a client, which the server never does; openssl signs
        // with keys that are too short for other libraries.
        theirs: &[
            "actix-web",
            "josekit",
            "nix",
            "openssl",
            "rcgen",
            "reqwest",
            "rustls",
            "scraper",
            "tokio-postgres",
            "tokio-rustls",
        ],
        small: &SMALL,
        in_tests: &[],
    },
    Row {
        package: "authly-cli",
        ours: &["authly-admin-client"],
        theirs: &[
            "clap",
            "clap_complete",
            "clap_mangen",
            "comfy-table",
            "etcetera",
            "nix",
            "open",
            "rexpect",
            "rpassword",
            "schemars",
            "serde-saphyr",
            "tempfile",
            "terminal_size",
            "toml",
        ],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-server",
        ours: &[
            "authly-crypto",
            "authly-domain",
            "authly-embedded-postgres",
            "authly-http",
            "authly-outbound",
            "authly-repositories",
            "authly-services",
        ],
        theirs: &[
            "anyhow",
            "clap",
            "nix",
            "rustls",
            "strsim",
            "toml",
            "tracing-subscriber",
        ],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
    Row {
        package: "authly-e2e",
        ours: &[],
        theirs: &[
            "actix-web",
            "fantoccini",
            "hyper-util",
            "openidconnect",
            "tokio-postgres",
        ],
        small: &SMALL,
        in_tests: &[
            "authly-domain",
            "authly-embedded-postgres",
            "authly-protocol",
            "authly-testing",
        ],
    },
    Row {
        package: "authly-fuzz",
        // A test in all but name: its functions are what libFuzzer runs as well.
        ours: &[
            "authly-admin-client",
            "authly-crypto",
            "authly-domain",
            "authly-http",
            "authly-server",
            "authly-services",
            "authly-testing",
        ],
        theirs: &["actix-web", "toml"],
        small: &SMALL,
        in_tests: &[],
    },
    Row {
        package: "authly-examples",
        // For the example of an application with Authly inside.
        ours: &[
            "authly-crypto",
            "authly-domain",
            "authly-embedded-postgres",
            "authly-http",
            "authly-outbound",
            "authly-repositories",
            "authly-services",
        ],
        theirs: &[
            "actix-web",
            "clap",
            "jsonwebtoken",
            "openidconnect",
            "reqwest",
            "toml",
        ],
        small: &SMALL,
        in_tests: &["authly-testing"],
    },
];
