//! The checks of an authorization request, in order: before client and redirect URI are known to be
//! right nothing is ever sent there (OAuth 2.1 §4.1.2.1); after that everything is.

use std::time::Duration;

use authly_domain::authorizations::{
    AcrWish, AuthorizationRequest, CodeChallenge, Prompt, PromptError, ResponseMode,
};
use authly_domain::clients::{Client, GrantType, NonceRule, PkceRule, RedirectUri};
use authly_domain::clock::Timestamp;
use authly_domain::refusals::{Facts, Reason, shown};
use authly_domain::resource_servers::NotAdmitted;
use authly_domain::scopes::{Resource, Scope};

use super::AuthorizationErrorCode as Code;
use super::claims::{self, ClaimsParameter};
use super::respond::{Refusal, ReturnAddress};
use super::{AuthorizationParameters, RedirectUriRefusal, UnknownClient};

/// The longest `state`, in bytes.
const MAX_STATE: usize = 4_096;
/// The longest `nonce`, in bytes.
const MAX_NONCE: usize = 1_024;
/// The longest `login_hint`, in bytes.
const MAX_LOGIN_HINT: usize = 320;
/// The longest `acr_values`, in bytes.
const MAX_ACR_VALUES: usize = 1_024;

pub(super) fn invalid_request(why: Reason, description: &'static str) -> Refusal {
    Refusal::new(Code::InvalidRequest, why, description)
}

/// What came, as far as it may be kept.
fn came(value: Option<&str>) -> Facts {
    Facts::default().came(value.unwrap_or("none"))
}

impl AuthorizationParameters {
    fn is_repeated(&self, name: &str) -> bool {
        self.repeated.iter().any(|repeated| repeated == name)
    }

    /// The `client_id`, if it stands there once.
    pub(super) fn single_client_id(&self) -> Result<&str, UnknownClient> {
        if self.is_repeated("client_id") {
            return Err(UnknownClient::Repeated);
        }
        self.client_id.as_deref().ok_or(UnknownClient::Missing)
    }
}

/// Where the answer goes: the registered URI that was named, or the only one there is. An OpenID
/// request has to name it (OpenID Connect Core §3.1.2.1). A refusal is a page, never a redirect.
pub(super) fn redirect_uri(
    parameters: &AuthorizationParameters,
    client: &Client,
) -> Result<RedirectUri, RedirectUriRefusal> {
    if parameters.is_repeated("redirect_uri") {
        return Err(RedirectUriRefusal::Repeated);
    }
    if let Some(presented) = &parameters.redirect_uri {
        let admitted = client.admitted_redirect_uri(presented);
        return admitted.ok_or(RedirectUriRefusal::NotRegistered);
    }
    let scope = parameters.scope.as_deref().unwrap_or_default();
    let is_openid = scope.split(' ').any(|name| name == "openid");
    match client.redirect_uris.as_slice() {
        [only] if !is_openid => client
            .admitted_redirect_uri(only.as_str())
            .ok_or(RedirectUriRefusal::NotRegistered),
        _ => Err(RedirectUriRefusal::Missing),
    }
}

/// How and with which `state` the answer, be it an error, travels. What is unusable is left out.
pub(super) fn return_address(
    parameters: &AuthorizationParameters,
    redirect_uri: RedirectUri,
) -> ReturnAddress {
    let mode = parameters
        .response_mode
        .as_deref()
        .and_then(|mode| mode.parse().ok());
    let state = parameters.state.clone().filter(|state| {
        !parameters.is_repeated("state") && check_text(state, MAX_STATE, "").is_ok()
    });
    ReturnAddress {
        redirect_uri,
        mode: mode.unwrap_or(ResponseMode::Query),
        state,
    }
}

/// Everything else.
pub(super) fn validate(
    parameters: &AuthorizationParameters,
    client: &Client,
    to: &ReturnAddress,
    now: Timestamp,
) -> Result<AuthorizationRequest, Refusal> {
    check_repeated(parameters)?;
    check_response(parameters)?;
    if !client.may_use(GrantType::AuthorizationCode) {
        let description = "the client is not registered for authorization_code";
        let allowed: Vec<_> = client.grant_types.iter().map(|one| one.as_str()).collect();
        let facts = Facts::default()
            .expected(format!("one of: {}", allowed.join(" ")))
            .came("authorization_code");
        let why = Reason::GrantTypeNotAllowed;
        return Err(Refusal::new(Code::UnauthorizedClient, why, description).with(facts));
    }
    check_texts(parameters)?;
    let scope = scope(parameters, client)?;
    let code_challenge = code_challenge(parameters, client, &scope)?;
    let asked = claims(parameters, client, &scope)?;
    Ok(AuthorizationRequest {
        client: client.key,
        redirect_uri: to.redirect_uri.clone(),
        response_mode: to.mode,
        resources: resources(parameters)?,
        state: to.state.clone(),
        nonce: parameters.nonce.clone(),
        code_challenge,
        prompt: prompt(parameters)?,
        max_age: max_age(parameters)?.or(client.openid.default_max_age),
        login_hint: parameters.login_hint.clone(),
        requested_at: now,
        claims: asked.claims,
        acr: acr(parameters, asked.acr)?,
        subjects: asked.subjects,
        scope,
    })
}

/// OAuth 2.1 §3.1.
pub(super) fn check_repeated(parameters: &AuthorizationParameters) -> Result<(), Refusal> {
    if parameters.repeated.is_empty() {
        return Ok(());
    }
    let refusal = invalid_request(
        Reason::ParameterRepeated,
        "a parameter stands there more than once",
    );
    Err(refusal.with(Facts::default().came(parameters.repeated.join(" "))))
}

/// What `claims` asks for beside scopes, which only an OpenID request can.
fn claims(
    parameters: &AuthorizationParameters,
    client: &Client,
    scope: &Scope,
) -> Result<ClaimsParameter, Refusal> {
    match &parameters.claims {
        Some(text) if scope.contains("openid") => claims::read(text, client),
        _ => Ok(ClaimsParameter::default()),
    }
}

/// The error where nobody can reach the `acr` that has to be.
pub(super) fn acr_out_of_reach() -> Refusal {
    Refusal::new(
        Code::UnmetAuthenticationRequirements,
        Reason::AcrOutOfReach,
        "nobody can log in here as the essential claim acr wants it",
    )
}

/// `acr_values`, with what the parameter `claims` says of `acr`.
fn acr(parameters: &AuthorizationParameters, mut wish: AcrWish) -> Result<AcrWish, Refusal> {
    if wish.is_out_of_reach() {
        let facts = Facts::default().came(wish.required.join(" "));
        return Err(acr_out_of_reach().with(facts));
    }
    let text = parameters.acr_values.as_deref().unwrap_or_default();
    let wanted = text.split(' ').filter(|value| !value.is_empty());
    wish.wanted.extend(wanted.map(str::to_owned));
    Ok(wish)
}

fn check_response(parameters: &AuthorizationParameters) -> Result<(), Refusal> {
    match parameters.response_type.as_deref() {
        None => {
            let why = Reason::ResponseTypeMissing;
            return Err(invalid_request(why, "response_type is missing"));
        }
        Some("code") => {}
        Some(other) => {
            let why = Reason::ResponseTypeUnsupported;
            let description = "the only response_type is code";
            let refusal = Refusal::new(Code::UnsupportedResponseType, why, description);
            return Err(refusal.with(came(Some(other)).expected("code")));
        }
    }
    match parameters.response_mode.as_deref() {
        Some(mode) if mode.parse::<ResponseMode>().is_err() => {
            let why = Reason::ResponseModeUnsupported;
            let refusal = invalid_request(why, "response_mode is not supported");
            Err(refusal.with(came(Some(mode)).expected("query, fragment or form_post")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Texts that are stored and handed back: short enough, and without control characters.
fn check_texts(parameters: &AuthorizationParameters) -> Result<(), Refusal> {
    for (text, longest, description) in [
        (
            &parameters.state,
            MAX_STATE,
            "state is too long or holds a control character",
        ),
        (
            &parameters.nonce,
            MAX_NONCE,
            "nonce is too long or holds a control character",
        ),
        (
            &parameters.login_hint,
            MAX_LOGIN_HINT,
            "login_hint is too long or not a text",
        ),
        (
            &parameters.acr_values,
            MAX_ACR_VALUES,
            "acr_values is too long or not a text",
        ),
    ] {
        if let Some(text) = text {
            check_text(text, longest, description)?;
        }
    }
    Ok(())
}

fn check_text(text: &str, longest: usize, description: &'static str) -> Result<(), Refusal> {
    if text.len() > longest || text.chars().any(char::is_control) {
        let facts = Facts::default()
            .expected(format!("at most {longest} bytes, no control character"))
            .came(format!("{} bytes", text.len()));
        return Err(invalid_request(Reason::TextTooLong, description).with(facts));
    }
    Ok(())
}

/// What is asked for, or the client's defaults (OAuth 2.1 §1.4.1).
fn scope(parameters: &AuthorizationParameters, client: &Client) -> Result<Scope, Refusal> {
    let refused = |why, description| Refusal::new(Code::InvalidScope, why, description);
    let Some(text) = &parameters.scope else {
        return if client.default_scope.is_empty() {
            Err(refused(
                Reason::ScopeMissing,
                "scope is missing, and the client has no default",
            ))
        } else {
            Ok(client.default_scope.clone())
        };
    };
    let asked: Scope = text
        .parse()
        .map_err(|_malformed| refused(Reason::ScopeMalformed, "scope is malformed"))?;
    if asked.is_empty() || !client.scope.covers(&asked) {
        let beyond = asked.without(&client.scope).to_string();
        let facts = came(Some(text))
            .expected(format!("some of: {}", client.scope))
            .more(format!("It was {}.", shown(&beyond)));
        let description = "a scope does not exist or is not allowed for the client";
        return Err(refused(Reason::ScopeNotAllowed, description).with(facts));
    }
    Ok(asked)
}

/// PKCE with S256 for all (OAuth 2.1 §4.1.1), but for confidential OpenID clients that an
/// administrator has exempted (§7.5.1.1).
fn code_challenge(
    parameters: &AuthorizationParameters,
    client: &Client,
    scope: &Scope,
) -> Result<Option<CodeChallenge>, Refusal> {
    let method = parameters.code_challenge_method.as_deref();
    let Some(challenge) = &parameters.code_challenge else {
        if method.is_some() {
            return Err(invalid_request(
                Reason::MethodWithoutChallenge,
                "code_challenge_method without code_challenge",
            ));
        }
        return check_exemption(parameters, client, scope).map(|()| None);
    };
    if method != Some("S256") {
        let why = Reason::ChallengeMethod;
        let refusal = invalid_request(why, "code_challenge_method has to be S256");
        return Err(refusal.with(came(method).expected("S256")));
    }
    let challenge = challenge.parse();
    challenge.map(Some).map_err(|_malformed| {
        invalid_request(Reason::ChallengeMalformed, "code_challenge is malformed")
    })
}

fn check_exemption(
    parameters: &AuthorizationParameters,
    client: &Client,
    scope: &Scope,
) -> Result<(), Refusal> {
    if client.pkce == PkceRule::Required || !scope.contains("openid") {
        let why = Reason::ChallengeMissing;
        return Err(invalid_request(why, "code_challenge is missing"));
    }
    if client.nonce == NonceRule::Required && parameters.nonce.is_none() {
        let why = Reason::NonceMissing;
        return Err(invalid_request(why, "code_challenge or nonce is missing"));
    }
    Ok(())
}

fn prompt(parameters: &AuthorizationParameters) -> Result<Prompt, Refusal> {
    let text = parameters.prompt.as_deref().unwrap_or_default();
    text.parse().map_err(|error| {
        let refusal = match error {
            PromptError::NoneWithOthers => invalid_request(
                Reason::PromptNoneWithOthers,
                "prompt none stands beside another value",
            ),
            PromptError::Unknown => {
                invalid_request(Reason::PromptUnsupported, "a prompt is not supported")
            }
        };
        refusal.with(came(Some(text)))
    })
}

fn max_age(parameters: &AuthorizationParameters) -> Result<Option<Duration>, Refusal> {
    let Some(text) = &parameters.max_age else {
        return Ok(None);
    };
    let malformed = || {
        let refusal = invalid_request(Reason::MaxAge, "max_age is not a number of seconds");
        refusal.with(came(Some(text)))
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let seconds: u32 = text.parse().map_err(|_too_large| malformed())?;
    Ok(Some(Duration::from_secs(seconds.into())))
}

/// What is asked for. Whether the client may have tokens for it is asked of the registry.
fn resources(parameters: &AuthorizationParameters) -> Result<Vec<Resource>, Refusal> {
    let read = |text: &String| {
        let description = "a resource is no absolute URI without a fragment";
        let parsed = text.parse();
        parsed.map_err(|_malformed| {
            let why = Reason::ResourceMalformed;
            let refusal = Refusal::new(Code::InvalidTarget, why, description);
            refusal.with(came(Some(text)))
        })
    };
    parameters.resources.iter().map(read).collect()
}

/// The error where the client may not have tokens for a resource (RFC 8707 §2).
pub(super) fn not_admitted(client: &Client, resource: &Resource, why: NotAdmitted) -> Refusal {
    let why = match why {
        NotAdmitted::Unknown => Reason::ResourceUnknown,
        NotAdmitted::Disabled => Reason::ResourceDisabled,
        NotAdmitted::NotListed => Reason::ResourceNotAllowed,
    };
    let listed: Vec<_> = client.resources.iter().map(Resource::as_str).collect();
    let facts = came(Some(resource.as_str())).expected(format!("some of: {}", listed.join(" ")));
    let description = "a resource is unknown, disabled or not allowed for the client";
    Refusal::new(Code::InvalidTarget, why, description).with(facts)
}
