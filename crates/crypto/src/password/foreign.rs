//! Hashes that other servers made: PBKDF2 and Argon2 in the PHC string format, and bcrypt. They are
//! taken within bounds, so that no login costs more than a server can afford, and replaced by a hash of
//! ours as soon as their password is known.

use argon2::{Algorithm, Argon2, Params, Version};
use authly_domain::users::{PasswordHash, PasswordScheme};
use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bcrypt::HashParts;
use openssl::hash::MessageDigest;
use openssl::pkcs5::pbkdf2_hmac;
use zeroize::Zeroizing;

use crate::compare;

/// Base64 with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The longest text of a hash.
const MAX_TEXT: usize = 512;
/// The greatest cost of bcrypt.
const MAX_BCRYPT_COST: u32 = 14;
/// The most rounds of PBKDF2: about a second of one core.
const MAX_ROUNDS: u32 = 2_000_000;
/// The most memory of Argon2, in KiB: 64 MiB.
const MAX_MEMORY: u32 = 65_536;
/// The most passes of Argon2.
const MAX_PASSES: u32 = 10;
/// The most memory times passes: 64 MiB five times, about half a second of one core.
const MAX_WORK: u32 = MAX_MEMORY * 5;
/// The most lanes of Argon2, which are computed one after the other.
const MAX_LANES: u32 = 16;
/// How many bytes a salt has.
const SALT: std::ops::RangeInclusive<usize> = 8..=64;
/// How many bytes a value has.
const VALUE: std::ops::RangeInclusive<usize> = 16..=64;

/// Why a hash is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForeignHashError {
    /// It is of no kind that is known.
    #[error(
        "the hash is none of bcrypt ($2b$…), PBKDF2 ($pbkdf2-sha256$…) and Argon2 ($argon2id$…)"
    )]
    Unknown,
    /// It is of a known kind, and malformed.
    #[error("the hash is malformed")]
    Malformed,
    /// Checking it would cost too much.
    #[error(
        "the hash costs more than is taken: at most cost 14 of bcrypt, 2000000 rounds of PBKDF2, \
         64 MiB and 10 passes of Argon2, and together no more than 64 MiB five times"
    )]
    TooCostly,
}

/// A hash of PBKDF2 or Argon2.
pub(super) enum Foreign {
    Pbkdf2 {
        digest: MessageDigest,
        rounds: u32,
        salt: Vec<u8>,
        value: Vec<u8>,
    },
    Argon2 {
        function: Box<Argon2<'static>>,
        salt: Vec<u8>,
        value: Vec<u8>,
    },
}

/// Reads a hash that is to be kept: bcrypt as it is, PBKDF2 and Argon2 in the PHC string format
/// (`$pbkdf2-sha256$i=27500$SALT$VALUE`, `$argon2id$v=19$m=7168,t=5,p=1$SALT$VALUE`).
///
/// # Errors
/// When it is of no known kind, malformed, or too costly.
pub fn imported_hash(text: &str) -> Result<PasswordHash, ForeignHashError> {
    let scheme = if ["$2a$", "$2b$", "$2y$"]
        .iter()
        .any(|kind| text.starts_with(kind))
    {
        check_bcrypt(text)?;
        PasswordScheme::Bcrypt
    } else {
        match Foreign::read(text)? {
            Foreign::Pbkdf2 { .. } => PasswordScheme::Pbkdf2,
            Foreign::Argon2 { .. } => PasswordScheme::Argon2,
        }
    };
    Ok(PasswordHash {
        scheme,
        hash: text.to_owned(),
    })
}

fn check_bcrypt(text: &str) -> Result<(), ForeignHashError> {
    let is_plain = text.is_ascii() && text.len() == 60;
    let parts: Result<HashParts, _> = text.parse();
    let parts = parts.map_err(|_error| ForeignHashError::Malformed)?;
    if !is_plain || parts.get_cost() < 4 {
        return Err(ForeignHashError::Malformed);
    }
    if parts.get_cost() > MAX_BCRYPT_COST {
        return Err(ForeignHashError::TooCostly);
    }
    let is_value = |byte: u8| byte.is_ascii_alphanumeric() || b"./".contains(&byte);
    if text.bytes().skip(7).all(is_value) {
        Ok(())
    } else {
        Err(ForeignHashError::Malformed)
    }
}

impl Foreign {
    /// Reads a hash, within the bounds.
    pub(super) fn read(text: &str) -> Result<Self, ForeignHashError> {
        if text.len() > MAX_TEXT {
            return Err(ForeignHashError::Malformed);
        }
        let mut parts = text.strip_prefix('$').unwrap_or_default().split('$');
        let kind = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let digest = match kind {
            "pbkdf2" | "pbkdf2-sha1" => MessageDigest::sha1(),
            "pbkdf2-sha256" => MessageDigest::sha256(),
            "pbkdf2-sha512" => MessageDigest::sha512(),
            "argon2id" => return argon2(Algorithm::Argon2id, &rest),
            "argon2i" => return argon2(Algorithm::Argon2i, &rest),
            "argon2d" => return argon2(Algorithm::Argon2d, &rest),
            _ => return Err(ForeignHashError::Unknown),
        };
        pbkdf2(digest, &rest)
    }

    /// Whether it is the hash of this password.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        let (computed, value) = match self {
            Self::Pbkdf2 {
                digest,
                rounds,
                salt,
                value,
            } => {
                let mut computed = Zeroizing::new(vec![0; value.len()]);
                let rounds = usize::try_from(*rounds).unwrap_or(usize::MAX);
                let made = pbkdf2_hmac(password, salt, rounds, *digest, &mut computed);
                (made.is_ok().then_some(computed), value)
            }
            Self::Argon2 {
                function,
                salt,
                value,
            } => {
                let mut computed = Zeroizing::new(vec![0; value.len()]);
                let made = function.hash_password_into(password, salt, &mut computed);
                (made.is_ok().then_some(computed), value)
            }
        };
        computed.is_some_and(|computed| compare::bytes_equal(&computed, value))
    }
}

/// `i=27500` and what else stands there, or the rounds alone, as passlib writes them.
fn pbkdf2(digest: MessageDigest, rest: &[&str]) -> Result<Foreign, ForeignHashError> {
    let [parameters, salt, value] = rest else {
        return Err(ForeignHashError::Malformed);
    };
    let mut rounds = None;
    for parameter in parameters.split(',') {
        let (name, number) = parameter.split_once('=').unwrap_or(("i", parameter));
        match name {
            "i" if rounds.is_none() => rounds = Some(whole(number)?),
            // The length is that of the value.
            "l" => {}
            _ => return Err(ForeignHashError::Malformed),
        }
    }
    let rounds = rounds.filter(|rounds| *rounds > 0);
    let rounds = rounds.ok_or(ForeignHashError::Malformed)?;
    if rounds > MAX_ROUNDS {
        return Err(ForeignHashError::TooCostly);
    }
    let (salt, value) = (bytes(salt, SALT)?, bytes(value, VALUE)?);
    Ok(Foreign::Pbkdf2 {
        digest,
        rounds,
        salt,
        value,
    })
}

/// `v=19`, `m=7168,t=5,p=1`, salt and value; the version 16 where none is said.
fn argon2(algorithm: Algorithm, rest: &[&str]) -> Result<Foreign, ForeignHashError> {
    let (version, parameters, salt, value) = match rest {
        [version, parameters, salt, value] => (*version, *parameters, *salt, *value),
        [parameters, salt, value] => ("v=16", *parameters, *salt, *value),
        _ => return Err(ForeignHashError::Malformed),
    };
    let version = match version {
        "v=19" => Version::V0x13,
        "v=16" => Version::V0x10,
        _ => return Err(ForeignHashError::Malformed),
    };
    let numbers = parameters.split(',').collect::<Vec<_>>();
    let [memory, passes, lanes] = numbers.as_slice() else {
        return Err(ForeignHashError::Malformed);
    };
    let named = |parameter: &str, name: &str| {
        let number = parameter.strip_prefix(name);
        number.ok_or(ForeignHashError::Malformed).and_then(whole)
    };
    let (memory, passes, lanes) = (
        named(memory, "m=")?,
        named(passes, "t=")?,
        named(lanes, "p=")?,
    );
    let work = memory.saturating_mul(passes);
    if memory > MAX_MEMORY || passes > MAX_PASSES || work > MAX_WORK || lanes > MAX_LANES {
        return Err(ForeignHashError::TooCostly);
    }
    let (salt, value) = (bytes(salt, SALT)?, bytes(value, VALUE)?);
    let parameters = Params::new(memory, passes, lanes, Some(value.len()));
    let parameters = parameters.map_err(|_error| ForeignHashError::Malformed)?;
    Ok(Foreign::Argon2 {
        function: Box::new(Argon2::new(algorithm, version, parameters)),
        salt,
        value,
    })
}

/// A number as it is usually written.
fn whole(text: &str) -> Result<u32, ForeignHashError> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain {
        return Err(ForeignHashError::Malformed);
    }
    // What has more digits than fit is more than is taken.
    text.parse()
        .map_err(|_overflow| ForeignHashError::TooCostly)
}

fn bytes(text: &str, length: std::ops::RangeInclusive<usize>) -> Result<Vec<u8>, ForeignHashError> {
    // passlib writes a dot for the plus.
    let read = BASE64.decode(text.replace('.', "+"));
    read.ok()
        .filter(|bytes| length.contains(&bytes.len()))
        .ok_or(ForeignHashError::Malformed)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const PASSWORD: &str = "correct horse battery staple";
    const SALT: &str = "AAECAwQFBgcICQoLDA0ODw";

    /// Made by Python's `hashlib`, argon2-cffi, passlib and bcrypt.
    const MADE_ELSEWHERE: [&str; 9] = [
        "$pbkdf2-sha1$i=1000$AAECAwQFBgcICQoLDA0ODw$AOm/kOb/+YAZ3ZwSogYgNu9fO1g",
        "$pbkdf2-sha256$i=27500,l=64$AAECAwQFBgcICQoLDA0ODw$Ca/W1uHPdOF53bPWSQyrHQQPdk6KOe20VTbaw0U+WWswH2gciKNBqwk+H7RPgAmCshFAhVRLSSar72bo1/g8dA",
        "$pbkdf2-sha512$i=2100$AAECAwQFBgcICQoLDA0ODw==$apyvjUkRTpnnbMcCllat2jfAsR85TuGH00YvbyKpaEJNZtPIMtWfFPPU8rSW6oYLApJiqEsJGKwBbFalk3p4dA==",
        "$pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw$ppsXnjrdPB4KryJ6DrOqKqhkWrhv7PbKAMF1Eml8cZ4",
        "$argon2id$v=19$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$eYnK556rcuTk9BJKas3geWs8uRkggHchFFzymlodqqY",
        "$argon2i$v=19$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$yWNSXoQ+H3I6DvlC1lgn0yui2Cpro/apNSc2kNmH3OE",
        "$argon2d$v=19$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$SF7xcbnMYbNETuVcw6X2+9qGb3m59Q/dHv5TZg3tq7E",
        "$argon2id$v=16$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$SM3IyXigiZpErDieAHfs3+Bql8fmbbrHYb7Z1CJpC7s",
        "$argon2id$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$SM3IyXigiZpErDieAHfs3+Bql8fmbbrHYb7Z1CJpC7s",
    ];

    #[test]
    fn a_hash_that_was_made_elsewhere_is_of_its_password_and_no_other() {
        for text in MADE_ELSEWHERE {
            let foreign = Foreign::read(text).unwrap();
            assert!(foreign.is_of(PASSWORD.as_bytes()), "{text}");
            assert!(!foreign.is_of(b"correct horse battery stapl"), "{text}");
            assert!(!foreign.is_of(b""), "{text}");
            let scheme = imported_hash(text).unwrap().scheme;
            let expected = if text.contains("argon2") {
                PasswordScheme::Argon2
            } else {
                PasswordScheme::Pbkdf2
            };
            assert_eq!(scheme, expected, "{text}");
        }
    }

    #[test]
    fn what_would_cost_too_much_is_refused_before_anything_is_computed() {
        let value = "A".repeat(43);
        for text in [
            format!("$pbkdf2-sha512$i=2000001${SALT}${value}"),
            format!("$pbkdf2-sha512$i=99999999999999999999${SALT}${value}"),
            format!("$argon2id$v=19$m=65537,t=1,p=1${SALT}${value}"),
            format!("$argon2id$v=19$m=65536,t=6,p=1${SALT}${value}"),
            format!("$argon2id$v=19$m=64,t=11,p=1${SALT}${value}"),
            format!("$argon2id$v=19$m=4096,t=1,p=17${SALT}${value}"),
            format!("$argon2id$v=19$m=4294967295,t=4294967295,p=1${SALT}${value}"),
            "$2b$15$JXCqm08JmZbNAvfCIh/2s.H09lQu5IVbhb9htvDASlkprqA.ohHkm".to_owned(),
        ] {
            assert_eq!(
                imported_hash(&text),
                Err(ForeignHashError::TooCostly),
                "{text}"
            );
        }
        // What Keycloak has made by default in its versions, and what argon2-cffi makes.
        for parameters in [
            "$argon2id$v=19$m=7168,t=5,p=1",
            "$argon2id$v=19$m=65536,t=3,p=4",
            "$pbkdf2$i=1300000",
            "$pbkdf2-sha256$i=600000",
            "$pbkdf2-sha512$i=210000",
        ] {
            let text = format!("{parameters}${SALT}${value}");
            assert!(imported_hash(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let value = "A".repeat(43);
        for text in [
            "",
            "$",
            "plain",
            "$5$rounds=5000$x$y",
            "$argon2x$v=19$m=8,t=1,p=1$a$b",
            "{SSHA}x",
        ] {
            assert_eq!(
                imported_hash(text),
                Err(ForeignHashError::Unknown),
                "{text}"
            );
        }
        for text in [
            format!("$pbkdf2-sha256$i=0${SALT}${value}"),
            format!("$pbkdf2-sha256$i=1,i=2${SALT}${value}"),
            format!("$pbkdf2-sha256$i=+1${SALT}${value}"),
            format!("$pbkdf2-sha256$i=${SALT}${value}"),
            format!("$pbkdf2-sha256$x=1${SALT}${value}"),
            format!("$pbkdf2-sha256$i=1${SALT}"),
            format!("$pbkdf2-sha256$i=1$AAAA${value}"),
            format!("$pbkdf2-sha256$i=1${SALT}$AAAA"),
            format!("$pbkdf2-sha256$i=1${SALT}$é{value}"),
            format!("$pbkdf2-sha256$i=1${SALT}${}", "A".repeat(600)),
            format!("$argon2id$v=20$m=64,t=1,p=1${SALT}${value}"),
            format!("$argon2id$v=19$m=64,t=0,p=1${SALT}${value}"),
            format!("$argon2id$v=19$m=64,t=1,p=0${SALT}${value}"),
            format!("$argon2id$v=19$m=1,t=1,p=1${SALT}${value}"),
            format!("$argon2id$v=19$t=1,m=64,p=1${SALT}${value}"),
            format!("$argon2id$v=19$m=64,t=1${SALT}${value}"),
            "$2b$".to_owned(),
            format!("$2b$03${}", "a".repeat(53)),
            format!("$2b$10${}", "a".repeat(52)),
            format!("$2b$10${}!", "a".repeat(52)),
            format!("$2b$xx${}", "a".repeat(53)),
        ] {
            assert_eq!(
                imported_hash(&text),
                Err(ForeignHashError::Malformed),
                "{text}"
            );
        }
    }
}
