//! The claims among the columns of `users`.

use authly_domain::id::UserId;
use authly_domain::users::{Address, OwnChange, Profile, Subject, UserClaims};

use super::Users;
use crate::DbError;
use crate::params::{Param, flag, text, texts, uuid};
use crate::row::Columns;

/// The columns that `user_claims` reads, for a statement that joins `users u`; the subject is the one
/// that the grant's client knows, where `grants g` is joined.
macro_rules! user_claims_columns {
    () => {
        "u.username, u.email, u.is_verified, u.name, u.given_name, u.family_name, u.middle_name,
                   u.nickname, u.profile, u.picture, u.website, u.gender, u.birthdate,
                   u.zoneinfo, u.locale, u.updated_at, u.phone_number, u.phone_number_verified,
                   u.address_formatted, u.street_address, u.locality, u.region, u.postal_code,
                   u.country, coalesce(g.pairwise_subject, u.subject) AS subject"
    };
}
pub(crate) use user_claims_columns;

/// Reads what `user_claims_columns` selects.
pub(crate) fn user_claims(row: &Columns<'_>) -> Result<UserClaims, DbError> {
    Ok(UserClaims {
        subject: Subject::new(row.get("subject")?),
        username: row.parse("username")?,
        email: row.parse_opt("email")?,
        email_is_verified: row.get("is_verified")?,
        profile: profile(row)?,
        updated_at: row.time("updated_at")?,
    })
}

/// Reads the columns of [`Profile`] by their names.
pub(super) fn profile(row: &Columns<'_>) -> Result<Profile, DbError> {
    Ok(Profile {
        name: row.get("name")?,
        given_name: row.get("given_name")?,
        family_name: row.get("family_name")?,
        middle_name: row.get("middle_name")?,
        nickname: row.get("nickname")?,
        profile: row.get("profile")?,
        picture: row.get("picture")?,
        website: row.get("website")?,
        gender: row.get("gender")?,
        birthdate: row.get("birthdate")?,
        zoneinfo: row.get("zoneinfo")?,
        locale: row.get("locale")?,
        phone_number: row.get("phone_number")?,
        phone_number_verified: row.get("phone_number_verified")?,
        address: Address {
            formatted: row.get("address_formatted")?,
            street_address: row.get("street_address")?,
            locality: row.get("locality")?,
            region: row.get("region")?,
            postal_code: row.get("postal_code")?,
            country: row.get("country")?,
        },
    })
}

/// The values of [`Profile`], in the order in which every statement that stores one counts them.
pub(super) fn profile_values(profile: &Profile) -> [Param<'_>; 20] {
    [
        text(&profile.name),
        text(&profile.given_name),
        text(&profile.family_name),
        text(&profile.middle_name),
        text(&profile.nickname),
        text(&profile.profile),
        text(&profile.picture),
        text(&profile.website),
        text(&profile.gender),
        text(&profile.birthdate),
        text(&profile.zoneinfo),
        text(&profile.locale),
        text(&profile.phone_number),
        flag(profile.phone_number_verified),
        text(&profile.address.formatted),
        text(&profile.address.street_address),
        text(&profile.address.locality),
        text(&profile.address.region),
        text(&profile.address.postal_code),
        text(&profile.address.country),
    ]
}

impl Users<'_> {
    /// Changes these of a user's claims.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn change_profile(&self, user: UserId, change: OwnChange) -> Result<(), DbError> {
        // $2 says which columns change, and $3 to what.
        macro_rules! change {
            ($($column:literal),+) => {
                concat!("-- users.change_profile
            UPDATE users SET id = id", $(", ", $column, " = CASE WHEN '", $column, "' = ANY ($2)
                THEN ($3)[array_position($2, '", $column, "')] ELSE ", $column, " END",)+ "
             WHERE id = $1")
            };
        }
        const SQL: &str = change!(
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "address_formatted",
            "street_address",
            "locality",
            "region",
            "postal_code",
            "country"
        );
        let (columns, values) = change.into_columns();
        let params = [uuid(user.as_uuid()), texts(columns), texts(values)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }
}
