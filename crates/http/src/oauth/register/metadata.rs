//! What a client says of itself (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2). What else it says
//! is ignored: what only an administrator says, and what we do not know.

mod checked;

use authly_domain::clients::GrantType;
use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_domain::registration::Declaration;
use authly_domain::secret::ClientSecret;
use authly_protocol::admin::FieldError;
use authly_protocol::oauth::{DECLARED_MEMBERS, ErrorCode, REGISTERED_MEMBERS};
use authly_services::registration::{Asked, OwnRegistration, RegistrationService, read_document};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::admin;
use crate::respond::OAuthFailure;

/// What a client never says of itself in an update (RFC 7592 §2.2).
const OURS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// What was said.
pub(super) struct Said {
    pub(super) asked: Asked,
    document: Map<String, Value>,
}

/// Reads a document, with what its software statement says of the client. A member that is `null` is not
/// there.
pub(super) fn read(
    document: &[u8],
    registrations: &RegistrationService,
) -> Result<Said, OAuthFailure> {
    let document = read_document(document).map_err(|_error| {
        OAuthFailure::of(ErrorCode::InvalidClientMetadata)
            .describe("The body has to be a JSON object without repeated members.")
            .because(Reason::DocumentMalformed)
    })?;
    let document = registrations.stated(document)?;
    check_response_types(&document)?;
    let change = admin::registered(&part(&document, &REGISTERED_MEMBERS)?);
    let unused = checked::flaws(&document);
    let change = match change {
        Ok(change) if unused.is_empty() => change,
        other => return Err(refused_all(&other.err().unwrap_or_default(), &unused)),
    };
    let said: Declaration = part(&document, &DECLARED_MEMBERS)?;
    let secret = document.get("client_secret").and_then(Value::as_str);
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    let asked = Asked {
        change,
        said,
        secret,
    };
    Ok(Said { asked, document })
}

/// The only type is `code`, and it belongs to the grant `authorization_code`, which a client has that names
/// no grants (RFC 7591 §2.1). Others have none.
fn check_response_types(document: &Map<String, Value>) -> Result<(), OAuthFailure> {
    let grants = document.get("grant_types").and_then(Value::as_array);
    let code = GrantType::AuthorizationCode.as_str();
    let has_code = grants.is_none_or(|grants| grants.iter().any(|grant| grant == code));
    let said = document.get("response_types");
    let mut said = said.into_iter().filter(|types| !types.is_null());
    if said.all(|types| *types == Value::from(response_types(has_code))) {
        return Ok(());
    }
    Err(refused(
        &["response_types"],
        "response_types: code is the only one, and belongs to the grant authorization_code",
    ))
}

/// The response types of a client with the code flow, or without.
const fn response_types(has_code: bool) -> &'static [&'static str] {
    if has_code { &["code"] } else { &[] }
}

/// These members of a document.
fn part<T: for<'de> Deserialize<'de>>(
    document: &Map<String, Value>,
    members: &[&'static str],
) -> Result<T, OAuthFailure> {
    let said = |name: &&&str| document.get(**name).is_some_and(|value| !value.is_null());
    let said: Vec<&str> = members.iter().filter(said).copied().collect();
    let picked = |names: &[&str]| {
        let pick = |name: &&str| Some(((*name).to_owned(), document.get(*name)?.clone()));
        Value::Object(names.iter().filter_map(pick).collect())
    };
    serde_json::from_value(picked(&said)).map_err(|_kind| {
        // Which one it is, without its text, which would quote what was sent.
        let wrong = |name: &&&str| serde_json::from_value::<T>(picked(&[**name])).is_err();
        let wrong = said.iter().find(wrong).copied().unwrap_or_default();
        refused(&[wrong], &format!("{wrong}: it is of another type"))
    })
}

/// The member that a pointer leads to.
fn member(pointer: &str) -> &str {
    let path = pointer.trim_start_matches('/');
    path.split_once('/').map_or(path, |(member, _index)| member)
}

/// All of that is wrong, about what is registered and about what is not used.
fn refused_all(errors: &[FieldError], unused: &[(&'static str, &'static str)]) -> OAuthFailure {
    let registered = errors
        .iter()
        .map(|error| (member(&error.pointer), error.detail.as_str()));
    let wrong: Vec<_> = registered.chain(unused.iter().copied()).collect();
    let members: Vec<_> = wrong.iter().map(|(member, _what)| *member).collect();
    let what = wrong
        .iter()
        .map(|(member, what)| format!("{member}: {what}"));
    refused(&members, &what.collect::<Vec<_>>().join("; "))
}

/// Something is wrong about these members.
fn refused(members: &[&str], what: &str) -> OAuthFailure {
    let (code, reason) = if members.contains(&"redirect_uris") {
        (ErrorCode::InvalidRedirectUri, Reason::RegisteredRedirectUri)
    } else {
        (ErrorCode::InvalidClientMetadata, Reason::RegisteredMetadata)
    };
    let more = format!("What is wrong: {}.", members.join(", "));
    let cause = Explanation::new(reason, Facts::default().more(more));
    OAuthFailure::of(code).explain(what).because(cause)
}

impl Said {
    /// RFC 7592 §2.2: an update names its client and nothing that is ours to say.
    pub(super) fn check_replacement(&self, client_id: &str) -> Result<(), OAuthFailure> {
        let named = self.document.get("client_id").and_then(Value::as_str);
        if named != Some(client_id) {
            return Err(refused(
                &["client_id"],
                "client_id: it has to be that of the address",
            ));
        }
        match OURS.iter().find(|name| self.document.contains_key(**name)) {
            None => Ok(()),
            Some(name) => Err(refused(
                &[name],
                &format!("{name}: only the server says it"),
            )),
        }
    }
}

/// What is registered of a client, as far as it says that itself.
pub(super) fn of(own: &OwnRegistration) -> Map<String, Value> {
    let object = |value: Result<Value, serde_json::Error>| match value {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let mut shown = object(serde_json::to_value(admin::shown(&own.client)));
    shown.retain(|name, _value| REGISTERED_MEMBERS.contains(&name.as_str()));
    let has_code = own.client.client.may_use(GrantType::AuthorizationCode);
    let types = response_types(has_code).into();
    shown.insert("response_types".to_owned(), types);
    shown.extend(object(serde_json::to_value(&own.said)));
    shown
}
