//! Changes at Exoscale: the actions that fit an instance, their forms and requests, and how those are sent.
//!
//! ```text
//! table: entries and calls ── change: form, body, diff ──▶ prepare ─┐
//! create: form, choices, body of a new instance ───────────────────┴▶ Preview ─▶ perform: each request once ─▶ Outcome
//! ```
//!
//! Every change answers with an operation of the zone, which is read until it ends; see `started` for how it is shown.

mod change;
mod choices;
mod create;
mod now;
mod perform;
mod prepare;
mod started;
mod table;

use std::sync::Arc;
use std::time::Duration;

use super::{Deck, unsupported};
pub(super) use create::created;
use now::Now;
pub(super) use perform::perform;
use qdeck_model::{
    Action, ActionId, Availability, Choice, Form, FormValues, Kind, Preview, Problem, Resource, Target,
};
pub(super) use started::StartedOperations;
use table::{CHANGES, Change};

/// Every action that there is.
pub(super) fn declared() -> Vec<Action> {
    let changes = CHANGES.iter().map(|change| change.declared(Availability::Yes));
    [create::declared(), create::declared_like()].into_iter().chain(changes).collect()
}

/// The actions on the context.
pub(super) fn context_actions() -> Vec<Action> {
    vec![create::declared()]
}

/// The actions that fit a resource as it is now.
pub(super) fn actions(resource: &Resource) -> Vec<Action> {
    match (resource.kind(), resource.state()) {
        (Kind::Instance, Some(state)) => {
            let changes = CHANGES.iter().map(|change| change.action(state));
            changes.chain([create::like_of(state)]).collect()
        }
        _ => Vec::new(),
    }
}

/// The form of an action.
pub(super) async fn form(
    deck: &Arc<Deck>,
    target: &Target,
    action: ActionId,
    values: &FormValues,
) -> Result<Form, Problem> {
    if create::makes(action) {
        return create::form(deck, target, values).await;
    }
    if !change_of(action)?.has_form {
        return Ok(Form::default());
    }
    Ok(change::form(&Now::read(deck, target).await?, action))
}

/// The choices of a field.
pub(super) async fn choices(
    deck: &Arc<Deck>,
    target: &Target,
    action: ActionId,
    field: &str,
    values: &FormValues,
) -> Result<Vec<Choice>, Problem> {
    if create::makes(action) {
        return create::choices(deck, target, field, values).await;
    }
    change_of(action)?;
    change::choices(deck, &Now::read(deck, target).await?, action, field, values).await
}

/// Reads the target again and prepares the request.
pub(super) async fn preview(
    deck: &Arc<Deck>,
    target: &Target,
    action: ActionId,
    values: &FormValues,
) -> Result<Preview, Problem> {
    if create::makes(action) {
        return create::preview(deck, target, values).await;
    }
    prepare::change(deck, target, change_of(action)?, values).await
}

fn change_of(action: ActionId) -> Result<&'static Change, Problem> {
    table::change(action).ok_or_else(|| unsupported(&format!("there is no action {action}")))
}

/// The time between two reads of an operation of this age: the cadence of all official clients. Every 3 s in
/// the first half minute, then ever slower, to once a minute after a quarter of an hour.
pub(super) fn poll_interval(age: Duration) -> Duration {
    const SLOWS_FROM: Duration = Duration::from_secs(30);
    const SLOWEST_FROM: Duration = Duration::from_secs(900);
    const FIRST_INTERVAL: Duration = Duration::from_secs(3);
    // From 3 s to 60 s over 870 s.
    FIRST_INTERVAL + age.min(SLOWEST_FROM).saturating_sub(SLOWS_FROM) * 57 / 870
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_looked_at_at_the_pace_of_the_official_clients() {
        for (age, pause) in [(0, 3), (30, 3), (465, 31), (900, 60), (9000, 60)] {
            let seconds = poll_interval(Duration::from_secs(age)).as_secs_f64();
            assert!((seconds - f64::from(pause)).abs() < 0.51, "{age}: {seconds}");
        }
    }
}
