//! Single machines: made, powered, restarted, moved to another size and removed, each as work that takes its time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::fleet::{Account, Container, Extras, Fleet, Phase};
use super::jobs::{Effect, Work};
use super::plan::Life;
use crate::workload::Kind;

/// A machine to be created.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Whose it will be.
    pub account: Account,
    /// Its name, as given.
    pub name: String,
    /// Image or template.
    pub image: String,
    /// Index of its host.
    pub server: u32,
    /// Processors.
    pub cpus: f64,
    /// Memory in MiB.
    pub ram_mb: u64,
    /// Disk in GiB.
    pub storage_gb: u64,
    /// Accelerators, and of which model.
    pub gpu: (u32, Vec<String>),
    /// Labels or tags.
    pub labels: BTreeMap<String, String>,
    /// True if it starts by itself once made.
    pub start: bool,
}

/// Adds the machine, not yet up, in a group of its own. Gives its index and the work of bringing it up.
pub fn create(fleet: &mut Fleet, wish: Wish) -> Option<(u32, Work)> {
    let now = Timestamp::now();
    let running = if wish.start { Phase::Running } else { Phase::Stopped };
    let group = fleet.add_container(Container {
        account: wish.account,
        identifier: slug(&wish.name),
        workload: Kind::of_image(&wish.image),
        image: wish.image,
        desired: running,
        cpus: wish.cpus,
        ram_mb: wish.ram_mb,
        storage_gb: wish.storage_gb,
        gpu: wish.gpu.0,
        gpu_models: wish.gpu.1,
        ..blank(wish.account, now)
    })?;
    let machine = fleet.add_instance(group, wish.server, Phase::New, now)?;
    if let Some(group) = fleet.containers.get_mut(group) {
        group.name.clone_from(&wish.name);
    }
    let extras = Extras { name: Some(wish.name.clone()), labels: wish.labels, protected: false };
    fleet.extras.insert(machine, extras);
    let mut steps = vec![
        ("Finding room", vec![Effect::Container(group, Phase::Starting)]),
        ("Making disks and ports", vec![Effect::Instances(vec![machine], Phase::Starting)]),
    ];
    steps.push(("Ready", vec![Effect::Instances(vec![machine], running), Effect::Container(group, running)]));
    Some((
        machine,
        Work {
            caption: format!("Create {}", wish.name),
            action: "machine.create",
            container: Some(group),
            instance: Some(machine),
            steps,
        },
    ))
}

/// A group of machines before anything is said about it.
pub fn blank(account: Account, now: Timestamp) -> Container {
    Container {
        account,
        name: String::new(),
        identifier: String::new(),
        environment: 0,
        image: String::new(),
        workload: Kind::Quiet,
        instances: Vec::new(),
        made: 0,
        phase: Phase::New,
        desired: Phase::Running,
        changed: now,
        created: now,
        updated: None,
        started: None,
        version: None,
        stateful: false,
        lock: false,
        strategy: String::new(),
        public: String::new(),
        ports: Vec::new(),
        cpu_shares: 0,
        cpus: 1.0,
        ram_mb: 1024,
        storage_gb: 10,
        gpu: 0,
        gpu_models: Vec::new(),
        command: Vec::new(),
        arguments: Vec::new(),
        image_of: None,
        volumes: Vec::new(),
        health_check: false,
        env: BTreeMap::new(),
        urls: Vec::new(),
        revisions: Vec::new(),
        life: Life::Steady,
    }
}

/// The work of starting a machine.
pub fn start(fleet: &Fleet, machine: u32) -> Work {
    through(
        fleet,
        machine,
        ("Start", "machine.start"),
        &[("Starting", Phase::Starting), ("Up", Phase::Running)],
    )
}

/// The work of stopping a machine.
pub fn stop(fleet: &Fleet, machine: u32) -> Work {
    through(
        fleet,
        machine,
        ("Stop", "machine.stop"),
        &[("Stopping", Phase::Stopping), ("Down", Phase::Stopped)],
    )
}

/// The work of restarting a machine: down and up again.
pub fn restart(fleet: &Fleet, machine: u32) -> Work {
    through(
        fleet,
        machine,
        ("Restart", "machine.restart"),
        &[("Stopping", Phase::Stopping), ("Starting", Phase::Starting), ("Up", Phase::Running)],
    )
}

/// The work of removing a machine, and its group when it was the last one of it.
pub fn remove(fleet: &Fleet, machine: u32) -> Work {
    let mut work = through(
        fleet,
        machine,
        ("Delete", "machine.delete"),
        &[("Deleting", Phase::Deleting), ("Gone", Phase::Gone)],
    );
    let last = work
        .container
        .and_then(|group| fleet.containers.get(group))
        .is_some_and(|group| group.instances.len() < 2);
    if let (true, Some(group), Some((_, effects))) = (last, work.container, work.steps.last_mut()) {
        effects.push(Effect::Container(group, Phase::Gone));
    }
    work
}

/// Work that takes a machine through phases; other words for it than these may be put into what comes back.
pub fn through(
    fleet: &Fleet,
    machine: u32,
    (verb, action): (&str, &'static str),
    phases: &[(&'static str, Phase)],
) -> Work {
    let row = fleet.instances.get(machine);
    let name = row.map(|row| fleet.name(machine, row)).unwrap_or_default();
    let steps =
        phases.iter().map(|(caption, phase)| (*caption, vec![Effect::Instances(vec![machine], *phase)]));
    Work {
        caption: format!("{verb} {name}"),
        action,
        container: row.map(|row| row.container),
        instance: Some(machine),
        steps: steps.collect(),
    }
}

/// Small letters, digits and dashes: what a host name may be.
fn slug(name: &str) -> String {
    let slug: String =
        name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::grow;

    fn wish() -> Wish {
        Wish {
            account: Account::Exoscale,
            name: "Edge Router".into(),
            image: "Linux Debian 12".into(),
            server: 7,
            cpus: 2.0,
            ram_mb: 4096,
            storage_gb: 50,
            gpu: (0, Vec::new()),
            labels: BTreeMap::from([("env".to_owned(), "test".to_owned())]),
            start: true,
        }
    }

    #[test]
    fn a_machine_is_made_with_its_own_name_and_labels() {
        let mut fleet = grow(None, &[Account::Exoscale], Timestamp::now()).expect("the plan reads");
        let before = fleet.machines_of(Account::Exoscale).count();
        let (machine, work) = create(&mut fleet, wish()).expect("there is room");
        assert_eq!(fleet.machines_of(Account::Exoscale).count(), before + 1);
        let (instance, group) = fleet.machine_of(Account::Exoscale, machine).expect("it is there");
        assert_eq!(fleet.name(machine, instance), "Edge Router");
        assert_eq!(group.identifier, "edge-router");
        assert_eq!(instance.phase, Phase::New);
        assert_eq!(work.instance, Some(machine));
        let ends = &work.steps.last().expect("a step").1;
        assert!(matches!(&ends[0], Effect::Instances(all, Phase::Running) if *all == [machine]), "{ends:?}");
    }

    #[test]
    fn the_last_machine_of_a_group_takes_the_group_with_it() {
        let mut fleet = grow(None, &[Account::Exoscale], Timestamp::now()).expect("the plan reads");
        let (machine, _) = create(&mut fleet, wish()).expect("there is room");
        let work = remove(&fleet, machine);
        let ends = &work.steps.last().expect("a step").1;
        assert!(ends.iter().any(|it| matches!(it, Effect::Container(_, Phase::Gone))));
    }
}
