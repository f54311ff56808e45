//! The front door.

use actix_web::HttpResponse;

use crate::pages::Pages;
use crate::places::LOGIN;

/// `GET /`: leads to the login page, which says who is logged in.
pub(crate) async fn show(pages: Pages) -> HttpResponse {
    pages.see_other(LOGIN, None)
}
