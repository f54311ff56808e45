//! Where everything is, below the issuer's path, and what kind of answer each place gives.

mod route;

use authly_domain::issuer::Issuer;

pub(crate) use self::route::Route;

/// The authorization endpoint.
pub(crate) const AUTHORIZE: &str = "/api/v1/oauth/authorize";
/// The token endpoint.
pub(crate) const TOKEN: &str = authly_domain::issuer::TOKEN_ENDPOINT;
/// The introspection endpoint.
pub(crate) const INTROSPECT: &str = "/api/v1/oauth/introspect";
/// The revocation endpoint.
pub(crate) const REVOKE: &str = "/api/v1/oauth/revoke";
/// The registration endpoint.
pub(crate) const REGISTER: &str = "/api/v1/oauth/register";
/// Where the command line logs people in with a password.
pub(crate) const AUTH_TOKEN: &str = "/api/v1/auth/token";
/// Where it refreshes what that has got.
pub(crate) const AUTH_REFRESH: &str = "/api/v1/auth/refresh";
/// Where it ends that.
pub(crate) const AUTH_LOGOUT: &str = "/api/v1/auth/logout";
/// The UserInfo endpoint.
pub(crate) const USERINFO: &str = "/oidc/userinfo";
/// The logout endpoint of OpenID Connect.
pub(crate) const END_SESSION: &str = "/oidc/logout";
/// The frame by which clients learn whether the login in a browser has changed.
pub(crate) const SESSION_IFRAME: &str = "/oidc/session/iframe";
/// Whether somebody is logged in in a browser.
pub(crate) const SESSION_CHECK: &str = "/oidc/session/check";
/// The provider's metadata.
pub(crate) const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// The authorization server's metadata.
pub(crate) const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// The public keys.
pub(crate) const JWKS: &str = "/.well-known/jwks.json";
/// The overview of the server's health.
pub(crate) const HEALTH: &str = "/health";
/// Whether the process lives.
pub(crate) const LIVE: &str = "/health/live";
/// Whether it can serve.
pub(crate) const READY: &str = "/health/ready";
/// The login page.
pub(crate) const LOGIN: &str = "/login";
/// The page for a change of password that stands before everything else.
pub(crate) const LOGIN_PASSWORD: &str = "/login/password";
/// The consent page.
pub(crate) const CONSENT: &str = "/consent";
/// The logout page.
pub(crate) const LOGOUT: &str = "/logout";
/// What has access in a user's name.
pub(crate) const ACCOUNT: &str = "/account";
/// Ends sessions of the user's.
pub(crate) const ACCOUNT_SESSIONS: &str = "/account/sessions";
/// Takes access from applications.
pub(crate) const ACCOUNT_APPLICATIONS: &str = "/account/applications";
/// The OpenAPI document of the admin API.
pub(crate) const OPENAPI: &str = "/openapi.json";
/// The reference of the admin API.
pub(crate) const API_DOCS: &str = "/api-docs";
/// What the demonstration's application holds.
pub(crate) const DEMO: &str = "/demo";
/// Begins a sign-in of the demonstration.
pub(crate) const DEMO_START: &str = "/demo/start";
/// Refreshes its tokens.
pub(crate) const DEMO_REFRESH: &str = "/demo/refresh";
/// Asks about its access token.
pub(crate) const DEMO_INTROSPECT: &str = "/demo/introspect";
/// Ends its grant.
pub(crate) const DEMO_REVOKE: &str = "/demo/revoke";
/// Forgets its tokens and ends the session.
pub(crate) const DEMO_SIGN_OUT: &str = "/demo/sign-out";

/// What a place answers with when there is nothing better to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// HTML, for people.
    Page,
    /// JSON, for programs, with the errors of OAuth.
    Json,
    /// JSON, for programs, with problem documents.
    Problem,
}

/// Whether scripts of other origins may read a place's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// They may: no credential goes along by itself there, since cookies are not read.
    AnyOrigin,
    /// They may not.
    OwnOrigin,
}

/// Whether a place is on the way of a user from a client and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It is: the client may have opened it in a window that it waits for.
    OnTheWay,
    /// It is not.
    Elsewhere,
}

/// Who may show a place in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Everybody: it is made for that.
    Anybody,
    /// Nobody.
    Nobody,
}

/// Tells places apart by their path.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    base: String,
}

impl Places {
    /// The places below the issuer's path.
    pub(crate) fn below(issuer: &Issuer) -> Self {
        Self {
            base: issuer.path().to_owned(),
        }
    }

    /// The path without the issuer's.
    fn own<'p>(&self, path: &'p str) -> &'p str {
        match path.strip_prefix(&self.base) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => path,
        }
    }

    /// What `path` answers with.
    pub(crate) fn surface(&self, path: &str) -> Surface {
        let path = self.own(path);
        if path.starts_with("/admin/") {
            return Surface::Problem;
        }
        let programs = ["/api/", "/oidc/", "/.well-known/", "/health", OPENAPI];
        let is_for_people = [AUTHORIZE, END_SESSION].contains(&path);
        if !is_for_people && programs.iter().any(|prefix| path.starts_with(prefix)) {
            Surface::Json
        } else {
            Surface::Page
        }
    }

    /// Whether scripts of other origins may read what `path` answers.
    pub(crate) fn sharing(&self, path: &str) -> Sharing {
        let path = self.own(path);
        if [TOKEN, REVOKE, USERINFO].contains(&path) || path.starts_with("/.well-known/") {
            Sharing::AnyOrigin
        } else {
            Sharing::OwnOrigin
        }
    }

    /// Who may show `path` in a frame.
    pub(crate) fn framing(&self, path: &str) -> Framing {
        if self.own(path) == SESSION_IFRAME {
            Framing::Anybody
        } else {
            Framing::Nobody
        }
    }

    /// Whether `path` is on the way of a user from a client and back.
    pub(crate) fn passage(&self, path: &str) -> Passage {
        let on_the_way = [
            AUTHORIZE,
            LOGIN,
            LOGIN_PASSWORD,
            CONSENT,
            END_SESSION,
            LOGOUT,
        ];
        if on_the_way.contains(&self.own(path)) {
            Passage::OnTheWay
        } else {
            Passage::Elsewhere
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(issuer: &str) -> Places {
        Places::below(&issuer.parse().unwrap())
    }

    #[test]
    fn people_get_pages_and_programs_get_json() {
        let places = places("https://auth.example.com");
        for path in [
            AUTHORIZE,
            END_SESSION,
            LOGIN,
            CONSENT,
            "/",
            "/no-such-page",
            "/healthy/../x",
        ] {
            let expected = if path.starts_with("/health") {
                Surface::Json
            } else {
                Surface::Page
            };
            assert_eq!(places.surface(path), expected, "{path}");
        }
        for path in ["/admin/whoami", "/admin/nothing"] {
            assert_eq!(places.surface(path), Surface::Problem, "{path}");
        }
        for path in [TOKEN, USERINFO, JWKS, READY, "/api/v1/nothing"] {
            assert_eq!(places.surface(path), Surface::Json, "{path}");
        }
    }

    #[test]
    fn an_issuer_with_a_path_moves_every_place() {
        let places = places("https://example.com/auth");
        assert_eq!(places.surface("/auth/api/v1/oauth/token"), Surface::Json);
        assert_eq!(
            places.surface("/auth/api/v1/oauth/authorize"),
            Surface::Page
        );
        assert_eq!(places.sharing("/auth/oidc/userinfo"), Sharing::AnyOrigin);
        let alias = "/.well-known/openid-configuration/auth";
        assert_eq!(places.sharing(alias), Sharing::AnyOrigin);
        assert_eq!(places.passage("/authx/login"), Passage::Elsewhere);
    }

    #[test]
    fn the_authorization_endpoint_and_introspection_are_not_shared() {
        let places = places("https://auth.example.com");
        for path in [
            AUTHORIZE,
            LOGIN,
            CONSENT,
            LOGOUT,
            END_SESSION,
            INTROSPECT,
            HEALTH,
        ] {
            assert_eq!(places.sharing(path), Sharing::OwnOrigin, "{path}");
        }
    }
}
