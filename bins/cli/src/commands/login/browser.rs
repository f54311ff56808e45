//! The code flow of a native application (RFC 8252): the browser, a loopback redirect and PKCE.

use authly_admin_client::secret::{CodeVerifier, SecretText};
use authly_admin_client::{AdminClient, Redemption, Tokens};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::callback::Callback;
use crate::caller::CLIENT_ID;
use crate::failure::Failure;
use crate::output::Output;

/// The authorization endpoint, below the issuer.
const AUTHORIZE: &str = "/api/v1/oauth/authorize";

/// Who opens the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// The program.
    Now,
    /// The person, by the address that is printed.
    ByThePerson,
}

/// Sends the person to the server, waits for them to come back, and redeems what they bring.
pub(super) async fn log_in(
    client: &AdminClient,
    scope: &str,
    opening: Opening,
    output: &Output,
) -> Result<Tokens, Failure> {
    let callback = Callback::open().await?;
    let (state, verifier) = (SecretText::new(random()?), CodeVerifier::new(random()?));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
    let server = client.server();
    let mut address = Url::parse(&format!("{server}{AUTHORIZE}"))
        .map_err(|error| Failure::usage(format!("{server} is no address: {error}")))?;
    address
        .query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", CLIENT_ID)
        .append_pair("redirect_uri", callback.redirect_uri())
        .append_pair("scope", scope)
        .append_pair("state", state.expose())
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    send_there(address.as_str(), opening);
    let code = callback.wait(server, &state, output).await?;
    let redemption = Redemption {
        client_id: CLIENT_ID,
        code: &code,
        redirect_uri: callback.redirect_uri(),
        code_verifier: &verifier,
    };
    Ok(client.oauth().redeem(&redemption).await?)
}

/// Opens the browser, and says where in case it does not.
fn send_there(address: &str, opening: Opening) {
    let opened = match opening {
        Opening::Now => open::that_detached(address).is_ok(),
        Opening::ByThePerson => false,
    };
    let lead = if opened {
        "The browser opens to log you in. If it does not, open this address on this machine:"
    } else {
        "To log in, open this address in a browser on this machine:"
    };
    Output::ask(&format!("{lead}\n{address}"));
}

/// 256 random bits, in the characters that a URL and a code verifier may have (RFC 7636 §4.1).
fn random() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::refused(format!("the operating system gives no randomness: {error}"))
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
