//! Exoscale's answers, after its `OpenAPI` description. Every field but ids may be absent; unknown fields are common.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::mapping::lenient::{
    AnyValue, BareRows, Flag, Lenient, ListOrDefault, Number, ObjectOrDefault, OptionalSecret,
    RequiredSecret, RowId, Rows, RowsCutOut, Text,
};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ZoneList {
    pub(crate) zones: Rows<Zone>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Zone {
    pub(crate) name: RowId,
    pub(crate) api_endpoint: Text,
}

/// The instances of a zone.
pub(crate) type InstanceList = InstanceListOf<Rows<Instance>>;

/// The same without its rows.
pub(crate) type InstanceEnvelope = InstanceListOf<RowsCutOut>;

/// The list of instances of a zone, with its rows or without.
#[derive(Debug, Deserialize)]
pub(crate) struct InstanceListOf<R> {
    pub(crate) instances: R,
}

/// An item of `list-instances`, and the fields of `get-instance` that a row needs.
#[expect(clippy::struct_field_names, reason = "named as the API names it")]
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Instance {
    pub(crate) id: RowId,
    pub(crate) name: Text,
    pub(crate) state: Text,
    pub(crate) created_at: Text,
    pub(crate) labels: ObjectOrDefault<BTreeMap<String, Text>>,
    pub(crate) public_ip: Text,
    pub(crate) ipv6_address: Text,
    pub(crate) public_ip_assignment: Text,
    pub(crate) instance_type: ObjectOrDefault<InstanceType>,
    pub(crate) template: ObjectOrDefault<Template>,
    pub(crate) ssh_key: ObjectOrDefault<NamedReference>,
    pub(crate) ssh_keys: ListOrDefault<NamedReference>,
    pub(crate) security_groups: ListOrDefault<NamedReference>,
    pub(crate) private_networks: ListOrDefault<NamedReference>,
    pub(crate) manager: ObjectOrDefault<Manager>,
}

/// A reference with the name of its target. Lists of instances contain only the id of most, single reads often the name.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NamedReference {
    pub(crate) name: Text,
}

/// The fields of `get-instance` that changes start from.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    pub(crate) name: Text,
    pub(crate) state: Text,
    pub(crate) labels: ObjectOrDefault<BTreeMap<String, Text>>,
    /// In GiB.
    pub(crate) disk_size: Number<i64>,
    /// In base64.
    pub(crate) user_data: Text,
    pub(crate) public_ip_assignment: Text,
    pub(crate) instance_type: ObjectOrDefault<Reference>,
    pub(crate) template: ObjectOrDefault<Reference>,
    pub(crate) ssh_key: ObjectOrDefault<NamedReference>,
    pub(crate) ssh_keys: ListOrDefault<NamedReference>,
    pub(crate) security_groups: ListOrDefault<Reference>,
    pub(crate) anti_affinity_groups: ListOrDefault<Reference>,
    pub(crate) private_networks: ListOrDefault<Reference>,
    pub(crate) elastic_ips: ListOrDefault<Reference>,
    pub(crate) block_storage_volumes: ListOrDefault<Reference>,
    pub(crate) snapshots: ListOrDefault<Reference>,
    pub(crate) deploy_target: ObjectOrDefault<Reference>,
    pub(crate) secureboot_enabled: Number<bool>,
    pub(crate) tpm_enabled: Number<bool>,
    pub(crate) application_consistent_snapshot_enabled: Number<bool>,
    pub(crate) manager: ObjectOrDefault<Manager>,
}

/// Any of the lists that a field of a form chooses from.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NamedList {
    #[serde(
        alias = "ssh-keys",
        alias = "security-groups",
        alias = "anti-affinity-groups",
        alias = "private-networks",
        alias = "elastic-ips",
        alias = "deploy-targets",
        alias = "snapshots"
    )]
    pub(crate) rows: Rows<Named>,
}

/// One of a list that a field of a form chooses from. Elastic IPs have an address, the others a name.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Named {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) ip: Text,
    pub(crate) description: Text,
    pub(crate) fingerprint: Text,
    pub(crate) created_at: Text,
    pub(crate) state: Text,
    /// In GiB.
    pub(crate) size: Number<u64>,
    pub(crate) instance: ObjectOrDefault<Reference>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Manager {
    #[serde(rename = "type")]
    pub(crate) kind: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct TypeList {
    pub(crate) instance_types: Rows<InstanceType>,
}

/// An instance type. `gpus` is absent where there are none, and `memory` is in bytes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct InstanceType {
    pub(crate) id: Text,
    pub(crate) family: Text,
    pub(crate) size: Text,
    pub(crate) cpus: Number<u32>,
    pub(crate) gpus: Number<u32>,
    pub(crate) memory: Number<u64>,
    pub(crate) authorized: Lenient<Option<bool>>,
    pub(crate) zones: Lenient<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct TemplateList {
    pub(crate) templates: Rows<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Template {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) default_user: Text,
    pub(crate) password_enabled: Flag,
    /// In bytes: a disk must be at least as large.
    pub(crate) size: Number<u64>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct QuotaList {
    pub(crate) quotas: Rows<Quota>,
}

/// A quota; a `limit` of -1 is unlimited.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Quota {
    pub(crate) resource: RowId,
    pub(crate) usage: Lenient<i64>,
    pub(crate) limit: Number<i64>,
}

/// The answer of `list-events` has no envelope.
pub(crate) type EventList = BareRows<Value>;

/// A change that was requested, or a sign-in, which has only the first few fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Event {
    pub(crate) timestamp: Text,
    pub(crate) handler: Text,
    pub(crate) message: Text,
    pub(crate) status: Text,
    pub(crate) source_ip: Text,
    pub(crate) zone: Text,
    pub(crate) uri: Text,
    pub(crate) elapsed_ms: Number<i64>,
    pub(crate) request_id: Text,
    pub(crate) iam_user: ObjectOrDefault<User>,
    pub(crate) iam_role: ObjectOrDefault<NamedReference>,
    pub(crate) iam_api_key: ObjectOrDefault<ApiKey>,
    pub(crate) path_params: AnyValue,
    pub(crate) body_params: AnyValue,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct User {
    pub(crate) email: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) name: Text,
    pub(crate) key: Text,
}

/// A change in progress. Its `reference` may be missing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Operation {
    pub(crate) state: Text,
    pub(crate) reason: Text,
    pub(crate) message: Text,
    pub(crate) reference: ObjectOrDefault<Reference>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Reference {
    pub(crate) id: Text,
    pub(crate) command: Text,
}

/// The password of an instance, kept for a day.
#[derive(Debug, Deserialize)]
pub(crate) struct Password {
    pub(crate) password: RequiredSecret,
}

/// The address of a framebuffer, valid for 60 seconds. `url` and `path` grant access to the screen.
#[derive(Debug, Deserialize)]
pub(crate) struct ConsoleUrl {
    pub(crate) url: RequiredSecret,
    pub(crate) host: Text,
    pub(crate) path: OptionalSecret,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Organization {
    pub(crate) name: Text,
    pub(crate) id: Text,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mapping::lenient::property::any_json_is_read_at_any_field;

    #[test]
    fn any_json_is_read_at_any_field_of_a_row() {
        let kind = json!({"id": "t", "family": "gpua30", "size": "small", "cpus": 12, "gpus": 1,
            "memory": 60_129_542_144_u64, "authorized": true, "zones": ["ch-gva-2"]});
        let template = json!({"id": "m", "name": "Linux", "default-user": "tux", "password-enabled": true,
            "size": 10_737_418_240_u64});
        any_json_is_read_at_any_field::<Instance>(
            &json!({
                "id": "i1", "name": "web", "state": "running", "created-at": "c", "labels": {"env": "prod"},
                "public-ip": "203.0.113.7", "ipv6-address": "2001:db8::1", "public-ip-assignment": "inet4",
                "instance-type": kind, "template": template, "ssh-key": {"name": "ann"}, "ssh-keys": [{"name": "ann"}],
                "security-groups": [{"id": "g", "name": "g"}], "private-networks": [{"id": "n"}],
                "manager": {"type": "instance-pool"},
            }),
            &["id"],
        );
        any_json_is_read_at_any_field::<InstanceType>(&kind, &[]);
        any_json_is_read_at_any_field::<Template>(&template, &[]);
        any_json_is_read_at_any_field::<Zone>(&json!({"name": "ch-gva-2", "api-endpoint": "e"}), &["name"]);
        any_json_is_read_at_any_field::<Quota>(
            &json!({"resource": "gpua30", "usage": 1, "limit": 4}),
            &["resource"],
        );
    }

    #[test]
    fn any_json_is_read_at_any_field_of_what_changes_start_from() {
        let one = json!([{"id": "x", "name": "n"}]);
        any_json_is_read_at_any_field::<Settings>(
            &json!({
                "name": "web", "state": "running", "labels": {"env": "prod"}, "disk-size": 50, "user-data": "eA==",
                "public-ip-assignment": "inet4", "instance-type": {"id": "t"}, "template": {"id": "m"},
                "ssh-key": {"name": "ann"}, "ssh-keys": [{"name": "ann"}], "security-groups": one,
                "anti-affinity-groups": one, "private-networks": one, "elastic-ips": one, "snapshots": one,
                "block-storage-volumes": one, "deploy-target": {"id": "d"}, "secureboot-enabled": true,
                "tpm-enabled": false, "application-consistent-snapshot-enabled": true, "manager": {"type": "x"},
            }),
            &[],
        );
        any_json_is_read_at_any_field::<Named>(
            &json!({"id": "x", "name": "n", "ip": "203.0.113.7", "description": "d", "fingerprint": "f",
                "created-at": "c", "state": "ready", "size": 50, "instance": {"id": "i1"}}),
            &[],
        );
    }

    #[test]
    fn any_json_is_read_at_any_field_of_events_and_operations() {
        any_json_is_read_at_any_field::<Event>(
            &json!({
                "timestamp": "t", "handler": "stop-instance", "message": "m", "status": 200, "source-ip": "s",
                "zone": "z", "uri": "u", "elapsed-ms": 5, "request-id": "r", "iam-user": {"email": "e"},
                "iam-role": {"name": "n"}, "iam-api-key": {"name": "n", "key": "k"}, "path-params": {"id": "i1"},
                "body-params": {"name": "n"},
            }),
            &[],
        );
        any_json_is_read_at_any_field::<Operation>(
            &json!({"state": "pending", "reason": "r", "message": "m", "reference": {"id": "i1", "command": "c"}}),
            &[],
        );
        any_json_is_read_at_any_field::<Organization>(&json!({"name": "n", "id": "o"}), &[]);
    }
}
