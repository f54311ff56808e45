//! Clients that register themselves
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)): who lets them, and within which bounds.

mod bounds;
mod declaration;
mod statement;

use std::time::Duration;

use crate::clients::{Client, ClientProfile, Flaw, NonceRule, PkceRule, named};
use crate::clock::Timestamp;
use crate::id::InitialAccessTokenId;
use crate::scopes::Scope;

pub use bounds::{MAX_HOSTS, RegistrationBounds};
pub use declaration::Declaration;
pub use statement::{StatementFlaw, StatementIssuers, StatementTimes};

/// The most clients that one initial access token lets register.
pub const MOST_CLIENTS: u32 = 1_000;
/// How long an initial access token may live.
pub const LONGEST: Duration = Duration::from_hours(24 * 90);
/// The longest name of one, in characters.
const MAX_NAME: usize = 200;

named! {
    /// Who may register a client.
    RegistrationMode {
        /// Nobody but administrators.
        Closed = "closed",
        /// Whoever shows an initial access token.
        Token = "token",
        /// Everybody, and with an initial access token within its bounds.
        Open = "open",
    }
}

/// What a client that registers itself may become: an administrator has said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// What it may register, now and later.
    pub bounds: RegistrationBounds,
    /// The rules that it goes by.
    pub profile: ClientProfile,
    /// Whether its requests have to carry a code challenge, where it is one that can be exempted.
    pub pkce: PkceRule,
    /// Whether they have to carry a nonce where they carry no challenge, likewise.
    pub nonce: NonceRule,
}

/// A token that lets clients register themselves (RFC 7591 §3), without itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// Its id.
    pub id: InitialAccessTokenId,
    /// What administrators know it as.
    pub name: String,
    /// What the clients may become.
    pub policy: RegistrationPolicy,
    /// How many more clients it lets register.
    pub clients_left: u32,
    /// How many it has let.
    pub clients_made: u32,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

impl InitialAccessToken {
    /// Everything that is wrong about one that is to be made.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = self.policy.bounds.flaws();
        let length = self.name.chars().count();
        if length == 0 || length > MAX_NAME || self.name.chars().any(char::is_control) {
            let what = "a name has 1 to 200 characters, none of them a control character";
            flaws.push(Flaw::of("name", what));
        }
        if self.clients_left == 0 || self.clients_left > MOST_CLIENTS {
            let what = format!("a token lets 1 to {MOST_CLIENTS} clients register");
            flaws.push(Flaw::of("max_clients", what));
        }
        let lifetime = self.expires_at.since(self.created_at);
        if lifetime.is_zero() || lifetime > LONGEST {
            flaws.push(Flaw::of("expires_in", "a token lives 1 second to 90 days"));
        }
        if self.policy.nonce == NonceRule::Exempt && self.policy.pkce == PkceRule::Required {
            let what = "require_nonce can be false where require_pkce is";
            flaws.push(Flaw::of("require_nonce", what));
        }
        flaws
    }
}

impl RegistrationPolicy {
    /// What everybody may register within this scope, where registration is open: a client that has
    /// users, by the strict rules.
    #[must_use]
    pub fn open(scope: Scope) -> Self {
        Self {
            bounds: RegistrationBounds::of_scope(scope),
            profile: ClientProfile::Strict,
            pkce: PkceRule::Required,
            nonce: NonceRule::Required,
        }
    }

    /// What a client is before it says anything of itself.
    pub fn begin(&self, client: &mut Client) {
        client.profile = self.profile;
        client.scope = self.bounds.scope.clone();
    }

    /// Exempts a client from what the administrator has said, if it is one that can be.
    pub fn exempt(&self, client: &mut Client) {
        if client.can_be_exempted() {
            client.pkce = self.pkce;
            client.nonce = self.nonce;
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::clients::ClientType;
    use crate::clients::sample::client;

    fn policy() -> RegistrationPolicy {
        RegistrationPolicy {
            bounds: RegistrationBounds::of_scope("openid email".parse().unwrap()),
            profile: ClientProfile::Oidc,
            pkce: PkceRule::Exempt,
            nonce: NonceRule::Exempt,
        }
    }

    fn flawed(change: impl FnOnce(&mut InitialAccessToken)) -> Vec<&'static str> {
        let now = Timestamp::from_unix_seconds(1_780_000_000).unwrap();
        let mut token = InitialAccessToken {
            id: InitialAccessTokenId::from_uuid(uuid::Uuid::nil()),
            name: "Suite".to_owned(),
            policy: policy(),
            clients_left: 1,
            clients_made: 0,
            expires_at: now.plus(Duration::from_hours(1)),
            created_at: now,
        };
        change(&mut token);
        token.flaws().into_iter().map(|flaw| flaw.member).collect()
    }

    #[test]
    fn a_token_has_a_name_an_end_and_a_number_of_clients() {
        assert_eq!(flawed(|_token| {}), [""; 0]);
        for name in ["", "a\tb", &"a".repeat(201)] {
            assert_eq!(flawed(|token| token.name = name.to_owned()), ["name"]);
        }
        for count in [0, MOST_CLIENTS + 1] {
            assert_eq!(flawed(|token| token.clients_left = count), ["max_clients"]);
        }
        for lifetime in [Duration::ZERO, LONGEST + Duration::from_secs(1)] {
            let flaws = flawed(|token| token.expires_at = token.created_at.plus(lifetime));
            assert_eq!(flaws, ["expires_in"]);
        }
        let admin = "openid admin:clients:read".parse().unwrap();
        let admin = flawed(|token| token.policy.bounds.scope = admin);
        assert_eq!(admin, ["scope"]);
        let nonce = flawed(|token| token.policy.pkce = PkceRule::Required);
        assert_eq!(nonce, ["require_nonce"]);
    }

    #[test]
    fn only_confidential_openid_clients_are_exempted() {
        for (client_type, scope, expected) in [
            (ClientType::Confidential, "openid", PkceRule::Exempt),
            (ClientType::Confidential, "email", PkceRule::Required),
            (ClientType::Public, "openid", PkceRule::Required),
        ] {
            let mut client = client();
            client.client_type = client_type;
            client.scope = scope.parse().unwrap();
            policy().exempt(&mut client);
            assert_eq!(client.pkce, expected, "{client_type:?} {scope}");
        }
    }
}
