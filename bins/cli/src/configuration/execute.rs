//! Doing what a plan says, step by step. Each step names the version that the plan has seen, so that
//! what somebody else has changed meanwhile is not lost.

use authly_admin_client::admin::clients::{ClientChange, NewClient};
use authly_admin_client::admin::settings::ChangeQuery;
use authly_admin_client::admin::{Id, Patch};
use authly_admin_client::admin::{resource_servers, scopes::DeleteQuery};
use authly_admin_client::id::ClientKey;

use super::plan::{Act, Mark, Plan, Rest, ServerAct};
use super::show::MadeSecret;
use crate::args::Change;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::output::Output;

/// For real.
const MEANT: Change = Change { dry_run: false };

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// How many steps.
    pub(crate) steps: usize,
    /// Secrets that the server made. People have seen them by now.
    pub(crate) secrets: Vec<MadeSecret>,
    /// Why it stopped before the end.
    pub(crate) failure: Option<Failure>,
}

/// Does what the plan says, until something fails.
pub(crate) async fn execute(plan: &Plan, caller: &Caller) -> Done {
    let mut done = Done::default();
    for act in &plan.acts {
        if let Err(failure) = step(act, caller, &mut done).await {
            done.failure = Some(failure);
            break;
        }
        done.steps += 1;
    }
    done
}

async fn step(act: &Act, caller: &Caller, done: &mut Done) -> Result<(), Failure> {
    let server = &caller.client;
    match act {
        Act::CreateScope { new, active } => {
            let made = server.create_scope(new).await?;
            set_scope_activity(&new.name, made.version, *active, caller).await?;
        }
        Act::ChangeScope {
            name,
            version,
            change,
            active,
        } => {
            let mut version = *version;
            if let Some(change) = change {
                let changed = server.update_scope(name, change).if_match(version).await?;
                version = changed.version;
            }
            set_scope_activity(name, version, *active, caller).await?;
        }
        Act::RemoveScope { name, version } => {
            let call = server.delete_scope(name, &DeleteQuery::default());
            call.if_match(*version).await?;
        }
        Act::Server(act) => server_step(act, caller).await?,
        Act::CreateClient { new, rest } => register(new, rest, caller, done).await?,
        Act::ChangeClient {
            id,
            version,
            change,
            rest,
            ..
        } => {
            let mut version = *version;
            if let Some(change) = change {
                let changed = server.update_client(*id, change).if_match(version).await?;
                version = changed.version;
            }
            finish(*id, version, rest, caller).await?;
        }
        Act::RemoveClient { id, version, .. } => {
            server.delete_client(*id).if_match(*version).await?;
        }
        Act::ChangeSettings { version, change } => {
            let call = server.change_settings(change, &ChangeQuery::default());
            call.if_match(*version).await?;
        }
    }
    Ok(())
}

/// Registers a client. A secret that the server made is shown, unless another one follows.
async fn register(
    new: &NewClient,
    rest: &Rest,
    caller: &Caller,
    done: &mut Done,
) -> Result<(), Failure> {
    let client_id = new.client_id.clone().unwrap_or_default();
    let look = format!("authly client show {client_id}");
    let call = || caller.client.create_client(new);
    let made = caller.once(MEANT, call, &look).await?;
    if let (Some(client_secret), None) = (made.client_secret, &rest.secret) {
        let secret = MadeSecret {
            client_id,
            client_secret,
        };
        show(&secret, caller)?;
        done.secrets.push(secret);
    }
    finish(made.client.id, made.client.version, rest, caller).await
}

async fn set_scope_activity(
    name: &str,
    version: i64,
    active: Option<bool>,
    caller: &Caller,
) -> Result<(), Failure> {
    match active {
        Some(true) => caller.client.enable_scope(name).if_match(version).await?,
        Some(false) => caller.client.disable_scope(name).if_match(version).await?,
        None => return Ok(()),
    };
    Ok(())
}

async fn server_step(act: &ServerAct, caller: &Caller) -> Result<(), Failure> {
    let server = &caller.client;
    let (id, version, active) = match act {
        ServerAct::Create(new) => {
            server.create_resource_server(new).await?;
            return Ok(());
        }
        ServerAct::Change {
            id,
            version,
            change,
            active,
            ..
        } => {
            let version = match change {
                Some(change) => {
                    let call = server.update_resource_server(*id, change);
                    call.if_match(*version).await?.version
                }
                None => *version,
            };
            (*id, version, *active)
        }
        ServerAct::Remove { id, version, .. } => {
            let how = resource_servers::DeleteQuery::default();
            let call = server.delete_resource_server(*id, &how);
            call.if_match(*version).await?;
            return Ok(());
        }
    };
    match active {
        Some(true) => server.enable_resource_server(id).if_match(version).await?,
        Some(false) => server.disable_resource_server(id).if_match(version).await?,
        None => return Ok(()),
    };
    Ok(())
}

/// What is done with a client beside its registration.
async fn finish(
    client: Id<ClientKey>,
    mut version: i64,
    rest: &Rest,
    caller: &Caller,
) -> Result<(), Failure> {
    let server = &caller.client;
    if let Some(secret) = &rest.secret {
        let call = server.set_client_secret(client, secret).if_match(version);
        version = call.await?.version;
    }
    if let Some(to) = &rest.entitle {
        let call = server.entitle_client(client, to).if_match(version);
        version = call.await?.version;
    }
    let changed = match rest.active {
        Some(true) => Some(server.enable_client(client).if_match(version).await?),
        Some(false) => Some(server.disable_client(client).if_match(version).await?),
        None => None,
    };
    if rest.mark == Mark::Ends {
        let version = changed.map_or(version, |client| client.version);
        let change = ClientChange {
            managed_by: Patch::Clear,
            ..ClientChange::default()
        };
        server
            .update_client(client, &change)
            .if_match(version)
            .await?;
    }
    Ok(())
}

/// Shows people a secret as soon as it is made: whatever comes after this, they have it.
fn show(made: &MadeSecret, caller: &Caller) -> Result<(), Failure> {
    if caller.output.is_for_people() {
        let line = format!(
            "secret of {}: {}\n",
            made.client_id,
            made.client_secret.expose()
        );
        Output::script(line.as_bytes())?;
    }
    Ok(())
}

impl Plan {
    /// Where it stopped after so many steps.
    pub(crate) fn stop(&self, done: usize) -> String {
        let what = self.acts.get(done).map(Act::what).unwrap_or_default();
        let all = self.acts.len();
        format!("It stopped at {what}, after {done} of {all} steps, which stay done.")
    }

    /// What was done by so many steps, and what was not.
    pub(crate) fn parted(&self, done: usize) -> (Vec<String>, Vec<String>) {
        let mut all: Vec<_> = self.acts.iter().map(Act::what).collect();
        let open = all.split_off(done.min(all.len()));
        (all, open)
    }
}

impl Act {
    /// The name of what it is about.
    fn name(&self) -> &str {
        match self {
            Self::CreateScope { new, .. } => &new.name,
            Self::ChangeScope { name, .. } | Self::RemoveScope { name, .. } => name,
            Self::Server(act) => act.resource(),
            Self::CreateClient { new, .. } => new.client_id.as_deref().unwrap_or_default(),
            Self::ChangeClient { client_id, .. } | Self::RemoveClient { client_id, .. } => {
                client_id
            }
            Self::ChangeSettings { .. } => "",
        }
    }

    /// What it is about.
    fn what(&self) -> String {
        match self {
            Self::CreateScope { .. } | Self::ChangeScope { .. } | Self::RemoveScope { .. } => {
                format!("the scope {}", self.name())
            }
            Self::Server(_) => format!("the resource server {}", self.name()),
            Self::CreateClient { .. } | Self::ChangeClient { .. } | Self::RemoveClient { .. } => {
                format!("the client {}", self.name())
            }
            Self::ChangeSettings { .. } => "the settings".to_owned(),
        }
    }
}
