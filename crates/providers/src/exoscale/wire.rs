//! Exoscale's answers as they are sent. Everything may be absent; unknown fields are common and skipped.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::soft::{Rows, lenient, nullable, object, objects, rows, secret, text};
use qdeck_model::Secret;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ZoneList {
    #[serde(default, deserialize_with = "rows")]
    pub(crate) zones: Rows<Zone>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Zone {
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) api_endpoint: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct InstanceList {
    #[serde(default, deserialize_with = "rows")]
    pub(crate) instances: Rows<Instance>,
}

/// An item of `list-instances`, and what a row needs of `get-instance`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Instance {
    pub(crate) id: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) state: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) created_at: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) public_ip: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) ipv6_address: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) public_ip_assignment: Option<String>,
    #[serde(default, rename = "instance-type", deserialize_with = "object")]
    pub(crate) sold_as: InstanceType,
    #[serde(default, deserialize_with = "object")]
    pub(crate) template: Template,
    #[serde(default, deserialize_with = "object")]
    pub(crate) ssh_key: Named,
    #[serde(default, deserialize_with = "objects")]
    pub(crate) ssh_keys: Vec<Named>,
    #[serde(default, deserialize_with = "objects")]
    pub(crate) security_groups: Vec<Named>,
    #[serde(default, deserialize_with = "objects")]
    pub(crate) private_networks: Vec<Named>,
    #[serde(default, deserialize_with = "object")]
    pub(crate) manager: Manager,
}

/// A reference by its name: lists of instances hold only the id of most things, single reads often the name too.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Named {
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Manager {
    #[serde(default, rename = "type", deserialize_with = "text")]
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct TypeList {
    #[serde(default, deserialize_with = "rows")]
    pub(crate) instance_types: Rows<InstanceType>,
}

/// `gpus` is absent where there are none, and `memory` is in bytes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct InstanceType {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) family: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) size: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) cpus: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) gpus: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) memory: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) authorized: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) zones: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct TemplateList {
    #[serde(default, deserialize_with = "rows")]
    pub(crate) templates: Rows<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Template {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) default_user: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) password_enabled: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct QuotaList {
    #[serde(default, deserialize_with = "rows")]
    pub(crate) quotas: Rows<Quota>,
}

/// `limit` -1 is unlimited.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Quota {
    pub(crate) resource: String,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) usage: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) limit: Option<i64>,
}

/// The answer of `list-events` has no envelope.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct EventList {
    #[serde(deserialize_with = "rows")]
    pub(crate) events: Rows<Value>,
}

/// A change that somebody asked for. Sign-ins have only the first few fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Event {
    #[serde(default, deserialize_with = "text")]
    pub(crate) timestamp: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) handler: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) message: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) source_ip: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) zone: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) uri: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) elapsed_ms: Option<i64>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) request_id: Option<String>,
    #[serde(default, deserialize_with = "object")]
    pub(crate) iam_user: User,
    #[serde(default, deserialize_with = "object")]
    pub(crate) iam_role: Named,
    #[serde(default, deserialize_with = "object")]
    pub(crate) iam_api_key: ApiKey,
    #[serde(default)]
    pub(crate) path_params: Value,
    #[serde(default)]
    pub(crate) body_params: Value,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct User {
    #[serde(default, deserialize_with = "text")]
    pub(crate) email: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ApiKey {
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) key: Option<String>,
}

/// What a change that takes time is doing. Never a `reference` to rely on: it may be missing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Operation {
    #[serde(default, deserialize_with = "text")]
    pub(crate) state: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) reason: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) message: Option<String>,
    #[serde(default, deserialize_with = "object")]
    pub(crate) reference: Reference,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Reference {
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) command: Option<String>,
}

/// Where a framebuffer is shown, good for 60 seconds. Whoever holds `url` or `path` holds the screen.
#[derive(Debug, Deserialize)]
pub(crate) struct ConsoleUrl {
    #[serde(deserialize_with = "secret")]
    pub(crate) url: Secret,
    #[serde(default, deserialize_with = "text")]
    pub(crate) host: Option<String>,
    #[serde(default, deserialize_with = "maybe_secret")]
    pub(crate) path: Option<Secret>,
}

fn maybe_secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(text(deserializer)?.map(Secret::new))
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Organization {
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) id: Option<String>,
}
