//! Statement parameters with their types, so that a statement needs no round trip to ask for them:
//! without prepared statements (behind a pooler) it is still one round trip.

use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};

/// A value, owned or borrowed, and the type that the statement expects.
pub(crate) struct Param<'a> {
    pub(crate) value: Box<dyn ToSql + Sync + Send + 'a>,
    pub(crate) of: Type,
}

macro_rules! params {
    ($($name:ident: $type:ident,)+) => {
        $(pub(crate) fn $name<'a, T: ToSql + Sync + Send + 'a>(value: T) -> Param<'a> {
            Param { value: Box::new(value), of: Type::$type }
        })+
    };
}

params! {
    uuid: UUID,
    uuids: UUID_ARRAY,
    text: TEXT,
    texts: TEXT_ARRAY,
    bytes: BYTEA,
    byte_strings: BYTEA_ARRAY,
    time: TIMESTAMPTZ,
    times: TIMESTAMPTZ_ARRAY,
    number: INT8,
    numbers: INT8_ARRAY,
    flag: BOOL,
    address: INET,
    json: JSONB,
}

/// A length of time, for a column of seconds.
pub(crate) fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap_or(i64::MAX)
}

/// What each of several values reads as, for a column of texts.
pub(crate) fn as_texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
