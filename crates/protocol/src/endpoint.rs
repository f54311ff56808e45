//! An endpoint as a type: what the server mounts, the client calls and the OpenAPI document shows is
//! said once.

use authly_domain::scopes::AdminScope;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or does.
    Post,
    /// Replaces.
    Put,
    /// Changes what is named, and nothing else (RFC 7396).
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes something, so that a dry run means something.
    #[must_use]
    pub const fn changes(self) -> bool {
        !matches!(self, Self::Get)
    }

    /// Whether doing it twice is as good as doing it once (RFC 9110 §9.2.2).
    #[must_use]
    pub const fn is_idempotent(self) -> bool {
        matches!(self, Self::Get | Self::Put | Self::Delete)
    }
}

/// Whose token opens an endpoint. Behind a scope the caller must be an administrator as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Every access token for this server: the answer is about the caller alone.
    AnyToken,
    /// An administrator's, or an entitled service client's, with this scope.
    Scope(AdminScope),
}

/// A header of the request that an endpoint heeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestHeader {
    /// `If-Match`: the change happens only to the version that the caller has seen (RFC 9110 §13.1.1).
    IfMatch,
    /// `Idempotency-Key`: a repeated request gets the first answer again, secrets included.
    IdempotencyKey,
}

/// The values that vary in a path.
pub trait PathValues: Sized {
    /// Their names, in the order of the path.
    const NAMES: &'static [&'static str];

    /// The values, in the same order.
    fn values(&self) -> Vec<String>;

    /// Reads them; `None` where one is malformed, so that nothing can be there.
    fn read(value_of: &dyn Fn(&str) -> Option<String>) -> Option<Self>;
}

/// Nothing varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoPath;

impl PathValues for NoPath {
    const NAMES: &'static [&'static str] = &[];

    fn values(&self) -> Vec<String> {
        Vec::new()
    }

    fn read(_value_of: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        Some(Self)
    }
}

/// Declares the values of a path, each of a type that is written and read as text.
macro_rules! path_values {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($(#[$about:meta])* $value:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $vis struct $name {
            $($(#[$about])* $vis $value: $kind,)+
        }

        impl $crate::endpoint::PathValues for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($value),)+];

            fn values(&self) -> Vec<String> {
                vec![$(self.$value.to_string(),)+]
            }

            fn read(value_of: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
                Some(Self {
                    $($value: value_of(stringify!($value))?.parse().ok()?,)+
                })
            }
        }
    };
}
pub(crate) use path_values;

/// Nothing stands in the query, or in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// An endpoint of the admin API.
pub trait Endpoint: 'static {
    /// Its name, such as `clients.list`.
    const NAME: &'static str;
    /// What it does, for people.
    const ABOUT: &'static str;
    /// How it is called.
    const METHOD: Method;
    /// Where, below the issuer, with the names of [`PathValues`] in braces.
    const PATH: &'static str;
    /// Whose token opens it.
    const ACCESS: Access;
    /// The headers that it heeds.
    const HEADERS: &'static [RequestHeader];
    /// The most bytes of its body, where that is more than the server's setting allows of others.
    const MAX_BODY: Option<usize> = None;
    /// The status of its answer when all went well: 200, 201, or 204 without a document.
    const STATUS: u16;
    /// What varies in the path.
    type Path: PathValues;
    /// What may stand in the query. Every change takes `dry_run` besides.
    type Query: Serialize + DeserializeOwned + JsonSchema;
    /// The document that is sent; [`Nothing`] for none.
    type Body: Serialize + DeserializeOwned + JsonSchema;
    /// The document that comes back; [`Nothing`] for none.
    type Answer: Serialize + DeserializeOwned + JsonSchema;

    /// The path with its values, percent-encoded.
    #[must_use]
    fn path(values: &Self::Path) -> String {
        let mut path = String::new();
        let mut values = values.values().into_iter();
        for segment in Self::PATH.split('/').skip(1) {
            path.push('/');
            if segment.starts_with('{') {
                encode(&values.next().unwrap_or_default(), &mut path);
            } else {
                path.push_str(segment);
            }
        }
        path
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
fn encode(value: &str, into: &mut String) {
    use std::fmt::Write as _;
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            let _written = write!(into, "%{byte:02X}");
        }
    }
}

/// Declares an endpoint: its name, method, path and access on the first line, what it takes and
/// gives on the others. What is left out is absent.
macro_rules! endpoint {
    (
        $(#[doc = $doc:literal])+
        $vis:vis $name:ident = $id:literal, $method:ident $path:literal, $access:expr;
        $(headers: [$($header:ident),+];)?
        $(max_body: $max_body:literal;)?
        $(path: $values:ty;)?
        $(query: $query:ty;)?
        $(body: $body:ty;)?
        answer: $status:literal $($answer:ty)?;
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis struct $name;

        impl $crate::endpoint::Endpoint for $name {
            const NAME: &'static str = $id;
            const ABOUT: &'static str = concat!($($doc,)+);
            const METHOD: $crate::endpoint::Method = $crate::endpoint::Method::$method;
            const PATH: &'static str = $path;
            const ACCESS: $crate::endpoint::Access = $access;
            const HEADERS: &'static [$crate::endpoint::RequestHeader] =
                &[$($($crate::endpoint::RequestHeader::$header,)+)?];
            $(const MAX_BODY: Option<usize> = Some($max_body);)?
            const STATUS: u16 = $status;
            type Path = endpoint!(@or $crate::endpoint::NoPath $(, $values)?);
            type Query = endpoint!(@or $crate::endpoint::Nothing $(, $query)?);
            type Body = endpoint!(@or $crate::endpoint::Nothing $(, $body)?);
            type Answer = endpoint!(@or $crate::endpoint::Nothing $(, $answer)?);
        }
    };
    (@or $default:ty) => { $default };
    (@or $default:ty, $given:ty) => { $given };
}
pub(crate) use endpoint;

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    path_values! {
        /// Two values.
        Pair {
            /// One.
            first: String,
            /// Another.
            second: u32,
        }
    }

    endpoint! {
        /// Does
        /// something.
        Sample = "samples.do", Post "/samples/{first}/parts/{second}", Access::AnyToken;
        path: Pair;
        answer: 204;
    }

    #[test]
    fn a_path_is_filled_in_with_what_a_url_can_carry() {
        let pair = Pair {
            first: "a/b c%é+".to_owned(),
            second: 7,
        };
        assert_eq!(
            Sample::path(&pair),
            "/samples/a%2Fb%20c%25%C3%A9%2B/parts/7"
        );
    }

    #[test]
    fn path_values_are_read_by_name_and_refused_when_malformed() {
        let read = |second: &'static str| {
            Pair::read(&|name| match name {
                "first" => Some("a".to_owned()),
                "second" => Some(second.to_owned()),
                _ => None,
            })
        };
        assert_eq!(read("7").unwrap().second, 7);
        assert_eq!(read("seven"), None);
    }
}
