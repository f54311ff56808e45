//! `/admin/clients`.

mod change;
mod document;
mod problem;
mod read;
mod secrets;
mod write;

use actix_web::web::Data;
use authly_services::clients::ClientAdmin;

use super::{AdminCall, Answer, Table};

pub(crate) use self::change::registered;
pub(crate) use self::document::client as shown;

/// What handlers of this part ask.
type Clients = Data<ClientAdmin>;

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table
        .with(read::list)
        .with(write::create)
        .with(read::get)
        .with(write::update)
        .with(write::delete)
        .with(write::enable)
        .with(write::disable)
        .with(secrets::rotate_secret)
        .with(secrets::set_secret)
        .with(write::assign_scopes)
        .with(secrets::entitle)
}
