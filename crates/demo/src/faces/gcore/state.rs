//! State that only this API has: keys, tags, sizes, extra ports and volumes, notes on tasks, console tokens. The life
//! of machines is the engine's alone; what is to follow a task is kept here until the task has ended.

use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::catalogue::flavors;
use super::inference::Deployment;
use super::inference::logs::Tapes;
use super::view::{View, over};
use super::wire::Problem;
use crate::credentials::Credentials;
use crate::engine::Engine;
use crate::engine::events::Event;
use crate::engine::fleet::{Fleet, Phase};
use crate::engine::jobs::Work;
use crate::faces::AppState;

/// The lifetime of a console's token: the compute service's default.
const CONSOLE_LIFE: Duration = Duration::from_secs(600);
/// Asking for tokens without using them must not grow memory.
const MOST_TOKENS: usize = 128;
/// The most traits of removed machines that may gather before they are dropped.
const MAX_STALE_TRAITS: usize = 16;

/// A way to a machine's console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A serial line.
    Serial,
    /// The screen, by VNC.
    Screen,
}

/// The state that every handler shares.
#[derive(Clone)]
pub(super) struct FaceState {
    /// The fleet.
    pub(super) engine: Engine,
    /// The credentials that are accepted.
    pub(super) credentials: Arc<Credentials>,
    /// `127.0.0.1:PORT`.
    pub(super) authority: Arc<str>,
    /// The lines of replicas.
    pub(super) tapes: Tapes,
    account: Arc<Mutex<AccountState>>,
}

/// A volume beside those the group's plan gives every machine.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    /// Its name.
    pub(super) name: String,
    /// Its size in GiB.
    pub(super) size: i64,
    /// `standard`, `ssd_hiiops`, …
    pub(super) kind: String,
    /// Deleted together with its machine.
    pub(super) delete_on_termination: bool,
    /// True if the machine boots from it.
    pub(super) boots: bool,
}

/// A port that was attached later.
#[derive(Debug, Clone)]
pub(super) struct Plug {
    /// Which of the machine's ports it is.
    pub(super) nth: u32,
    /// True if it leads outside.
    pub(super) outside: bool,
    /// Its name.
    pub(super) name: Option<String>,
}

/// Settings of one machine that the engine does not have.
#[derive(Debug, Clone, Default)]
pub(super) struct Traits {
    /// Its size, when it is not the one that fits its group.
    pub(super) flavor: Option<&'static str>,
    /// The key that was put into it.
    pub(super) key: Option<String>,
    /// Its volumes, when it was made here.
    pub(super) disks: Option<Vec<Disk>>,
    /// Which ports it was made with, when it was made here: whether each leads outside, and has a floating address.
    pub(super) ports: Option<Vec<(bool, bool)>>,
    /// Ports attached later.
    pub(super) plugs: Vec<Plug>,
    /// Ports taken away, by their place.
    pub(super) unplugged: BTreeSet<u32>,
    /// Names of its security groups, when they are not the default ones, by port.
    pub(super) groups: BTreeMap<u32, BTreeSet<String>>,
    /// Its placement group's place in the region.
    pub(super) placement: Option<u32>,
    /// True if it is suspended rather than stopped.
    pub(super) suspended: bool,
    /// The task that made it.
    pub(super) creator: Option<u32>,
}

/// Facts about a task that the engine's job does not have.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// `create_vm`, `start_vm`, …
    pub(super) kind: &'static str,
    /// The action, as the audit log calls it.
    pub(super) action: &'static str,
    /// The region it happened in.
    pub(super) region: Option<i64>,
    /// The body of the request.
    pub(super) asked: Value,
    /// The ids that it creates, as the task shows them once it has ended.
    pub(super) makes: Value,
    /// When it was acknowledged.
    pub(super) acknowledged: Option<Timestamp>,
}

/// A change that follows the end of a task.
#[derive(Debug, Clone)]
pub(super) enum After {
    /// A machine has another size.
    Size(u32, &'static str),
    /// A machine has one more port.
    Plug(u32, Plug),
    /// A machine has lost a port.
    Unplug(u32, u32),
    /// A machine is in a placement group, or in none.
    Placement(u32, Option<u32>),
    /// A machine that went down is suspended.
    Suspended(u32),
}

/// A key pair's public half.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// Its number, behind its id.
    pub(super) number: u32,
    /// Its name.
    pub(super) name: String,
    /// `ssh-ed25519 AAAA…`.
    pub(super) public: String,
    /// True if the whole project sees it.
    pub(super) shared: bool,
    /// When it was added.
    pub(super) created: Timestamp,
}

/// The account's own data.
#[derive(Debug, Default)]
pub(super) struct AccountState {
    /// The number of the one project.
    pub(super) project: u64,
    /// By machine.
    pub(super) traits: HashMap<u32, Traits>,
    /// The number of traits when those of removed machines were last dropped.
    traits_kept: usize,
    /// By job.
    pub(super) notes: HashMap<u32, Note>,
    /// Key pairs.
    pub(super) pairs: Vec<Pair>,
    /// The number of key pairs that were ever made.
    pub(super) paired: u32,
    /// Naming rules by region, as they were put.
    pub(super) names: BTreeMap<i64, Value>,
    /// Inference deployments by container.
    pub(super) deployments: BTreeMap<u32, Deployment>,
    pending: Vec<(u32, After)>,
    consoles: HashMap<String, (Instant, u32, Line)>,
}

impl FaceState {
    /// The state over an engine, with an account that has a key pair and two deployments.
    pub(super) fn new(app: AppState) -> Self {
        let mut account = AccountState { project: app.credentials.project, ..AccountState::default() };
        account.furnish();
        app.engine.write(|fleet, events| super::inference::seed(fleet, &mut account, events));
        Self {
            engine: app.engine,
            credentials: app.credentials,
            authority: app.authority,
            tapes: Tapes::default(),
            account: Arc::new(Mutex::new(account)),
        }
    }

    /// Looks at the fleet and the account, with what ended tasks were to change changed.
    pub(super) fn look<T>(&self, look: impl FnOnce(&View<'_>) -> T) -> T {
        let mut account = self.account.lock();
        self.engine.read(|fleet| {
            account.settle(fleet);
            look(&View { fleet, account: &account })
        })
    }

    /// Changes fleet and account together, and notifies the engine's listeners.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Fleet, &mut AccountState, &mut Vec<Event>) -> T,
    ) -> T {
        let mut account = self.account.lock();
        self.engine.write(|fleet, events| change(fleet, &mut account, events))
    }

    /// Changes the account with the fleet in sight.
    pub(super) fn note<T>(&self, change: impl FnOnce(&Fleet, &mut AccountState) -> T) -> T {
        let mut account = self.account.lock();
        self.engine.read(|fleet| {
            account.settle(fleet);
            change(fleet, &mut account)
        })
    }

    /// Hands work in, with what this dialect says of it and what follows it; gives the job's number.
    pub(super) fn submit(&self, work: Work, note: Note, after: Vec<After>) -> u32 {
        // The account stays locked: no request may find the job without its note.
        let mut account = self.account.lock();
        let number = self.engine.submit(work).number;
        account.notes.insert(number, note);
        account.pending.extend(after.into_iter().map(|it| (number, it)));
        number
    }

    /// A token for a machine's console; it opens it any number of times for ten minutes.
    pub(super) fn admit(&self, machine: u32, line: Line) -> Result<String, Problem> {
        let token = super::instances::console::token()?;
        let now = Instant::now();
        self.note(|_, account| {
            account.consoles.retain(|_, (ends, ..)| *ends > now);
            if account.consoles.len() >= MOST_TOKENS
                && let Some(oldest) =
                    account.consoles.iter().min_by_key(|(_, (ends, ..))| *ends).map(|(k, _)| k.clone())
            {
                account.consoles.remove(&oldest);
            }
            account.consoles.insert(token.clone(), (now + CONSOLE_LIFE, machine, line));
        });
        Ok(token)
    }

    /// The machine that a console's token opens, and what of it.
    pub(super) fn opens(&self, token: &str) -> Option<(u32, Line)> {
        self.note(|_, account| {
            let (ends, machine, line) = account.consoles.get(token)?;
            (*ends > Instant::now()).then_some((*machine, *line))
        })
    }
}

impl AccountState {
    /// Adds the key pair that the account has from the beginning.
    fn furnish(&mut self) {
        self.add_pair(
            "operator",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDemoDemoDemoDemoDemoDemoDemoDemoDemoDemoDemo operator@example.com",
            true,
        );
    }

    /// The traits of a machine, to be changed.
    pub(super) fn traits_of(&mut self, key: u32) -> &mut Traits {
        self.traits.entry(key).or_default()
    }

    /// The note of a job, made for one that came through another face.
    pub(super) fn note_of(
        &mut self,
        job: u32,
        kind: &'static str,
        action: &'static str,
        region: Option<i64>,
    ) -> &mut Note {
        self.notes.entry(job).or_insert_with(|| Note {
            kind,
            action,
            region,
            asked: Value::Null,
            makes: serde_json::json!({}),
            acknowledged: None,
        })
    }

    /// Adds a key pair and gives it back.
    pub(super) fn add_pair(&mut self, name: &str, public: &str, shared: bool) -> Pair {
        let pair = Pair {
            number: self.paired,
            name: name.to_owned(),
            public: public.to_owned(),
            shared,
            created: Timestamp::now(),
        };
        self.paired += 1;
        self.pairs.push(pair.clone());
        pair
    }

    /// Does what ended tasks were to change, and forgets what belongs to nothing any more.
    fn settle(&mut self, fleet: &Fleet) {
        let jobs = &fleet.jobs;
        let ended = |number: u32| {
            jobs.iter()
                .rev()
                .find(|job| job.number == number)
                // A job that is no longer remembered ended long ago.
                .is_none_or(over)
        };
        let (ready, waiting) =
            std::mem::take(&mut self.pending).into_iter().partition(|(number, _)| ended(*number));
        self.pending = waiting;
        for (_, after) in ready {
            self.apply(after);
        }
        if let Some(oldest) = jobs.front().map(|job| job.number)
            && self.notes.len() > jobs.len() + 64
        {
            self.notes.retain(|number, _| *number >= oldest);
        }
        let there = |key: &u32| fleet.instances.get(*key).is_some_and(|row| row.phase != Phase::Gone);
        let container_there =
            |key: &u32| fleet.containers.get(*key).is_some_and(|container| container.phase != Phase::Gone);
        self.deployments.retain(|key, _| container_there(key));
        if self.traits.len() > self.traits_kept + MAX_STALE_TRAITS {
            self.traits.retain(|key, _| there(key));
            self.traits_kept = self.traits.len();
        }
        for (key, traits) in &mut self.traits {
            // It was started through another face.
            let phase = fleet.instances.get(*key).map(|row| row.phase);
            if traits.suspended && phase == Some(Phase::Running) {
                traits.suspended = false;
            }
        }
    }

    fn apply(&mut self, after: After) {
        let of = |traits: &mut HashMap<u32, Traits>, key: u32, change: &mut dyn FnMut(&mut Traits)| {
            change(traits.entry(key).or_default());
        };
        match after {
            After::Size(key, flavor) => of(&mut self.traits, key, &mut |t| t.flavor = Some(flavor)),
            After::Plug(key, plug) => of(&mut self.traits, key, &mut |t| t.plugs.push(plug.clone())),
            After::Unplug(key, nth) => of(&mut self.traits, key, &mut |t| {
                t.plugs.retain(|plug| plug.nth != nth);
                t.unplugged.insert(nth);
            }),
            After::Placement(key, group) => of(&mut self.traits, key, &mut |t| t.placement = group),
            After::Suspended(key) => of(&mut self.traits, key, &mut |t| t.suspended = true),
        }
    }
}

impl Traits {
    /// The size by its catalogue entry.
    pub(super) fn size(&self) -> Option<&'static flavors::Flavor> {
        flavors::by_id(self.flavor?)
    }
}
