//! What may be the audience of a token: the rules.

use std::collections::HashMap;

use super::{OpenTo, ResourceServer};
use crate::clients::Client;
use crate::scopes::Resource;

/// Why a client gets no token for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// No resource server of this identifier is registered.
    #[error("no such resource server is registered")]
    Unknown,
    /// It is disabled.
    #[error("the resource server is disabled")]
    Disabled,
    /// It is for clients that list it, and this one does not.
    #[error("the client does not list the resource server")]
    NotListed,
}

/// The registered resource servers.
#[derive(Debug, Clone, Default)]
pub struct KnownServers(HashMap<Resource, ResourceServer>);

impl FromIterator<ResourceServer> for KnownServers {
    fn from_iter<I: IntoIterator<Item = ResourceServer>>(servers: I) -> Self {
        let by_resource = |server: ResourceServer| (server.resource.clone(), server);
        Self(servers.into_iter().map(by_resource).collect())
    }
}

impl KnownServers {
    /// The server that a client asks for, if it may have tokens for it.
    ///
    /// # Errors
    /// Why it may not.
    pub fn admit(
        &self,
        client: &Client,
        resource: &Resource,
    ) -> Result<&ResourceServer, NotAdmitted> {
        let server = self.active(resource)?;
        match server.open_to {
            OpenTo::ListedClients if !client.resources.contains(resource) => {
                Err(NotAdmitted::NotListed)
            }
            OpenTo::ListedClients | OpenTo::EveryClient => Ok(server),
        }
    }

    /// What a client asks for, each once and in the registered spelling, if it may have all of it.
    ///
    /// # Errors
    /// The first that it may not have, and why.
    pub fn admit_all(
        &self,
        client: &Client,
        asked: &[Resource],
    ) -> Result<Vec<Resource>, (Resource, NotAdmitted)> {
        let mut admitted = Vec::new();
        for resource in asked {
            let server = self.admit(client, resource);
            let server = server.map_err(|why| (resource.clone(), why))?;
            if !admitted.contains(&server.resource) {
                admitted.push(server.resource.clone());
            }
        }
        Ok(admitted)
    }

    /// The audience of a token, in the registered spelling: what is left of what was granted, else of
    /// the client's default audience; empty where there is neither, which means the issuer.
    ///
    /// # Errors
    /// When there was something and nothing of it is left: why the first is not. Nobody has granted the
    /// issuer in its place.
    pub fn audience(
        &self,
        client: &Client,
        granted: &[Resource],
    ) -> Result<Vec<Resource>, NotAdmitted> {
        if granted.is_empty() {
            still(client.default_audience.iter().map(|one| self.active(one)))
        } else {
            still(granted.iter().map(|one| self.admit(client, one)))
        }
    }

    /// What people know these as, as far as they are registered.
    pub fn names_of<'s>(&'s self, resources: &'s [Resource]) -> impl Iterator<Item = &'s str> {
        let names = resources.iter().filter_map(|one| self.0.get(one));
        names.map(|server| server.name.as_str())
    }

    fn active(&self, resource: &Resource) -> Result<&ResourceServer, NotAdmitted> {
        let server = self.0.get(resource).ok_or(NotAdmitted::Unknown)?;
        if server.is_active {
            Ok(server)
        } else {
            Err(NotAdmitted::Disabled)
        }
    }
}

/// The identifiers of those that are left; the first reason where there were some and none is.
fn still<'s>(
    servers: impl Iterator<Item = Result<&'s ResourceServer, NotAdmitted>>,
) -> Result<Vec<Resource>, NotAdmitted> {
    let mut left = Vec::new();
    let mut first = Ok(());
    for server in servers {
        match server {
            Ok(server) => left.push(server.resource.clone()),
            Err(why) => first = first.and(Err(why)),
        }
    }
    match first {
        Err(why) if left.is_empty() => Err(why),
        Err(_) | Ok(()) => Ok(left),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use uuid::Uuid;

    use super::*;
    use crate::id::{ClientKey, ResourceServerId};

    const API: &str = "https://api.example.com";
    const OPEN: &str = "https://open.example.com/mcp";
    const OFF: &str = "https://off.example.com/";

    fn resources(texts: &[&str]) -> Vec<Resource> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn spelled(resources: &[Resource]) -> Vec<&str> {
        resources.iter().map(Resource::as_str).collect()
    }

    fn known() -> KnownServers {
        let server = |(text, open_to, is_active): (&str, OpenTo, bool)| ResourceServer {
            id: ResourceServerId::from_uuid(Uuid::nil()),
            resource: text.parse().unwrap(),
            name: text.to_uppercase(),
            open_to,
            is_active,
        };
        let servers = [
            (API, OpenTo::ListedClients, true),
            (OPEN, OpenTo::EveryClient, true),
            (OFF, OpenTo::EveryClient, false),
        ];
        servers.into_iter().map(server).collect()
    }

    fn client(listed: &[&str]) -> Client {
        let key = ClientKey::from_uuid(Uuid::nil());
        let mut client = Client::new(key, "web".parse().unwrap());
        client.resources = resources(listed);
        client
    }

    fn admitted(listed: &[&str], asked: &str) -> Result<String, NotAdmitted> {
        let (known, asked) = (known(), asked.parse().unwrap());
        let admitted = known.admit(&client(listed), &asked);
        admitted.map(|server| server.resource.to_string())
    }

    #[test]
    fn a_client_gets_tokens_for_what_it_lists_and_for_what_is_open_to_every_client() {
        assert_eq!(admitted(&[API], API), Ok(API.to_owned()));
        assert_eq!(admitted(&[], API), Err(NotAdmitted::NotListed));
        assert_eq!(admitted(&[], OPEN), Ok(OPEN.to_owned()));
        for listed in [&[][..], &[OFF]] {
            assert_eq!(admitted(listed, OFF), Err(NotAdmitted::Disabled));
        }
        let nowhere = "https://nowhere.example.com";
        assert_eq!(admitted(&[nowhere], nowhere), Err(NotAdmitted::Unknown));
    }

    #[test]
    fn whatever_the_spelling_the_registered_one_is_granted() {
        let granted = Ok(API.to_owned());
        assert_eq!(
            admitted(&["HTTPS://api.example.com/"], "https://API.example.com/"),
            granted
        );
        let twice = resources(&["https://api.example.com/", API, OPEN]);
        let all = known().admit_all(&client(&[API]), &twice).unwrap();
        assert_eq!(spelled(&all), [API, OPEN]);
    }

    #[test]
    fn all_that_is_asked_for_has_to_be_admitted() {
        let asked = resources(&[OPEN, API]);
        let refused = known().admit_all(&client(&[]), &asked).unwrap_err();
        assert_eq!(refused, (API.parse().unwrap(), NotAdmitted::NotListed));
        assert_eq!(known().admit_all(&client(&[]), &[]), Ok(Vec::new()));
    }

    #[test]
    fn of_what_was_granted_the_rest_is_left_and_never_nothing() {
        let left = |listed: &[&str], granted: &[&str]| {
            let left = known().audience(&client(listed), &resources(granted));
            left.map(|left| {
                spelled(&left)
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(left(&[API], &[OFF, API]), Ok(vec![API.to_owned()]));
        assert_eq!(left(&[], &[OFF, API]), Err(NotAdmitted::Disabled));
        assert_eq!(left(&[], &[API, OFF]), Err(NotAdmitted::NotListed));
        assert_eq!(left(&[], &[]), Ok(Vec::new()));
    }

    #[test]
    fn a_default_audience_needs_no_list_but_a_server_that_is_enabled() {
        let mut client = client(&[]);
        assert_eq!(known().audience(&client, &[]), Ok(Vec::new()));
        client.default_audience = resources(&[OFF, "https://api.example.com/"]);
        let audience = known().audience(&client, &[]).unwrap();
        assert_eq!(spelled(&audience), [API]);
        client.default_audience = resources(&[OFF]);
        let none = known().audience(&client, &[]);
        assert_eq!(none, Err(NotAdmitted::Disabled));
    }

    #[test]
    fn names_are_those_of_the_registered() {
        let asked = resources(&["https://api.example.com/", "https://x.example/"]);
        let known = known();
        assert_eq!(
            known.names_of(&asked).collect::<Vec<_>>(),
            ["HTTPS://API.EXAMPLE.COM"]
        );
    }
}
