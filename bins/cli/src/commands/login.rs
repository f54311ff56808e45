//! `authly login`: through the browser, or with a service client's own credentials.

mod browser;
mod callback;
mod page;
mod password;

use std::path::PathBuf;

use authly_admin_client::clock::{Clock, SystemClock};
use authly_admin_client::secret::ClientSecret;
use authly_admin_client::{AdminClient, AdminScope, ClientError, Credentials, ServerUrl};
use clap::Args;

use crate::args::CommonArguments;
use crate::caller::{CLIENT_ID, USER_AGENT, secret_in, server_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::profiles::{Profile, Profiles};
use crate::prompt;

/// What belongs to a login of a person beside the scopes of administration.
const PERSONAL: [&str; 3] = ["openid", "profile", "offline_access"];

/// How to log in.
#[derive(Debug, Args)]
pub(crate) struct LoginArguments {
    /// Print the address that the browser would have opened, and open none.
    #[arg(long, conflicts_with_all = ["client_id", "username"])]
    no_browser: bool,

    /// Log in as this user without a browser, where the server takes passwords so. The password is
    /// typed, unseen. Only what people may administer is allowed then.
    #[arg(long, value_name = "NAME", conflicts_with = "client_id")]
    username: Option<String>,

    /// Read the password from standard input.
    #[arg(long, requires = "username")]
    password_stdin: bool,

    /// What the login is to allow, separated by spaces: everything that people may administer unless
    /// said.
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,

    /// Log in as this service client, for programs that run without people.
    #[arg(long, value_name = "ID", requires = "secret", requires = "scope")]
    client_id: Option<String>,

    /// The file with the service client's secret. It is read again whenever a new token is needed.
    #[arg(long, value_name = "FILE", group = "secret", requires = "client_id")]
    client_secret_file: Option<PathBuf>,

    /// Read the service client's secret from standard input. It is not kept: the login ends with its
    /// token.
    #[arg(long, group = "secret", requires = "client_id")]
    client_secret_stdin: bool,
}

/// Logs in, and keeps what came of it in the profile.
pub(crate) async fn login(
    arguments: &LoginArguments,
    common: &CommonArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let profiles = Profiles::of_this_person()?;
    // What an unreadable profile says does not matter to somebody who logs in anew.
    let before = profiles.load(&common.profile).ok().flatten();
    let server = server_of(common, before.as_ref())?;
    let builder = AdminClient::builder(server.clone()).user_agent(USER_AGENT);
    let client = builder.build()?;
    let profile = match (&arguments.client_id, &arguments.username) {
        (Some(id), _) => as_service_client(arguments, id, &client).await?,
        (None, Some(name)) => password::log_in(arguments, name, &client).await?,
        (None, None) => as_person(arguments, &client, output).await?,
    };
    profiles.save(&common.profile, &profile)?;
    forget_on_server(&client, before.as_ref()).await;
    introduce(&server, &profile, output).await;
    Ok(Exit::Ok)
}

async fn as_person(
    arguments: &LoginArguments,
    client: &AdminClient,
    output: &Output,
) -> Result<Profile, Failure> {
    let scope = arguments.scope.clone().unwrap_or_else(everything);
    let browser = if arguments.no_browser {
        browser::Opening::ByThePerson
    } else {
        browser::Opening::Now
    };
    let tokens = browser::log_in(client, &scope, browser, output).await?;
    let credentials = Credentials::of(tokens, SystemClock.now());
    Ok(Profile::new(client.server(), CLIENT_ID, &credentials))
}

/// All that people may administer, and what keeps the login going.
fn everything() -> String {
    [&PERSONAL.join(" "), &*all_administration()].join(" ")
}

/// All that people may administer.
fn all_administration() -> String {
    let all = AdminScope::ALL.iter().map(|scope| scope.as_str());
    all.collect::<Vec<_>>().join(" ")
}

async fn as_service_client(
    arguments: &LoginArguments,
    id: &str,
    client: &AdminClient,
) -> Result<Profile, Failure> {
    let (secret, file) = match &arguments.client_secret_file {
        Some(path) => {
            let place = std::path::absolute(path).unwrap_or_else(|_no_folder| path.clone());
            (secret_in(path)?, Some(place))
        }
        None => (ClientSecret::new(prompt::secret_from_stdin()?), None),
    };
    let scope = arguments.scope.as_deref();
    let tokens = client.oauth().client_credentials(id, &secret, scope).await;
    let tokens = tokens.map_err(|error| refused_client(error, id))?;
    let credentials = Credentials::of(tokens, SystemClock.now());
    let mut profile = Profile::new(client.server(), id, &credentials);
    profile.client_secret_file = file;
    Ok(profile)
}

fn refused_client(error: ClientError, id: &str) -> Failure {
    match error {
        ClientError::Refused { refusal, .. } if refusal.status == 401 => Failure::new(
            Exit::NotLoggedIn,
            format!("the client {id} or its secret is wrong"),
        ),
        other => other.into(),
    }
}

/// Ends the login that this one replaces. That it cannot be ended is no reason to fail: it ends by
/// itself.
async fn forget_on_server(client: &AdminClient, before: Option<&Profile>) {
    let same_server = before.filter(|profile| profile.server == client.server().as_str());
    if let Some(before) = same_server {
        let _ended = before.end(&client.oauth()).await;
    }
}

/// Says who is logged in. The login stands, whatever the server says to this question.
async fn introduce(server: &ServerUrl, profile: &Profile, output: &Output) {
    let token = profile.access_token();
    let client = AdminClient::builder(server.clone()).user_agent(USER_AGENT);
    let Ok(client) = client.token(token).build() else {
        return;
    };
    match client.whoami().await {
        Ok(who) => {
            let user = who.user.map(|user| user.username);
            let name = user.unwrap_or(who.client.client_id);
            output.note(&format!("logged in to {server} as {name}"));
            if !who.is_admin {
                output.warn(&format!(
                    "{name} is no administrator: the server will refuse whatever needs one"
                ));
            }
        }
        Err(error) => {
            output.note(&format!("logged in to {server}"));
            output.warn(&Failure::from(error).message);
        }
    }
}
