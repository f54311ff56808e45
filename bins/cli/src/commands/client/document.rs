//! Clients as they are printed.

use authly_admin_client::WireSecret;
use authly_admin_client::admin::Moment;
use authly_admin_client::admin::clients::Client;
use serde::Serialize;

use crate::output::{Cell, Row, Sheet};

/// A client.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Shown(pub(super) Client);

/// A client with the secret that was made.
#[derive(Debug, Serialize)]
pub(super) struct Created {
    #[serde(flatten)]
    pub(super) client: Shown,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_secret: Option<WireSecret>,
}

/// A secret that was made.
#[derive(Debug, Serialize)]
pub(super) struct Rotated {
    pub(super) client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_secret: Option<WireSecret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) old_secret_expires_at: Option<Moment>,
    pub(super) version: i64,
}

impl Row for Shown {
    const HEADINGS: &'static [&'static str] = &[
        "client_id",
        "name",
        "type",
        "grants",
        "active",
        "managed by",
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.0.client_id),
            Cell::plain(&self.0.client_name),
            Cell::plain(&self.0.client_type),
            Cell::all(&self.0.grant_types),
            active(&self.0),
            Cell::maybe(self.0.managed_by.as_ref()),
        ]
    }
}

impl Sheet for Shown {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let client = &self.0;
        let mut lines = vec![
            ("client_id", Cell::plain(&client.client_id)),
            ("id", Cell::plain(client.id.to_string())),
            ("name", Cell::plain(&client.client_name)),
            ("type", Cell::plain(&client.client_type)),
            ("application", Cell::plain(&client.application_type)),
            (
                "authentication",
                Cell::plain(&client.token_endpoint_auth_method),
            ),
            ("profile", Cell::plain(&client.profile)),
            ("active", active(client)),
            ("managed by", Cell::maybe(client.managed_by.as_ref())),
            ("grants", Cell::all(&client.grant_types)),
            ("scope", Cell::plain(&client.scope)),
            ("optional scope", Cell::plain(&client.optional_scope)),
        ];
        let mut several = |name, texts: &[String]| {
            let each = texts.iter().enumerate();
            lines.extend(
                each.map(|(at, text)| (if at == 0 { name } else { "" }, Cell::plain(text))),
            );
        };
        several("redirect URIs", &client.redirect_uris);
        several("logout URIs", &client.post_logout_redirect_uris);
        several("resources", &client.resources);
        several("default audience", &client.default_audience);
        several("may administer", &client.entitled_admin_scopes);
        lines.extend(settings(client));
        lines.push(("secrets", Cell::plain(client.secrets.len().to_string())));
        lines.push(("created", Cell::plain(client.created_at.to_string())));
        lines.push(("changed", Cell::plain(client.updated_at.to_string())));
        lines.push(("version", Cell::plain(client.version.to_string())));
        lines
    }
}

impl Sheet for Created {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let mut lines = self.client.lines();
        if let Some(secret) = &self.client_secret {
            lines.push(("secret", Cell::good(secret.expose())));
        }
        lines
    }
}

impl Sheet for Rotated {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let mut lines = vec![("client_id", Cell::plain(&self.client_id))];
        if let Some(secret) = &self.client_secret {
            lines.push(("secret", Cell::good(secret.expose())));
        }
        let end = self.old_secret_expires_at;
        lines.push(("old secret until", Cell::maybe(end)));
        lines.push(("version", Cell::plain(self.version.to_string())));
        lines
    }
}

fn active(client: &Client) -> Cell {
    if client.is_active {
        Cell::good("yes")
    } else {
        Cell::bad("no")
    }
}

/// The keys that it has registered, by their names.
fn keys(client: &Client) -> Cell {
    if let Some(uri) = &client.jwks_uri {
        return Cell::plain(uri);
    }
    let Some(set) = &client.jwks else {
        return Cell::maybe(None::<&str>);
    };
    let names = set.keys().iter().map(|key| key.kid.as_deref());
    let names: Vec<_> = names.map(|kid| kid.unwrap_or("(no kid)")).collect();
    Cell::plain(names.join(", "))
}

/// How something is encrypted to it, if it is.
fn encryption(alg: Option<&str>, enc: Option<&str>) -> Cell {
    let enc = enc.unwrap_or("A128CBC-HS256");
    Cell::maybe(alg.map(|alg| format!("{alg}, {enc}")))
}

fn settings(client: &Client) -> Vec<(&'static str, Cell)> {
    let seconds = |seconds: Option<u64>| Cell::maybe(seconds.map(|seconds| format!("{seconds} s")));
    vec![
        ("PKCE required", Cell::yes_or_no(client.require_pkce)),
        ("nonce required", Cell::yes_or_no(client.require_nonce)),
        ("consent asked", Cell::yes_or_no(client.require_consent)),
        ("refresh rotation", Cell::yes_or_no(client.refresh_rotation)),
        ("access tokens", seconds(client.access_token_lifetime)),
        ("refresh, idle", seconds(client.refresh_token_idle_lifetime)),
        (
            "refresh, in all",
            seconds(client.refresh_token_absolute_lifetime),
        ),
        ("keys", keys(client)),
        (
            "logout frame",
            Cell::maybe(client.frontchannel_logout_uri.as_ref()),
        ),
        (
            "told of logouts",
            Cell::maybe(client.backchannel_logout_uri.as_ref()),
        ),
        (
            "signs requests",
            Cell::yes_or_no(client.require_signed_request_object),
        ),
        (
            "ID tokens",
            Cell::plain(&client.id_token_signed_response_alg),
        ),
        (
            "UserInfo",
            Cell::maybe(client.userinfo_signed_response_alg.as_ref()),
        ),
        (
            "encrypted IDs",
            encryption(
                client.id_token_encrypted_response_alg.as_deref(),
                client.id_token_encrypted_response_enc.as_deref(),
            ),
        ),
        (
            "encrypted info",
            encryption(
                client.userinfo_encrypted_response_alg.as_deref(),
                client.userinfo_encrypted_response_enc.as_deref(),
            ),
        ),
        ("subjects", Cell::plain(&client.subject_type)),
        ("sector", Cell::maybe(client.sector_identifier_uri.as_ref())),
        ("default max age", seconds(client.default_max_age)),
        ("needs auth_time", Cell::yes_or_no(client.require_auth_time)),
    ]
}
