//! Finding the user, the client or the resource server that somebody names.

use authly_admin_client::admin::Id;
use authly_admin_client::admin::clients::{self, Client};
use authly_admin_client::admin::resource_servers::{self, ResourceServer};
use authly_admin_client::admin::users::{self, User};
use authly_admin_client::id::{ClientKey, UserId};

use crate::caller::Caller;
use crate::failure::Failure;

/// How many are looked at for the one of that name: what is the name itself comes before what merely
/// begins with it.
const LOOKED_AT: u64 = 10;

/// The user of this name, address or id.
pub(super) async fn user(named: &str, caller: &Caller) -> Result<User, Failure> {
    if let Ok(Id(id)) = named.parse() {
        return Ok(caller.client.user(id).await?);
    }
    find_user(named, caller).await?.ok_or_else(|| {
        Failure::refused(format!("there is no user {named}"))
            .hint("To look for somebody: authly user list --search TEXT")
    })
}

/// The user of this name or address, if there is one.
async fn find_user(named: &str, caller: &Caller) -> Result<Option<User>, Failure> {
    let query = users::ListQuery {
        q: Some(named.to_owned()),
        limit: Some(LOOKED_AT),
        ..users::ListQuery::default()
    };
    let found = caller.client.users(&query).await?;
    let same = |text: &str| text.to_lowercase() == named.trim().to_lowercase();
    let is_meant = |user: &User| same(&user.username) || user.email.as_deref().is_some_and(same);
    Ok(found.items.into_iter().find(is_meant))
}

/// The client of this `client_id` or id.
pub(super) async fn client(named: &str, caller: &Caller) -> Result<Client, Failure> {
    if let Ok(id) = named.parse::<Id<_>>() {
        return Ok(caller.client.client(id).await?);
    }
    let found = find_client(named, caller).await?;
    found.ok_or_else(|| Failure::refused(format!("there is no client {named}")))
}

/// The client of this `client_id`, if there is one.
async fn find_client(named: &str, caller: &Caller) -> Result<Option<Client>, Failure> {
    let query = clients::ListQuery {
        client_id: Some(named.to_owned()),
        ..clients::ListQuery::default()
    };
    let found = caller.client.clients(&query).await?;
    Ok(found.items.into_iter().next())
}

/// The resource server of this identifier, in any spelling, or id.
pub(super) async fn resource_server(
    named: &str,
    caller: &Caller,
) -> Result<ResourceServer, Failure> {
    if let Ok(id) = named.parse::<Id<_>>() {
        return Ok(caller.client.resource_server(id).await?);
    }
    let query = resource_servers::ListQuery {
        resource: Some(named.to_owned()),
        ..resource_servers::ListQuery::default()
    };
    let found = caller.client.resource_servers(&query).await?;
    let found = found.items.into_iter().next();
    found.ok_or_else(|| Failure::refused(format!("there is no resource server {named}")))
}

/// The id of the user of this name, address or id; an id that stands there is not looked up.
pub(super) async fn user_id(named: &str, caller: &Caller) -> Result<Id<UserId>, Failure> {
    match named.parse() {
        Ok(id) => Ok(id),
        Err(_name) => Ok(user(named, caller).await?.id),
    }
}

/// The id of whoever did something: of the user of this name or address, else of the client of this name.
/// An id that stands there is not looked up.
pub(super) async fn actor_id(named: &str, caller: &Caller) -> Result<Id<UserId>, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    if let Some(user) = find_user(named, caller).await? {
        return Ok(user.id);
    }
    let found = find_client(named, caller).await?;
    let client =
        found.ok_or_else(|| Failure::refused(format!("there is no user or client {named}")))?;
    Ok(Id(UserId::from_uuid(*client.id.0.as_uuid())))
}

/// The id of the client of this `client_id` or id; an id that stands there is not looked up.
pub(super) async fn client_key(named: &str, caller: &Caller) -> Result<Id<ClientKey>, Failure> {
    match named.parse() {
        Ok(key) => Ok(key),
        Err(_name) => Ok(client(named, caller).await?.id),
    }
}

/// The ids of a user and of a client, as far as they are named.
pub(super) async fn parties(
    user: Option<&str>,
    client: Option<&str>,
    caller: &Caller,
) -> Result<(Option<Id<UserId>>, Option<Id<ClientKey>>), Failure> {
    let user = match user {
        Some(named) => Some(user_id(named, caller).await?),
        None => None,
    };
    let client = match client {
        Some(named) => Some(client_key(named, caller).await?),
        None => None,
    };
    Ok((user, client))
}
