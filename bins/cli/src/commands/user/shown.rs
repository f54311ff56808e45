//! Users as people see them.

use authly_admin_client::admin::users::{Consent, User};
use serde::Serialize;

use crate::output::{Cell, Row, Sheet};

/// One user.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Shown(pub(super) User);

/// A user of a list.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Listed(pub(super) User);

/// What a user has agreed to.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Agreed(pub(super) Consent);

fn state(user: &User) -> Cell {
    match (user.is_active, user.is_admin) {
        (false, _) => Cell::bad("disabled"),
        (true, true) => Cell::good("administrator"),
        (true, false) => Cell::plain("enabled"),
    }
}

/// The lines of a user's sheet.
pub(super) fn lines(user: &User) -> Vec<(&'static str, Cell)> {
    let mut lines = vec![
        ("user", Cell::plain(&user.username)),
        ("id", Cell::plain(user.id.to_string())),
        ("subject", Cell::plain(&user.sub)),
        ("state", state(user)),
        ("administrator", Cell::yes_or_no(user.is_admin)),
        ("email", Cell::maybe(user.email.as_ref())),
        ("verified", Cell::yes_or_no(user.is_verified)),
        (
            "password change",
            Cell::yes_or_no(user.requires_password_change),
        ),
    ];
    let claims = [
        ("name", &user.name),
        ("given name", &user.given_name),
        ("family name", &user.family_name),
        ("middle name", &user.middle_name),
        ("nickname", &user.nickname),
        ("profile", &user.profile),
        ("picture", &user.picture),
        ("website", &user.website),
        ("gender", &user.gender),
        ("birthdate", &user.birthdate),
        ("time zone", &user.zoneinfo),
        ("language", &user.locale),
        ("phone", &user.phone_number),
    ];
    let present = claims.into_iter().filter_map(|(name, value)| {
        let value = value.as_ref()?;
        Some((name, Cell::plain(value)))
    });
    lines.extend(present);
    if user.phone_number.is_some() {
        lines.push((
            "phone verified",
            Cell::yes_or_no(user.phone_number_verified),
        ));
    }
    if let Some(address) = &user.address {
        let parts = [
            &address.formatted,
            &address.street_address,
            &address.postal_code,
            &address.locality,
            &address.region,
            &address.country,
        ];
        let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
        lines.push(("address", Cell::plain(parts.join(", ").replace('\n', ", "))));
    }
    lines.extend([
        ("last login", Cell::maybe(user.last_login_at)),
        ("created", Cell::plain(user.created_at.to_string())),
        ("updated", Cell::plain(user.updated_at.to_string())),
        ("version", Cell::plain(user.version.to_string())),
    ]);
    lines
}

impl Sheet for Shown {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        lines(&self.0)
    }
}

impl Row for Listed {
    const HEADINGS: &'static [&'static str] =
        &["user", "email", "verified", "state", "last login", "id"];

    fn cells(&self) -> Vec<Cell> {
        let user = &self.0;
        vec![
            Cell::plain(&user.username),
            Cell::maybe(user.email.as_ref()),
            Cell::yes_or_no(user.is_verified),
            state(user),
            Cell::maybe(user.last_login_at),
            Cell::plain(user.id.to_string()),
        ]
    }
}

impl Row for Agreed {
    const HEADINGS: &'static [&'static str] = &[
        "client",
        "name",
        "agreed to",
        "declined",
        "for",
        "since",
        "id",
    ];

    fn cells(&self) -> Vec<Cell> {
        let consent = &self.0;
        vec![
            Cell::plain(&consent.client_id),
            Cell::plain(&consent.client_name),
            Cell::plain(&consent.granted),
            Cell::plain(&consent.declined),
            Cell::plain(consent.resources.join(" ")),
            Cell::plain(consent.created_at.to_string()),
            Cell::plain(consent.client.to_string()),
        ]
    }
}
