//! One resource of ElasticBox: as a row, and section by section as the API sends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::super::act::{self, Begun, Deployment};
use super::super::api::{Api, field};
use super::super::map::{LATEST, Mapper};
use super::super::{unsupported, wire};
use super::{history, machine_logs, masks};
use crate::Section;
use qdeck_model::{Document, Kind, Problem, ProblemKind, Resource, ResourceId, Timestamp};

/// Sections asked for at once, beside what else is under way.
const SECTIONS_AT_ONCE: usize = 4;

/// The page names this path twice, as the first here in the section and as the last in its table; the texts of 2018 have
/// the second.
const BINDINGS: [&str; 3] = ["binding", "bindings", "binding_instances"];

/// The path that this server is known to have.
#[derive(Default)]
pub(crate) struct BindingPath(AtomicUsize);

/// Reads one resource and makes the same row of it as its listing does.
pub(crate) async fn get(api: &Api, map: &Mapper, id: &ResourceId) -> Result<Resource, Problem> {
    let missing = || Problem::new(ProblemKind::NotFound, format!("there is no {id}"));
    match (id.kind, &id.scope) {
        (Kind::Instance, _) => {
            let wire: wire::Instance = api.get(&["instances", &id.id], &[]).await?;
            Ok(Resource::Instance(map.instance(&wire, Timestamp::now())))
        }
        (Kind::Container, _) => {
            let wire: wire::Box = api.get(&["boxes", &id.id], &[]).await?;
            Ok(Resource::Container(map.container(&wire).into()))
        }
        (Kind::Operation, Some(instance)) => {
            if let Some(begun) = Begun::parse(&id.id) {
                return Ok(Resource::Operation(act::read_begun(api, map, instance, &begun).await?));
            }
            if let Some(deployment) = Deployment::parse(&id.id) {
                return Ok(Resource::Operation(deployment.read(api, map, instance).await?));
            }
            let wire: wire::Instance = api.get(&["instances", instance], &[]).await?;
            let row = map.instance(&wire, Timestamp::now());
            let found = if id.id == LATEST {
                map.latest(&wire, &row)
            } else {
                let all = history::of_instance(api, map, instance, &row.name).await?;
                all.good.into_iter().find(|it| it.id == *id)
            };
            found.map(Resource::Operation).ok_or_else(missing)
        }
        _ => Err(unsupported("there is no such thing")),
    }
}

/// Sends the sections in order, the resource itself first.
pub(crate) async fn describe(api: Arc<Api>, path: Arc<BindingPath>, id: ResourceId, out: Sender<Section>) {
    // A closed channel only means that the view was closed.
    let _ = match (id.kind, &id.scope) {
        (Kind::Instance, _) => instance(&api, &path, &id.id, &out).await,
        (Kind::Container, _) => boxed(&api, &id.id, &out).await,
        (Kind::Operation, Some(instance)) => operation(&api, instance, &id.id, &out).await,
        _ => {
            let body = Err(unsupported("there is no such thing"));
            let title = "resource";
            out.send(Section { title, body }).await.ok()
        }
    };
}

async fn instance(api: &Api, path: &BindingPath, id: &str, out: &Sender<Section>) -> Option<()> {
    let itself = read(api, &["instances", id]).await;
    let value = itself.as_ref().ok().cloned();
    send_section(out, "instance", itself).await?;
    // Gone: so is all the rest.
    let value = value?;
    let provider = value.pointer("/policy_box").and_then(|it| field(it, "provider_id"));
    let mut sections: Vec<BoxFuture<'_, Vec<Section>>> = vec![
        service(api, id).boxed(),
        one(api, "activity", vec!["instances", id, "activity"]),
        one(api, "operations", vec!["instances", id, "operations"]),
        async move { vec![section("bindings", bindings(api, path, id).await)] }.boxed(),
    ];
    let logs = machine_logs::of_machines(api, &value, None);
    sections.push(async move { vec![section("machine logs", logs.await)] }.boxed());
    if let Some(deployed) = field(&value, "box") {
        sections.push(one(api, "box", vec!["boxes", deployed]));
    }
    if let Some(provider) = provider {
        sections.push(one(api, "provider", vec!["providers", provider]));
    }
    send_sections(out, sections).await
}

async fn boxed(api: &Api, id: &str, out: &Sender<Section>) -> Option<()> {
    let itself = read(api, &["boxes", id]).await;
    let value = itself.as_ref().ok().cloned();
    send_section(out, "box", itself).await?;
    let value = value?;
    let mut sections = vec![
        known(api, "versions", vec!["boxes", id, "versions"]),
        known(api, "stack", vec!["boxes", id, "stack"]),
        known(api, "bindings", vec!["boxes", id, "bindings"]),
    ];
    if let Some(provider) = field(&value, "provider_id") {
        sections.push(one(api, "provider", vec!["providers", provider]));
    }
    send_sections(out, sections).await
}

/// The operation itself; its activity and what each machine printed, by themselves; all of its instance beside it, and the
/// instance. An operation that was begun here is the latest of its event.
async fn operation(api: &Api, instance: &str, id: &str, out: &Sender<Section>) -> Option<()> {
    let history = read(api, &["instances", instance, "operations"]).await;
    let begun = Begun::parse(id);
    let is_it = |it: &Value| match &begun {
        Some(begun) => field(it, "operation").is_some_and(|event| begun.is_event(event)),
        None => id == &*LATEST || Deployment::parse(id).is_some() || field(it, "id") == Some(id),
    };
    let mine = history.as_ref().ok().and_then(Value::as_array);
    let mine = mine.and_then(|all| all.iter().rfind(|it| is_it(it))).cloned();
    let event = mine.as_ref().and_then(|it| field(it, "operation")).map(str::to_owned);
    let itself = match (mine, &history) {
        (Some(mine), _) => Ok(mine),
        (None, Err(problem)) => Err(problem.clone()),
        (None, Ok(_)) => Err(Problem::new(
            ProblemKind::NotFound,
            "the history of the instance does not have this operation",
        )),
    };
    send_section(out, "operation", itself).await?;
    let of_instance = read(api, &["instances", instance]).await;
    if let Some(event) = event.as_deref() {
        let path = ["instances", instance, "activity"];
        send_section(out, "activity", api.get(&path, &[("operation", event)]).await).await?;
        if let Ok(of_instance) = &of_instance {
            let logs = machine_logs::of_machines(api, of_instance, Some(event)).await;
            send_section(out, "machine logs", logs).await?;
        }
    }
    send_section(out, "operations", history).await?;
    send_section(out, "instance", of_instance).await
}

/// The service, and once more its machines: addresses and agents are what is looked for.
async fn service(api: &Api, id: &str) -> Vec<Section> {
    let service = read(api, &["instances", id, "service"]).await;
    let machines = service.as_ref().ok().and_then(|it| it.get("machines")).cloned();
    let mut sections = vec![section("service", service)];
    if let Some(machines) = machines.filter(|it| it.as_array().is_some_and(|all| !all.is_empty())) {
        sections.push(section("machines", Ok(machines)));
    }
    sections
}

async fn bindings(api: &Api, known: &BindingPath, id: &str) -> Result<Value, Problem> {
    let first = known.0.load(Ordering::Relaxed);
    let mut refusal = None;
    for at in (0..BINDINGS.len()).map(|step| (first + step) % BINDINGS.len()) {
        match read(api, &["instances", id, BINDINGS[at]]).await {
            Err(problem) if problem.kind == ProblemKind::NotFound => refusal = refusal.or(Some(problem)),
            other => {
                known.0.store(at, Ordering::Relaxed);
                return other;
            }
        }
    }
    Err(refusal.unwrap_or_else(|| unsupported("there are no bindings")))
}

async fn read(api: &Api, path: &[&str]) -> Result<Value, Problem> {
    api.get(path, &[]).await
}

fn one<'a>(api: &'a Api, title: &'static str, path: Vec<&'a str>) -> BoxFuture<'a, Vec<Section>> {
    async move { vec![section(title, read(api, &path).await)] }.boxed()
}

/// A part that not every server has: of a box that was just read, only an unknown path is not there.
fn known<'a>(api: &'a Api, title: &'static str, path: Vec<&'a str>) -> BoxFuture<'a, Vec<Section>> {
    async move {
        match read(api, &path).await {
            Err(problem) if problem.kind == ProblemKind::NotFound => Vec::new(),
            answer => vec![section(title, answer)],
        }
    }
    .boxed()
}

fn section(title: &'static str, answer: Result<Value, Problem>) -> Section {
    let body = answer.map(|value| {
        let secrets = masks::secrets(&value);
        Document::new(value, secrets)
    });
    Section { title, body }
}

/// `None` when the receiver is gone.
async fn send_section(
    out: &Sender<Section>,
    title: &'static str,
    answer: Result<Value, Problem>,
) -> Option<()> {
    out.send(section(title, answer)).await.ok()
}

/// Reads several at once and sends them in order.
async fn send_sections(out: &Sender<Section>, sections: Vec<BoxFuture<'_, Vec<Section>>>) -> Option<()> {
    let mut read = stream::iter(sections).buffered(SECTIONS_AT_ONCE);
    while let Some(sections) = read.next().await {
        for section in sections {
            out.send(section).await.ok()?;
        }
    }
    Some(())
}
