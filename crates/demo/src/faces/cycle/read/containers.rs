//! Containers: the list, one, its counts, and the servers it could run on.

use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::places::SERVERS;
use super::{Answer, answer, find_container, gathered, includes, wanted_id};
use crate::engine::fleet::{Account, Container, Fleet};
use crate::faces::AppState;
use crate::faces::cycle::ids::Thing;
use crate::faces::cycle::problem::Problem;
use crate::faces::cycle::query::{Known, PLAIN, Query};
use crate::faces::cycle::shapes::{self, included, places};

const CONTAINERS: Known = Known {
    filters: &[
        "creator",
        "identifier",
        "search",
        "state",
        "deprecated",
        "service",
        "public_network",
        "image",
        "environment",
        "tags",
        "stack",
        "deployment",
        "range-start",
        "range-end",
        "deployment_strategy",
    ],
    sorts: &["id", "name", "identifier", "events.created"],
    includes: &["creators", "images", "stack_builds", "stacks", "environments"],
    metas: &["instances_count", "domains", "ips"],
};

pub(crate) async fn containers(State(app): State<AppState>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &CONTAINERS)?;
    let states = query.states(shapes::CONTAINER_STATES)?;
    let environment = wanted_id(&query, "environment", Thing::Environment)?;
    let hub = &app.credentials.hub;
    Ok(app.engine.read(|fleet| {
        let mut rows: Vec<(u32, &Container)> = fleet
            .containers_of(Account::Cycle)
            .filter(|(_, c)| states.as_ref().is_none_or(|s| s.contains(&shapes::container_state(c.phase))))
            .filter(|(_, c)| environment.is_none_or(|e| c.environment == e))
            .filter(|(_, c)| matches_container(&query, c))
            .collect();
        if let Some((field, descending)) = &query.sort {
            match field.as_str() {
                "name" => rows.sort_by(|a, b| a.1.name.cmp(&b.1.name)),
                "identifier" => rows.sort_by(|a, b| a.1.identifier.cmp(&b.1.identifier)),
                "events.created" => rows.sort_by_key(|(_, c)| c.created),
                _ => {}
            }
            if *descending {
                rows.reverse();
            }
        }
        let rows = query.page(rows.into_iter());
        let includes = sent_along(fleet, hub, &query, &rows);
        let counts = query.meta("instances_count");
        answer(rows.iter().map(|(key, c)| shapes::container(fleet, hub, *key, c, counts)).collect(), includes)
    }))
}

/// `ContainerIncludes`: nothing in the demo comes of a stack.
fn sent_along(fleet: &Fleet, hub: &str, query: &Query, rows: &[(u32, &Container)]) -> Option<Value> {
    includes(query, CONTAINERS.includes, |what| match what {
        "creators" => shapes::creators(),
        "images" => {
            gathered(rows.iter().map(|(key, c)| included::image(fleet, hub, c.image_of.unwrap_or(*key))))
        }
        "environments" => gathered(rows.iter().map(|(_, c)| places::environment(fleet, hub, c.environment))),
        _ => json!({}),
    })
}

fn matches_container(query: &Query, container: &Container) -> bool {
    let is = |name: &str, value: &str| {
        query.filter(name).is_none_or(|wanted| wanted.split(',').any(|w| w == value))
    };
    is("identifier", &container.identifier)
        && is("public_network", &container.public)
        && is("deployment_strategy", &container.strategy)
        && is("deployment", container.version.as_deref().unwrap_or_default())
        && is("deprecated", "false")
        && ["service", "stack", "tags", "creator", "image"]
            .iter()
            .all(|absent| query.filter(absent).is_none())
        && query.found_in(&[&container.name, &container.identifier, &container.image])
        && query.in_range(container.created)
}

pub(crate) async fn container(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &CONTAINERS.of_one())?;
    let hub = &app.credentials.hub;
    app.engine.read(|fleet| {
        let (key, container) = find_container(fleet, &text)?;
        Ok(answer(
            shapes::container(fleet, hub, key, container, query.meta("instances_count")),
            sent_along(fleet, hub, &query, &[(key, container)]),
        ))
    })
}

pub(crate) async fn summary(State(app): State<AppState>, Path(text): Path<String>) -> Answer {
    app.engine.read(|fleet| {
        let (key, _) = find_container(fleet, &text)?;
        places::summary(fleet, key).map(|s| answer(s, None)).ok_or_else(|| Problem::missing("404.container"))
    })
}

/// `GET /v1/containers/{id}/compatible-images`: in the demo every image fits every container.
pub(crate) async fn compatible_images(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &PLAIN)?;
    app.engine.read(|fleet| {
        find_container(fleet, &text)?;
        let all = fleet.containers_of(Account::Cycle).map(|(key, _)| key);
        let rows = query.page(all.filter_map(|key| included::image(fleet, &app.credentials.hub, key)));
        Ok(answer(rows.into(), None))
    })
}

pub(crate) async fn usable_servers(
    State(app): State<AppState>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let known = Known { includes: &["location", "models", "integrations"], ..SERVERS };
    let query = Query::read(raw.as_deref(), &Known { filters: &[], ..known })?;
    app.engine.read(|fleet| {
        find_container(fleet, &text)?;
        let all = fleet.servers_of(Account::Cycle).map(|(key, _)| key);
        Ok(answer(
            query.page(all.filter_map(|key| places::server(fleet, &app.credentials.hub, key))).into(),
            None,
        ))
    })
}
