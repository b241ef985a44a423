//! The body of `create-instance`: what is set, and nothing that is the platform's own default.

use serde_json::{Value, json};

use super::super::change::{ASSIGNMENT, CONSISTENT, DISK, SCRIPT, TEMPLATE, TYPE, script_of};
use super::fields::{
    ANTI_AFFINITY_GROUPS, AUTO_START, DEPLOY_TARGET, LABELS, NAME, SECURE_BOOT, SECURITY_GROUPS, SSH_KEYS,
    TPM,
};
use crate::kit::form::{Body, Entered};
use qdeck_model::Problem;

/// The body of what was entered.
pub(super) async fn of(entered: &Entered) -> Result<Value, Problem> {
    let reference = |field: &str| entered.text(field).map(|id| json!({"id": id}));
    let references = |field: &str, key: &str| {
        let all: Vec<Value> = entered.several(field).iter().map(|one| json!({key: &**one})).collect();
        (!all.is_empty()).then_some(all)
    };
    // Off is the default of all.
    let on = |field: &str| entered.switch(field).filter(|on| *on);
    let body = Body::default()
        .with(NAME, entered.text(NAME))
        .with(TYPE, reference(TYPE))
        .with(TEMPLATE, reference(TEMPLATE))
        .with(DISK, entered.whole(DISK))
        .with(SSH_KEYS, references(SSH_KEYS, "name"))
        .with(SCRIPT, script_of(entered).await?)
        .with(ASSIGNMENT, entered.text(ASSIGNMENT))
        .with(SECURITY_GROUPS, references(SECURITY_GROUPS, "id"))
        .with(ANTI_AFFINITY_GROUPS, references(ANTI_AFFINITY_GROUPS, "id"))
        .with(DEPLOY_TARGET, reference(DEPLOY_TARGET))
        .with(LABELS, entered.map(LABELS))
        .with(SECURE_BOOT, on(SECURE_BOOT))
        .with(TPM, on(TPM))
        .with(CONSISTENT, on(CONSISTENT))
        // "default: true".
        .with(AUTO_START, entered.switch(AUTO_START).filter(|starts| !starts));
    Ok(body.into_value())
}

/// The consequences of what was chosen.
pub(super) fn consequences(entered: &Entered) -> Vec<String> {
    let mut all = vec!["It is billed until it is deleted."];
    if entered.several(SSH_KEYS).is_empty() && entered.get(SCRIPT).is_none() {
        all.push("Without an SSH key only a template with passwords lets you sign in.");
    }
    if entered.text(ASSIGNMENT) == Some("none") {
        all.push("It has no public address, and cannot get one later.");
    }
    if entered.switch(TPM) == Some(true) {
        all.push("Its TPM cannot be removed again.");
    }
    all.into_iter().map(ToOwned::to_owned).collect()
}
