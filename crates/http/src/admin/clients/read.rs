//! Clients, one and many.

use authly_domain::clients::{ClientFilter, ClientOrder, ClientSort};
use authly_domain::page::Direction;
use authly_protocol::admin::clients::{Get, List, ListQuery};

use super::{AdminCall, Answer, Clients, document};
use crate::admin::paging::page_of;
use crate::admin::parameters::QueryFields;
use crate::respond::AdminProblem;

/// `GET /admin/clients`
pub(super) async fn list(
    call: AdminCall<List>,
    clients: Clients,
) -> Result<Answer<List>, AdminProblem> {
    let mut fields = QueryFields::default();
    let (filter, order) = asked(&mut fields, &call.query);
    let page = fields.finish_with_page(call.query.limit, call.query.cursor)?;
    let found = clients.list(&filter, order, &page).await?;
    Ok(Answer::of(page_of(found, document::client)))
}

/// `GET /admin/clients/{client}`
pub(super) async fn get(
    call: AdminCall<Get>,
    clients: Clients,
) -> Result<Answer<Get>, AdminProblem> {
    let client = clients.get(call.path.client.0).await?;
    let version = client.client.version;
    Ok(Answer::of(document::client(&client)).in_version(version))
}

/// The filter and the order, which count where nothing is wrong.
fn asked(fields: &mut QueryFields, query: &ListQuery) -> (ClientFilter, ClientOrder) {
    let known = "not one of the known values";
    let client_type = fields.parse("client_type", query.client_type.as_deref(), known);
    let grant_type = fields.parse("grant_type", query.grant_type.as_deref(), known);
    let id = fields.parse(
        "client_id",
        query.client_id.as_deref(),
        "no client_id is like that",
    );
    let order = order(query.sort.as_deref());
    if order.is_none() {
        fields.wrong(
            "sort",
            "it is client_id, client_name or created_at, or one of them behind -",
        );
    }
    let begins_with = fields.beginning("q", query.q.as_deref());
    let filter = ClientFilter {
        id,
        begins_with,
        client_type,
        is_active: query.is_active,
        grant_type,
    };
    let first = ClientOrder {
        by: ClientSort::ClientId,
        direction: Direction::Ascending,
    };
    (filter, order.unwrap_or(first))
}

/// The order that `sort` names.
fn order(sort: Option<&str>) -> Option<ClientOrder> {
    let sort = sort.unwrap_or("client_id");
    let (name, direction) = match sort.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (sort, Direction::Ascending),
    };
    let by = match name {
        "client_id" => ClientSort::ClientId,
        "client_name" => ClientSort::Name,
        "created_at" => ClientSort::CreatedAt,
        _ => return None,
    };
    Some(ClientOrder { by, direction })
}
