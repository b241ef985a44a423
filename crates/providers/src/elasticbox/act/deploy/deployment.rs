//! A deployment of one or more instances as one operation, followed until every instance is online.

use std::fmt;
use std::time::Duration;

use super::super::super::api::Api;
use super::super::super::map::Mapper;
use super::super::follow;
use super::Begun;
use qdeck_model::{Kind, Lifecycle, Operation, Problem, ResourceId, State, Step};

/// The clocks of this machine and of the server may differ by so much.
pub(super) const CLOCK_TOLERANCE: Duration = Duration::from_secs(120);

/// The word of its id.
const WORD: &str = "deployment";

/// Instances that were deployed together. The id of its operation has all that is needed to find it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super::super) struct Deployment {
    /// Those that were deployed, the first one first.
    pub(super) instances: Vec<String>,
    /// How many were asked for.
    pub(super) asked: usize,
}

impl Deployment {
    /// The deployment of this id, if it is one.
    pub(in super::super::super) fn parse(id: &str) -> Option<Self> {
        let (asked, instances) = id.strip_prefix(WORD)?.strip_prefix('@')?.split_once(':')?;
        let instances: Vec<String> = instances.split(',').map(str::to_owned).collect();
        Some(Self { instances, asked: asked.parse().ok()? })
    }

    /// Its id as an operation of the first instance.
    pub(super) fn id(&self, first: &ResourceId) -> ResourceId {
        ResourceId::scoped(&first.context, Kind::Operation, first.id.clone(), self.to_string())
    }

    /// Reads every instance.
    pub(in super::super::super) async fn read(
        &self,
        api: &Api,
        map: &Mapper,
        first: &str,
    ) -> Result<Operation, Problem> {
        let mut rows = Vec::with_capacity(self.instances.len());
        for instance in &self.instances {
            rows.push(follow::read(api, map, instance, &Begun::deploy()).await?);
        }
        match <[Operation; 1]>::try_from(rows) {
            Ok([row]) if self.asked == 1 => Ok(row),
            Ok(rows) => Ok(self.row(map, first, rows.into())),
            Err(rows) => Ok(self.row(map, first, rows)),
        }
    }

    fn row(&self, map: &Mapper, first: &str, rows: Vec<Operation>) -> Operation {
        let is_over = |row: &Operation| matches!(row.state.lifecycle, Lifecycle::Done | Lifecycle::Failed);
        let over = rows.iter().filter(|row| is_over(row)).count();
        let failed = rows.iter().find(|row| row.state.lifecycle == Lifecycle::Failed);
        let state = if over < rows.len() {
            State::new(Lifecycle::Running, "processing")
        } else if let Some(row) = failed {
            let name = row.target.as_deref().unwrap_or("an instance");
            let why = row.state.reason.as_deref().unwrap_or("it is unavailable");
            State::new(Lifecycle::Failed, "unavailable").because(format!("{name}: {why}"))
        } else if rows.len() < self.asked {
            let (deployed, asked) = (rows.len(), self.asked);
            let why = format!("{deployed} of {asked} were deployed, then the platform refused one");
            State::new(Lifecycle::Failed, "incomplete").because(why)
        } else {
            State::new(Lifecycle::Done, "done")
        };
        let progress = u8::try_from(over * 100 / rows.len().max(1)).ok();
        let steps = rows.into_iter().map(|row| Step {
            name: row.target.unwrap_or_else(|| row.name.clone()),
            state: row.state,
            started: row.started,
            finished: row.finished,
        });
        let id = ResourceId::scoped(&map.context, Kind::Operation, first, self.to_string());
        Operation {
            steps: steps.collect(),
            progress,
            ..Operation::new(id, map.strings.intern("deploy"), state)
        }
    }
}

/// `deployment@3:i-1,i-2,i-3`.
impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{WORD}@{}:{}", self.asked, self.instances.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::interner::Interner;
    use qdeck_model::ContextName;

    fn mapper() -> Mapper {
        Mapper {
            context: ContextName::new("lab"),
            strings: Interner::default(),
            facts: Interner::default(),
            containers: Interner::default(),
        }
    }

    #[test]
    fn an_id_is_enough_to_find_it_again() {
        let deployment = Deployment { instances: vec!["i-1".into(), "i-2".into()], asked: 3 };
        assert_eq!(deployment.to_string(), "deployment@3:i-1,i-2");
        assert_eq!(Deployment::parse("deployment@3:i-1,i-2"), Some(deployment));
        for other in ["deploy@", "latest", "deployment@x:i-1", "deployment@1"] {
            assert_eq!(Deployment::parse(other), None, "{other}");
        }
    }

    #[test]
    fn it_has_ended_once_every_instance_has() {
        use Lifecycle::{Done, Failed, Running};

        let state = |asked: usize, states: &[Lifecycle]| {
            let deployment = Deployment { instances: vec!["i-1".into(); states.len()], asked };
            let row = |state: &Lifecycle| Operation {
                target: Some("web".into()),
                ..Operation::new(
                    ResourceId::new(&ContextName::new("lab"), Kind::Operation, "o"),
                    "deploy",
                    State::new(*state, "x"),
                )
            };
            let row = deployment.row(&mapper(), "i-1", states.iter().map(row).collect());
            (row.state.lifecycle, row.progress, row.state.reason.map(|it| it.to_string()))
        };
        assert_eq!(state(2, &[Done, Running]), (Running, Some(50), None));
        assert_eq!(state(2, &[Failed, Running]), (Running, Some(50), None));
        assert_eq!(state(2, &[Done, Done]), (Done, Some(100), None));
        let failed = Some("web: it is unavailable".to_owned());
        assert_eq!(state(2, &[Done, Failed]), (Failed, Some(100), failed));
        let incomplete = Some("2 of 3 were deployed, then the platform refused one".to_owned());
        assert_eq!(state(3, &[Done, Done]), (Failed, Some(100), incomplete));
    }
}
