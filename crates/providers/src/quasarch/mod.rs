//! Quasarch Container Service: serverless containers with revisions, logs and a list of GPU models.
//!
//! Written after the public reference pages. It has no instances, no console, no telemetry and no push channel, and
//! no published address: `base_url` has no default.

mod api;
mod endpoints;
mod log;
mod map;
mod registration;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::{Answer, Check, Console, ListEvent, Provider, Section, Traffic};
use crate::kit::page_cache::{Page, PageCache, PageWalk};
use crate::kit::sign_in::SignIn;
use crate::kit::{secret_fields, timed};
use crate::mapping::interner::Interner;
use api::Api;
use map::Mapper;
use qdeck_config::Context;
use qdeck_model::{
    Container, Document, Kind, LogEvent, LogStart, Platform, Problem, ProblemKind, Resource, ResourceId,
    Sample, ScreenKind, Timestamp,
};
use qdeck_net::{Client, ClientOptions, produce};
pub use registration::{PLATFORM, REGISTRATION};

const CONTAINERS: [&str; 2] = ["v1", "containers"];
const GPU_MODELS: [&str; 2] = ["v1", "gpu-models"];
const PROVIDERS: [&str; 2] = ["v1", "providers"];

/// One account.
pub(super) struct Quasarch {
    api: Arc<Api>,
    map: Mapper,
    containers: PageCache<Container>,
    at_once: usize,
}

impl Quasarch {
    // A mistake of the configuration may come to stand here as it does for other platforms.
    #[expect(clippy::unnecessary_wraps, reason = "the same signature as its neighbours")]
    pub(super) fn new(context: &Context) -> Result<Self, Problem> {
        let api = Arc::new(Api {
            client: Client::new(ClientOptions {
                name: context.name.to_string(),
                insecure: context.insecure,
                read_only: context.read_only,
                concurrency: context.concurrency,
                ..ClientOptions::default()
            }),
            base: context.base_url.clone(),
            credentials: context.credentials.clone(),
            signed: SignIn::new(),
        });
        let map = Mapper { context: context.name.clone(), strings: Interner::default() };
        let (asker, mapper) = (api.clone(), map.clone());
        let containers = PageCache::new(move |number| {
            let (api, map) = (asker.clone(), mapper.clone());
            async move {
                let (list, more) = api.page(&CONTAINERS, number).await?;
                Ok(Page {
                    rows: list.items.good.iter().map(|container| map.container(container)).collect(),
                    more,
                    total: *list.total,
                })
            }
            .boxed()
        });
        Ok(Self { api, map, containers, at_once: context.concurrency })
    }
}

fn unsupported(what: &str) -> Problem {
    Problem::new(ProblemKind::Unsupported, format!("Quasarch: {what}"))
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
        let sweep = self.containers.sweep();
        match kind {
            Kind::Container => produce(move |out| containers(sweep, out)),
            Kind::Revision => produce(move |out| revisions(api, map, sweep, at_once, out)),
            Kind::GpuModel => produce(move |out| gpu_models(api, map, out)),
            Kind::Instance | Kind::Operation => {
                crate::kit::failed_listing(unsupported("there is no such list"))
            }
        }
    }

    fn get(&self, id: &ResourceId) -> Answer<Resource> {
        let (api, map, id) = (self.api.clone(), self.map.clone(), id.clone());
        async move { get(&api, &map, &id).await }.boxed()
    }

    fn describe(&self, id: &ResourceId) -> BoxStream<'static, Section> {
        let (api, id) = (self.api.clone(), id.clone());
        produce(move |out| describe(api, id, out))
    }

    fn samples(&self, _id: &ResourceId, _since: Timestamp) -> Answer<Vec<Sample>> {
        async { Err(unsupported("there is no telemetry")) }.boxed()
    }

    fn logs(&self, id: &ResourceId, _start: LogStart) -> BoxStream<'static, LogEvent> {
        let (api, id) = (self.api.clone(), id.clone());
        if id.kind != Kind::Container {
            let problem = unsupported("only containers have logs");
            return futures_util::stream::iter([LogEvent::Interrupted(problem)]).boxed();
        }
        produce(move |out| log::follow(api, id, out))
    }

    fn console(&self, _id: &ResourceId, _kind: ScreenKind) -> Answer<Console> {
        async { Err(unsupported("there is no console")) }.boxed()
    }

    fn sign_in_again(&self) {
        self.api.signed.forget_if(|_| true);
    }

    fn session_ends(&self) -> Option<Timestamp> {
        self.api.session_ends()
    }

    fn check(&self) -> Answer<Check> {
        let api = self.api.clone();
        async move { check(&api).await }.boxed()
    }

    fn traffic(&self) -> Traffic {
        self.api.client.counters().into()
    }
}

async fn containers(sweep: PageWalk<Container>, out: Sender<ListEvent>) {
    for number in 1.. {
        let event = match sweep.page(number).await {
            Ok(page) => {
                let rows = page.rows.iter().cloned().map(Resource::Container).collect();
                let event = ListEvent::Page { scope: None, rows, expected: page.total };
                if out.send(event).await.is_ok() && page.more {
                    continue;
                }
                ListEvent::End
            }
            Err(problem) => ListEvent::Failed(problem),
        };
        let _ = out.send(event).await;
        return;
    }
}

/// The revisions of every container of a page at once, then the next page. Each container is a scope.
async fn revisions(
    api: Arc<Api>,
    map: Mapper,
    sweep: PageWalk<Container>,
    at_once: usize,
    out: Sender<ListEvent>,
) {
    for number in 1.. {
        let page = match sweep.page(number).await {
            Ok(page) => page,
            Err(problem) => {
                let _ = out.send(ListEvent::Failed(problem)).await;
                return;
            }
        };
        futures_util::stream::iter(&page.rows)
            .for_each_concurrent(at_once.max(1), |container| of_container(&api, &map, container, &out))
            .await;
        if out.is_closed() || !page.more {
            break;
        }
    }
    let _ = out.send(ListEvent::End).await;
}

async fn of_container(api: &Api, map: &Mapper, container: &Container, out: &Sender<ListEvent>) {
    let scope = container.id.id.clone();
    let end = match api.all(&["v1", "containers", &scope, "revisions"]).await {
        Ok(wire) => {
            let link = map.link(scope.clone(), Some(container.name.clone()));
            let rows = map.revisions(&link, &wire).into_iter().map(Resource::Revision).collect();
            let page = ListEvent::Page { scope: Some(scope.clone()), rows, expected: None };
            if out.send(page).await.is_err() {
                return;
            }
            ListEvent::ScopeEnd(scope)
        }
        // The container was deleted a moment ago, and its revisions with it.
        Err(problem) if problem.kind == ProblemKind::NotFound => ListEvent::ScopeEnd(scope),
        Err(problem) => ListEvent::ScopeFailed(scope, problem),
    };
    let _ = out.send(end).await;
}

async fn gpu_models(api: Arc<Api>, map: Mapper, out: Sender<ListEvent>) {
    for number in 1.. {
        let event = match api.page(&GPU_MODELS, number).await {
            Ok((list, more)) => {
                let rows = list.items.good.iter().map(|it| Resource::GpuModel(map.gpu_model(it)));
                let event = ListEvent::Page { scope: None, rows: rows.collect(), expected: *list.total };
                if out.send(event).await.is_ok() && more {
                    continue;
                }
                ListEvent::End
            }
            Err(problem) => ListEvent::Failed(problem),
        };
        let _ = out.send(event).await;
        return;
    }
}

/// There is no call for one revision or one GPU model: they are found in their lists.
async fn get(api: &Api, map: &Mapper, id: &ResourceId) -> Result<Resource, Problem> {
    let missing = || Problem::new(ProblemKind::NotFound, format!("there is no {id}"));
    match (id.kind, &id.scope) {
        (Kind::Container, _) => {
            let wire = api.get(&["v1", "containers", &id.id], &[]).await?;
            Ok(Resource::Container(map.container(&wire)))
        }
        (Kind::Revision, Some(container)) => {
            let wire = api.all(&["v1", "containers", container, "revisions"]).await?;
            let rows = map.revisions(&map.link(container.clone(), None), &wire);
            let row = rows.into_iter().find(|row| row.id.id == id.id);
            row.map(Resource::Revision).ok_or_else(missing)
        }
        (Kind::GpuModel, _) => {
            let models: Vec<wire::GpuModel> = api.all(&GPU_MODELS).await?;
            let model = models.iter().find(|model| *model.code == *id.id);
            model.map(|it| Resource::GpuModel(map.gpu_model(it))).ok_or_else(missing)
        }
        _ => Err(unsupported("there is no such thing")),
    }
}

async fn describe(api: Arc<Api>, id: ResourceId, out: Sender<Section>) {
    let container = id.scope.as_ref().unwrap_or(&id.id);
    let whole = ["v1", "containers", container];
    let revisions = ["v1", "containers", container, "revisions"];
    let sections: &[(&'static str, &[&str])] = match id.kind {
        Kind::Container => &[("container", &whole), ("revisions", &revisions)],
        Kind::Revision => &[("revisions", &revisions), ("container", &whole)],
        // No field ties a model to a provider; who provides at all is told beside it.
        Kind::GpuModel => &[("gpu-models", &GPU_MODELS), ("providers", &PROVIDERS)],
        Kind::Instance | Kind::Operation => &[],
    };
    for &(title, path) in sections {
        let body = section(&api, &id, title, path).await;
        if out.send(Section { title, body }).await.is_err() {
            return;
        }
    }
}

async fn section(api: &Api, id: &ResourceId, title: &str, path: &[&str]) -> Result<Document, Problem> {
    let value = match title {
        "container" => api.get(path, &[]).await?,
        _ => Value::Array(api.all(path).await?),
    };
    // The described one itself, where the section is the list it is in.
    let mine = |it: &&Value| match title {
        "revisions" => {
            id.kind == Kind::Revision
                && it.get("revisionNumber").and_then(Value::as_i64) == id.id.parse().ok()
        }
        "gpu-models" => it.get("code").and_then(Value::as_str) == Some(&id.id),
        _ => false,
    };
    let found = value.as_array().and_then(|rows| rows.iter().find(mine)).cloned();
    let value = found.unwrap_or(value);
    let secrets = secret_fields::secrets(&value);
    Ok(Document::new(value, secrets))
}

async fn check(api: &Api) -> Result<Check, Problem> {
    let (session, took) = timed(api.session()).await;
    let session = session?;
    let mut probes = vec![("sign-in".to_owned(), Ok(took))];
    for (name, path) in [("containers", CONTAINERS), ("gpu-models", GPU_MODELS), ("providers", PROVIDERS)] {
        let (answer, took) = timed(api.get::<Value>(&path, &[("page", "1"), ("rows", "1")])).await;
        // Only a list of containers has rows with revisions.
        let first = answer.as_ref().ok().filter(|_| path == CONTAINERS);
        let first = first.and_then(|page| page.pointer("/items/0/id")?.as_str().map(str::to_owned));
        probes.push((name.to_owned(), answer.map(|_| took)));
        if let Some(id) = first {
            let path = ["v1", "containers", &id, "revisions"];
            let (answer, took) = timed(api.get::<Value>(&path, &[("page", "1"), ("rows", "1")])).await;
            probes.push(("revisions".to_owned(), answer.map(|_| took)));
        }
    }
    let named = session.user();
    let profile = match named {
        Some(user) => api.get::<Value>(&["v1", "users", user], &[]).await.ok(),
        None => None,
    };
    let word = |name: &str| profile.as_ref()?.get(name)?.as_str();
    let identity = match (word("name"), word("email")) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (one, other) => one.or(other).or(named).unwrap_or("signed in").to_owned(),
    };
    // When nothing at all can be read, the reason is the answer.
    if probes.iter().skip(1).all(|(_, result)| result.is_err())
        && let Some((_, Err(problem))) = probes.pop()
    {
        return Err(problem);
    }
    Ok(Check { identity, probes })
}
