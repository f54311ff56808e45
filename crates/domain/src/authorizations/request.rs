//! A validated authorization request, and the row that keeps it while the user is asked.

use std::str::FromStr;
use std::time::Duration;

use super::CodeChallenge;
use crate::clients::{Client, ClientId, GrantType, NonceRule, PkceRule, RedirectUri};
use crate::clock::Timestamp;
use crate::id::{AuthorizationRequestId, ClientKey, SessionId};
use crate::keys::UnknownValue;
use crate::resource_servers::KnownServers;
use crate::scopes::{Resource, Scope};
use crate::sessions::ACR_VALUES;
use crate::users::{RequestedClaim, Subject};

/// How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query: the default of `response_type=code`.
    Query,
    /// In the fragment.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
}

impl ResponseMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// Its registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

impl FromStr for ResponseMode {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or(UnknownValue)
    }
}

/// Why a `prompt` cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// `none` beside another value (OpenID Connect Core §3.1.2.1).
    #[error("none stands beside another prompt")]
    NoneWithOthers,
    /// A value that is not known.
    #[error("a prompt is not known")]
    Unknown,
}

/// What `prompt` asks for (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prompt {
    /// Nothing: pages are shown as they are needed.
    #[default]
    AsNeeded,
    /// `none`: no page may be shown.
    None,
    /// `login` or `select_account`: the login page is shown even to someone who is logged in.
    Login,
    /// `consent`: the consent page is shown even if the answer is known.
    Consent,
    /// Both of the above.
    LoginAndConsent,
}

impl Prompt {
    /// The values of the parameter that are understood, alone and, but for `none`, together.
    pub const VALUES: [&'static str; 4] = ["none", "login", "consent", "select_account"];

    /// Whether no page may be shown.
    #[must_use]
    pub const fn forbids_pages(self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether the login page must be shown.
    #[must_use]
    pub const fn wants_login(self) -> bool {
        matches!(self, Self::Login | Self::LoginAndConsent)
    }

    /// Whether the consent page must be shown.
    #[must_use]
    pub const fn wants_consent(self) -> bool {
        matches!(self, Self::Consent | Self::LoginAndConsent)
    }

    /// The parameter's value, as the column keeps it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsNeeded => "",
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::LoginAndConsent => "login consent",
        }
    }
}

impl FromStr for Prompt {
    type Err = PromptError;

    fn from_str(text: &str) -> Result<Self, PromptError> {
        let mut prompt = Self::AsNeeded;
        for (index, value) in text
            .split(' ')
            .filter(|value| !value.is_empty())
            .enumerate()
        {
            if prompt.forbids_pages() {
                return Err(PromptError::NoneWithOthers);
            }
            prompt = match value {
                "none" if index == 0 => Self::None,
                "none" => return Err(PromptError::NoneWithOthers),
                "login" | "select_account" if prompt.wants_consent() => Self::LoginAndConsent,
                "login" | "select_account" => Self::Login,
                "consent" if prompt.wants_login() => Self::LoginAndConsent,
                "consent" => Self::Consent,
                _ => return Err(PromptError::Unknown),
            };
        }
        Ok(prompt)
    }
}

/// A request that was found valid: client, redirect URI and everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client: ClientKey,
    /// Where the answer goes.
    pub redirect_uri: RedirectUri,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// What is asked for.
    pub scope: Scope,
    /// For which resource servers.
    pub resources: Vec<Resource>,
    /// Handed back byte for byte.
    pub state: Option<String>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// PKCE, unless the client is exempt.
    pub code_challenge: Option<CodeChallenge>,
    /// Which pages are wanted or forbidden.
    pub prompt: Prompt,
    /// How old the login may be.
    pub max_age: Option<Duration>,
    /// What to write into the login page's first field.
    pub login_hint: Option<String>,
    /// The claims that it asks for beside scopes, as far as the client may have them.
    pub claims: Vec<RequestedClaim>,
    /// How strongly the user is to prove who they are.
    pub acr: AcrWish,
    /// Who may answer, as the client knows them: empty for anybody.
    pub subjects: Vec<Subject>,
    /// When it came.
    pub requested_at: Timestamp,
}

/// How strongly the user is to prove who they are (OpenID Connect Core §5.5.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcrWish {
    /// One of these, if it can be: `acr_values`, and the claim `acr` where it is voluntary.
    pub wanted: Vec<String>,
    /// One of these, or an error: the claim `acr` where it is essential. Empty for any.
    pub required: Vec<String>,
}

impl AcrWish {
    /// Whether an error is all that can come of it: nobody can reach what is required.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        !self.required.is_empty() && !reachable(&self.required)
    }

    /// Whether a login that has reached `acr` is strong enough, or as strong as can be had.
    #[must_use]
    pub fn is_met_by(&self, acr: &str) -> bool {
        let names = |acrs: &[String]| acrs.iter().any(|one| one == acr);
        let is_wanted = self.wanted.is_empty() || names(&self.wanted) || !reachable(&self.wanted);
        is_wanted && self.allows(acr)
    }

    /// Whether a login that has reached `acr` may be answered at all.
    #[must_use]
    pub fn allows(&self, acr: &str) -> bool {
        self.required.is_empty() || self.required.iter().any(|one| one == acr)
    }
}

fn reachable(acrs: &[String]) -> bool {
    acrs.iter().any(|acr| ACR_VALUES.contains(&acr.as_str()))
}

impl AuthorizationRequest {
    /// What the user is asked to allow: the scopes, and those that the claims belong to.
    #[must_use]
    pub fn asked_scope(&self) -> Scope {
        let of_claims = self.claims.iter().map(|one| one.claim.scope().parse());
        // Each of them is a scope name.
        let of_claims = of_claims.filter_map(Result::ok).collect();
        self.scope.union(&of_claims)
    }

    /// The resource servers that the tokens will be for: those that it names, else the default of the
    /// client; empty for the issuer (decisions 10).
    #[must_use]
    pub fn audience<'a>(&'a self, client: &'a Client) -> &'a [Resource] {
        if self.resources.is_empty() {
            &client.default_audience
        } else {
            &self.resources
        }
    }

    /// Whether the client may still ask for this: what an administrator has taken from it while the
    /// request waited is not granted any more, nor what `servers` do not admit any more.
    #[must_use]
    pub fn is_still_allowed(&self, client: &Client, servers: &KnownServers) -> bool {
        let is_exempt = client.pkce == PkceRule::Exempt
            && self.scope.contains("openid")
            && (client.nonce == NonceRule::Exempt || self.nonce.is_some());
        client.is_active
            && client.may_use(GrantType::AuthorizationCode)
            && client
                .admitted_redirect_uri(self.redirect_uri.as_str())
                .is_some()
            && client.scope.covers(&self.scope)
            && servers.admit_all(client, &self.resources).is_ok()
            && (self.code_challenge.is_some() || is_exempt)
    }
}

/// Whether a stored request still waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredRequestState {
    /// It waits.
    Open,
    /// It was answered.
    Answered,
    /// Its time is over.
    Expired,
}

/// A row of `authorization_requests`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// Its key.
    pub id: AuthorizationRequestId,
    /// Who asks, on the wire.
    pub client_id: ClientId,
    /// The request.
    pub request: AuthorizationRequest,
    /// The session whose consent page was shown: its answer alone counts.
    pub shown_to: Option<SessionId>,
    /// Whether it still waits.
    pub state: StoredRequestState,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prompts_combine_and_none_stands_alone() {
        for (text, prompt) in [
            ("", Ok(Prompt::AsNeeded)),
            ("none", Ok(Prompt::None)),
            ("login consent", Ok(Prompt::LoginAndConsent)),
            ("consent  login", Ok(Prompt::LoginAndConsent)),
            ("select_account", Ok(Prompt::Login)),
            ("consent consent", Ok(Prompt::Consent)),
            ("none login", Err(PromptError::NoneWithOthers)),
            ("login none", Err(PromptError::NoneWithOthers)),
            ("Login", Err(PromptError::Unknown)),
        ] {
            assert_eq!(text.parse::<Prompt>(), prompt, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn prompts_mean_the_same_in_any_order_and_however_often(
            values in prop::collection::vec(prop::sample::select(
                vec!["none", "login", "consent", "select_account", "create", "Login"],
            ), 0..5),
            order: prop::sample::Index,
        ) {
            let read = |values: &[&str]| values.join(" ").parse::<Prompt>().ok();
            let mut turned = values.clone();
            let by = order.index(values.len().max(1));
            turned.rotate_left(by);
            let prompt = read(&values);
            prop_assert_eq!(read(&turned), prompt);

            let asks = |value: &str| values.contains(&value);
            let others = asks("login") || asks("consent") || asks("select_account");
            let twice = values.iter().filter(|value| **value == "none").count() > 1;
            let refused = asks("create") || asks("Login") || (asks("none") && (others || twice));
            prop_assert_eq!(prompt.is_none(), refused);
            if let Some(prompt) = prompt {
                prop_assert_eq!(prompt.forbids_pages(), asks("none"));
                prop_assert_eq!(prompt.wants_login(), asks("login") || asks("select_account"));
                prop_assert_eq!(prompt.wants_consent(), asks("consent"));
                prop_assert_eq!(prompt.as_str().parse(), Ok(prompt));
            }
        }
    }

    #[test]
    fn a_prompt_reads_back_from_its_column() {
        for text in ["", "none", "login", "consent", "login consent"] {
            assert_eq!(text.parse::<Prompt>().unwrap().as_str(), text);
        }
    }
}
