//! Users, as administrators change them.

mod access;
mod at_once;
mod passwords;
mod rights;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::Origin;
use authly_domain::users::Account;
use authly_services::users::{Order, UserAdminError, UserDeed};
use authly_testing::TestServices;
use authly_testing::fixtures::{TestClient, TestUser};

/// This user as somebody who acts.
pub(crate) fn person(user: &TestUser) -> Administrator {
    Administrator::User {
        id: user.id,
        username: user.username.parse().unwrap(),
        origin: Origin::default(),
    }
}

/// A service client as somebody who acts.
pub(crate) fn machine(client: &TestClient) -> Administrator {
    Administrator::Client {
        key: client.record.key,
        client_id: client.id.parse().unwrap(),
        origin: Origin::default(),
    }
}

/// What `by` orders, whatever the version is.
pub(crate) const fn order(by: &Administrator) -> Order<'_> {
    Order {
        by,
        run: Run::ForReal,
        version: None,
    }
}

/// Does something to a user.
pub(crate) async fn does(
    services: &TestServices,
    by: &Administrator,
    user: &TestUser,
    deed: UserDeed,
) -> Result<Account, UserAdminError> {
    services
        .deps
        .user_admin
        .change(user.id, deed, &order(by))
        .await
}
