//! The list of users: what chooses, and in which order it goes.

use time::OffsetDateTime;

use super::username::normal_form;
use crate::clock::Timestamp;
use crate::id::UserId;
use crate::page::Direction;

/// Which users a list has: those who fit every switch that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Whether the account may be used.
    pub is_active: Option<bool>,
    /// Whether they may administer.
    pub is_admin: Option<bool>,
    /// Whether the address is proven.
    pub is_verified: Option<bool>,
    /// Whether a change of password is due.
    pub requires_password_change: Option<bool>,
}

/// From when to when; absent ends are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// The first moment in it.
    pub from: Option<Timestamp>,
    /// The first moment after it.
    pub before: Option<Timestamp>,
}

/// In which order a list of users goes. A range of time goes with the order by that time alone, so
/// that there is an index for every list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserOrder {
    /// By user name.
    Username(Direction),
    /// By address; those without one are the lowest.
    Email(Direction),
    /// By when the account was made, within this range.
    CreatedAt(Direction, TimeRange),
    /// By the last login, within this range; those who never logged in are the lowest.
    LastLoginAt(Direction, TimeRange),
    /// Those whose user name, address or name begins with a text, by what does.
    Search(UserSearch),
}

/// What a user name, an address or a name begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSearch {
    text: String,
    normal: String,
}

/// Why a text is not searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserSearchError {
    /// Nothing is in it.
    #[error("it is empty")]
    Empty,
    /// It is longer than any name.
    #[error("it is longer than {} characters", UserSearch::LONGEST)]
    TooLong,
    /// No name holds control characters.
    #[error("it holds a control character")]
    Control,
}

impl UserSearch {
    /// The most characters of a text that is searched for.
    pub const LONGEST: usize = 254;

    /// The text itself, for names.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form in which user names and addresses are compared.
    #[must_use]
    pub fn normal_form(&self) -> &str {
        &self.normal
    }
}

impl std::str::FromStr for UserSearch {
    type Err = UserSearchError;

    fn from_str(text: &str) -> Result<Self, UserSearchError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UserSearchError::Empty);
        }
        if text.chars().take(Self::LONGEST + 1).count() > Self::LONGEST {
            return Err(UserSearchError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(UserSearchError::Control);
        }
        Ok(Self {
            text: text.to_owned(),
            normal: normal_form(text),
        })
    }
}

/// Where a page of users ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPosition {
    /// By what the list goes.
    pub key: UserKey,
    /// The last user.
    pub id: UserId,
}

/// A value by which a list of users goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserKey {
    /// A name or an address.
    Text(String),
    /// A moment.
    Time(Timestamp),
}

impl UserPosition {
    /// Key and id as texts, for [`from_texts`](Self::from_texts) to read.
    #[must_use]
    pub fn to_texts(&self) -> (String, String) {
        let key = match &self.key {
            UserKey::Text(text) => text.clone(),
            UserKey::Time(at) => at.as_date_time().unix_timestamp_nanos().to_string(),
        };
        (key, self.id.to_string())
    }

    /// Reads the position of a list in this order; `None` where it is none.
    #[must_use]
    pub fn from_texts(order: &UserOrder, key: &str, id: &str) -> Option<Self> {
        let key = match order {
            UserOrder::CreatedAt(..) | UserOrder::LastLoginAt(..) => {
                let at = OffsetDateTime::from_unix_timestamp_nanos(key.parse().ok()?);
                UserKey::Time(Timestamp::from_date_time(at.ok()?))
            }
            UserOrder::Username(_) | UserOrder::Email(_) | UserOrder::Search(_) => {
                UserKey::Text(key.to_owned())
            }
        };
        let id = id.parse().ok()?;
        Some(Self { key, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_searched_for_in_the_form_of_names() {
        let search: UserSearch = " STRAẞE ".parse().unwrap();
        assert_eq!(search.as_str(), "STRAẞE");
        assert_eq!(search.normal_form(), "strasse");
    }

    #[test]
    fn a_position_reads_back_in_its_own_order() {
        let id = UserId::from_uuid(uuid::Uuid::from_u128(7));
        let at = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        let by_time = UserOrder::CreatedAt(Direction::Ascending, TimeRange::default());
        let by_name = UserOrder::Username(Direction::Descending);
        for (order, key) in [
            (by_time.clone(), UserKey::Time(at)),
            (by_name, UserKey::Text("alice".to_owned())),
        ] {
            let position = UserPosition { key, id };
            let (key, id) = position.to_texts();
            assert_eq!(UserPosition::from_texts(&order, &key, &id), Some(position));
        }
        assert_eq!(
            UserPosition::from_texts(&by_time, "alice", &id.to_string()),
            None
        );
    }

    #[test]
    fn what_can_be_no_name_is_not_searched_for() {
        let read = |text: &str| text.parse::<UserSearch>();
        assert_eq!(read(" "), Err(UserSearchError::Empty));
        assert_eq!(read("a\0"), Err(UserSearchError::Control));
        assert_eq!(read(&"x".repeat(255)), Err(UserSearchError::TooLong));
    }
}
