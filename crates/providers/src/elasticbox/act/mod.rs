//! Changes at ElasticBox: the actions, their forms and requests, and how they are sent.
//!
//! A change is answered with 202 and an empty body, and an instance runs one operation at a time: so it is read right
//! before a request is sent, and followed by its pair of state and event afterwards; see `follow`.

mod bindings;
mod deploy;
mod follow;
mod lease;
mod update;
mod variables;
mod verbs;

use std::sync::Arc;

use arcstr::ArcStr;

use super::api::Api;
use super::map::Mapper;
use super::read::workspaces::Workspaces;
use super::{unsupported, wire};
pub(super) use deploy::Deployment;
pub(super) use follow::{Begun, poll_interval, read as read_begun};
use qdeck_model::{
    Action, ActionId, Availability, Choice, FieldValue, Form, FormValues, Kind, Outcome, PreparedRequest,
    PreparedWrite, Preview, Problem, ProblemKind, Resource, ResourceId, Target, Timestamp,
};
use verbs::{VERBS, Verb};

/// What the changes of one account need. Cheap to clone.
#[derive(Clone)]
pub(super) struct Acts {
    pub(super) api: Arc<Api>,
    pub(super) map: Mapper,
    pub(super) workspaces: Arc<Workspaces>,
}

/// The parts of a write that are needed to send it.
pub(super) struct Sending {
    action: ActionId,
    target: Target,
    requests: Vec<PreparedRequest>,
    /// The name of the instance that it makes.
    creates: Option<ArcStr>,
    prepared: Timestamp,
}

/// Every action that there is on a row.
pub(super) fn declared() -> Vec<Action> {
    let mut all = vec![
        deploy::declared(ActionId::INSTANCE_CREATE, Availability::Yes),
        deploy::declared(ActionId::INSTANCE_CREATE_LIKE, Availability::Yes),
        update::declared(Availability::Yes),
    ];
    all.extend(VERBS.iter().map(|verb| verb.declared(Availability::Yes)));
    all
}

/// The actions on the account.
pub(super) fn context_actions() -> Vec<Action> {
    vec![deploy::declared(ActionId::INSTANCE_CREATE, Availability::Yes)]
}

/// The actions that fit a resource as it is now.
pub(super) fn actions(resource: &Resource) -> Vec<Action> {
    let mut all: Vec<Action> = deploy::action(resource).into_iter().collect();
    if resource.kind() == Kind::Instance {
        all.push(update::action(resource));
        all.extend(VERBS.iter().map(|verb| verb.action(resource)));
    }
    all
}

impl Acts {
    /// The form of an action; empty where it takes no values.
    pub(super) async fn form(
        &self,
        target: &Target,
        action: ActionId,
        values: &FormValues,
    ) -> Result<Form, Problem> {
        match action {
            ActionId::INSTANCE_UPDATE => update::form(self, target, values).await,
            ActionId::INSTANCE_CREATE | ActionId::INSTANCE_CREATE_LIKE => {
                deploy::form(self, target, values).await
            }
            _ => Ok(Form::default()),
        }
    }

    /// The choices of a field that are loaded.
    pub(super) async fn choices(
        &self,
        target: &Target,
        action: ActionId,
        field: &str,
        values: &FormValues,
    ) -> Result<Vec<Choice>, Problem> {
        match action {
            ActionId::INSTANCE_UPDATE => update::choices(self, target, field).await,
            ActionId::INSTANCE_CREATE | ActionId::INSTANCE_CREATE_LIKE => {
                deploy::choices(self, target, field, values).await
            }
            _ => Err(not_offered_field(field)),
        }
    }

    /// Reads the target again and prepares the requests.
    pub(super) async fn preview(
        &self,
        target: &Target,
        action: ActionId,
        values: &FormValues,
    ) -> Result<Preview, Problem> {
        match (action, Verb::by_id(action)) {
            (_, Some(verb)) => verb.preview(self, target).await,
            (ActionId::INSTANCE_UPDATE, _) => update::preview(self, target, values).await,
            (ActionId::INSTANCE_CREATE | ActionId::INSTANCE_CREATE_LIKE, _) => {
                deploy::preview(self, target, values).await
            }
            _ => Err(not_offered(action)),
        }
    }

    /// Sends the requests of a write.
    pub(super) async fn perform(&self, write: Sending) -> Result<Outcome, Problem> {
        match (write.action, Verb::by_id(write.action)) {
            (_, Some(verb)) => verb.perform(self, &write).await,
            (ActionId::INSTANCE_UPDATE, _) => update::perform(self, &write).await,
            (ActionId::INSTANCE_CREATE | ActionId::INSTANCE_CREATE_LIKE, _) => {
                deploy::perform(self, &write).await
            }
            (action, _) => Err(not_offered(action)),
        }
    }

    /// The instance that a write made, where no answer has named it.
    pub(super) async fn created(&self, write: Sending) -> Result<Option<ResourceId>, Problem> {
        match &write.creates {
            Some(name) => deploy::created(self, &write, name).await,
            None => Ok(None),
        }
    }

    /// The workspaces of the account as choices: the personal one and those of teams.
    async fn workspaces_to_choose(&self) -> Result<Vec<Choice>, Problem> {
        let (personal, teams) = futures_util::join!(self.workspaces.personal(), self.workspaces.teams());
        let mut all = Vec::new();
        if let Ok(id) = &personal {
            all.push(Choice { note: Some("personal".into()), ..Choice::plain(id.clone()) });
        }
        match teams {
            Ok((teams, _)) => all.extend(teams.iter().map(|place| Choice::plain(place.scope()))),
            Err(problem) if all.is_empty() => return Err(problem),
            // A token that may not see the list of workspaces still has its own.
            Err(_) => {}
        }
        Ok(all)
    }
}

impl Sending {
    pub(super) fn of(write: &PreparedWrite) -> Self {
        Self {
            action: write.action.id,
            target: write.target.clone(),
            requests: write.preview.requests.clone(),
            creates: write.preview.creates.as_ref().map(|made| made.name.clone()),
            prepared: write.prepared,
        }
    }

    /// Reads the instance right before it is changed. However that fails, nothing was sent, which is what the problem says.
    async fn reread(&self, acts: &Acts) -> Result<wire::Instance, Problem> {
        instance_of(&acts.api, &self.target.id.id).await.map_err(|problem| not_sent(problem, &self.target))
    }
}

async fn instance_of(api: &Api, id: &str) -> Result<wire::Instance, Problem> {
    api.get(&["instances", id], &[]).await
}

/// The value of a field, also one that was emptied; `None` where it was not touched.
fn given<'a>(values: &'a FormValues, field: &str) -> Option<&'a FieldValue> {
    values.iter().find(|(name, _)| ***name == *field).map(|(_, value)| value)
}

/// The problem of a read before a write. A lost answer to a read is no lost answer to the write.
fn not_sent(problem: Problem, target: &Target) -> Problem {
    let kind = match problem.kind {
        ProblemKind::Unreachable | ProblemKind::Server | ProblemKind::BadAnswer => ProblemKind::Local,
        kind => kind,
    };
    let message =
        format!("{}: it could not be read, so nothing was sent: {}", target.name, problem.message).into();
    Problem { kind, message, status: None, reason: None, ..problem }
}

fn not_offered(action: ActionId) -> Problem {
    unsupported(&format!("there is no action {action}"))
}

fn not_offered_field(field: &str) -> Problem {
    unsupported(&format!("{field} has no choices"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use qdeck_model::{Container, ContextName, Instance, Lifecycle, State};

    fn id(kind: Kind) -> ResourceId {
        ResourceId::new(&ContextName::new("lab"), kind, "x")
    }

    #[test]
    fn every_action_has_a_key_of_its_own_and_is_declared() {
        let declared = declared();
        let keys: HashSet<char> = declared.iter().map(|action| action.key).collect();
        let ids: HashSet<ActionId> = declared.iter().map(|action| action.id).collect();
        assert_eq!((keys.len(), ids.len()), (declared.len(), declared.len()));
        // These answer a confirmation.
        assert!(declared.iter().all(|action| action.key != 'y' && (action.key != 'n' || action.has_form)));
        let state = State::new(Lifecycle::Running, "online");
        let instance = Resource::Instance(Instance::new(id(Kind::Instance), "web", state.clone()));
        let script = Resource::Container(Box::new(Container::new(
            id(Kind::Container),
            "Web",
            State::new(Lifecycle::Done, "script"),
        )));
        let all = actions(&instance).into_iter().chain(actions(&script)).chain(context_actions());
        let offered: HashSet<ActionId> = all.map(|action| action.id).collect();
        assert_eq!(offered, ids);
        let policy = Container::new(id(Kind::Container), "Small", State::new(Lifecycle::Done, "policy"));
        let reason = actions(&Resource::Container(policy.into()))[0].availability.reason().map(str::to_owned);
        assert_eq!(reason.as_deref(), Some("it is a policy: boxes are deployed with it"));
    }

    #[test]
    fn a_failed_read_is_no_lost_answer_to_the_write() {
        let target = Target::new_in(&ContextName::new("lab"), Kind::Instance);
        for (kind, is) in [
            (ProblemKind::Unreachable, ProblemKind::Local),
            (ProblemKind::Server, ProblemKind::Local),
            (ProblemKind::Unauthorized, ProblemKind::Unauthorized),
            (ProblemKind::NotFound, ProblemKind::NotFound),
        ] {
            let problem = not_sent(Problem { status: Some(500), ..Problem::new(kind, "x") }, &target);
            assert_eq!((problem.kind, problem.status), (is, None));
            assert_eq!(&*problem.message, "new instance: it could not be read, so nothing was sent: x");
        }
    }
}
