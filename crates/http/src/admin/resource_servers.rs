//! `/admin/resource-servers`.

mod document;
mod problem;
mod read;
mod write;

use actix_web::web::Data;
use authly_services::resource_servers::ResourceServerAdmin;

use super::{AdminCall, Answer, Table};

/// What handlers of this part ask.
type Servers = Data<ResourceServerAdmin>;

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table
        .with(read::list)
        .with(write::create)
        .with(read::get)
        .with(write::update)
        .with(write::enable)
        .with(write::disable)
        .with(write::delete)
}
