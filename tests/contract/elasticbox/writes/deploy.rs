//! Deploying a box, and another instance like one that there is.

use arcstr::ArcStr;
use quarterdeck::model::{
    Choices, ContextName, FieldKind, FieldValue, Form, FormValues, Secret, Target, Timestamp,
};

use super::*;
use crate::setup::{demo, list, running};

const DEPLOY: ActionId = ActionId::INSTANCE_CREATE;
const LIKE: ActionId = ActionId::INSTANCE_CREATE_LIKE;
const CONTEXT: &str = "recorded";

/// A box with a variable of each type.
fn script_box() -> Value {
    json!({"id": "box-1", "name": "Web", "owner": "ops", "schema": "http://elasticbox.net/schemas/boxes/script",
    "requirements": ["linux"], "visibility": "workspace", "automatic_updates": "off", "variables": [
        {"name": "mode", "type": "Text", "value": "", "required": true, "visibility": "public"},
        {"name": "port", "type": "Port", "value": "80", "required": true, "visibility": "public"},
        {"name": "workers", "type": "Number", "value": "4"},
        {"name": "level", "type": "Options", "value": "info", "options": "debug, info"},
        {"name": "key", "type": "Password", "value": "", "required": true},
        {"name": "database", "type": "Binding", "value": "box-db", "tags": [], "required": true},
        {"name": "hidden", "type": "Text", "value": "x", "visibility": "internal"},
    ]})
}

fn policy(id: &str, claims: &[&str]) -> Value {
    json!({"id": id, "name": format!("Policy {id}"), "owner": "ops", "claims": claims,
        "profile": {"flavor": "test.micro", "location": "Zurich", "instances": 2},
        "schema": "http://elasticbox.net/schemas/boxes/policy"})
}

fn boxes() -> Value {
    let application =
        json!({"id": "app-1", "name": "App", "schema": "http://elasticbox.net/schemas/boxes/application"});
    json!([script_box(), policy("policy-1", &["linux"]), policy("policy-2", &["windows"]), application])
}

/// A server that deploys `i-new`, or as many as asked, which live so.
async fn cloud(life: Life, refuse_from: usize) -> (Recorder, SharedProvider) {
    let deployed = Mutex::new(0_usize);
    living(instance("i-1", "done", "deploy", LONG_AGO), Life::of([Value::Null]), move |line| {
        Some(match line {
            "POST /services/instances" => {
                let mut deployed = deployed.lock().unwrap();
                *deployed += 1;
                if *deployed >= refuse_from {
                    return Some(Reply::refusal(400, &json!({"message": "Invalid Data: no room"})));
                }
                let id = format!("i-new{deployed}");
                let made = instance(&id, "processing", "deploy", &lately());
                Reply { status: 202, ..Reply::json(&made) }
            }
            asked
                if asked.starts_with("GET /services/instances/i-new") && !asked.ends_with("/operations") =>
            {
                Reply::json(&life.next())
            }
            "GET /services/boxes/box-1" => Reply::json(&script_box()),
            "GET /services/workspaces/ops/boxes" => Reply::json(&boxes()),
            "GET /services/workspaces/ops/instances" => {
                let mut database = instance("i-db", "done", "deploy", LONG_AGO);
                database["box"] = json!("box-db");
                database["tags"] = json!(["primary"]);
                let mut dead = instance("i-dead", "done", "terminate", LONG_AGO);
                (dead["box"], dead["tags"]) = (json!("box-db"), json!(["old"]));
                Reply::json(&json!([database, dead, instance("i-2", "done", "deploy", LONG_AGO)]))
            }
            _ => return None,
        })
    })
    .await
}

fn online() -> Life {
    let made = |state| instance("i-new1", state, "deploy", &lately());
    Life::of([made("processing"), made("done")])
}

fn deck(provider: &SharedProvider) -> Deck {
    Deck::open(elasticbox::PLATFORM, provider, &ContextName::new(CONTEXT), false)
}

fn new_instance() -> Target {
    Target::new_in(&ContextName::new(CONTEXT), Kind::Instance)
}

fn text(text: &str) -> FieldValue {
    FieldValue::text(text)
}

fn several(all: &[&str]) -> FieldValue {
    FieldValue::Several(all.iter().map(|&it| it.into()).collect())
}

/// The least that deploys the box.
fn filled_in() -> FormValues {
    FormValues::new()
        .with("box", text("box-1"))
        .with("name", text("web"))
        .with("policy_box", text("policy-1"))
        .with("variable.mode", text("fast"))
        .with("variable.key", FieldValue::Secret(Secret::new("fake-key")))
}

fn names(form: &Form) -> Vec<&str> {
    form.fields.iter().map(|field| &*field.name).collect()
}

#[tokio::test]
async fn the_form_is_a_box_at_first_and_then_follows_the_box() {
    let (_recorder, provider) = cloud(online(), 99).await;
    let form =
        async |values: &FormValues| within(provider.form(&new_instance(), DEPLOY, values)).await.unwrap();
    let first = form(&FormValues::new()).await;
    assert_eq!(names(&first), ["box"]);
    assert!(first.fields[0].reshapes && first.fields[0].required);
    let whole = form(&FormValues::new().with("box", text("box-1"))).await;
    assert_eq!(
        names(&whole),
        [
            "box",
            "name",
            "owner",
            "policy_box",
            "instances",
            "instance_tags",
            "automatic_updates",
            "lease.operation",
            "variable.mode",
            "variable.port",
            "variable.workers",
            "variable.level",
            "variable.key",
            "variable.database",
        ]
    );
    let kind = |name: &str| &whole.fields.iter().find(|it| &*it.name == name).unwrap().kind;
    assert!(matches!(kind("variable.key"), FieldKind::Secret(_)));
    assert!(matches!(kind("variable.port"), FieldKind::Number(_)));
    assert!(matches!(kind("variable.level"), FieldKind::Choice(Choices::Fixed(all)) if all.len() == 2));
    assert!(matches!(kind("variable.database"), FieldKind::Several(Choices::Loaded)));
    let defaults = whole.defaults();
    assert_eq!((defaults.text("name"), defaults.text("owner")), (Some("Web"), Some("ops")));
    let leased = form(&defaults.with("lease.operation", text("terminate"))).await;
    assert!(names(&leased).contains(&"lease.expire"));
}

#[tokio::test]
async fn choices_are_loaded_and_say_why_one_does_not_fit() {
    let (_recorder, provider) = cloud(online(), 99).await;
    let choices = async |field, values: &FormValues| {
        let all = within(provider.choices(&new_instance(), DEPLOY, field, values)).await.unwrap();
        let text = |it: &Option<ArcStr>| it.as_deref().unwrap_or("-").to_owned();
        all.iter()
            .map(|it| format!("{} | {} | {}", it.value, text(&it.note), text(&it.unavailable)))
            .collect::<Vec<_>>()
    };
    let values = FormValues::new().with("box", text("box-1"));
    assert_eq!(
        choices("box", &FormValues::new()).await,
        [
            "app-1 | application | an application box is deployed by another request, which is not documented",
            "box-1 | script | -",
        ]
    );
    assert_eq!(choices("owner", &values).await, ["me | personal | -", "ops | - | -"]);
    assert_eq!(
        choices("policy_box", &values).await,
        [
            "policy-1 | test.micro, Zurich, 2 machines each | -",
            "policy-2 | test.micro, Zurich, 2 machines each | it does not claim linux, which the box requires",
        ]
    );
    assert_eq!(choices("variable.database", &values).await, ["primary | name of i-db | -"]);
}

#[tokio::test]
async fn a_box_is_deployed_by_the_documented_request_and_followed_until_it_is_online() {
    let (recorder, provider) = cloud(online(), 99).await;
    let mut deck = deck(&provider);
    let expire = Timestamp::parse("2999-01-01T00:00:00Z").unwrap();
    let values = filled_in()
        .with("instance_tags", several(&["test"]))
        .with("automatic_updates", text("patch"))
        .with("lease.operation", text("shutdown"))
        .with("lease.expire", FieldValue::Date(expire))
        .with("variable.port", text("8080"));
    let write = deck.prepare_new(Kind::Instance, DEPLOY, values).await.unwrap();
    assert_eq!(write.preview.summary, "Deploy box Web as instance web in workspace ops.");
    assert_eq!(
        write.preview.consequences,
        [
            "The cloud account of its policy pays for its machines from now on.",
            "It is shut down by itself on 2999-01-01 00:00:00.000000 UTC."
        ]
    );
    assert!(!write.preview.requests[0].masked().to_string().contains("fake-key"));
    recorder.take();
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    let asked = recorder.take();
    let sent = the_write(&asked);
    assert_eq!(sent.line, "POST /base/services/instances");
    assert_eq!(
        sent.body,
        json!({
            "schema": "http://elasticbox.net/schemas/deploy-instance-request", "owner": "ops", "name": "web",
            "box": {"id": "box-1", "variables": [
                {"name": "mode", "type": "Text", "value": "fast", "required": true, "visibility": "public"},
                {"name": "port", "type": "Port", "value": "8080", "required": true, "visibility": "public"},
                {"name": "key", "type": "Password", "value": "fake-key", "required": true},
            ]},
            "policy_box": {"id": "policy-1", "variables": []},
            "instance_tags": ["test"], "automatic_updates": "patch",
            "lease": {"expire": "2999-01-01 00:00:00.000000", "operation": "shutdown"},
        })
    );
}

#[tokio::test]
async fn a_binding_is_sent_with_its_tags() {
    let (_recorder, provider) = cloud(online(), 99).await;
    let values = filled_in().with("variable.database", several(&["primary"]));
    let write = deck(&provider).prepare_new(Kind::Instance, DEPLOY, values).await.unwrap();
    let body = write.preview.requests[0].body.as_ref().unwrap();
    let binding = body["box"]["variables"].as_array().unwrap().iter().find(|it| it["name"] == "database");
    let expected = json!({"name": "database", "type": "Binding", "value": "box-db", "tags": ["primary"], "required": true});
    assert_eq!(binding, Some(&expected));
}

#[tokio::test]
async fn several_instances_are_a_request_each_and_one_that_is_refused_ends_it() {
    let (recorder, provider) = cloud(online(), 99).await;
    let mut own = deck(&provider);
    let three = || filled_in().with("instances", text("3"));
    let end = own.create(Kind::Instance, DEPLOY, three()).await;
    assert_eq!(end, WriteEnd::Done);
    let posts = |recorder: &Recorder| -> Vec<String> {
        let asked = recorder.take().into_iter().filter(|it| it.line.starts_with("POST"));
        asked.map(|it| it.body["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(posts(&recorder), ["web-1", "web-2", "web-3"]);

    let (recorder, provider) = cloud(online(), 3).await;
    let end = deck(&provider).create(Kind::Instance, DEPLOY, three()).await;
    let WriteEnd::Failed(problem) = end else { panic!("{end:?}") };
    assert_eq!(&*problem.message, "2 of 3 were deployed, then the platform refused one");
    assert_eq!(posts(&recorder).len(), 3, "each was sent once");

    let (recorder, provider) = cloud(online(), 1).await;
    let end = deck(&provider).create(Kind::Instance, DEPLOY, three()).await;
    let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
    assert_eq!(&*problem.message, "Invalid Data: no room");
    assert_eq!(posts(&recorder).len(), 1);
}

#[tokio::test]
async fn a_deployment_that_fails_is_shown() {
    let made = |state| instance("i-new1", state, "deploy", &lately());
    let (_recorder, provider) = cloud(Life::of([made("processing"), made("unavailable")]), 99).await;
    let end = deck(&provider).create(Kind::Instance, DEPLOY, filled_in()).await;
    let WriteEnd::Failed(problem) = end else { panic!("{end:?}") };
    assert_eq!(&*problem.message, "the instance is unavailable");
}

#[tokio::test]
async fn every_mistake_is_on_its_field_and_nothing_is_deployed() {
    let long = "x".repeat(31);
    let past = FieldValue::Date(Timestamp::parse("2001-01-01T00:00:00Z").unwrap());
    let cases: [(&str, FieldValue, &str); 20] = [
        ("box", text("box-9"), "there is no box box-9"),
        ("box", text(""), "must be filled in"),
        ("name", text(""), "must be filled in"),
        ("name", text(&long), "at most 30 characters, this has 31"),
        ("name", text("a\u{1b}b"), "may hold no control characters"),
        ("name", FieldValue::Switch(true), "expected a text"),
        ("policy_box", text(""), "must be filled in"),
        ("policy_box", text("policy-9"), "policy-9 is not among the choices"),
        ("policy_box", text("policy-2"), "Policy policy-2: it does not claim linux, which the box requires"),
        ("instances", text("0"), "must be from 1 to 20"),
        ("instances", text("21"), "must be from 1 to 20"),
        ("instances", text("two"), "expected a whole number"),
        ("automatic_updates", text("always"), "always is not among the choices"),
        ("instance_tags", several(&[""]), ": at least 1 character, this has 0"),
        ("lease.expire", past, "must lie in the future"),
        ("variable.mode", text(""), "must be filled in"),
        ("variable.port", text("0"), "must be from 1 to 65535"),
        ("variable.workers", text("1.5"), "must be a whole number"),
        ("variable.level", text("trace"), "trace is not among the choices"),
        ("variable.key", FieldValue::Secret(Secret::new("a\u{7}")), "may hold no control characters"),
    ];
    let (recorder, provider) = cloud(online(), 99).await;
    let deck = deck(&provider);
    for (field, value, message) in cases {
        let mut values = filled_in().with(field, value);
        if field == "lease.expire" {
            values.set("lease.operation", text("terminate"));
        }
        let problem = deck.prepare_new(Kind::Instance, DEPLOY, values).await.unwrap_err();
        assert!(problem.message.contains(&format!("{field}: {message}")), "{field}: {problem}");
        assert_eq!(problem.kind, ProblemKind::Refused, "{field}");
    }
    let foreign = filled_in().with("name", text("zürich 東京"));
    deck.prepare_new(Kind::Instance, DEPLOY, foreign).await.unwrap();
    assert!(recorder.take().iter().all(|asked| asked.line.starts_with("GET")));
}

#[tokio::test]
async fn one_like_an_instance_begins_with_its_box_policy_tags_and_variables() {
    let (recorder, provider) = cloud(online(), 99).await;
    let row = within(provider.get(&id(Kind::Instance, "i-1"))).await.unwrap();
    let target = Target::of(&row);
    let form = within(provider.form(&target, LIKE, &FormValues::new())).await.unwrap();
    let defaults = form.defaults();
    for (field, value) in [
        ("box", "box-1"),
        ("name", "name of i-1"),
        ("owner", "operations"),
        ("policy_box", "policy-1"),
        ("automatic_updates", "off"),
    ] {
        assert_eq!(defaults.text(field), Some(value), "{field}");
    }
    let values = defaults
        .with("owner", text("ops"))
        .with("variable.mode", text("slow"))
        .with("variable.key", FieldValue::Secret(Secret::new("fake-key")));
    let mut deck = deck_of(&provider, &row);
    recorder.take();
    assert_eq!(deck.perform(&row, LIKE, values).await, WriteEnd::Done);
    let asked = recorder.take();
    let sent = the_write(&asked);
    assert_eq!((&sent.body["box"]["id"], &sent.body["name"]), (&json!("box-1"), &json!("name of i-1")));
    // The instance has a password of its own beside those of the box.
    let variables = sent.body["box"]["variables"].as_array().unwrap();
    let own = variables.iter().find(|it| it["name"] == "p").expect("a variable of the instance");
    assert_eq!(own["value"], "fake-password");
}

#[tokio::test]
async fn an_instance_whose_answer_was_lost_is_found_by_its_name_and_age() {
    let named = |id: &str, name: &str, created: &str| {
        let mut it = instance(id, "done", "deploy", &lately());
        (it["name"], it["created"]) = (json!(name), json!(created));
        it
    };
    let (now, before) = (lately(), LONG_AGO);
    for (rows, found) in [
        (vec![named("i-9", "web", &now), named("i-8", "web", before), named("i-7", "db", &now)], Some("i-9")),
        (vec![named("i-8", "web", before)], None),
        (vec![named("i-9", "web", &now), named("i-10", "web", &now)], None),
    ] {
        let rows = Value::from(rows);
        let (_recorder, provider) =
            living(instance("i-1", "done", "deploy", LONG_AGO), online(), move |line| {
                Some(match line {
                    "GET /services/boxes/box-1" => Reply::json(&script_box()),
                    "GET /services/workspaces/ops/boxes" => Reply::json(&boxes()),
                    "GET /services/workspaces/ops/instances" => Reply::json(&rows),
                    _ => return None,
                })
            })
            .await;
        let write = deck(&provider).prepare_new(Kind::Instance, DEPLOY, filled_in()).await.unwrap();
        let created = within(provider.created(&write, None)).await.unwrap();
        assert_eq!(created.map(|id| id.id.to_string()).as_deref(), found);
    }
}

/// A file of this test with this content.
fn file(content: &[u8]) -> (tempfile::TempDir, FieldValue) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.conf");
    std::fs::write(&path, content).unwrap();
    (folder, FieldValue::File(path))
}

#[tokio::test]
async fn the_demo_takes_a_file_first_and_its_address_as_the_value() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Container).await;
    let mut deck = deck_of(&provider, &rows[0]);
    let (_folder, config) = file(b"workers = 4\n");
    let mut prepared = None;
    for row in rows.iter().filter(|row| &*row.state().unwrap().raw == "script") {
        let target = Target::of(row);
        let form = within(provider.form(&target, DEPLOY, &FormValues::new())).await.unwrap();
        if !names(&form).contains(&"variable.extra_config") {
            continue;
        }
        let policies =
            within(provider.choices(&target, DEPLOY, "policy_box", &form.defaults())).await.unwrap();
        let policy = policies.iter().find(|it| it.unavailable.is_none()).expect("a policy");
        let values = form
            .defaults()
            .with("name", text("with a file"))
            .with("policy_box", text(&policy.value))
            .with("variable.log_level", text("debug"))
            .with("variable.workers", text("8"))
            .with("variable.extra_config", config.clone());
        prepared = Some(deck.prepare(row, DEPLOY, values).await.unwrap());
        break;
    }
    let write = prepared.expect("a box of the demo has a variable of a file");
    let masked = write.preview.requests[0].masked();
    assert_eq!((&masked["body"], write.preview.requests.len()), (&json!("••••••••"), 2));
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    let (rows, _) = list(&provider, Kind::Instance).await;
    let made = rows.iter().find(|row| row.name() == "with a file").expect("it was deployed");
    let sections = crate::setup::described(&provider, made.id()).await;
    let document = &sections[0].body.as_ref().unwrap().value;
    let value = |name: &str| {
        let all = document["variables"].as_array().unwrap();
        all.iter().find(|it| it["name"] == name).unwrap()["value"].as_str().unwrap().to_owned()
    };
    assert_eq!((&*value("log_level"), &*value("workers")), ("debug", "8"));
    let address = value("extra_config");
    assert!(address.ends_with("/extra_config-app.conf"), "{address}");
    let token = demo.access().secret.expose();
    let headers = [("elasticbox-token", token), ("elasticbox-release", "4.0")];
    assert_eq!(demo.send("GET", &format!("{}{address}", demo.base_path()), &headers, "").await, 200);
}

#[tokio::test]
async fn a_file_is_sent_as_it_is_and_one_that_cannot_be_sent_is_refused_on_its_field() {
    let with_file = || {
        let mut it = script_box();
        it["variables"] = json!([{"name": "config", "type": "File", "value": "", "required": true}]);
        it
    };
    let (recorder, provider) = living(instance("i-1", "done", "deploy", LONG_AGO), online(), move |line| {
        Some(match line {
            "GET /services/boxes/box-1" => Reply::json(&with_file()),
            "GET /services/workspaces/ops/boxes" => Reply::json(&boxes()),
            "POST /services/blobs/upload/config-app.conf" => {
                Reply::refusal(507, &json!({"message": "no space"}))
            }
            _ => return None,
        })
    })
    .await;
    let values = |file: FieldValue| {
        let values = FormValues::new().with("box", text("box-1")).with("policy_box", text("policy-1"));
        values.with("variable.config", file)
    };
    let mut own = deck(&provider);
    for (file, message) in [
        (FieldValue::File("/nowhere/app.conf".into()), "/nowhere/app.conf cannot be read: "),
        (FieldValue::File(std::path::PathBuf::new()), "must be filled in"),
        (text("/etc/hosts"), "expected the path of a file"),
    ] {
        let problem = own.prepare_new(Kind::Instance, DEPLOY, values(file)).await.unwrap_err();
        assert!(problem.message.starts_with(&format!("variable.config: {message}")), "{problem}");
    }
    for (content, message) in
        [(&b""[..], "the file is empty"), (&b"\xff\xfe"[..], "only files of text can be sent")]
    {
        let (_folder, file) = file(content);
        let problem = own.prepare_new(Kind::Instance, DEPLOY, values(file)).await.unwrap_err();
        assert_eq!(&*problem.message, format!("variable.config: {message}"));
    }
    let (_folder, file) = file("größe = 4\n".as_bytes());
    recorder.take();
    let end = own.create(Kind::Instance, DEPLOY, values(file)).await;
    let WriteEnd::Refused(problem) = end else { panic!("{end:?}") };
    assert!(problem.message.ends_with("so nothing was deployed: no space"), "{problem}");
    let asked = recorder.take();
    let writes: Vec<_> = asked.iter().filter(|it| !it.line.starts_with("GET")).collect();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].headers["content-type"], "application/octet-stream");
    assert_eq!(writes[0].headers["content-length"], "12", "the text itself, without quotes");
}

#[tokio::test]
async fn the_demos_box_is_deployed_and_then_one_like_it() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let like = running(&provider).await;
    let context = like.id().context.clone();
    let mut deck = Deck::open(elasticbox::PLATFORM, &provider, &context, false);
    let target = Target::new_in(&context, Kind::Instance);
    let boxes = within(provider.choices(&target, DEPLOY, "box", &FormValues::new())).await.unwrap();
    let chosen = boxes.iter().find(|it| it.unavailable.is_none()).expect("a box");
    let first = FormValues::new().with("box", text(&chosen.value));
    let form = within(provider.form(&target, DEPLOY, &first)).await.unwrap();
    let policies = within(provider.choices(&target, DEPLOY, "policy_box", &form.defaults())).await.unwrap();
    let policy = policies.iter().find(|it| it.unavailable.is_none()).expect("a policy that claims it");
    let values = form.defaults().with("name", text("one of ours")).with("policy_box", text(&policy.value));
    assert_eq!(deck.create(Kind::Instance, DEPLOY, values).await, WriteEnd::Done);
    let named = async |name: &str| {
        let (rows, _) = list(&provider, Kind::Instance).await;
        rows.into_iter().find(|row| row.name() == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let made = named("one of ours").await;
    assert_eq!(made.state().unwrap().lifecycle, Lifecycle::Running);
    assert_eq!(made.container().unwrap().id.id, chosen.value);

    let target = Target::of(&made);
    let form = within(provider.form(&target, LIKE, &FormValues::new())).await.unwrap();
    let values = form.defaults().with("name", text("another"));
    assert_eq!(deck.perform(&made, LIKE, values).await, WriteEnd::Done);
    assert_eq!(named("another").await.container().unwrap().id.id, chosen.value);
    let posts = demo.cloud.asked().into_iter().filter(|line| line.starts_with("POST ")).count();
    assert_eq!(posts, 2, "each was sent once");
}
