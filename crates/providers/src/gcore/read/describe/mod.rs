//! Everything Gcore has about one resource, section by section. Each section is a read of its own, so a right that is
//! missing hides one of them.

mod machine;
mod model;

use std::sync::Arc;

use arcstr::ArcStr;
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::super::api::Api;
use super::super::{Site, unsupported};
use super::catalogue::INFERENCE_CAPACITY;
use super::single::region_of;
use crate::Section;
use crate::kit::secret_fields;
use qdeck_model::{Document, Kind, Problem, ProblemKind, ResourceId};

/// The channel for sections. A closed channel only means that the view was closed.
struct Sheet<'a> {
    site: &'a Arc<Site>,
    id: &'a ResourceId,
    project: ArcStr,
    out: Sender<Section>,
}

pub(crate) async fn sections(site: Arc<Site>, id: ResourceId, out: Sender<Section>) {
    let project = match site.places.project().await {
        Ok(project) => project,
        Err(problem) => {
            let _ = send_section(&out, "project", Err(problem)).await;
            return;
        }
    };
    let sheet = Sheet { site: &site, id: &id, project, out };
    // `None` when the receiver is gone.
    let _ = match (id.kind, &id.scope) {
        (Kind::Instance, Some(_)) => sheet.instance().await,
        (Kind::Container, None) => sheet.deployment().await,
        (Kind::Container, Some(_)) => sheet.caas().await,
        (Kind::Operation, _) => sheet.task("task", &id.id).await,
        (Kind::GpuModel, _) => sheet.gpu_model().await,
        (Kind::Instance | Kind::Revision, _) => {
            let problem = unsupported("there is no such thing");
            send_section(&sheet.out, "resource", Err(problem)).await
        }
    };
}

async fn send_section(
    out: &Sender<Section>,
    title: &'static str,
    answer: Result<Value, Problem>,
) -> Option<()> {
    let body = answer.map(|value| {
        let secrets = secret_fields::secrets(&value);
        Document::new(value, secrets)
    });
    out.send(Section { title, body }).await.ok()
}

/// A list without its envelope.
fn unwrapped(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.contains_key("results") && fields.len() <= 2 => {
            fields.remove("results").unwrap_or_default()
        }
        other => other,
    }
}

async fn read(api: &Api, path: &[String], query: &[(&'static str, String)]) -> Result<Value, Problem> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    api.get(&path, &query).await.map(unwrapped)
}

/// The first of a list whose field is this.
fn find(list: Value, field: &str, wanted: &str) -> Option<Value> {
    let Value::Array(items) = list else { return None };
    let is_it = |it: &Value| it.get(field).and_then(Value::as_str) == Some(wanted);
    items.into_iter().find(is_it)
}

fn not_listed(what: &str, name: &str) -> Problem {
    Problem::new(ProblemKind::NotFound, format!("the {what} `{name}` is not listed any more"))
}

impl Sheet<'_> {
    fn path(&self, before: &[&str], after: &[&str]) -> Vec<String> {
        let region = self.id.scope.as_deref();
        let place = [&*self.project].into_iter().chain(region);
        let parts = before.iter().copied().chain(place).chain(after.iter().copied());
        parts.map(str::to_owned).collect()
    }

    async fn task(&self, title: &'static str, id: &str) -> Option<()> {
        let answer = self.site.api.get(&["cloud", "v1", "tasks", id], &[]).await;
        send_section(&self.out, title, answer).await
    }

    async fn deployment(&self) -> Option<()> {
        let api = &self.site.api;
        let path = ["cloud", "v3", "inference", &self.project, "deployments", &self.id.id];
        let answer: Result<Value, Problem> = api.get(&path, &[]).await;
        let flavor = answer.as_ref().ok().and_then(|it| it.get("flavor_name")?.as_str().map(str::to_owned));
        send_section(&self.out, "deployment", answer).await?;
        let Some(flavor) = flavor else { return Some(()) };
        let path = ["cloud", "v3", "inference", "flavors", &flavor];
        send_section(&self.out, "flavor", api.get(&path, &[]).await).await?;
        let answer = api.get(&INFERENCE_CAPACITY, &[]).await.map(unwrapped);
        let answer = answer.map(|regions| self.only_capacity_of(&regions, |name| name == flavor));
        send_section(&self.out, "capacity", answer).await
    }

    async fn caas(&self) -> Option<()> {
        let region = match region_of(self.id) {
            Ok(region) => region,
            Err(problem) => return send_section(&self.out, "container", Err(problem)).await,
        };
        let api = self.site.api.region(region);
        let path = self.path(&["cloud", "v1", "caas"], &["containers", &self.id.id]);
        let answer = read(&api, &path, &[]).await;
        let flavor = answer.as_ref().ok().and_then(|it| it.get("flavor")?.as_str().map(str::to_owned));
        send_section(&self.out, "container", answer).await?;
        if let Some(flavor) = flavor {
            let path = self.path(&["cloud", "v1", "caas", "flavors"], &[]);
            let list = read(&api, &path, &[("limit", "1000".to_owned())]).await;
            let own = list
                .and_then(|list| find(list, "name", &flavor).ok_or_else(|| not_listed("flavor", &flavor)));
            send_section(&self.out, "flavor", own).await?;
        }
        // The shape of these lines is documented nowhere: they are shown as they come.
        let path = self.path(&["cloud", "v1", "caas"], &["containers", &self.id.id, "logs"]);
        send_section(&self.out, "logs", read(&api, &path, &[("limit", "1000".to_owned())]).await).await
    }
}
