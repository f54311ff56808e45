//! `/admin/scopes`.

mod document;
mod problem;
mod read;
mod write;

use actix_web::web::Data;
use authly_services::scopes::ScopeAdmin;

use super::{AdminCall, Answer, Table};

/// What handlers of this part ask.
type Scopes = Data<ScopeAdmin>;

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
