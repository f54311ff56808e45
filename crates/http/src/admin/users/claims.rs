//! Claims of a user, from the wire to the domain.

use authly_domain::users::{
    Address as PostalAddress, AddressChange as PostalChange, Change, ClaimForm, Profile,
    ProfileChange,
};
use authly_protocol::admin::Patch;
use authly_protocol::admin::users::{Address, AddressChange, NewUser, UserChange};

use crate::admin::fields::Fields;

/// What a change says of one claim.
fn changed(
    fields: &mut Fields,
    pointer: &str,
    form: ClaimForm,
    patch: Patch<String>,
) -> Change<String> {
    match patch {
        Patch::Keep => Change::Keep,
        Patch::Clear => Change::Clear,
        Patch::Set(value) => {
            if let Err(error) = form.check(&value) {
                fields.wrong(pointer, error);
            }
            Change::Set(value)
        }
    }
}

/// A claim of a user who is made.
fn given(
    fields: &mut Fields,
    pointer: &str,
    form: ClaimForm,
    value: Option<String>,
) -> Option<String> {
    let value = value?;
    if let Err(error) = form.check(&value) {
        fields.wrong(pointer, error);
    }
    Some(value)
}

/// Reads every member of a document by its name and form, with the function that suits it.
macro_rules! members {
    ($read:ident, $fields:ident, $from:ident, $base:literal, $into:ident {
        $($claim:ident: $form:ident,)+
    } $(with { $($more:ident: $value:expr,)+ })?) => {
        $into {
            $($claim: $read($fields, concat!($base, stringify!($claim)), ClaimForm::$form, $from.$claim),)+
            $($($more: $value,)+)?
        }
    };
}

/// What a change says of the claims.
pub(super) fn changed_claims(fields: &mut Fields, body: UserChange) -> ProfileChange {
    let phone_number_verified =
        fields.required("/phone_number_verified", body.phone_number_verified);
    let address = match body.address {
        Patch::Keep => PostalChange::default(),
        Patch::Clear => PostalChange::CLEARED,
        Patch::Set(address) => changed_address(fields, address),
    };
    members!(changed, fields, body, "/", ProfileChange {
        name: Text,
        given_name: Text,
        family_name: Text,
        middle_name: Text,
        nickname: Text,
        profile: Url,
        picture: Url,
        website: Url,
        gender: Text,
        birthdate: Birthdate,
        zoneinfo: ZoneInfo,
        locale: Locale,
        phone_number: Phone,
    } with {
        phone_number_verified: phone_number_verified,
        address: address,
    })
}

fn changed_address(fields: &mut Fields, body: AddressChange) -> PostalChange {
    members!(
        changed,
        fields,
        body,
        "/address/",
        PostalChange {
            formatted: Lines,
            street_address: Lines,
            locality: Text,
            region: Text,
            postal_code: Text,
            country: Text,
        }
    )
}

/// The claims of a user who is made.
pub(super) fn given_claims(fields: &mut Fields, body: NewUser) -> Profile {
    let address = body.address.map(|address| given_address(fields, address));
    members!(given, fields, body, "/", Profile {
        name: Text,
        given_name: Text,
        family_name: Text,
        middle_name: Text,
        nickname: Text,
        profile: Url,
        picture: Url,
        website: Url,
        gender: Text,
        birthdate: Birthdate,
        zoneinfo: ZoneInfo,
        locale: Locale,
        phone_number: Phone,
    } with {
        phone_number_verified: Some(body.phone_number_verified),
        address: address.unwrap_or_default(),
    })
}

fn given_address(fields: &mut Fields, body: Address) -> PostalAddress {
    members!(
        given,
        fields,
        body,
        "/address/",
        PostalAddress {
            formatted: Lines,
            street_address: Lines,
            locality: Text,
            region: Text,
            postal_code: Text,
            country: Text,
        }
    )
}
