//! From settings to services: the one place that puts everything together.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use authly_crypto::entropy::OsEntropy;
use authly_crypto::password::{PasswordHasher, PasswordHasherSettings};
use authly_domain::clock::SystemClock;
use authly_domain::sessions::SessionRules;
use authly_domain::throttle::ThrottleRule;
use authly_domain::users::PasswordRules;
use authly_http::{Deps, HttpSettings, Theme};
use authly_outbound::fetcher::{FetcherParts, GuardedFetcher, Trust};
use authly_services::clients::ClientThrottle;
use authly_services::jobs::JobRunner;
use authly_services::keys::KeyService;
use authly_services::policy::{
    AuthorizationPolicy, KeyPolicy, Policies, ThrottlePolicy, TokenPolicy,
};
use authly_services::sessions::SessionPolicy;
use authly_services::settings::SettingsService;
use authly_services::{Context, Foundation, Services};

use crate::settings::{CA_FILE, OutgoingSettings, PasswordSettings, Settings};
use crate::storage::Storage;

/// What every service works with.
pub(crate) fn context(storage: &Storage) -> Context {
    Context {
        db: storage.db.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        metrics: Arc::default(),
    }
}

/// Starts the threads that hash passwords.
///
/// # Errors
/// When the system gives no threads.
pub(crate) fn hasher(settings: &PasswordSettings) -> anyhow::Result<Arc<PasswordHasher>> {
    let at_least_one = |count| NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
    let hasher = PasswordHasher::start(PasswordHasherSettings {
        threads: at_least_one(settings.hash_threads),
        queue: at_least_one(settings.hash_queue),
        cost: settings.bcrypt_cost,
    })?;
    Ok(Arc::new(hasher))
}

/// Makes what fetches the documents that clients have registered.
///
/// # Errors
/// When the file with certificates cannot be read, or has none.
pub(crate) fn fetcher(settings: &OutgoingSettings) -> anyhow::Result<Arc<GuardedFetcher>> {
    let file = settings.ca_file.as_deref();
    let named = || {
        format!(
            "{}: {}",
            CA_FILE.path,
            file.unwrap_or(Path::new("")).display()
        )
    };
    let added = file.map(std::fs::read).transpose().with_context(named)?;
    let fetcher = GuardedFetcher::new(FetcherParts {
        trust: Trust::SystemAnd(added),
        allowed: settings.allow.clone(),
        ..FetcherParts::of_system(Arc::new(SystemClock))
    });
    Ok(Arc::new(fetcher.with_context(named)?))
}

/// Opens the signing keys, which are made where there are none.
///
/// # Errors
/// When keys cannot be made or opened, or storage fails.
pub(crate) async fn keys(
    settings: &Settings,
    storage: &Storage,
    context: &Context,
) -> anyhow::Result<Arc<KeyService>> {
    let schedule = policies(settings).key_schedule();
    let master = Arc::clone(&storage.master);
    Ok(Arc::new(
        KeyService::open(context.clone(), master, schedule).await?,
    ))
}

/// Reads the settings that administrators have stored.
///
/// # Errors
/// When storage fails.
pub(crate) async fn live_settings(
    settings: &Settings,
    context: &Context,
) -> anyhow::Result<Arc<SettingsService>> {
    let origins = settings.origins.clone();
    let service = SettingsService::open(context.clone(), policies(settings), origins);
    Ok(Arc::new(service.await?))
}

/// What was read from the database before the server starts.
pub(crate) struct Opened {
    /// The signing keys.
    pub(crate) keys: Arc<KeyService>,
    /// The settings, with what is stored of them.
    pub(crate) settings: Arc<SettingsService>,
}

/// What is done beside requests.
pub(crate) fn jobs(settings: &Settings, context: &Context, deps: &Deps) -> JobRunner {
    let policies = deps.live_settings.policies();
    let keys = Arc::clone(&deps.keys);
    JobRunner::of_a_node(context.clone(), keys, policies, settings.audit.kept_for)
}

/// What stands in front of the services, checked before anything is changed.
pub(crate) struct Front {
    /// How the pages look and what they speak.
    pub(crate) theme: Theme,
    /// The most connections that the open files allow.
    pub(crate) connections: usize,
    /// What fetches the documents that clients have registered.
    pub(crate) fetcher: Arc<GuardedFetcher>,
}

/// Everything that the endpoints work with.
pub(crate) fn deps(
    settings: &Settings,
    storage: &Storage,
    context: &Context,
    hasher: Arc<PasswordHasher>,
    opened: Opened,
    front: Front,
) -> Deps {
    let Opened {
        keys,
        settings: live,
    } = opened;
    let foundation = Foundation {
        context: context.clone(),
        master: Arc::clone(&storage.master),
        hasher,
        keys,
        settings: live,
        fetcher: front.fetcher.clone(),
        poster: front.fetcher,
        runtime: storage.handle().clone(),
    };
    let services = Services::assemble(foundation);
    let http = http_settings(settings, front.connections);
    Deps::new(services, http, front.theme)
}

/// What the operator decided, as the services take it.
pub(crate) fn policies(settings: &Settings) -> Policies {
    Policies {
        tokens: token_policy(settings),
        authorization: authorization_policy(settings),
        sessions: session_policy(settings),
        keys: KeyPolicy {
            announced_for: settings.keys.announced_for,
            active_for: settings.keys.active_for,
        },
        admin: settings.admin.clone(),
        registration: settings.registration.clone(),
    }
}

fn http_settings(settings: &Settings, connections: usize) -> HttpSettings {
    let listen = &settings.listen;
    HttpSettings {
        trusted_proxies: listen.trusted_proxies.clone(),
        max_body_bytes: listen.max_body_bytes,
        max_connections: connections,
        request_time_limit: listen.request_time_limit,
        // A request that is under way when the server stops may use all of its time.
        shutdown_timeout: listen.request_time_limit,
        ..HttpSettings::new(settings.issuer.clone())
    }
}

fn token_policy(settings: &Settings) -> TokenPolicy {
    let tokens = &settings.tokens;
    TokenPolicy {
        issuer: settings.issuer.clone(),
        access_token_lifetime: tokens.access_token_lifetime,
        access_token_signing_alg: tokens.access_token_signing_alg,
        id_token_lifetime: tokens.id_token_lifetime,
        refresh_token_idle_lifetime: tokens.refresh_token_idle_lifetime,
        refresh_token_absolute_lifetime: tokens.refresh_token_absolute_lifetime,
        refresh_rotation_window: tokens.refresh_rotation_window,
    }
}

fn authorization_policy(settings: &Settings) -> AuthorizationPolicy {
    let authorization = &settings.authorization;
    AuthorizationPolicy {
        code_lifetime: settings.tokens.code_lifetime,
        request_lifetime: authorization.request_lifetime,
        requests_per_address: authorization.requests_per_address,
        requests_in_all: authorization.requests_in_all,
    }
}

fn throttle_policy(settings: &Settings) -> ThrottlePolicy {
    let throttle = &settings.throttle;
    let window = throttle.window;
    let rule = |attempts| ThrottleRule { attempts, window };
    ThrottlePolicy {
        login_address: rule(throttle.login_address),
        login_account_at_address: rule(throttle.login_account_at_address),
        login_account: rule(throttle.login_account),
        login_device: rule(throttle.login_device),
        device_lifetime: throttle.device_lifetime,
        clients: ClientThrottle {
            client: rule(throttle.client_secret),
            address: rule(throttle.client_secret_address),
        },
    }
}

fn session_policy(settings: &Settings) -> SessionPolicy {
    SessionPolicy {
        sessions: SessionRules {
            idle: settings.sessions.idle_lifetime,
            absolute: settings.sessions.absolute_lifetime,
        },
        passwords: PasswordRules {
            minimum_length: settings.passwords.minimum_length,
        },
        throttle: throttle_policy(settings),
    }
}
