//! The claims of a user in a seed.

use authly_domain::users::{Address, Profile};

use super::SeedUser;

/// What a seed says about a user, beside name and e-mail address.
pub(super) fn profile_of(seed: &SeedUser) -> Profile {
    Profile {
        name: seed.name.clone(),
        given_name: seed.given_name.clone(),
        family_name: seed.family_name.clone(),
        middle_name: seed.middle_name.clone(),
        nickname: seed.nickname.clone(),
        profile: seed.profile.clone(),
        picture: seed.picture.clone(),
        website: seed.website.clone(),
        gender: seed.gender.clone(),
        birthdate: seed.birthdate.clone(),
        zoneinfo: seed.zoneinfo.clone(),
        locale: seed.locale.clone(),
        phone_number: seed.phone_number.clone(),
        phone_number_verified: seed.phone_number_verified,
        address: address_of(seed),
    }
}

fn address_of(seed: &SeedUser) -> Address {
    let Some(address) = &seed.address else {
        return Address::default();
    };
    Address {
        formatted: address.formatted.clone(),
        street_address: address.street_address.clone(),
        locality: address.locality.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
    }
}

/// The texts among them, by name.
pub(super) fn texts_of(seed: &SeedUser) -> impl Iterator<Item = (&'static str, &str)> {
    let address = seed.address.iter().flat_map(|address| {
        [
            ("address.formatted", &address.formatted),
            ("address.street_address", &address.street_address),
            ("address.locality", &address.locality),
            ("address.region", &address.region),
            ("address.postal_code", &address.postal_code),
            ("address.country", &address.country),
        ]
    });
    [
        ("name", &seed.name),
        ("given_name", &seed.given_name),
        ("family_name", &seed.family_name),
        ("middle_name", &seed.middle_name),
        ("nickname", &seed.nickname),
        ("profile", &seed.profile),
        ("picture", &seed.picture),
        ("website", &seed.website),
        ("gender", &seed.gender),
        ("birthdate", &seed.birthdate),
        ("zoneinfo", &seed.zoneinfo),
        ("locale", &seed.locale),
        ("phone_number", &seed.phone_number),
    ]
    .into_iter()
    .chain(address)
    .filter_map(|(name, text)| Some((name, text.as_deref()?)))
}
