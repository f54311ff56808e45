//! What a command works with: the server, the login, and where results go.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authly_admin_client::admin::Page;
use authly_admin_client::secret::ClientSecret;
use authly_admin_client::{AdminClient, Call, ClientError, Endpoint, IdempotencyKey, ServerUrl};

use crate::args::{Change, CommonArguments, Paging};
use crate::failure::Failure;
use crate::output::Output;
use crate::profiles::{Profile, ProfileName, ProfileStore, Profiles};
use crate::prompt;

/// The client through which people log in.
pub(crate) const CLIENT_ID: &str = "authly-cli";

/// The server that is asked where nobody has said which.
const DEFAULT_SERVER: &str = "http://localhost:8000";

/// The most that is asked for at once.
const PAGE: usize = 200;

/// The pauses between attempts at what yields a secret. The server keeps the answer for a minute, so
/// that asking with the same key after the last of them still finds it.
const PATIENCE: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// Who calls, for the commands.
pub(crate) struct Caller {
    /// Asks the server, with the profile's login.
    pub(crate) client: AdminClient,
    /// Where results and messages go.
    pub(crate) output: Output,
    /// The profile whose login it is.
    pub(crate) name: ProfileName,
}

impl Caller {
    /// The caller that the command line and the profile make.
    pub(crate) fn new(common: &CommonArguments, output: Output) -> Result<Self, Failure> {
        let profiles = Profiles::of_this_person()?;
        let profile = profiles.load(&common.profile)?;
        let server = server_of(common, profile.as_ref())?;
        let profile = profile.filter(|profile| profile.server == server.as_str());
        let name = common.profile.clone();
        let store = ProfileStore::new(profiles, name.clone(), server.clone());
        let store = Arc::new(store);
        let builder = AdminClient::builder(server).user_agent(USER_AGENT);
        let builder = match &profile {
            Some(profile) => match &profile.client_secret_file {
                Some(path) => {
                    let secret = secret_in(path)?;
                    builder.stored_client_credentials(&profile.client_id, secret, store)
                }
                None => builder.stored_credentials(&profile.client_id, store),
            },
            None => builder.stored_credentials(CLIENT_ID, store),
        };
        Ok(Self {
            client: builder.build()?,
            output,
            name,
        })
    }

    /// Does once what yields a secret, however often the answer is lost: `call` is sent with the same
    /// key until it is answered. The server stays away for half a minute before this gives up.
    pub(crate) async fn once<'c, E: Endpoint>(
        &self,
        call: impl Fn() -> Call<'c, E>,
    ) -> Result<E::Answer, Failure> {
        let key = IdempotencyKey::generate();
        let mut pauses = PATIENCE.iter();
        loop {
            match (call().idempotency_key(&key).await, pauses.next()) {
                (Ok(answer), _) => return Ok(answer),
                (Err(ClientError::Transport { .. }), Some(pause)) => {
                    self.output
                        .note("the answer was lost, it is asked for again");
                    tokio::time::sleep(*pause).await;
                }
                (Err(error), _) => return Err(error.into()),
            }
        }
    }

    /// As many things of a list as are wanted, page by page. `page` begins the call for the page
    /// behind a cursor with so many things at most.
    pub(crate) async fn gather<'c, T, E>(
        &self,
        paging: &Paging,
        page: impl Fn(Option<String>, u32) -> Call<'c, E>,
    ) -> Result<Vec<T>, Failure>
    where
        E: Endpoint<Answer = Page<T>>,
    {
        let wanted = if paging.all { usize::MAX } else { paging.limit };
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let size = (wanted - all.len()).clamp(1, PAGE);
            let size = u32::try_from(size).unwrap_or(1);
            let Page { items, next_cursor } = page(cursor, size).await?;
            all.extend(items);
            cursor = next_cursor;
            if all.len() >= wanted || cursor.is_none() {
                break;
            }
        }
        let is_cut = cursor.is_some() || all.len() > wanted;
        all.truncate(wanted);
        if is_cut {
            self.output.note(&format!(
                "these are the first {}: see more with --limit, or all with --all",
                all.len()
            ));
        }
        Ok(all)
    }
}

impl Change {
    /// The call, as the dry run that it may have to be.
    pub(crate) fn apply<E: Endpoint>(self, call: Call<'_, E>) -> Call<'_, E> {
        if self.dry_run { call.dry_run() } else { call }
    }
}

/// How the program names itself in the server's log.
pub(crate) const USER_AGENT: &str = concat!("authly/", env!("CARGO_PKG_VERSION"));

/// The server that is asked: what the command line says, else the profile.
pub(crate) fn server_of(
    common: &CommonArguments,
    profile: Option<&Profile>,
) -> Result<ServerUrl, Failure> {
    match (&common.server, profile) {
        (Some(server), _) => Ok(server.clone()),
        (None, Some(profile)) => address(&profile.server),
        (None, None) => address(DEFAULT_SERVER),
    }
}

/// An address that was written down.
pub(crate) fn address(text: &str) -> Result<ServerUrl, Failure> {
    text.parse()
        .map_err(|error| Failure::usage(format!("{text} is no address of a server: {error}")))
}

/// A service client's secret, from the file where it is kept.
pub(crate) fn secret_in(path: &Path) -> Result<ClientSecret, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("the secret in {path} cannot be read: {error}"))
    })?;
    Ok(ClientSecret::new(
        prompt::without_line_end(&text).to_owned(),
    ))
}
