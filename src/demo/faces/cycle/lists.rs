//! Reading: lists with their pages, filters and sorts, and single documents.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Map, Value, json};

use super::super::Desk;
use super::ids::{Thing, id, index};
use super::problem::Problem;
use super::query::{Known, PLAIN, Query};
use super::{places, shapes};
use crate::demo::engine::fleet::{Account, Container, Fleet, Instance, Job, Phase};

type Answer = Result<Json<Value>, Problem>;

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
const INSTANCES: Known = Known {
    filters: &["state", "search", "server", "range-start", "range-end"],
    sorts: &["id", "hostname", "events.created"],
    includes: &[
        "creators",
        "servers",
        "locations",
        "integrations",
        "containers",
        "environments",
    ],
    metas: &["node", "sdn_pool_ips"],
};
const SERVERS: Known = Known {
    filters: &["state", "tags", "cluster", "location", "providers"],
    sorts: &["id", "hostname"],
    includes: &["locations", "models", "integrations", "clusters"],
    metas: &["node", "instances_count", "allocations"],
};
const ENVIRONMENTS: Known = Known {
    filters: &["creator", "identifier", "search", "state", "stack_build"],
    sorts: &["id", "name", "identifier"],
    includes: &["creators", "stacks"],
    metas: &[
        "containers",
        "containers_count",
        "instances_count",
        "service_versions",
    ],
};
const JOBS: Known = Known {
    filters: &["range-start", "range-end", "search", "state"],
    sorts: &["id", "events.queued"],
    includes: &["creators"],
    metas: &[],
};
const VOLUMES: Known = Known {
    filters: &[],
    sorts: &["id"],
    includes: &[],
    metas: &[],
};

fn answer(data: Value, includes: Option<Value>) -> Json<Value> {
    let mut root = Map::new();
    root.insert("data".to_owned(), data);
    if let Some(includes) = includes {
        root.insert("includes".to_owned(), includes);
    }
    Json(Value::Object(root))
}

/// A container named in a path, or 404.
pub(super) fn find_container<'f>(fleet: &'f Fleet, text: &str) -> Result<(u32, &'f Container), Problem> {
    index(Thing::Container, text)
        .and_then(|key| fleet.container_of(Account::Cycle, key).map(|c| (key, c)))
        .ok_or_else(|| Problem::missing("404.container"))
}

/// An instance named in a path together with its container, or 404.
pub(super) fn find_instance<'f>(
    fleet: &'f Fleet,
    container: &str,
    text: &str,
) -> Result<(u32, &'f Instance), Problem> {
    let (owner, _) = find_container(fleet, container)?;
    index(Thing::Instance, text)
        .and_then(|key| fleet.instance_of(owner, key).map(|i| (key, i)))
        .ok_or_else(|| Problem::missing("404.instance"))
}

pub(super) async fn hubs(State(desk): State<Desk>, RawQuery(raw): RawQuery) -> Answer {
    Query::read(raw.as_deref(), &PLAIN)?;
    Ok(desk
        .engine
        .read(|fleet| answer(json!([places::hub(fleet, &desk.credentials.hub)]), None)))
}

pub(super) async fn hub(State(desk): State<Desk>, RawQuery(raw): RawQuery) -> Answer {
    Query::read(
        raw.as_deref(),
        &Known {
            metas: &["membership"],
            ..PLAIN
        },
    )?;
    Ok(desk
        .engine
        .read(|fleet| answer(places::hub(fleet, &desk.credentials.hub), None)))
}

pub(super) async fn containers(State(desk): State<Desk>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &CONTAINERS)?;
    let states = query.states(shapes::CONTAINER_STATES)?;
    let environment = wanted_id(&query, "environment", Thing::Environment)?;
    let hub = &desk.credentials.hub;
    Ok(desk.engine.read(|fleet| {
        let mut rows: Vec<(u32, &Container)> = fleet
            .containers_of(Account::Cycle)
            .filter(|(_, c)| {
                states
                    .as_ref()
                    .is_none_or(|s| s.contains(&shapes::container_state(c.phase)))
            })
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
        let includes = query.includes("environments").then(|| {
            let mut environments = Map::new();
            for (_, container) in &rows {
                insert(
                    &mut environments,
                    places::environment(fleet, hub, container.environment),
                );
            }
            json!({ "environments": environments })
        });
        let counts = query.meta("instances_count");
        answer(
            rows.iter()
                .map(|(key, c)| shapes::container(fleet, hub, *key, c, counts))
                .collect(),
            includes,
        )
    }))
}

fn matches_container(query: &Query, container: &Container) -> bool {
    let is = |name: &str, value: &str| {
        query
            .filter(name)
            .is_none_or(|wanted| wanted.split(',').any(|w| w == value))
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

fn wanted_id(query: &Query, name: &str, thing: Thing) -> Result<Option<u32>, Problem> {
    let Some(text) = query.filter(name) else {
        return Ok(None);
    };
    match index(thing, text) {
        Some(key) => Ok(Some(key)),
        None => Err(Problem::invalid(format!(
            "filter[{name}] is not an id of this hub"
        ))),
    }
}

fn insert(map: &mut Map<String, Value>, document: Option<Value>) {
    if let Some(document) = document
        && let Some(id) = document["id"].as_str()
    {
        map.insert(id.to_owned(), document);
    }
}

pub(super) async fn container(
    State(desk): State<Desk>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(
        raw.as_deref(),
        &Known {
            filters: &[],
            sorts: &[],
            ..CONTAINERS
        },
    )?;
    let hub = &desk.credentials.hub;
    desk.engine.read(|fleet| {
        let (key, container) = find_container(fleet, &text)?;
        Ok(answer(
            shapes::container(fleet, hub, key, container, query.meta("instances_count")),
            None,
        ))
    })
}

pub(super) async fn summary(State(desk): State<Desk>, Path(text): Path<String>) -> Answer {
    desk.engine.read(|fleet| {
        let (key, _) = find_container(fleet, &text)?;
        places::summary(fleet, key)
            .map(|s| answer(s, None))
            .ok_or_else(|| Problem::missing("404.container"))
    })
}

pub(super) async fn usable_servers(
    State(desk): State<Desk>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let known = Known {
        includes: &["location", "models", "integrations"],
        ..SERVERS
    };
    let query = Query::read(
        raw.as_deref(),
        &Known {
            filters: &[],
            ..known
        },
    )?;
    desk.engine.read(|fleet| {
        find_container(fleet, &text)?;
        let all = (0..).take(fleet.servers.len());
        Ok(answer(
            query
                .page(all.filter_map(|key| places::server(fleet, &desk.credentials.hub, key)))
                .into(),
            None,
        ))
    })
}

pub(super) async fn instances(
    State(desk): State<Desk>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &INSTANCES)?;
    let states = query.states(shapes::INSTANCE_STATES)?;
    let server = wanted_id(&query, "server", Thing::Server)?;
    desk.engine.read(|fleet| {
        let (_, container) = find_container(fleet, &text)?;
        let rows = container
            .instances
            .iter()
            .filter_map(|key| fleet.instances.get(*key as usize).map(|i| (*key, i)))
            .filter(|(_, i)| {
                states
                    .as_ref()
                    .is_none_or(|s| s.contains(&shapes::instance_state(i.phase)))
            })
            .filter(|(_, i)| server.is_none_or(|s| i.server == s))
            .filter(|(_, i)| query.filter("search").is_none() || query.found_in(&[&fleet.hostname(i)]))
            .filter(|(_, i)| query.in_range(i.created));
        Ok(instance_page(&desk, fleet, &query, rows))
    })
}

/// Sorts, cuts and dresses a list of instances. Within a container id, host name and age are one order.
fn instance_page<'f>(
    desk: &Desk,
    fleet: &Fleet,
    query: &Query,
    rows: impl DoubleEndedIterator<Item = (u32, &'f Instance)>,
) -> Json<Value> {
    let hub = &desk.credentials.hub;
    let rows = match &query.sort {
        Some((_, true)) => query.page(rows.rev()),
        _ => query.page(rows),
    };
    let wanted = ["servers", "locations", "containers", "environments"];
    let includes = wanted.iter().any(|w| query.includes(w)).then(|| {
        let mut parts = Map::new();
        for want in wanted.iter().filter(|w| query.includes(w)) {
            let mut found = Map::new();
            for (_, instance) in &rows {
                insert(&mut found, included(fleet, hub, want, instance));
            }
            parts.insert((*want).to_owned(), Value::Object(found));
        }
        Value::Object(parts)
    });
    let node = query.meta("node");
    answer(
        rows.iter()
            .map(|(key, i)| shapes::instance(fleet, hub, *key, i, node))
            .collect(),
        includes,
    )
}

fn included(fleet: &Fleet, hub: &str, what: &str, instance: &Instance) -> Option<Value> {
    let owner = fleet.containers.get(instance.container as usize)?;
    match what {
        "servers" => places::server(fleet, hub, instance.server),
        "locations" => places::location(fleet, fleet.servers.get(instance.server as usize)?.location),
        "containers" => Some(shapes::container(fleet, hub, instance.container, owner, false)),
        _ => places::environment(fleet, hub, owner.environment),
    }
}

pub(super) async fn instance(
    State(desk): State<Desk>,
    Path((container, text)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(
        raw.as_deref(),
        &Known {
            filters: &[],
            sorts: &[],
            ..INSTANCES
        },
    )?;
    desk.engine.read(|fleet| {
        let (key, instance) = find_instance(fleet, &container, &text)?;
        let hub = &desk.credentials.hub;
        let Json(mut root) = instance_page(&desk, fleet, &query, std::iter::once((key, instance)));
        root["data"] = shapes::instance(fleet, hub, key, instance, query.meta("node"));
        Ok(Json(root))
    })
}

pub(super) async fn volumes(
    State(desk): State<Desk>,
    Path((container, text)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(raw.as_deref(), &VOLUMES)?;
    desk.engine.read(|fleet| {
        let (key, instance) = find_instance(fleet, &container, &text)?;
        let (_, owner) = find_container(fleet, &container)?;
        let rows = (0..).zip(&owner.volumes).map(|(nth, path)| {
            // A disk fills slowly with age; there is no real one behind it.
            let used = 200 + (u64::from(key) * 37 + u64::from(nth) * 11) % 4000;
            shapes::volume(instance, key, nth, path, used)
        });
        Ok(answer(query.page(rows).into(), None))
    })
}

pub(super) async fn environments(State(desk): State<Desk>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &ENVIRONMENTS)?;
    let states = query.states(places::ENVIRONMENT_STATES)?;
    Ok(desk.engine.read(|fleet| {
        let rows = (0..).zip(&fleet.environments).filter(|(_, e)| {
            states.as_ref().is_none_or(|s| s.contains(&"live"))
                && query.filter("identifier").is_none_or(|i| i == e.identifier)
                && query.found_in(&[&e.name, &e.identifier])
        });
        let counted = query.meta("containers_count") || query.meta("instances_count");
        let rows = query.page(rows).into_iter().filter_map(|(key, _)| {
            let mut shape = places::environment(fleet, &desk.credentials.hub, key)?;
            if counted {
                shape["meta"] = places::environment_counts(fleet, key);
            }
            Some(shape)
        });
        answer(rows.collect(), None)
    }))
}

pub(super) async fn environment(State(desk): State<Desk>, Path(text): Path<String>) -> Answer {
    desk.engine
        .read(|fleet| {
            places::environment(fleet, &desk.credentials.hub, index(Thing::Environment, &text)?)
                .map(|e| answer(e, None))
        })
        .ok_or_else(|| Problem::missing("404.environment"))
}

pub(super) async fn servers(State(desk): State<Desk>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &SERVERS)?;
    let states = query.states(places::SERVER_STATES)?;
    let location = wanted_id(&query, "location", Thing::Location)?;
    Ok(desk.engine.read(|fleet| {
        let any = |name: &str, has: &[String]| {
            query
                .filter(name)
                .is_none_or(|wanted| wanted.split(',').any(|w| has.iter().any(|h| h == w)))
        };
        let rows = (0..).zip(&fleet.servers).filter(|(_, s)| {
            states.as_ref().is_none_or(|s| s.contains(&"live"))
                && location.is_none_or(|l| s.location == l)
                && any("tags", &s.tags)
                && any("cluster", &["default".to_owned()])
                && any("providers", &["example-metal".to_owned()])
        });
        let rows = query.page(rows);
        let includes = query.includes("locations").then(|| {
            let mut found = Map::new();
            for (_, server) in &rows {
                insert(&mut found, places::location(fleet, server.location));
            }
            json!({ "locations": found })
        });
        let shapes = rows.iter().filter_map(|(key, _)| {
            let mut shape = places::server(fleet, &desk.credentials.hub, *key)?;
            if query.meta("instances_count") {
                shape["meta"] = json!({ "instances_count": places::server_counts(fleet, *key) });
            }
            Some(shape)
        });
        answer(shapes.collect(), includes)
    }))
}

pub(super) async fn server(
    State(desk): State<Desk>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(
        raw.as_deref(),
        &Known {
            filters: &[],
            sorts: &[],
            ..SERVERS
        },
    )?;
    desk.engine
        .read(|fleet| {
            let key = index(Thing::Server, &text)?;
            let mut shape = places::server(fleet, &desk.credentials.hub, key)?;
            if query.meta("instances_count") {
                shape["meta"] = json!({ "instances_count": places::server_counts(fleet, key) });
            }
            let includes = query.includes("locations").then(|| {
                let mut found = Map::new();
                insert(
                    &mut found,
                    fleet
                        .servers
                        .get(key as usize)
                        .and_then(|s| places::location(fleet, s.location)),
                );
                json!({ "locations": found })
            });
            Some(answer(shape, includes))
        })
        .ok_or_else(|| Problem::missing("404.infrastructure.server"))
}

pub(super) async fn server_instances(
    State(desk): State<Desk>,
    Path(text): Path<String>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let query = Query::read(
        raw.as_deref(),
        &Known {
            filters: &[],
            sorts: &[],
            metas: &[],
            ..INSTANCES
        },
    )?;
    desk.engine.read(|fleet| {
        let key = index(Thing::Server, &text)
            .filter(|key| fleet.servers.get(*key as usize).is_some())
            .ok_or_else(|| Problem::missing("404.infrastructure.server"))?;
        let rows: Vec<(u32, &Instance)> = (0..)
            .zip(&fleet.instances)
            .filter(|(_, i)| i.server == key && i.phase != Phase::Gone)
            .filter(|(_, i)| fleet.container_of(Account::Cycle, i.container).is_some())
            .collect();
        Ok(instance_page(&desk, fleet, &query, rows.into_iter()))
    })
}

pub(super) async fn locations(State(desk): State<Desk>, Path(provider): Path<String>) -> Answer {
    if provider != "example-metal" && provider != id(Thing::Integration, 0) {
        return Err(Problem::missing("404.infrastructure.provider"));
    }
    Ok(desk.engine.read(|fleet| {
        let all = (0..).take(fleet.locations.len());
        answer(all.filter_map(|key| places::location(fleet, key)).collect(), None)
    }))
}

pub(super) async fn jobs(State(desk): State<Desk>, RawQuery(raw): RawQuery) -> Answer {
    let query = Query::read(raw.as_deref(), &JOBS)?;
    let states = query.states(places::JOB_STATES)?;
    Ok(desk.engine.read(|fleet| {
        let rows = fleet.jobs.iter().filter(|job| ours(fleet, job)).filter(|job| {
            states
                .as_ref()
                .is_none_or(|s| s.contains(&places::job_state(job.phase)))
                && query.found_in(&[&job.caption, job.action])
                && query.in_range(job.queued)
        });
        // Newest first unless asked otherwise: the order is not documented, and this is what a person wants.
        let rows = match query.sort {
            Some((_, false)) => query.page(rows),
            _ => query.page(rows.rev()),
        };
        answer(
            rows.into_iter()
                .map(|job| places::job(&desk.credentials.hub, job))
                .collect(),
            None,
        )
    }))
}

pub(super) async fn latest_job(State(desk): State<Desk>) -> Answer {
    desk.engine
        .read(|fleet| {
            fleet
                .jobs
                .iter()
                .rev()
                .find(|job| ours(fleet, job))
                .map(|job| answer(places::job(&desk.credentials.hub, job), None))
        })
        .ok_or_else(|| Problem::missing("404.job"))
}

pub(super) async fn job(State(desk): State<Desk>, Path(text): Path<String>) -> Answer {
    desk.engine
        .read(|fleet| {
            let number = index(Thing::Job, &text)?;
            let job = fleet
                .jobs
                .iter()
                .rev()
                .find(|job| job.number == number && ours(fleet, job))?;
            Some(answer(places::job(&desk.credentials.hub, job), None))
        })
        .ok_or_else(|| Problem::missing("404.job"))
}

/// Whether a job is this hub's: it works on one of its containers.
fn ours(fleet: &Fleet, job: &Job) -> bool {
    let owner = job.container.and_then(|key| fleet.containers.get(key as usize));
    owner.is_none_or(|c| c.account == Account::Cycle)
}
