//! Users of a realm.

use std::collections::BTreeMap;

use authly_admin_client::WireSecret;
use authly_admin_client::admin::Id;
use authly_admin_client::admin::users::{Address, ImportedUser, NewUser};
use authly_admin_client::id::UserId;
use serde_json::Value;

use super::Taken;
use super::export::{Credential, CredentialData, Realm, SecretData, User, first, saying};

/// Attributes that are claims here, by the names that Keycloak's own mappers expect.
const CLAIMS: [&str; 17] = [
    "birthdate",
    "country",
    "formatted",
    "gender",
    "locale",
    "locality",
    "middleName",
    "nickname",
    "phoneNumber",
    "phoneNumberVerified",
    "picture",
    "postal_code",
    "profile",
    "region",
    "street",
    "website",
    "zoneinfo",
];

/// What is said of a user elsewhere, or means something to Keycloak alone.
const KNOWN: [&str; 4] = ["access", "disableableCredentialTypes", "notBefore", "totp"];

/// Takes the users of a realm.
pub(super) fn take(realm: &Realm, taken: &mut Taken) {
    let mut lost = Lost::default();
    for user in &realm.users {
        if let Some(imported) = one(user, taken) {
            taken.users.push(imported);
            lost.count(user);
        }
    }
    lost.note(taken);
}

/// What of users is not taken, by what it is: how many have it, and who has it first.
#[derive(Default)]
struct Lost<'u>(BTreeMap<String, (usize, &'u str)>);

impl<'u> Lost<'u> {
    fn count(&mut self, user: &'u User) {
        for (name, _) in saying(&user.rest, &KNOWN) {
            self.one(name.to_owned(), user);
        }
        for (name, value) in saying(&user.attributes, &[]) {
            if !CLAIMS.contains(&name) {
                self.one(format!("the attribute {name}"), user);
            } else if value.as_array().is_some_and(|values| values.len() > 1) {
                self.one(
                    format!("all values of the attribute {name} but the first"),
                    user,
                );
            }
        }
    }

    fn one(&mut self, what: String, user: &'u User) {
        let (count, _) = self.0.entry(what).or_insert((0, &user.username));
        *count += 1;
    }

    fn note(self, taken: &mut Taken) {
        for (what, (count, first)) in self.0 {
            let why = match what.as_str() {
                "createdTimestamp" => "they are new here",
                "clientConsents" => "they are asked again",
                _ => "Authly has nothing like it",
            };
            let of = match count {
                1 => format!("user {first}"),
                count => format!("{count} users, such as {first}"),
            };
            taken.note(of, format!("{what}: not taken, {why}"));
        }
    }
}

fn one(user: &User, taken: &mut Taken) -> Option<ImportedUser> {
    let what = format!("user {}", user.username);
    if let Some(client) = &user.service_account_client_id {
        taken.note(
            what,
            format!("it is the service account of the client {client}"),
        );
        return None;
    }
    let hash = password(user, &what, taken);
    if user.federation_link.is_some() || !user.federated_identities.is_empty() {
        taken.note(&what, "accounts at other providers are not taken");
    }
    for action in &user.required_actions {
        if action != "UPDATE_PASSWORD" {
            taken.note(&what, format!("the required action {action} is not taken"));
        }
    }
    let attribute = |name: &str| said(&user.attributes, name);
    let sub = user.id.clone().filter(|id| {
        let read = id.parse::<Id<UserId>>();
        read.is_ok_and(|read| read.to_string() == *id)
    });
    if sub.is_none() {
        taken.note(&what, "it gets another sub, since its id is no UUID");
    }
    Some(ImportedUser {
        user: NewUser {
            username: user.username.clone(),
            email: user.email.clone().filter(|email| !email.is_empty()),
            is_verified: user.email_verified && user.email.is_some(),
            requires_password_change: user
                .required_actions
                .iter()
                .any(|one| one == "UPDATE_PASSWORD"),
            name: full_name(user),
            given_name: user.first_name.clone().filter(|name| !name.is_empty()),
            family_name: user.last_name.clone().filter(|name| !name.is_empty()),
            middle_name: attribute("middleName"),
            nickname: attribute("nickname"),
            picture: attribute("picture"),
            website: attribute("website"),
            gender: attribute("gender"),
            birthdate: attribute("birthdate"),
            zoneinfo: attribute("zoneinfo"),
            locale: attribute("locale"),
            phone_number: attribute("phoneNumber"),
            phone_number_verified: attribute("phoneNumberVerified")
                .is_some_and(|text| text == "true"),
            profile: attribute("profile"),
            address: address(&user.attributes),
            ..NewUser::default()
        },
        sub,
        is_active: (user.enabled == Some(false)).then_some(false),
        password_hash: hash,
    })
}

fn full_name(user: &User) -> Option<String> {
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    let names: Vec<_> = names.into_iter().flatten().collect();
    Some(names.join(" ")).filter(|name| !name.is_empty())
}

/// The text of an attribute, if it has any.
fn said(attributes: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    let text = first(attributes, name)?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn address(attributes: &BTreeMap<String, Value>) -> Option<Address> {
    let attribute = |name: &str| said(attributes, name);
    let address = Address {
        formatted: attribute("formatted"),
        street_address: attribute("street"),
        locality: attribute("locality"),
        region: attribute("region"),
        postal_code: attribute("postal_code"),
        country: attribute("country"),
    };
    (address != Address::default()).then_some(address)
}

/// The hash of a user's password; what else they log in with is noted.
fn password(user: &User, what: &str, taken: &mut Taken) -> Option<WireSecret> {
    let mut found = None;
    for credential in &user.credentials {
        if credential.kind != "password" {
            let why = format!("credentials of the type {} are not taken", credential.kind);
            taken.note(what, why);
            continue;
        }
        match hash(credential) {
            Ok(hash) => found = Some(hash),
            Err(why) => taken.note(what, format!("the password is not taken: {why}")),
        }
    }
    if found.is_none() {
        let why = "there is no password: it cannot log in until it is given one";
        taken.note(what, why);
    }
    found
}

/// The hash in the PHC string format.
fn hash(credential: &Credential) -> Result<WireSecret, String> {
    let empty = "it has no data";
    let secret = credential.secret_data.as_ref().ok_or(empty)?;
    let data = credential.credential_data.as_ref().ok_or(empty)?;
    let secret: SecretData =
        serde_json::from_str(secret.expose()).map_err(|_error| "its secretData is malformed")?;
    let data: CredentialData =
        serde_json::from_str(data).map_err(|_error| "its credentialData is malformed")?;
    let (rounds, salt, value) = (data.hash_iterations, &secret.salt, secret.value.expose());
    let parameter =
        |name: &str, usual: &'static str| first(&data.additional_parameters, name).unwrap_or(usual);
    let hash = match data.algorithm.as_str() {
        "pbkdf2" => format!("$pbkdf2-sha1$i={rounds}${salt}${value}"),
        "pbkdf2-sha256" | "pbkdf2-sha512" => {
            format!("${}$i={rounds}${salt}${value}", data.algorithm)
        }
        "argon2" => {
            let version = match parameter("version", "1.3") {
                "1.3" => 19,
                "1.0" => 16,
                other => return Err(format!("the version {other} of Argon2 is not known")),
            };
            let (memory, lanes) = (parameter("memory", "7168"), parameter("parallelism", "1"));
            let kind = parameter("type", "id");
            format!("$argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}${salt}${value}")
        }
        "bcrypt" => return Ok(secret.value),
        other => return Err(format!("the algorithm {other} is not known")),
    };
    Ok(WireSecret::new(hash))
}
