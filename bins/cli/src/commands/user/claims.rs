//! Claims of a user on the command line.

use authly_admin_client::admin::Patch;
use authly_admin_client::admin::users::{Address, AddressChange, NewUser, UserChange};
use clap::{Args, ValueEnum};

use super::arguments::YesNo;

/// Declares the claims that are texts: their argument, how one is taken away, and where they go.
macro_rules! claims {
    (plain { $($claim:ident = $option:literal, $variant:ident, $about:literal;)+ }
     address { $($part:ident = $part_variant:ident, $part_of:ident, $part_about:literal;)+ }) => {
        /// What applications may learn about a user.
        #[derive(Debug, Clone, Default, Args)]
        #[command(next_help_heading = "What applications may learn")]
        pub(crate) struct ClaimArguments {
            $(#[doc = $about] #[arg(id = concat!("claim_", $option), long = $option, value_name = "TEXT")] $claim: Option<String>,)+
            $(#[doc = $part_about] #[arg(long, value_name = "TEXT")] $part: Option<String>,)+
            /// Whether the phone number is verified.
            #[arg(long, value_name = "YES|NO", value_enum, hide_possible_values = true)]
            phone_verified: Option<YesNo>,
        }

        /// What can be taken away from a user.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub(crate) enum Clearable {
            /// The e-mail address.
            Email,
            /// The postal address, all of it.
            Address,
            $(#[doc = $about] $variant,)+
            $(#[doc = $part_about] $part_variant,)+
        }

        impl ClaimArguments {
            /// Puts the claims into a new user.
            pub(super) fn give_to(self, user: &mut NewUser) {
                $(user.$claim = self.$claim;)+
                let address = Address { $($part_of: self.$part,)+ };
                user.address = Some(address).filter(|address| *address != Address::default());
                user.phone_number_verified = self.phone_verified.is_some_and(YesNo::is_yes);
            }

            /// Puts the claims into a change, with what is taken away.
            pub(super) fn change(self, clear: &[Clearable], change: &mut UserChange) {
                let cleared = |what, value: Option<String>| {
                    if clear.contains(&what) { Patch::Clear } else { Patch::set_if(value) }
                };
                $(change.$claim = cleared(Clearable::$variant, self.$claim);)+
                let address = AddressChange {
                    $($part_of: cleared(Clearable::$part_variant, self.$part),)+
                };
                change.address = if clear.contains(&Clearable::Address) {
                    Patch::Clear
                } else if address == AddressChange::default() {
                    Patch::Keep
                } else {
                    Patch::Set(address)
                };
                change.phone_number_verified =
                    Patch::set_if(self.phone_verified.map(YesNo::is_yes));
            }
        }
    };
}

claims! {
    plain {
        name = "name", Name, "The full name.";
        given_name = "given-name", GivenName, "The given name.";
        family_name = "family-name", FamilyName, "The family name.";
        middle_name = "middle-name", MiddleName, "The middle name.";
        nickname = "nickname", Nickname, "What friends call them.";
        profile = "profile-page", Profile, "The address of a page about them.";
        picture = "picture", Picture, "The address of a picture of them.";
        website = "website", Website, "The address of their own page.";
        gender = "gender", Gender, "The gender.";
        birthdate = "birthdate", Birthdate, "The day of birth, as YYYY-MM-DD, 0000-MM-DD or YYYY.";
        zoneinfo = "zoneinfo", Zoneinfo, "The time zone, such as Europe/Berlin.";
        locale = "locale", Locale, "The language, such as de-AT.";
        phone_number = "phone-number", PhoneNumber, "The phone number.";
    }
    address {
        address_formatted = AddressFormatted, formatted, "The postal address, as it stands on a letter.";
        street_address = StreetAddress, street_address, "Street and number.";
        locality = Locality, locality, "The town.";
        region = Region, region, "The state or province.";
        postal_code = PostalCode, postal_code, "The postal code.";
        country = Country, country, "The country.";
    }
}
