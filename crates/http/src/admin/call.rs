//! A call of an admin endpoint, after every check.

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::web::{BytesMut, Path};
use actix_web::{FromRequest, HttpRequest};
use authly_domain::admin::Run;
use authly_domain::idempotency::{IdempotencyKey, IdempotencyKeyError};
use authly_protocol::admin::{FieldError, ProblemCode};
use authly_protocol::endpoint::{Access, Endpoint, PathValues as _, RequestHeader};
use authly_services::admin::{AdminCaller, AdminGate, AdmissionError};
use futures_util::future::LocalBoxFuture;

use super::parameters::invalid_query;
use super::read;
use crate::extract::{
    ParametersError, collaborator, enter, header_token, note_client, origin, read_json,
};
use crate::respond::{AdminProblem, IsUnavailable};

/// A call of the endpoint `E`. Extracting it *is* both layers of the check: who calls from an allowed
/// network, with a living token that has the endpoint's scope, and may administer.
pub(crate) struct AdminCall<E: Endpoint> {
    /// Who calls.
    pub(crate) caller: AdminCaller,
    /// What varies in the path.
    pub(crate) path: E::Path,
    /// What stood in the query.
    pub(crate) query: E::Query,
    /// The document that was sent.
    pub(crate) body: E::Body,
    /// Whether the change is meant.
    pub(crate) run: Run,
    /// The version that the caller has seen, if the change is to happen to no other.
    pub(crate) if_match: Option<i64>,
    /// What makes a repeated request known again.
    pub(crate) idempotency_key: Option<IdempotencyKey>,
}

impl<E: Endpoint> FromRequest for AdminCall<E> {
    type Error = AdminProblem;
    type Future = LocalBoxFuture<'static, Result<Self, AdminProblem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let entered = enter(request);
        let body = read_json(request, payload, E::MAX_BODY);
        let request = request.clone();
        Box::pin(async move {
            entered?;
            let mut caller = admit::<E>(&request).await?;
            note_client(&request, caller.client_id.as_str());
            caller.identity = caller.identity.by_request(origin(&request));
            Self::read(&request, caller, body).await
        })
    }
}

impl<E: Endpoint> AdminCall<E> {
    async fn read(
        request: &HttpRequest,
        caller: AdminCaller,
        body: impl Future<Output = Result<BytesMut, ParametersError>>,
    ) -> Result<Self, AdminProblem> {
        let path = path::<E>(request).await?;
        let mut parameters = read::query_parameters(request.query_string())?;
        let run = if E::METHOD.changes() {
            run(parameters.remove("dry_run").as_deref())?
        } else {
            Run::ForReal
        };
        let query = read::query(&parameters)?;
        let if_match = if_match::<E>(request)?;
        let idempotency_key = idempotency_key(request)?;
        let body = read::body(&body.await?)?;
        Ok(Self {
            caller,
            path,
            query,
            body,
            run,
            if_match,
            idempotency_key,
        })
    }
}

/// Asks who calls, and whether they may.
async fn admit<E: Endpoint>(request: &HttpRequest) -> Result<AdminCaller, AdminProblem> {
    let gate = collaborator::<AdminGate>(request)?;
    let token = header_token(request.headers()).map_err(|refused| {
        let detail = "The Authorization header has to hold one access token, as Bearer.";
        AdminProblem::new(ProblemCode::InvalidToken, detail).caused_by(refused.into_cause())
    })?;
    let token = token.ok_or_else(|| {
        let detail = "Send an access token in the Authorization header, as Bearer.";
        AdminProblem::new(ProblemCode::Unauthenticated, detail)
    })?;
    let scope = match E::ACCESS {
        Access::AnyToken => None,
        Access::Scope(scope) => Some(scope),
    };
    Ok(gate.admit(&token, scope).await?)
}

impl From<AdmissionError> for AdminProblem {
    fn from(error: AdmissionError) -> Self {
        let problem = match &error {
            AdmissionError::Unknown
            | AdmissionError::NotAlive(..)
            | AdmissionError::OtherAudience(_) => Self::new(
                ProblemCode::InvalidToken,
                "The access token is none of this server, has ended, or was revoked.",
            ),
            AdmissionError::InsufficientScope(scope, _) => Self::insufficient_scope(*scope),
            AdmissionError::NoAdministrator(_) => Self::new(
                ProblemCode::NotAnAdministrator,
                "The user of this access token is no administrator.",
            ),
            AdmissionError::NotEntitled(scope, _) => Self::new(
                ProblemCode::NotAnAdministrator,
                format!("No administrator has entitled this client to {scope}."),
            ),
            AdmissionError::Storage(storage) => {
                let is_unavailable = IsUnavailable(storage.is_unavailable());
                return Self::storage(is_unavailable, error);
            }
        };
        problem.caused_by(error)
    }
}

/// The values of the path. What is malformed names nothing.
async fn path<E: Endpoint>(request: &HttpRequest) -> Result<E::Path, AdminProblem> {
    let nothing = || AdminProblem::new(ProblemCode::NotFound, "There is nothing of this name.");
    // By order: what takes paths apart gives names to structs alone.
    let values = Path::<Vec<String>>::extract(request);
    let values = values.await.map_err(|_odd| nothing())?.into_inner();
    let value_of = |name: &str| {
        let mut named = E::Path::NAMES.iter().zip(&values);
        named.find_map(|(one, value)| (*one == name).then(|| value.clone()))
    };
    E::Path::read(&value_of).ok_or_else(nothing)
}

fn run(dry_run: Option<&str>) -> Result<Run, AdminProblem> {
    match dry_run {
        None | Some("false") => Ok(Run::ForReal),
        Some("true") => Ok(Run::Dry),
        Some(_) => Err(invalid_query(vec![FieldError {
            pointer: "dry_run".to_owned(),
            detail: "it is true or false".to_owned(),
        }])),
    }
}

/// The one value of a header. Of several nobody could say which is meant.
fn single<'r>(
    request: &'r HttpRequest,
    name: &str,
) -> Result<Option<&'r HeaderValue>, AdminProblem> {
    let mut values = request.headers().get_all(name);
    let value = values.next();
    if values.next().is_some() {
        let detail = format!("The header {name} stands more than once.");
        return Err(AdminProblem::new(ProblemCode::MalformedRequest, detail));
    }
    Ok(value)
}

/// The one version that `If-Match` names (RFC 9110 §13.1.1). `*` is met by whatever is there. Where an
/// endpoint knows no versions it is refused: whoever makes a condition counts on its being looked at.
fn if_match<E: Endpoint>(request: &HttpRequest) -> Result<Option<i64>, AdminProblem> {
    let Some(value) = single(request, "If-Match")? else {
        return Ok(None);
    };
    if !E::HEADERS.contains(&RequestHeader::IfMatch) {
        let detail = "There is no version here that If-Match could name.";
        return Err(AdminProblem::new(ProblemCode::MalformedRequest, detail));
    }
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let version = quoted.and_then(|version| version.parse().ok());
    let version = version.ok_or_else(|| {
        let detail = "If-Match has to hold one ETag as it was answered, such as \"3\".";
        AdminProblem::new(ProblemCode::MalformedRequest, detail)
    })?;
    Ok(Some(version))
}

/// What is wrong about the key, as a sentence. The key itself is in none.
fn sentence(why: IdempotencyKeyError) -> String {
    format!("Idempotency-Key: {why}.")
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<IdempotencyKey>, AdminProblem> {
    let Some(value) = single(request, "Idempotency-Key")? else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let key = text.parse().map_err(|why: IdempotencyKeyError| {
        AdminProblem::new(ProblemCode::MalformedRequest, sentence(why))
    })?;
    Ok(Some(key))
}
