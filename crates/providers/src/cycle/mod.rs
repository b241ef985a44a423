//! Cycle (`api.cycle.io`): containers with instances on the user's own servers.
//!
//! Written after the public API description. Comments mark where it is silent.

mod api;
mod endpoints;
mod live;
mod map;
mod read;
mod registration;
mod shell;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::BoxStream;

use super::{
    Answer, CONSOLE_INPUT, CONSOLE_SIZE_REPORTS, Change, Check, Console, ListEvent, Provider, Section,
    Traffic,
};
use crate::kit::{self, PageCache, SignIn};
use crate::mapping::interner::Interner;
use api::Api;
use live::{log, push, telemetry::Meter};
use map::{Mapper, Names};
use qdeck_config::{Context, Credentials};
use qdeck_model::{
    Kind, LogEvent, LogStart, Platform, PreparedRequest, Problem, ProblemKind, Resource, ResourceId, Sample,
    ScreenKind, Timestamp,
};
use qdeck_net::{Client, Frame, ShellCredentials, SocketOptions, produce};
use read::listing::{self, Listed};
use read::{check, detail};
pub use registration::{HUB, PLATFORM, REGISTRATION};

/// A rate needs the snapshot before: reports are asked for from so much earlier. The platform's own graphs step 30 s.
const RATE_RUN_UP: Duration = Duration::from_secs(90);

/// One hub.
pub(super) struct Cycle {
    api: Arc<Api>,
    map: Mapper,
    containers: PageCache<Listed>,
    console_input: bool,
    console_size_reports: bool,
    at_once: usize,
}

impl Cycle {
    pub(super) fn new(context: &Context) -> Result<Self, Problem> {
        let Credentials::Token(key) = &context.credentials else {
            return Err(kit::wrong_credentials(
                PLATFORM,
                "an API key",
                "a `token` instead of an e-mail and a password",
            ));
        };
        let client = Client::new(kit::client_options(context));
        let api = Arc::new(Api {
            client,
            base: context.base_url.clone(),
            hub: context.settings.text(&HUB).map(str::to_owned),
            key: key.clone(),
            signed: SignIn::new(),
            repeats_keys: AtomicBool::new(false),
        });
        let map = Mapper {
            context: context.name.clone(),
            strings: Interner::default(),
            facts: Interner::default(),
            names: Names::default(),
        };
        Ok(Self {
            containers: listing::cache(api.clone(), map.clone()),
            api,
            map,
            console_input: context.settings.switch(&CONSOLE_INPUT),
            console_size_reports: context.settings.switch(&CONSOLE_SIZE_REPORTS),
            at_once: context.concurrency,
        })
    }
}

/// The path of an instance, which is addressed through its container.
fn instance_path<'a>(id: &'a ResourceId, rest: &[&'a str]) -> Result<Vec<&'a str>, Problem> {
    let (Some(container), Kind::Instance) = (&id.scope, id.kind) else {
        return Err(unsupported("this is asked of instances only"));
    };
    let mut path = vec!["v1", "containers", container, "instances", &*id.id];
    path.extend(rest);
    Ok(path)
}

fn unsupported(what: &str) -> Problem {
    kit::unsupported(PLATFORM, what)
}

impl Provider for Cycle {
    fn platform(&self) -> Platform {
        PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Instance, Kind::Container, Kind::Operation]
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        let (api, map) = (self.api.clone(), self.map.clone());
        match kind {
            Kind::Container => listing::containers(self.containers.current()),
            Kind::Instance => listing::instances(api, map, self.containers.current(), self.at_once),
            Kind::Operation => listing::jobs(api, map, self.containers.latest()),
            Kind::Revision | Kind::GpuModel => kit::failed_listing(unsupported("there is no such list")),
        }
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let (api, map, id) = (self.api.clone(), self.map.clone(), id.clone());
        async move { detail::get(&api, &map, &id).await }.boxed()
    }

    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        let (api, id) = (self.api.clone(), id.clone());
        produce(move |out| detail::describe(api, id, out))
    }

    fn changes(&self) -> Option<BoxStream<'static, Result<Change, Problem>>> {
        let (api, context) = (self.api.clone(), self.map.context.clone());
        Some(produce(move |out| push::listen(api, context, out)))
    }

    fn samples(&self, id: &ResourceId, since: Timestamp) -> Answer<Vec<Sample>> {
        let (api, id) = (self.api.clone(), id.clone());
        async move {
            let path = instance_path(&id, &["telemetry", "resources", "report"])?;
            let (from, to) = (since.before(RATE_RUN_UP).to_string(), Timestamp::now().to_string());
            let query = [("filter[range-start]", &*from), ("filter[range-end]", &*to)];
            let request = kit::request_name("GET", &path);
            let report: wire::One<wire::Report> = api.get(&path, &query).await?;
            let mut snapshots = report.data.snapshots.readable(&request)?.good;
            // No order is documented.
            snapshots.sort_by_cached_key(|snapshot| Timestamp::parse(&snapshot.time));
            let mut meter = Meter::default();
            let timed = snapshots.iter().filter(|it| Timestamp::parse(&it.time).is_some()).count();
            kit::some_readable(timed, snapshots.len(), "no time", &request)?;
            let samples = snapshots.iter().filter_map(|snapshot| meter.sample(snapshot));
            Ok(samples.filter(|sample| sample.at > since).collect())
        }
        .boxed()
    }

    fn live_samples(&self, id: &ResourceId) -> Option<BoxStream<'static, Result<Sample, Problem>>> {
        if id.kind != Kind::Instance {
            return None;
        }
        let (api, id) = (self.api.clone(), id.clone());
        Some(produce(move |out| async move {
            if let Err(problem) = live(&api, &id, &out).await {
                let _ = out.send(Err(problem)).await;
            }
        }))
    }

    fn logs(&self, id: &ResourceId, start: LogStart) -> BoxStream<'static, LogEvent> {
        let (api, id) = (self.api.clone(), id.clone());
        produce(move |out| log::follow(api, id, start, out))
    }

    fn console(&self, id: &ResourceId, kind: ScreenKind) -> Answer<Console> {
        let (api, id) = (self.api.clone(), id.clone());
        let (input, size_reports) = (self.console_input, self.console_size_reports);
        async move {
            if kind != ScreenKind::Terminal {
                return Err(unsupported("its consoles are terminals"));
            }
            let path = instance_path(&id, &["console"])?;
            let socket = api.socket(&path, SocketOptions::default()).await?;
            Ok(Console::Terminal { socket, input, size_reports })
        }
        .boxed()
    }

    fn read_request(&self, id: &ResourceId) -> Answer<PreparedRequest> {
        let request = self.request_of(id);
        async { request }.boxed()
    }

    fn shell_credentials(&self, _: &PreparedRequest) -> Answer<ShellCredentials> {
        let credentials = self.credentials_in_shell();
        async { Ok(credentials) }.boxed()
    }

    fn sign_in_again(&self) {
        self.api.sign_in_again();
    }

    fn check(&self) -> Answer<Check> {
        let api = self.api.clone();
        async move { check::run(&api).await }.boxed()
    }

    fn traffic(&self) -> Traffic {
        self.api.client.counters().into()
    }
}

/// Passes live snapshots on as samples until the link ends, which is an error, or the receiver is gone.
async fn live(
    api: &Api,
    id: &ResourceId,
    out: &tokio::sync::mpsc::Sender<Result<Sample, Problem>>,
) -> Result<(), Problem> {
    let path = instance_path(id, &["telemetry", "resources", "stream"])?;
    let mut socket = api.socket(&path, SocketOptions::default()).await?;
    let mut meter = Meter::default();
    loop {
        let frame = tokio::select! {
            frame = socket.recv() => frame?,
            () = out.closed() => return Ok(()),
        };
        let snapshot = match &frame {
            Some(Frame::Text(text)) => serde_json::from_str(text),
            Some(Frame::Binary(bytes)) => serde_json::from_slice(bytes),
            None => {
                return Err(Problem::new(
                    ProblemKind::Unreachable,
                    "the platform ended the telemetry stream",
                ));
            }
        };
        // One odd snapshot is a gap, not the end.
        let sample = snapshot.ok().and_then(|snapshot| meter.sample(&snapshot));
        if let Some(sample) = sample
            && out.send(Ok(sample)).await.is_err()
        {
            return Ok(());
        }
    }
}
