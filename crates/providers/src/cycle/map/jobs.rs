//! Maps Cycle's jobs to operations with steps and progress.

use arcstr::ArcStr;

use super::super::wire;
use super::Mapper;
use crate::mapping::facts::Facts;
use qdeck_model::{Kind, Lifecycle, Operation, ResourceId, State, Step};

impl Mapper {
    /// Maps a job. It is named after its first task.
    pub(crate) fn job(&self, wire: &wire::Job) -> Operation {
        let first = wire.tasks.first();
        let name = first
            .and_then(|task| task.header.as_deref())
            .or(wire.caption.as_deref())
            .or(wire.queue.as_deref())
            .unwrap_or(&wire.id);
        let mut facts = Facts::new(&self.strings);
        facts.add("caption", wire.caption.as_deref());
        facts.add("queue", wire.queue.as_deref());
        Operation {
            progress: Some(progress(wire)),
            target: first.and_then(|task| self.target(task)),
            by: self.by(&wire.creator),
            steps: self.steps(wire),
            created: wire.events.queued.timestamp(),
            started: wire.events.started.timestamp(),
            finished: wire.events.completed.timestamp(),
            facts: facts.into_vec(),
            ..Operation::new(
                ResourceId::new(&self.context, Kind::Operation, &*wire.id),
                self.strings.intern(name),
                self.job_state(wire),
            )
        }
    }

    /// The resource that the first task's input refers to: its name where that is known, else its id.
    fn target(&self, task: &wire::Task) -> Option<ArcStr> {
        let mut ids = target_ids(task);
        let first = ids.next()?;
        let name = std::iter::once(first).chain(ids).find_map(|id| self.names.get(id));
        Some(name.unwrap_or_else(|| first.into()))
    }

    /// True where the job has a target of which only an id is known.
    pub(crate) fn is_nameless(&self, wire: &wire::Job) -> bool {
        let Some(task) = wire.tasks.first() else {
            return false;
        };
        let mut ids = target_ids(task).peekable();
        ids.peek().is_some() && ids.all(|id| self.names.get(id).is_none())
    }

    /// The name of its creator, else the creator's type: `api key`.
    fn by(&self, creator: &wire::Creator) -> Option<ArcStr> {
        let name = creator.id.as_deref().and_then(|id| self.names.get(id));
        name.or_else(|| Some(self.strings.intern(&creator.kind.as_deref()?.replace('-', " "))))
    }

    fn job_state(&self, wire: &wire::Job) -> State {
        let raw = wire.state.current.as_deref().unwrap_or("unknown");
        let lifecycle = match raw {
            "new" | "queued" | "scheduled" => Lifecycle::Pending,
            "running" => Lifecycle::Running,
            "completed" => Lifecycle::Done,
            "error" | "expired" => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        let mut state = State::new(lifecycle, self.strings.intern(raw));
        let task_error = || wire.tasks.iter().find_map(|task| task.error.as_ref());
        state.reason = wire
            .state
            .error
            .as_ref()
            .or_else(task_error)
            .and_then(|error| error.message.as_deref())
            .map(Into::into);
        state
    }

    /// Every step of every task in order; a task without steps is a step itself.
    fn steps(&self, wire: &wire::Job) -> Vec<Step> {
        let mut steps = Vec::new();
        for task in &wire.tasks {
            let task_name = task.caption.as_deref().or(task.header.as_deref()).unwrap_or("task");
            if task.steps.is_empty() {
                steps.push(Step {
                    name: self.strings.intern(task_name),
                    state: self.task_state(task),
                    started: task.events.started.timestamp(),
                    finished: task.events.completed.timestamp(),
                });
            }
            for step in &task.steps {
                steps.push(Step {
                    name: self.strings.intern(step.caption.as_deref().unwrap_or(task_name)),
                    state: self.step_state(task, step),
                    started: step.started.timestamp(),
                    finished: step.completed.timestamp(),
                });
            }
        }
        steps
    }

    fn task_state(&self, task: &wire::Task) -> State {
        let raw = task.state.current.as_deref().unwrap_or("pending");
        let lifecycle = match raw {
            "pending" => Lifecycle::Pending,
            "running" => Lifecycle::Running,
            "completed" => Lifecycle::Done,
            "error" => Lifecycle::Failed,
            _ => Lifecycle::Unknown,
        };
        let mut state = State::new(lifecycle, self.strings.intern(raw));
        state.reason = task.error.as_ref().and_then(|error| error.message.as_deref()).map(Into::into);
        state
    }

    /// The state of a step, which the API does not send: it follows from the step's times and from a failed task.
    fn step_state(&self, task: &wire::Task, step: &wire::TaskStep) -> State {
        let started = step.started.timestamp().is_some();
        if step.completed.timestamp().is_some() {
            State::new(Lifecycle::Done, self.strings.intern("completed"))
        } else if started && task.state.current.as_deref() == Some("error") {
            self.task_state(task)
        } else if started {
            State::new(Lifecycle::Running, self.strings.intern("running"))
        } else {
            State::new(Lifecycle::Pending, self.strings.intern("pending"))
        }
    }
}

/// The percentage of completed steps, as the vendor's own tracker counts it: a task without steps counts as one step,
/// and a job without tasks is complete.
fn progress(wire: &wire::Job) -> u8 {
    let all: usize = wire.tasks.iter().map(|task| task.steps.len().max(1)).sum();
    let done: usize = wire
        .tasks
        .iter()
        .map(|task| {
            if task.steps.is_empty() {
                return usize::from(task.state.current.as_deref() == Some("completed"));
            }
            let completed = |step: &&wire::TaskStep| step.completed.timestamp().is_some();
            task.steps.iter().filter(completed).count()
        })
        .sum();
    match all {
        0 => 100,
        all => u8::try_from(done * 100 / all).unwrap_or(100),
    }
}

/// The ids in a task's input, the most specific first.
fn target_ids(task: &wire::Task) -> impl Iterator<Item = &str> {
    const NAMES: [&str; 6] = ["instance_id", "container_id", "environment_id", "image_id", "server_id", "id"];
    let of = |name| task.input.get(name)?.as_str().filter(|id| !id.is_empty());
    NAMES.into_iter().filter_map(of)
}
