//! Every reason for which a request is refused, with its sentence.

use std::str::FromStr;

use crate::grants::NotAlive;
use crate::keys::UnknownValue;
use crate::tokens::TokenNotAlive;

/// Declares the reasons, each with its name and its sentence.
macro_rules! reasons {
    ($($variant:ident = $name:literal, $sentence:literal;)+) => {
        /// Why a request was refused. Names are added, never changed; `docs/explain.md` lists them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it means, in plain words.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence,)+
                }
            }
        }
    };
}

reasons! {
    // Reading a request.
    BadEncoding = "bad_encoding", "The parameters are not well encoded.";
    BodyUnreadable = "body_unreadable", "The body ended early, or the connection broke.";
    BodyTooLong = "body_too_long", "The body is longer than listen.max_body_bytes allows.";
    AddressTooLong = "address_too_long", "The address of the request is too long.";
    CompressedBody = "compressed_body", "The body was compressed, which is not taken.";
    MediaType = "unsupported_media_type", "The body has another content type than the endpoint takes.";
    ParameterMissing = "parameter_missing", "A parameter is missing.";
    ParameterRepeated = "parameter_repeated", "A parameter stands in the request more than once.";
    ParameterNul = "parameter_nul", "A parameter holds a NUL character.";
    UnreadableRequest = "unreadable_request", "The web server could not read the request.";
    NotFound = "not_found", "Nothing of this name is there.";
    MethodNotAllowed = "method_not_allowed", "The endpoint takes other methods.";

    // The client at the token endpoint.
    ClientNotNamed = "client_not_named", "The request names no client.";
    SeveralClientMethods = "several_client_methods", "The client authenticated in more than one way at once.";
    ClientAssertion = "client_assertion", "The client_assertion_type is not the one of JWTs, or no client_assertion stands beside it.";
    BasicMalformed = "basic_malformed", "The Authorization header holds no well-formed Basic credentials.";
    ClientIdsDiffer = "client_ids_differ", "The client_id of the form differs from the one in the Authorization header.";
    UnknownClient = "unknown_client", "There is no client with this client_id.";
    ClientDisabled = "client_disabled", "The client is disabled.";
    WrongClientSecret = "wrong_client_secret", "The client secret that came is none of the client's valid ones.";
    WrongClientAssertion = "wrong_client_assertion", "The client's assertion does not prove that the client made it, for this server and for now.";
    WrongClientMethod = "wrong_client_method", "The client authenticated by another method than it is registered for.";
    ClientChanging = "client_changing", "The client was being changed at this very moment.";
    ClientThrottled = "client_throttled", "Too many client authentications had failed before.";
    ClientNotConfidential = "client_not_confidential", "Only confidential clients may ask this.";

    // Grants.
    UnknownGrantType = "unknown_grant_type", "The grant type is none that this server knows.";
    GrantTypeNotAllowed = "grant_type_not_allowed", "The client is not registered for this grant type.";
    UnknownCode = "unknown_code", "There is no such code: it was never issued here, or was removed a day after its end.";
    CodeOfOtherClient = "code_of_other_client", "The code was issued to another client.";
    CodeRedirectUri = "code_redirect_uri", "The redirect_uri differs from the one that the code was sent to.";
    CodeVerifier = "code_verifier", "The code_verifier does not belong to the code_challenge of the authorization request.";
    CodeExpired = "code_expired", "The code had expired.";
    CodeUsed = "code_used", "The code was used before. All tokens that came of it are revoked.";
    UnknownRefreshToken = "unknown_refresh_token", "There is no such refresh token: it was never issued here, or was removed after its end.";
    RefreshTokenOfOtherClient = "refresh_token_of_other_client", "The refresh token was issued to another client.";
    RefreshTokenExpired = "refresh_token_expired", "The refresh token had expired.";
    RefreshTokenRevoked = "refresh_token_revoked", "The refresh token was revoked.";
    RefreshTokenReused = "refresh_token_reused", "The refresh token was exchanged before, and its time for being repeated is over. All tokens of its grant are revoked.";
    UserDisabled = "user_disabled", "The user of this grant is disabled.";
    GrantRevoked = "grant_revoked", "The grant was revoked.";
    SessionEnded = "session_ended", "The session that the grant hangs on was ended.";
    KeyRevoked = "key_revoked", "The key that signed the token was revoked.";
    ScopeMalformed = "scope_malformed", "The scope is malformed.";
    ScopeNotAllowed = "scope_not_allowed", "A scope was asked for that does not exist, or that is not allowed for the client.";
    ScopeWider = "scope_wider", "More scope was asked for than was granted.";
    ScopeMissing = "scope_missing", "No scope was asked for, and the client has no default.";
    ScopeTakenAway = "scope_taken_away", "Nothing is left of the scope that was granted: the client may not have it any more.";
    ResourceMalformed = "resource_malformed", "A resource is no absolute URI without a fragment.";
    ResourceUnknown = "resource_unknown", "A resource was named that is no registered resource server.";
    ResourceDisabled = "resource_disabled", "A resource server is disabled: no tokens are issued for it.";
    ResourceNotAllowed = "resource_not_allowed", "A resource was named that the client does not list, or that was not granted.";
    ResourceTakenAway = "resource_taken_away", "Nothing is left of the resources that were granted: the client may not have tokens for them any more.";

    // Access tokens at UserInfo and the admin API.
    TokenMissing = "token_missing", "No access token came with the request.";
    TokenMalformed = "token_malformed", "The Authorization header holds no access token.";
    SeveralTokens = "several_tokens", "The access token was sent in more than one way.";
    UnknownToken = "unknown_token", "There is no such access token: it was never issued here, or was removed after its end.";
    TokenExpired = "token_expired", "The access token had expired.";
    TokenEnded = "token_ended", "The access token was revoked.";
    TokenAudience = "token_audience", "The access token is for another audience than this server.";
    TokenScope = "token_scope", "The access token lacks the scope that the endpoint asks for.";
    DocumentMalformed = "document_malformed", "The body is no JSON object without repeated members.";
    ClaimNotChangeable = "claim_not_changeable", "A claim was to be changed that users do not change here.";
    ClaimValue = "claim_value", "A claim was to get a value that it cannot have.";

    // Clients that register themselves.
    RegistrationClosed = "registration_closed", "Clients do not register themselves here: registration.mode is closed.";
    InitialAccessToken = "initial_access_token", "The token lets nobody register a client: it is none of ours, over, used up or deleted.";
    RegistrationAccessToken = "registration_access_token", "The token is not the registration access token of an active client of this name.";
    RegistrationThrottled = "registration_throttled", "Too many clients were registered or changed from this address without a token.";
    RegistrationsFull = "registrations_full", "As many clients have registered without a token as registration.open_clients allows.";
    RegisteredRedirectUri = "registered_redirect_uri", "A redirect URI cannot be registered.";
    SoftwareStatement = "software_statement", "The registration carries a software statement of an issuer whose statements do not count here.";
    SoftwareStatementWrong = "software_statement_wrong", "The registration carries a software statement that is not its issuer's, or does not count now.";
    RegisteredMetadata = "registered_metadata", "A member of the registration has a value that it cannot have.";

    // The authorization endpoint.
    RedirectUriRepeated = "redirect_uri_repeated", "The redirect_uri stands in the request more than once.";
    RedirectUriMissing = "redirect_uri_missing", "The request names no redirect_uri, and has to: an OpenID request always, any other where not exactly one is registered.";
    RedirectUriNotRegistered = "redirect_uri_not_registered", "The redirect_uri is not registered for the client.";
    RequestObject = "request_object", "The request object is none that the client has made for this server and for now.";
    RequestUri = "request_uri", "The request_uri is not registered for the client.";
    RequestUriUnreachable = "request_uri_unreachable", "The request object could not be fetched from the request_uri.";
    RequestTwice = "request_twice", "The request carries both request and request_uri.";
    RequestNotSigned = "request_not_signed", "The client signs all its requests, and this one is not signed.";
    ResponseTypeMissing = "response_type_missing", "The request has no response_type.";
    ResponseTypeUnsupported = "response_type_unsupported", "The response_type is not code, the only one here.";
    ResponseModeUnsupported = "response_mode_unsupported", "The response_mode is none that this server knows.";
    TextTooLong = "text_too_long", "A parameter is too long, or holds a control character.";
    ChallengeMissing = "challenge_missing", "The request has no code_challenge: the client has to use PKCE.";
    ChallengeMethod = "challenge_method", "The code_challenge_method is not S256.";
    ChallengeMalformed = "challenge_malformed", "The code_challenge is no SHA-256 in base64url without padding.";
    MethodWithoutChallenge = "method_without_challenge", "The request has a code_challenge_method and no code_challenge.";
    NonceMissing = "nonce_missing", "The request has neither a code_challenge nor a nonce.";
    PromptNoneWithOthers = "prompt_none_with_others", "The prompt none stands beside another value.";
    PromptUnsupported = "prompt_unsupported", "A value of prompt is none that this server knows.";
    MaxAge = "max_age", "The max_age is no number of seconds.";
    ClaimsMalformed = "claims_malformed", "The parameter claims is malformed.";
    SubjectsDiffer = "subjects_differ", "The request speaks of different users.";
    IdTokenHint = "id_token_hint", "The id_token_hint is no ID token that this client got here.";
    AcrOutOfReach = "acr_out_of_reach", "Nobody can log in here as strongly as the essential claim acr wants it.";
    LoginRequired = "login_required", "The request says prompt=none, and nobody is logged in as it asks for.";
    ConsentRequired = "consent_required", "The request says prompt=none, and the user has not allowed all of it before.";
    OtherUser = "other_user", "Another user has logged in than the request speaks of.";
    DeniedByUser = "denied_by_user", "The user has denied the request.";

    // The pages.
    RequestNotNamed = "request_not_named", "The address of the page names no authorization request.";
    RequestUnknown = "request_unknown", "No such authorization request waits in this browser: its cookie is missing, or another browser began it, or it is long over.";
    RequestExpired = "request_expired", "The time of the authorization request was over.";
    RequestAnswered = "request_answered", "The authorization request was answered before, as by a second click or the back button.";
    SessionChanged = "session_changed", "The page was made for another login than the present one, or nobody is logged in now.";
    TooManyRequests = "too_many_requests", "Too many authorization requests of this address wait for an answer.";
    RequestsFull = "requests_full", "As many authorization requests wait as may wait in all.";
    NoLongerAllowed = "no_longer_allowed", "While the request waited, an administrator took something from the client that it asks for.";
    FormForged = "form_forged", "The form was not sent by a page of ours in the same browser.";
    NoDecision = "no_decision", "The form says neither allow nor deny.";
    LoginWrong = "login_wrong", "The user name or password was wrong, or the account is disabled or has no password.";
    LoginMalformed = "login_malformed", "What was typed cannot be a password.";
    LoginThrottled = "login_throttled", "Too many logins had failed before.";
    Busy = "busy", "Too many passwords waited to be checked.";
    OriginNamed = "origin_named", "The request names an origin, as pages in browsers do: they log in at the login page.";
    PasswordLoginOff = "password_login_off", "Logins with a password at the command line are switched off.";
    NotTheCommandLine = "not_the_command_line", "The client is not the command line, which alone may log in with a password.";
    LoginStepLeft = "login_step_left", "The password was right, and a step of the login is left that a browser is needed for.";
    PasswordsDiffer = "passwords_differ", "The new password was typed twice, and differently.";
    PasswordRefused = "password_refused", "The new password does not meet the rules.";
    DemoNotAsked = "demo_not_asked", "The demonstration has asked for no answer in this browser.";
    PostLogoutUriNotRegistered = "post_logout_redirect_uri_not_registered", "The post_logout_redirect_uri is not registered for the client.";
    NothingNamed = "nothing_named", "The form does not say which session or application is to end.";

    // The admin API, by the codes of its problem documents.
    MalformedRequest = "malformed_request", "The admin API could not read the request.";
    InvalidQuery = "invalid_query", "The query is not right.";
    InvalidCursor = "invalid_cursor", "The cursor does not belong to this list.";
    Unauthenticated = "unauthenticated", "The admin API needs an access token, as Bearer in the Authorization header.";
    InvalidToken = "invalid_token", "The access token does not count.";
    InsufficientScope = "insufficient_scope", "The access token lacks the scope of this endpoint.";
    NotAnAdministrator = "not_an_administrator", "The caller may not administer, whatever the token's scope says.";
    AddressNotAllowed = "address_not_allowed", "The caller's address is outside admin.allowed_networks.";
    UntrustedProxy = "untrusted_proxy", "The request came through a proxy that listen.trusted_proxies does not name.";
    AlreadyExists = "already_exists", "A thing of this name is there already.";
    InUse = "in_use", "The thing is in use.";
    Protected = "protected", "The server depends on the thing.";
    LastAdministrator = "last_administrator", "The last active administrator would be gone.";
    OwnRights = "own_rights", "Nobody takes their own rights.";
    Conflict = "conflict", "The state of the thing does not allow it.";
    VersionMismatch = "version_mismatch", "The thing was changed since the version in If-Match.";
    InvalidBody = "invalid_body", "Members of the document are wrong.";
    IdempotencyKeyReused = "idempotency_key_reused", "The Idempotency-Key came before with another request, or from somebody else.";
    AdminApiDisabled = "admin_api_disabled", "The admin API is switched off by admin.enabled.";

    // The server.
    ServerError = "server_error", "The server failed: a fault of its own, whose cause its log has under this request id.";
    Unavailable = "temporarily_unavailable", "The database was away, or the server had too much to do.";
    TimedOut = "timed_out", "The time limit for a request was over.";
}

impl FromStr for Reason {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let mut all = Self::ALL.iter();
        let found = all.find(|one| one.as_str() == text);
        found.copied().ok_or(UnknownValue)
    }
}

impl From<NotAlive> for Reason {
    fn from(why: NotAlive) -> Self {
        match why {
            NotAlive::UserInactive => Self::UserDisabled,
            NotAlive::ClientInactive => Self::ClientDisabled,
            NotAlive::GrantRevoked => Self::GrantRevoked,
            NotAlive::SessionEnded => Self::SessionEnded,
            NotAlive::KeyRevoked => Self::KeyRevoked,
        }
    }
}

impl From<TokenNotAlive> for Reason {
    fn from(why: TokenNotAlive) -> Self {
        match why {
            TokenNotAlive::Expired => Self::TokenExpired,
            TokenNotAlive::Ended => Self::TokenEnded,
            TokenNotAlive::Grant(why) => why.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_a_name_and_a_sentence_of_its_own() {
        let names: BTreeSet<_> = Reason::ALL.iter().map(|one| one.as_str()).collect();
        let sentences: BTreeSet<_> = Reason::ALL.iter().map(|one| one.sentence()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        assert_eq!(sentences.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(*reason));
            let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            assert!(reason.as_str().bytes().all(is_word), "{reason:?}");
            let sentence = reason.sentence();
            assert!(sentence.ends_with('.') && sentence.len() > 15, "{sentence}");
        }
    }
}
