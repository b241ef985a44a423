//! Quasarch Container Service: serverless containers with revisions, logs and a list of GPU models.
//!
//! Written after the public reference pages. It has no instances, no console, no telemetry and no push channel, and
//! no published address: `base_url` has no default.

mod act;
mod api;
mod check;
mod detail;
mod endpoints;
mod listing;
mod log;
mod map;
mod registration;
mod shell;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::BoxStream;

use super::{Answer, Check, Console, ListEvent, Provider, Section, Traffic};
use crate::kit::{self, PageCache, RowCache, SignIn, Walked};
use crate::mapping::interner::Interner;
use act::Deck;
use api::Api;
use map::Mapper;
use qdeck_config::Context;
use qdeck_model::{
    Action, ActionId, Choice, Form, FormValues, Kind, LogEvent, LogStart, Outcome, Platform, PreparedRequest,
    PreparedWrite, Preview, Problem, Resource, ResourceId, Sample, ScreenKind, Target, Timestamp,
};
use qdeck_net::{Client, ShellCredentials, produce};
pub use registration::{PLATFORM, REGISTRATION};

const CONTAINERS: [&str; 2] = ["v1", "containers"];
const GPU_MODELS: [&str; 2] = ["v1", "gpu-models"];
const PROVIDERS: [&str; 2] = ["v1", "providers"];

/// One account.
pub(super) struct Quasarch {
    api: Arc<Api>,
    map: Mapper,
    containers: PageCache<Walked<Resource>>,
    /// The rows of containers.
    rows: Arc<RowCache<Resource>>,
    at_once: usize,
    deck: Deck,
}

impl Quasarch {
    // Other platforms refuse credentials of the wrong kind here.
    #[expect(clippy::unnecessary_wraps, reason = "the same signature as its neighbours")]
    pub(super) fn new(context: &Context) -> Result<Self, Problem> {
        let api = Arc::new(Api {
            client: Client::new(kit::client_options(context)),
            base: context.base_url.clone(),
            credentials: context.credentials.clone(),
            signed: SignIn::new(),
        });
        let map = Mapper { context: context.name.clone(), strings: Interner::default() };
        let rows = Arc::<RowCache<Resource>>::default();
        let containers = listing::cache(api.clone(), map.clone(), rows.clone());
        let deck = Deck { api: api.clone() };
        Ok(Self { api, map, containers, rows, at_once: context.concurrency, deck })
    }
}

fn unsupported(what: &str) -> Problem {
    kit::unsupported(PLATFORM, what)
}

impl Provider for Quasarch {
    fn platform(&self) -> Platform {
        PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Container, Kind::Revision, Kind::GpuModel]
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        let (api, map, at_once) = (self.api.clone(), self.map.clone(), self.at_once);
        let pages = self.containers.current();
        match kind {
            Kind::Container => produce(move |out| listing::containers(pages, out)),
            Kind::Revision => produce(move |out| listing::revisions(api, map, pages, at_once, out)),
            Kind::GpuModel => produce(move |out| listing::gpu_models(api, map, out)),
            Kind::Instance | Kind::Operation => kit::failed_listing(unsupported("there is no such list")),
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

    fn samples(&self, _id: &ResourceId, _since: Timestamp) -> Answer<Vec<Sample>> {
        async { Err(unsupported("there is no telemetry")) }.boxed()
    }

    fn logs(&self, id: &ResourceId, _start: LogStart) -> BoxStream<'static, LogEvent> {
        let (api, id) = (self.api.clone(), id.clone());
        if id.kind != Kind::Container {
            return kit::log::failed_log(unsupported("only containers have logs"));
        }
        produce(move |out| log::follow(api, id, out))
    }

    fn console(&self, _id: &ResourceId, _kind: ScreenKind) -> Answer<Console> {
        async { Err(unsupported("there is no console and no SSH: no document names either")) }.boxed()
    }

    fn read_request(&self, id: &ResourceId) -> Answer<PreparedRequest> {
        let request = self.request_of(id);
        async { request }.boxed()
    }

    fn shell_credentials(&self, _: &PreparedRequest) -> Answer<ShellCredentials> {
        let credentials = self.credentials_in_shell();
        async { credentials }.boxed()
    }

    fn sign_in_again(&self) {
        self.api.signed.forget();
        self.rows.clear();
    }

    fn session_ends(&self) -> Option<Timestamp> {
        self.api.session_ends()
    }

    fn check(&self) -> Answer<Check> {
        let api = self.api.clone();
        async move { check::run(&api).await }.boxed()
    }

    fn traffic(&self) -> Traffic {
        self.api.client.counters().into()
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
}
