//! Users of a realm.

use authly_admin_client::WireSecret;
use authly_admin_client::admin::Id;
use authly_admin_client::admin::users::{ImportedUser, NewUser};
use authly_admin_client::id::UserId;

use super::Taken;
use super::export::{Credential, CredentialData, Realm, SecretData, User, first};

/// Takes the users of a realm.
pub(super) fn take(realm: &Realm, taken: &mut Taken) {
    for user in &realm.users {
        if let Some(user) = one(user, taken) {
            taken.users.push(user);
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
    let attribute = |name: &str| first(&user.attributes, name).map(str::to_owned);
    let sub = user.id.clone().filter(|id| {
        let read = id.parse::<Id<UserId>>();
        read.is_ok_and(|read| read.to_string() == *id)
    });
    if sub.is_none() {
        taken.note(&what, "it gets another sub, since its id is no UUID");
    }
    let full_name = [user.first_name.as_deref(), user.last_name.as_deref()];
    let full_name = full_name
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    Some(ImportedUser {
        user: NewUser {
            username: user.username.clone(),
            email: user.email.clone().filter(|email| !email.is_empty()),
            is_verified: user.email_verified && user.email.is_some(),
            requires_password_change: user
                .required_actions
                .iter()
                .any(|one| one == "UPDATE_PASSWORD"),
            name: Some(full_name).filter(|name| !name.is_empty()),
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
            ..NewUser::default()
        },
        sub,
        is_active: (user.enabled == Some(false)).then_some(false),
        password_hash: hash,
    })
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
