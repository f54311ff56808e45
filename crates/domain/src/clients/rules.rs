//! What the registration of a client has to be, whoever makes it: every rule that spans several
//! members, or bounds one. All that is wrong is found at once.

use super::{
    AuthMethod, Client, ClientProfile, ClientType, ConsentPolicy, GrantType, LifetimeBounds,
    NonceRule, PkceRule, RedirectUri, SectorError, SubjectType,
};

/// The most characters of a name.
pub const MAX_NAME: usize = 200;
/// The most redirect URIs of either kind.
pub const MAX_REDIRECT_URIS: usize = 100;
/// The most resources, and the most audiences.
pub const MAX_RESOURCES: usize = 50;
/// The longest address that is shown.
const MAX_ADDRESS: usize = 2_048;

/// Something that is wrong about a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The member, by its registered name.
    pub member: &'static str,
    /// What is wrong, for people.
    pub what: String,
}

impl Flaw {
    /// This is wrong about this member.
    #[must_use]
    pub fn of(member: &'static str, what: impl Into<String>) -> Self {
        Self {
            member,
            what: what.into(),
        }
    }
}

impl Client {
    /// Everything that is wrong about the registration. Its parts are valid each by itself: a redirect
    /// URI, say, cannot be anything else.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        self.check_name(&mut flaws);
        self.check_type(&mut flaws);
        self.check_keys(&mut flaws);
        self.check_profile(&mut flaws);
        self.check_grants(&mut flaws);
        self.check_counts(&mut flaws);
        self.check_addresses(&mut flaws);
        self.check_sector(&mut flaws);
        self.check_frontchannel(&mut flaws);
        self.check_encryption(&mut flaws);
        self.check_requests(&mut flaws);
        self.check_lifetimes(&mut flaws);
        flaws
    }

    /// What is allowed and weakens the client all the same (decisions 19).
    #[must_use]
    pub fn warnings(&self) -> Vec<&'static str> {
        let mut warnings = Vec::new();
        if self.pkce == PkceRule::Exempt {
            warnings.push(
                "require_pkce is false: a code that is stolen on its way can be redeemed by whoever \
                 holds the client's secret.",
            );
        }
        if self.nonce == NonceRule::Exempt {
            warnings.push(
                "require_nonce is false: the client cannot tell an ID token that was replayed to it.",
            );
        }
        if self.consent == ConsentPolicy::FirstParty {
            warnings.push("require_consent is false: users are not asked before it gets access.");
        }
        warnings
    }

    fn check_name(&self, flaws: &mut Vec<Flaw>) {
        let length = self.name.chars().count();
        if length == 0 || length > MAX_NAME || self.name.chars().any(char::is_control) {
            let what = "a client_name has 1 to 200 characters, none of them a control character";
            flaws.push(Flaw::of("client_name", what));
        }
    }

    fn check_type(&self, flaws: &mut Vec<Flaw>) {
        let is_public = self.client_type == ClientType::Public;
        if is_public != (self.auth_method == AuthMethod::None) {
            flaws.push(Flaw::of(
                "token_endpoint_auth_method",
                "token_endpoint_auth_method none belongs to public clients, and only to them",
            ));
        }
        let is_held = !self.can_be_exempted();
        let what = "require_pkce and require_nonce can be false for confidential OpenID clients";
        if self.pkce == PkceRule::Exempt && is_held {
            flaws.push(Flaw::of("require_pkce", what));
        }
        if self.nonce == NonceRule::Exempt && is_held {
            flaws.push(Flaw::of("require_nonce", what));
        }
    }

    /// RFC 7591 §2, OpenID Connect Dynamic Client Registration §2.
    fn check_keys(&self, flaws: &mut Vec<Flaw>) {
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            let what = "jwks and jwks_uri exclude each other";
            flaws.push(Flaw::of("jwks_uri", what));
        }
        let is_by_key = self.auth_method == AuthMethod::PrivateKeyJwt;
        if is_by_key && self.jwks.is_none() && self.jwks_uri.is_none() {
            let what = "private_key_jwt needs jwks or jwks_uri";
            flaws.push(Flaw::of("token_endpoint_auth_method", what));
        }
        let Some(alg) = self.assertion_alg else {
            return;
        };
        let member = "token_endpoint_auth_signing_alg";
        if !is_by_key {
            let what = "token_endpoint_auth_signing_alg is for private_key_jwt";
            flaws.push(Flaw::of(member, what));
        } else if !self.profile.signing_algorithms().contains(&alg) {
            let what = "RS256 is for clients of the profile oidc";
            flaws.push(Flaw::of(member, what));
        }
    }

    fn check_profile(&self, flaws: &mut Vec<Flaw>) {
        let is_public = self.client_type == ClientType::Public;
        if self.profile == ClientProfile::Fapi2 && is_public {
            let what = "the profile fapi2 is for confidential clients";
            flaws.push(Flaw::of("profile", what));
        }
    }

    fn check_grants(&self, flaws: &mut Vec<Flaw>) {
        let is_public = self.client_type == ClientType::Public;
        if is_public && self.may_use(GrantType::ClientCredentials) {
            let what = "client_credentials is for confidential clients";
            flaws.push(Flaw::of("grant_types", what));
        }
        if self.may_use(GrantType::RefreshToken) && !self.may_use(GrantType::AuthorizationCode) {
            let what = "refresh_token needs authorization_code";
            flaws.push(Flaw::of("grant_types", what));
        }
        if self.may_use(GrantType::AuthorizationCode) && self.redirect_uris.is_empty() {
            let what = "authorization_code needs at least one redirect_uri";
            flaws.push(Flaw::of("redirect_uris", what));
        }
        if !self.scope.covers(&self.optional_scope) {
            flaws.push(Flaw::of(
                "optional_scope",
                "optional_scope is a part of scope",
            ));
        }
    }

    fn check_counts(&self, flaws: &mut Vec<Flaw>) {
        for (member, count, most) in [
            ("redirect_uris", self.redirect_uris.len(), MAX_REDIRECT_URIS),
            (
                "post_logout_redirect_uris",
                self.post_logout_redirect_uris.len(),
                MAX_REDIRECT_URIS,
            ),
            ("resources", self.resources.len(), MAX_RESOURCES),
            (
                "default_audience",
                self.default_audience.len(),
                MAX_RESOURCES,
            ),
        ] {
            if count > most {
                flaws.push(Flaw::of(
                    member,
                    format!("{member} has at most {most} entries"),
                ));
            }
        }
    }

    fn check_addresses(&self, flaws: &mut Vec<Flaw>) {
        for (member, uri) in [
            ("client_uri", &self.client_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ] {
            if uri.as_deref().is_some_and(|uri| !is_web_address(uri)) {
                flaws.push(Flaw::of(member, format!("{member} is no https address")));
            }
        }
    }

    /// What is opened in a frame is of the client itself (Front-Channel Logout §2).
    fn check_frontchannel(&self, flaws: &mut Vec<Flaw>) {
        let Some(uri) = &self.logout.frontchannel_uri else {
            return;
        };
        let own = uri.as_url().origin();
        let is_own = |redirect: &RedirectUri| {
            url::Url::parse(redirect.as_str()).is_ok_and(|url| url.origin() == own)
        };
        if !self.redirect_uris.iter().any(is_own) {
            let what = "scheme, host and port are those of one of the redirect_uris";
            flaws.push(Flaw::of("frontchannel_logout_uri", what));
        }
    }

    /// OpenID Connect Core §8.1.
    fn check_sector(&self, flaws: &mut Vec<Flaw>) {
        let uri = self.openid.sector_identifier_uri.as_deref();
        if uri.is_some_and(|uri| !is_web_address(uri)) {
            let why = SectorError::NotHttps.to_string();
            flaws.push(Flaw::of("sector_identifier_uri", why));
        } else if let Err(why) = self.sector() {
            match why {
                SectorError::NotHttps => {
                    flaws.push(Flaw::of("sector_identifier_uri", why.to_string()));
                }
                SectorError::SeveralHosts if self.openid.subject_type == SubjectType::Pairwise => {
                    flaws.push(Flaw::of("subject_type", why.to_string()));
                }
                SectorError::SeveralHosts => {}
            }
        }
    }

    /// That there is a key for everything that is to be encrypted, in the registration itself: a document
    /// is encrypted in the midst of answering, where nothing is fetched.
    fn check_encryption(&self, flaws: &mut Vec<Flaw>) {
        let openid = &self.openid;
        for (alg_member, enc_member, registered) in [
            (
                "id_token_encrypted_response_alg",
                "id_token_encrypted_response_enc",
                openid.id_token_encryption,
            ),
            (
                "userinfo_encrypted_response_alg",
                "userinfo_encrypted_response_enc",
                openid.userinfo_encryption,
            ),
        ] {
            let Some(alg) = registered.alg else {
                if registered.enc.is_some() {
                    flaws.push(Flaw::of(
                        enc_member,
                        format!("{enc_member} needs {alg_member}"),
                    ));
                }
                continue;
            };
            let key = self.jwks.as_ref().and_then(|keys| keys.for_encryption(alg));
            if key.is_none() {
                let what = match self.jwks_uri {
                    Some(_) => format!("{alg_member} needs jwks in the place of jwks_uri"),
                    None => format!("{alg_member}: jwks has no key for {}", alg.as_str()),
                };
                flaws.push(Flaw::of(alg_member, what));
            }
        }
    }

    fn check_lifetimes(&self, flaws: &mut Vec<Flaw>) {
        let own = &self.lifetimes;
        for (member, lifetime, bounds) in [
            ("access_token_lifetime", own.access, LifetimeBounds::ACCESS),
            (
                "refresh_token_idle_lifetime",
                own.refresh_idle,
                LifetimeBounds::REFRESH_IDLE,
            ),
            (
                "refresh_token_absolute_lifetime",
                own.refresh_absolute,
                LifetimeBounds::REFRESH_ABSOLUTE,
            ),
            (
                "default_max_age",
                self.openid.default_max_age,
                LifetimeBounds::MAX_AGE,
            ),
        ] {
            flaws.extend(lifetime.and_then(|lifetime| bounds.flaw(member, lifetime)));
        }
    }
}

/// Whether a browser can be sent there from a page of ours.
fn is_web_address(uri: &str) -> bool {
    let is_plain = uri.len() <= MAX_ADDRESS && uri.bytes().all(|byte| byte.is_ascii_graphic());
    let url = url::Url::parse(uri);
    is_plain && url.is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

#[cfg(test)]
mod tests;
