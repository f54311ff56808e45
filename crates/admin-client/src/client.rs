//! The client: where the server is, what it is asked with, and the limits of every call.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::clock::{Clock, SystemClock};
use authly_domain::secret::{AccessToken, ClientSecret};
use authly_protocol::endpoint::Endpoint;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::redirect::Policy;

use crate::answer::Answer;
use crate::call::Call;
use crate::connection::{Connection, Repetition};
use crate::error::{BuildError, ClientError};
use crate::oauth::OAuth;
use crate::server_url::ServerUrl;
use crate::tokens::{
    ClientCredentials, CredentialStore, NoTokens, Renewal, StaticToken, StoredCredentials,
    TokenSource,
};

/// How long a connection may take to be made.
const CONNECT_TIME_LIMIT: Duration = Duration::from_secs(5);

/// How long an attempt may take, from the first try to connect to the last byte of the answer.
const CALL_TIME_LIMIT: Duration = Duration::from_secs(30);

/// Asks one server. Cheap to clone: clones share their connections and their access token.
#[derive(Debug, Clone)]
pub struct AdminClient {
    pub(crate) connection: Connection,
    pub(crate) tokens: Arc<dyn TokenSource>,
}

impl AdminClient {
    /// Begins a client of the server at this address.
    pub fn builder(server: ServerUrl) -> AdminClientBuilder {
        AdminClientBuilder {
            server,
            user_agent: concat!("authly-admin-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_time_limit: CONNECT_TIME_LIMIT,
            call_time_limit: CALL_TIME_LIMIT,
            clock: Arc::new(SystemClock),
            tokens: TokensFrom::Nowhere,
        }
    }

    /// The server that is asked.
    #[must_use]
    pub const fn server(&self) -> &ServerUrl {
        &self.connection.server
    }

    /// The server's OAuth endpoints.
    #[must_use]
    pub fn oauth(&self) -> OAuth {
        OAuth::new(self.connection.clone())
    }

    /// Begins a call of the endpoint `E`, which is sent when it is awaited:
    /// `client.call::<clients::Get>(&path).await`. The methods of the features do this for you.
    pub fn call<E: Endpoint>(&self, path: &E::Path) -> Call<'_, E> {
        Call::new(self, path)
    }

    /// Asks for the document at `path`, which begins with a slash and stands below the server's own.
    /// No token goes with it. It is asked for once, since it says how things are now.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        let request = self.connection.request(Method::GET, path);
        let request = request.header(ACCEPT, HeaderValue::from_static("application/json"));
        let request = self.connection.build(request)?;
        self.connection.send(request, Repetition::Unsafe).await
    }
}

/// What a client is made of.
#[must_use]
pub struct AdminClientBuilder {
    server: ServerUrl,
    user_agent: String,
    connect_time_limit: Duration,
    call_time_limit: Duration,
    clock: Arc<dyn Clock>,
    tokens: TokensFrom,
}

/// Where access tokens are to come from.
enum TokensFrom {
    Nowhere,
    Source(Arc<dyn TokenSource>),
    Store {
        client_id: String,
        renewal: Renewal,
        store: Arc<dyn CredentialStore>,
    },
    ClientCredentials {
        client_id: String,
        secret: ClientSecret,
        scope: Option<String>,
    },
}

impl AdminClientBuilder {
    /// Calls with this access token, until it ends.
    pub fn token(self, token: AccessToken) -> Self {
        self.token_source(Arc::new(StaticToken(Arc::new(token))))
    }

    /// Calls with the tokens of this source.
    pub fn token_source(mut self, source: Arc<dyn TokenSource>) -> Self {
        self.tokens = TokensFrom::Source(source);
        self
    }

    /// Calls as the service client `client_id`, whose secret this is. `scope` is what its tokens are
    /// to allow; its default scope where it is absent.
    pub fn client_credentials(
        mut self,
        client_id: &str,
        secret: ClientSecret,
        scope: Option<&str>,
    ) -> Self {
        self.tokens = TokensFrom::ClientCredentials {
            client_id: client_id.to_owned(),
            secret,
            scope: scope.map(str::to_owned),
        };
        self
    }

    /// Calls with what a person's login through the public client `client_id` has left in `store`.
    /// Tokens are refreshed as needed, once for all calls and all processes that share the store.
    pub fn stored_credentials(mut self, client_id: &str, store: Arc<dyn CredentialStore>) -> Self {
        self.tokens = TokensFrom::Store {
            client_id: client_id.to_owned(),
            renewal: Renewal::RefreshToken,
            store,
        };
        self
    }

    /// Calls with the tokens of the service client `client_id` that are kept in `store`, so that
    /// processes one after the other get one. New ones are got by its secret, and allow what the
    /// ones before did.
    pub fn stored_client_credentials(
        mut self,
        client_id: &str,
        secret: ClientSecret,
        store: Arc<dyn CredentialStore>,
    ) -> Self {
        self.tokens = TokensFrom::Store {
            client_id: client_id.to_owned(),
            renewal: Renewal::ClientSecret(secret),
            store,
        };
        self
    }

    /// How the client names itself in the server's log, such as `reports/1.2`.
    pub fn user_agent(mut self, name: &str) -> Self {
        name.clone_into(&mut self.user_agent);
        self
    }

    /// How long a connection may take to be made; 5 seconds unless said.
    pub const fn connect_time_limit(mut self, limit: Duration) -> Self {
        self.connect_time_limit = limit;
        self
    }

    /// How long each attempt at a call may take as a whole; 30 seconds unless said.
    pub const fn call_time_limit(mut self, limit: Duration) -> Self {
        self.call_time_limit = limit;
        self
    }

    /// What tells when an access token ends; the machine's clock unless said.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// The name cannot stand in a header, or this machine's trusted certificates cannot be read.
    pub fn build(self) -> Result<AdminClient, BuildError> {
        let mut http = reqwest::Client::builder()
            .user_agent(self.user_agent)
            .connect_timeout(self.connect_time_limit)
            .timeout(self.call_time_limit)
            .redirect(Policy::none());
        if self.server.is_loopback() {
            // A proxy would look for the server on its own machine.
            http = http.no_proxy();
        }
        if self.server.is_plain() {
            // Nothing is encrypted and redirects are not followed: this machine's trusted certificates
            // need not be read, which takes most of the time that a short program runs.
            http = http.tls_certs_only([]);
        }
        let http = http.build().map_err(|error| BuildError(error.into()))?;
        let connection = Connection {
            server: self.server,
            http,
        };
        let oauth = OAuth::new(connection.clone());
        let tokens: Arc<dyn TokenSource> = match self.tokens {
            TokensFrom::Nowhere => Arc::new(NoTokens(connection.server.clone())),
            TokensFrom::Source(source) => source,
            TokensFrom::Store {
                client_id,
                renewal,
                store,
            } => Arc::new(StoredCredentials::new(
                oauth, client_id, renewal, self.clock, store,
            )),
            TokensFrom::ClientCredentials {
                client_id,
                secret,
                scope,
            } => Arc::new(ClientCredentials::new(
                oauth, client_id, secret, scope, self.clock,
            )),
        };
        Ok(AdminClient { connection, tokens })
    }
}
