//! ElasticBox, later Cloud Application Manager (`cam.ctl.io`): instances of boxes, deployed by policies, in workspaces.
//!
//! Written after the Instances API's page (release 4.0) and the vendor's later texts; whether the public service still
//! runs is not known. There is no console, no telemetry and no push channel.

mod act;
mod api;
mod endpoints;
mod log;
mod map;
mod read;
mod refusal;
mod registration;
mod shell;
#[cfg(test)]
mod tests;
mod ways;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::stream::BoxStream;

use super::{Answer, Check, Console, ListEvent, Provider, Section, Traffic};
use crate::kit::{self, SignIn};
use crate::mapping::interner::Interner;
use act::{Acts, Sending};
use api::{Api, TokenHeader};
use map::Mapper;
use qdeck_config::{Context, Credentials, SshSettings};
use qdeck_model::{
    Action, ActionId, Choice, Form, FormValues, Instance, Kind, LogEvent, LogStart, Outcome, Platform,
    PreparedRequest, PreparedWrite, Preview, Problem, Resource, ResourceId, Sample, ScreenKind, Target,
    Timestamp, Way,
};
use qdeck_net::{Client, ClientOptions, ShellCredentials, produce};
use read::detail::{self, BindingPath};
use read::listing::Aside;
use read::workspaces::Workspaces;
use read::{check, listing};
pub use registration::{PLATFORM, REGISTRATION, TOKEN_HEADER, WORKSPACES};

/// A list has no pages, and every instance in it carries whole boxes: thousands of them are long.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// One account.
pub(super) struct ElasticBox {
    api: Arc<Api>,
    map: Mapper,
    workspaces: Arc<Workspaces>,
    acts: Acts,
    aside: Arc<Aside>,
    bindings: Arc<BindingPath>,
    at_once: usize,
    ssh: SshSettings,
}

impl ElasticBox {
    pub(super) fn new(context: &Context) -> Result<Self, Problem> {
        let Credentials::Token(token) = &context.credentials else {
            return Err(kit::wrong_credentials(
                PLATFORM,
                "a token",
                "a `token`: make one in the web interface",
            ));
        };
        let api = Arc::new(Api {
            client: Client::new(ClientOptions {
                body_limit: MAX_ANSWER_BYTES,
                ..kit::client_options(context)
            }),
            base: context.base_url.clone(),
            token: token.clone(),
            header: TokenHeader::of(context),
            signed: SignIn::new(),
        });
        let map = Mapper {
            context: context.name.clone(),
            strings: Interner::default(),
            facts: Interner::default(),
            containers: Interner::default(),
        };
        let configured = context.settings.words(&WORKSPACES);
        let workspaces = Arc::new(Workspaces::new(api.clone(), map.clone(), configured));
        Ok(Self {
            acts: Acts { api: api.clone(), map: map.clone(), workspaces: workspaces.clone() },
            workspaces,
            aside: Arc::default(),
            bindings: Arc::default(),
            api,
            map,
            at_once: context.concurrency,
            ssh: context.ssh.clone(),
        })
    }
}

fn unsupported(what: &str) -> Problem {
    kit::unsupported(PLATFORM, what)
}

impl Provider for ElasticBox {
    fn platform(&self) -> Platform {
        PLATFORM
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Instance, Kind::Container, Kind::Operation]
    }

    fn list(&self, kind: Kind) -> BoxStream<'static, ListEvent> {
        match kind {
            Kind::Instance | Kind::Container | Kind::Operation => {
                let (workspaces, aside) = (self.workspaces.clone(), self.aside.clone());
                listing::walk(workspaces, aside, kind, self.at_once)
            }
            Kind::Revision | Kind::GpuModel => kit::failed_listing(unsupported("there is no such list")),
        }
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let (api, map, id) = (self.api.clone(), self.map.clone(), id.clone());
        let aside = self.aside.clone();
        async move {
            Ok(match detail::get(&api, &map, &id).await? {
                Resource::Instance(row) => Resource::Instance(aside.addresses.fill(row)),
                other => other,
            })
        }
        .boxed()
    }

    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        let (api, bindings, id) = (self.api.clone(), self.bindings.clone(), id.clone());
        produce(move |out| detail::describe(api, bindings, id, out))
    }

    fn samples(&self, _id: &ResourceId, _since: Timestamp) -> Answer<Vec<Sample>> {
        async { Err(unsupported("there is no telemetry")) }.boxed()
    }

    fn logs(&self, id: &ResourceId, start: LogStart) -> BoxStream<'static, LogEvent> {
        if id.kind != Kind::Instance {
            return kit::log::failed_log(unsupported("only instances have logs"));
        }
        let (api, map, id) = (self.api.clone(), self.map.clone(), id.clone());
        produce(move |out| log::follow(api, map, id, start, out))
    }

    fn console(&self, id: &ResourceId, kind: ScreenKind) -> Answer<Console> {
        let (api, map, ssh, id) = (self.api.clone(), self.map.clone(), self.ssh.clone(), id.clone());
        async move {
            match kind {
                ScreenKind::Ssh => ways::ssh(&api, &map, &ssh, &id).await,
                ScreenKind::Terminal | ScreenKind::Framebuffer | ScreenKind::WebPage => {
                    Err(unsupported("there is no console; its machines are reached by SSH"))
                }
            }
        }
        .boxed()
    }

    fn ways(&self, row: &Instance) -> Vec<Way> {
        ways::ways(&self.ssh, row)
    }

    fn read_request(&self, id: &ResourceId) -> Answer<PreparedRequest> {
        let request = shell::request_of(&self.api, id);
        async { request }.boxed()
    }

    fn shell_credentials(&self, _: &PreparedRequest) -> Answer<ShellCredentials> {
        let api = self.api.clone();
        async move { shell::credentials(&api).await }.boxed()
    }

    fn sign_in_again(&self) {
        self.api.signed.forget();
        self.workspaces.forget();
    }

    fn check(&self) -> Answer<Check> {
        let workspaces = self.workspaces.clone();
        async move { check::run(&workspaces).await }.boxed()
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
        let (acts, target, values) = (self.acts.clone(), target.clone(), values.clone());
        async move { acts.form(&target, action, &values).await }.boxed()
    }

    fn choices(
        &self,
        target: &Target,
        action: ActionId,
        field: &str,
        values: &FormValues,
    ) -> Answer<Vec<Choice>> {
        let (acts, target, values) = (self.acts.clone(), target.clone(), values.clone());
        let field = field.to_owned();
        async move { acts.choices(&target, action, &field, &values).await }.boxed()
    }

    fn preview(&self, target: &Target, action: ActionId, values: &FormValues) -> Answer<Preview> {
        let (acts, target, values) = (self.acts.clone(), target.clone(), values.clone());
        async move { acts.preview(&target, action, &values).await }.boxed()
    }

    fn perform(&self, write: &PreparedWrite) -> Answer<Outcome> {
        let (acts, sending) = (self.acts.clone(), Sending::of(write));
        async move { acts.perform(sending).await }.boxed()
    }

    fn created(&self, write: &PreparedWrite, _operation: Option<&ResourceId>) -> Answer<Option<ResourceId>> {
        let (acts, sending) = (self.acts.clone(), Sending::of(write));
        async move { acts.created(sending).await }.boxed()
    }

    fn poll_interval(&self, age: Duration) -> Duration {
        act::poll_interval(age)
    }

    fn traffic(&self) -> Traffic {
        self.api.client.counters().into()
    }
}
