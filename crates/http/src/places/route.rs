//! The lines of the URL table, by which requests are counted.

use authly_protocol::admin;
use authly_services::demo::CALLBACK;

use super::{
    ACCOUNT, ACCOUNT_APPLICATIONS, ACCOUNT_SESSIONS, API_DOCS, AUTH_LOGOUT, AUTH_REFRESH,
    AUTH_TOKEN, AUTHORIZE, CONSENT, DEMO, DEMO_INTROSPECT, DEMO_REFRESH, DEMO_REVOKE,
    DEMO_SIGN_OUT, DEMO_START, END_SESSION, HEALTH, INTROSPECT, JWKS, LIVE, LOGIN, LOGIN_PASSWORD,
    LOGOUT, OAUTH_METADATA, OPENAPI, OPENID_CONFIGURATION, Places, READY, REGISTER, REVOKE,
    SESSION_CHECK, SESSION_IFRAME, TOKEN, USERINFO,
};

/// A path of the admin API, as its endpoints name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AdminPath(&'static str);

impl AdminPath {
    /// The one that `path` has the form of: its parts are the same, but for those in braces.
    fn of(path: &str) -> Option<Self> {
        let fits = |template: &str| {
            let mut parts = path.split('/');
            let mut names = template.split('/');
            let same = names.all(|name| {
                let part = parts.next();
                part.is_some_and(|part| part == name || (name.starts_with('{') && !part.is_empty()))
            });
            same && parts.next().is_none()
        };
        // What is spelled out comes before what stands in braces.
        let fitting = admin::ALL
            .iter()
            .map(|one| one.path)
            .filter(|path| fits(path));
        fitting
            .min_by_key(|path| path.matches('{').count())
            .map(Self)
    }
}

/// Declares the lines with the template of their path, below the issuer's.
macro_rules! routes {
    ($($(#[$doc:meta])* $variant:ident = $template:expr;)+) => {
        /// A line of the URL table, or none of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Route {
            $($(#[$doc])* $variant,)+
            /// A path of the admin API.
            Admin(AdminPath),
            /// Nothing is there.
            Nowhere,
        }

        /// The lines beside the admin API.
        const LINES: &[Route] = &[$(Route::$variant,)+ Route::Nowhere];

        impl Route {
            /// Every line, and none.
            pub(crate) const EACH: &'static [Self] = &ALL;

            /// The path, with names in braces for what varies; `none` where nothing is.
            pub(crate) const fn template(self) -> &'static str {
                match self {
                    $(Self::$variant => $template,)+
                    Self::Admin(path) => path.0,
                    Self::Nowhere => "none",
                }
            }
        }
    };
}

/// Whether two texts are the same, as `==` would say if a constant could ask it.
const fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    loop {
        match (one, other) {
            ([], []) => return true,
            ([a, rest @ ..], [b, others @ ..]) if *a == *b => {
                one = rest;
                other = others;
            }
            _ => return false,
        }
    }
}

/// Whether a later endpoint has this path as well, so that the path is counted there.
const fn stands_again(path: &str, mut later: &[admin::Description]) -> bool {
    while let [endpoint, rest @ ..] = later {
        if is_same(endpoint.path, path) {
            return true;
        }
        later = rest;
    }
    false
}

/// How many paths the admin API has; several methods may share one.
const ADMIN_PATHS: usize = {
    let (mut endpoints, mut paths) = (admin::ALL, 0);
    while let [endpoint, rest @ ..] = endpoints {
        if !stands_again(endpoint.path, rest) {
            paths += 1;
        }
        endpoints = rest;
    }
    paths
};

/// Every line, each path of the admin API once.
const ALL: [Route; LINES.len() + ADMIN_PATHS] = {
    let mut all = [Route::Nowhere; LINES.len() + ADMIN_PATHS];
    let (mut own, mut endpoints) = (LINES, admin::ALL);
    let mut places: &mut [Route] = &mut all;
    while let [place, others @ ..] = places {
        if let [line, lines @ ..] = own {
            *place = *line;
            own = lines;
        } else {
            while let [endpoint, rest @ ..] = endpoints {
                endpoints = rest;
                if !stands_again(endpoint.path, rest) {
                    *place = Route::Admin(AdminPath(endpoint.path));
                    break;
                }
            }
        }
        places = others;
    }
    all
};

routes! {
    /// The authorization endpoint.
    Authorize = AUTHORIZE;
    /// The token endpoint.
    Token = TOKEN;
    /// The introspection endpoint.
    Introspect = INTROSPECT;
    /// The revocation endpoint.
    Revoke = REVOKE;
    /// The registration endpoint.
    Register = REGISTER;
    /// What one client has registered.
    Registration = "/api/v1/oauth/register/{client_id}";
    /// A login with a password.
    AuthToken = AUTH_TOKEN;
    /// Refreshes what such a login has got.
    AuthRefresh = AUTH_REFRESH;
    /// Ends such a login.
    AuthLogout = AUTH_LOGOUT;
    /// The UserInfo endpoint.
    UserInfo = USERINFO;
    /// The logout endpoint of OpenID Connect.
    EndSession = END_SESSION;
    /// The frame that answers about logins.
    SessionIframe = SESSION_IFRAME;
    /// Whether somebody is logged in.
    SessionCheck = SESSION_CHECK;
    /// The provider's metadata.
    OpenIdConfiguration = OPENID_CONFIGURATION;
    /// The authorization server's metadata.
    OAuthMetadata = OAUTH_METADATA;
    /// The public keys.
    Jwks = JWKS;
    /// The overview of the server's health.
    Health = HEALTH;
    /// Whether the process lives.
    Live = LIVE;
    /// Whether it can serve.
    Ready = READY;
    /// The OpenAPI document of the admin API.
    OpenApi = OPENAPI;
    /// The reference of the admin API.
    ApiDocs = API_DOCS;
    /// The login page.
    Login = LOGIN;
    /// The page for a change of password.
    LoginPassword = LOGIN_PASSWORD;
    /// The consent page.
    Consent = CONSENT;
    /// The logout page.
    Logout = LOGOUT;
    /// What has access in a user's name.
    Account = ACCOUNT;
    /// Ends sessions of the user's.
    AccountSessions = ACCOUNT_SESSIONS;
    /// Takes access from applications.
    AccountApplications = ACCOUNT_APPLICATIONS;
    /// Files that pages refer to.
    Static = "/static/{file}";
    /// The issuer itself.
    Home = "/";
    /// What the demonstration's application holds.
    Demo = DEMO;
    /// Begins a sign-in of the demonstration.
    DemoStart = DEMO_START;
    /// The demonstration's redirect URI.
    DemoCallback = CALLBACK;
    /// Refreshes its tokens.
    DemoRefresh = DEMO_REFRESH;
    /// Asks about its access token.
    DemoIntrospect = DEMO_INTROSPECT;
    /// Ends its grant.
    DemoRevoke = DEMO_REVOKE;
    /// Ends its session.
    DemoSignOut = DEMO_SIGN_OUT;
}

impl Places {
    /// The line of the table that answers at `path`.
    pub(crate) fn route(&self, path: &str) -> Route {
        let own = match path.strip_prefix(&self.base) {
            Some("") => Route::Home.template(),
            Some(own) if own.starts_with('/') => own,
            _ => self.metadata_alias(path),
        };
        if own.starts_with("/admin/") {
            return AdminPath::of(own).map_or(Route::Nowhere, Route::Admin);
        }
        let found = LINES.iter().find(|route| route.template() == own);
        let client = own
            .strip_prefix(REGISTER)
            .and_then(|rest| rest.strip_prefix('/'));
        let file = own.strip_prefix("/static/");
        let is_one = |part: &str| !part.is_empty() && !part.contains('/');
        match (found, file, client) {
            (Some(route), _, _) => *route,
            (None, Some(file), _) if is_one(file) => Route::Static,
            (None, _, Some(client)) if is_one(client) => Route::Registration,
            (None, _, _) => Route::Nowhere,
        }
    }

    /// The path of the metadata that stands at the root for an issuer with a path (RFC 8414 §3.1).
    fn metadata_alias<'p>(&self, path: &'p str) -> &'p str {
        match path.strip_suffix(&self.base) {
            Some(own) if [OPENID_CONFIGURATION, OAUTH_METADATA].contains(&own) => own,
            _ => Route::Nowhere.template(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn route(issuer: &str, path: &str) -> Route {
        Places::below(&issuer.parse().unwrap()).route(path)
    }

    #[test]
    fn no_line_stands_twice_and_every_path_of_the_admin_api_is_one() {
        let templates: Vec<_> = Route::EACH.iter().map(|one| one.template()).collect();
        let distinct: std::collections::BTreeSet<_> = templates.iter().collect();
        assert_eq!(distinct.len(), templates.len());
        for one in admin::ALL {
            assert!(templates.contains(&one.path), "{}", one.path);
        }
    }

    #[test]
    fn every_line_is_found_by_its_path_with_and_without_a_path_of_the_issuer() {
        let lines = Route::EACH.iter().filter(|route| **route != Route::Nowhere);
        for line in lines {
            let path = line
                .template()
                .replace("{file}", "authly.css")
                .replace("{client_id}", "client-1");
            assert_eq!(route("https://auth.example.com", &path), *line);
            let below = format!("/auth{path}");
            assert_eq!(route("https://example.com/auth", &below), *line);
        }
        assert_eq!(route("https://example.com/auth", "/auth"), Route::Home);
    }

    #[test]
    fn the_metadata_of_an_issuer_with_a_path_is_found_at_the_root_too() {
        for line in [Route::OpenIdConfiguration, Route::OAuthMetadata] {
            let path = format!("{}/auth", line.template());
            assert_eq!(route("https://example.com/auth", &path), line);
            assert_eq!(route("https://example.com", &path), Route::Nowhere);
        }
    }

    #[test]
    fn everything_else_is_nowhere() {
        for path in [
            "none",
            "/none",
            "/static/",
            "/static/a/b",
            "/static/{file}/",
            "/loginx",
            "/login/",
            "//login",
            "/LOGIN",
            "/metrics",
        ] {
            assert_eq!(
                route("https://auth.example.com", path),
                Route::Nowhere,
                "{path}"
            );
        }
        for path in ["/login", "/", "/authx/login", "/auth/auth/login"] {
            assert_eq!(
                route("https://example.com/auth", path),
                Route::Nowhere,
                "{path}"
            );
        }
    }
}
