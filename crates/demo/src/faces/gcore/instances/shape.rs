//! One machine as JSON, with the fields of today and those of the years before, which old clients still decode.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::super::catalogue::images;
use super::super::marks::{self, Kind, uuid};
use super::super::view::{View, Vm};
use super::network;
use crate::engine::fleet::{Job, Phase};

/// The set of fields that is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// As in a list.
    Short,
    /// As in a list that was asked for the interfaces' names.
    Ports,
    /// As for a single machine: addresses with their subnets.
    Whole,
}

/// Status, state of the machine, and what is being done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: &'static str,
    pub(crate) vm: &'static str,
    pub(crate) task: Option<&'static str>,
}

const fn standing(status: &'static str, vm: &'static str, task: Option<&'static str>) -> Standing {
    Standing { status, vm, task }
}

/// The status of a machine. `kind` is the task under way. A machine is settled only when nothing is being done to it.
pub(crate) fn status_of(phase: Phase, suspended: bool, kind: Option<&str>) -> Standing {
    let doing = match kind {
        Some("create_vm") => Some("spawning"),
        Some("start_vm") => Some("powering-on"),
        Some("stop_vm") => Some("powering-off"),
        Some("soft_reboot_vm") => Some("rebooting"),
        Some("hard_reboot_vm") => Some("rebooting_hard"),
        Some("suspend_vm") => Some("suspending"),
        Some("resume_vm") => Some("resuming"),
        Some("delete_vm") => Some("deleting"),
        Some("resize_vm") => Some("resize_migrating"),
        Some("attach_vm_interface" | "detach_vm_interface") => Some("networking"),
        Some(_) => Some("updating"),
        None => None,
    };
    match (phase, kind) {
        (Phase::New, _) => standing("BUILD", "building", doing.or(Some("scheduling"))),
        (Phase::Starting, Some("start_vm")) => standing("SHUTOFF", "stopped", doing),
        (Phase::Starting, Some("resume_vm")) => standing("SUSPENDED", "suspended", doing),
        (Phase::Starting | Phase::Stopping, Some("soft_reboot_vm")) => standing("REBOOT", "active", doing),
        (Phase::Starting | Phase::Stopping, Some("hard_reboot_vm")) => {
            standing("HARD_REBOOT", "active", doing)
        }
        (Phase::Starting, _) => standing("BUILD", "building", doing.or(Some("spawning"))),
        (Phase::Running, Some("resize_vm")) => standing("RESIZE", "active", doing),
        (Phase::Running, _) => standing("ACTIVE", "active", doing),
        (Phase::Migrating, _) => standing("MIGRATING", "active", Some("migrating")),
        (Phase::Stopping, _) => standing("ACTIVE", "active", doing.or(Some("powering-off"))),
        (Phase::Stopped, _) if suspended => standing("SUSPENDED", "suspended", doing),
        (Phase::Stopped, Some("resize_vm")) => standing("RESIZE", "stopped", doing),
        (Phase::Stopped, _) => standing("SHUTOFF", "stopped", doing),
        (Phase::Failed, _) => standing("ERROR", "error", doing),
        (Phase::Deleting | Phase::Gone, _) => standing("ACTIVE", "active", Some("deleting")),
    }
}

/// The status of one of the fleet's machines, with the job that holds it.
pub(crate) fn standing_of(view: &View<'_>, vm: &Vm<'_>, job: Option<&Job>) -> Standing {
    let suspended = view.traits(vm.key).is_some_and(|t| t.suspended);
    status_of(vm.row.phase, suspended, job.map(|job| view.task_type(job)))
}

/// The tags of a machine: those it was given, and those the platform itself writes.
pub(crate) fn tags(view: &View<'_>, vm: &Vm<'_>) -> Vec<(String, String, bool)> {
    let own = view.fleet.extras.get(&vm.key);
    let own = own.into_iter().flat_map(|extras| &extras.labels);
    let mut all: Vec<(String, String, bool)> = own.map(|(k, v)| (k.clone(), v.clone(), false)).collect();
    all.push(("image_name".to_owned(), vm.group.image.clone(), true));
    if let Some((_, image)) = images::by_name(&vm.group.image) {
        all.push(("os_distro".to_owned(), image.distro.to_owned(), true));
        all.push(("os_version".to_owned(), image.version.to_owned(), true));
    }
    all
}

/// A tag as the platform returns it.
pub(crate) fn tag((key, value, read_only): &(String, String, bool)) -> Value {
    json!({ "key": key, "value": value, "read_only": read_only })
}

/// One machine.
pub(crate) fn instance(view: &View<'_>, vm: &Vm<'_>, job: Option<&Job>, detail: Detail) -> Value {
    let Some(region) = view.region_of(vm.row) else {
        return Value::Null;
    };
    let ports = network::ports(view, vm);
    let name = view.name(vm);
    let standing = standing_of(view, vm, job);
    let traits = view.traits(vm.key);
    let tags = tags(view, vm);
    let detailed: Vec<Value> = tags.iter().map(tag).collect();
    let plain: Map<String, Value> = tags.iter().map(|(k, v, _)| (k.clone(), json!(v))).collect();
    let created = marks::zulu(vm.row.created);
    let key_name = traits.map_or(Some("operator"), |t| t.key.as_deref());
    let volumes: Vec<Value> = (0..)
        .zip(super::disks(view, vm))
        .map(|(nth, disk)| {
            json!({ "id": uuid(Kind::Volume, vm.key * 8 + nth), "delete_on_termination": disk.delete_on_termination })
        })
        .collect();
    let groups: Vec<Value> =
        network::groups_among(view, vm, &ports).into_iter().map(|name| json!({ "name": name })).collect();
    let id = vm.id();
    json!({
        "id": id,
        "name": name,
        "created_at": created,
        "status": standing.status,
        "vm_state": standing.vm,
        "task_state": standing.task,
        "task_id": job.map(|job| uuid(Kind::Task, job.number)),
        "creator_task_id": traits.and_then(|t| t.creator).map(|job| uuid(Kind::Task, job)),
        "project_id": view.account.project,
        "region": region.name,
        "region_id": region.id,
        "flavor": super::flavor(view, vm).embedded(),
        "addresses": network::addresses(&region, &ports, detail),
        "fixed_ip_assignments": network::assignments(&region, &ports),
        "volumes": volumes,
        "security_groups": groups,
        "ssh_key_name": key_name,
        "tags": detailed,
        "instance_description": Value::Null,
        "instance_isolation": Value::Null,
        "ddos_profile": Value::Null,
        "blackhole_ports": blackholes(vm, &ports),
        // As they were named before May 2025.
        "instance_id": id,
        "instance_name": name,
        "instance_created": created,
        "keypair_name": key_name,
        "metadata": plain,
        "metadata_detailed": detailed,
    })
}

/// An attack that one machine of a group has behind it, or before it: the alarm is over where its end is a real time.
fn blackholes(vm: &Vm<'_>, ports: &[network::Port]) -> Vec<Value> {
    // Another three in a hundred of the machines that can be reached from outside.
    if vm.row.ordinal % 32 != 2 {
        return Vec::new();
    }
    let Some(port) = ports.iter().find(|port| port.outside) else {
        return Vec::new();
    };
    let began = vm.row.created.checked_add(SignedDuration::from_hours(30)).unwrap_or(vm.row.created);
    let spaced = |at: Timestamp| marks::zulu(at).replace('T', " ");
    vec![json!({
        "ID": 4000 + vm.key,
        "DestinationIP": port.address,
        "AlarmState": "archived",
        "AlarmStart": spaced(began),
        "AlarmEnd": spaced(began.checked_add(SignedDuration::from_mins(12)).unwrap_or(began)),
        "AlertDuration": "12 minutes",
    })]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_settled_while_something_is_done_to_it() {
        let all = [
            Phase::New,
            Phase::Starting,
            Phase::Running,
            Phase::Migrating,
            Phase::Stopping,
            Phase::Stopped,
            Phase::Failed,
            Phase::Deleting,
        ];
        for phase in all {
            for kind in ["start_vm", "stop_vm", "soft_reboot_vm", "suspend_vm", "delete_vm", "resize_vm"] {
                assert!(status_of(phase, false, Some(kind)).task.is_some(), "{phase:?} {kind}");
            }
        }
        for phase in [Phase::Running, Phase::Stopped, Phase::Failed] {
            assert_eq!(status_of(phase, false, None).task, None);
        }
    }

    #[test]
    fn a_machine_that_is_started_is_still_off() {
        let starting = status_of(Phase::Starting, false, Some("start_vm"));
        assert_eq!(starting, standing("SHUTOFF", "stopped", Some("powering-on")));
        let made = status_of(Phase::Starting, false, Some("create_vm"));
        assert_eq!(made, standing("BUILD", "building", Some("spawning")));
        assert_eq!(status_of(Phase::Stopped, true, None).status, "SUSPENDED");
    }
}
