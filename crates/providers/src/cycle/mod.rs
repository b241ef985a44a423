//! Cycle (`api.cycle.io`): containers with instances on the user's own servers.
//!
//! Written after the public API description. Comments mark where it is silent.

mod act;
mod api;
mod endpoints;
mod live;
mod map;
mod read;
mod registration;
mod shell;
mod ssh;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::BoxStream;

use super::{
    Answer, CONSOLE_SIZE_REPORTS, Change, Check, Console, ListEvent, Provider, Section, SshCredentials,
    Traffic,
};
use crate::kit::{self, PageCache, SignIn, Walked};
use crate::mapping::interner::Interner;
use act::{Batches, Capabilities, Deck};
use api::Api;
use live::{log, push, telemetry::Meter};
use map::{Mapper, Names};
use qdeck_config::{Context, Credentials};
use qdeck_model::{
    Action, ActionId, Choice, Form, FormValues, Instance, Kind, LogEvent, LogStart, Outcome, Platform,
    PreparedRequest, PreparedWrite, Preview, Problem, ProblemKind, Resource, ResourceId, Sample, ScreenKind,
    Target, Timestamp, Way,
};
use qdeck_net::{Client, Frame, ShellCredentials, SocketOptions, produce};
use read::listing::{self, CachedRows, Listed};
use read::{check, detail};
use registration::EXPIRE_SSH;
pub use registration::{CONSOLE_INPUT, HUB, PLATFORM, REGISTRATION};
use ssh::ConsoleSettings;

/// A rate needs the snapshot before: reports are asked for from so much earlier. The platform's own graphs step 30 s.
const RATE_RUN_UP: Duration = Duration::from_secs(90);

/// One hub.
pub(super) struct Cycle {
    api: Arc<Api>,
    map: Mapper,
    containers: PageCache<Walked<Listed>>,
    rows: CachedRows,
    consoles: ConsoleSettings,
    at_once: usize,
    deck: Deck,
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
            containers: Interner::default(),
            names: Names::default(),
        };
        let rows = CachedRows::default();
        let deck = Deck {
            api: api.clone(),
            map: map.clone(),
            capabilities: Arc::new(Capabilities::default()),
            batches: Arc::new(Batches::default()),
        };
        Ok(Self {
            containers: listing::cache(api.clone(), map.clone(), &rows),
            rows,
            api,
            map,
            deck,
            consoles: ConsoleSettings {
                input: context.settings.switch(&CONSOLE_INPUT),
                size_reports: context.settings.switch(&CONSOLE_SIZE_REPORTS),
                read_only: context.read_only,
                ssh: context.ssh.clone(),
                expire_ssh: context.settings.switch(&EXPIRE_SSH),
            },
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
            Kind::Instance => {
                listing::instances(api, map, self.rows.clone(), self.containers.current(), self.at_once)
            }
            Kind::Operation => listing::jobs(api, map, self.containers.latest()),
            Kind::Revision | Kind::GpuModel => kit::failed_listing(unsupported("there is no such list")),
        }
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let (deck, id) = (self.deck.clone(), id.clone());
        async move {
            match act::batch(&deck.api, &deck.map, &deck.batches, &id).await {
                Some(operation) => operation.map(Resource::Operation),
                None => detail::get(&deck.api, &deck.map, &id).await,
            }
        }
        .boxed()
    }

    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        let (api, id) = (self.api.clone(), id.clone());
        produce(move |out| detail::describe(api, id, out))
    }

    fn changes(&self) -> Option<BoxStream<'static, Result<Change, Problem>>> {
        let (deck, context) = (self.deck.clone(), self.map.context.clone());
        Some(produce(move |out| async move {
            // What the key may do is known before the first menu is opened.
            deck.capabilities.learn_once(&deck.api).await;
            push::listen(deck.api, context, out).await;
        }))
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
        let (deck, id, settings) = (self.deck.clone(), id.clone(), self.consoles.clone());
        async move {
            match kind {
                ScreenKind::Ssh => ssh::open(&deck, &settings, &id).await,
                ScreenKind::Terminal => {
                    let path = instance_path(&id, &["console"])?;
                    let socket = deck.api.socket(&path, SocketOptions::default()).await?;
                    let ConsoleSettings { input, size_reports, .. } = settings;
                    Ok(Console::Terminal { socket, input, size_reports })
                }
                ScreenKind::Framebuffer | ScreenKind::WebPage => {
                    Err(unsupported("its consoles are terminals"))
                }
            }
        }
        .boxed()
    }

    fn ways(&self, row: &Instance) -> Vec<Way> {
        ssh::ways(&self.deck, &self.consoles, row)
    }

    fn ssh_credentials(&self) -> SshCredentials {
        SshCredentials::Made { expire: self.consoles.expire_ssh }
    }

    fn expire_ssh(&self, id: &ResourceId) -> Answer<()> {
        let (deck, id) = (self.deck.clone(), id.clone());
        async move { ssh::expire(&deck, &id).await }.boxed()
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
        self.rows.clear();
        self.deck.capabilities.forget();
    }

    fn check(&self) -> Answer<Check> {
        let deck = self.deck.clone();
        async move {
            let mut check = check::run(&deck.api).await?;
            deck.capabilities.learn(&deck.api).await;
            if let Some(role) = deck.capabilities.role(&act::needs()) {
                check.identity = check.identity.map(|hub| format!("{hub}, {role}"));
            }
            Ok(check)
        }
        .boxed()
    }

    fn traffic(&self) -> Traffic {
        self.api.client.counters().into()
    }

    fn declared_actions(&self) -> Vec<Action> {
        act::declared()
    }

    fn actions(&self, resource: &Resource) -> Vec<Action> {
        act::actions(&self.deck.capabilities, resource)
    }

    fn form(&self, target: &Target, action: ActionId, _values: &FormValues) -> Answer<Form> {
        let (deck, target) = (self.deck.clone(), target.clone());
        async move { act::form(&deck, &target, action).await }.boxed()
    }

    fn choices(
        &self,
        target: &Target,
        _action: ActionId,
        field: &str,
        _values: &FormValues,
    ) -> Answer<Vec<Choice>> {
        let (deck, target, field) = (self.deck.clone(), target.clone(), field.to_owned());
        async move { act::choices(&deck, &target, &field).await }.boxed()
    }

    fn preview(&self, target: &Target, action: ActionId, values: &FormValues) -> Answer<Preview> {
        let (deck, target, values) = (self.deck.clone(), target.clone(), values.clone());
        async move { act::preview(&deck, &target, action, &values).await }.boxed()
    }

    fn perform(&self, write: &PreparedWrite) -> Answer<Outcome> {
        act::perform(self.deck.clone(), write)
    }

    fn created(&self, write: &PreparedWrite, job: Option<&ResourceId>) -> Answer<Option<ResourceId>> {
        act::created(self.deck.clone(), write, job)
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
