//! Users.

mod change;
mod claims;
mod consents;
mod create;
mod import;
mod list;
mod passwords;
mod refusal;

use actix_web::web::Data;
use authly_domain::users::{Account, Address as PostalAddress, PasswordChange};
use authly_protocol::admin::users::{Address, Get, User};
use authly_protocol::admin::{Id, Moment};
use authly_protocol::endpoint::Endpoint;
use authly_services::users::{Order, UserAdmin};

use super::{AdminCall, Answer, Table};
use crate::respond::AdminProblem;

/// Who administers users.
type Users = Data<UserAdmin>;

/// The endpoints of users.
pub(super) fn table(table: Table) -> Table {
    table
        .with(list::list)
        .with(create::create)
        .with(import::import)
        .with(get)
        .with(change::update)
        .with(change::delete)
        .with(change::disable)
        .with(change::enable)
        .with(change::unlock)
        .with(change::verify)
        .with(change::set_admin)
        .with(change::unset_admin)
        .with(passwords::reset)
        .with(passwords::require_change)
        .with(consents::list)
        .with(consents::revoke)
}

/// `GET /admin/users/{user}`
async fn get(call: AdminCall<Get>, users: Users) -> Result<Answer<Get>, AdminProblem> {
    let account = users.get(call.path.user.0).await?;
    Ok(answer(&account))
}

/// Who calls, whether it is meant, and for which version.
const fn order<E: Endpoint>(call: &AdminCall<E>) -> Order<'_> {
    Order {
        by: &call.caller.identity,
        run: call.run,
        version: call.if_match,
    }
}

/// The user in the version that is shown.
fn answer<E: Endpoint<Answer = User>>(account: &Account) -> Answer<E> {
    Answer::of(document(account)).in_version(account.version)
}

/// A user as they are shown.
fn document(account: &Account) -> User {
    let profile = account.profile.clone();
    let email = account.email.as_ref();
    User {
        id: Id(account.id),
        sub: account.subject.as_str().to_owned(),
        username: account.username.as_str().to_owned(),
        email: email.map(|email| email.as_str().to_owned()),
        is_verified: account.is_verified,
        is_active: account.is_active,
        is_admin: account.is_admin,
        requires_password_change: account.password_change == PasswordChange::Required,
        name: profile.name,
        given_name: profile.given_name,
        family_name: profile.family_name,
        middle_name: profile.middle_name,
        nickname: profile.nickname,
        profile: profile.profile,
        picture: profile.picture,
        website: profile.website,
        gender: profile.gender,
        birthdate: profile.birthdate,
        zoneinfo: profile.zoneinfo,
        locale: profile.locale,
        phone_number: profile.phone_number,
        phone_number_verified: profile.phone_number_verified.unwrap_or(false),
        address: Some(profile.address)
            .filter(|address| !address.is_empty())
            .map(address),
        last_login_at: account.last_login_at.map(Moment),
        created_at: Moment(account.created_at),
        updated_at: Moment(account.updated_at),
        version: account.version,
    }
}

fn address(address: PostalAddress) -> Address {
    Address {
        formatted: address.formatted,
        street_address: address.street_address,
        locality: address.locality,
        region: address.region,
        postal_code: address.postal_code,
        country: address.country,
    }
}
