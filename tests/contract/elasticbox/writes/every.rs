//! Every write that is documented, against the demo.

use quarterdeck::model::{FieldValue, FormValues, Target};
use quarterdeck::providers::Use;

use super::*;
use crate::coverage::fits;
use crate::setup::{demo, list};

#[tokio::test]
async fn every_documented_write_is_sent() {
    let demo = demo("elasticbox").start().await;
    let provider = demo.provider();
    let (boxes, _) = list(&provider, Kind::Container).await;
    let script = boxes.iter().find(|row| row.state().unwrap().raw == "script").expect("a box");
    let mut deck = deck_of(&provider, script);
    let create = ActionId::INSTANCE_CREATE;
    let target = Target::of(script);
    let form = within(provider.form(&target, create, &FormValues::new())).await.unwrap();
    let policies = within(provider.choices(&target, create, "policy_box", &form.defaults())).await.unwrap();
    let policy = policies.iter().find(|it| it.unavailable.is_none()).expect("a policy");
    let values = form
        .defaults()
        .with("name", FieldValue::text("through all"))
        .with("policy_box", FieldValue::text(&*policy.value));
    assert_eq!(deck.perform(script, create, values).await, WriteEnd::Done);
    let (rows, _) = list(&provider, Kind::Instance).await;
    let row = rows.into_iter().find(|row| row.name() == "through all").expect("it was deployed");
    let tags = FormValues::new().with("tags", FieldValue::Several(vec!["new".into()]));
    assert_eq!(deck.perform(&row, ActionId::INSTANCE_UPDATE, tags).await, WriteEnd::Done);
    for action in [RECONFIGURE, REINSTALL, DEPLOY_AGAIN, SHUT_DOWN, POWER_ON, FORCE_TERMINATE, DELETE] {
        let row = within(provider.get(row.id())).await.unwrap();
        assert_eq!(deck.perform(&row, action, FormValues::new()).await, WriteEnd::Done, "{action}");
    }
    let asked = demo.cloud.asked();
    for endpoint in elasticbox::REGISTRATION.endpoints {
        let Use::Writes(action) = endpoint.used else { continue };
        let is_sent = asked.iter().any(|line| {
            line.split_once(' ').is_some_and(|(method, path)| {
                method == endpoint.method && fits(&format!("/elasticbox{}", endpoint.path), path)
            })
        });
        assert!(is_sent, "{} {} ({action}) was never sent", endpoint.method, endpoint.path);
    }
}
