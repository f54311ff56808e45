//! The API that the application calls in its user's name.

use openidconnect::AccessToken;
use reqwest::StatusCode;
use reqwest::header::WWW_AUTHENTICATE;

use super::step_up::StepUp;
use crate::Outgoing;

/// What became of a call.
#[derive(Debug, PartialEq, Eq)]
pub enum Called {
    /// It was done.
    Done,
    /// It will be, once the user has logged in like this.
    After(StepUp),
    /// It was refused.
    Refused(StatusCode),
}

/// Deletes the user's notes.
///
/// # Errors
/// The API cannot be reached.
pub async fn delete(
    api: &str,
    token: &AccessToken,
    outgoing: &Outgoing,
) -> Result<Called, reqwest::Error> {
    let request = outgoing.delete(api).bearer_auth(token.secret());
    let answer = request.send().await?;
    if answer.status().is_success() {
        return Ok(Called::Done);
    }
    let challenges = answer.headers().get_all(WWW_AUTHENTICATE).iter();
    let mut challenges = challenges.filter_map(|value| value.to_str().ok());
    let wanted = challenges.find_map(StepUp::wanted_by);
    Ok(wanted.map_or(Called::Refused(answer.status()), Called::After))
}
