//! What clients that register themselves may register, now and later.

use url::Url;

use crate::clients::{ApplicationType, Client, Flaw, GrantType, RedirectUri};
use crate::scopes::Scope;

/// The most hosts that one token names.
pub const MAX_HOSTS: usize = 50;

/// One of a client's lists of addresses.
type Addresses = fn(&Client) -> &Vec<RedirectUri>;

/// The bounds of a registration. They stay with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationBounds {
    /// The most that it may ask for.
    pub scope: Scope,
    /// The grants that it may use.
    pub grant_types: Vec<GrantType>,
    /// The hosts that its redirect URIs may have, those for after a logout too; empty for any.
    pub redirect_hosts: Vec<String>,
}

impl RegistrationBounds {
    /// A client that has users, within this scope.
    #[must_use]
    pub fn of_scope(scope: Scope) -> Self {
        Self {
            scope,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            redirect_hosts: Vec::new(),
        }
    }

    /// Everything that is wrong about them.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if self.scope.administers() {
            let what = "no client registers itself for administration";
            flaws.push(Flaw::of("scope", what));
        }
        if self.grant_types.is_empty() {
            let what = "a client needs at least one of grant_types";
            flaws.push(Flaw::of("grant_types", what));
        }
        if self.redirect_hosts.len() > MAX_HOSTS {
            let what = format!("at most {MAX_HOSTS} hosts are named");
            flaws.push(Flaw::of("redirect_hosts", what));
        } else if !self.redirect_hosts.iter().all(|host| is_host(host)) {
            let what = "a host is written as in an https address, in small letters and alone";
            flaws.push(Flaw::of("redirect_hosts", what));
        }
        flaws
    }

    /// What is wrong about a client that has registered itself within these bounds, beside what is
    /// wrong about any. The addresses that it had `before` may stay: an administrator may have added
    /// them.
    #[must_use]
    pub fn exceeded(&self, client: &Client, before: Option<&Client>) -> Vec<Flaw> {
        let had = |of: Addresses, uri: &RedirectUri| {
            before.is_some_and(|before| of(before).contains(uri))
        };
        let mut flaws = Vec::new();
        if !self.scope.covers(&client.scope) {
            flaws.push(Flaw::of("scope", "this scope is not allowed here"));
        }
        if client.grant_types.is_empty() {
            flaws.push(Flaw::of("grant_types", "at least one grant is needed"));
        }
        let mut grants = client.grant_types.iter();
        if !grants.all(|grant| self.grant_types.contains(grant)) {
            flaws.push(Flaw::of("grant_types", "these grants are not allowed here"));
        }
        // Decisions 21: what is on the user's device is a native application.
        let is_plain = |uri: &RedirectUri| {
            uri.as_str().starts_with("http://") && !had(|client| &client.redirect_uris, uri)
        };
        if client.application_type == ApplicationType::Web
            && client.redirect_uris.iter().any(is_plain)
        {
            let what = "the redirect_uris of a web application begin with https";
            flaws.push(Flaw::of("redirect_uris", what));
        }
        let members: [(_, Addresses); 2] = [
            ("redirect_uris", |client| &client.redirect_uris),
            ("post_logout_redirect_uris", |client| {
                &client.post_logout_redirect_uris
            }),
        ];
        for (member, of) in members {
            let mut uris = of(client).iter();
            if !uris.all(|uri| self.admits(uri) || had(of, uri)) {
                flaws.push(Flaw::of(member, "such a host is not allowed here"));
            }
        }
        flaws
    }

    fn admits(&self, uri: &RedirectUri) -> bool {
        if self.redirect_hosts.is_empty() {
            return true;
        }
        let url = Url::parse(uri.as_str()).ok();
        let url = url.filter(|url| url.scheme() == "https");
        let host = url.as_ref().and_then(Url::host_str);
        host.is_some_and(|host| self.redirect_hosts.iter().any(|one| one == host))
    }
}

/// Whether it is the host of an https address as browsers write it.
fn is_host(text: &str) -> bool {
    let url = Url::parse(&format!("https://{text}/"));
    url.is_ok_and(|url| url.host_str() == Some(text))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::clients::sample::client;

    fn members(flaws: Vec<Flaw>) -> Vec<&'static str> {
        flaws.into_iter().map(|flaw| flaw.member).collect()
    }

    fn exceeded(
        bounds: &RegistrationBounds,
        change: impl FnOnce(&mut Client),
    ) -> Vec<&'static str> {
        let mut client = client();
        client.scope = bounds.scope.clone();
        client.grant_types = vec![GrantType::AuthorizationCode];
        client.redirect_uris = vec!["https://app.example/".parse().unwrap()];
        client.post_logout_redirect_uris = Vec::new();
        change(&mut client);
        members(bounds.exceeded(&client, None))
    }

    #[test]
    fn a_client_stays_within_its_bounds() {
        let bounds = RegistrationBounds::of_scope("openid email".parse().unwrap());
        let local = || vec!["http://127.0.0.1/".parse().unwrap()];
        assert_eq!(exceeded(&bounds, |_client| {}), [""; 0]);
        let native = exceeded(&bounds, |client| {
            client.application_type = ApplicationType::Native;
            client.redirect_uris = local();
        });
        assert_eq!(native, [""; 0]);
        let wider = exceeded(&bounds, |client| {
            client.scope = "openid phone".parse().unwrap();
        });
        assert_eq!(wider, ["scope"]);
        let machine = exceeded(&bounds, |client| {
            client.grant_types = vec![GrantType::ClientCredentials];
        });
        assert_eq!(machine, ["grant_types"]);
        let none = exceeded(&bounds, |client| client.grant_types = Vec::new());
        assert_eq!(none, ["grant_types"]);
        let plain = exceeded(&bounds, |client| client.redirect_uris = local());
        assert_eq!(plain, ["redirect_uris"]);
    }

    #[test]
    fn where_hosts_are_named_no_address_has_another() {
        let bounds = RegistrationBounds {
            redirect_hosts: vec!["app.example".to_owned()],
            ..RegistrationBounds::of_scope("openid".parse().unwrap())
        };
        let with = |uri: &str| {
            exceeded(&bounds, |client| {
                client.application_type = ApplicationType::Native;
                client.redirect_uris.push(uri.parse().unwrap());
            })
        };
        for right in ["https://app.example/other", "https://app.example:8443/"] {
            assert_eq!(with(right), [""; 0], "{right}");
        }
        for wrong in [
            "https://sub.app.example/",
            "https://app.example.org/",
            "http://127.0.0.1/",
            "com.example.app:/callback",
        ] {
            assert_eq!(with(wrong), ["redirect_uris"], "{wrong}");
        }
        let logout = exceeded(&bounds, |client| {
            client.post_logout_redirect_uris = vec!["https://b.example/".parse().unwrap()];
        });
        assert_eq!(logout, ["post_logout_redirect_uris"]);
    }

    #[test]
    fn addresses_that_stood_there_before_may_stay() {
        let bounds = RegistrationBounds {
            redirect_hosts: vec!["app.example".to_owned()],
            ..RegistrationBounds::of_scope("openid".parse().unwrap())
        };
        let mut before = client();
        before.scope = bounds.scope.clone();
        before.grant_types = vec![GrantType::AuthorizationCode];
        before.redirect_uris = vec!["http://127.0.0.1/".parse().unwrap()];
        before.post_logout_redirect_uris = vec!["https://b.example/".parse().unwrap()];
        assert_eq!(members(bounds.exceeded(&before, Some(&before))), [""; 0]);
        let mut after = before.clone();
        after.redirect_uris = vec!["https://b.example/".parse().unwrap()];
        let new = bounds.exceeded(&after, Some(&before));
        assert_eq!(members(new), ["redirect_uris"]);
    }

    #[test]
    fn bounds_name_hosts_and_grants_and_no_administration() {
        let flawed = |change: &dyn Fn(&mut RegistrationBounds)| {
            let mut bounds = RegistrationBounds::of_scope("openid".parse().unwrap());
            change(&mut bounds);
            members(bounds.flaws())
        };
        assert_eq!(flawed(&|_bounds| {}), [""; 0]);
        let admin = flawed(&|bounds| bounds.scope = "admin:clients:read".parse().unwrap());
        assert_eq!(admin, ["scope"]);
        let none = flawed(&|bounds| bounds.grant_types.clear());
        assert_eq!(none, ["grant_types"]);
        for host in [
            "",
            "App.example",
            "app.example/",
            "a b",
            "app.example:80",
            "me@app.example",
        ] {
            let wrong = flawed(&|bounds| bounds.redirect_hosts = vec![host.to_owned()]);
            assert_eq!(wrong, ["redirect_hosts"], "{host}");
        }
        let many = flawed(&|bounds| {
            bounds.redirect_hosts = vec!["app.example".to_owned(); MAX_HOSTS + 1];
        });
        assert_eq!(many, ["redirect_hosts"]);
    }
}
