//! The admin API. Each endpoint is a type of `authly_protocol::admin`; here it gets its handler.
//!
//! A handler takes an [`AdminCall`] of its endpoint, which exists only after every check: the network
//! rule, the access token with the endpoint's scope, the right to administer, path, query and body.
//! It calls one method of one service and answers with what the endpoint promises:
//!
//! ```text
//! /// `GET /admin/clients/{client}`
//! pub(super) async fn get(
//!     call: AdminCall<clients::Get>,
//!     clients: web::Data<ClientAdmin>,
//! ) -> Result<Answer<clients::Get>, AdminProblem> { … }
//! ```
//!
//! To add one: the type in `authly_protocol`, its handler in a file here, a line in [`table`]. A test
//! compares the table with the list of all endpoints, and calls each one without its rights.

mod answer;
mod audit;
mod call;
mod clients;
mod fields;
mod grants;
mod keys;
mod logout_calls;
mod look;
mod paging;
mod parameters;
mod read;
mod refusals;
mod registration;
mod repeated;
mod resource_servers;
mod scopes;
mod sessions;
mod settings;
mod system;
mod table;
mod tokens;
mod users;
mod whoami;

pub(crate) use self::answer::Answer;
pub(crate) use self::call::AdminCall;
pub(crate) use self::clients::{registered, shown};
pub(crate) use self::table::Table;

/// Every endpoint with its handler.
pub(crate) fn table() -> Table {
    let table = Table::default()
        .with(whoami::whoami)
        .with(settings::list)
        .with(settings::read)
        .with(settings::change)
        .with(system::status)
        .with(system::statistics);
    let table = refusals::table(table);
    let table = sessions::table(grants::table(table));
    let table = logout_calls::table(table);
    let table = audit::table(keys::table(tokens::table(table)));
    let table = registration::table(clients::table(table));
    let table = resource_servers::table(scopes::table(table));
    users::table(table)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use authly_protocol::admin::ALL;
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn every_endpoint_of_the_protocol_has_its_handler() {
        let promised: BTreeSet<_> = ALL
            .iter()
            .map(|one| (one.method.as_str(), one.path))
            .collect();
        let mounted: BTreeSet<_> = table().places().collect();
        assert_eq!(mounted, promised);
    }
}
