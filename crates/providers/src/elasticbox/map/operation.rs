//! Maps operations: the latest one, which is part of an instance's document, and the entries of its history.

use arcstr::{ArcStr, literal};

use super::{Mapper, state};
use crate::elasticbox::wire;
use crate::mapping::facts::Facts;
use qdeck_model::{Instance, Kind, Lifecycle, Operation, ResourceId, State, Step};

/// The id of an instance's latest operation, which has none in the document.
pub(crate) static LATEST: ArcStr = literal!("latest");

impl Mapper {
    /// Maps the latest operation of an instance. Its end is unknown: `updated` changes with every edit.
    pub(crate) fn latest(&self, wire: &wire::Instance, row: &Instance) -> Option<Operation> {
        let event = wire.operation.event.as_deref()?;
        let mut state = state::operation(&self.strings, wire.state.as_deref());
        if state.lifecycle == Lifecycle::Failed {
            state = state.because(self.strings.intern("the instance is unavailable"));
        }
        let created = wire.operation.created.timestamp();
        let mut facts = Facts::new(&self.strings);
        facts.share("instance", &row.id.id);
        facts.add("workspace", wire.operation.workspace.as_deref());
        Some(Operation {
            target: Some(row.name.clone()),
            created,
            started: created,
            facts: facts.into_vec(),
            ..Operation::new(
                ResourceId::scoped(&self.context, Kind::Operation, row.id.id.clone(), LATEST.clone()),
                self.strings.intern(event),
                state,
            )
        })
    }

    /// Maps an entry of an instance's history. Its state is that of the operation; the instance's state is a fact.
    pub(crate) fn operation(&self, wire: &wire::Operation, instance: &ArcStr, name: &ArcStr) -> Operation {
        let id = &*wire.id;
        let entries = if wire.activity.is_empty() { &wire.activities } else { &wire.activity };
        let mut steps: Vec<Step> = entries.iter().filter_map(|it| self.step(it)).collect();
        let mut state = state::operation(&self.strings, wire.state.as_deref());
        if let (Lifecycle::Running, Some(latest)) = (state.lifecycle, steps.last_mut())
            && latest.finished.is_none()
            && latest.state.lifecycle == Lifecycle::Done
        {
            latest.state.lifecycle = Lifecycle::Running;
        }
        if state.lifecycle == Lifecycle::Failed {
            let failed = steps.iter().rfind(|it| it.state.lifecycle == Lifecycle::Failed);
            state.reason = failed.or(steps.last()).map(|it| it.name.clone());
        }
        let created = wire.created.timestamp();
        let over = matches!(state.lifecycle, Lifecycle::Done | Lifecycle::Failed);
        let mut facts = Facts::new(&self.strings);
        facts.share("instance", instance);
        facts.extend([
            ("workspace", wire.workspace.as_deref()),
            ("instance_state", wire.instance_state.as_deref()),
            ("request_id", wire.request_id.as_deref()),
        ]);
        Operation {
            target: Some(name.clone()),
            by: self.strings.intern_some(wire.username.as_deref()),
            steps,
            created,
            started: created,
            // In the samples it is the time of the last activity, or a little later.
            finished: wire.updated.timestamp().filter(|_| over),
            facts: facts.into_vec(),
            ..Operation::new(
                ResourceId::scoped(&self.context, Kind::Operation, instance.clone(), id),
                self.strings.intern(wire.event.as_deref().unwrap_or("operation")),
                state,
            )
        }
    }

    /// Maps an entry of the activity to a step. Only scripts have an end and an exit code.
    fn step(&self, wire: &wire::Activity) -> Option<Step> {
        let name = wire.text.as_deref()?;
        let level = wire.level.as_deref().unwrap_or("info");
        let finished = wire.finished.timestamp();
        let (lifecycle, word) = match *wire.exit_code {
            Some(code) if code != 0 => (Lifecycle::Failed, format!("exit code {code}")),
            _ => (Lifecycle::Done, level.to_owned()),
        };
        Some(Step {
            name: name.into(),
            state: State::new(lifecycle, self.strings.intern(&word)),
            started: wire.created.timestamp(),
            finished,
        })
    }
}
