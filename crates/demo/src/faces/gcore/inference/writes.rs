//! Making, changing, starting, stopping and removing deployments.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::catalogue::{gpu, quota};
use super::super::state::{FaceState, Note};
use super::super::wire::{Answer, Body, Form, Named, Owned, Problem, tasks};
use super::list::find;
use super::{Deployment, MOST, Scale, add_deployment, numbers};
use crate::engine::events::Event;
use crate::engine::fleet::{Fleet, Phase};
use crate::engine::jobs::{self, Effect, Work};

/// Reads the regions of a body.
pub(super) fn scales(form: &mut Form<'_>, face: &FaceState, needed: bool) -> Vec<Scale> {
    let list = if needed { form.need_list("containers") } else { form.list("containers") };
    let known: Vec<i64> = face.look(|view| view.regions().iter().map(|region| region.id).collect());
    form.each("containers", list, |form| {
        let region = form.need_number("region_id", 0..=i64::MAX);
        if let Some(id) = region.filter(|id| !known.contains(id)) {
            form.error("region_id", format!("Region {id} could not be found"));
        }
        let Some(Value::Object(scale)) = form.given("scale") else {
            form.error("scale", "Field required");
            return None;
        };
        let read = |name: &str| scale.get(name).and_then(Value::as_i64);
        let (min, max) = (read("min"), read("max"));
        if min.is_none_or(|min| min < 0) {
            form.error("scale.min", "Input should be greater than or equal to 0");
        }
        if max.is_none_or(|max| !(1..=300).contains(&max) || min.is_some_and(|min| max < min)) {
            form.error("scale.max", "Input should be between min and 300");
        }
        Some(Scale {
            region: region?,
            min: min?,
            max: max?,
            cooldown: read("cooldown_period").or(Some(60)),
            polling: read("polling_interval").or(Some(30)),
        })
    })
}

/// Returns whether a name is one a deployment may have.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (4..=30).contains(&name.len())
        && name.chars().all(|c| plain(c) || c == '-')
        && name.starts_with(plain)
        && name.ends_with(plain)
}

fn envs(form: &mut Form<'_>) -> Option<BTreeMap<String, String>> {
    let Value::Object(map) = form.given("envs")? else {
        form.error("envs", "Input should be a valid dictionary");
        return None;
    };
    let mut found = BTreeMap::new();
    for (key, value) in map {
        match value.as_str() {
            Some(text) => drop(found.insert(key.clone(), text.to_owned())),
            None => form.error(&format!("envs.{key}"), "Input should be a valid string"),
        }
    }
    Some(found)
}

/// Puts what a body says over what there is.
fn describe(form: &mut Form<'_>, face: &FaceState, own: &mut Deployment, needed: bool) {
    let size = if needed { form.need_text("flavor_name") } else { form.text("flavor_name") };
    if let Some(size) = size {
        if gpu::inference_flavor(size).is_none() {
            form.error("flavor_name", format!("Flavor {size} could not be found"));
        }
        size.clone_into(&mut own.flavor);
    }
    let port = if needed {
        form.need_number("listening_port", 1..=65_535)
    } else {
        form.number("listening_port", 1..=65_535)
    };
    own.port = port.unwrap_or(own.port);
    if let Some(text) = form.text("description") {
        text.clone_into(&mut own.description);
    }
    if let Some(text) = form.text("credentials_name") {
        text.clone_into(&mut own.credentials);
    }
    if let Some(envs) = envs(form) {
        own.envs = envs;
    }
    let words: Vec<&str> = form.list("command").iter().filter_map(Value::as_str).collect();
    if !words.is_empty() {
        own.command = Some(words.join(" "));
    }
    own.auth = form.switch("auth_enabled").unwrap_or(own.auth);
    own.timeout = form.number("timeout", 0..=86_400).or(own.timeout);
    let scales = scales(form, face, needed);
    if !scales.is_empty() {
        own.scales = scales;
    }
}

fn note(kind: &'static str, action: &'static str, name: &str, asked: Value) -> Note {
    Note {
        kind,
        action,
        region: None,
        asked,
        makes: if action == "create" { json!({ "inference_instances": [name] }) } else { json!({}) },
        acknowledged: None,
    }
}

/// `POST /v3/inference/{project}/deployments`.
pub(crate) async fn create(State(face): State<FaceState>, _: Owned, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let name = form.need_text("name").unwrap_or_default().to_owned();
    if !name.is_empty() && !is_name(&name) {
        form.error(
            "name",
            "String should match pattern '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 4 to 30 characters",
        );
    }
    let image = form.need_text("image").unwrap_or_default().to_owned();
    let mut own = Deployment { timeout: Some(120), ..Deployment::default() };
    describe(&mut form, &face, &mut own, true);
    form.done()?;
    if find(&face, &name).is_ok() {
        return Err(Problem::conflict(format!("Inference instance {name} already exists")));
    }
    let (key, members) = face.change(|fleet, account, _| {
        quota::one_more("inference_instance_count", account.deployments.len())?;
        let made = add_deployment(fleet, account, &name, &image, own, Phase::New, Timestamp::now());
        let key = made.ok_or_else(|| Problem::internal("there is no room for another deployment"))?;
        Ok((key, jobs::members(fleet, key)))
    })?;
    let work = Work {
        caption: format!("Create {name}"),
        action: "container.create",
        container: Some(key),
        instance: None,
        steps: vec![
            ("Finding room", vec![Effect::Container(key, Phase::Starting)]),
            ("Pulling the image", vec![Effect::Instances(members, Phase::Starting)]),
            ("Starting", vec![Effect::Up(key)]),
        ],
    };
    let asked = Value::Object(body.0);
    let number = face.submit(work, note("create_inference_instance", "create", &name, asked), Vec::new());
    Ok(tasks(number))
}

/// `PATCH /v3/inference/{project}/deployments/{name}`.
pub(crate) async fn update(
    State(face): State<FaceState>,
    _: Owned,
    Named(name): Named,
    body: Body,
) -> Answer {
    let key = find(&face, &name)?;
    let mut own = face
        .look(|view| view.account.deployments.get(&key).cloned())
        .ok_or_else(|| Problem::no("Inference instance", &name))?;
    let mut form = Form::new(&body.0);
    describe(&mut form, &face, &mut own, false);
    let image = form.text("image").map(ToOwned::to_owned);
    form.done()?;
    free(&face, key, &name)?;
    let work = face.change(|fleet, account, events| {
        events.push(Event::Reconfigured { container: key });
        let restart = image.is_some() || form_restarts(&body);
        let work = change(fleet, key, &name, &own, image, restart);
        account.deployments.insert(key, own);
        work
    });
    let asked = Value::Object(body.0);
    let number = face.submit(work, note("update_inference_instance", "update", &name, asked), Vec::new());
    Ok(tasks(number))
}

/// Returns whether a change needs new replicas.
fn form_restarts(body: &Body) -> bool {
    ["envs", "command", "flavor_name", "listening_port"].iter().any(|name| body.0.contains_key(*name))
}

/// A deployment that a task works on is not touched by another.
fn free(face: &FaceState, key: u32, name: &str) -> Result<(), Problem> {
    let held = face.look(|view| {
        let mut jobs = view.jobs();
        jobs.any(|job| job.container == Some(key) && !super::super::view::over(job))
    });
    if held {
        return Err(Problem::conflict(format!("Inference instance {name} is being changed")));
    }
    Ok(())
}

/// The work of making a deployment what it is to be: replicas more or fewer, and all anew where that is needed.
fn change(
    fleet: &mut Fleet,
    key: u32,
    name: &str,
    own: &Deployment,
    image: Option<String>,
    restart: bool,
) -> Work {
    let hosts = numbers(fleet);
    let (mut added, mut removed, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let members = jobs::members(fleet, key);
    for (region, host) in &hosts {
        let wanted = own.scales.iter().find(|scale| scale.region == *region).map_or(0, |s| s.min.min(MOST));
        let wanted = usize::try_from(wanted).unwrap_or(0);
        let place = fleet.servers.get(*host as usize).map(|server| server.location);
        let mut here: Vec<u32> = members
            .iter()
            .copied()
            .filter(|m| fleet.instances.get(*m).and_then(|row| fleet.location_of(row)) == place)
            .collect();
        added.extend(std::iter::repeat_n(*host, wanted.saturating_sub(here.len())));
        removed.extend(here.split_off(wanted.min(here.len())));
        kept.extend(here);
    }
    if let Some(container) = fleet.containers.get_mut(key) {
        container.env.clone_from(&own.envs);
        container.updated = Some(Timestamp::now());
        if let Some(image) = image {
            container.revise(image);
        }
    }
    let mut steps = vec![("Finding room", vec![Effect::Instances(removed.clone(), Phase::Stopping)])];
    if restart {
        steps.push(("Ending the old ones", vec![Effect::Instances(kept.clone(), Phase::Stopping)]));
        steps.push(("Pulling the image", vec![Effect::Instances(kept, Phase::Starting)]));
    }
    steps.push((
        "Starting",
        vec![Effect::Instances(removed, Phase::Gone), Effect::Add(key, added), Effect::Up(key)],
    ));
    Work {
        caption: format!("Change {name}"),
        action: "container.update",
        container: Some(key),
        instance: None,
        steps,
    }
}

/// `DELETE /v3/inference/{project}/deployments/{name}`.
pub(crate) async fn remove(State(face): State<FaceState>, _: Owned, Named(name): Named) -> Answer {
    let key = find(&face, &name)?;
    free(&face, key, &name)?;
    let work = face.engine.read(|fleet| jobs::remove_container(fleet, key));
    let note = note("delete_inference_instance", "delete", &name, json!({ "name": name }));
    Ok(tasks(face.submit(work, note, Vec::new())))
}

fn switch(face: &FaceState, name: &str, on: bool) -> Result<StatusCode, Problem> {
    let key = find(face, name)?;
    free(face, key, name)?;
    let (work, down) = face.engine.read(|fleet| {
        let down =
            fleet.containers.get(key).is_some_and(|c| matches!(c.phase, Phase::Stopped | Phase::Stopping));
        let work = if on { jobs::start(fleet, key) } else { jobs::stop(fleet, key) };
        (work, down)
    });
    // What is as it is wanted stays so.
    if on == down {
        let (kind, action) =
            if on { ("start_inference_instance", "start") } else { ("stop_inference_instance", "stop") };
        face.submit(work, note(kind, action, name, json!({ "name": name })), Vec::new());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST .../start`.
pub(crate) async fn start(
    State(face): State<FaceState>,
    _: Owned,
    Named(name): Named,
) -> Result<StatusCode, Problem> {
    switch(&face, &name, true)
}

/// `POST .../stop`.
pub(crate) async fn stop(
    State(face): State<FaceState>,
    _: Owned,
    Named(name): Named,
) -> Result<StatusCode, Problem> {
    switch(&face, &name, false)
}
