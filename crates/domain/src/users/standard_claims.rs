//! The standard claims: which there are, who may see them, and what they say of a user (OpenID Connect
//! Core §5).

use std::fmt;
use std::str::FromStr;

use super::{Address, UserClaims};
use crate::clients::named;
use crate::keys::UnknownValue;
use crate::scopes::Scope;

named! {
    /// A claim about a user (OpenID Connect Core §5.1).
    StandardClaim {
        /// The whole name.
        Name = "name",
        /// The given name.
        GivenName = "given_name",
        /// The family name.
        FamilyName = "family_name",
        /// The middle name.
        MiddleName = "middle_name",
        /// What friends say.
        Nickname = "nickname",
        /// The name that the user logs in with.
        PreferredUsername = "preferred_username",
        /// A page about the user.
        Profile = "profile",
        /// The URL of a picture.
        Picture = "picture",
        /// The user's own page.
        Website = "website",
        /// The gender.
        Gender = "gender",
        /// The birthday.
        Birthdate = "birthdate",
        /// The time zone.
        Zoneinfo = "zoneinfo",
        /// The language.
        Locale = "locale",
        /// When these were last changed.
        UpdatedAt = "updated_at",
        /// The e-mail address.
        Email = "email",
        /// Whether that is proven.
        EmailVerified = "email_verified",
        /// The telephone number.
        PhoneNumber = "phone_number",
        /// Whether that is proven.
        PhoneNumberVerified = "phone_number_verified",
        /// The postal address.
        Address = "address",
    }
}

impl StandardClaim {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Nickname,
        Self::PreferredUsername,
        Self::Profile,
        Self::Picture,
        Self::Website,
        Self::Gender,
        Self::Birthdate,
        Self::Zoneinfo,
        Self::Locale,
        Self::UpdatedAt,
        Self::Email,
        Self::EmailVerified,
        Self::PhoneNumber,
        Self::PhoneNumberVerified,
        Self::Address,
    ];

    /// The scope that opens it (OpenID Connect Core §5.4).
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Email | Self::EmailVerified => "email",
            Self::PhoneNumber | Self::PhoneNumberVerified => "phone",
            Self::Address => "address",
            _ => "profile",
        }
    }
}

named! {
    /// Where a requested claim is to stand (OpenID Connect Core §5.5).
    ClaimPlace {
        /// In what UserInfo answers.
        UserInfo = "userinfo",
        /// In the ID token.
        IdToken = "id_token",
    }
}

/// A claim that a request asks for by its parameter `claims` (OpenID Connect Core §5.5). One that may
/// have several values stands there once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedClaim {
    /// Where it is to stand.
    pub place: ClaimPlace,
    /// Which.
    pub claim: StandardClaim,
    /// The value that it is to have; `None` for any.
    pub value: Option<String>,
}

impl fmt::Display for RequestedClaim {
    /// As the columns keep it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, claim) = (self.place.as_str(), self.claim.as_str());
        match &self.value {
            Some(value) => write!(f, "{place} {claim} {value}"),
            None => write!(f, "{place} {claim}"),
        }
    }
}

impl FromStr for RequestedClaim {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let (place, rest) = text.split_once(' ').ok_or(UnknownValue)?;
        let (claim, value) = match rest.split_once(' ') {
            Some((claim, value)) => (claim, Some(value.to_owned())),
            None => (rest, None),
        };
        Ok(Self {
            place: place.parse()?,
            claim: claim.parse()?,
            value,
        })
    }
}

/// What a claim says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimValue {
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A number: seconds since 1970.
    Number(i64),
    /// The one claim with members.
    Address(Address),
}

impl ClaimValue {
    /// Whether it is this value, as a [`RequestedClaim`] writes it.
    fn is(&self, wanted: &str) -> bool {
        match self {
            Self::Text(text) => text == wanted,
            Self::Flag(flag) => flag.to_string() == wanted,
            Self::Number(number) => number.to_string() == wanted,
            Self::Address(_) => false,
        }
    }
}

/// Claims that are handed out, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GivenClaims(pub Vec<(StandardClaim, ClaimValue)>);

impl GivenClaims {
    /// The text of a claim, where it is given and a text.
    #[must_use]
    pub fn text(&self, wanted: StandardClaim) -> Option<&str> {
        self.0.iter().find_map(|(claim, value)| match value {
            ClaimValue::Text(text) if *claim == wanted => Some(text.as_str()),
            _ => None,
        })
    }
}

impl UserClaims {
    /// What one claim says of the user; `None` where it is not known.
    #[must_use]
    pub fn value(&self, claim: StandardClaim) -> Option<ClaimValue> {
        use StandardClaim as C;
        let profile = &self.profile;
        let text = |text: &Option<String>| text.clone().map(ClaimValue::Text);
        match claim {
            C::Name => text(&profile.name),
            C::GivenName => text(&profile.given_name),
            C::FamilyName => text(&profile.family_name),
            C::MiddleName => text(&profile.middle_name),
            C::Nickname => text(&profile.nickname),
            C::PreferredUsername => Some(ClaimValue::Text(self.username.as_str().to_owned())),
            C::Profile => text(&profile.profile),
            C::Picture => text(&profile.picture),
            C::Website => text(&profile.website),
            C::Gender => text(&profile.gender),
            C::Birthdate => text(&profile.birthdate),
            C::Zoneinfo => text(&profile.zoneinfo),
            C::Locale => text(&profile.locale),
            C::UpdatedAt => Some(ClaimValue::Number(self.updated_at.unix_seconds())),
            C::Email => text(&self.email.as_ref().map(|email| email.as_str().to_owned())),
            C::EmailVerified => {
                let known = self.email.as_ref();
                known.map(|_email| ClaimValue::Flag(self.email_is_verified))
            }
            C::PhoneNumber => text(&profile.phone_number),
            C::PhoneNumberVerified => {
                let known = profile.phone_number.as_ref();
                known
                    .and(profile.phone_number_verified)
                    .map(ClaimValue::Flag)
            }
            C::Address => {
                let known = Some(&profile.address).filter(|address| !address.is_empty());
                known.cloned().map(ClaimValue::Address)
            }
        }
    }
}

/// What a grant knows of its user, and what its request asked for beside scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedClaims {
    /// The user. The subject is the one that the client knows.
    pub user: UserClaims,
    /// What was asked for, and allowed.
    pub requested: Vec<RequestedClaim>,
}

impl GrantedClaims {
    /// What stands in one place: the claims that `scope` opens there, and those that were asked for,
    /// as far as the client may still have `allowed`.
    #[must_use]
    pub fn given(&self, place: ClaimPlace, scope: &Scope, allowed: &Scope) -> GivenClaims {
        let is_asked_for = |claim: StandardClaim, value: &ClaimValue| {
            let mut asked = self.requested.iter();
            allowed.contains(claim.scope())
                && asked.any(|one| {
                    let fits = one.value.as_ref().is_none_or(|wanted| value.is(wanted));
                    one.place == place && one.claim == claim && fits
                })
        };
        let given = StandardClaim::ALL.into_iter().filter_map(|claim| {
            let value = self.user.value(claim)?;
            let is_given = scope.contains(claim.scope()) || is_asked_for(claim, &value);
            is_given.then_some((claim, value))
        });
        GivenClaims(given.collect())
    }
}

#[cfg(test)]
mod tests;
