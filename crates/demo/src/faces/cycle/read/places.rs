//! The hub, environments, servers and locations.

use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::{Answer, answer, gathered, includes, wanted_id};
use crate::engine::fleet::{Account, Fleet};
use crate::faces::AppState;
use crate::faces::cycle::ids::{Thing, id, index};
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::query::{Known, PLAIN, Query};
use crate::faces::cycle::shapes::{self, included, places};

/// `GET /v1/hubs/current/membership`: the demo's key has every capability.
pub(crate) async fn membership(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    const MEMBERSHIP: Known = Known { includes: &["accounts", "roles"], ..PLAIN };
    let query = Query::read(raw.as_deref(), &MEMBERSHIP)?;
    let hub = &app.credentials.hub;
    Ok(app.engine.read(|fleet| {
        let includes = includes(&query, MEMBERSHIP.includes, |what| match what {
            "roles" => gathered(std::iter::once(Some(places::role(fleet, hub)))),
            _ => json!({}),
        });
        answer(places::membership(fleet, hub), includes)
    }))
}

pub(super) const SERVERS: Known = Known {
    filters: &["state", "tags", "cluster", "location", "providers"],
    sorts: &["id", "hostname"],
    includes: &["locations", "models", "integrations", "clusters"],
    metas: &["node", "instances_count", "allocations"],
};

const ENVIRONMENTS: Known = Known {
    filters: &["creator", "identifier", "search", "state", "stack_build"],
    sorts: &["id", "name", "identifier"],
    includes: &["creators", "stacks"],
    metas: &["containers", "containers_count", "instances_count", "service_versions"],
};

pub(crate) async fn hubs(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    Query::read(raw.as_deref(), &PLAIN)?;
    Ok(app.engine.read(|fleet| answer(json!([places::hub(fleet, &app.credentials.hub)]), None)))
}

pub(crate) async fn hub(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    Query::read(raw.as_deref(), &Known { metas: &["membership"], ..PLAIN })?;
    Ok(app.engine.read(|fleet| answer(places::hub(fleet, &app.credentials.hub), None)))
}

pub(crate) async fn environments(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &ENVIRONMENTS)?;
    let states = query.states(places::ENVIRONMENT_STATES)?;
    Ok(app.engine.read(|fleet| {
        let rows = (0..).zip(&fleet.environments).filter(|(_, e)| {
            states.as_ref().is_none_or(|s| s.contains(&"live"))
                && query.filter("identifier").is_none_or(|i| i == e.identifier)
                && query.found_in(&[&e.name, &e.identifier])
        });
        let counted = query.meta("containers_count") || query.meta("instances_count");
        let rows = query.page(rows).into_iter().filter_map(|(key, _)| {
            let mut shape = places::environment(fleet, &app.credentials.hub, key)?;
            if counted {
                shape["meta"] = places::environment_counts(fleet, key);
            }
            Some(shape)
        });
        let includes = includes(&query, ENVIRONMENTS.includes, |what| match what {
            "creators" => shapes::creators(),
            _ => json!({}),
        });
        answer(rows.collect(), includes)
    }))
}

pub(crate) async fn environment(State(app): State<AppState>, Path(text): Path<String>) -> Answer {
    app.engine
        .read(|fleet| {
            places::environment(fleet, &app.credentials.hub, index(Thing::Environment, &text)?)
                .map(|e| answer(e, None))
        })
        .ok_or_else(|| Problem::missing("404.environment"))
}

pub(crate) async fn servers(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &SERVERS)?;
    let states = query.states(places::SERVER_STATES)?;
    let location = wanted_id(&query, "location", Thing::Location)?;
    Ok(app.engine.read(|fleet| {
        let any = |name: &str, has: &[String]| {
            query.filter(name).is_none_or(|wanted| wanted.split(',').any(|w| has.iter().any(|h| h == w)))
        };
        let rows = fleet.servers_of(Account::Cycle).filter(|(_, s)| {
            states.as_ref().is_none_or(|s| s.contains(&"live"))
                && location.is_none_or(|l| s.location == l)
                && any("tags", &s.tags)
                && any("cluster", &["default".to_owned()])
                && any("providers", &["example-metal".to_owned()])
        });
        let rows = query.page(rows);
        let keys: Vec<u32> = rows.iter().map(|(key, _)| *key).collect();
        let includes = sent_along(fleet, &app.credentials.hub, &query, &keys);
        let shapes = rows.iter().filter_map(|(key, _)| {
            let mut shape = places::server(fleet, &app.credentials.hub, *key)?;
            if query.meta("instances_count") {
                shape["meta"] = json!({ "instances_count": places::server_counts(fleet, *key) });
            }
            Some(shape)
        });
        answer(shapes.collect(), includes)
    }))
}

pub(crate) async fn server(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &SERVERS.of_one())?;
    app.engine
        .read(|fleet| {
            let key = index(Thing::Server, &text)?;
            fleet.servers_of(Account::Cycle).find(|(own, _)| *own == key)?;
            let mut shape = places::server(fleet, &app.credentials.hub, key)?;
            if query.meta("instances_count") {
                shape["meta"] = json!({ "instances_count": places::server_counts(fleet, key) });
            }
            let includes = sent_along(fleet, &app.credentials.hub, &query, &[key]);
            Some(answer(shape, includes))
        })
        .ok_or_else(|| Problem::missing("404.infrastructure.server"))
}

/// `ServerIncludes`.
fn sent_along(fleet: &Fleet, hub: &str, query: &Query, servers: &[u32]) -> Option<Value> {
    let location_of = |key: &u32| fleet.servers.get(*key as usize).map(|s| s.location);
    includes(query, SERVERS.includes, |what| match what {
        "locations" => gathered(servers.iter().map(|key| places::location(fleet, location_of(key)?))),
        "models" => gathered(servers.iter().map(|key| included::model(fleet, *key))),
        "clusters" => included::clusters(fleet, hub),
        _ => included::integrations(fleet, hub),
    })
}

pub(crate) async fn locations(State(app): State<AppState>, Path(provider): Path<String>) -> Answer {
    if provider != "example-metal" && provider != id(Thing::Integration, 0) {
        return Err(Problem::missing("404.infrastructure.provider"));
    }
    Ok(app.engine.read(|fleet| {
        let all = fleet.locations_of(Account::Cycle);
        answer(all.filter_map(|(key, _)| places::location(fleet, key)).collect(), None)
    }))
}
