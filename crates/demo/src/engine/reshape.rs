//! Changes of what containers and instances are made of: settings, images, hosts, volumes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::events::Event;
use super::fleet::{Fleet, Phase};
use super::jobs::{self, Effect, Work};
use crate::workload::Kind;

/// The settings of a container that can be changed as one.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The networks it is reachable from.
    pub public: String,
    /// The stem of its instances' host names.
    pub identifier: String,
    /// `outside:inside`, or one bare port.
    pub ports: Vec<String>,
    /// The strategy that spreads its instances.
    pub strategy: String,
    /// Share limit.
    pub cpu_shares: u32,
    /// Memory limit in MiB.
    pub ram_mb: u64,
    /// The environment of its processes.
    pub env: BTreeMap<String, String>,
}

/// An instance that was moved.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    /// The host that it came from.
    pub from: u32,
    /// When the move began.
    pub started: Timestamp,
    /// When it was over.
    pub completed: Timestamp,
}

/// The work of giving a container other settings. One that runs is restarted.
pub fn configure(fleet: &Fleet, container: u32, settings: Settings) -> Work {
    let effect = Effect::Configure(container, Box::new(settings));
    reshaped(
        fleet,
        container,
        ("Reconfigure", "container.reconfigure"),
        ("Writing the configuration", effect),
    )
}

/// The work of running another container's image in a container. One that runs is restarted.
pub fn reimage(fleet: &Fleet, container: u32, image_of: u32) -> Work {
    let effect = Effect::Reimage(container, image_of);
    reshaped(fleet, container, ("Reimage", "container.reimage"), ("Fetching the image", effect))
}

fn reshaped(
    fleet: &Fleet,
    container: u32,
    (verb, action): (&str, &'static str),
    (caption, effect): (&'static str, Effect),
) -> Work {
    let runs = fleet.containers.get(container).is_some_and(|it| it.phase == Phase::Running);
    let mut work = jobs::restart(fleet, container);
    if !runs {
        work.steps.clear();
    }
    work.steps.insert(0, (caption, vec![effect]));
    let name = fleet.containers.get(container).map_or("?", |it| it.name.as_str());
    work.caption = format!("{verb} {name}");
    work.action = action;
    work
}

impl Settings {
    /// Gives them to a container.
    pub(super) fn apply(&self, fleet: &mut Fleet, container: u32, events: &mut Vec<Event>) {
        let Some(row) = fleet.containers.get_mut(container) else { return };
        let Self { public, identifier, ports, strategy, cpu_shares, ram_mb, env } = self.clone();
        (row.public, row.identifier, row.ports, row.strategy) = (public, identifier, ports, strategy);
        (row.cpu_shares, row.ram_mb, row.env) = (cpu_shares, ram_mb, env);
        row.updated = Some(Timestamp::now());
        events.push(Event::Reconfigured { container });
    }
}

/// Gives a container the image that another one began with.
pub(super) fn take_image(fleet: &mut Fleet, container: u32, image_of: u32, events: &mut Vec<Event>) {
    let Some(image) = own_image(fleet, image_of).map(str::to_owned) else { return };
    let Some(row) = fleet.containers.get_mut(container) else { return };
    if row.revisions.is_empty() {
        let own = row.image.clone();
        row.revise(own);
    }
    row.workload = Kind::of_image(&image);
    row.image = image;
    row.image_of = (image_of != container).then_some(image_of);
    row.updated = Some(Timestamp::now());
    events.push(Event::Reconfigured { container });
}

/// The image that a container began with.
pub fn own_image(fleet: &Fleet, container: u32) -> Option<&str> {
    let row = fleet.containers.get(container)?;
    Some(row.revisions.first().map_or(&*row.image, |first| &*first.image))
}

/// Moves an instance to another host, and remembers where it came from.
pub(super) fn relocate(fleet: &mut Fleet, instance: u32, server: u32) {
    let Some(row) = fleet.instances.get_mut(instance) else { return };
    let from = std::mem::replace(&mut row.server, server);
    let started = row.changed;
    fleet.moved.insert(instance, Moved { from, started, completed: Timestamp::now() });
}

/// Takes an instance back to the host that it came from.
pub(super) fn take_back(fleet: &mut Fleet, instance: u32) -> Result<(), &'static str> {
    let moved = fleet.moved.remove(&instance).ok_or("what was left at the old server is purged")?;
    if let Some(row) = fleet.instances.get_mut(instance) {
        row.server = moved.from;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fleet::Account;
    use crate::engine::plan::grow;

    #[test]
    fn an_instance_goes_back_to_where_it_came_from_once() {
        let mut fleet = grow(None, &[Account::Cycle], Timestamp::now()).expect("a plan");
        let (key, _, _) = fleet.machines_of(Account::Cycle).next().expect("an instance");
        let before = fleet.instances.get(key).expect("it").server;
        relocate(&mut fleet, key, before + 1);
        assert_eq!(fleet.moved[&key].from, before);
        take_back(&mut fleet, key).expect("it was moved");
        assert_eq!(fleet.instances.get(key).expect("it").server, before);
        assert!(take_back(&mut fleet, key).is_err());
    }

    #[test]
    fn an_image_stays_under_its_own_id_when_another_container_takes_it() {
        let mut fleet = grow(None, &[Account::Cycle], Timestamp::now()).expect("a plan");
        let keys: Vec<u32> = fleet.containers_of(Account::Cycle).map(|(key, _)| key).take(2).collect();
        let (first, second) = (keys[0], keys[1]);
        let images: Vec<String> =
            keys.iter().map(|key| own_image(&fleet, *key).expect("an image").to_owned()).collect();
        take_image(&mut fleet, first, second, &mut Vec::new());
        let row = fleet.containers.get(first).expect("it");
        assert_eq!((&row.image, row.image_of), (&images[1], Some(second)));
        assert_eq!(own_image(&fleet, first), Some(&*images[0]));
        take_image(&mut fleet, first, first, &mut Vec::new());
        assert_eq!(fleet.containers.get(first).expect("it").image_of, None);
    }
}
