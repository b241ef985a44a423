//! The calls for resellers, which only a marked context has.

use std::net::SocketAddr;

use quarterdeck::fleet::WriteEnd;
use quarterdeck::model::{ActionId, ContextName, FieldValue, FormValues, Kind, ProblemKind};
use quarterdeck::providers::{SharedProvider, gcore};
use serde_json::{Value, json};

use super::super::{account, account_context, list, refused};
use super::cases::text;
use super::world::line;
use crate::setup::{Asked, Deck, Recorder, Reply};

const SEARCH: ActionId = ActionId::new("instance.reseller-search");
const LIST: ActionId = ActionId::new("instance.name-templates");
const SET: ActionId = ActionId::new("instance.name-templates-set");
const DROP: ActionId = ActionId::new("instance.name-templates-drop");

fn answer(line: &str, address: SocketAddr) -> Reply {
    let mut words = line.split(' ');
    match (words.next().unwrap(), words.next().unwrap()) {
        ("GET", "/cloud/v1/instances/search") => {
            Reply::json(&list(&[json!({"id": "i9", "name": "web-9", "client_id": 12, "project_id": "5"})]))
        }
        ("GET", "/cloud/v1/reseller_name_templates") => {
            Reply::json(&list(&[json!({"region_id": 7, "reseller_id": 1, "allow_custom_name": false})]))
        }
        ("PUT", "/cloud/v1/reseller_name_templates") => {
            Reply::json(&json!({"region_id": 7, "reseller_id": 1}))
        }
        ("DELETE", _) => Reply::new(204, "application/json", ""),
        _ => account(line, address),
    }
}

async fn reseller(answer: fn(&str, SocketAddr) -> Reply) -> (Recorder, SharedProvider) {
    account_context().with(|it| it.settings.set(&gcore::RESELLER, true)).recorded(answer).await
}

fn deck(provider: &SharedProvider) -> Deck {
    Deck::open(gcore::PLATFORM, provider, &ContextName::new("recorded"), false)
}

/// Each call: its values, the request, and the part of its answer that is shown.
fn cases() -> Vec<(ActionId, FormValues, &'static str, Value, Option<&'static str>)> {
    let place = || text("reseller_id", "1").with("region", FieldValue::text("7"));
    let rules = place()
        .with("allow_custom_name", FieldValue::Switch(false))
        .with("allowed_name_templates", FieldValue::Several(vec!["l-{ip_octets}".into()]))
        .with("allowed_lb_name_restriction", FieldValue::text("^lb-.*$"));
    vec![
        (SEARCH, text("name", "web"), "GET /v1/instances/search name=web", Value::Null, Some("i9")),
        (LIST, FormValues::new(), "GET /v1/reseller_name_templates", Value::Null, Some("allow_custom_name")),
        (
            SET,
            rules,
            "PUT /v1/reseller_name_templates",
            json!({"region_id": 7, "reseller_id": 1, "allow_custom_name": false,
                "allowed_name_templates": ["l-{ip_octets}"], "allowed_lb_name_restriction": "^lb-.*$"}),
            Some("reseller_id"),
        ),
        (DROP, place(), "DELETE /v1/reseller_name_templates/1/7", Value::Null, None),
    ]
}

/// Performs every call, and returns what was sent.
pub async fn perform_all() -> Vec<Asked> {
    let mut all = Vec::new();
    for (action, values, request, body, shown) in cases() {
        let (recorder, provider) = reseller(answer).await;
        let mut deck = deck(&provider);
        let write = deck.prepare_new(Kind::Instance, action, values).await.unwrap();
        let (end, answer) = deck.send(write).await;
        assert_eq!(end, WriteEnd::Done, "{action}");
        let asked = recorder.take();
        let own: Vec<&Asked> = asked.iter().filter(|it| line(it) == request).collect();
        assert_eq!(own.len(), 1, "{action}: {asked:?}");
        assert_eq!(own[0].body, body, "{action}");
        let document = answer.document.map(|(_, document)| document.to_string());
        assert_eq!(document.is_some(), shown.is_some(), "{action}");
        assert!(shown.is_none_or(|word| document.unwrap().contains(word)), "{action}");
        all.push(own[0].clone());
    }
    all
}

#[tokio::test]
async fn every_call_is_sent_as_documented_and_its_answer_shown() {
    assert_eq!(perform_all().await.len(), 4);
}

#[tokio::test]
async fn only_a_marked_context_has_them() {
    let (_recorder, provider) = account_context().recorded(answer).await;
    let ids = |provider: &SharedProvider| {
        provider.context_actions().iter().map(|action| action.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&provider), [ActionId::INSTANCE_CREATE]);
    assert!(!provider.declared_actions().iter().any(|action| action.id == SEARCH));
    let (_recorder, provider) = reseller(answer).await;
    assert_eq!(ids(&provider), [ActionId::INSTANCE_CREATE, SEARCH, LIST, SET, DROP]);
}

#[tokio::test]
async fn a_call_that_is_not_there_any_more_is_explained() {
    fn gone(line: &str, address: SocketAddr) -> Reply {
        if line.contains("reseller_name_templates") || line.contains("/search") {
            return refused(404, "NotFoundError", "Requested URL was not found");
        }
        answer(line, address)
    }
    for (action, values, ..) in cases() {
        let (_recorder, provider) = reseller(gone).await;
        let end = deck(&provider).create(Kind::Instance, action, values).await;
        let WriteEnd::Refused(problem) = end else { panic!("{action}: {end:?}") };
        assert_eq!(problem.kind, ProblemKind::NotFound);
        assert!(problem.hint.unwrap().contains("public description has no calls for resellers"), "{action}");
    }
}

#[tokio::test]
async fn wrong_values_are_refused_with_the_field() {
    let place = || text("reseller_id", "1").with("region", FieldValue::text("7"));
    let (_recorder, provider) = reseller(answer).await;
    let deck = deck(&provider);
    for (action, values, message) in [
        (SEARCH, FormValues::new(), "name: enter a name, an id or an address to look for"),
        (SEARCH, text("name", "a\u{7}"), "name: may hold no control characters"),
        (SET, FormValues::new(), "reseller_id: must be filled in; region: must be filled in"),
        (SET, place().with("region", FieldValue::text("8")), "region: 8 is not among the choices"),
        (DROP, text("reseller_id", "x"), "reseller_id: expected a whole number"),
        (
            SET,
            place().with("allow_custom_name", FieldValue::Switch(false)),
            "allowed_name_templates: must be filled in where no names of one's own are taken",
        ),
        (
            SET,
            place().with("allowed_bm_name_templates", FieldValue::Several(vec!["plain".into()])),
            "allowed_bm_name_templates: must hold one of {ip_octets}, {two_ip_octets}, {one_ip_octet}",
        ),
    ] {
        let problem = deck.prepare_new(Kind::Instance, action, values).await.unwrap_err();
        assert!(problem.message.starts_with(message), "{message}: {}", problem.message);
    }
}
