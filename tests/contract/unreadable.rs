//! Answers of which a part, or nothing, can be read: rows are counted, and nothing vanishes without a word.

use std::net::SocketAddr;

use quarterdeck::config::Credentials;
use quarterdeck::model::{Kind, Platform, ProblemKind};
use quarterdeck::providers::{ListEvent, cycle, elasticbox, exoscale, gcore, quasarch};
use serde_json::{Value, json};

use crate::setup::{Recorder, Reply, context, key_pair, list, token, within};

/// A list of a platform: the path that sends it, the field that its rows are addressed by, and the rest of a good row.
struct Case {
    platform: Platform,
    kind: Kind,
    path: &'static str,
    key: &'static str,
    row: fn() -> Value,
    /// How the message ends.
    why: &'static str,
}

const fn case(
    platform: Platform,
    kind: Kind,
    path: &'static str,
    key: &'static str,
    why: &'static str,
) -> Case {
    Case { platform, kind, path, key, row: || json!({"name": "web"}), why }
}

/// Every listing of every platform.
fn cases() -> Vec<Case> {
    let gpu = || json!({"hardware_description": {"gpu": "NVIDIA h100-8GPU (80GB)"}});
    let family = || json!({"family": "gpua30", "size": "small", "gpus": 1});
    vec![
        case(cycle::PLATFORM, Kind::Container, "/v1/containers", "id", "no id"),
        case(cycle::PLATFORM, Kind::Instance, "/v1/containers/c1/instances", "id", "no id"),
        // The instances of a container that cannot be read are in no list.
        case(cycle::PLATFORM, Kind::Instance, "/v1/containers", "id", "container: no id"),
        case(cycle::PLATFORM, Kind::Operation, "/v1/jobs", "id", "no id"),
        case(quasarch::PLATFORM, Kind::Container, "/v1/containers", "id", "no id"),
        case(
            quasarch::PLATFORM,
            Kind::Revision,
            "/v1/containers/c1/revisions",
            "revisionNumber",
            "no revisionNumber",
        ),
        case(quasarch::PLATFORM, Kind::Revision, "/v1/containers", "id", "container: no id"),
        case(quasarch::PLATFORM, Kind::GpuModel, "/v1/gpu-models", "code", "no code"),
        case(gcore::PLATFORM, Kind::Instance, "/cloud/v1/instances/5/7", "id", "no id"),
        case(gcore::PLATFORM, Kind::Instance, "/cloud/v1/regions", "id", "region: no id"),
        case(gcore::PLATFORM, Kind::Container, "/cloud/v3/inference/5/deployments", "name", "no name"),
        case(gcore::PLATFORM, Kind::Container, "/cloud/v1/caas/5/7/containers", "name", "no name"),
        case(gcore::PLATFORM, Kind::Operation, "/cloud/v1/tasks", "id", "no id"),
        Case {
            row: gpu,
            ..case(gcore::PLATFORM, Kind::GpuModel, "/cloud/v1/flavors/5/7", "flavor_name", "no name")
        },
        Case {
            row: gpu,
            ..case(gcore::PLATFORM, Kind::GpuModel, "/cloud/v3/gpu/baremetal/5/7/flavors", "name", "no name")
        },
        case(gcore::PLATFORM, Kind::GpuModel, "/cloud/v3/inference/flavors", "name", "no name"),
        case(elasticbox::PLATFORM, Kind::Instance, "/services/instances", "id", "no id"),
        case(elasticbox::PLATFORM, Kind::Instance, "/services/workspaces", "id", "workspace: no id"),
        case(elasticbox::PLATFORM, Kind::Operation, "/services/instances", "id", "no id"),
        case(elasticbox::PLATFORM, Kind::Container, "/services/workspaces/me/boxes", "id", "no id"),
        case(exoscale::PLATFORM, Kind::Instance, "/v2/instance", "id", "no id"),
        case(exoscale::PLATFORM, Kind::Instance, "/v2/zone", "name", "zone: no name"),
        Case { row: family, ..case(exoscale::PLATFORM, Kind::GpuModel, "/v2/instance-type", "id", "no id") },
    ]
}

fn credentials(platform: Platform) -> Credentials {
    if platform == exoscale::PLATFORM {
        key_pair("EXOfake", "obviously-fake")
    } else {
        token("obviously-fake")
    }
}

/// The rows of a list as this path sends them.
fn envelope(platform: Platform, path: &str, rows: Vec<Value>) -> Value {
    let count = rows.len();
    if platform == cycle::PLATFORM {
        json!({"data": rows})
    } else if platform == quasarch::PLATFORM {
        json!({"items": rows, "total": count})
    } else if platform == gcore::PLATFORM {
        json!({"count": count, "results": rows})
    } else if platform == exoscale::PLATFORM {
        let noun = path.rsplit('/').next().unwrap_or_default();
        json!({format!("{noun}s"): rows})
    } else {
        Value::Array(rows)
    }
}

/// The lists that lead to those of the cases, one row each.
fn one_of_all(platform: Platform, path: &str, address: SocketAddr) -> Value {
    let rows = match path {
        "/v1/containers" => vec![json!({"id": "c1", "name": "web"})],
        "/cloud/v1/projects" => vec![json!({"id": 5, "is_default": true})],
        "/cloud/v1/regions" => vec![json!({"id": 7, "state": "ACTIVE", "display_name": "Luxembourg"})],
        "/services/workspaces" => vec![json!({"id": "me", "schema": "x/personal"})],
        "/services/profile" => return json!({"workspace": "me"}),
        "/v2/zone" => vec![json!({"name": "ch-gva-2", "api-endpoint": format!("http://{address}/base/v2")})],
        _ => Vec::new(),
    };
    envelope(platform, path, rows)
}

fn unreadable_rows(key: &str) -> Vec<Value> {
    vec![
        json!({"odd": 1}),
        json!({key: null}),
        json!({key: []}),
        json!("text"),
        Value::Null,
        json!([1]),
        json!(7),
    ]
}

fn good_rows(case: &Case) -> Vec<Value> {
    let good = |number: usize| {
        let mut row = (case.row)();
        let id = format!("x{number}");
        row[case.key] = match (case.key, case.path) {
            ("revisionNumber", _) | (_, "/cloud/v1/regions") => json!(number),
            _ => json!(id),
        };
        row["state"] = json!("ACTIVE");
        row
    };
    (1..=2).map(good).collect()
}

/// Lists a kind from a server that sends these rows at the path of the case.
async fn listed(case: &Case, rows: Vec<Value>) -> (usize, Vec<ListEvent>) {
    let (platform, path) = (case.platform, case.path);
    let recorder = Recorder::start_with(move |line, address| {
        let asked = line.split(' ').nth(1).unwrap_or_default();
        let mut rows = rows.clone();
        // The rows of zones are where the server is.
        rows.iter_mut().filter(|_| path == "/v2/zone").filter_map(Value::as_object_mut).for_each(|zone| {
            zone.insert("api-endpoint".to_owned(), json!(format!("http://{address}/base/v2")));
        });
        Reply::json(&if asked == path {
            envelope(platform, path, rows)
        } else {
            one_of_all(platform, asked, address)
        })
    })
    .await;
    let mut context = context(platform, credentials(platform));
    if platform == exoscale::PLATFORM {
        context = context.path("base/v2");
    }
    let (rows, rest) = list(&context.open_on(&recorder), case.kind).await;
    (rows.len(), rest)
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_counted_in_every_listing() {
    for case in cases() {
        let name = format!("{} {:?} {}", case.platform, case.kind, case.path);
        let rows = [unreadable_rows(case.key), good_rows(&case)].concat();
        let (_, rest) = listed(&case, rows).await;
        let reported: Vec<String> = rest
            .iter()
            .filter_map(|event| match event {
                ListEvent::Unreadable(rows) => Some(rows.to_string()),
                ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => {
                    panic!("{name}: {problem}")
                }
                _ => None,
            })
            .collect();
        // Of scopes only those that cannot be read are counted: the others are no rows.
        let of = if case.why.contains(": ") { 7 } else { 9 };
        assert_eq!(reported, [format!("7 of {of} rows could not be read: {}", case.why)], "{name}: {rest:?}");
    }
}

#[tokio::test]
async fn a_listing_of_which_no_row_can_be_read_has_failed() {
    for case in cases() {
        let name = format!("{} {:?} {}", case.platform, case.kind, case.path);
        let (rows, rest) = listed(&case, unreadable_rows(case.key)).await;
        let problem = rest.iter().find_map(|event| match event {
            ListEvent::Failed(problem) | ListEvent::ScopeFailed(_, problem) => Some(problem),
            _ => None,
        });
        // Without zones there are those known before, without types there are none: either way it is reported.
        let problem = problem.unwrap_or_else(|| panic!("{name}: {rows} rows, {rest:?}"));
        assert_eq!(problem.kind, ProblemKind::BadAnswer, "{name}: {problem}");
        let why = case.why.rsplit(": ").next().unwrap_or(case.why);
        assert!(
            problem.message.contains(&format!("7 of 7 rows could not be read: {why}")),
            "{name}: {problem}"
        );
        assert!(problem.request.as_deref().is_some_and(|it| it.starts_with("GET /")), "{name}: {problem}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_an_answer() {
    let case = case(gcore::PLATFORM, Kind::Instance, "/cloud/v1/instances/5/7", "id", "");
    let recorder = Recorder::start_with(move |line, address| {
        let path = line.split(' ').nth(1).unwrap_or_default();
        let body = match path {
            _ if path == case.path => envelope(case.platform, path, good_rows(&case)),
            _ => one_of_all(case.platform, path, address),
        };
        Reply::new(200, "application/json", format!("\u{feff}{body}"))
    })
    .await;
    let provider = context(gcore::PLATFORM, token("obviously-fake")).open_on(&recorder);
    let (rows, rest) = list(&provider, Kind::Instance).await;
    assert_eq!((rows.len(), rest.len()), (2, 2), "{rest:?}");
}

#[tokio::test]
async fn an_answer_without_a_document_is_no_success_of_a_listing_or_of_the_check() {
    for (status, body) in [(200, ""), (200, "null"), (204, ""), (200, " \n"), (200, "{}"), (200, "\u{feff}")]
    {
        for platform in
            [cycle::PLATFORM, quasarch::PLATFORM, gcore::PLATFORM, elasticbox::PLATFORM, exoscale::PLATFORM]
        {
            let recorder =
                Recorder::start_with(move |_, _| Reply::new(status, "application/json", body)).await;
            // Each read is tried a few times, which is not what this is about.
            let provider = context(platform, credentials(platform)).open_on(&recorder);
            let (check, listing) = within(async {
                let check = quarterdeck::net::fail_fast(std::time::Duration::from_secs(30), provider.check());
                let listing = quarterdeck::net::fail_fast(std::time::Duration::from_secs(30), async {
                    futures_util::StreamExt::collect::<Vec<_>>(provider.list(provider.kinds()[0])).await
                });
                tokio::join!(check, listing)
            })
            .await;
            let case = format!("{platform} {status} {body:?}");
            if let Ok(check) = &check {
                let good: Vec<_> = check.probes.iter().filter(|(_, result)| result.is_ok()).collect();
                assert!(good.is_empty(), "{case}: {good:?}");
            }
            let failed =
                listing.iter().any(|it| matches!(it, ListEvent::Failed(_) | ListEvent::ScopeFailed(..)));
            assert!(failed, "{case}: {listing:?}");
        }
    }
}
