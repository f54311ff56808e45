//! What a test begins with: a database, the time, and somebody to speak of.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use authly_domain::audit::{Actor, AuditAction, AuditEvent, Origin};
use authly_domain::clients::{
    ApplicationType, AuthMethod, Client, ClientProfile, ClientType, ConsentPolicy, GrantType,
    LogoutMetadata, NonceRule, OpenIdMetadata, PkceRule, RefreshRotation, RequestObjectMetadata,
    TokenLifetimes,
};
use authly_domain::clock::Timestamp;
use authly_domain::entropy::Entropy;
use authly_domain::id::{AuditEventId, ClientKey, SessionId, UserId};
use authly_domain::keys::{KeyId, KeyPhase, SigningAlgorithm};
use authly_domain::scopes::Scope;
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::Authentication;
use authly_domain::users::{
    Email, PasswordChange, PasswordHash, PasswordScheme, Profile, Subject, UserClaims, Username,
};
use authly_repositories::audit::NewEvent;
use authly_repositories::sessions::NewSession;
use authly_repositories::users::NewUser;
use authly_repositories::{Db, DbConn, StatementMode};
use authly_testing::TestDatabase;
use authly_testing::clock::beginning;
use authly_testing::database::POOL_SIZE;
use authly_testing::entropy::SeededEntropy;

/// Where requests of the tests come from.
pub(crate) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// A database of its own.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) mode: StatementMode,
    pub(crate) now: Timestamp,
    pub(crate) database: TestDatabase,
    entropy: SeededEntropy,
}

/// A user who is stored.
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) subject: Subject,
}

/// A session that is stored.
pub(crate) struct SessionRow {
    pub(crate) id: SessionId,
    pub(crate) digest: SecretDigest,
}

impl World {
    pub(crate) async fn new(mode: StatementMode) -> Self {
        let database = TestDatabase::create().await;
        Self {
            db: database.pool_with(POOL_SIZE, mode),
            mode,
            now: beginning(),
            database,
            entropy: SeededEntropy::new(1),
        }
    }

    /// The same database through a pool with this many connections.
    pub(crate) fn pool(&self, size: usize) -> Db {
        self.database.pool_with(size, self.mode)
    }

    pub(crate) async fn conn(&self) -> DbConn {
        self.db.connect().await.unwrap()
    }

    /// So many seconds after the beginning.
    pub(crate) fn later(&self, seconds: u64) -> Timestamp {
        self.now.plus(Duration::from_secs(seconds))
    }

    /// A new identifier.
    pub(crate) fn id<T>(&self, generate: fn(Timestamp, &dyn Entropy) -> T) -> T {
        generate(self.now, &self.entropy)
    }

    /// A new digest.
    /// Something that nobody is known to have done.
    pub(crate) fn event(&self, action: AuditAction, at: Timestamp) -> AuditEvent {
        let id = self.id(AuditEventId::generate);
        AuditEvent::new(id, at, action, Actor::Anonymous, Origin::default())
    }

    pub(crate) fn digest(&self) -> SecretDigest {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        SecretDigest::from_bytes(bytes)
    }

    /// How everybody has logged in.
    pub(crate) fn authentication(&self) -> Authentication {
        Authentication::by_password(self.now)
    }

    /// The key that signs access tokens.
    pub(crate) async fn kid(&self) -> KeyId {
        let keys = self.conn().await.reads().keys().all().await.unwrap();
        let signs = |phase| matches!(phase, KeyPhase::Active { .. });
        let key = keys
            .into_iter()
            .find(|key| key.algorithm == SigningAlgorithm::Es256 && signs(key.phase));
        key.expect("the template has an active key").kid
    }

    /// Stores a user of this name.
    pub(crate) async fn user(&self, name: &str) -> User {
        let id = self.id(UserId::generate);
        let subject = Subject::new(self.id(UserId::generate).as_uuid().to_string());
        let username: Username = name.parse().unwrap();
        let email: Email = format!("{name}@example.com").parse().unwrap();
        let new = NewUser {
            id,
            subject: &subject,
            username: &username,
            email: Some(&email),
            is_verified: true,
            password: Some(&password_hash("first")),
            password_change: PasswordChange::NotRequired,
            is_admin: false,
            profile: &Profile::default(),
            created_at: self.now,
        };
        let conn = self.conn().await;
        assert!(conn.reads().users().insert(&new).await.unwrap());
        User { id, subject }
    }

    /// What is known of a user who was stored by that name and never changed.
    pub(crate) fn claims_of(&self, user: &User, name: &str) -> UserClaims {
        UserClaims {
            subject: user.subject.clone(),
            username: name.parse().unwrap(),
            email: Some(format!("{name}@example.com").parse().unwrap()),
            email_is_verified: true,
            profile: Profile {
                phone_number_verified: Some(false),
                ..Profile::default()
            },
            updated_at: self.now,
        }
    }

    /// Stores a client of this name, and answers it as it reads back.
    pub(crate) async fn client(&self, id: &str) -> Client {
        let client = self.sample_client(id);
        let conn = self.conn().await;
        let clients = conn.reads().clients();
        let key = clients.upsert(&client, self.now).await.unwrap();
        let (scope, optional) = (&client.scope, &client.optional_scope);
        clients.replace_scopes(key, scope, optional).await.unwrap();
        clients.find(&client.id).await.unwrap().unwrap()
    }

    /// A client that may do what most may.
    pub(crate) fn sample_client(&self, id: &str) -> Client {
        Client {
            key: self.id(ClientKey::generate),
            id: id.parse().unwrap(),
            name: "An application".to_owned(),
            client_type: ClientType::Confidential,
            application_type: ApplicationType::Web,
            profile: ClientProfile::Strict,
            auth_method: AuthMethod::ClientSecretBasic,
            assertion_alg: None,
            secrets: Vec::new(),
            redirect_uris: vec!["https://client.example/callback".parse().unwrap()],
            post_logout_redirect_uris: Vec::new(),
            grant_types: GrantType::ALL.to_vec(),
            scope: scope("openid profile"),
            default_scope: Scope::empty(),
            optional_scope: Scope::empty(),
            resources: Vec::new(),
            default_audience: Vec::new(),
            pkce: PkceRule::Required,
            nonce: NonceRule::Required,
            consent: ConsentPolicy::Ask,
            refresh_rotation: RefreshRotation::Rotate,
            jwks: None,
            jwks_uri: None,
            requests: RequestObjectMetadata::default(),
            openid: OpenIdMetadata::default(),
            logout: LogoutMetadata::default(),
            lifetimes: TokenLifetimes::default(),
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
            is_active: true,
            version: 1,
        }
    }

    /// Stores a session of this user.
    pub(crate) async fn session(&self, user: UserId) -> SessionRow {
        let row = SessionRow {
            id: self.id(SessionId::generate),
            digest: self.digest(),
        };
        let new = NewSession {
            id: row.id,
            digest: row.digest,
            user,
            authentication: &self.authentication(),
            pending: &[],
            address: ADDRESS,
            user_agent: "a browser",
            created_at: self.now,
            expires_at: self.later(86_400),
        };
        let conn = self.conn().await;
        conn.reads().sessions().insert(&new).await.unwrap();
        row
    }
}

/// An event that tells nothing of a person.
pub(crate) const fn written(event: &AuditEvent) -> NewEvent<'_> {
    NewEvent {
        event,
        personal: None,
    }
}

/// A scope.
pub(crate) fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

/// Something in the place of a hash: nobody computes one here.
pub(crate) fn password_hash(text: &str) -> PasswordHash {
    PasswordHash {
        scheme: PasswordScheme::Bcrypt,
        hash: format!("$2b$04${text}"),
    }
}
