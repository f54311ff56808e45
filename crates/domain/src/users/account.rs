//! A user as administrators see and change them.

use super::{Change, Email, PasswordChange, Profile, ProfileChange, Subject, Username};
use crate::admin::Administrator;
use crate::clock::Timestamp;
use crate::id::UserId;

/// Everything that is kept of a user but the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Their key.
    pub id: UserId,
    /// Their `sub`.
    pub subject: Subject,
    /// Their name.
    pub username: Username,
    /// Their address.
    pub email: Option<Email>,
    /// Whether the address is proven.
    pub is_verified: bool,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether they may administer (with a token whose scope says so as well).
    pub is_admin: bool,
    /// Whether a change of password stands before everything else.
    pub password_change: PasswordChange,
    /// Their claims.
    pub profile: Profile,
    /// When they last logged in; `None` if they never did.
    pub last_login_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When what applications see of it last changed.
    pub updated_at: Timestamp,
    /// Goes up at each change; a login is none.
    pub version: i64,
}

/// Why an administrator may not do something to this account, whatever their scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountProtection {
    /// Nobody disables, demotes or deletes themselves.
    #[error("administrators cannot take their own rights")]
    OwnRights,
    /// A service client neither makes nor changes administrators: whoever could reset the password
    /// of one would be one.
    #[error("only an administrator in person may make or change administrators")]
    PersonRequired,
}

/// Whether a service client may act as well.
///
/// # Errors
/// [`AccountProtection::PersonRequired`] where it may not.
pub const fn only_in_person(by: &Administrator) -> Result<(), AccountProtection> {
    match by {
        Administrator::User { .. } => Ok(()),
        Administrator::Client { .. } => Err(AccountProtection::PersonRequired),
    }
}

/// What a change says of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountChange {
    /// The name; `None` keeps it.
    pub username: Option<Username>,
    /// The address.
    pub email: Change<Email>,
    /// Whether the address is proven; `None` keeps it, as far as the address stays.
    pub is_verified: Option<bool>,
    /// The claims.
    pub profile: ProfileChange,
}

/// Why a change is not possible in the account's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountConflict {
    /// There is no address that could be proven.
    #[error("the user has no e-mail address that could be verified")]
    NoEmail,
    /// There is no phone number that could be proven.
    #[error("the user has no phone number that could be verified")]
    NoPhoneNumber,
}

impl Account {
    /// Whether `by` may change this account.
    ///
    /// # Errors
    /// Why not.
    pub const fn may_be_changed_by(&self, by: &Administrator) -> Result<(), AccountProtection> {
        if self.is_admin {
            return only_in_person(by);
        }
        Ok(())
    }

    /// Whether `by` may take from this account what it may do: by disabling, demoting or deleting
    /// it. Whether an administrator is left is another question.
    ///
    /// # Errors
    /// Why not.
    pub fn may_lose_rights_by(&self, by: &Administrator) -> Result<(), AccountProtection> {
        if by.is_user(self.id) {
            return Err(AccountProtection::OwnRights);
        }
        self.may_be_changed_by(by)
    }

    /// Whether it counts among those of whom one has to be left.
    #[must_use]
    pub const fn is_active_administrator(&self) -> bool {
        self.is_admin && self.is_active
    }

    /// The account after a change. A new address is not proven unless the change says so; the same
    /// one in other letters stays as it was.
    ///
    /// # Errors
    /// When an address or a number would be said to be proven that is not there.
    pub fn changed(&self, change: AccountChange) -> Result<Self, AccountConflict> {
        let email = change.email.apply(self.email.clone());
        let normal = |email: &Option<Email>| email.as_ref().map(|one| one.normal_form().to_owned());
        let same_address = normal(&email) == normal(&self.email);
        let kept = same_address && self.is_verified;
        let is_verified = change.is_verified.unwrap_or(kept);
        if is_verified && email.is_none() {
            return Err(AccountConflict::NoEmail);
        }
        let profile = change.profile.apply(self.profile.clone());
        profile.check_proofs()?;
        Ok(Self {
            username: change.username.unwrap_or_else(|| self.username.clone()),
            email,
            is_verified,
            profile,
            ..self.clone()
        })
    }
}

impl Profile {
    /// Whether what is said to be proven is there.
    ///
    /// # Errors
    /// [`AccountConflict::NoPhoneNumber`] where it is not.
    pub fn check_proofs(&self) -> Result<(), AccountConflict> {
        if self.phone_number_verified == Some(true) && self.phone_number.is_none() {
            return Err(AccountConflict::NoPhoneNumber);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::audit::Origin;
    use crate::id::ClientKey;

    fn account() -> Account {
        let then = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        Account {
            id: UserId::from_uuid(Uuid::from_u128(1)),
            subject: Subject::new("sub".to_owned()),
            username: "alice".parse().unwrap(),
            email: Some("alice@example.com".parse().unwrap()),
            is_verified: true,
            is_active: true,
            is_admin: true,
            password_change: PasswordChange::NotRequired,
            profile: Profile {
                phone_number: Some("+49 30 1".to_owned()),
                phone_number_verified: Some(true),
                ..Profile::default()
            },
            last_login_at: None,
            created_at: then,
            updated_at: then,
            version: 1,
        }
    }

    fn person(id: u128) -> Administrator {
        Administrator::User {
            id: UserId::from_uuid(Uuid::from_u128(id)),
            username: "somebody".parse().unwrap(),
            origin: Origin::default(),
        }
    }

    fn machine() -> Administrator {
        Administrator::Client {
            key: ClientKey::from_uuid(Uuid::from_u128(1)),
            client_id: "robot".parse().unwrap(),
            origin: Origin::default(),
        }
    }

    #[test]
    fn nobody_takes_their_own_rights_and_no_machine_those_of_an_administrator() {
        let administrator = account();
        let user = Account {
            is_admin: false,
            ..account()
        };
        assert_eq!(administrator.may_lose_rights_by(&person(2)), Ok(()));
        assert_eq!(
            administrator.may_lose_rights_by(&person(1)),
            Err(AccountProtection::OwnRights)
        );
        assert_eq!(administrator.may_be_changed_by(&person(1)), Ok(()));
        for answer in [
            administrator.may_be_changed_by(&machine()),
            administrator.may_lose_rights_by(&machine()),
        ] {
            assert_eq!(answer, Err(AccountProtection::PersonRequired));
        }
        assert_eq!(user.may_lose_rights_by(&machine()), Ok(()));
    }

    #[test]
    fn a_new_address_is_not_proven_unless_the_change_says_so() {
        let changed = |email: Change<Email>, is_verified| {
            let change = AccountChange {
                email,
                is_verified,
                ..AccountChange::default()
            };
            account().changed(change).map(|account| account.is_verified)
        };
        let set = |text: &str| Change::Set(text.parse().unwrap());
        assert_eq!(changed(set("other@example.com"), None), Ok(false));
        assert_eq!(changed(set("other@example.com"), Some(true)), Ok(true));
        assert_eq!(changed(set("Alice@Example.com"), None), Ok(true));
        assert_eq!(changed(Change::Keep, None), Ok(true));
        assert_eq!(changed(Change::Keep, Some(false)), Ok(false));
        assert_eq!(changed(Change::Clear, None), Ok(false));
        assert_eq!(
            changed(Change::Clear, Some(true)),
            Err(AccountConflict::NoEmail)
        );
    }

    #[test]
    fn what_a_change_does_not_speak_of_stays() {
        let change = AccountChange {
            username: Some("alicia".parse().unwrap()),
            profile: ProfileChange {
                nickname: Change::Set("Al".to_owned()),
                ..ProfileChange::default()
            },
            ..AccountChange::default()
        };
        let expected = Account {
            username: "alicia".parse().unwrap(),
            profile: Profile {
                nickname: Some("Al".to_owned()),
                ..account().profile
            },
            ..account()
        };
        assert_eq!(account().changed(change), Ok(expected));
    }

    #[test]
    fn a_new_number_is_not_proven_unless_the_change_says_so() {
        let changed = |phone_number: Change<String>, phone_number_verified| {
            let profile = ProfileChange {
                phone_number,
                phone_number_verified,
                ..ProfileChange::default()
            };
            let change = AccountChange {
                profile,
                ..AccountChange::default()
            };
            let after = account().changed(change);
            after.map(|account| account.profile.phone_number_verified)
        };
        let other = || Change::Set("+49 30 2".to_owned());
        assert_eq!(changed(Change::Keep, None), Ok(Some(true)));
        assert_eq!(changed(other(), None), Ok(Some(false)));
        assert_eq!(changed(other(), Some(true)), Ok(Some(true)));
        assert_eq!(changed(Change::Clear, None), Ok(Some(false)));
        assert_eq!(
            changed(Change::Clear, Some(true)),
            Err(AccountConflict::NoPhoneNumber)
        );
    }
}
