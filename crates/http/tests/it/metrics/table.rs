//! Every family of series there is, with the values that its labels may have. What is not in this
//! table fails the tests, and so does what is in it and not shown.

use super::format::Shown;

/// What a family has to be.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) labels: &'static [(&'static str, &'static [&'static str])],
    pub(crate) moves: Moves,
}

/// Whether a value changes while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moves {
    /// `events` provokes it.
    When,
    /// It says what was decided at the start.
    Never,
}

const fn row(
    name: &'static str,
    kind: &'static str,
    labels: &'static [(&'static str, &'static [&'static str])],
) -> Row {
    Row {
        name,
        kind,
        labels,
        moves: Moves::When,
    }
}

const fn fixed(
    name: &'static str,
    labels: &'static [(&'static str, &'static [&'static str])],
) -> Row {
    Row {
        name,
        kind: "gauge",
        labels,
        moves: Moves::Never,
    }
}

/// The lines of the URL table beside the admin API.
pub(crate) const ROUTES: &[&str] = &[
    "/api/v1/oauth/authorize",
    "/api/v1/oauth/token",
    "/api/v1/oauth/introspect",
    "/api/v1/oauth/revoke",
    "/api/v1/oauth/register",
    "/api/v1/oauth/register/{client_id}",
    "/api/v1/auth/token",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/oidc/userinfo",
    "/oidc/logout",
    "/oidc/session/iframe",
    "/oidc/session/check",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/health",
    "/health/live",
    "/health/ready",
    "/openapi.json",
    "/api-docs",
    "/login",
    "/login/password",
    "/consent",
    "/logout",
    "/account",
    "/account/sessions",
    "/account/applications",
    "/static/{file}",
    "/",
    "/demo",
    "/demo/start",
    "/demo/callback",
    "/demo/refresh",
    "/demo/introspect",
    "/demo/revoke",
    "/demo/sign-out",
    "none",
];
/// Whether `path` is one of the admin API, which has a list of its own.
pub(crate) fn is_admin_path(path: &str) -> bool {
    authly_protocol::admin::ALL
        .iter()
        .any(|one| one.path == path)
}

const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other",
];
const STATUSES: &[&str] = &["2xx", "3xx", "4xx", "5xx"];
const GRANTS: &[&str] = &["authorization_code", "refresh_token", "client_credentials"];
const REASONS: &[&str] = &[
    "unknown",
    "inactive",
    "wrong_secret",
    "wrong_assertion",
    "wrong_method",
    "changing",
];
const LOGINS: &[&str] = &[
    "succeeded",
    "wrong_credentials",
    "malformed",
    "throttled",
    "busy",
    "failed",
];
const THROTTLES: &[&str] = &[
    "login_address",
    "login_account_at_address",
    "login_account",
    "login_device",
    "client_secret",
    "client_secret_address",
    "registration_address",
];
/// Those that the token endpoint answers with (OAuth 2.1 §3.2.4, RFC 8707 §2).
const TOKEN_ERRORS: &[&str] = &[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_target",
    "temporarily_unavailable",
    "server_error",
];
const JOBS: &[&str] = &["clean_up", "rotate_keys", "seal_audit"];
const JOB_OUTCOMES: &[&str] = &["succeeded", "failed"];
const ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA"];
const BOUNDS: &[&str] = &[
    "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5",
    "10", "30", "+Inf",
];

#[rustfmt::skip]
pub(crate) const TABLE: &[Row] = &[
    row("authly_http_requests_total", "counter",
        &[("route", ROUTES), ("method", METHODS), ("status", STATUSES)]),
    row("authly_http_request_duration_seconds", "histogram", &[("route", ROUTES), ("le", BOUNDS)]),
    row("authly_http_requests_in_flight", "gauge", &[]),
    row("authly_http_timeouts_total", "counter", &[]),
    row("authly_http_panics_total", "counter", &[]),
    row("authly_authorization_codes_issued_total", "counter", &[]),
    row("authly_tokens_issued_total", "counter", &[("grant_type", GRANTS)]),
    row("authly_token_refusals_total", "counter", &[("error", TOKEN_ERRORS)]),
    row("authly_authorization_code_replays_total", "counter", &[]),
    row("authly_refusals_dropped_total", "counter", &[]),
    row("authly_refresh_token_reuses_total", "counter", &[]),
    row("authly_client_authentication_failures_total", "counter", &[("reason", REASONS)]),
    row("authly_logins_total", "counter", &[("outcome", LOGINS)]),
    row("authly_throttled_attempts_total", "counter", &[("kind", THROTTLES)]),
    row("authly_job_runs_total", "counter", &[("job", JOBS), ("outcome", JOB_OUTCOMES)]),
    row("authly_job_duration_seconds", "histogram", &[("job", JOBS), ("le", BOUNDS)]),
    row("authly_database_connections", "gauge", &[("state", &["idle", "in_use"])]),
    fixed("authly_database_connections_max", &[]),
    row("authly_database_connections_awaited", "gauge", &[]),
    row("authly_database_connect_failures_total", "counter", &[]),
    row("authly_database_round_trips_total", "counter", &[]),
    row("authly_password_queue_length", "gauge", &[]),
    fixed("authly_password_queue_capacity", &[]),
    row("authly_password_queue_refusals_total", "counter", &[]),
    row("authly_password_threads_busy", "gauge", &[]),
    fixed("authly_password_threads", &[]),
    row("authly_signing_keys_revision", "gauge", &[]),
    row("authly_signing_key_activated_timestamp_seconds", "gauge", &[("alg", ALGORITHMS)]),
    row("authly_cached_clients", "gauge", &[]),
    fixed("authly_build_info", &[("version", &[env!("CARGO_PKG_VERSION")])]),
    fixed("process_start_time_seconds", &[]),
    row("process_cpu_seconds_total", "counter", &[]),
    row("process_resident_memory_bytes", "gauge", &[]),
    row("process_open_fds", "gauge", &[]),
    fixed("process_max_fds", &[]),
];

/// The row of a family.
pub(crate) fn row_of(name: &str) -> &'static Row {
    let found = TABLE.iter().find(|row| row.name == name);
    found.unwrap_or_else(|| panic!("{name} is not in the table of metrics"))
}

/// Holds that everything that is shown is in the table, and the other way round.
pub(crate) fn check(shown: &Shown) {
    for row in TABLE {
        let family = shown.get(row.name);
        let family = family.unwrap_or_else(|| panic!("{} is not shown", row.name));
        assert_eq!(family.kind, row.kind, "{}", row.name);
    }
    for (name, family) in shown {
        let row = row_of(name);
        for sample in &family.samples {
            let mut expected = row.labels.to_vec();
            if row.kind == "histogram" && !sample.name.ends_with("_bucket") {
                expected.retain(|(label, _)| *label != "le");
            }
            let names: Vec<_> = sample
                .labels
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            let wanted: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, wanted, "{}", sample.series);
            for ((label, value), (_, allowed)) in sample.labels.iter().zip(&expected) {
                let is_admin = *label == "route" && is_admin_path(value);
                assert!(
                    is_admin || allowed.contains(&value.as_str()),
                    "{label} in {}",
                    sample.series
                );
            }
        }
        if row.moves == Moves::Never {
            assert!(family.samples.iter().all(|one| one.value > 0.0), "{name}");
            assert!(!family.samples.is_empty(), "{name}");
        }
    }
}
