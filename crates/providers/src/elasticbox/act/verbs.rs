//! What is done to an instance without values: deploy again, power on, shut down, reinstall, reconfigure, and its three ends.
//!
//! Paths, events and answers are those of the Instances API's page (release 4.0); which verb fits which pair of state and
//! event follows the vendor's web pages of 2018 and what its clients for Jenkins and for the shell do.

use serde_json::json;

use super::super::wire;
use super::follow::Begun;
use super::{Acts, instance_of};
use crate::kit::form::refused;
use qdeck_model::{
    Action, ActionId, Availability, Danger, Expected, Lifecycle, Method, Outcome, Preview, Problem, Resource,
    State, Target,
};

/// The request of a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// `PUT /services/instances/{id}/WORD`.
    Put,
    /// `DELETE /services/instances/{id}?operation=WORD`.
    Delete,
}

/// A change of an instance that takes no values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verb {
    pub(super) id: ActionId,
    name: &'static str,
    key: char,
    help: &'static str,
    danger: Danger,
    progress: &'static str,
    call: Call,
    /// Its word in the request.
    pub(super) word: &'static str,
    /// The events that the instance shows while it is in progress and afterwards. Ends have two, and after a reinstall the
    /// configure scripts run by themselves.
    pub(super) events: &'static [&'static str],
    /// The states that it fits, beside those of [`Verb::retries`].
    from: &'static [Lifecycle],
    /// It also fits an instance that is unavailable since this very verb failed.
    retries: bool,
    expected: Expected,
    consequences: &'static [&'static str],
}

use Lifecycle::{Failed, Gone, Running, Stopped};

const UP: Expected = Expected::State(&[Running]);

/// The verb that an instance is also made by.
const DEPLOY: Verb = Verb {
    id: ActionId::new("instance.deploy-again"),
    name: "Deploy again",
    key: 'a',
    help: "Deploys its box again with its policy.",
    danger: Danger::Destructive,
    progress: "deploying again",
    call: Call::Put,
    word: "deploy",
    events: &["deploy"],
    from: &[Running, Stopped, Failed],
    retries: true,
    expected: UP,
    consequences: &[
        "What runs on it is interrupted.",
        "Its machines may be made anew, and what is on their disks lost.",
    ],
};

pub(super) const VERBS: &[Verb] = &[
    Verb {
        id: ActionId::INSTANCE_START,
        name: "Power on",
        key: 's',
        help: "Boots its machines, then configures and starts.",
        danger: Danger::Safe,
        progress: "powering on",
        call: Call::Put,
        word: "poweron",
        events: &["poweron"],
        from: &[Stopped],
        retries: true,
        expected: UP,
        consequences: &[],
    },
    Verb {
        id: ActionId::INSTANCE_STOP,
        name: "Shut down",
        key: 't',
        help: "Runs its stop scripts, then shuts it down.",
        danger: Danger::Disruptive,
        progress: "shutting down",
        call: Call::Put,
        word: "shutdown",
        events: &["shutdown", "shutdown_service"],
        from: &[Running],
        retries: true,
        expected: Expected::State(&[Stopped]),
        consequences: &[
            "What runs on it is interrupted until it is powered on again.",
            "Its disks stay, and the cloud account may go on paying for them.",
        ],
    },
    Verb {
        id: ActionId::new("instance.reconfigure"),
        name: "Reconfigure",
        key: 'f',
        help: "Runs its configure scripts again.",
        danger: Danger::Disruptive,
        progress: "reconfiguring",
        call: Call::Put,
        word: "reconfigure",
        events: &["reconfigure"],
        from: &[Running, Failed],
        retries: true,
        expected: UP,
        consequences: &[
            "Its configure scripts run with the variables as they are now.",
            "They may restart what runs on its machines.",
        ],
    },
    Verb {
        id: ActionId::new("instance.reinstall"),
        name: "Reinstall",
        key: 'i',
        help: "Runs its install scripts again, then configures.",
        danger: Danger::Destructive,
        progress: "reinstalling",
        call: Call::Put,
        word: "reinstall",
        events: &["reinstall", "reconfigure"],
        from: &[Running, Failed],
        retries: true,
        expected: UP,
        consequences: &[
            "What runs on it is interrupted.",
            "Whatever the install scripts write over is lost.",
        ],
    },
    DEPLOY,
    Verb {
        id: ActionId::new("instance.terminate"),
        name: "Terminate",
        key: 'm',
        help: "Runs its end scripts, then destroys its machines.",
        danger: Danger::Destructive,
        progress: "terminating",
        call: Call::Delete,
        word: "terminate",
        events: &["terminate", "terminate_service"],
        from: &[Running, Stopped],
        retries: true,
        expected: Expected::Gone,
        consequences: &[
            "Its stop and dispose scripts run first.",
            "Its machines and what is on their disks are lost; this cannot be undone.",
            "Its record and its logs stay until they are deleted.",
        ],
    },
    Verb {
        id: ActionId::new("instance.force-terminate"),
        name: "Force terminate",
        key: 'o',
        help: "Destroys its machines without running scripts.",
        danger: Danger::Irreversible,
        progress: "force-terminating",
        call: Call::Delete,
        word: "force_terminate",
        events: &["terminate", "terminate_service"],
        from: &[Running, Stopped, Failed],
        retries: false,
        expected: Expected::Gone,
        consequences: &[
            "Its machines and what is on their disks are lost; this cannot be undone.",
            "It is for when terminating failed: no script cleans up, and what its scripts made elsewhere may stay billed.",
            "Its record and its logs stay until they are deleted.",
        ],
    },
    Verb {
        id: ActionId::INSTANCE_DELETE,
        name: "Delete record",
        key: 'd',
        help: "Deletes the record and the logs of an instance that is gone.",
        danger: Danger::Destructive,
        progress: "deleting",
        call: Call::Delete,
        word: "delete",
        events: &[],
        from: &[Gone],
        retries: false,
        expected: Expected::Gone,
        consequences: &["Its activity and the logs of its machines are lost."],
    },
];

impl Verb {
    pub(super) const DEPLOY: &'static Self = &DEPLOY;

    pub(super) fn by_id(id: ActionId) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.id == id)
    }

    pub(super) fn by_word(word: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.word == word)
    }

    /// Returns true if it deletes the record of an instance, after which there is no state to see.
    pub(super) fn is_deletion(&self) -> bool {
        self.id == ActionId::INSTANCE_DELETE
    }

    /// Returns true if an instance that is not found afterwards is what was asked for.
    pub(super) fn ends_instance(&self) -> bool {
        self.call == Call::Delete
    }

    /// The action with this availability.
    pub(super) fn declared(&self, availability: Availability) -> Action {
        Action {
            id: self.id,
            name: self.name,
            key: self.key,
            help: self.help,
            danger: self.danger,
            progress: self.progress,
            has_form: false,
            in_bulk: true,
            availability,
        }
    }

    /// The action on an instance.
    pub(super) fn action(&self, resource: &Resource) -> Action {
        let fact = |name| {
            let fact = resource.facts().iter().find(|fact| fact.name == name);
            fact.map_or("", |fact| &*fact.value)
        };
        let unknown = State::new(Lifecycle::Unknown, "unknown");
        let state = resource.state().unwrap_or(&unknown);
        self.declared(self.availability(state, fact("state"), fact("operation")))
    }

    /// The availability on an instance of this state, made of this pair of the platform's words.
    fn availability(&self, state: &State, word: &str, event: &str) -> Availability {
        let lifecycle = match state.lifecycle {
            // After an event that no document names, such as an import, it is as good as online.
            Lifecycle::Unknown if word == "done" => Running,
            lifecycle => lifecycle,
        };
        if lifecycle.is_moving() {
            return Availability::No(format!("{event} is in progress").into());
        }
        let retries = self.retries && lifecycle == Failed && self.events.contains(&event);
        if retries || self.from.contains(&lifecycle) {
            return Availability::Yes;
        }
        Availability::No(match (lifecycle, &self.expected) {
            (_, Expected::Gone) if self.is_deletion() => {
                "only the record of a terminated instance can be deleted".into()
            }
            (Gone, _) => "it is terminated".into(),
            (Failed, Expected::Gone) => "it is unavailable: it can be force-terminated only".into(),
            (_, Expected::State(to)) if to.contains(&lifecycle) => {
                format!("it is already {}", state.word()).into()
            }
            _ => format!("it is {}", state.word()).into(),
        })
    }

    /// Refuses an instance that it does not fit.
    fn check(&self, acts: &Acts, instance: &wire::Instance) -> Result<(), Problem> {
        let state = acts.map.instance_state(instance);
        let (word, event) = (instance.state.as_deref(), instance.operation.event.as_deref());
        let availability = self.availability(&state, word.unwrap_or_default(), event.unwrap_or_default());
        let name = instance.name.as_deref().unwrap_or(&instance.id);
        availability.reason().map_or(Ok(()), |reason| Err(refused(name, reason)))
    }

    /// Reads the instance again, and prepares the request if it still fits.
    pub(super) async fn preview(&self, acts: &Acts, target: &Target) -> Result<Preview, Problem> {
        let id = &*target.id.id;
        let instance = instance_of(&acts.api, id).await?;
        self.check(acts, &instance)?;
        let request = match self.call {
            Call::Put => acts.api.prepare(Method::Put, &["instances", id, self.word], &[]).await?,
            Call::Delete => {
                acts.api.prepare(Method::Delete, &["instances", id], &[("operation", self.word)]).await?
            }
        };
        // The one verb that documents a body; its clients send none, and the page has it in its sample.
        let request = match self.word {
            "reconfigure" => request.body(json!({"id": id, "method": self.word})),
            _ => request,
        };
        let what = if self.is_deletion() { "Delete the record of" } else { self.name };
        let summary = match instance.owner.as_deref() {
            Some(owner) => format!("{what} instance {} in workspace {owner}.", target.name),
            None => format!("{what} instance {}.", target.name),
        };
        let consequences = self.consequences.iter().map(|&it| it.to_owned()).collect();
        Ok(Preview { consequences, ..Preview::new(summary, vec![request], self.expected.clone()) })
    }

    /// Sends the request, unless the instance has become busy or changed its state since it was shown.
    pub(super) async fn perform(
        &'static self,
        acts: &Acts,
        write: &super::Sending,
    ) -> Result<Outcome, Problem> {
        let instance = write.reread(acts).await?;
        self.check(acts, &instance)?;
        let begun = Begun::on(self, &instance);
        for request in &write.requests {
            acts.api.write(request).await?;
        }
        Ok(Outcome::accepted(begun.id(&write.target.id)))
    }
}
