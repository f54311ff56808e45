//! An endpoint as a value, for whoever goes through all of them.

use schemars::{Schema, SchemaGenerator};

use crate::endpoint::{Access, Endpoint, Method, PathValues as _, RequestHeader};

/// What an endpoint's type says, as a value.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// Its name, such as `clients.list`.
    pub name: &'static str,
    /// What it does, for people.
    pub about: &'static str,
    /// How it is called.
    pub method: Method,
    /// Where, below the issuer.
    pub path: &'static str,
    /// The names that stand in braces there.
    pub path_names: &'static [&'static str],
    /// Whose token opens it.
    pub access: Access,
    /// The headers that it heeds.
    pub headers: &'static [RequestHeader],
    /// The status of its answer when all went well.
    pub status: u16,
    /// What may stand in the query.
    pub query: fn(&mut SchemaGenerator) -> Schema,
    /// The document that is sent; an object without members for none.
    pub body: fn(&mut SchemaGenerator) -> Schema,
    /// The document that comes back; an object without members for none.
    pub answer: fn(&mut SchemaGenerator) -> Schema,
}

/// The endpoint `E` as a value.
#[must_use]
pub const fn describe<E: Endpoint>() -> Description {
    Description {
        name: E::NAME,
        about: E::ABOUT,
        method: E::METHOD,
        path: E::PATH,
        path_names: E::Path::NAMES,
        access: E::ACCESS,
        headers: E::HEADERS,
        status: E::STATUS,
        query: SchemaGenerator::subschema_for::<E::Query>,
        body: SchemaGenerator::subschema_for::<E::Body>,
        answer: SchemaGenerator::subschema_for::<E::Answer>,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pretty_assertions::assert_eq;

    use crate::admin::ALL;
    use crate::endpoint::{Access, Method, RequestHeader};

    #[test]
    fn no_two_endpoints_share_a_name_or_a_place() {
        let names: BTreeSet<_> = ALL.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), ALL.len());
        let places: BTreeSet<_> = ALL
            .iter()
            .map(|one| (one.method.as_str(), one.path))
            .collect();
        assert_eq!(places.len(), ALL.len());
    }

    #[test]
    fn the_braces_of_a_path_are_the_names_of_its_values() {
        for one in ALL {
            let braces = one.path.split('/').filter_map(|segment| {
                segment
                    .strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
            });
            assert_eq!(braces.collect::<Vec<_>>(), one.path_names, "{}", one.name);
            assert!(one.path.starts_with("/admin/"), "{}", one.name);
        }
    }

    #[test]
    fn reading_and_writing_have_scopes_of_their_own() {
        for one in ALL {
            if let Access::Scope(scope) = one.access {
                // A value is looked up by its body: addresses are logged.
                let reads = one.method == Method::Get || one.name == "tokens.look_up";
                let right = if reads { ":read" } else { ":write" };
                assert!(scope.as_str().ends_with(right), "{}", one.name);
            }
        }
        let open = ALL.iter().filter(|one| one.access == Access::AnyToken);
        assert_eq!(open.map(|one| one.name).collect::<Vec<_>>(), ["whoami"]);
    }

    #[test]
    fn what_an_endpoint_heeds_and_answers_fits_its_method() {
        for one in ALL {
            assert!([200, 201, 204].contains(&one.status), "{}", one.name);
            assert!(
                one.method.changes() || one.headers.is_empty(),
                "{}",
                one.name
            );
            let keyed = one.headers.contains(&RequestHeader::IdempotencyKey);
            assert!(!keyed || one.method == Method::Post, "{}", one.name);
            let text = one.about.trim();
            assert!(text.ends_with('.') && text.len() > 10, "{}", one.name);
        }
    }
}
