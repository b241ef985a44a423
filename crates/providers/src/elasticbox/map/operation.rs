//! Operations: the latest one as an instance's own document tells it, and the entries of its history.

use std::sync::Arc;

use super::{Mapper, date, state};
use crate::elasticbox::wire;
use qdeck_model::{Instance, Kind, Lifecycle, Operation, ResourceId, State, Step};

/// The id of an instance's latest operation, which its document tells without one.
pub(crate) const LATEST: &str = "latest";

impl Mapper {
    /// The latest operation of an instance. When it ended is not told: `updated` changes with every edit.
    pub(crate) fn latest(&self, wire: &wire::Instance, row: &Instance) -> Option<Operation> {
        let event = wire.operation.event.as_deref()?;
        let mut state = state::operation(&self.words, wire.state.as_deref());
        if state.lifecycle == Lifecycle::Failed {
            state = state.because(self.words.share("the instance is unavailable"));
        }
        let created = date(wire.operation.created.as_deref());
        Some(Operation {
            id: ResourceId::scoped(&self.context, Kind::Operation, row.id.id.clone(), LATEST),
            name: self.words.share(event),
            state,
            progress: None,
            target: Some(row.name.clone()),
            by: None,
            steps: Vec::new(),
            created,
            started: created,
            finished: None,
            facts: self
                .told([("instance", Some(&*row.id.id)), ("workspace", wire.operation.workspace.as_deref())]),
        })
    }

    /// One entry of the history of an instance. Its state is that of the operation; the instance's own is a fact.
    pub(crate) fn operation(
        &self,
        wire: &wire::Operation,
        instance: &Arc<str>,
        name: &Arc<str>,
    ) -> Option<Operation> {
        let id = wire.id.as_deref()?;
        let entries = if wire.activity.is_empty() { &wire.activities } else { &wire.activity };
        let mut steps: Vec<Step> = entries.iter().filter_map(|it| self.step(it)).collect();
        let mut state = state::operation(&self.words, wire.state.as_deref());
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
        let created = date(wire.created.as_deref());
        let over = matches!(state.lifecycle, Lifecycle::Done | Lifecycle::Failed);
        Some(Operation {
            id: ResourceId::scoped(&self.context, Kind::Operation, instance.clone(), id),
            name: self.words.share(wire.event.as_deref().unwrap_or("operation")),
            state,
            progress: None,
            target: Some(name.clone()),
            by: self.share(wire.username.as_deref()),
            steps,
            created,
            started: created,
            // In the samples it is the moment of the last activity, or a little after.
            finished: date(wire.updated.as_deref()).filter(|_| over),
            facts: self.told([
                ("instance", Some(instance)),
                ("workspace", wire.workspace.as_deref()),
                ("instance_state", wire.instance_state.as_deref()),
                ("request_id", wire.request_id.as_deref()),
            ]),
        })
    }

    /// An entry of the activity as a step. Only scripts tell an end, and how they ended.
    fn step(&self, wire: &wire::Activity) -> Option<Step> {
        let name = wire.text.as_deref()?;
        let level = wire.level.as_deref().unwrap_or("info");
        let finished = date(wire.finished.as_deref());
        let (lifecycle, word) = match wire.exit_code {
            Some(code) if code != 0 => (Lifecycle::Failed, format!("exit code {code}")),
            _ => (Lifecycle::Done, level.to_owned()),
        };
        Some(Step {
            name: name.into(),
            state: State::new(lifecycle, self.words.share(&word)),
            started: date(wire.created.as_deref()),
            finished,
        })
    }
}
