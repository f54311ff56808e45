//! Running the server, from the first byte to the last.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use authly_http::{Deps, Theme};
use authly_services::bootstrap::Bootstrap;
use authly_services::seed::{Seed, SeedReport, Seeder};
use tokio::net::TcpSocket;
use tokio::runtime::{Builder, Handle};

use crate::announcement::Announcement;
use crate::console::say;
use crate::settings::{ListenSettings, Settings};
use crate::shutdown::StopSignals;
use crate::storage::{Claim, Storage};
use crate::wiring::{Front, Opened};
use crate::{demo, first_start, open_files, storage, toml_file, wiring};

/// How many connections wait to be accepted.
const BACKLOG: u32 = 1024;

/// How long a server that stops writes down what it has refused.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Where the server listens.
struct Listeners {
    /// For users and clients.
    public: TcpListener,
    /// For those who run it.
    metrics: Option<TcpListener>,
}

impl Listeners {
    fn open(settings: &Settings, runtime: &Handle) -> anyhow::Result<Self> {
        let metrics = settings.metrics.address;
        Ok(Self {
            public: listen(settings.listen.address, "--bind or listen.address", runtime)?,
            metrics: metrics
                .map(|address| listen(address, "metrics.address", runtime))
                .transpose()?,
        })
    }
}

/// Serves until a signal asks to stop. What is wrong with the seed, the pages or the
/// address is found before anything is changed.
///
/// # Errors
/// When something that the server needs is not to be had.
pub(crate) fn serve(settings: &Settings, seed: Option<&Path>) -> anyhow::Result<()> {
    let seed = seed.map(toml_file::read::<Seed>).transpose()?;
    let front = Front {
        theme: Theme::load(&settings.issuer, &settings.pages)?,
        connections: open_files::connections(settings)?,
        fetcher: wiring::fetcher(&settings.outgoing)?,
    };
    let runtime = storage::runtime()?;
    let signals = StopSignals::listen(runtime.handle())?;
    let listeners = Listeners::open(settings, runtime.handle())?;
    let storage = Storage::open(runtime, settings, Claim::Alone)?;
    let served = serve_on(
        listeners,
        signals,
        settings,
        &storage,
        front,
        seed.map(|(seed, _)| seed),
    );
    let closed = storage.close();
    served.and(closed)
}

fn serve_on(
    listeners: Listeners,
    signals: StopSignals,
    settings: &Settings,
    storage: &Storage,
    front: Front,
    seed: Option<Seed>,
) -> anyhow::Result<()> {
    let address = listeners.public.local_addr()?;
    let metrics = listeners.metrics.as_ref();
    let metrics = metrics.map(TcpListener::local_addr).transpose()?;
    storage.prepare_schema(settings.database.migration)?;
    let context = wiring::context(storage);
    let hasher = wiring::hasher(&settings.passwords)?;
    let (opened, seeded) = storage.handle().block_on(async {
        let bootstrap = Bootstrap::new(context.clone(), hasher.clone());
        first_start::prepare(&bootstrap, &settings.bootstrap).await?;
        let seeded: Option<SeedReport> = match seed {
            Some(seed) => Some(
                Seeder::new(context.clone(), hasher.clone())
                    .apply(&seed)
                    .await?,
            ),
            None => None,
        };
        let opened = Opened {
            keys: wiring::keys(settings, storage, &context).await?,
            settings: wiring::live_settings(settings, &context).await?,
        };
        anyhow::Ok((opened, seeded))
    })?;
    let (keys, live) = (Arc::clone(&opened.keys), Arc::clone(&opened.settings));
    let mut deps = wiring::deps(settings, storage, &context, hasher.clone(), opened, front);
    let servers = deps.resource_server_admin.registry().clone();
    let watch = storage.handle().spawn(async move {
        tokio::join!(keys.watch(), live.watch(), servers.watch());
    });

    let demo = demo::open(settings, address, &context, &hasher, &deps);
    deps.demo = storage.handle().block_on(demo)?;
    say(Announcement {
        settings,
        address,
        metrics,
        placement: storage.placement(),
        seeded,
    });
    let tokens = deps.tokens.clone();
    let erase = storage.handle().spawn(async move { tokens.watch().await });
    let calls = Arc::clone(&deps.exits.caller);
    let calls = storage.handle().spawn(async move { calls.watch().await });
    let jobs = wiring::jobs(settings, &context, &deps);
    let jobs = storage.handle().spawn(async move { jobs.watch().await });
    answer(listeners, &deps, &settings.listen, signals)?;
    watch.abort();
    erase.abort();
    jobs.abort();
    calls.abort();
    let written = async { tokio::time::timeout(LAST_WORDS, deps.refusals.flush()).await };
    if storage.handle().block_on(written).is_err() {
        tracing::warn!("the last explanations of refusals could not be kept");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Answers requests until a signal comes, and for as long as balancers may take to notice, then lets
/// those end that are under way. Until they have, metrics are shown.
fn answer(
    listeners: Listeners,
    deps: &Deps,
    settings: &ListenSettings,
    signals: StopSignals,
) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut server = authly_http::serve(listeners.public, deps, settings.workers)?;
        let metrics = listeners.metrics;
        let metrics = metrics.map(|listener| authly_http::serve_metrics(listener, deps));
        let metrics = metrics.transpose()?;
        let metrics = metrics.map(|metrics| (metrics.handle(), tokio::spawn(metrics)));
        let handle = server.handle();
        let time_to_stop = signals.time_to_stop(&deps.drain, settings.drain_time);
        tokio::select! {
            ended = &mut server => ended?,
            () = time_to_stop => tokio::join!(server, handle.stop(true)).0?,
        }
        if let Some((handle, metrics)) = metrics {
            tokio::join!(handle.stop(false), metrics).1??;
        }
        Ok(())
    })
}

fn listen(address: SocketAddr, chosen_by: &str, runtime: &Handle) -> anyhow::Result<TcpListener> {
    let listening = runtime.block_on(async {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // A restart need not wait for the connections of before.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    });
    listening.with_context(|| {
        format!(
            "cannot listen on {address}: stop what listens there, or choose another address with \
             {chosen_by}"
        )
    })
}
