//! Where a request comes from, for handlers whose service has to know.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::client_address;
use crate::respond::AdminProblem;

/// The address of who calls the admin API, through proxies that are known.
pub(crate) struct CallerAddress(pub(crate) IpAddr);

impl FromRequest for CallerAddress {
    type Error = AdminProblem;
    type Future = Ready<Result<Self, AdminProblem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(
            client_address(request)
                .map(Self)
                .map_err(AdminProblem::from),
        )
    }
}
