//! What may happen that is worth keeping.

/// Declares the actions with their names.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditAction {
            $($(#[$doc])* $name,)+
        }

        impl AuditAction {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name in the column. What is done through the admin API is named as its endpoint.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

actions! {
    /// Somebody logged in.
    LoggedIn = "login.succeeded",
    /// A login was refused: the name or the password was wrong, or the account is disabled.
    LoginFailed = "login.failed",
    /// Too many attempts: the first refusal of each window.
    LoginThrottled = "login.throttled",
    /// Somebody logged out.
    LoggedOut = "logout",
    /// A user changed their password; their other sessions and grants ended.
    PasswordChanged = "password.changed",
    /// A user agreed to what a client asked for.
    ConsentGiven = "consent.given",
    /// A user declined what a client asked for.
    ConsentDenied = "consent.denied",
    /// A spent refresh token was presented again, and its grant revoked.
    RefreshTokenReuse = "refresh_token.reused",
    /// A redeemed code was presented again, and its grant revoked.
    CodeReplay = "code.replayed",
    /// A client revoked a token of its own (RFC 7009), a refresh token with its grant.
    TokenRevokedByClient = "token.revoked",
    /// Too many wrong secrets of a client, or from an address: the first refusal of each window.
    ClientThrottled = "client.throttled",
    /// A user changed their own claims.
    OwnClaimsChanged = "claims.changed",
    /// An administrator looked at what tells of people.
    PersonalDataRead = "personal_data.read",
    /// The first administrator was created.
    AdministratorCreated = "administrator.created",
    /// A seed was applied.
    SeedApplied = "seed.applied",
    /// The signing keys were rotated, by schedule or on the server's machine.
    KeysRotated = "signing_keys.rotated",
    /// Clients encrypt to another key from now on, by schedule.
    EncryptionKeyReplaced = "encryption_key.replaced",
    /// Events that are older than the setting keeps them were removed.
    AuditTrimmed = "trail.trimmed",
    /// Settings were changed.
    SettingsChanged = "settings.change",
    /// A client was registered.
    ClientCreated = "clients.create",
    /// A client was changed.
    ClientUpdated = "clients.update",
    /// A client was deleted.
    ClientDeleted = "clients.delete",
    /// A client may work again.
    ClientEnabled = "clients.enable",
    /// A client may not work any more.
    ClientDisabled = "clients.disable",
    /// A client got another secret.
    ClientSecretRotated = "clients.rotate_secret",
    /// A client got a secret that was made elsewhere.
    ClientSecretSet = "clients.set_secret",
    /// What a client may ask for was changed.
    ClientScopesAssigned = "clients.assign_scopes",
    /// What a client may administer was changed.
    ClientEntitled = "clients.entitle",
    /// A token was made that lets clients register themselves.
    InitialAccessTokenCreated = "initial_access_tokens.create",
    /// Such a token was deleted.
    InitialAccessTokenDeleted = "initial_access_tokens.delete",
    /// A client registered itself.
    ClientRegistered = "client.registered",
    /// A client replaced what it had registered.
    RegistrationReplaced = "client.registration_replaced",
    /// A client removed itself.
    RegistrationDeleted = "client.registration_deleted",
    /// A client that had registered itself was removed, since nobody used it.
    ClientExpired = "client.expired",
    /// A scope was added.
    ScopeCreated = "scopes.create",
    /// A scope was changed.
    ScopeUpdated = "scopes.update",
    /// A scope can be asked for again.
    ScopeEnabled = "scopes.enable",
    /// A scope cannot be asked for any more.
    ScopeDisabled = "scopes.disable",
    /// A scope was removed.
    ScopeDeleted = "scopes.delete",
    /// A resource server was registered.
    ResourceServerCreated = "resource_servers.create",
    /// A resource server was changed.
    ResourceServerUpdated = "resource_servers.update",
    /// Tokens are issued for a resource server again.
    ResourceServerEnabled = "resource_servers.enable",
    /// No tokens are issued for a resource server any more.
    ResourceServerDisabled = "resource_servers.disable",
    /// A resource server was removed.
    ResourceServerDeleted = "resource_servers.delete",
    /// A session was ended.
    SessionEnded = "sessions.end",
    /// The sessions of a user were ended.
    SessionsEnded = "sessions.end_all",
    /// A client is told once more that a session has ended.
    LogoutCallRetried = "logout_calls.retry",
    /// A grant was revoked.
    GrantRevoked = "grants.revoke",
    /// The grants of a user were revoked.
    GrantsOfUserRevoked = "grants.revoke_of_user",
    /// The grants of a client were revoked.
    GrantsOfClientRevoked = "grants.revoke_of_client",
    /// A token was revoked.
    TokenRevoked = "tokens.revoke",
    /// Everything of a client was revoked.
    TokensOfClientRevoked = "tokens.revoke_of_client",
    /// An administrator let other keys sign.
    KeysRotatedByAdministrator = "keys.rotate",
    /// A key was withdrawn.
    KeyRevoked = "keys.revoke",
    /// A user was made.
    UserCreated = "users.create",
    /// A user whom another server had was taken over.
    UserImported = "users.import",
    /// A user was changed.
    UserUpdated = "users.update",
    /// A user was deleted with everything of theirs.
    UserDeleted = "users.delete",
    /// A user may not log in any more.
    UserDisabled = "users.disable",
    /// A user may log in again.
    UserEnabled = "users.enable",
    /// Failed logins were forgotten.
    UserUnlocked = "users.unlock",
    /// An address was taken as proven.
    UserVerified = "users.verify",
    /// A user may administer.
    UserMadeAdministrator = "users.set_admin",
    /// A user may not administer any more.
    UserNoAdministrator = "users.unset_admin",
    /// A user got another password.
    UserPasswordReset = "users.reset_password",
    /// The next login leads to a change of password.
    UserPasswordChangeRequired = "users.require_password_change",
    /// A consent was withdrawn.
    ConsentRevoked = "users.consents.revoke",
}
