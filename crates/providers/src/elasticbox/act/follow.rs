//! Operations that were begun here, followed to their end.
//!
//! ElasticBox answers a change with 202 and an empty body: no operation is named. The instance itself shows how far it is,
//! by its pair of state and latest event, and its history has the steps. A fresh answer may still have the old pair, so
//! that an end only counts once `updated` is later than it was before (the rule of the vendor's plugin for Jenkins).

use std::fmt;
use std::time::Duration;

use super::super::api::Api;
use super::super::map::{LATEST, Mapper, state};
use super::super::wire;
use super::verbs::Verb;
use crate::mapping::lenient::Text;
use qdeck_model::{Kind, Lifecycle, Operation, Problem, ProblemKind, ResourceId, State, Timestamp};

/// A record that is still there so long after its deletion was accepted will stay.
const DELETION_LIMIT: Duration = Duration::from_secs(120);

/// An operation that was begun here. Its id has all that is needed to find it again, in a later run too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Begun {
    verb: &'static Verb,
    /// The time of the instance's last change before it; of a deletion the time when it was sent.
    since: String,
}

impl Begun {
    /// The operation that is about to be begun on an instance as it is now.
    pub(super) fn on(verb: &'static Verb, instance: &wire::Instance) -> Self {
        let since = if verb.is_deletion() {
            Timestamp::now().to_string()
        } else {
            instance.updated.as_deref().unwrap_or_default().replace(' ', "T")
        };
        Self { verb, since }
    }

    /// The deployment of an instance that was made by it.
    pub(super) fn deploy() -> Self {
        Self { verb: Verb::DEPLOY, since: String::new() }
    }

    /// The operation of this id, if it is one that was begun here.
    pub(in super::super) fn parse(id: &str) -> Option<Self> {
        let (word, since) = id.split_once('@')?;
        let verb = Verb::by_word(word)?;
        Some(Self { verb, since: since.to_owned() })
    }

    /// Returns true if it shows as this event.
    pub(in super::super) fn is_event(&self, event: &str) -> bool {
        self.verb.events.contains(&event)
    }

    /// Its id as an operation of an instance.
    pub(super) fn id(&self, instance: &ResourceId) -> ResourceId {
        ResourceId::scoped(&instance.context, Kind::Operation, instance.id.clone(), self.to_string())
    }

    /// Returns true if `time` is later than what was there before it.
    fn is_later(&self, time: &Text) -> bool {
        match (Timestamp::parse(&self.since), time.timestamp()) {
            (Some(since), Some(time)) => time > since,
            _ => time.as_deref().is_some_and(|time| time.replace(' ', "T") != self.since),
        }
    }
}

/// `shutdown@2015-10-29T12:26:24.446893`.
impl fmt::Display for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.verb.word, self.since)
    }
}

/// How far an instance shows an operation to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The instance is as it was before.
    Accepted,
    InProgress,
    Done,
    Failed,
    /// Something else has happened since: only the history knows.
    Superseded,
}

impl Begun {
    fn stage(&self, instance: &wire::Instance) -> Stage {
        let event = instance.operation.event.as_deref().unwrap_or_default();
        let is_own = self.verb.events.contains(&event);
        match (instance.state.as_deref(), is_own) {
            _ if self.verb.is_deletion() => Stage::Accepted,
            (Some("processing"), true) => Stage::InProgress,
            _ if !self.is_later(&instance.updated) => Stage::Accepted,
            (Some("done"), true) => Stage::Done,
            (Some("unavailable"), true) => Stage::Failed,
            _ => Stage::Superseded,
        }
    }

    /// The row of the operation, with its own id in the history where that has it.
    fn row(&self, map: &Mapper, instance: &wire::Instance, history: Option<&wire::Operation>) -> Operation {
        let name = instance.name.as_deref().unwrap_or(&instance.id).into();
        let id = (*instance.id).into();
        let found = history.map(|wire| map.operation(wire, &id, &name));
        let stage = match (self.stage(instance), &found) {
            (Stage::Superseded, Some(found)) => return found.clone(),
            (stage, _) => stage,
        };
        let mut row = found.unwrap_or_else(|| Operation {
            target: Some(name),
            ..Operation::new(
                ResourceId::scoped(&map.context, Kind::Operation, id, LATEST.clone()),
                map.strings.intern(self.verb.events.first().copied().unwrap_or(self.verb.word)),
                State::new(Lifecycle::Running, "accepted"),
            )
        });
        let reason = row.state.reason.take();
        row.state = match stage {
            Stage::Accepted | Stage::Superseded => State::new(Lifecycle::Running, "accepted"),
            Stage::InProgress | Stage::Done | Stage::Failed => {
                state::operation(&map.strings, instance.state.as_deref())
            }
        };
        if stage == Stage::Failed {
            let last = row.steps.iter().rev().find(|step| step.state.lifecycle == Lifecycle::Failed);
            let why = reason.or_else(|| last.or(row.steps.last()).map(|step| step.name.clone()));
            row.state.reason = Some(why.unwrap_or_else(|| "the instance is unavailable".into()));
        }
        row
    }

    /// The row of an operation whose instance is not there any more.
    fn row_of_gone(&self, map: &Mapper, id: &ResourceId) -> Operation {
        let state = if self.verb.ends_instance() {
            State::new(Lifecycle::Done, "done")
        } else {
            State::new(Lifecycle::Failed, "unavailable").because("the instance was deleted meanwhile")
        };
        Operation::new(id.clone(), map.strings.intern(self.verb.word), state)
    }

    /// A deletion that has not happened has failed after a while.
    fn overdue(&self) -> bool {
        let sent = Timestamp::parse(&self.since);
        self.verb.is_deletion() && sent.is_some_and(|sent| Timestamp::now().since(sent) > DELETION_LIMIT)
    }
}

/// Reads an operation that was begun here on an instance.
pub(in super::super) async fn read(
    api: &Api,
    map: &Mapper,
    instance: &str,
    begun: &Begun,
) -> Result<Operation, Problem> {
    let id = ResourceId::scoped(&map.context, Kind::Operation, instance, begun.to_string());
    let wire: wire::Instance = match api.get(&["instances", instance], &[]).await {
        Err(problem) if problem.kind == ProblemKind::NotFound => return Ok(begun.row_of_gone(map, &id)),
        answer => answer?,
    };
    if begun.overdue() {
        let state = State::new(Lifecycle::Failed, "accepted").because("its record is still there");
        return Ok(Operation::new(id, map.strings.intern(begun.verb.word), state));
    }
    let stage = begun.stage(&wire);
    let history = if stage == Stage::Accepted { None } else { history(api, instance, begun).await };
    Ok(begun.row(map, &wire, history.as_ref()))
}

/// The operation in the history of its instance; the latest one, since an end has two. Steps are welcome and not needed:
/// `None` where it cannot be read.
async fn history(api: &Api, instance: &str, begun: &Begun) -> Option<wire::Operation> {
    let all: wire::List<wire::Operation> = api.get(&["instances", instance, "operations"], &[]).await.ok()?;
    let mut all = all.0.good;
    all.retain(|it| {
        let is_own = it.event.as_deref().is_some_and(|event| begun.verb.events.contains(&event));
        is_own && begun.is_later(&it.created)
    });
    all.pop()
}

/// The time between two reads of an operation of this age. The vendor's plugin for Jenkins asks every second.
pub(in super::super) fn poll_interval(age: Duration) -> Duration {
    (age / 20).clamp(Duration::from_secs(1), Duration::from_secs(15))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::mapping::interner::Interner;
    use qdeck_model::ContextName;

    const BEFORE: &str = "2015-10-29 12:00:00.000000";
    const AFTER: &str = "2015-10-29 12:00:01.000000";

    fn instance(state: &str, event: &str, updated: &str) -> wire::Instance {
        let operation = json!({"event": event});
        let document =
            json!({"id": "i-1", "name": "web", "state": state, "operation": operation, "updated": updated});
        serde_json::from_value(document).unwrap()
    }

    fn begun(word: &str) -> Begun {
        Begun::on(Verb::by_word(word).unwrap(), &instance("done", "deploy", BEFORE))
    }

    fn mapper() -> Mapper {
        Mapper {
            context: ContextName::new("lab"),
            strings: Interner::default(),
            facts: Interner::default(),
            containers: Interner::default(),
        }
    }

    #[test]
    fn an_id_is_enough_to_find_an_operation_again() {
        let shutdown = begun("shutdown");
        assert_eq!(shutdown.to_string(), "shutdown@2015-10-29T12:00:00.000000");
        assert_eq!(Begun::parse(&shutdown.to_string()), Some(shutdown));
        for other in ["latest", "0001a2", "snapshot@2015-10-29T12:00:00Z"] {
            assert_eq!(Begun::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_pair_of_an_instance_is_the_stage_of_its_operation() {
        use Stage::{Accepted, Done, Failed, InProgress, Superseded};
        for (word, state, event, updated, stage) in [
            // A fresh answer has the old pair.
            ("shutdown", "done", "deploy", BEFORE, Accepted),
            ("reinstall", "done", "reinstall", BEFORE, Accepted),
            ("deploy", "done", "deploy", BEFORE, Accepted),
            ("shutdown", "processing", "shutdown", AFTER, InProgress),
            ("shutdown", "processing", "shutdown_service", AFTER, InProgress),
            // Between its two steps and after them.
            ("shutdown", "done", "shutdown", AFTER, Done),
            ("shutdown", "done", "shutdown_service", AFTER, Done),
            ("reinstall", "done", "reconfigure", AFTER, Done),
            ("force_terminate", "done", "terminate_service", AFTER, Done),
            ("deploy", "unavailable", "deploy", AFTER, Failed),
            ("shutdown", "done", "poweron", AFTER, Superseded),
            ("shutdown", "processing", "poweron", AFTER, Superseded),
        ] {
            let found = begun(word).stage(&instance(state, event, updated));
            assert_eq!(found, stage, "{word}: {state} / {event} at {updated}");
        }
        assert_eq!(begun("delete").stage(&instance("done", "terminate", AFTER)), Accepted);
    }

    #[test]
    fn the_row_has_the_steps_of_the_history_and_the_state_of_the_pair() {
        let history = |state: &str, code: i64| -> wire::Operation {
            let activity =
                json!([{"text": "Executing stop.", "created": AFTER, "level": "stop", "exit_code": code}]);
            let document: Value = json!({"id": "o-7", "operation": "shutdown", "state": state, "created": AFTER,
                "activity": activity});
            serde_json::from_value(document).unwrap()
        };
        let row = |word: &str, instance: wire::Instance, history: Option<wire::Operation>| {
            let row = begun(word).row(&mapper(), &instance, history.as_ref());
            (row.id.id.to_string(), row.state.lifecycle, row.state.reason.map(|it| it.to_string()))
        };
        let shown = |id: &str, state, reason: Option<&str>| (id.to_owned(), state, reason.map(str::to_owned));
        let ended = instance("done", "shutdown", AFTER);
        assert_eq!(
            row("shutdown", ended, Some(history("processing", 0))),
            shown("o-7", Lifecycle::Done, None)
        );
        let failed = instance("unavailable", "shutdown", AFTER);
        let reason = Some("Executing stop.");
        assert_eq!(
            row("shutdown", failed, Some(history("done", 3))),
            shown("o-7", Lifecycle::Failed, reason)
        );
        let failed = row("shutdown", instance("unavailable", "shutdown", AFTER), None);
        assert_eq!(failed, shown(&LATEST, Lifecycle::Failed, Some("the instance is unavailable")));
        // Another operation came after it: its own state is in the history only.
        let other = || instance("processing", "poweron", AFTER);
        assert_eq!(row("shutdown", other(), Some(history("done", 0))), shown("o-7", Lifecycle::Done, None));
        assert_eq!(row("shutdown", other(), None), shown(&LATEST, Lifecycle::Running, None));
    }

    #[test]
    fn an_instance_that_is_not_there_any_more_was_ended() {
        let id = ResourceId::scoped(&ContextName::new("lab"), Kind::Operation, "i-1", "x");
        for (word, lifecycle) in [
            ("delete", Lifecycle::Done),
            ("terminate", Lifecycle::Done),
            ("force_terminate", Lifecycle::Done),
            ("shutdown", Lifecycle::Failed),
        ] {
            let begun = begun(word);
            assert_eq!(begun.row_of_gone(&mapper(), &id).state.lifecycle, lifecycle, "{word}");
            assert!(!begun.overdue(), "it was sent a moment ago");
        }
        assert!(Begun::parse("delete@2015-10-29T12:00:00Z").unwrap().overdue());
        assert!(!Begun::parse("shutdown@2015-10-29T12:00:00Z").unwrap().overdue());
    }

    #[test]
    fn it_is_read_every_second_at_first() {
        for (age, pause) in [(0, 1), (20, 1), (100, 5), (3600, 15)] {
            assert_eq!(poll_interval(Duration::from_secs(age)), Duration::from_secs(pause), "{age}");
        }
    }
}
