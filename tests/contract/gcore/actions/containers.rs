//! Changes of inference deployments and of containers as a service.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, FieldValue, FormValues, Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, gcore};
use serde_json::{Value, json};

use super::super::{account, account_context, list, refused};
use super::cases::{map, several, text};
use super::hold;
use super::world::{line, writes};
use crate::setup::{Asked, Deck, Description, Recorder, Reply, available, demo, id, list as rows_of, within};

const DEPLOYMENT: &str = "/v3/inference/5/deployments/llm-1";
const CONTAINER: &str = "/v1/caas/5/7/containers/nginx";

/// A deployment and a container, on or off.
#[derive(Clone)]
struct World {
    is_off: Arc<Mutex<bool>>,
    is_gone: Arc<Mutex<bool>>,
    failure: Option<&'static str>,
}

impl World {
    fn new(is_off: bool) -> Self {
        Self { is_off: Arc::new(Mutex::new(is_off)), is_gone: Arc::default(), failure: None }
    }

    async fn start(&self) -> (Recorder, SharedProvider) {
        let world = self.clone();
        account_context().recorded(move |line, address| world.answer(line, address)).await
    }

    fn answer(&self, line: &str, address: SocketAddr) -> Reply {
        let (method, rest) = line.split_once(' ').unwrap();
        let path = rest.split(' ').next().unwrap().trim_start_matches("/cloud").to_owned();
        let is_off = *self.is_off.lock().unwrap();
        let is_own = path == DEPLOYMENT || path == CONTAINER;
        let body = match (method, &*path) {
            ("GET", path) if is_own && !*self.is_gone.lock().unwrap() => {
                if path == DEPLOYMENT {
                    deployment(is_off)
                } else {
                    container(is_off)
                }
            }
            ("GET", "/v1/tasks/t9") => match self.failure {
                Some(error) => json!({"id": "t9", "state": "ERROR", "error": error}),
                None => json!({"id": "t9", "state": "FINISHED"}),
            },
            ("GET", "/v3/inference/flavors") => list(&[json!({"name": "small"}), json!({"name": "large"})]),
            ("GET", "/v1/caas/flavors/5/7") => {
                list(&[json!({"name": "250mCPU-512MiB"}), json!({"name": "500mCPU-1024MiB"})])
            }
            ("GET", _) if is_own => return refused(404, "NotFoundError", "no such thing"),
            ("GET", _) => return account(line, address),
            (_, path) if path.ends_with("/start") || path.ends_with("/stop") => {
                *self.is_off.lock().unwrap() = path.ends_with("/stop");
                return Reply::new(204, "application/json", "");
            }
            (method, _) => {
                if method == "DELETE" && self.failure.is_none() {
                    *self.is_gone.lock().unwrap() = true;
                } else if path == CONTAINER {
                    *self.is_off.lock().unwrap() ^= self.failure.is_none();
                }
                json!({"tasks": ["t9"]})
            }
        };
        Reply::json(&body)
    }
}

fn deployment(is_off: bool) -> Value {
    json!({"name": "llm-1", "status": if is_off { "DISABLED" } else { "ACTIVE" }, "image": "llm:1",
    "flavor_name": "small", "listening_port": 8000, "description": "a model", "timeout": 120,
    "command": ["serve", "--fast"], "credentials_name": "", "envs": {"KEY": "made-up-secret", "OLD": "x"},
    "containers": [
        {"region_id": 7, "deploy_status": {"ready": 1, "total": 1}, "scale": {"min": 1, "max": 2,
            "cooldown_period": 60, "polling_interval": 30,
            "triggers": {"cpu": {"threshold": 80}, "http": null}}},
        {"region_id": 9, "deploy_status": {"ready": 0, "total": 0}, "scale": {"min": 0, "max": 1,
            "cooldown_period": 60, "polling_interval": 30, "triggers": {}}},
    ]})
}

fn container(is_off: bool) -> Value {
    json!({"name": "nginx", "status": if is_off { "DISABLED" } else { "RUNNING" }, "is_disabled": is_off,
        "image": "nginx:1", "flavor": "250mCPU-512MiB", "listening_port": 80, "description": "", "timeout": null,
        "commands": null, "envs": {"KEY": "made-up-secret"},
        "scale": {"min": 1, "max": 2, "cooldown_period": 60, "triggers": {"cpu": {"threshold": 80}, "http": null}}})
}

async fn row(provider: &SharedProvider, path: &str) -> Resource {
    let id = if path == DEPLOYMENT {
        id(Kind::Container, None, "llm-1")
    } else {
        id(Kind::Container, Some("7"), "nginx")
    };
    within(provider.get(&id)).await.unwrap()
}

fn numbers(all: &[(&str, &str)]) -> FormValues {
    all.iter().fold(FormValues::new(), |values, (field, text)| values.with(*field, FieldValue::text(*text)))
}

/// Every action: what it is on, whether that is off, its values, the request and its body.
fn cases() -> Vec<(ActionId, &'static str, bool, FormValues, String, Value)> {
    let none = FormValues::new;
    let patch = |path: &str| format!("PATCH {path}");
    let post = |verb: &str| format!("POST {DEPLOYMENT}/{verb}");
    let scale = |min: u32, max: u32, triggers: Value| json!({"min": min, "max": max, "cooldown_period": 60, "polling_interval": 30, "triggers": triggers});
    let cpu = json!({"cpu": {"threshold": 80}});
    let of_deployment = several(
        map("envs", &[("NEW", "made-up-too")])
            .with("image", FieldValue::text("llm:2"))
            .with("flavor_name", FieldValue::text("large"))
            .with("command", FieldValue::Several(vec!["serve".into()]))
            .with("description", FieldValue::text("")),
        "envs_removed",
        &["OLD"],
    );
    vec![
        (ActionId::CONTAINER_START, DEPLOYMENT, true, none(), post("start"), Value::Null),
        (ActionId::CONTAINER_STOP, DEPLOYMENT, false, none(), post("stop"), Value::Null),
        (
            ActionId::CONTAINER_SCALE,
            DEPLOYMENT,
            false,
            numbers(&[("min_7", "2"), ("max_7", "4")]),
            patch(DEPLOYMENT),
            json!({"containers": [{"region_id": 7, "scale": scale(2, 4, cpu.clone())},
                {"region_id": 9, "scale": scale(0, 1, json!({}))}]}),
        ),
        (
            ActionId::CONTAINER_UPDATE,
            DEPLOYMENT,
            false,
            of_deployment,
            patch(DEPLOYMENT),
            json!({"image": "llm:2", "flavor_name": "large", "description": "", "command": ["serve"],
                "envs": {"KEY": "made-up-secret", "NEW": "made-up-too"}}),
        ),
        (ActionId::CONTAINER_DELETE, DEPLOYMENT, false, none(), format!("DELETE {DEPLOYMENT}"), Value::Null),
        (ActionId::CONTAINER_START, CONTAINER, true, none(), patch(CONTAINER), json!({"is_disabled": false})),
        (ActionId::CONTAINER_STOP, CONTAINER, false, none(), patch(CONTAINER), json!({"is_disabled": true})),
        (
            ActionId::CONTAINER_SCALE,
            CONTAINER,
            true,
            numbers(&[("max", "5")]),
            patch(CONTAINER),
            json!({"scale": {"min": 1, "max": 5, "cooldown_period": 60, "triggers": cpu}}),
        ),
        (
            ActionId::CONTAINER_UPDATE,
            CONTAINER,
            true,
            text("listening_port", "8080").with("flavor", FieldValue::text("500mCPU-1024MiB")),
            patch(CONTAINER),
            json!({"flavor": "500mCPU-1024MiB", "listening_port": 8080}),
        ),
        (ActionId::CONTAINER_DELETE, CONTAINER, false, none(), format!("DELETE {CONTAINER}"), Value::Null),
    ]
}

/// Performs every action, and returns what was sent.
pub async fn perform_all() -> Vec<Asked> {
    let performed = cases().into_iter().map(|(action, path, is_off, values, request, body)| async move {
        let (recorder, provider) = World::new(is_off).start().await;
        let row = row(&provider, path).await;
        let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
        let write = deck.prepare(&row, action, values).await.unwrap();
        let shown = format!("{:?} {:?}", write.preview.requests, write.preview.changes);
        assert!(!shown.contains("made-up"), "{shown}");
        assert!(writes(&recorder).is_empty());
        assert_eq!(deck.send(write).await.0, WriteEnd::Done, "{action} {path}");
        let sent = writes(&recorder);
        assert_eq!(sent.iter().map(line).collect::<Vec<_>>(), [request], "{action}");
        assert_eq!(sent[0].body, body, "{action} {path}");
        sent
    });
    futures_util::future::join_all(performed).await.concat()
}

#[tokio::test]
async fn every_action_sends_the_documented_request_once_and_is_followed_to_success() {
    let description = Description::open("gcore.openapi.json");
    for asked in perform_all().await {
        hold(description.as_ref(), &asked);
    }
}

#[tokio::test]
async fn a_task_that_fails_is_reported_in_gcores_words() {
    for (action, path, is_off, values, request, _) in cases() {
        if request.ends_with("/start") || request.ends_with("/stop") {
            continue;
        }
        let world = World { failure: Some("The image cannot be pulled"), ..World::new(is_off) };
        let (_recorder, provider) = world.start().await;
        let row = row(&provider, path).await;
        let end = Deck::of(gcore::PLATFORM, &provider, &row).perform(&row, action, values).await;
        let WriteEnd::Failed(problem) = end else { panic!("{action} {path}: {end:?}") };
        assert_eq!(&*problem.message, "The image cannot be pulled");
    }
}

#[tokio::test]
async fn actions_fit_what_is_on_and_what_is_off() {
    for path in [DEPLOYMENT, CONTAINER] {
        for (is_off, first) in [(true, ActionId::CONTAINER_START), (false, ActionId::CONTAINER_STOP)] {
            let (_recorder, provider) = World::new(is_off).start().await;
            let found = available(&provider, &row(&provider, path).await);
            let always = [ActionId::CONTAINER_SCALE, ActionId::CONTAINER_UPDATE, ActionId::CONTAINER_DELETE];
            assert_eq!(found, [&[first], &always[..]].concat(), "{path} {is_off}");
        }
    }
}

#[tokio::test]
async fn wrong_values_are_refused_with_the_field() {
    let long = "x".repeat(300);
    for (path, action, values, message) in [
        (DEPLOYMENT, ActionId::CONTAINER_SCALE, text("min_7", "301"), "min_7: must be from 0 to 300"),
        (DEPLOYMENT, ActionId::CONTAINER_SCALE, text("min_7", "3"), "max_7: must not be less than the least"),
        (DEPLOYMENT, ActionId::CONTAINER_SCALE, text("max_9", "0"), "max_9: must be from 1 to 300"),
        (
            DEPLOYMENT,
            ActionId::CONTAINER_SCALE,
            text("cooldown_period_7", "0"),
            "cooldown_period_7: must be from 1",
        ),
        (DEPLOYMENT, ActionId::CONTAINER_SCALE, FormValues::new(), "llm-1: nothing would change"),
        (DEPLOYMENT, ActionId::CONTAINER_UPDATE, FormValues::new(), "llm-1: nothing would change"),
        (DEPLOYMENT, ActionId::CONTAINER_UPDATE, text("image", ""), "image: must be filled in"),
        (DEPLOYMENT, ActionId::CONTAINER_UPDATE, text("image", &long), "image: at most 230 characters"),
        (
            DEPLOYMENT,
            ActionId::CONTAINER_UPDATE,
            text("image", "a\u{7}"),
            "image: may hold no control characters",
        ),
        (
            DEPLOYMENT,
            ActionId::CONTAINER_UPDATE,
            text("listening_port", "65536"),
            "listening_port: must be from 1",
        ),
        (
            DEPLOYMENT,
            ActionId::CONTAINER_UPDATE,
            text("flavor_name", "huge"),
            "flavor_name: huge is not among",
        ),
        (
            DEPLOYMENT,
            ActionId::CONTAINER_UPDATE,
            text("description", &long),
            "description: at most 255 characters",
        ),
        (
            DEPLOYMENT,
            ActionId::CONTAINER_UPDATE,
            several(FormValues::new(), "envs_removed", &["NONE"]),
            "envs_removed: NONE is not among the choices",
        ),
        (CONTAINER, ActionId::CONTAINER_SCALE, text("max", "26"), "max: must be from 1 to 25"),
        (CONTAINER, ActionId::CONTAINER_UPDATE, text("timeout", "181"), "timeout: must be from 0 s to 180 s"),
        (
            CONTAINER,
            ActionId::CONTAINER_UPDATE,
            map("envs", &[("K", &long)]),
            "envs: the value of K: at most 255",
        ),
    ] {
        let (recorder, provider) = World::new(false).start().await;
        let row = row(&provider, path).await;
        let deck = Deck::of(gcore::PLATFORM, &provider, &row);
        let problem = match deck.prepare(&row, action, values).await {
            Ok(write) => panic!("not refused with {message}: {:?}", write.preview),
            Err(problem) => problem,
        };
        assert_eq!(problem.kind, ProblemKind::Refused);
        assert!(problem.message.starts_with(message), "{message}: {}", problem.message);
        assert!(writes(&recorder).is_empty());
    }
}

/// Waits until no task is in progress: a deployment is changed by one at a time.
async fn settled(provider: &SharedProvider) {
    within(async {
        loop {
            let (tasks, _) = rows_of(provider, Kind::Operation).await;
            let is_over = |row: &Resource| {
                matches!(row.state().unwrap().lifecycle, Lifecycle::Done | Lifecycle::Failed)
            };
            if tasks.iter().all(is_over) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_demos_deployment_is_stopped_started_scaled_updated_and_deleted() {
    let demo = demo("gcore").start().await;
    let provider = demo.provider();
    let (rows, _) = rows_of(&provider, Kind::Container).await;
    let up = |row: &&Resource| &*row.state().unwrap().raw == "ACTIVE";
    let row = rows.iter().find(up).expect("a deployment is active").clone();
    let mut deck = Deck::of(gcore::PLATFORM, &provider, &row);
    let form = within(provider.form(
        &quarterdeck::model::Target::of(&row),
        ActionId::CONTAINER_SCALE,
        &FormValues::new(),
    ));
    let form = form.await.unwrap();
    let field = form.fields.iter().find(|field| field.name.starts_with("max_")).unwrap();
    let more = text(&field.name, "7");
    for (action, values) in [
        (ActionId::CONTAINER_STOP, FormValues::new()),
        (ActionId::CONTAINER_START, FormValues::new()),
        (ActionId::CONTAINER_SCALE, more),
        (ActionId::CONTAINER_UPDATE, map("envs", &[("ADDED", "1")])),
        (ActionId::CONTAINER_DELETE, FormValues::new()),
    ] {
        settled(&provider).await;
        let now = within(provider.get(row.id())).await.unwrap();
        assert_eq!(deck.perform(&now, action, values).await, WriteEnd::Done, "{action}");
    }
    assert!(within(provider.get(row.id())).await.is_err());
}
