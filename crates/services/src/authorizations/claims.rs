//! The parameter `claims` (OpenID Connect Core §5.5): JSON from a stranger, read strictly.

use authly_crypto::strict_json;
use authly_domain::authorizations::AcrWish;
use authly_domain::clients::Client;
use authly_domain::refusals::Reason;
use authly_domain::users::{ClaimPlace, RequestedClaim, StandardClaim, Subject};
use serde_json::{Map, Value};

use super::respond::Refusal;
use super::validate::invalid_request;

/// The longest parameter, in bytes.
const MAX_CLAIMS: usize = 8_192;
/// The most values that one claim may be asked for with.
const MAX_VALUES: usize = 16;
/// The longest of these, in bytes.
const MAX_VALUE: usize = 256;

/// What the parameter asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimsParameter {
    pub(super) claims: Vec<RequestedClaim>,
    pub(super) acr: AcrWish,
    pub(super) subjects: Vec<Subject>,
}

/// How one claim is asked for (§5.5.1).
struct Asked {
    is_essential: bool,
    /// Empty for any value.
    values: Vec<String>,
}

/// Reads the parameter. Claims that are not known are passed over, as are those of scopes that the
/// client may not ask for: an essential claim that cannot be had is no error (§5.5.1).
pub(super) fn read(text: &str, client: &Client) -> Result<ClaimsParameter, Refusal> {
    let document =
        strict_json::parse(text.as_bytes(), MAX_CLAIMS).map_err(|_reason| malformed())?;
    let members = document.as_object().ok_or_else(malformed)?;
    let mut parameter = ClaimsParameter::default();
    for place in [ClaimPlace::UserInfo, ClaimPlace::IdToken] {
        match members.get(place.as_str()) {
            None | Some(Value::Null) => {}
            Some(Value::Object(claims)) => parameter.take(place, claims, client)?,
            Some(_other) => return Err(malformed()),
        }
    }
    Ok(parameter)
}

fn malformed() -> Refusal {
    invalid_request(Reason::ClaimsMalformed, "claims is malformed")
}

impl ClaimsParameter {
    fn take(
        &mut self,
        place: ClaimPlace,
        claims: &Map<String, Value>,
        client: &Client,
    ) -> Result<(), Refusal> {
        for (name, how) in claims {
            let asked = Asked::read(how)?;
            match (name.as_str(), name.parse::<StandardClaim>()) {
                ("sub", _) => self.take_subjects(asked)?,
                ("acr", _) if place == ClaimPlace::IdToken && asked.is_essential => {
                    self.acr.required = asked.values;
                }
                ("acr", _) if place == ClaimPlace::IdToken => self.acr.wanted = asked.values,
                (_, Ok(claim)) if client.scope.contains(claim.scope()) => {
                    self.claims.extend(asked.of(place, claim));
                }
                (_, Ok(_) | Err(_)) => {}
            }
        }
        Ok(())
    }

    /// Both places may name the user, and have to agree.
    fn take_subjects(&mut self, asked: Asked) -> Result<(), Refusal> {
        if asked.values.is_empty() {
            return Ok(());
        }
        let named = asked.values.into_iter().map(Subject::new);
        let named: Vec<Subject> = named.collect();
        if self.subjects.is_empty() {
            self.subjects = named;
        } else {
            self.subjects.retain(|one| named.contains(one));
        }
        if self.subjects.is_empty() {
            let why = Reason::SubjectsDiffer;
            return Err(invalid_request(why, "claims speaks of different users"));
        }
        Ok(())
    }
}

impl Asked {
    fn read(how: &Value) -> Result<Self, Refusal> {
        let members = match how {
            Value::Null => {
                return Ok(Self {
                    is_essential: false,
                    values: Vec::new(),
                });
            }
            Value::Object(members) => members,
            _other => return Err(malformed()),
        };
        let is_essential = match members.get("essential") {
            None => false,
            Some(Value::Bool(essential)) => *essential,
            Some(_other) => return Err(malformed()),
        };
        let several = match members.get("values") {
            None => [].as_slice(),
            Some(Value::Array(values)) if !values.is_empty() => values.as_slice(),
            Some(_other) => return Err(malformed()),
        };
        let values = members.get("value").into_iter().chain(several);
        let values: Vec<String> = values.map(written).collect();
        let is_short =
            |value: &String| value.len() <= MAX_VALUE && !value.chars().any(char::is_control);
        if values.len() > MAX_VALUES || !values.iter().all(is_short) {
            return Err(malformed());
        }
        Ok(Self {
            is_essential,
            values,
        })
    }

    /// A claim once for each of its values.
    fn of(self, place: ClaimPlace, claim: StandardClaim) -> Vec<RequestedClaim> {
        let one = |value| RequestedClaim {
            place,
            claim,
            value,
        };
        if self.values.is_empty() {
            return vec![one(None)];
        }
        self.values
            .into_iter()
            .map(|value| one(Some(value)))
            .collect()
    }
}

/// A value as claims are compared: texts as they are, everything else as JSON.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
