//! Resource servers as administrators see and change them.

use super::{OpenTo, ResourceServer};
use crate::clock::Timestamp;
use crate::configuration::ConfigurationName;
use crate::scopes::Resource;

/// The most characters of a name.
const MAX_NAME: usize = 200;

/// A resource server with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredServer {
    /// What tokens go by.
    pub server: ResourceServer,
    /// The configuration that looks after it.
    pub managed_by: Option<ConfigurationName>,
    /// Goes up at each change.
    pub version: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Which resource servers a list holds. What is `None` chooses none out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceServerFilter {
    /// What the identifier begins with.
    pub begins_with: Option<String>,
    /// The identifier, in any spelling.
    pub resource: Option<Resource>,
    /// Enabled or disabled ones.
    pub is_active: Option<bool>,
}

/// What is to be otherwise about a resource server; `None` stays. Its identifier stays in any case:
/// with another, it would be another API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceServerChange {
    /// What people know it as.
    pub name: Option<String>,
    /// Which clients may ask for tokens for it.
    pub open_to: Option<OpenTo>,
    /// Whether tokens are issued for it at all.
    pub is_active: Option<bool>,
    /// The configuration that looks after it: whoever stores the server stores this beside it.
    pub managed_by: Option<Option<ConfigurationName>>,
}

impl ResourceServerChange {
    /// Makes the change.
    pub fn apply(self, server: &mut ResourceServer) {
        if let Some(name) = self.name {
            server.name = name;
        }
        server.open_to = self.open_to.unwrap_or(server.open_to);
        server.is_active = self.is_active.unwrap_or(server.is_active);
    }
}

/// Something that is wrong about a resource server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceServerFlaw {
    /// Its name is empty, too long or cannot be shown.
    #[error("a name has 1 to 200 characters, none of them a control character")]
    Name,
}

impl ResourceServerFlaw {
    /// The member that is wrong.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Name => "name",
        }
    }
}

impl ResourceServer {
    /// Everything that is wrong about it.
    #[must_use]
    pub fn flaws(&self) -> Vec<ResourceServerFlaw> {
        let length = self.name.chars().count();
        if length == 0 || length > MAX_NAME || self.name.chars().any(char::is_control) {
            vec![ResourceServerFlaw::Name]
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use uuid::Uuid;

    use super::*;
    use crate::id::ResourceServerId;

    fn server(name: &str) -> ResourceServer {
        ResourceServer {
            id: ResourceServerId::from_uuid(Uuid::nil()),
            resource: "https://api.example.com".parse().unwrap(),
            name: name.to_owned(),
            open_to: OpenTo::ListedClients,
            is_active: true,
        }
    }

    #[test]
    fn a_resource_server_has_a_name_that_can_be_shown() {
        assert_eq!(server("Notes").flaws(), []);
        assert_eq!(server("ä".repeat(200).as_str()).flaws(), []);
        for name in ["", "a\0", "a\nb", &"x".repeat(201)] {
            assert_eq!(server(name).flaws(), [ResourceServerFlaw::Name], "{name:?}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let mut changed = server("Notes");
        ResourceServerChange::default().apply(&mut changed);
        assert_eq!(changed, server("Notes"));
        let change = ResourceServerChange {
            open_to: Some(OpenTo::EveryClient),
            ..ResourceServerChange::default()
        };
        change.apply(&mut changed);
        let open = ResourceServer {
            open_to: OpenTo::EveryClient,
            ..server("Notes")
        };
        assert_eq!(changed, open);
    }
}
