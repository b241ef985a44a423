//! Every write against the demo's face, as an operator would go through the life of two instances.

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{
    ActionId, Choice, FieldValue, FormValues, Kind, Lifecycle, ProblemKind, Resource, ResourceId, Target,
};
use quarterdeck::providers::{SharedProvider, Use, exoscale};
use serde_json::Value;

use super::{deck_of, entered, own, pairs, several, text};
use crate::coverage::fits;
use crate::setup::{Deck, demo, described, list, within};

/// One instance of the demo that things are done to.
struct Subject {
    provider: SharedProvider,
    deck: Deck,
    id: ResourceId,
}

impl Subject {
    fn new(provider: &SharedProvider, row: &Resource) -> Self {
        Self { provider: provider.clone(), deck: deck_of(provider, row), id: row.id().clone() }
    }

    async fn row(&self) -> Resource {
        within(self.provider.get(&self.id)).await.unwrap()
    }

    /// Does one thing to its good end.
    async fn act(&mut self, action: ActionId, values: FormValues) {
        let row = self.row().await;
        let end = self.deck.perform(&row, action, values).await;
        assert_eq!(end, WriteEnd::Done, "{action}");
    }

    async fn plainly(&mut self, action: &'static str) {
        self.act(own(action), FormValues::new()).await;
    }

    async fn choices(&self, action: ActionId, field: &str) -> Vec<Choice> {
        let (target, none) = (Target::of(&self.row().await), FormValues::new());
        within(self.deck.fleet.choices(&target, action, field, &none)).await.unwrap()
    }

    /// The first choice of a field that can be chosen.
    async fn choice(&self, action: ActionId, field: &str) -> String {
        let all = self.choices(action, field).await;
        let free = all.iter().find(|choice| choice.unavailable.is_none());
        free.unwrap_or_else(|| panic!("{action} {field}: {all:?}")).value.to_string()
    }

    /// The instance as the API returns it.
    async fn whole(&self) -> Value {
        let sections = described(&self.provider, &self.id).await;
        sections[0].body.as_ref().unwrap().value.clone()
    }
}

/// Settings, protection, snapshots, attachments; then, while it is stopped, size, disk and system; and its end.
async fn is_changed(mut it: Subject) {
    it.plainly("instance.protect").await;
    let row = it.row().await;
    let WriteEnd::Refused(problem) =
        it.deck.perform(&row, ActionId::INSTANCE_DELETE, FormValues::new()).await
    else {
        panic!("it is protected")
    };
    assert_eq!(problem.kind, ProblemKind::Forbidden);
    it.plainly("instance.unprotect").await;
    it.act(
        ActionId::INSTANCE_UPDATE,
        entered([
            ("name", text("zürich-01")),
            ("user-data", text("#cloud-config")),
            ("public-ip-assignment", text("dual")),
            ("application-consistent-snapshot-enabled", FieldValue::Switch(true)),
        ]),
    )
    .await;
    it.act(ActionId::INSTANCE_LABELS, entered([("labels", pairs(&[("env", "test")]))])).await;
    let now = it.whole().await;
    assert_eq!((&now["name"], &now["labels"]["env"]), (&"zürich-01".into(), &"test".into()));
    assert_eq!(
        (&now["public-ip-assignment"], &now["user-data"]),
        (&"dual".into(), &"I2Nsb3VkLWNvbmZpZw==".into())
    );
    it.plainly("instance.reset-field").await;
    it.act(ActionId::INSTANCE_RENAME, entered([("name", text("web-renamed"))])).await;
    let now = it.whole().await;
    assert_eq!((&now["name"], now["labels"].get("env")), (&"web-renamed".into(), None));
    it.plainly("instance.create-snapshot").await;
    it.plainly("instance.reboot").await;
    it.plainly("instance.stop").await;
    let size = it.choice(ActionId::INSTANCE_RESIZE, "instance-type").await;
    it.act(ActionId::INSTANCE_RESIZE, entered([("instance-type", text(&size))])).await;
    let disk = it.whole().await["disk-size"].as_i64().unwrap() + 10;
    it.act(own("instance.resize-disk"), entered([("disk-size", text(&disk.to_string()))])).await;
    it.plainly("instance.enable-tpm").await;
    let now = it.whole().await;
    assert_eq!(now["instance-type"]["id"], *size);
    assert_eq!((&now["disk-size"], &now["tpm-enabled"]), (&disk.into(), &true.into()));
    let snapshot = it.choice(own("instance.revert-snapshot"), "id").await;
    it.act(own("instance.revert-snapshot"), entered([("id", text(&snapshot))])).await;
    let template = it.choice(own("instance.reset"), "template").await;
    it.act(own("instance.reset"), entered([("template", text(&template))])).await;
    assert_eq!(it.whole().await["template"]["id"], *template);
    it.act(own("instance.start-rescue"), entered([("rescue-profile", text("netboot-efi"))])).await;
    it.plainly("instance.stop").await;
    it.plainly("instance.start").await;
    it.plainly("instance.delete").await;
    let gone = within(it.provider.get(&it.id)).await;
    assert!(gone.is_err() || gone.unwrap().state().unwrap().lifecycle == Lifecycle::Gone);
}

/// A new one like another, with what is attached to it, its password, and what is detached again.
async fn is_made(mut like: Subject) {
    let templates = like.choices(ActionId::INSTANCE_CREATE_LIKE, "template").await;
    // Not all of the demo's templates have passwords; this one has.
    let template = templates.iter().find(|choice| choice.label.contains("Ubuntu 24.04 LTS 64")).unwrap();
    let address = like.choice(own("instance.elastic-ips"), "elastic-ips").await;
    let network = like.choice(own("instance.private-networks"), "private-networks").await;
    let values = entered([
        ("name", text("made-here")),
        ("template", text(&template.value)),
        ("disk-size", text("60")),
        ("elastic-ips", several(&[&address])),
        ("private-networks", several(&[&network])),
    ]);
    like.act(ActionId::INSTANCE_CREATE_LIKE, values).await;
    let (rows, _) = list(&like.provider, Kind::Instance).await;
    let made = rows.iter().rev().find(|row| row.name() == "made-here").unwrap();
    let mut it = Subject::new(&like.provider, made);
    let now = it.whole().await;
    assert_eq!(now["elastic-ips"][0]["id"], *address);
    assert_eq!(now["private-networks"][0]["id"], *network);
    it.plainly("instance.reset-password").await;
    let row = it.row().await;
    let write = it.deck.prepare(&row, own("instance.reveal-password"), FormValues::new()).await.unwrap();
    let (end, shown) = it.deck.send(write).await;
    assert_eq!((end, shown.secrets.len()), (WriteEnd::Done, 1));
    it.act(own("instance.elastic-ips"), entered([("elastic-ips", several(&[]))])).await;
    it.act(own("instance.private-networks"), entered([("private-networks", several(&[]))])).await;
    let groups = it.choices(own("instance.security-groups"), "security-groups").await;
    let present = now["security-groups"][0]["id"].as_str().unwrap();
    let other = groups.iter().find(|choice| *choice.value != *present).unwrap();
    it.act(own("instance.security-groups"), entered([("security-groups", several(&[&other.value]))])).await;
    let now = it.whole().await;
    let left = |field: &str| now[field].as_array().map_or(0, Vec::len);
    assert_eq!((left("elastic-ips"), left("private-networks"), left("security-groups")), (0, 0, 1));
    assert_eq!(now["security-groups"][0]["id"], *other.value);
}

#[tokio::test]
async fn every_documented_write_is_sent() {
    let demo = demo("exoscale").start().await;
    let provider = demo.provider();
    let (rows, _) = list(&provider, Kind::Instance).await;
    let of_geneva = |row: &&Resource| {
        let Resource::Instance(it) = row else { return false };
        let is_plain = it.size.as_deref().is_some_and(|size| size.starts_with("standard."));
        is_plain && it.state.lifecycle == Lifecycle::Running && it.id.scope.as_deref() == Some("ch-gva-2")
    };
    let mut subjects = std::collections::BTreeMap::new();
    for row in rows.iter().filter(of_geneva) {
        subjects.insert(row.id().clone(), row);
    }
    let mut subjects = subjects.into_values();
    let (one, other) = (subjects.next().expect("one"), subjects.next().expect("another"));
    tokio::join!(is_changed(Subject::new(&provider, one)), is_made(Subject::new(&provider, other)));

    let asked = demo.cloud.asked();
    let writes = exoscale::REGISTRATION.endpoints.iter().filter(|it| matches!(it.used, Use::Writes(_)));
    let unsent: Vec<_> = writes
        .filter(|endpoint| {
            let template = format!("/exoscale/{{zone}}/v2{}", endpoint.path);
            let is_sent = |line: &String| {
                let (method, path) = line.split_once(' ').unwrap();
                method == endpoint.method && fits(&template, path)
            };
            !asked.iter().any(is_sent)
        })
        .collect();
    assert!(unsent.is_empty(), "documented as written and never sent: {unsent:#?}");
    let unused = exoscale::REGISTRATION.endpoints.iter().filter(|it| matches!(it.used, Use::Not(_)));
    assert_eq!(unused.count(), 0, "every endpoint of the page is used");
}
