//! Changing machines: every change is a task that takes its time, and one machine has one task at once.

use axum::extract::State;
use serde_json::{Value, json};

use super::super::catalogue::flavors;
use super::super::marks::{Kind, uuid};
use super::super::state::{After, FaceState, Note};
use super::super::wire::{Answer, Body, Form, Problem, Query, Target, tasks};
use super::shape;
use crate::engine::fleet::{Fleet, Phase};
use crate::engine::jobs::Work;
use crate::engine::machines;

/// A change to be made.
pub(crate) struct Task {
    /// Verb, task type, and the audit log's word.
    words: (&'static str, &'static str, &'static str),
    phases: Vec<(&'static str, Phase)>,
    /// The caption of a step that changes no phase of the machine.
    caption: &'static str,
    after: Vec<After>,
    remove: bool,
}

impl Task {
    /// A change that leaves the machine running as it does.
    pub(crate) fn quiet(words: (&'static str, &'static str, &'static str), caption: &'static str) -> Self {
        Self { words, phases: Vec::new(), caption, after: Vec::new(), remove: false }
    }

    fn through(
        words: (&'static str, &'static str, &'static str),
        phases: Vec<(&'static str, Phase)>,
    ) -> Self {
        Self { phases, ..Self::quiet(words, "") }
    }

    /// With something to follow it.
    pub(crate) fn with(mut self, after: After) -> Self {
        self.after.push(after);
        self
    }

    fn work(&self, fleet: &Fleet, key: u32) -> Work {
        if self.remove {
            return machines::remove(fleet, key);
        }
        let action = match self.words.1 {
            "start_vm" | "resume_vm" => "machine.start",
            "stop_vm" | "suspend_vm" => "machine.stop",
            "soft_reboot_vm" | "hard_reboot_vm" => "machine.restart",
            "resize_vm" => "machine.resize",
            _ => "machine.update",
        };
        let mut work = machines::through(fleet, key, (self.words.0, action), &self.phases);
        if work.steps.is_empty() {
            work.steps.push((self.caption, Vec::new()));
        }
        work
    }
}

/// Hands a change in, unless another one holds the machine: `{tasks: [id]}`.
pub(crate) fn submit(face: &FaceState, target: &Target, task: Task, body: &Body) -> Answer {
    let number = hand_in(face, target, task, Value::Object(body.0.clone()))?;
    Ok(tasks(number))
}

fn hand_in(face: &FaceState, target: &Target, task: Task, asked: Value) -> Result<u32, Problem> {
    let work = face.look(|view| {
        let vm = view.machine(target.key).ok_or_else(|| Problem::no("Instance", &target.id))?;
        if let Some(job) = view.under().way(&vm) {
            let id = uuid(Kind::Task, job.number);
            return Err(Problem::conflict(format!("Instance {} is locked by task {id}", target.id)));
        }
        Ok(task.work(view.fleet, target.key))
    })?;
    let note = Note {
        kind: task.words.1,
        action: task.words.2,
        region: Some(target.region.id),
        asked,
        makes: json!({}),
        acknowledged: None,
    };
    Ok(face.submit(work, note, task.after))
}

/// The states that an action may begin in, and what it does.
fn plan(key: u32, action: &str) -> Option<(&'static [&'static str], Task)> {
    use Phase::{Running, Starting, Stopped, Stopping};
    let down = || vec![("Stopping", Stopping), ("Down", Stopped)];
    let up = || vec![("Starting", Starting), ("Up", Running)];
    let both = || vec![("Stopping", Stopping), ("Starting", Starting), ("Up", Running)];
    Some(match action {
        "start" => (&["stopped"], Task::through(("Start", "start_vm", "start"), up())),
        "stop" => (&["active", "error", "rescued"], Task::through(("Stop", "stop_vm", "stop"), down())),
        "reboot" => (&["active"], Task::through(("Reboot", "soft_reboot_vm", "reboot"), both())),
        "reboot_hard" => (
            &["active", "stopped", "suspended", "error", "paused"],
            Task::through(("Power-cycle", "hard_reboot_vm", "reboot_hard"), both()),
        ),
        "suspend" => (
            &["active", "stopped"],
            Task::through(("Suspend", "suspend_vm", "suspend"), down()).with(After::Suspended(key)),
        ),
        "resume" => (&["suspended"], Task::through(("Resume", "resume_vm", "resume"), up())),
        _ => return None,
    })
}

fn act(face: &FaceState, target: &Target, action: &str, asked: Value) -> Result<u32, Problem> {
    let (from, task) =
        plan(target.key, action).ok_or_else(|| Problem::wrong(format!("Wrong action {action}")))?;
    let state = face.look(|view| {
        let vm = view.machine(target.key)?;
        let job = view.under().way(&vm);
        // What is held by a task is refused for that below.
        Some((shape::standing_of(view, &vm, job).vm, job.is_some()))
    });
    let (state, held) = state.ok_or_else(|| Problem::no("Instance", &target.id))?;
    if !held && !from.contains(&state) {
        return Err(Problem::wrong(format!(
            "Cannot '{action}' instance {} while it is in vm_state {state}",
            target.id
        )));
    }
    hand_in(face, target, task, asked)
}

/// `POST /v2/instances/.../action`. What was `powercycle` once is `reboot_hard` now.
pub(crate) async fn action(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let known = ["start", "stop", "reboot", "reboot_hard", "suspend", "resume"];
    let action = form.need_word("action", &known);
    form.switch("activate_profile");
    form.done()?;
    let number = act(&face, &target, action.unwrap_or_default(), Value::Object(body.0.clone()))?;
    Ok(tasks(number))
}

/// The old verbs, which answer with the machine as it then is.
async fn old(face: FaceState, target: Target, action: &str) -> Answer {
    act(&face, &target, action, json!({ "action": action }))?;
    super::get(State(face), target).await
}

/// `POST .../start`.
pub(crate) async fn start(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    form.switch("activate_profile");
    form.done()?;
    old(face, target, "start").await
}

/// `POST .../stop`.
pub(crate) async fn stop(State(face): State<FaceState>, target: Target) -> Answer {
    old(face, target, "stop").await
}

/// `POST .../reboot`.
pub(crate) async fn reboot(State(face): State<FaceState>, target: Target) -> Answer {
    old(face, target, "reboot").await
}

/// `POST .../powercycle`.
pub(crate) async fn powercycle(State(face): State<FaceState>, target: Target) -> Answer {
    old(face, target, "reboot_hard").await
}

/// `POST .../suspend`.
pub(crate) async fn suspend(State(face): State<FaceState>, target: Target) -> Answer {
    old(face, target, "suspend").await
}

/// `POST .../resume`.
pub(crate) async fn resume(State(face): State<FaceState>, target: Target) -> Answer {
    old(face, target, "resume").await
}

/// `POST .../changeflavor`.
pub(crate) async fn resize(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let id = form.need_text("flavor_id");
    form.done()?;
    let id = id.unwrap_or_default();
    let flavor = flavors::by_id(id).ok_or_else(|| Problem::no("Flavor", id))?;
    let current = face
        .look(|view| view.machine(target.key).map(|vm| super::flavor(view, &vm)))
        .ok_or_else(|| Problem::no("Instance", &target.id))?;
    if current.id == flavor.id {
        return Err(Problem::wrong(format!("Instance {} has flavor {id} already", target.id)));
    }
    if !resizable(current, flavor) {
        return Err(Problem::wrong(format!("Instance {} cannot be resized to {id}", target.id)));
    }
    let task = Task::quiet(("Resize", "resize_vm", "resize"), "Moving to another size");
    submit(&face, &target, task.with(After::Size(target.key, flavor.id)), &body)
}

/// Returns whether a machine of the one size may be given the other.
pub(crate) fn resizable(from: &flavors::Flavor, to: &flavors::Flavor) -> bool {
    from.id != to.id && !to.disabled && from.os() == to.os() && from.gpu.is_none() && to.gpu.is_none()
}

/// `POST .../put_into_servergroup`.
pub(crate) async fn into_group(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let id = form.need_uuid("servergroup_id");
    form.done()?;
    let id = id.unwrap_or_default();
    let nth = super::super::account::placement_nth(&target.region, id)
        .ok_or_else(|| Problem::no("Server group", id))?;
    if face.look(|view| view.traits(target.key).and_then(|t| t.placement)).is_some() {
        return Err(Problem::conflict(format!("Instance {} is in a server group already", target.id)));
    }
    let task =
        Task::quiet(("Place", "put_into_server_group", "put_into_servergroup"), "Moving to another host");
    submit(&face, &target, task.with(After::Placement(target.key, Some(nth))), &body)
}

/// `POST .../remove_from_servergroup`.
pub(crate) async fn out_of_group(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    if face.look(|view| view.traits(target.key).and_then(|t| t.placement)).is_none() {
        return Err(Problem::wrong(format!("Instance {} is in no server group", target.id)));
    }
    let task =
        Task::quiet(("Release", "remove_from_server_group", "remove_from_servergroup"), "Leaving the group");
    submit(&face, &target, task.with(After::Placement(target.key, None)), &body)
}

/// `DELETE`: with some of its volumes, and all or some of its floating addresses.
pub(crate) async fn delete(State(face): State<FaceState>, target: Target, query: Query) -> Answer {
    let all = query.switch("delete_floatings", false)?;
    if all && query.text("floatings").is_some() {
        return Err(Problem::field("floatings", "delete_floatings and floatings exclude each other"));
    }
    let own: Vec<String> = face
        .look(|view| {
            let vm = view.machine(target.key)?;
            let disks = super::disks(view, &vm);
            Some((0..).zip(disks).map(|(nth, _)| uuid(Kind::Volume, target.key * 8 + nth)).collect())
        })
        .unwrap_or_default();
    for id in query.text("volumes").unwrap_or_default().split(',').filter(|id| !id.is_empty()) {
        if !own.iter().any(|known| known == id) {
            return Err(Problem::no("Volume", id));
        }
    }
    let protected = face.look(|view| view.fleet.extras.get(&target.key).is_some_and(|e| e.protected));
    if protected {
        return Err(Problem::conflict(format!("Instance {} refuses to be deleted", target.id)));
    }
    let task = Task { remove: true, ..Task::quiet(("Delete", "delete_vm", "delete"), "") };
    let number = hand_in(&face, &target, task, json!({ "instance_id": target.id }))?;
    Ok(tasks(number))
}
