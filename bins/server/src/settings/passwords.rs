//! `[passwords]`: what new ones have to be, and how they are hashed.

use authly_domain::settings::live::PASSWORD_MINIMUM_LENGTH as MINIMUM_LENGTH;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

/// The least cost for a server that others can reach.
pub(super) const LEAST_PUBLIC_COST: u32 = 10;

pub(super) const BCRYPT_COST: Setting = Setting {
    path: "passwords.bcrypt_cost",
    kind: Kind::Integer { least: 4, most: 15 },
    default: DefaultValue::Is("12"),
    about: "The cost of a password's hash; each step doubles the time, and 12 takes about 0.3 s. \
            Less than 10 is for tests, and only with a loopback issuer.",
};
const HASH_THREADS: Setting = Setting {
    path: "passwords.hash_threads",
    kind: Kind::Integer { least: 1, most: 64 },
    default: DefaultValue::Is("2"),
    about: "How many passwords are hashed at the same time.",
};
const HASH_QUEUE: Setting = Setting {
    path: "passwords.hash_queue",
    kind: Kind::Integer {
        least: 1,
        most: 10_000,
    },
    default: DefaultValue::Is("64"),
    about: "How many more wait for it. Logins beyond that are answered with 503 and a time to \
            come back.",
};

pub(super) const SETTINGS: &[Setting] = &[MINIMUM_LENGTH, BCRYPT_COST, HASH_THREADS, HASH_QUEUE];

/// How passwords are treated.
#[derive(Debug)]
pub(crate) struct PasswordSettings {
    pub(crate) minimum_length: usize,
    pub(crate) bcrypt_cost: u32,
    pub(crate) hash_threads: usize,
    pub(crate) hash_queue: usize,
}

impl PasswordSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            minimum_length: reader.integer(&MINIMUM_LENGTH),
            bcrypt_cost: reader.integer(&BCRYPT_COST),
            hash_threads: reader.integer(&HASH_THREADS),
            hash_queue: reader.integer(&HASH_QUEUE),
        }
    }
}
