//! What a command works with: the server, the login, and where results go.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authly_admin_client::admin::Page;
use authly_admin_client::secret::ClientSecret;
use authly_admin_client::{AdminClient, Call, ClientError, Endpoint, IdempotencyKey, ServerUrl};
use tokio::time::{Instant, sleep, timeout_at};

use crate::args::{Change, CommonArguments, Paging};
use crate::exit::Exit;
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

/// How long after the first attempt at what yields a secret nothing is sent any more. The server keeps
/// its answer somewhat longer: what is sent before finds it, and does not do the thing again.
const ATTEMPTS: Duration = IdempotencyKey::ANSWER_KEPT_FOR.saturating_sub(Duration::from_secs(10));

/// The pauses between these attempts.
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
    /// key until it is answered, or the server may have forgotten its answer. `look` is the command
    /// that shows whether it was done after all.
    pub(crate) async fn once<'c, E: Endpoint>(
        &self,
        change: Change,
        call: impl Fn() -> Call<'c, E>,
        look: &str,
    ) -> Result<E::Answer, Failure> {
        if change.dry_run {
            return Ok(call().dry_run().await?);
        }
        let key = IdempotencyKey::generate();
        let attempt = || call().idempotency_key(&key).send();
        let again = || {
            self.output
                .note("there is no answer yet, it is asked for again");
        };
        insist(attempt, again, look).await
    }

    /// Warns who changes by hand what a configuration looks after.
    pub(crate) fn warn_if_managed(&self, what: &str, managed_by: Option<&str>) {
        if let Some(name) = managed_by {
            self.output.warn(&format!(
                "{what} is managed by the configuration {name}: authly apply would undo what is \
                 changed by hand"
            ));
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

/// Makes attempts until one is answered. All of them are over when [`ATTEMPTS`] is, even one that is
/// under way.
async fn insist<T, F>(attempt: impl Fn() -> F, again: impl Fn(), look: &str) -> Result<T, Failure>
where
    F: Future<Output = Result<T, ClientError>>,
{
    let end = Instant::now() + ATTEMPTS;
    let mut pauses = PATIENCE.iter();
    let mut is_lost = false;
    loop {
        let failure = match timeout_at(end, attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => {
                is_lost |= matches!(error, ClientError::Transport { .. });
                Failure::from(error)
            }
            Err(_elapsed) => {
                is_lost = true;
                Failure::new(Exit::Unreachable, "no answer came in time")
            }
        };
        let pause = pauses.next().filter(|pause| Instant::now() + **pause < end);
        match (failure.exit, pause) {
            (Exit::Unreachable, Some(pause)) => {
                again();
                sleep(*pause).await;
            }
            _ if is_lost => {
                let hint = format!("It is not known whether it was done. To see: {look}");
                return Err(failure.hint(&hint));
            }
            _ => return Err(failure),
        }
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use authly_admin_client::Refusal;
    use authly_admin_client::admin::{Problem, ProblemCode};
    use pretty_assertions::assert_eq;

    use super::*;

    /// What an attempt comes to.
    #[derive(Clone, Copy)]
    enum End {
        Answered,
        Lost,
        Refused(ProblemCode),
    }

    /// What came of attempts that end so one after the other, each after so many seconds, the last
    /// one again and again; with the seconds at which they began.
    async fn come_to(seconds: u64, ends: &[End]) -> (Result<(), Failure>, Vec<u64>) {
        let start = Instant::now();
        let begun = RefCell::new(Vec::new());
        let attempt = || async {
            let number = begun.borrow().len();
            begun.borrow_mut().push(start.elapsed().as_secs());
            sleep(Duration::from_secs(seconds)).await;
            let server = "https://auth.example.com".parse().unwrap();
            match ends[number.min(ends.len() - 1)] {
                End::Answered => Ok(()),
                End::Lost => Err(ClientError::Transport {
                    server,
                    source: "the connection was closed".into(),
                }),
                End::Refused(code) => Err(ClientError::Refused {
                    server,
                    refusal: Box::new(Refusal {
                        status: code.status(),
                        problem: Some(Problem::new(code, "It is so.".to_owned())),
                        error: None,
                        request_id: None,
                    }),
                }),
            }
        };
        let result = insist(attempt, || (), "authly client show web").await;
        (result, begun.into_inner())
    }

    const AWAY: End = End::Refused(ProblemCode::TemporarilyUnavailable);
    const UNKNOWN: &str = "It is not known whether it was done. To see: authly client show web";

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_was_lost_is_asked_for_until_it_comes() {
        let (result, begun) = come_to(0, &[End::Lost, AWAY, End::Lost, End::Answered]).await;

        assert!(result.is_ok());
        assert_eq!(begun.len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_sent_when_the_server_may_have_forgotten_its_answer() {
        for seconds in [0, 1, 7, 30, 90] {
            let start = Instant::now();

            let (result, begun) = come_to(seconds, &[End::Lost]).await;

            let failure = result.unwrap_err();
            assert_eq!(failure.exit, Exit::Unreachable);
            assert!(failure.message.ends_with(UNKNOWN), "{}", failure.message);
            assert!(begun.iter().all(|at| *at < 50), "{seconds}: {begun:?}");
            assert!(start.elapsed() < IdempotencyKey::ANSWER_KEPT_FOR);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_the_end_and_leaves_open_what_was_done_only_where_an_answer_was_lost() {
        let refused = End::Refused(ProblemCode::InvalidBody);

        let (result, begun) = come_to(0, &[refused, End::Answered]).await;
        let failure = result.unwrap_err();
        assert_eq!((failure.exit, begun.len()), (Exit::Refused, 1));
        assert!(!failure.message.contains("not known"));

        let (result, begun) = come_to(0, &[End::Lost, refused, End::Answered]).await;
        let failure = result.unwrap_err();
        assert_eq!((failure.exit, begun.len()), (Exit::Refused, 2));
        assert!(failure.message.ends_with(UNKNOWN), "{}", failure.message);
    }
}
