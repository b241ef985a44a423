//! One instance as this API returns it: the engine's facts and the account's, side by side.

use jiff::Timestamp;

use super::super::names;
use super::super::problem::Problem;
use super::acts::Verb;
use super::run::Run;
use super::{AccountState, Mark, Record, beginnings, ours};
use crate::engine::fleet::{Account, Container, Fleet, Instance, Phase};

/// One instance, alive or terminated.
#[derive(Clone, Copy)]
pub(in super::super) struct Row<'f> {
    /// Its index in the engine.
    pub key: u32,
    /// The engine's row.
    pub instance: &'f Instance,
    /// The box it was deployed from.
    pub container: &'f Container,
    /// The account's record.
    pub record: Option<&'f Record>,
    fleet: &'f Fleet,
}

/// State and event together give the state of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Pair {
    /// `processing`, `done`, `unavailable`.
    pub state: &'static str,
    /// The last operation's event.
    pub event: &'static str,
    /// When that event began.
    pub since: Timestamp,
}

impl<'f> Row<'f> {
    /// An instance of this face, whatever is left of it.
    pub(in super::super) fn of(account: &'f AccountState, fleet: &'f Fleet, key: u32) -> Option<Self> {
        let instance = fleet.instances.get(key)?;
        ours(fleet, instance).then_some(())?;
        let container = fleet.containers.get(instance.container)?;
        Some(Self { key, instance, container, record: account.record(key), fleet })
    }

    /// An instance named in a path.
    ///
    /// # Errors
    /// 400 for what is too long to be an id, 404 for what never was, 403 for a record that was deleted.
    pub(in super::super) fn find(
        account: &'f AccountState,
        fleet: &'f Fleet,
        id: &str,
    ) -> Result<Self, Problem> {
        if id.len() > 36 {
            return Err(Problem::data("an instance's id has 36 characters at most"));
        }
        let row = names::instance_index(id)
            .and_then(|key| Self::of(account, fleet, key))
            .ok_or_else(Problem::missing)?;
        if row.record.is_some_and(|r| r.deleted) {
            return Err(Problem::forbidden());
        }
        Ok(row)
    }

    /// Every instance whose record is not deleted, the terminated ones among them, oldest index first.
    pub(in super::super) fn all(account: &'f AccountState, fleet: &'f Fleet) -> Vec<Self> {
        let alive = fleet.containers_of(Account::ElasticBox).flat_map(|(_, c)| c.instances.iter().copied());
        let dead = account.records().filter(|(key, record)| {
            let gone = |i: &Instance| i.phase == Phase::Gone;
            !record.deleted && fleet.instances.get(*key).is_some_and(gone)
        });
        let mut keys: Vec<u32> = alive.chain(dead.map(|(key, _)| key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| Self::of(account, fleet, key)).collect()
    }

    /// `i-3e43qa`.
    pub(in super::super) fn id(&self) -> String {
        names::instance_id(self.key)
    }

    /// Its display name, or its box's with a number.
    pub(in super::super) fn name(&self) -> String {
        self.fleet.name(self.key, self.instance)
    }

    /// The host name of its machine.
    pub(in super::super) fn hostname(&self) -> String {
        self.fleet.hostname(self.instance)
    }

    /// Returns whether it refuses to be terminated.
    pub(in super::super) fn protected(&self) -> bool {
        self.fleet.extras.get(&self.key).is_some_and(|extras| extras.protected)
    }

    /// The scripts' places in what its machine printed; without a record all of them ran before anything was.
    pub(in super::super) fn marks(&self) -> Vec<Mark> {
        match self.record {
            Some(record) => record.marks.clone(),
            None => Record::of(self.instance).marks,
        }
    }

    /// Its operations, oldest first.
    pub(in super::super) fn runs(&self) -> Vec<Run> {
        self.record.map_or_else(|| beginnings(self.instance), |r| r.runs.clone())
    }

    /// State and event.
    pub(in super::super) fn pair(&self) -> Pair {
        let state = match self.instance.phase {
            Phase::Running | Phase::Stopped | Phase::Gone => "done",
            Phase::Failed => "unavailable",
            Phase::New | Phase::Starting | Phase::Migrating | Phase::Stopping | Phase::Deleting => {
                "processing"
            }
        };
        let Some(record) = self.record else {
            let (event, since) = match self.instance.phase {
                Phase::Stopped => ("shutdown_service", self.instance.changed),
                Phase::Gone => ("terminate_service", self.instance.changed),
                _ => ("deploy", self.instance.created),
            };
            return Pair { state, event, since };
        };
        // An operation that was accepted and has not begun still shows the pair from before it.
        let begun = record.runs.iter().rev().find_map(|run| Some((run, run.event()?)));
        match begun {
            Some((run, (event, since))) => {
                Pair { state: if run.ended.is_none() { "processing" } else { state }, event, since }
            }
            None => Pair {
                state: "processing",
                event: "deploy",
                since: record.runs.first().map_or(self.instance.created, |run| run.asked),
            },
        }
    }

    /// When anything about it last changed.
    pub(in super::super) fn updated(&self) -> Timestamp {
        let record = self.record;
        let run = record.and_then(|r| r.runs.last());
        let run = run.and_then(|run| run.ended.or_else(|| run.event().map(|(_, since)| since)));
        [run, record.and_then(|r| r.edited)].into_iter().flatten().fold(self.instance.changed, Timestamp::max)
    }

    /// Returns whether nothing may be begun on it now.
    pub(in super::super) fn busy(&self) -> bool {
        let open = self.record.and_then(|r| r.runs.last()).is_some_and(|run| run.ended.is_none());
        open || matches!(
            self.instance.phase,
            Phase::New | Phase::Starting | Phase::Migrating | Phase::Stopping | Phase::Deleting
        )
    }

    /// Returns whether it was terminated and only its record is left.
    pub(in super::super) fn dead(&self) -> bool {
        self.instance.phase == Phase::Gone
    }

    /// The latest operation that has begun.
    pub(in super::super) fn last_verb(&self) -> Verb {
        let asked = self.record.and_then(|r| r.runs.last());
        asked.map_or(
            match self.instance.phase {
                Phase::Stopped => Verb::Shutdown,
                Phase::Gone => Verb::Terminate,
                _ => Verb::Deploy,
            },
            |run| run.verb,
        )
    }

    /// The index of its location.
    pub(in super::super) fn location(&self) -> u32 {
        self.fleet.location_of(self.instance).unwrap_or(0)
    }
}
