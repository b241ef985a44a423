//! Gcore Cloud (`api.gcore.com`): virtual machines, bare metal and GPU servers by region, and inference deployments.
//!
//! Written after the public API description and reference pages. One context is one project and some regions; there is
//! no call that lists several regions, no push channel and no stream, so lists fan out and everything is polled.

mod act;
mod api;
mod endpoints;
mod live;
mod map;
mod places;
mod read;
mod registration;
mod rows;
mod shell;
#[cfg(test)]
mod tests;
mod ways;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::BoxStream;

use super::{
    Answer, CONSOLE_INPUT, CONSOLE_SIZE_REPORTS, Check, Console, ListEvent, Provider, Section, Traffic,
};
use crate::kit::{self, RowCache};
use api::Api;
use live::{log, metrics::Meters};
use map::Mapper;
use places::Places;
use qdeck_config::{Context, Credentials, SshSettings};
use qdeck_model::{
    Action, ActionId, Choice, Form, FormValues, Instance, Kind, LogEvent, LogStart, Outcome, Platform,
    PreparedRequest, PreparedWrite, Preview, Problem, Resource, ResourceId, Sample, ScreenKind, Target,
    Timestamp, Way,
};
use qdeck_net::{Client, ShellCredentials, produce};
use read::catalogue::Catalogue;
use read::{check, console, describe, listing, single};
pub use registration::{PLATFORM, PROJECT, REGIONS, REGISTRATION, RESELLER};

/// One project of one account.
pub(super) struct Gcore {
    site: Arc<Site>,
    meters: Arc<Meters>,
    console_size_reports: bool,
    console_input: bool,
    ssh: SshSettings,
}

/// The parts that every read needs: the client, project and regions, and what rows are made with.
pub(crate) struct Site {
    pub(crate) api: Api,
    pub(crate) places: Places,
    pub(crate) map: Mapper,
    /// The rows of instances by region.
    pub(crate) instances: Arc<RowCache<Resource>>,
    pub(crate) catalogue: Catalogue,
    pub(crate) known_paths: act::KnownPaths,
    /// The account sells to clients of its own.
    pub(crate) is_reseller: bool,
}

impl Gcore {
    pub(super) fn new(context: &Context) -> Result<Self, Problem> {
        let Credentials::Token(key) = &context.credentials else {
            return Err(kit::wrong_credentials(PLATFORM, "an API token", "a `token`"));
        };
        let client = Client::new(kit::client_options(context));
        let api = Api::new(client, context.base_url.clone(), key.clone());
        Ok(Self {
            site: Arc::new(Site {
                places: Places::new(
                    api.clone(),
                    context.settings.number(&PROJECT),
                    context.settings.numbers(&REGIONS).to_vec(),
                ),
                map: Mapper::new(context.name.clone()),
                instances: Arc::default(),
                catalogue: Catalogue::default(),
                known_paths: act::KnownPaths::default(),
                is_reseller: context.settings.switch(&RESELLER),
                api,
            }),
            meters: Arc::default(),
            console_size_reports: context.settings.switch(&CONSOLE_SIZE_REPORTS),
            console_input: context.settings.switch(&CONSOLE_INPUT),
            ssh: context.ssh.clone(),
        })
    }
}

fn unsupported(what: &str) -> Problem {
    kit::unsupported(PLATFORM, what)
}

impl Provider for Gcore {
    fn platform(&self) -> Platform {
        PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Instance, Kind::Container, Kind::Operation, Kind::GpuModel]
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        let site = self.site.clone();
        match kind {
            Kind::Instance => produce(move |out| listing::instances(site, out)),
            Kind::Container => produce(move |out| listing::containers(site, out)),
            Kind::Operation => produce(move |out| listing::tasks(site, out)),
            Kind::GpuModel => produce(move |out| listing::gpu_models(site, out)),
            Kind::Revision => kit::failed_listing(unsupported("there are no revisions")),
        }
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let (site, id) = (self.site.clone(), id.clone());
        async move { single::get(&site, &id).await }.boxed()
    }

    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        let (site, id) = (self.site.clone(), id.clone());
        produce(move |out| describe::sections(site, id, out))
    }

    fn samples(&self, id: &ResourceId, since: Timestamp) -> Answer<Vec<Sample>> {
        let (site, meters, id) = (self.site.clone(), self.meters.clone(), id.clone());
        async move { meters.since(&site, &id, since).await }.boxed()
    }

    fn logs(&self, id: &ResourceId, start: LogStart) -> BoxStream<'static, LogEvent> {
        let (site, id) = (self.site.clone(), id.clone());
        // A container of a region has a scope; only deployments have logs that can be followed.
        if id.kind != Kind::Container || id.scope.is_some() {
            return kit::log::failed_log(unsupported(
                "only inference deployments have logs that can be followed",
            ));
        }
        produce(move |out| log::follow(site, id, start, out))
    }

    fn console(&self, id: &ResourceId, kind: ScreenKind) -> Answer<Console> {
        let (site, id, ssh) = (self.site.clone(), id.clone(), self.ssh.clone());
        let (input, size_reports) = (self.console_input, self.console_size_reports);
        async move {
            match kind {
                ScreenKind::Ssh => ways::ssh(&site, &ssh, &id).await,
                kind => console::open(&site, &id, kind, input, size_reports).await,
            }
        }
        .boxed()
    }

    fn ways(&self, row: &Instance) -> Vec<Way> {
        ways::ways(&self.ssh, row)
    }

    fn read_request(&self, id: &ResourceId) -> Answer<PreparedRequest> {
        let (site, id) = (self.site.clone(), id.clone());
        async move { shell::request_of(&site, &id).await }.boxed()
    }

    fn shell_credentials(&self, _: &PreparedRequest) -> Answer<ShellCredentials> {
        async { Ok(shell::credentials()) }.boxed()
    }

    fn sign_in_again(&self) {
        self.site.api.sign_in_again();
        self.site.places.forget();
        self.site.catalogue.forget();
        self.site.instances.clear();
    }

    fn check(&self) -> Answer<Check> {
        let site = self.site.clone();
        async move { check::run(&site).await }.boxed()
    }

    fn traffic(&self) -> Traffic {
        self.site.api.client.counters().into()
    }

    fn declared_actions(&self) -> Vec<Action> {
        act::declared(&self.site)
    }

    fn actions(&self, resource: &Resource) -> Vec<Action> {
        act::actions(resource)
    }

    fn context_actions(&self) -> Vec<Action> {
        act::of_context(&self.site)
    }

    fn form(&self, target: &Target, action: ActionId, values: &FormValues) -> Answer<Form> {
        let (site, target, values) = (self.site.clone(), target.clone(), values.clone());
        async move { act::form(&site, &target, action, &values).await }.boxed()
    }

    fn choices(
        &self,
        target: &Target,
        action: ActionId,
        field: &str,
        values: &FormValues,
    ) -> Answer<Vec<Choice>> {
        let (site, target, values) = (self.site.clone(), target.clone(), values.clone());
        let field = field.to_owned();
        async move { act::choices(&site, &target, action, &field, &values).await }.boxed()
    }

    fn preview(&self, target: &Target, action: ActionId, values: &FormValues) -> Answer<Preview> {
        let (site, target, values) = (self.site.clone(), target.clone(), values.clone());
        async move { act::preview(&site, &target, action, &values).await }.boxed()
    }

    fn perform(&self, write: &PreparedWrite) -> Answer<Outcome> {
        act::perform(self.site.clone(), write)
    }

    fn created(&self, write: &PreparedWrite, operation: Option<&ResourceId>) -> Answer<Option<ResourceId>> {
        act::created(self.site.clone(), write, operation.cloned())
    }

    fn poll_interval(&self, age: Duration) -> Duration {
        act::poll_interval(age)
    }
}
