//! What pages need to know.

/// What the login page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginView {
    /// Where the login leads: the client's name.
    pub client_name: String,
    /// What to write into the first field.
    pub login_hint: Option<String>,
}

/// Whether a scope can be declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeOption {
    /// It comes with the rest.
    Required,
    /// It can be declined.
    Optional,
}

/// One scope on the consent page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeLine {
    /// Its name, and the value of its field.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Whether it can be declined.
    pub option: ScopeOption,
}

/// What the consent page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// Who asks.
    pub client_name: String,
    /// A page about them.
    pub client_uri: Option<String>,
    /// Their privacy policy.
    pub policy_uri: Option<String>,
    /// Their terms of service.
    pub tos_uri: Option<String>,
    /// Who is logged in.
    pub username: String,
    /// Where the answer goes: origin of the redirect URI, or its scheme.
    pub destination: String,
    /// The names of the resource servers that the access is for.
    pub services: Vec<String>,
    /// What is asked for.
    pub scopes: Vec<ScopeLine>,
}
