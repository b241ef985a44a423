//! One resource of Cycle: as a row, and section by section as the API sends it.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::super::api::Api;
use super::super::map::{Mapper, Owner};
use super::super::{instance_path, unsupported, wire};
use super::listing::{CONTAINER_INCLUDES, CONTAINER_META, INSTANCE_INCLUDES, JOB_INCLUDES};
use crate::Section;
use crate::kit::secret_fields;
use qdeck_model::{Container, Document, Kind, Problem, Resource, ResourceId};

/// Reads one resource and makes the same row of it as its listing does.
pub(crate) async fn get(api: &Api, map: &Mapper, id: &ResourceId) -> Result<Resource, Problem> {
    match (id.kind, &id.scope) {
        (Kind::Instance, Some(container)) => {
            let one: wire::One<wire::Instance> =
                api.get(&instance_path(id, &[])?, &[INSTANCE_INCLUDES]).await?;
            map.learn(&one.includes);
            let owner = match map.names.container(container) {
                Some(owner) => Some(owner),
                // Named by a notification before its container was listed.
                None => owner(api, map, container).await,
            };
            let row = map.instance(&one.data, container, owner.as_ref());
            Ok(Resource::Instance(row))
        }
        (Kind::Container, _) => Ok(Resource::Container(Box::new(container_row(api, map, &id.id).await?))),
        (Kind::Operation, _) => {
            let one: wire::One<wire::Job> = api.get(&["v1", "jobs", &id.id], &[JOB_INCLUDES]).await?;
            map.learn(&one.includes);
            Ok(Resource::Operation(map.job(&one.data)))
        }
        (Kind::Instance | Kind::Revision | Kind::GpuModel, _) => Err(unsupported("there is no such thing")),
    }
}

async fn container_row(api: &Api, map: &Mapper, id: &str) -> Result<Container, Problem> {
    let query = [CONTAINER_META, CONTAINER_INCLUDES];
    let one: wire::One<wire::Container> = api.get(&["v1", "containers", id], &query).await?;
    map.learn(&one.includes);
    Ok(map.container(&one.data))
}

/// The container of an instance; one that may not be read leaves the instance without its name and image.
async fn owner(api: &Api, map: &Mapper, id: &str) -> Option<Owner> {
    container_row(api, map, id).await.ok()?;
    map.names.container(id)
}

/// Sends the sections one after another, the resource itself first.
pub(crate) async fn describe(api: Arc<Api>, id: ResourceId, out: Sender<Section>) {
    // A closed channel only means that the view was closed.
    let _ = match id.kind {
        Kind::Instance => instance(&api, &id, &out).await,
        Kind::Container => container(&api, &id, &out).await,
        Kind::Operation => send_section(&api, "job", &["v1", "jobs", &id.id], &[], &out).await.map(drop),
        Kind::Revision | Kind::GpuModel => {
            let body = Err(unsupported("there is no such thing"));
            out.send(Section { title: "resource", body }).await.ok()
        }
    };
}

async fn instance(api: &Api, id: &ResourceId, out: &Sender<Section>) -> Option<()> {
    let path = match instance_path(id, &[]) {
        Ok(path) => path,
        Err(problem) => {
            let body = Err(problem);
            return out.send(Section { title: "instance", body }).await.ok();
        }
    };
    let itself = send_section(api, "instance", &path, &[("meta", "node,sdn_pool_ips")], out).await?;
    let volumes = [&path[..], &["volumes"]].concat();
    send_section(api, "volumes", &volumes, &[], out).await?;
    if let Some(server) = itself.as_ref().and_then(|it| it.get("server_id")).and_then(Value::as_str) {
        let path = ["v1", "infrastructure", "servers", server];
        send_section(api, "server", &path, &[("meta", "node,instances_count,allocations")], out).await?;
    }
    if let Some(container) = &id.scope {
        send_section(api, "container", &["v1", "containers", container], &[CONTAINER_META], out).await?;
    }
    Some(())
}

async fn container(api: &Api, id: &ResourceId, out: &Sender<Section>) -> Option<()> {
    let path = ["v1", "containers", &*id.id];
    let itself = send_section(api, "container", &path, &[CONTAINER_META], out).await?;
    let environment = itself.as_ref().and_then(|it| it.pointer("/environment/id")).and_then(Value::as_str);
    if let Some(environment) = environment {
        send_section(api, "environment", &["v1", "environments", environment], &[], out).await?;
    }
    Some(())
}

/// Reads one section and sends it; returns what was read. `None` when the receiver is gone.
async fn send_section(
    api: &Api,
    title: &'static str,
    path: &[&str],
    query: &[(&str, &str)],
    out: &Sender<Section>,
) -> Option<Option<Value>> {
    let answer: Result<wire::One<Value>, Problem> = api.get(path, query).await;
    let read = answer.as_ref().ok().map(|one| one.data.clone());
    let body = answer.map(|one| {
        let secrets = secret_fields::secrets(&one.data);
        Document::new(one.data, secrets)
    });
    out.send(Section { title, body }).await.ok()?;
    Some(read)
}
