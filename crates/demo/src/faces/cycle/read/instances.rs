//! Instances: of a container, of a server, one, and its volumes.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::Value;

use super::{Answer, answer, find_container, find_instance, gathered, includes, wanted_id};
use crate::engine::fleet::{Account, Fleet, Instance, Phase};
use crate::faces::AppState;
use crate::faces::cycle::ids::{Thing, index};
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::query::{Known, Query};
use crate::faces::cycle::shapes::{self, included, places};

const INSTANCES: Known = Known {
    filters: &["state", "search", "server", "range-start", "range-end"],
    sorts: &["id", "hostname", "events.created"],
    includes: &["creators", "servers", "locations", "integrations", "containers", "environments"],
    metas: &["node", "sdn_pool_ips"],
};

const VOLUMES: Known = Known { filters: &[], sorts: &["id"], includes: &[], metas: &[] };

pub(crate) async fn instances(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &INSTANCES)?;
    let states = query.states(shapes::INSTANCE_STATES)?;
    let server = wanted_id(&query, "server", Thing::Server)?;
    app.engine.read(|fleet| {
        let (_, container) = find_container(fleet, &text)?;
        let rows = container
            .instances
            .iter()
            .filter_map(|key| fleet.instances.get(*key).map(|i| (*key, i)))
            .filter(|(_, i)| states.as_ref().is_none_or(|s| s.contains(&shapes::instance_state(i.phase))))
            .filter(|(_, i)| server.is_none_or(|s| i.server == s))
            .filter(|(_, i)| query.filter("search").is_none() || query.found_in(&[&fleet.hostname(i)]))
            .filter(|(_, i)| query.in_range(i.created));
        Ok(instance_page(&app, fleet, &query, rows))
    })
}

/// Sorts and pages a list of instances and adds what was asked to be included. Within a container id, host name and age are one order.
fn instance_page<'f>(
    app: &AppState,
    fleet: &Fleet,
    query: &Query,
    rows: impl DoubleEndedIterator<Item = (u32, &'f Instance)>,
) -> Json<Value> {
    let hub = &app.credentials.hub;
    let rows = match &query.sort {
        Some((_, true)) => query.page(rows.rev()),
        _ => query.page(rows),
    };
    let includes = includes(query, INSTANCES.includes, |what| match what {
        "creators" => shapes::creators(),
        "integrations" => included::integrations(fleet, hub),
        _ => gathered(rows.iter().map(|(_, i)| document(fleet, hub, what, i))),
    });
    let node = query.meta("node");
    answer(rows.iter().map(|(key, i)| shapes::instance(fleet, hub, *key, i, node)).collect(), includes)
}

/// The document of a kind that an instance names.
fn document(fleet: &Fleet, hub: &str, what: &str, instance: &Instance) -> Option<Value> {
    let owner = fleet.containers.get(instance.container)?;
    match what {
        "servers" => places::server(fleet, hub, instance.server),
        "locations" => places::location(fleet, fleet.servers.get(instance.server as usize)?.location),
        "containers" => Some(shapes::container(fleet, hub, instance.container, owner, false)),
        _ => places::environment(fleet, hub, owner.environment),
    }
}

pub(crate) async fn instance(
    State(app): State<AppState>,
    Path((container, text)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &INSTANCES.of_one())?;
    app.engine.read(|fleet| {
        let (key, instance) = find_instance(fleet, &container, &text)?;
        let hub = &app.credentials.hub;
        let Json(mut root) = instance_page(&app, fleet, &query, std::iter::once((key, instance)));
        root["data"] = shapes::instance(fleet, hub, key, instance, query.meta("node"));
        Ok(Json(root))
    })
}

pub(crate) async fn server_instances(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &Known { filters: &[], sorts: &[], metas: &[], ..INSTANCES })?;
    app.engine.read(|fleet| {
        let key = index(Thing::Server, &text)
            .filter(|key| fleet.servers.get(*key as usize).is_some())
            .ok_or_else(|| Problem::missing("404.infrastructure.server"))?;
        let rows: Vec<(u32, &Instance)> = fleet
            .instances
            .iter()
            .filter(|(_, i)| i.server == key && i.phase != Phase::Gone)
            .filter(|(_, i)| fleet.container_of(Account::Cycle, i.container).is_some())
            .collect();
        Ok(instance_page(&app, fleet, &query, rows.into_iter()))
    })
}

pub(crate) async fn volumes(
    State(app): State<AppState>,
    Path((container, text)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &VOLUMES)?;
    app.engine.read(|fleet| {
        let (key, instance) = find_instance(fleet, &container, &text)?;
        let (_, owner) = find_container(fleet, &container)?;
        let rows = (0..).zip(&owner.volumes).map(|(nth, path)| {
            // A disk fills slowly with age; there is no real one behind it.
            let used = 200 + (u64::from(key) * 37 + u64::from(nth) * 11) % 4000;
            let total = (10 + fleet.extended.get(&(key, nth)).copied().unwrap_or(0)) * 1024;
            shapes::volume(instance, (key, nth), path, (used, total))
        });
        Ok(answer(query.page(rows).into(), None))
    })
}
