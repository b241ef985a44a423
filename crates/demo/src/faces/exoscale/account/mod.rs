//! State that only this API has: operations, settings of instances, and the account's smaller things. The life of
//! instances is the engine's alone.

pub(super) mod guest;
pub(super) mod journal;
pub(super) mod seed;

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::context::Names;
use super::ids::{Thing, id};
use super::problem::Problem;
use super::screens::Tokens;
use crate::engine::fleet::{Account as FleetAccount, Fleet, JobPhase};
use guest::Guest;
use journal::Journal;

/// The most operations that are remembered.
const OPERATIONS: usize = 500;
/// The most things of each kind, so that a loop of creates ends.
pub(super) const MOST: usize = 1000;

/// The most guests of removed instances that may gather before they are dropped.
const MAX_STALE_GUESTS: usize = 16;
/// The most rules, and the most external sources, of one security group.
pub(super) const MAX_RULES: usize = 200;

/// A change of the account that follows the end of a job.
pub(super) type Change = Box<dyn FnOnce(&mut AccountState) + Send>;

/// The object that an operation worked on.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// `instance`: also the path under `/v2` and what follows `get-`.
    pub(super) kind: &'static str,
    pub(super) id: String,
}

impl Reference {
    /// The command names the read that follows, not the change that was made.
    pub(super) fn document(&self) -> Value {
        json!({
            "id": self.id,
            "link": format!("/v2/{}/{}", self.kind, self.id),
            "command": format!("get-{}", self.kind),
        })
    }

    pub(super) fn resource(&self) -> Value {
        json!({ "id": self.id, "type": self.kind })
    }
}

/// A change that a client may ask after.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// It is known in this zone alone.
    pub(super) zone: u32,
    /// The engine's job; without one it was done at once.
    pub(super) job: Option<u32>,
    pub(super) reference: Option<Reference>,
    pub(super) names: Names,
    /// Reason and message, where it will fail.
    pub(super) failure: Option<(&'static str, &'static str)>,
}

/// An object of the account as the API returns it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) thing: Thing,
    /// `None` is the whole organisation's.
    pub(super) zone: Option<u32>,
    pub(super) document: Value,
}

/// The account.
pub(super) struct AccountState {
    next: u32,
    operations: VecDeque<(u32, Operation)>,
    pending: Vec<(u32, Change)>,
    /// By id, or by name where there are no ids. In the order they were made.
    held: IndexMap<String, Held>,
    /// Only instances that differ from the others of their group are recorded.
    guests: BTreeMap<u32, Guest>,
    /// The number of guests when those of removed instances were last dropped.
    guests_kept: usize,
    pub(super) journal: Journal,
    /// When the balance was asked for lately.
    pub(super) balances: VecDeque<Instant>,
    /// The tokens of screens.
    pub(super) screens: Tokens,
}

impl AccountState {
    /// An account with nothing in it.
    pub(super) fn empty() -> Self {
        Self {
            // The public templates have the numbers below.
            next: 1000,
            operations: VecDeque::new(),
            pending: Vec::new(),
            held: IndexMap::new(),
            guests: BTreeMap::new(),
            guests_kept: 0,
            journal: Journal::default(),
            balances: VecDeque::new(),
            screens: Tokens::default(),
        }
    }

    /// A number that nothing has.
    pub(super) fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Makes a change once the job has ended.
    pub(super) fn later(&mut self, job: u32, change: Change) {
        self.pending.push((job, change));
    }

    /// Makes the changes whose jobs have ended; one that is forgotten has.
    pub(super) fn settle(&mut self, fleet: &Fleet) {
        if self.guests.len() > self.guests_kept + MAX_STALE_GUESTS {
            self.guests.retain(|key, _| fleet.machine_of(FleetAccount::Exoscale, *key).is_some());
            self.guests_kept = self.guests.len();
        }
        if self.pending.is_empty() {
            return;
        }
        let open: Vec<u32> = fleet
            .jobs
            .iter()
            .filter(|job| matches!(job.phase, JobPhase::Queued | JobPhase::Running))
            .map(|job| job.number)
            .collect();
        let (waiting, due) =
            std::mem::take(&mut self.pending).into_iter().partition(|(job, _)| open.contains(job));
        self.pending = waiting;
        let due: Vec<(u32, Change)> = due;
        for (_, change) in due {
            change(self);
        }
    }

    /// Remembers an operation and gives its number.
    pub(super) fn operate(&mut self, operation: Operation) -> u32 {
        let number = self.number();
        if self.operations.len() == OPERATIONS {
            self.operations.pop_front();
        }
        self.operations.push_back((number, operation));
        number
    }

    pub(super) fn operation(&self, number: u32) -> Option<&Operation> {
        let at = self.operations.binary_search_by_key(&number, |(n, _)| *n).ok()?;
        self.operations.get(at).map(|(_, operation)| operation)
    }

    /// Writes a thing down under a new id and gives the id.
    pub(super) fn hold(&mut self, thing: Thing, zone: Option<u32>, mut document: Value) -> String {
        let text = id(thing, self.number());
        let mut whole = json!({ "id": text });
        if let (Some(whole), Some(given)) = (whole.as_object_mut(), document.as_object_mut()) {
            whole.append(given);
        }
        self.hold_as(text.clone(), thing, zone, whole);
        text
    }

    /// Writes a thing down under this key.
    pub(super) fn hold_as(&mut self, key: String, thing: Thing, zone: Option<u32>, document: Value) {
        self.held.insert(key, Held { thing, zone, document });
    }

    /// The things of a kind that a zone sees, in the order they were made.
    pub(super) fn all(&self, thing: Thing, zone: u32) -> impl Iterator<Item = (&str, &Held)> {
        self.held
            .iter()
            .filter(move |(_, held)| held.thing == thing && held.zone.is_none_or(|z| z == zone))
            .map(|(key, held)| (key.as_str(), held))
    }

    /// Returns the number of things of a kind in all zones.
    pub(super) fn count(&self, thing: Thing) -> usize {
        self.held.values().filter(|held| held.thing == thing).count()
    }

    /// A thing that a zone sees.
    pub(super) fn find(&self, thing: Thing, zone: u32, key: &str) -> Option<&Held> {
        let fits = |held: &&Held| held.thing == thing && held.zone.is_none_or(|z| z == zone);
        self.held.get(key).filter(fits)
    }

    /// A thing's document, to be changed.
    pub(super) fn document(&mut self, key: &str) -> Option<&mut Value> {
        self.held.get_mut(key).map(|held| &mut held.document)
    }

    /// Removes a thing; the others keep their order.
    pub(super) fn remove(&mut self, key: &str) {
        self.held.shift_remove(key);
    }

    /// Refuses a name that is taken, and one more where the limit is reached.
    pub(super) fn free(&self, thing: Thing, zone: u32, name: &str) -> Result<(), Problem> {
        if self.all(thing, zone).any(|(_, held)| held.document["name"] == name) {
            return Err(Problem::conflict(format!("`{name}` exists already")));
        }
        self.check_limit(thing)
    }

    /// Refuses one more where the limit is reached.
    pub(super) fn check_limit(&self, thing: Thing) -> Result<(), Problem> {
        if self.count(thing) < MOST { Ok(()) } else { Err(Problem::forbidden("The quota is used up")) }
    }

    /// The settings of an instance: the recorded ones, or those of its group.
    pub(super) fn guest(&self, fleet: &Fleet, machine: u32) -> Guest {
        let written = self.guests.get(&machine).cloned();
        written.unwrap_or_else(|| Guest::usual(fleet, machine))
    }

    /// Changes the settings of an instance, which are recorded from then on.
    pub(super) fn update_guest(&mut self, fleet: &Fleet, machine: u32, change: impl FnOnce(&mut Guest)) {
        let guest = self.guests.entry(machine);
        change(guest.or_insert_with(|| Guest::usual(fleet, machine)));
    }

    /// Changes the settings of an instance that are recorded already.
    pub(super) fn redress(&mut self, machine: u32, change: impl FnOnce(&mut Guest)) {
        if let Some(guest) = self.guests.get_mut(&machine) {
            change(guest);
        }
    }

    /// Every guest that is recorded and not removed.
    pub(super) fn guests_attached<'a>(&'a self, fleet: &'a Fleet) -> impl Iterator<Item = (u32, &'a Guest)> {
        let there = |key: u32| fleet.machine_of(FleetAccount::Exoscale, key).is_some();
        self.guests.iter().map(|(key, guest)| (*key, guest)).filter(move |(key, _)| there(*key))
    }

    /// Forgets an instance that is removed.
    pub(super) fn leave(&mut self, machine: u32) {
        self.guests.remove(&machine);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_found_until_too_many_follow() {
        let mut account = AccountState::empty();
        let one = Operation { zone: 4, job: None, reference: None, names: Names::Always, failure: None };
        let first = account.operate(one.clone());
        account.number();
        let second = account.operate(one.clone());
        assert!(account.operation(first).is_some() && account.operation(second).is_some());
        assert!(account.operation(first + 1).is_none());
        for _ in 0..OPERATIONS {
            account.operate(one.clone());
        }
        assert!(account.operation(second).is_none());
    }

    #[test]
    fn a_zone_lists_its_own_things_and_those_of_the_organisation() {
        let mut account = AccountState::empty();
        let own = account.hold(Thing::ElasticIp, Some(4), json!({ "name": "a" }));
        let shared = account.hold(Thing::SecurityGroup, None, json!({ "name": "b" }));
        assert!(account.find(Thing::ElasticIp, 4, &own).is_some());
        assert!(account.find(Thing::ElasticIp, 5, &own).is_none());
        assert!(account.find(Thing::SecurityGroup, 4, &own).is_none(), "another kind");
        assert!(account.find(Thing::SecurityGroup, 5, &shared).is_some());
        assert!(account.free(Thing::SecurityGroup, 5, "b").is_err());
        account.remove(&shared);
        assert!(account.free(Thing::SecurityGroup, 5, "b").is_ok());
    }
}
