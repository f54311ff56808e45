//! The parameters of an authorization request as they came.

/// The parameters of an authorization request (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2.1) as
/// they came: unknown ones left out, empty ones absent.
#[derive(Debug, Default)]
pub struct AuthorizationParameters {
    /// Names of parameters that stood there more than once; all but `resource` are refused.
    pub repeated: Vec<String>,
    /// `client_id`.
    pub client_id: Option<String>,
    /// `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// `response_type`.
    pub response_type: Option<String>,
    /// `response_mode`.
    pub response_mode: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `state`.
    pub state: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// `code_challenge`.
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
    /// `prompt`.
    pub prompt: Option<String>,
    /// `max_age`.
    pub max_age: Option<String>,
    /// `login_hint`.
    pub login_hint: Option<String>,
    /// `claims` (OpenID Connect Core §5.5).
    pub claims: Option<String>,
    /// `acr_values`.
    pub acr_values: Option<String>,
    /// `id_token_hint`.
    pub id_token_hint: Option<String>,
    /// Each `resource` (RFC 8707).
    pub resources: Vec<String>,
    /// `request`: a request object (RFC 9101 §5.1).
    pub request: Option<String>,
    /// `request_uri`: where there is one (RFC 9101 §5.2).
    pub request_uri: Option<String>,
}
