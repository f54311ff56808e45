//! Identifiers: one type per kind, so that two kinds never mix.

use uuid::{Builder, Uuid};

use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// Why a text is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct ParseIdError;

/// A time-ordered UUID (RFC 9562 §5.7) from injected time and entropy.
fn uuid_v7(at: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    Builder::from_unix_timestamp_millis(at.unix_milliseconds(), &random).into_uuid()
}

/// What every identifier here is: a UUID of its own kind. For code that reads or writes the bare UUID
/// whatever the kind.
pub trait UuidBacked: Copy {
    /// Wraps a stored or received value.
    fn wrap(raw: Uuid) -> Self;
    /// The bare UUID.
    fn bare(&self) -> Uuid;
}

/// Declares a UUID-backed identifier that mixes with no other kind.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $tag:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Tag shown before the value in logs.
            pub const TAG: &'static str = $tag;

            /// Makes a time-ordered identifier (version 7) from injected time and entropy.
            #[must_use]
            pub fn generate(at: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(at, entropy))
            }

            /// Wraps a stored value; for row readers and wire parsers.
            #[must_use]
            pub const fn from_uuid(raw: Uuid) -> Self {
                Self(raw)
            }

            /// The bare UUID, as columns and claims carry it.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl UuidBacked for $name {
            fn wrap(raw: Uuid) -> Self {
                Self(raw)
            }

            fn bare(&self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($tag, "_{}"), self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(concat!($tag, "_"))
                    .and_then(|bare| Uuid::try_parse(bare).ok())
                    .map(Self)
                    .ok_or(ParseIdError)
            }
        }
    };
}

uuid_id! {
    /// The key of a user row. On the wire a user is a [`Subject`](crate::users::Subject).
    UserId, "usr"
}
uuid_id! {
    /// The key of a client row, used by all foreign keys. On the wire a client is a
    /// [`ClientId`](crate::clients::ClientId).
    ClientKey, "cli"
}
uuid_id! {
    /// One browser login; its bare UUID is the `sid` claim.
    SessionId, "ses"
}
uuid_id! {
    /// One authorization: the family that its tokens belong to.
    GrantId, "grt"
}
uuid_id! {
    /// A token's row; its bare UUID is the `jti` claim of an access token (RFC 9068 §2.2).
    TokenId, "tok"
}
uuid_id! {
    /// An authorization code's row.
    CodeId, "cod"
}
uuid_id! {
    /// A stored authorization request's row.
    AuthorizationRequestId, "req"
}
uuid_id! {
    /// A browser as far as one account has logged in with it.
    DeviceId, "dev"
}
uuid_id! {
    /// One event of the audit trail.
    AuditEventId, "aud"
}
uuid_id! {
    /// One call that tells a client of the end of a session.
    LogoutCallId, "loc"
}
uuid_id! {
    /// A token that lets clients register themselves.
    InitialAccessTokenId, "iat"
}
uuid_id! {
    /// A resource server's row.
    ResourceServerId, "rsv"
}
uuid_id! {
    /// One run of a job.
    JobRunId, "run"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Entropy;

    struct Sevens;

    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn an_identifier_is_a_version_7_uuid_that_sorts_by_time() {
        let early = GrantId::generate(Timestamp::from_unix_seconds(1_000).unwrap(), &Sevens);
        let late = GrantId::generate(Timestamp::from_unix_seconds(1_001).unwrap(), &Sevens);
        assert_eq!(early.as_uuid().get_version_num(), 7);
        assert!(early < late);
    }

    #[test]
    fn an_identifier_reads_back_from_its_display_and_refuses_another_kinds_tag() {
        let grant = GrantId::generate(Timestamp::from_unix_seconds(1_000).unwrap(), &Sevens);
        assert_eq!(grant.to_string().parse(), Ok(grant));
        assert_eq!(grant.to_string().parse::<UserId>(), Err(ParseIdError));
    }
}
