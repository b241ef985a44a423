//! The hub's notifications: a token, then at the same address a websocket that sends every change as JSON text.

use axum::Json;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::ticket::redeem;
use crate::credentials::Ticket;
use crate::engine::events::Event;
use crate::engine::fleet::{Account, Fleet, JobPhase, Phase};
use crate::faces::AppState;
use crate::faces::cycle::ids::{Thing, id};
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::shapes::places::job_state;
use crate::faces::cycle::shapes::{container_state, instance_state};
use crate::faces::socket::{gone, split};
use crate::faults::CutSocket;

/// `GET /v1/hubs/current/notifications`: with the usual headers a token; with `?token=` the websocket.
pub(crate) async fn notifications(
    State(app): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
    RawQuery(raw): RawQuery,
    cut: Option<Extension<CutSocket>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let Ok(upgrade) = upgrade else {
        crate::faces::cycle::admit(&app, &headers, uri.path())?;
        let token = app.credentials.issue(Ticket::Notifications).map_err(Problem::internal)?;
        return Ok(Json(json!({ "data": { "token": token } })).into_response());
    };
    redeem(&app, raw.as_deref(), Ticket::Notifications)?;
    // Listening begins before the answer: what changes while the client sets up is not lost.
    let mut events = app.engine.events();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let (mut sender, mut stream) = split(socket, cut.map(|Extension(c)| c));
        let stopped = app.engine.stopped().clone();
        let sending = async {
            loop {
                match events.recv().await {
                    Ok(event) => {
                        let messages = app.engine.read(|fleet| messages(fleet, &app.credentials.hub, &event));
                        for message in messages {
                            if sender.text(message.to_string()).await.is_err() {
                                return;
                            }
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        sender.close(1008, "this client read too slowly").await;
                        return;
                    }
                    Err(RecvError::Closed) => return,
                }
            }
        };
        tokio::select! {
            () = sending => {}
            () = gone(&mut stream) => {}
            () = stopped.cancelled() => {}
        }
    }))
}

/// The hub's notifications of a change; none of what belongs to another account.
fn messages(fleet: &Fleet, hub: &str, event: &Event) -> Vec<Value> {
    let ours = |container: u32| fleet.containers.get(container).filter(|c| c.account == Account::Cycle);
    let about = |container: u32| {
        json!({
            "hub_id": hub, "account_id": null, "dns_zones": null, "clusters": null,
            "containers": [id(Thing::Container, container)],
            "environments": ours(container).map(|c| vec![id(Thing::Environment, c.environment)]),
        })
    };
    match event {
        Event::Instance { container, instance, phase, before } => {
            if ours(*container).is_none() {
                return Vec::new();
            }
            let mut object = json!({
                "id": id(Thing::Instance, *instance),
                "state": instance_state(*phase), "state_previous": instance_state(*before),
            });
            let error = fleet.instances.get(*instance).and_then(|i| i.error.as_deref());
            let mut messages = Vec::new();
            if *phase == Phase::Failed {
                object["error"] = error.into();
                messages.push(json!({
                    "topic": "container.instance.error", "object": object, "context": about(*container),
                }));
            }
            messages.push(json!({
                "topic": "container.instance.state.changed", "object": object, "context": about(*container),
            }));
            messages
        }
        Event::Health { container, instance, healthy } if ours(*container).is_some() => vec![json!({
            "topic": "container.instance.health.status.changed",
            "object": { "id": id(Thing::Instance, *instance) },
            "context": about(*container),
            "annotations": { "health": if *healthy { "healthy" } else { "unhealthy" } },
        })],
        Event::Container { container, phase, before } if ours(*container).is_some() => vec![json!({
            "topic": "container.state.changed",
            "object": {
                "id": id(Thing::Container, *container),
                "state": container_state(*phase), "state_previous": container_state(*before),
            },
            "context": about(*container),
        })],
        Event::Reconfigured { container } if ours(*container).is_some() => vec![json!({
            "topic": "container.instances.reconfigured",
            "object": { "id": id(Thing::Container, *container) },
            "context": about(*container),
        })],
        Event::Job { job, phase } => {
            let number = *job;
            let job = fleet.jobs.iter().rev().find(|j| j.number == number);
            if job.is_some_and(|j| j.container.is_some_and(|c| ours(c).is_none())) {
                return Vec::new();
            }
            let topic = match phase {
                JobPhase::Queued => "job.new",
                JobPhase::Error => "job.error",
                JobPhase::Running | JobPhase::Completed => "job.state.changed",
            };
            vec![json!({
                "topic": topic,
                "object": { "id": id(Thing::Job, number), "state": job_state(*phase) },
                "context": {
                    "hub_id": hub, "account_id": null, "dns_zones": null, "clusters": null, "containers": null,
                    "environments": null, "label": job.map(|j| j.caption.clone()),
                },
            })]
        }
        _ => Vec::new(),
    }
}
