//! What the claims of a user may hold, and how they are changed.

use url::Url;

use super::{Address, Profile};

/// What a change says of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// The value after the change.
    #[must_use]
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Declares changes of texts, member by member.
macro_rules! changes_of_texts {
    ($(#[$doc:meta])* $name:ident { $($claim:ident,)+ } $(and { $($(#[$more_doc:meta])* $more:ident: $kind:ty,)+ })?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name {
            $(#[doc = concat!("`", stringify!($claim), "`")] pub $claim: Change<String>,)+
            $($($(#[$more_doc])* pub $more: $kind,)+)?
        }
    };
}

changes_of_texts! {
    /// What a change says of the claims of a user.
    ProfileChange {
        name, given_name, family_name, middle_name, nickname, profile, picture, website, gender,
        birthdate, zoneinfo, locale, phone_number,
    } and {
        /// `phone_number_verified`; `None` keeps it, as far as the number stays.
        phone_number_verified: Option<bool>,
        /// `address`
        address: AddressChange,
    }
}

changes_of_texts! {
    /// What a change says of the members of an address.
    AddressChange {
        formatted, street_address, locality, region, postal_code, country,
    }
}

impl ProfileChange {
    /// The claims after the change. A new phone number is not proven unless the change says so.
    #[must_use]
    pub fn apply(self, before: Profile) -> Profile {
        let phone_number = self.phone_number.apply(before.phone_number.clone());
        let same_number = phone_number == before.phone_number;
        let kept = before.phone_number_verified.filter(|_proven| same_number);
        let proven = self.phone_number_verified.or(kept).unwrap_or(false);
        Profile {
            name: self.name.apply(before.name),
            given_name: self.given_name.apply(before.given_name),
            family_name: self.family_name.apply(before.family_name),
            middle_name: self.middle_name.apply(before.middle_name),
            nickname: self.nickname.apply(before.nickname),
            profile: self.profile.apply(before.profile),
            picture: self.picture.apply(before.picture),
            website: self.website.apply(before.website),
            gender: self.gender.apply(before.gender),
            birthdate: self.birthdate.apply(before.birthdate),
            zoneinfo: self.zoneinfo.apply(before.zoneinfo),
            locale: self.locale.apply(before.locale),
            phone_number,
            phone_number_verified: Some(proven),
            address: self.address.apply(before.address),
        }
    }
}

impl AddressChange {
    /// The change after which nothing of the address is known.
    pub const CLEARED: Self = Self {
        formatted: Change::Clear,
        street_address: Change::Clear,
        locality: Change::Clear,
        region: Change::Clear,
        postal_code: Change::Clear,
        country: Change::Clear,
    };

    fn apply(self, before: Address) -> Address {
        Address {
            formatted: self.formatted.apply(before.formatted),
            street_address: self.street_address.apply(before.street_address),
            locality: self.locality.apply(before.locality),
            region: self.region.apply(before.region),
            postal_code: self.postal_code.apply(before.postal_code),
            country: self.country.apply(before.country),
        }
    }
}

/// Which form a claim has (OpenID Connect Core §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimForm {
    /// Words for people.
    Text,
    /// The address of a page or an image.
    Url,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    Birthdate,
    /// A name of the time zone database, such as `Europe/Berlin`.
    ZoneInfo,
    /// A BCP 47 tag, such as `de-AT`.
    Locale,
    /// A phone number, best as E.164 has it, with an extension where there is one (RFC 3966).
    Phone,
    /// What stands on a letter, with line breaks.
    Lines,
}

/// Why a text cannot be the value of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is longer than is kept.
    #[error("it is longer than {0} characters")]
    TooLong(usize),
    /// It holds a control character.
    #[error("it holds a control character")]
    Control,
    /// It is no URL of a page.
    #[error("it is no http or https URL")]
    NoUrl,
    /// It is no date.
    #[error("it is no date of the form YYYY-MM-DD, 0000-MM-DD or YYYY")]
    NoDate,
    /// It is no time zone.
    #[error("it is no name of a time zone, such as Europe/Berlin")]
    NoZone,
    /// It is no language tag.
    #[error("it is no language tag, such as de or en-GB")]
    NoLocale,
    /// It is no phone number.
    #[error("it is no phone number, such as +49 30 1234567")]
    NoPhone,
}

impl ClaimForm {
    /// The most characters of a value.
    #[must_use]
    pub const fn longest(self) -> usize {
        match self {
            Self::Text => 200,
            Self::Url => 2_000,
            Self::Birthdate => 10,
            Self::ZoneInfo | Self::Phone => 64,
            Self::Locale => 35,
            Self::Lines => 500,
        }
    }

    /// Checks a value.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(self, value: &str) -> Result<(), ClaimError> {
        if value.trim().is_empty() {
            return Err(ClaimError::Empty);
        }
        if value.chars().count() > self.longest() {
            return Err(ClaimError::TooLong(self.longest()));
        }
        let breaks_line = |c: char| self == Self::Lines && matches!(c, '\n' | '\r');
        if value.chars().any(|c| c.is_control() && !breaks_line(c)) {
            return Err(ClaimError::Control);
        }
        let (is_right, error) = match self {
            Self::Text | Self::Lines => return Ok(()),
            Self::Url => (is_page(value), ClaimError::NoUrl),
            Self::Birthdate => (is_birthdate(value), ClaimError::NoDate),
            Self::ZoneInfo => (consists_of(value, b"_+-/"), ClaimError::NoZone),
            Self::Locale => (consists_of(value, b"-_"), ClaimError::NoLocale),
            Self::Phone => (is_phone(value), ClaimError::NoPhone),
        };
        if is_right { Ok(()) } else { Err(error) }
    }
}

/// Whether there is nothing but ASCII letters, digits and these signs.
fn consists_of(value: &str, signs: &[u8]) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || signs.contains(&byte);
    value.starts_with(|first: char| first.is_ascii_alphabetic()) && value.bytes().all(allowed)
}

fn is_phone(value: &str) -> bool {
    let number = value
        .split_once(";ext=")
        .map_or(value, |(number, _)| number);
    let extension = value
        .split_once(";ext=")
        .map_or("0", |(_, extension)| extension);
    let in_number = |byte: u8| byte.is_ascii_digit() || b"+ -().".contains(&byte);
    number.bytes().all(in_number)
        && number.bytes().any(|byte| byte.is_ascii_digit())
        && !extension.is_empty()
        && extension.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_page(value: &str) -> bool {
    Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

fn is_birthdate(value: &str) -> bool {
    let number = |text: &str, digits: usize| {
        let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_number| plain)
    };
    let mut parts = value.split('-');
    let year = parts.next().and_then(|text| number(text, 4));
    let (Some(year), month, day) = (year, parts.next(), parts.next()) else {
        return false;
    };
    let (Some(month), Some(day)) = (month, day) else {
        // The year alone, which is then a real one.
        return month.is_none() && year > 0;
    };
    let month = number(month, 2).and_then(|month| u8::try_from(month).ok());
    let month = month.and_then(|month| time::Month::try_from(month).ok());
    let day = number(day, 2).and_then(|day| u8::try_from(day).ok());
    // A year that is left out may have been a leap year.
    let year = if year == 0 { 2000 } else { i32::from(year) };
    let exists = month
        .zip(day)
        .is_some_and(|(month, day)| time::Date::from_calendar_date(year, month, day).is_ok());
    exists && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_takes_what_the_specification_shows() {
        for (form, value) in [
            (ClaimForm::Text, "Zoë O'Neill, née Ünal"),
            (ClaimForm::Url, "https://example.com/~zoe?x=1"),
            (ClaimForm::Birthdate, "1984-02-29"),
            (ClaimForm::Birthdate, "0000-02-29"),
            (ClaimForm::Birthdate, "1984"),
            (ClaimForm::ZoneInfo, "America/Argentina/Buenos_Aires"),
            (ClaimForm::ZoneInfo, "Etc/GMT+5"),
            (ClaimForm::Locale, "zh-Hant-TW"),
            (ClaimForm::Locale, "en_US"),
            (ClaimForm::Phone, "+1 (604) 555-1234;ext=5678"),
            (ClaimForm::Phone, "+49 30 1234567"),
            (ClaimForm::Lines, "Hauptstr. 1\r\n10115 Berlin"),
        ] {
            assert_eq!(form.check(value), Ok(()), "{value}");
        }
    }

    #[test]
    fn what_is_no_such_claim_is_refused() {
        let long = "x".repeat(201);
        for (form, value, error) in [
            (ClaimForm::Text, " ", ClaimError::Empty),
            (ClaimForm::Text, "a\0b", ClaimError::Control),
            (ClaimForm::Text, "a\nb", ClaimError::Control),
            (ClaimForm::Text, long.as_str(), ClaimError::TooLong(200)),
            (ClaimForm::Url, "javascript:alert(1)", ClaimError::NoUrl),
            (ClaimForm::Url, "example.com", ClaimError::NoUrl),
            (ClaimForm::Birthdate, "1983-02-29", ClaimError::NoDate),
            (ClaimForm::Birthdate, "0000", ClaimError::NoDate),
            (ClaimForm::Birthdate, "1984-2-29", ClaimError::NoDate),
            (ClaimForm::Birthdate, "1984-02", ClaimError::NoDate),
            (ClaimForm::Birthdate, "84", ClaimError::NoDate),
            (ClaimForm::Birthdate, "1984-1-1-1", ClaimError::NoDate),
            (ClaimForm::ZoneInfo, "../etc/passwd", ClaimError::NoZone),
            (ClaimForm::ZoneInfo, "Europe Berlin", ClaimError::NoZone),
            (ClaimForm::Locale, "de;q=1", ClaimError::NoLocale),
            (ClaimForm::Phone, "call me", ClaimError::NoPhone),
            (ClaimForm::Phone, "+", ClaimError::NoPhone),
            (ClaimForm::Phone, "123;ext=", ClaimError::NoPhone),
            (ClaimForm::Lines, "a\tb", ClaimError::Control),
        ] {
            assert_eq!(form.check(value), Err(error), "{value}");
        }
    }
}
