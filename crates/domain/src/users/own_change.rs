//! What users may change of their own claims through an application (decisions 22): not what is proven
//! or what they log in with.

use super::ClaimForm;
use crate::clients::named;

named! {
    /// A claim, or a member of the claim `address`, that can be changed.
    OwnClaim {
        /// `name`.
        Name = "name",
        /// `given_name`.
        GivenName = "given_name",
        /// `family_name`.
        FamilyName = "family_name",
        /// `middle_name`.
        MiddleName = "middle_name",
        /// `nickname`.
        Nickname = "nickname",
        /// `profile`.
        Profile = "profile",
        /// `picture`.
        Picture = "picture",
        /// `website`.
        Website = "website",
        /// `gender`.
        Gender = "gender",
        /// `birthdate`.
        Birthdate = "birthdate",
        /// `zoneinfo`.
        Zoneinfo = "zoneinfo",
        /// `locale`.
        Locale = "locale",
        /// `formatted` of the address.
        AddressFormatted = "address_formatted",
        /// `street_address` of the address.
        StreetAddress = "street_address",
        /// `locality` of the address.
        Locality = "locality",
        /// `region` of the address.
        Region = "region",
        /// `postal_code` of the address.
        PostalCode = "postal_code",
        /// `country` of the address.
        Country = "country",
    }
}

impl OwnClaim {
    /// Those of the claim `address`.
    pub const ADDRESS: [Self; 6] = [
        Self::AddressFormatted,
        Self::StreetAddress,
        Self::Locality,
        Self::Region,
        Self::PostalCode,
        Self::Country,
    ];

    /// The claim of this name; `None` for one that cannot be changed or is not known.
    #[must_use]
    pub fn claim(name: &str) -> Option<Self> {
        let member: Self = name.parse().ok()?;
        (!Self::ADDRESS.contains(&member)).then_some(member)
    }

    /// The member of this name of the claim `address`.
    #[must_use]
    pub fn of_address(name: &str) -> Option<Self> {
        match name {
            "formatted" => Some(Self::AddressFormatted),
            "address_formatted" => None,
            other => other
                .parse()
                .ok()
                .filter(|member| Self::ADDRESS.contains(member)),
        }
    }

    /// Which form its values have: the one that administrators are held to as well.
    const fn form(self) -> ClaimForm {
        match self {
            Self::Name
            | Self::GivenName
            | Self::FamilyName
            | Self::MiddleName
            | Self::Nickname
            | Self::Gender
            | Self::Locality
            | Self::Region
            | Self::PostalCode
            | Self::Country => ClaimForm::Text,
            Self::Profile | Self::Picture | Self::Website => ClaimForm::Url,
            Self::Birthdate => ClaimForm::Birthdate,
            Self::Zoneinfo => ClaimForm::ZoneInfo,
            Self::Locale => ClaimForm::Locale,
            Self::AddressFormatted | Self::StreetAddress => ClaimForm::Lines,
        }
    }
}

/// Why a claim cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OwnChangeError {
    /// There is no such claim, or not this way.
    #[error("a claim cannot be changed here")]
    Claim,
    /// The value is none that the claim can have.
    #[error("a claim cannot have this value")]
    Value,
}

/// Which claims get which values; `None` takes one away. Others stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnChange(Vec<(OwnClaim, Option<String>)>);

impl OwnChange {
    /// Gives a claim a value, or takes it away.
    ///
    /// # Errors
    /// When it cannot have this value.
    pub fn set(&mut self, member: OwnClaim, value: Option<&str>) -> Result<(), OwnChangeError> {
        if value.is_some_and(|value| member.form().check(value).is_err()) {
            return Err(OwnChangeError::Value);
        }
        self.0.push((member, value.map(str::to_owned)));
        Ok(())
    }

    /// The names of what changes, and the values.
    #[must_use]
    pub fn into_columns(self) -> (Vec<&'static str>, Vec<Option<String>>) {
        let named = self.0.into_iter();
        named
            .map(|(member, value)| (member.as_str(), value))
            .unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Result<(), OwnChangeError> {
        let member = name.parse().unwrap();
        OwnChange::default().set(member, Some(value))
    }

    #[test]
    fn a_claim_has_values_that_others_can_rely_on() {
        for (name, value) in [
            ("name", "Alice \u{1F511} Adams"),
            ("website", "https://alice.example/"),
            ("birthdate", "1990-02-28"),
            ("birthdate", "0000-02-29"),
            ("birthdate", "1990"),
            ("zoneinfo", "America/Argentina/Buenos_Aires"),
            ("locale", "de-CH-1996"),
            ("address_formatted", "1 rue de la Paix\r\n75002 Paris"),
        ] {
            assert_eq!(set(name, value), Ok(()), "{name}: {value}");
        }
        for (name, value) in [
            ("name", ""),
            ("name", " "),
            ("name", "a\u{0}b"),
            ("name", "a\nb"),
            ("name", &"x".repeat(256)),
            ("website", "javascript:alert(1)"),
            ("picture", "data:image/png;base64,AAAA"),
            ("profile", "alice.example"),
            ("birthdate", "28.2.1990"),
            ("birthdate", "1990-02-30"),
            ("birthdate", "1990-13-01"),
            ("birthdate", "1990-00-01"),
            ("birthdate", "1990-01-00"),
            ("birthdate", "+990-01-01"),
            ("birthdate", "1990-01-01-01"),
            ("birthdate", "1990-01"),
            ("zoneinfo", "Europe/Zürich"),
            ("locale", "de CH"),
        ] {
            assert_eq!(
                set(name, value),
                Err(OwnChangeError::Value),
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn what_is_proven_or_logged_in_with_is_no_claim_that_can_be_changed() {
        for name in [
            "email",
            "email_verified",
            "phone_number",
            "phone_number_verified",
            "preferred_username",
            "sub",
            "updated_at",
            "address_formatted",
            "country",
        ] {
            assert_eq!(OwnClaim::claim(name), None, "{name}");
        }
        assert_eq!(OwnClaim::of_address("name"), None);
        assert_eq!(OwnClaim::of_address("address_formatted"), None);
        let country = OwnClaim::of_address("country");
        assert_eq!(country, Some(OwnClaim::Country));
    }
}
