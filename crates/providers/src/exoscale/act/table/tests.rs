use std::collections::BTreeSet;

use super::super::{actions, context_actions, declared};
use super::*;
use qdeck_model::State;

fn reason(id: ActionId, lifecycle: Lifecycle, raw: &str) -> Option<String> {
    let availability = change(id).unwrap().availability(&State::new(lifecycle, raw));
    availability.reason().map(ToOwned::to_owned)
}

#[test]
fn each_fits_the_states_that_it_leads_out_of_and_says_why_not_elsewhere() {
    for (lifecycle, raw, start, stop) in [
        (Lifecycle::Running, "running", Some("it is already running"), None),
        (Lifecycle::Stopped, "stopped", None, Some("it is already stopped")),
        (Lifecycle::Pending, "starting", Some("it is starting"), Some("it is starting")),
        (Lifecycle::Stopping, "stopping", Some("it is stopping"), Some("it is stopping")),
        (Lifecycle::Failed, "error", Some("it is error"), Some("it is error")),
        (Lifecycle::Deleting, "destroying", Some("it is destroying"), Some("it is destroying")),
        (Lifecycle::Unknown, "odd", Some("it is odd"), Some("it is odd")),
    ] {
        assert_eq!(reason(ActionId::INSTANCE_START, lifecycle, raw).as_deref(), start, "{raw}");
        assert_eq!(reason(ActionId::INSTANCE_STOP, lifecycle, raw).as_deref(), stop, "{raw}");
    }
}

#[test]
fn what_needs_a_stopped_instance_asks_to_stop_it_first() {
    for id in [RESET, RESIZE_DISK, REVERT, ENABLE_TPM, ActionId::INSTANCE_RESIZE] {
        let running = reason(id, Lifecycle::Running, "running");
        assert_eq!(running.as_deref(), Some("it is running: stop it first"), "{id}");
        assert_eq!(reason(id, Lifecycle::Stopped, "stopped"), None, "{id}");
    }
}

#[test]
fn nothing_fits_an_instance_that_is_going_or_gone() {
    for change in CHANGES {
        for state in [Lifecycle::Deleting, Lifecycle::Gone] {
            assert!(!change.availability(&State::new(state, "x")).is_yes(), "{}", change.id);
        }
    }
}

#[test]
fn every_action_is_declared_once_and_has_a_key_of_its_own() {
    let declared = declared();
    let ids: BTreeSet<_> = declared.iter().map(|action| action.id).collect();
    assert_eq!(ids.len(), declared.len());
    let instance = qdeck_model::Resource::Instance(qdeck_model::Instance::new(
        qdeck_model::ResourceId::new(
            &qdeck_model::ContextName::new("exo"),
            qdeck_model::Kind::Instance,
            "i1",
        ),
        "web-1",
        State::new(Lifecycle::Running, "running"),
    ));
    let on_row = actions(&instance);
    let keys: BTreeSet<_> = on_row.iter().map(|action| action.key).collect();
    assert_eq!(keys.len(), on_row.len(), "{on_row:?}");
    let offered = on_row.iter().chain(&context_actions()).map(|action| action.id).collect::<BTreeSet<_>>();
    assert_eq!(offered, ids);
}
