//! A login with a password, without a browser.

use authly_admin_client::clock::{Clock, SystemClock};
use authly_admin_client::secret::Password;
use authly_admin_client::{AdminClient, ClientError, Credentials, ErrorCode, PasswordLogin};

use super::{LoginArguments, all_administration};
use crate::caller::CLIENT_ID;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::profiles::Profile;
use crate::prompt;

/// Asks for the password, having said what it will allow, and logs in with it.
pub(super) async fn log_in(
    arguments: &LoginArguments,
    name: &str,
    client: &AdminClient,
) -> Result<Profile, Failure> {
    let scope = arguments.scope.clone();
    let scope = scope.unwrap_or_else(all_administration);
    let server = client.server();
    let password = if arguments.password_stdin {
        Password::new(prompt::secret_from_stdin()?)
    } else {
        // This takes the place of the page on which a browser asks for consent.
        Output::ask(&format!("the login to {server} will allow: {scope}"));
        prompt::password(&format!("Password of {name}: "))?
    };
    if password.expose().is_empty() {
        return Err(Failure::usage("there is no password where it should be"));
    }
    let login = PasswordLogin {
        client_id: CLIENT_ID,
        username: name,
        password: &password,
        scope: &scope,
    };
    let tokens = client.oauth().log_in_with_password(&login).await;
    let credentials = Credentials::of(tokens.map_err(refused)?, SystemClock.now());
    Ok(Profile::new(server, CLIENT_ID, &credentials).by_password())
}

/// What the server said, in its own words, which are for the person here.
fn refused(error: ClientError) -> Failure {
    let ClientError::Refused { refusal, .. } = &error else {
        return error.into();
    };
    let Some(said) = &refusal.error else {
        return error.into();
    };
    let exit = match said.error {
        ErrorCode::InvalidGrant => Exit::NotLoggedIn,
        ErrorCode::TemporarilyUnavailable => Exit::Unreachable,
        _ => Exit::Refused,
    };
    let words = said.error_description.as_deref();
    let failure = Failure::new(exit, words.unwrap_or_else(|| said.error.description()));
    match said.error {
        ErrorCode::UnsupportedGrantType => failure.hint("With the browser: authly login"),
        ErrorCode::InvalidScope => failure.hint(
            "A login with a password allows scopes of administration alone, such as admin:users:read.",
        ),
        _ => failure,
    }
}
