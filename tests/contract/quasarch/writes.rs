//! Changes against the demo, through the fleet's gate and to their end.

use quarterdeck::fleet::WriteEnd;
use quarterdeck::fleet::journal::End;
use quarterdeck::model::{ActionId, Choice, FieldValue, FormValues, Kind, Lifecycle, ProblemKind, Resource};
use quarterdeck::providers::{SharedProvider, quasarch};

use crate::setup::{
    Deck, Demo, available, demo, described, list, offered, several, texts, unwritten, within,
};

pub const CREATE_LIKE: ActionId = ActionId::new("container.create-like");

async fn container(provider: &SharedProvider, name: &str) -> Resource {
    let (rows, _) = list(provider, Kind::Container).await;
    rows.into_iter().find(|row| row.name() == name).unwrap_or_else(|| panic!("there is no {name}"))
}

async fn deployed(provider: &SharedProvider) -> Resource {
    let (rows, _) = list(provider, Kind::Container).await;
    let is_up = |row: &Resource| row.state().is_some_and(|state| state.lifecycle == Lifecycle::Running);
    rows.into_iter().find(is_up).expect("the fleet has one that is deployed")
}

fn deck_of(provider: &SharedProvider, row: &Resource) -> Deck {
    Deck::of(quasarch::PLATFORM, provider, row)
}

/// The changes that left the program, in their order.
fn sent(demo: &Demo) -> Vec<String> {
    demo.cloud.asked().into_iter().filter(|line| !line.starts_with("GET ")).collect()
}

#[tokio::test]
async fn a_container_is_created_changed_rolled_back_and_deleted() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let anyone = deployed(&provider).await;
    let mut deck = deck_of(&provider, &anyone);
    let values = texts(&[("name", "pilot"), ("image", "demo/web:1"), ("ram", "1G")])
        .with("command", several(&["serve", "--all"]));
    assert_eq!(deck.create(Kind::Container, ActionId::CONTAINER_CREATE, values).await, WriteEnd::Done);
    let row = container(&provider, "pilot").await;
    let Resource::Container(made) = &row else { panic!("{row:?}") };
    assert_eq!((made.image.as_deref(), made.state.lifecycle), (Some("demo/web:1"), Lifecycle::Running));
    assert_eq!(
        available(&provider, &row),
        [CREATE_LIKE, ActionId::CONTAINER_UPDATE, ActionId::REVISION_ROLL_BACK, ActionId::CONTAINER_DELETE]
    );

    let values = texts(&[("image", "demo/web:2"), ("cpu", "500m")]);
    assert_eq!(deck.perform(&row, ActionId::CONTAINER_UPDATE, values).await, WriteEnd::Done);
    let row = container(&provider, "pilot").await;
    let Resource::Container(changed) = &row else { panic!("{row:?}") };
    assert_eq!(changed.image.as_deref(), Some("demo/web:2"));
    let document = described(&provider, row.id()).await[0].body.clone().unwrap().value;
    assert_eq!((&document["cpu"], &document["command"][1]), (&0.5.into(), &"--all".into()), "the rest stays");

    let values = texts(&[("revision", "1")]);
    assert_eq!(deck.perform(&row, ActionId::REVISION_ROLL_BACK, values).await, WriteEnd::Done);
    let (revisions, _) = list(&provider, Kind::Revision).await;
    let row_id = row.id();
    let mine = |row: &&Resource| row.container().is_some_and(|link| link.id == *row_id);
    let current = revisions.iter().filter(mine).find(|row| row.state().unwrap().raw == "current");
    let Some(Resource::Revision(current)) = current else { panic!("{revisions:?}") };
    assert_eq!((&*current.number, current.image.as_deref()), ("3", Some("demo/web:1")));

    assert_eq!(deck.perform(&row, ActionId::CONTAINER_DELETE, FormValues::new()).await, WriteEnd::Done);
    let gone = within(provider.get(row.id())).await.unwrap_err();
    assert_eq!(gone.kind, ProblemKind::NotFound);
    let path = format!("/quasarch/v1/containers/{}", row.id().id);
    assert_eq!(
        sent(&demo),
        [
            "POST /quasarch/v1/containers".to_owned(),
            format!("PUT {path}"),
            format!("PUT {path}"),
            format!("DELETE {path}")
        ],
        "each was sent once"
    );
    let history = deck.journal.read().unwrap();
    let ends: Vec<_> = history.writes.iter().map(|write| write.ended.as_ref().unwrap().outcome).collect();
    assert_eq!((&*ends, history.open().count()), (&[End::Done; 4][..], 0));
}

/// Long enough to be found nowhere by chance.
fn is_telling(value: &serde_json::Value) -> bool {
    value.as_str().is_some_and(|text| text.len() > 3)
}

#[tokio::test]
async fn one_like_another_has_its_settings_and_its_variables_unseen() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Container).await;
    let mut source = None;
    for row in rows {
        let document = described(&provider, row.id()).await[0].body.clone().unwrap();
        if document.value["env"].as_object().is_some_and(|env| env.values().any(is_telling)) {
            source = Some((row, document));
            break;
        }
    }
    let (row, document) = source.expect("the fleet has a container with variables");
    let mut deck = deck_of(&provider, &row);
    let values = texts(&[("name", "twin")]);
    let form = deck.form(&row, CREATE_LIKE).await;
    let secret = document.value["env"].as_object().unwrap().values().find(|value| is_telling(value)).unwrap();
    let secret = secret.as_str().unwrap();
    assert!(!format!("{form:?}").contains(&format!("{secret:?}")), "no value of a variable is in a form");
    let write = deck.prepare(&row, CREATE_LIKE, values).await.unwrap();
    assert!(!write.preview.requests[0].masked().to_string().contains(&format!("{secret:?}")), "nor shown");
    assert_eq!(deck.send(write).await.0, WriteEnd::Done);
    let twin = container(&provider, "twin").await;
    let made = described(&provider, twin.id()).await[0].body.clone().unwrap().value;
    for field in ["image", "cpu", "ram", "gpu", "ephemeralStorage", "port", "env", "desiredGPUs"] {
        assert_eq!(made[field], document.value[field], "{field}");
    }
    assert!(!std::fs::read_to_string(deck.journal.path().unwrap()).unwrap().contains(&format!("{secret:?}")));
}

#[tokio::test]
async fn models_and_revisions_are_chosen_from_what_there_is_now() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let row = deployed(&provider).await;
    let deck = deck_of(&provider, &row);
    let models = deck.choices(&row, ActionId::CONTAINER_UPDATE, "desiredGPUs").await;
    assert_eq!(models.len(), 25);
    assert_eq!(models[0].note.as_deref(), Some("h100"), "{:?}", models[0]);
    let revisions = deck.choices(&row, ActionId::REVISION_ROLL_BACK, "revision").await;
    let newest = &revisions[0];
    assert_eq!(newest.unavailable.as_deref(), Some("it is the revision in force"));
    let refused = Choice::check(&revisions, &newest.value).unwrap_err();
    assert!(refused.ends_with("it is the revision in force"), "{refused}");

    let values = FormValues::new()
        .with("desiredGPUs", several(&[&models[1].value]))
        .with("gpu", FieldValue::text("2"));
    let write = deck.prepare(&row, ActionId::CONTAINER_UPDATE, values).await.unwrap();
    let body = write.preview.requests[0].body.as_ref().unwrap();
    assert_eq!(body["desiredGPUs"], serde_json::json!([&*models[1].value]));
}

#[tokio::test]
async fn a_revision_that_is_in_force_is_not_rolled_back_to() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let (revisions, _) = list(&provider, Kind::Revision).await;
    let deck = deck_of(&provider, &revisions[0]);
    let mut old = 0;
    for row in &revisions {
        let actions = provider.actions(row);
        let action = offered(&actions, ActionId::REVISION_ROLL_BACK);
        let is_current = &*row.state().unwrap().raw == "current";
        assert_eq!(action.availability.is_yes(), !is_current, "{row:?}");
        assert!(row.offers().actions && !action.has_form);
        let prepared = deck.prepare(row, ActionId::REVISION_ROLL_BACK, FormValues::new()).await;
        if is_current {
            assert_eq!(prepared.unwrap_err().kind, ProblemKind::Refused);
        } else if let Ok(write) = prepared {
            old += 1;
            let Resource::Revision(revision) = row else { panic!("{row:?}") };
            let body = write.preview.requests[0].body.as_ref().unwrap();
            assert_eq!(*body, serde_json::json!({"image": revision.image.as_deref()}), "nothing is guessed");
            assert!(
                write
                    .preview
                    .consequences
                    .iter()
                    .any(|it| it.starts_with("A revision holds its image alone"))
            );
        }
    }
    assert!(old > 0, "the fleet has an earlier revision");
}

#[tokio::test]
async fn a_revision_is_rolled_back_to_from_its_own_row() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let (revisions, _) = list(&provider, Kind::Revision).await;
    let mut deck = deck_of(&provider, &revisions[0]);
    for row in revisions.iter().filter(|row| &*row.state().unwrap().raw == "superseded") {
        let Ok(write) = deck.prepare(row, ActionId::REVISION_ROLL_BACK, FormValues::new()).await else {
            continue;
        };
        assert_eq!(deck.send(write).await.0, WriteEnd::Done);
        let link = row.container().unwrap().id.clone();
        let Resource::Container(now) = within(provider.get(&link)).await.unwrap() else { panic!("{link}") };
        let Resource::Revision(revision) = row else { panic!("{row:?}") };
        assert_eq!((now.image, now.state.lifecycle), (revision.image.clone(), Lifecycle::Running));
        return;
    }
    panic!("the fleet has an earlier revision with another image");
}

#[tokio::test]
async fn every_documented_write_is_sent() {
    let demo = demo("quasarch").start().await;
    let provider = demo.provider();
    let row = deployed(&provider).await;
    let mut deck = deck_of(&provider, &row);
    let values = texts(&[("name", "brief"), ("image", "demo/web:1")]);
    assert_eq!(deck.create(Kind::Container, ActionId::CONTAINER_CREATE, values).await, WriteEnd::Done);
    let made = container(&provider, "brief").await;
    let values = texts(&[("port", "8080")]);
    assert_eq!(deck.perform(&made, ActionId::CONTAINER_UPDATE, values).await, WriteEnd::Done);
    assert_eq!(deck.perform(&made, ActionId::CONTAINER_DELETE, FormValues::new()).await, WriteEnd::Done);
    assert_eq!(unwritten(&demo, &quasarch::REGISTRATION), [""; 0]);
}
