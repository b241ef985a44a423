//! Start and stop.

use std::sync::Arc;

use serde_json::json;

use super::super::Deck;
use super::super::api::{Api, Ask};
use super::super::read::zone_of;
use super::read_instance;
use qdeck_model::{
    Action, ActionId, Availability, Danger, Expected, Lifecycle, Method, PreparedRequest, Preview, Problem,
    ProblemKind, State, Target,
};

/// A change of an instance that takes no values.
pub(super) struct Power {
    pub(super) id: ActionId,
    name: &'static str,
    key: char,
    help: &'static str,
    danger: Danger,
    progress: &'static str,
    /// The name of the call in the API's description, by which permissions are named.
    pub(super) operation: &'static str,
    /// The verb behind the colon of its path.
    verb: &'static str,
    /// The empty object that the API's description requires as a body.
    empty_body: bool,
    /// The one state that it fits.
    from: Lifecycle,
    /// The one state that it leads to.
    to: &'static [Lifecycle],
    consequences: &'static [&'static str],
}

pub(super) const POWER: &[Power] = &[
    Power {
        id: ActionId::INSTANCE_START,
        name: "Start",
        key: 's',
        help: "Starts the instance.",
        danger: Danger::Safe,
        progress: "starting",
        operation: "start-instance",
        verb: "start",
        // "required": the object of an optional rescue profile.
        empty_body: true,
        from: Lifecycle::Stopped,
        to: &[Lifecycle::Running],
        consequences: &[],
    },
    Power {
        id: ActionId::INSTANCE_STOP,
        name: "Stop",
        key: 't',
        help: "Stops the instance until it is started again.",
        danger: Danger::Disruptive,
        progress: "stopping",
        operation: "stop-instance",
        verb: "stop",
        empty_body: false,
        from: Lifecycle::Running,
        to: &[Lifecycle::Stopped],
        consequences: &[
            "What runs on it is interrupted until it is started again.",
            "Exoscale does not document whether the guest is asked to shut down first.",
        ],
    },
];

impl Power {
    /// The action on an instance of this state.
    pub(super) fn action(&self, state: &State) -> Action {
        self.declared(self.availability(state))
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

    fn availability(&self, state: &State) -> Availability {
        let already = if self.to.contains(&state.lifecycle) { " already" } else { "" };
        Availability::when(state.lifecycle == self.from, format!("it is{already} {}", state.raw))
    }

    /// Reads the instance again, and prepares the request if it still fits.
    pub(super) async fn preview(&self, deck: &Arc<Deck>, target: &Target) -> Result<Preview, Problem> {
        let zone = zone_of(deck, &target.id).await?;
        let instance = read_instance(deck, &target.id).await?;
        let state = deck.map.state(instance.state.as_deref());
        if let Some(reason) = self.availability(&state).reason() {
            let name = &target.name;
            return Err(Problem::new(ProblemKind::Refused, format!("{name}: {reason}, so nothing was sent")));
        }
        let path = format!("{}:{}", target.id.id, self.verb);
        let url = Api::address(&zone, &Ask::new(self.operation, &["instance", &path]))?;
        let request = PreparedRequest::new(Method::Put, url.as_str());
        let mut consequences: Vec<String> = self.consequences.iter().map(|&it| it.to_owned()).collect();
        if let Some(manager) = &*instance.manager.kind {
            consequences.push(format!("It belongs to an {manager}, which may react to that."));
        }
        let request = if self.empty_body { request.body(json!({})) } else { request };
        let summary = format!("{} instance {} in zone {}.", self.name, target.name, zone.name);
        Ok(Preview { consequences, ..Preview::new(summary, vec![request], Expected::State(self.to)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_what_an_instance_has() {
        let declared: Vec<_> = super::super::declared().iter().map(|action| action.id).collect();
        let state = State::new(Lifecycle::Running, "running");
        let of_instance: Vec<_> = POWER.iter().map(|power| power.action(&state).id).collect();
        assert_eq!(declared, of_instance);
    }

    #[test]
    fn each_fits_the_one_state_that_it_leads_out_of_and_says_why_not_elsewhere() {
        for (lifecycle, raw, start, stop) in [
            (Lifecycle::Running, "running", Some("it is already running"), None),
            (Lifecycle::Stopped, "stopped", None, Some("it is already stopped")),
            (Lifecycle::Pending, "starting", Some("it is starting"), Some("it is starting")),
            (Lifecycle::Stopping, "stopping", Some("it is stopping"), Some("it is stopping")),
            (Lifecycle::Failed, "error", Some("it is error"), Some("it is error")),
            (Lifecycle::Deleting, "destroying", Some("it is destroying"), Some("it is destroying")),
            (Lifecycle::Unknown, "odd", Some("it is odd"), Some("it is odd")),
        ] {
            let state = State::new(lifecycle, raw);
            let reasons: Vec<_> = POWER.iter().map(|power| power.availability(&state)).collect();
            assert_eq!([reasons[0].reason(), reasons[1].reason()], [start, stop], "{raw}");
        }
    }
}
