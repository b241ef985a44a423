//! One resource of Quasarch: as a row, and section by section as the API sends it.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::map::Mapper;
use super::{GPU_MODELS, PROVIDERS, act, unsupported, wire};
use crate::Section;
use crate::kit::secret_fields;
use qdeck_model::{Document, Kind, Problem, ProblemKind, Resource, ResourceId};

/// There is no call for one revision or one GPU model: they are found in their lists.
pub(super) async fn get(api: &Api, map: &Mapper, id: &ResourceId) -> Result<Resource, Problem> {
    let missing = || Problem::new(ProblemKind::NotFound, format!("there is no {id}"));
    match (id.kind, &id.scope) {
        (Kind::Container, _) => {
            let wire = api.get(&["v1", "containers", &id.id], &[]).await?;
            Ok(Resource::Container(map.container(&wire).into()))
        }
        (Kind::Revision, Some(container)) => {
            let wire = api.all(&["v1", "containers", container, "revisions"]).await?.good;
            // The revision does not name its container, and a row that forgot the name would lose its place in the table.
            let of: wire::Container = api.get(&["v1", "containers", container], &[]).await?;
            let rows = map.revisions(&map.link(container.clone(), of.name.as_deref().map(Into::into)), &wire);
            let row = rows.into_iter().find(|row| row.id.id == id.id);
            row.map(Resource::Revision).ok_or_else(missing)
        }
        (Kind::GpuModel, _) => {
            let models: Vec<wire::GpuModel> = api.all(&GPU_MODELS).await?.good;
            let model = models.iter().find(|model| *model.code == *id.id);
            model.map(|it| Resource::GpuModel(map.gpu_model(it))).ok_or_else(missing)
        }
        // The deployment of a container: the API has no operations.
        (Kind::Operation, Some(container)) => {
            let wire = api.get(&["v1", "containers", container], &[]).await?;
            Ok(Resource::Operation(act::operation(map, &wire)))
        }
        _ => Err(unsupported("there is no such thing")),
    }
}

pub(super) async fn describe(api: Arc<Api>, id: ResourceId, out: Sender<Section>) {
    let container = id.scope.as_ref().unwrap_or(&id.id);
    let whole = ["v1", "containers", container];
    let revisions = ["v1", "containers", container, "revisions"];
    let sections: &[(&'static str, &[&str])] = match id.kind {
        Kind::Container => &[("container", &whole), ("revisions", &revisions)],
        Kind::Revision => &[("revisions", &revisions), ("container", &whole)],
        // No field ties a model to a provider: all providers are shown beside it.
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
        _ => Value::Array(api.all(path).await?.good),
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
