//! What the ElasticBox provider asks and how it reads the answers, against documents written by hand after the
//! Instances API's page and the vendor's later texts.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use quarterdeck::config::{Context, Credentials, SecretRef, TokenHeader};
use quarterdeck::model::{
    ContextName, Kind, Lifecycle, LogEvent, LogStart, Platform, ProblemKind, ResourceId, Secret, Timestamp,
};
use quarterdeck::providers::{ListEvent, Section, SharedProvider, open};
use serde_json::{Value, json};

use super::cloud::{list, within};
use super::recorder::{Recorder, Reply};

const OLD_TOKEN: &str = "obviously-fake-token";
/// `{"alg":"none"}.{"sub":"nobody"}.fake`
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.ZmFrZQ";

fn context(recorder: &Recorder, token: &str) -> Context {
    let base = format!("http://{}/base", recorder.address).parse().unwrap();
    let token = Credentials::Token(SecretRef::Value(Secret::new(token)));
    Context::new(ContextName::new("appliance"), Platform::ElasticBox, base, token)
}

fn provider(recorder: &Recorder) -> SharedProvider {
    open(&context(recorder, OLD_TOKEN)).unwrap()
}

fn id(kind: Kind, name: &str) -> ResourceId {
    ResourceId::new(&ContextName::new("appliance"), kind, name)
}

fn operation(instance: &str, name: &str) -> ResourceId {
    ResourceId::scoped(&ContextName::new("appliance"), Kind::Operation, instance, name)
}

/// An instance as the server tells it; `updated` is long ago unless it is said.
fn instance(id: &str, state: &str, event: &str, updated: &str) -> Value {
    json!({
        "id": id, "name": format!("name of {id}"), "schema": "http://elasticbox.net/schemas/instance",
        "uri": format!("/services/instances/{id}"), "owner": "operations", "box": "box-1", "automatic_updates": "off",
        "state": state, "operation": {"event": event, "workspace": "operations", "created": "2015-10-29 12:26:20.504356"},
        "service": {"type": "Linux Compute", "id": "eb-1", "machines": [{"name": "eb-1-1", "state": "done", "workflow": []}]},
        "boxes": [{"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"}],
        "policy_box": {"id": "policy-1", "name": "Small", "provider_id": "provider-1", "profile": {"flavor": "test.micro"},
            "schema": "http://elasticbox.net/schemas/boxes/policy"},
        "tags": [], "members": [], "icon": null, "created": "2015-10-29 12:26:20.377029", "updated": updated,
        "variables": [{"type": "Password", "name": "p", "value": "fake-password"}],
    })
}

const LONG_AGO: &str = "2015-10-29 12:26:24.446893";

fn lately() -> String {
    Timestamp::now().to_string()
}

fn workspaces() -> Value {
    json!([
        {"id": "me", "name": "Me", "email": "me@example.com", "schema": "http://elasticbox.net/schemas/workspaces/personal"},
        {"id": "ops", "name": "Operations", "schema": "http://elasticbox.net/schemas/workspaces/team"},
    ])
}

/// One of everything.
fn server(line: &str) -> Reply {
    let (path, query) = match line.strip_prefix("GET ").unwrap_or("no read").split_once(' ') {
        Some((path, query)) => (path, query),
        None => (line.strip_prefix("GET ").unwrap_or("no read"), ""),
    };
    Reply::json(&match path {
        "/services/instances" => json!([
            instance("i-1", "done", "deploy", LONG_AGO),
            instance("i-dead", "done", "terminate_service", LONG_AGO),
        ]),
        "/services/workspaces" => workspaces(),
        // The first is shared with the team.
        "/services/workspaces/ops/instances" => json!([
            instance("i-1", "done", "deploy", LONG_AGO),
            instance("i-2", "processing", "shutdown", &lately()),
        ]),
        "/services/workspaces/me/boxes" => json!([
            {"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"},
            {"id": "policy-1", "name": "Small", "schema": "http://elasticbox.net/schemas/boxes/policy", "claims": ["linux"]},
        ]),
        "/services/workspaces/ops/boxes" => json!([
            {"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"},
            {"id": "stack-1", "name": "Stack", "schema": "http://elasticbox.net/schemas/boxes/cloudformation"},
        ]),
        "/services/profile" => json!({"workspace": "me", "name": "Me Myself"}),
        "/services/instances/i-1" => instance("i-1", "done", "deploy", LONG_AGO),
        "/services/instances/i-1/service" => json!({
            "id": "eb-1", "state": "done", "token": "fake-service-token",
            "machines": [{"name": "eb-1-1", "state": "done", "token": "fake-machine-token",
                "address": {"public": null, "private": "10.0.0.4"}}],
        }),
        "/services/instances/i-1/activity" => {
            json!([{"text": "Deploying instance.", "level": "start", "created": LONG_AGO}])
        }
        "/services/instances/i-1/operations" | "/services/instances/i-2/operations" => json!([
            {"id": "o-1", "operation": "deploy", "state": "done", "username": "me@example.com", "created": LONG_AGO,
             "updated": LONG_AGO, "activity": [{"text": "Deploying instance.", "level": "start", "created": LONG_AGO}]},
            {"id": "o-2", "operation": "shutdown", "state": "processing", "created": lately(), "activity": []},
        ]),
        "/services/instances/i-1/machine_logs" if query == "machine_name=eb-1-1" => {
            return Reply::new(200, "text/plain", "Executing install script\nhello\n");
        }
        "/services/instances/i-1/binding" => {
            json!([{"name": "profile", "instances": [{"provider": "Amazon"}]}])
        }
        "/services/boxes/box-1" => {
            json!({"id": "box-1", "name": "Web", "schema": "http://elasticbox.net/schemas/boxes/script"})
        }
        "/services/boxes/policy-1" => json!({"id": "policy-1", "name": "Small", "provider_id": "provider-1",
            "schema": "http://elasticbox.net/schemas/boxes/policy"}),
        "/services/boxes/box-1/versions"
        | "/services/boxes/box-1/stack"
        | "/services/boxes/box-1/bindings"
        | "/services/workspaces/me/providers" => json!([]),
        "/services/providers/provider-1" => {
            json!({"id": "provider-1", "name": "Amazon", "state": "ready", "type": "aws"})
        }
        _ => return Reply::refusal(404, &json!({"message": "Not Found"})),
    })
}

async fn recorded() -> (Recorder, SharedProvider) {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    let provider = provider(&recorder);
    (recorder, provider)
}

/// What was asked, in the order of its text: several workspaces are asked at once.
fn sorted(recorder: &Recorder) -> Vec<String> {
    let mut lines = recorder.lines();
    lines.sort();
    lines
}

/// The lines without the base, for one place.
fn gets(paths: &[&str]) -> Vec<String> {
    paths
        .iter()
        .map(|path| format!("GET /base/services/{path}"))
        .collect()
}

#[tokio::test]
async fn every_workspace_is_listed_and_every_array_is_asked_for_once() {
    let (recorder, provider) = recorded().await;
    let ((instances, events), (operations, _), (boxes, _)) = tokio::join!(
        list(&provider, Kind::Instance),
        list(&provider, Kind::Operation),
        list(&provider, Kind::Container),
    );
    let asked = recorder.take();
    for it in &asked {
        assert_eq!(it.headers["elasticbox-release"], "4.0");
        assert_eq!(it.headers["content-type"], "application/json");
        assert_eq!(it.headers["elasticbox-token"], OLD_TOKEN);
        assert_eq!(it.headers.get("authorization"), None);
    }
    let mut lines: Vec<String> = asked.into_iter().map(|it| it.line).collect();
    lines.sort();
    let paths = [
        "instances",
        // Only one instance changed lately.
        "instances/i-2/operations",
        "profile",
        "workspaces",
        "workspaces/me/boxes",
        "workspaces/ops/boxes",
        "workspaces/ops/instances",
    ];
    assert_eq!(lines, gets(&paths));

    let mut told: Vec<(&str, Lifecycle)> = instances
        .iter()
        .map(|row| (&*row.id().id, row.state().unwrap().lifecycle))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            ("i-1", Lifecycle::Running),
            ("i-2", Lifecycle::Stopping),
            ("i-dead", Lifecycle::Gone)
        ],
        "what is shared is told once"
    );
    let ends = events
        .iter()
        .filter(|it| matches!(it, ListEvent::ScopeEnd(_)))
        .count();
    assert!(
        ends == 2 && matches!(events.last(), Some(ListEvent::End)),
        "{events:?}"
    );

    let mut told: Vec<(&str, &str, &str)> = operations
        .iter()
        .map(|row| {
            let id = row.id();
            (id.scope.as_deref().unwrap(), &*id.id, row.name())
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("i-1", "latest", "deploy"),
            ("i-2", "o-1", "deploy"),
            ("i-2", "o-2", "shutdown"),
            ("i-dead", "latest", "terminate_service"),
        ]
    );

    let kinds: BTreeMap<&str, &str> = boxes
        .iter()
        .map(|row| (row.name(), &*row.state().unwrap().raw))
        .collect();
    assert_eq!(
        kinds,
        BTreeMap::from([
            ("Small", "policy"),
            ("Stack", "cloudformation"),
            ("Web", "script")
        ])
    );
}

#[tokio::test]
async fn the_token_goes_where_its_kind_and_the_context_say() {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    for (token, header, bearer) in [
        (JWT, TokenHeader::Auto, true),
        (JWT, TokenHeader::ElasticBox, false),
        (OLD_TOKEN, TokenHeader::Bearer, true),
        (OLD_TOKEN, TokenHeader::Auto, false),
    ] {
        let context = Context {
            token_header: header,
            ..context(&recorder, token)
        };
        let provider = open(&context).unwrap();
        within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
        let [asked] = &recorder.take()[..] else {
            panic!("one request")
        };
        let told = |name: &str| asked.headers.get(name).map(String::as_str);
        let (authorization, own) = (told("authorization"), told("elasticbox-token"));
        if bearer {
            assert_eq!((authorization, own), (Some(&*format!("Bearer {token}")), None));
        } else {
            assert_eq!((authorization, own), (None, Some(token)));
        }
    }
}

#[tokio::test]
async fn configured_workspaces_take_the_place_of_those_that_are_told() {
    let recorder = Recorder::start_with(|line, _| server(line)).await;
    let context = Context {
        workspaces: vec!["ops".to_owned(), "not there".to_owned()],
        ..context(&recorder, OLD_TOKEN)
    };
    let provider = open(&context).unwrap();
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert_eq!(
        sorted(&recorder),
        gets(&[
            "instances",
            "workspaces/not%20there/instances",
            "workspaces/ops/instances"
        ])
    );
    assert_eq!(rows.len(), 3);
    let failed = events.iter().find_map(|event| match event {
        ListEvent::ScopeFailed(scope, problem) => Some((&**scope, problem)),
        _ => None,
    });
    let (scope, problem) = failed.expect("a name that is not there is told");
    assert_eq!((scope, problem.kind), ("not there", ProblemKind::NotFound));
    assert!(problem.hint.as_ref().unwrap().contains("`workspaces`"));
    assert!(matches!(events.last(), Some(ListEvent::End)));
}

#[tokio::test]
async fn one_resource_is_asked_for_as_documented() {
    let (recorder, provider) = recorded().await;
    for (of, paths, name) in [
        (id(Kind::Instance, "i-1"), vec!["instances/i-1"], "name of i-1"),
        (id(Kind::Container, "box-1"), vec!["boxes/box-1"], "Web"),
        (operation("i-1", "latest"), vec!["instances/i-1"], "deploy"),
        (
            operation("i-1", "o-2"),
            vec!["instances/i-1", "instances/i-1/operations"],
            "shutdown",
        ),
    ] {
        let row = within(provider.get(&of)).await.unwrap();
        assert_eq!((row.name(), row.id()), (name, &of));
        assert_eq!(recorder.lines(), gets(&paths));
    }
    let missing = within(provider.get(&operation("i-1", "o-9"))).await.unwrap_err();
    assert_eq!(missing.kind, ProblemKind::NotFound);
}

async fn described(provider: &SharedProvider, id: &ResourceId) -> Vec<Section> {
    within(provider.describe(id).collect()).await
}

fn titles(sections: &[Section]) -> Vec<&str> {
    sections.iter().map(|it| it.title).collect()
}

#[tokio::test]
async fn details_are_told_in_order_with_their_secrets_masked() {
    let (recorder, provider) = recorded().await;
    let sections = described(&provider, &id(Kind::Instance, "i-1")).await;
    assert_eq!(
        titles(&sections),
        [
            "instance",
            "service",
            "machines",
            "activity",
            "operations",
            "bindings",
            "box",
            "provider"
        ]
    );
    let mut paths = vec!["boxes/box-1", "instances/i-1", "providers/provider-1"];
    paths.extend(["instances/i-1/activity", "instances/i-1/binding"]);
    paths.extend(["instances/i-1/operations", "instances/i-1/service"]);
    let mut asked = gets(&paths);
    asked.sort();
    assert_eq!(sorted(&recorder), asked);
    let shown = |at: usize| sections[at].body.as_ref().unwrap().masked().to_string();
    for at in 0..sections.len() {
        assert!(!shown(at).contains("fake-"), "{}", shown(at));
    }
    assert!(shown(2).contains("10.0.0.4") && shown(5).contains("Amazon"));

    let sections = described(&provider, &id(Kind::Container, "box-1")).await;
    assert_eq!(titles(&sections), ["box", "versions", "stack", "bindings"]);
    let sections = described(&provider, &id(Kind::Container, "policy-1")).await;
    assert_eq!(
        titles(&sections),
        ["box", "versions", "stack", "bindings", "provider"]
    );
    assert!(
        sections[1].body.is_err() && sections[4].body.is_ok(),
        "each by itself"
    );
    let sections = described(&provider, &operation("i-1", "o-2")).await;
    assert_eq!(titles(&sections), ["operation", "operations", "instance"]);
    assert_eq!(sections[0].body.as_ref().unwrap().value["id"], "o-2");
}

#[tokio::test]
async fn bindings_are_found_under_whichever_path_the_server_knows() {
    for known in ["bindings", "binding_instances"] {
        let recorder = Recorder::start_with(move |line, _| {
            let (_, last) = line.rsplit_once('/').unwrap_or_default();
            match last {
                "binding" | "bindings" | "binding_instances" if last == known => {
                    Reply::json(&json!([{"a": 1}]))
                }
                "binding" => Reply::refusal(404, &json!({"message": "Not Found"})),
                _ => server(line),
            }
        })
        .await;
        let provider = provider(&recorder);
        for tries in [1, 0] {
            let sections = described(&provider, &id(Kind::Instance, "i-1")).await;
            assert_eq!(sections[5].body.as_ref().unwrap().value, json!([{"a": 1}]));
            let asked = recorder.lines();
            let first = asked.iter().filter(|line| line.ends_with("/binding")).count();
            assert_eq!(first, tries, "the path is remembered");
        }
    }
}

#[tokio::test]
async fn refusals_are_told_in_the_servers_words_and_say_what_they_mean() {
    let recorder = Recorder::start_with(|line, _| match line.rsplit('/').next().unwrap_or_default() {
        "gone" => Reply::refusal(404, &json!({"message": "Instance not found"})),
        "foreign" => Reply::refusal(403, &json!("You may not")),
        "busy" => Reply::refusal(409, &json!({"error": "Operation Conflict"})),
        "signed-out" => Reply::new(401, "text/html", "<html><body><h1>Sign in</h1></body></html>"),
        "page" => Reply::new(
            400,
            "text/html",
            "<html><head><title>x</title></head><body><b>Bad</b> data</body></html>",
        ),
        _ => Reply::new(400, "text/plain", "Invalid Data"),
    })
    .await;
    let provider = provider(&recorder);
    for (name, kind, said, hint) in [
        ("gone", ProblemKind::NotFound, "Instance not found", "deleted"),
        ("foreign", ProblemKind::NotFound, "You may not", "deleted"),
        (
            "busy",
            ProblemKind::Refused,
            "Operation Conflict",
            "Another operation",
        ),
        ("signed-out", ProblemKind::Unauthorized, "Sign in", "token_header"),
        ("page", ProblemKind::Refused, "Bad data", ""),
        ("else", ProblemKind::Refused, "Invalid Data", ""),
    ] {
        let problem = within(provider.get(&id(Kind::Instance, name))).await.unwrap_err();
        assert_eq!((problem.kind, &*problem.message), (kind, said));
        assert!(
            problem.hint.as_deref().unwrap_or_default().contains(hint),
            "{name}"
        );
        assert!(problem.request.as_ref().unwrap().ends_with(name));
    }
    assert_eq!(recorder.lines().len(), 6, "none of them is asked for again");
    let sections = described(&provider, &id(Kind::Instance, "foreign")).await;
    assert_eq!(
        titles(&sections),
        ["instance"],
        "of what is gone nothing else is asked"
    );
}

#[tokio::test]
async fn a_workspace_that_refuses_hides_no_other_and_a_bad_token_is_the_end() {
    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/workspaces/ops/instances" => Reply::refusal(403, &json!({"message": "not a member"})),
        _ => server(line),
    })
    .await;
    let (rows, events) = list(&provider(&recorder), Kind::Instance).await;
    assert_eq!(rows.len(), 2);
    let [
        ListEvent::ScopeEnd(_),
        ListEvent::ScopeFailed(scope, problem),
        ListEvent::End,
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((&**scope, problem.kind), ("ops", ProblemKind::Forbidden));

    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/workspaces" => Reply::refusal(403, &json!({"message": "no"})),
        _ => server(line),
    })
    .await;
    let (rows, events) = list(&provider(&recorder), Kind::Instance).await;
    assert_eq!(rows.len(), 2, "one's own workspace is there all the same");
    assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");

    let recorder = Recorder::start_with(|_, _| Reply::refusal(401, &json!({"message": "bad token"}))).await;
    for kind in [Kind::Instance, Kind::Operation, Kind::Container] {
        let (_, events) = list(&provider(&recorder), kind).await;
        let Some(ListEvent::Failed(problem)) = events.last() else {
            panic!("{events:?}")
        };
        assert_eq!(problem.kind, ProblemKind::Unauthorized);
    }
    assert!(within(provider(&recorder).check()).await.is_err());
}

#[tokio::test]
async fn instances_that_are_listed_short_are_asked_for_whole() {
    let recorder = Recorder::start_with(|line, _| match line {
        "GET /services/workspaces/ops/instances" => {
            let short = |id| json!({"id": id, "name": id, "boxes": [{"name": "Web"}], "state": "done"});
            Reply::json(&json!([
                short("i-7"),
                instance("i-8", "done", "deploy", LONG_AGO),
                short("i-9")
            ]))
        }
        "GET /services/workspaces/ops/instances ids=i-7,i-9" => Reply::json(&json!([
            instance("i-7", "done", "shutdown", LONG_AGO),
            instance("i-9", "unavailable", "deploy", LONG_AGO),
        ])),
        _ => server(line),
    })
    .await;
    let (rows, _) = list(&provider(&recorder), Kind::Instance).await;
    let state = |id: &str| {
        let row = rows.iter().find(|row| &*row.id().id == id).expect("it is told");
        row.state().unwrap().lifecycle
    };
    assert_eq!(
        (state("i-7"), state("i-8"), state("i-9")),
        (Lifecycle::Stopped, Lifecycle::Running, Lifecycle::Failed)
    );
}

#[tokio::test]
async fn the_check_tries_every_read() {
    let (recorder, provider) = recorded().await;
    let check = within(provider.check()).await.unwrap();
    assert_eq!(check.identity, "Me Myself <me@example.com>");
    assert!(
        check.probes.iter().all(|(_, result)| result.is_ok()),
        "{:?}",
        check.probes
    );
    let paths = [
        "workspaces",
        "profile",
        "instances",
        "instances/i-1/service",
        "instances/i-1/activity",
        "instances/i-1/operations",
        "workspaces",
        "workspaces/ops/instances",
        "workspaces/me/boxes",
        "workspaces/me/providers",
    ];
    assert_eq!(recorder.lines(), gets(&paths));
}

/// Lines of a log until it ends, and the last problem.
async fn told(provider: &SharedProvider, start: LogStart) -> (Vec<String>, Option<ProblemKind>) {
    let (mut lines, mut last) = (Vec::new(), None);
    let mut log = provider.logs(&id(Kind::Instance, "i-1"), start);
    within(async {
        while let Some(event) = log.next().await {
            match event {
                LogEvent::Lines(new) => lines.extend(new.into_iter().map(|line| line.text.to_string())),
                LogEvent::Interrupted(problem) => last = Some(problem.kind),
                LogEvent::Skipped { why, .. } => lines.push(format!("<{why}>")),
                LogEvent::Connected => lines.push("<connected>".to_owned()),
            }
        }
    })
    .await;
    (lines, last)
}

#[tokio::test]
async fn a_log_is_read_again_and_only_what_is_new_is_told() {
    // Each round reads the instance first; what it is answered tells the round.
    let round = AtomicUsize::new(0);
    let script = json!({"text": "Executing install.", "level": "install", "created": "2018-12-26 15:21:52.584981",
        "machine": "eb-1-1", "event": "install"});
    let start =
        json!({"text": "Deploying instance.", "level": "start", "created": "2018-12-26 15:18:27.582649"});
    let mut ended = script.clone();
    ended["exit_code"] = json!(0);
    ended["finished"] = json!("2018-12-26 15:21:53.200000");
    let recorder = Recorder::start_with(move |line, _| {
        let now = round.load(Ordering::Relaxed);
        match line {
            "GET /services/instances/i-1" => {
                let now = round.fetch_add(1, Ordering::Relaxed) + 1;
                let (state, event) = if now == 1 {
                    ("processing", "terminate")
                } else {
                    ("done", "terminate_service")
                };
                Reply::json(&instance("i-1", state, event, LONG_AGO))
            }
            "GET /services/instances/i-1/activity" if now == 1 => Reply::json(&json!([start, script])),
            "GET /services/instances/i-1/activity" => Reply::json(&json!([start, ended])),
            "GET /services/instances/i-1/machine_logs machine_name=eb-1-1" if now == 1 => {
                Reply::new(200, "text/html", "one\ntw")
            }
            "GET /services/instances/i-1/machine_logs machine_name=eb-1-1" if now == 2 => {
                Reply::new(200, "text/plain", "one\ntwo\n\nthree")
            }
            _ => Reply::json(&json!("four\n")),
        }
    })
    .await;
    let provider = provider(&recorder);
    let (lines, last) = told(&provider, LogStart::Backlog).await;
    assert_eq!(
        lines,
        [
            "<connected>",
            "start: Deploying instance.",
            "install: Executing install.",
            "eb-1-1 | one",
            "install: Executing install. Finished with exit code 0.",
            "eb-1-1 | two",
            "eb-1-1 | ",
            "eb-1-1 | three",
            "<the log of eb-1-1 began anew>",
            "eb-1-1 | four",
        ]
    );
    assert_eq!(
        last,
        Some(ProblemKind::NotFound),
        "a terminated instance ends its log"
    );
    let one = gets(&["instances/i-1", "instances/i-1/activity"]);
    let asked = recorder.lines();
    assert_eq!(asked.len(), 9, "three rounds: {asked:?}");
    assert_eq!(asked.iter().filter(|line| one.contains(line)).count(), 6);
}

#[tokio::test]
async fn a_log_begins_where_it_is_asked_to_and_a_part_that_refuses_hides_no_other() {
    let recorder = Recorder::start_with(move |line, _| match line {
        "GET /services/instances/i-1" => Reply::json(&instance("i-1", "done", "terminate", LONG_AGO)),
        "GET /services/instances/i-1/activity" => Reply::json(&json!([
            {"text": "Old.", "level": "info", "created": "2018-12-26 15:18:27.582649"},
            {"text": "New.", "level": "info", "created": "2018-12-26 15:20:00.000000"},
        ])),
        _ => Reply::refusal(403, &json!({"message": "no logs for you"})),
    })
    .await;
    let since = Timestamp::parse("2018-12-26T15:19:00Z").unwrap();
    let (lines, _) = told(&provider(&recorder), LogStart::Since(since)).await;
    assert_eq!(lines, ["<connected>", "info: New.", "<eb-1-1: no logs for you>"]);

    let recorder = Recorder::start_with(|_, _| Reply::refusal(403, &json!({"message": "gone"}))).await;
    let (lines, last) = told(&provider(&recorder), LogStart::Backlog).await;
    assert_eq!((lines.len(), last), (0, Some(ProblemKind::NotFound)));
    assert_eq!(recorder.lines().len(), 1);
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    // When each request came, and the first of each path is refused with a wait of a second.
    let seen: &'static Mutex<Vec<(String, std::time::Instant)>> = Box::leak(Box::default());
    let recorder = Recorder::start_with(move |line, _| {
        let mut seen = seen.lock().unwrap();
        let first = !seen.iter().any(|(known, _)| known == line);
        seen.push((line.to_owned(), std::time::Instant::now()));
        if !first {
            return server(line);
        }
        let mut reply = Reply::refusal(429, &json!({"message": "slow down"}));
        reply.headers.push_str("retry-after: 1\r\n");
        reply
    })
    .await;
    let provider = provider(&recorder);
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert_eq!(rows.len(), 3);
    assert!(matches!(events.last(), Some(ListEvent::End)), "{events:?}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 6, "every read once more, and no more: {seen:?}");
    for (line, first) in seen.iter() {
        let Some((_, again)) = seen.iter().rfind(|(other, at)| other == line && at > first) else {
            continue;
        };
        let waited = again.duration_since(*first);
        assert!(
            waited >= std::time::Duration::from_secs(1),
            "{line} after {waited:?}"
        );
    }
    assert_eq!((provider.traffic().requests, provider.traffic().retries), (6, 3));
}

#[tokio::test]
async fn a_server_that_stays_broken_is_asked_a_few_times_and_its_rows_stay() {
    let recorder = Recorder::start_with(|_, _| Reply::new(503, "text/html", "<h1>Maintenance</h1>")).await;
    let provider = provider(&recorder);
    let (rows, events) = list(&provider, Kind::Instance).await;
    assert!(rows.is_empty());
    let Some(ListEvent::Failed(problem)) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!(
        (&*problem.message, problem.kind),
        ("Maintenance", ProblemKind::Server)
    );
    // One's own instances and the workspaces, each with three retries.
    assert_eq!(recorder.lines().len(), 8);
}
