//! Telemetry: the report over a time range and the live stream, read from the instance's real processes.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::ticket::Opening;
use crate::credentials::Ticket;
use crate::faces::AppState;
use crate::faces::cycle::ids::{Thing, id};
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::query::{Known, PLAIN, Query};
use crate::faces::cycle::read::find_instance;
use crate::faces::socket::gone;
use crate::faces::time;
use crate::process::telemetry::Sample;

const REPORT: Known = Known { filters: &["range-start", "range-end"], ..PLAIN };
/// Between two messages of the stream; the platform's own cadence is not documented.
const CADENCE: Duration = Duration::from_secs(1);

/// The fields of a snapshot besides the counters.
struct Whose {
    instance: u32,
    container: u32,
    environment: u32,
    server: u32,
    hub: String,
    limit: u64,
}

fn whose(app: &AppState, instance: u32) -> Option<Whose> {
    app.engine.read(|fleet| {
        let row = fleet.instances.get(instance)?;
        let container = fleet.containers.get(row.container)?;
        Some(Whose {
            instance,
            container: row.container,
            environment: container.environment,
            server: row.server,
            hub: app.credentials.hub.clone(),
            limit: container.ram_mb * 1024 * 1024,
        })
    })
}

/// A `ResourceSnapshot`. CPU is cumulative in nanoseconds, memory in bytes; user and kernel time come in ticks, so
/// they may add up to a little less than the total. What the workload (never the shell) read and wrote is in the
/// place of the interface's counters: it has no network of its own.
fn snapshot(whose: &Whose, sample: &Sample) -> Value {
    let usage = &sample.usage;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    json!({
        "time": time(Some(sample.at)),
        "hub_id": whose.hub,
        "container_id": id(Thing::Container, whose.container),
        "instance_id": id(Thing::Instance, whose.instance),
        "environment_id": id(Thing::Environment, whose.environment),
        "server_id": id(Thing::Server, whose.server),
        "cluster": "default",
        "cpu": {
            "num_cores": cores,
            "usage": {
                "total": usage.cpu_ns, "kernel": usage.kernel_ns, "user": usage.user_ns,
            },
            "throttling": { "periods": 0, "throttled_periods": 0, "throttled_time": 0 },
        },
        "memory": {
            "cache": 0,
            "usage": { "usage": usage.resident, "max_usage": usage.resident, "fail_count": 0, "limit": whose.limit },
        },
        "processes": { "current": usage.processes, "limit": 4096 },
        "network": { "interfaces": [{
            "name": format!("i-pri-{:04x}", whose.instance & 0xffff),
            "rx_bytes": usage.read, "tx_bytes": usage.written,
            "rx_packets": usage.read / 1024, "tx_packets": usage.written / 1024,
            "rx_dropped": 0, "tx_dropped": 0, "rx_errors": 0, "tx_errors": 0,
        }] },
    })
}

/// `GET .../telemetry/resources/report`: what was sampled within the range. The default range is not documented;
/// here it is everything that is kept: the last minute sample by sample, and about an hour before it five seconds apart.
pub(crate) async fn report(
    State(app): State<AppState>,
    Path((container, instance)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let query = Query::read(raw.as_deref(), &REPORT)?;
    let key = app.engine.read(|fleet| find_instance(fleet, &container, &instance).map(|(key, _)| key))?;
    let missing = || Problem::missing("404.instance");
    let machine = app.engine.look(key).await.map_err(Problem::internal)?.ok_or_else(missing)?;
    let whose = whose(&app, key).ok_or_else(missing)?;
    app.engine.sample(&machine).await;
    let (start, end) = (query.moment("range-start"), query.moment("range-end"));
    let samples = machine.history(start, end);
    Ok(Json(json!({ "data": {
        "request": {
            "instance_id": instance,
            "start": time(start.or_else(|| samples.first().map(|s| s.at))),
            "end": time(end.or_else(|| Some(jiff::Timestamp::now()))),
        },
        "snapshots": samples.iter().map(|sample| snapshot(&whose, sample)).collect::<Vec<_>>(),
    } })))
}

/// The websocket itself: one snapshot a second, as text.
pub(crate) async fn stream(State(app): State<AppState>, opening: Opening) -> Result<Response, Problem> {
    let instance = opening.instance;
    opening.redeem(&app, Ticket::Telemetry(instance))?;
    let missing = || Problem::missing("404.instance");
    let whose = whose(&app, instance).ok_or_else(missing)?;
    Ok(opening.open(move |mut sender, mut stream| async move {
        let stopped = app.engine.stopped().clone();
        let sending = async {
            let mut beat = tokio::time::interval(CADENCE);
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                beat.tick().await;
                // A rested or restarted instance is looked at anew; one that is gone ends the stream.
                let Ok(Some(machine)) = app.engine.look(instance).await else {
                    break;
                };
                if let Some(sample) = app.engine.sample(&machine).await
                    && sender.text(snapshot(&whose, &sample).to_string()).await.is_err()
                {
                    return;
                }
            }
            sender.close(1000, "the instance is gone").await;
        };
        tokio::select! {
            () = sending => {}
            () = gone(&mut stream) => {}
            () = stopped.cancelled() => {}
        }
    }))
}
