//! Changing: create, update and delete containers. Each create and update makes a revision and deploys it.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::super::AppState;
use super::lists::find;
use super::problem::Problem;
use super::shapes;
use crate::engine::events::Event;
use crate::engine::fleet::{Account, Container, Fleet, Phase};
use crate::engine::phases::remove_container;
use crate::engine::plan::Life;
use crate::engine::{jobs, machines};

/// The most containers of the user.
const MOST: usize = 1500;

/// The body of both calls; which fields are required is not documented, these are the sample's.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    name: Option<String>,
    image: Option<String>,
    cpu: Option<f64>,
    ram: Option<String>,
    gpu: Option<u32>,
    ephemeral_storage: Option<String>,
    port: Option<String>,
    env: Option<BTreeMap<String, String>>,
    #[serde(rename = "desiredGPUs")]
    desired_gpus: Option<Vec<String>>,
    command: Option<Vec<String>>,
    arguments: Option<Vec<String>>,
}

impl Body {
    fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, Problem> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/json") {
            return Err(Problem::field("content-type", "must be application/json"));
        }
        let body: Self = serde_json::from_slice(bytes).map_err(|e| Problem::field("body", e.to_string()))?;
        if body.image.as_ref().is_some_and(|image| !has_tag(image)) {
            return Err(Problem::field("image", "must carry a tag"));
        }
        if body.port.as_ref().is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(Problem::field("port", "must be a port number, as a string"));
        }
        Ok(body)
    }

    /// Puts what was sent into the container.
    fn apply(self, container: &mut Container) -> Result<(), Problem> {
        if let Some(name) = self.name {
            container.identifier = slug(&name);
            container.name = name;
        }
        if let Some(ram) = self.ram {
            container.ram_mb =
                mebibytes(&ram).ok_or_else(|| Problem::field("ram", "must be such as 512Mi"))?;
        }
        if let Some(disk) = self.ephemeral_storage {
            let size =
                mebibytes(&disk).ok_or_else(|| Problem::field("ephemeralStorage", "must be such as 10Gi"))?;
            container.storage_gb = size.div_ceil(1024);
        }
        container.cpus = self.cpu.unwrap_or(container.cpus);
        container.gpu = self.gpu.unwrap_or(container.gpu);
        container.gpu_models = self.desired_gpus.unwrap_or(std::mem::take(&mut container.gpu_models));
        container.command = self.command.unwrap_or(std::mem::take(&mut container.command));
        container.arguments = self.arguments.unwrap_or(std::mem::take(&mut container.arguments));
        if let Some(port) = self.port {
            container.ports = vec![port];
        }
        // Whether env is replaced or merged is not documented; the sample reads as replaced.
        container.env = self.env.unwrap_or(std::mem::take(&mut container.env));
        let image = self.image.unwrap_or_else(|| container.image.clone());
        container.revise(image);
        Ok(())
    }
}

/// `name:tag`, where a port in a registry's address is no tag.
fn has_tag(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    last.split_once(':').is_some_and(|(name, tag)| !name.is_empty() && !tag.is_empty())
}

/// A Kubernetes quantity in MiB.
fn mebibytes(text: &str) -> Option<u64> {
    if let Some(number) = text.strip_suffix("Gi") {
        return number.parse::<u64>().ok()?.checked_mul(1024);
    }
    text.strip_suffix("Mi")?.parse().ok()
}

fn slug(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }
    };
    name.chars().take(40).map(plain).collect()
}

/// `POST /v1/containers`.
pub(super) async fn create(
    State(app): State<AppState>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let body = Body::read(&headers, &bytes)?;
    let required =
        [("name", body.name.is_some()), ("image", body.image.is_some()), ("cpu", body.cpu.is_some())];
    if let Some((name, _)) = required.into_iter().find(|(_, given)| !given) {
        return Err(Problem::field(name, "is required"));
    }
    let mut container = blank();
    body.apply(&mut container)?;
    let (key, answer) = app.engine.write(|fleet, events| {
        if fleet.containers_of(Account::Quasarch).count() >= MOST {
            return Err(Problem::field("name", format!("there are {MOST} containers already")));
        }
        let full = || Problem::field("name", "cannot be created: the cloud is full");
        let key = fleet.add_container(container).ok_or_else(full)?;
        fleet.add_instance(key, 0, Phase::New, Timestamp::now());
        events.push(Event::Reconfigured { container: key });
        Ok((key, answer(&app, fleet, key)))
    })?;
    deploy(&app, key);
    Ok((StatusCode::CREATED, answer?))
}

/// `PUT /v1/containers/:id`: the fields given, the others stay.
pub(super) async fn update(
    State(app): State<AppState>,
    Path(text): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Problem> {
    let body = Body::read(&headers, &bytes)?;
    let (key, answer) = app.engine.write(|fleet, events| {
        let (key, found) = find(fleet, &text)?;
        let mut changed = found.clone();
        body.apply(&mut changed)?;
        changed.updated = Some(Timestamp::now());
        let before = std::mem::replace(&mut changed.phase, Phase::Starting);
        changed.life = Life::Steady;
        if let Some(row) = fleet.containers.get_mut(key) {
            *row = changed;
        }
        events.push(Event::Container { container: key, phase: Phase::Starting, before });
        events.push(Event::Reconfigured { container: key });
        Ok((key, answer(&app, fleet, key)))
    })?;
    deploy(&app, key);
    answer
}

/// `DELETE /v1/containers/:id`: gone from the lists at once; its processes follow.
pub(super) async fn delete(
    State(app): State<AppState>,
    Path(text): Path<String>,
) -> Result<StatusCode, Problem> {
    app.engine.write(|fleet, events| {
        let (key, _) = find(fleet, &text)?;
        remove_container(fleet, key, events);
        Ok(StatusCode::NO_CONTENT)
    })
}

fn deploy(app: &AppState, key: u32) {
    let work = app.engine.read(|fleet| jobs::deploy(fleet, key));
    app.engine.submit(work);
}

fn answer(app: &AppState, fleet: &Fleet, key: u32) -> Result<Json<Value>, Problem> {
    let container = fleet.container_of(Account::Quasarch, key).ok_or_else(Problem::missing)?;
    Ok(Json(shapes::container(&app.credentials.user, key, container)))
}

/// A leased container before anything is said about it.
fn blank() -> Container {
    Container {
        phase: Phase::Starting,
        ports: vec!["80".to_owned()],
        ram_mb: 512,
        storage_gb: 1,
        ..machines::blank(Account::Quasarch, Timestamp::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_needs_a_tag_of_its_own() {
        assert!(has_tag("nginx:1") && has_tag("host:5000/a/b:c"));
        assert!(!has_tag("nginx") && !has_tag("host:5000/nginx") && !has_tag("nginx:"));
    }

    #[test]
    fn quantities_are_read_as_they_are_written() {
        assert_eq!((mebibytes("512Mi"), mebibytes("2Gi"), mebibytes("2G")), (Some(512), Some(2048), None));
    }
}
