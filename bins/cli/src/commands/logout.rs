//! `authly logout`.

use authly_admin_client::AdminClient;
use clap::Args;

use crate::args::CommonArguments;
use crate::caller::{USER_AGENT, address};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::profiles::{Profile, Profiles};

/// How to log out.
#[derive(Debug, Args)]
pub(crate) struct LogoutArguments {
    /// Forget the login here without telling the server, where it ends by itself later.
    #[arg(long)]
    forget: bool,
}

/// Ends the login at the server, and forgets it.
pub(crate) async fn logout(
    arguments: &LogoutArguments,
    common: &CommonArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let profiles = Profiles::of_this_person()?;
    let name = &common.profile;
    match profiles.load(name) {
        Ok(None) => {
            output.note("nobody was logged in");
            return Ok(Exit::Ok);
        }
        Ok(Some(profile)) if !arguments.forget => end(&profile).await?,
        Ok(Some(_)) => {}
        Err(error) => output.warn(&format!(
            "{error}. It is removed; the server was not told, since what it says is not trusted"
        )),
    }
    profiles.remove(name)?;
    output.note("logged out");
    Ok(Exit::Ok)
}

/// Ends the login at its server.
async fn end(profile: &Profile) -> Result<(), Failure> {
    let client = AdminClient::builder(address(&profile.server)?).user_agent(USER_AGENT);
    let ended = profile.end(&client.build()?.oauth()).await;
    ended.map_err(|error| {
        let hint = "To forget the login here all the same: authly logout --forget";
        Failure::from(error).hint(hint)
    })
}
