//! Exoscale (`api-ZONE.exoscale.com`): virtual machines by zone, every zone with an API of its own.
//!
//! Written after the public API description, the official clients' sources and recorded answers.

mod act;
mod api;
mod catalogue;
mod endpoints;
mod map;
mod read;
mod registration;
mod shell;
#[cfg(test)]
mod tests;
mod ways;
mod wire;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::BoxStream;

use super::{Answer, Check, Console, ListEvent, Provider, Section, Traffic};
use crate::kit::{self, AgedCache, RowCache, SignIn};
use crate::mapping::lenient::Rows;
use act::StartedOperations;
use api::{Api, Found, Zones};
use catalogue::Catalogues;
use map::Mapper;
use map::events::LoggedEvent;
use qdeck_config::{Context, Credentials, SshSettings};
use qdeck_model::{
    Action, ActionId, Choice, Form, FormValues, Instance, Kind, LogEvent, LogStart, Outcome, Platform,
    PreparedRequest, PreparedWrite, Preview, Problem, Resource, ResourceId, Sample, ScreenKind, Target,
    Timestamp, Way,
};
use qdeck_net::{Client, ClientOptions, ShellCredentials, produce};
use read::{check, detail, gpus, listing, log};
pub use registration::{PLATFORM, REGISTRATION, ZONES};

/// One organisation, or some of its zones.
pub(super) struct Exoscale {
    deck: Arc<Deck>,
}

/// The parts that every read needs.
struct Deck {
    api: Arc<Api>,
    zones: Zones,
    catalogues: Catalogues,
    log: AgedCache<Result<Rows<LoggedEvent>, Problem>>,
    map: Mapper,
    /// The rows of instances by zone.
    instances: Arc<RowCache<Resource>>,
    started: StartedOperations,
    ssh: SshSettings,
}

impl Deck {
    async fn found(&self) -> Arc<Found> {
        self.zones.get(&self.api).await
    }
}

impl Exoscale {
    pub(super) fn new(context: &Context) -> Result<Self, Problem> {
        let Credentials::KeyPair { key, secret } = &context.credentials else {
            return Err(kit::wrong_credentials(
                PLATFORM,
                "an API key and its secret",
                "a `key` and a `secret`",
            ));
        };
        let client = Client::new(ClientOptions {
            // What the official command line gives a zone.
            timeout: Duration::from_secs(15),
            ..kit::client_options(context)
        });
        let api = Api {
            client,
            base: context.base_url.clone(),
            key: key.clone(),
            secret: secret.clone(),
            signed: SignIn::new(),
            accepted: AtomicBool::new(false),
        };
        let deck = Deck {
            api: Arc::new(api),
            zones: Zones::new(context.settings.words(&ZONES).to_vec(), context.concurrency),
            catalogues: Catalogues::default(),
            log: AgedCache::default(),
            map: Mapper::new(context.name.clone()),
            instances: Arc::default(),
            started: StartedOperations::default(),
            ssh: context.ssh.clone(),
        };
        Ok(Self { deck: Arc::new(deck) })
    }
}

fn unsupported(what: &str) -> Problem {
    kit::unsupported(PLATFORM, what)
}

impl Provider for Exoscale {
    fn platform(&self) -> Platform {
        PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Instance, Kind::GpuModel, Kind::Operation]
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        let deck = self.deck.clone();
        match kind {
            Kind::Instance => produce(move |out| listing::instances(deck, out)),
            Kind::GpuModel => produce(move |out| gpus::models(deck, out)),
            Kind::Operation => produce(move |out| log::operations(deck, out)),
            Kind::Container | Kind::Revision => kit::failed_listing(unsupported("there is no such list")),
        }
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let (deck, id) = (self.deck.clone(), id.clone());
        async move { detail::get(&deck, &id).await }.boxed()
    }

    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        let (deck, id) = (self.deck.clone(), id.clone());
        produce(move |out| detail::describe(deck, id, out))
    }

    fn samples(&self, _: &ResourceId, _: Timestamp) -> Answer<Vec<Sample>> {
        async { Err(unsupported("there are no figures of resource use")) }.boxed()
    }

    fn logs(&self, _: &ResourceId, _: LogStart) -> BoxStream<'static, LogEvent> {
        kit::log::failed_log(unsupported("instances have no log to read; connect by SSH for text"))
    }

    fn console(&self, id: &ResourceId, kind: ScreenKind) -> Answer<Console> {
        let (deck, id) = (self.deck.clone(), id.clone());
        async move {
            match kind {
                ScreenKind::Ssh => ways::ssh(&deck, &id).await,
                ScreenKind::Terminal | ScreenKind::Framebuffer | ScreenKind::WebPage => {
                    detail::console(&deck, &id).await
                }
            }
        }
        .boxed()
    }

    fn ways(&self, row: &Instance) -> Vec<Way> {
        ways::ways(&self.deck.ssh, row)
    }

    fn read_request(&self, id: &ResourceId) -> Answer<PreparedRequest> {
        let (deck, id) = (self.deck.clone(), id.clone());
        async move { shell::request_of(&deck, &id).await }.boxed()
    }

    fn shell_credentials(&self, request: &PreparedRequest) -> Answer<ShellCredentials> {
        let credentials = shell::credentials(request);
        async { credentials }.boxed()
    }

    fn sign_in_again(&self) {
        self.deck.api.sign_in_again();
        self.deck.instances.clear();
    }

    fn check(&self) -> Answer<Check> {
        let deck = self.deck.clone();
        async move { check::run(&deck).await }.boxed()
    }

    fn traffic(&self) -> Traffic {
        self.deck.api.client.counters().into()
    }

    fn declared_actions(&self) -> Vec<Action> {
        act::declared()
    }

    fn actions(&self, resource: &Resource) -> Vec<Action> {
        act::actions(resource)
    }

    fn context_actions(&self) -> Vec<Action> {
        act::context_actions()
    }

    fn form(&self, target: &Target, action: ActionId, values: &FormValues) -> Answer<Form> {
        let (deck, target, values) = (self.deck.clone(), target.clone(), values.clone());
        async move { act::form(&deck, &target, action, &values).await }.boxed()
    }

    fn choices(
        &self,
        target: &Target,
        action: ActionId,
        field: &str,
        values: &FormValues,
    ) -> Answer<Vec<Choice>> {
        let (deck, target, values) = (self.deck.clone(), target.clone(), values.clone());
        let field = field.to_owned();
        async move { act::choices(&deck, &target, action, &field, &values).await }.boxed()
    }

    fn preview(&self, target: &Target, action: ActionId, values: &FormValues) -> Answer<Preview> {
        let (deck, target, values) = (self.deck.clone(), target.clone(), values.clone());
        async move { act::preview(&deck, &target, action, &values).await }.boxed()
    }

    fn perform(&self, write: &PreparedWrite) -> Answer<Outcome> {
        act::perform(self.deck.clone(), write)
    }

    fn created(&self, write: &PreparedWrite, operation: Option<&ResourceId>) -> Answer<Option<ResourceId>> {
        act::created(self.deck.clone(), write, operation)
    }

    fn poll_interval(&self, age: Duration) -> Duration {
        act::poll_interval(age)
    }
}
