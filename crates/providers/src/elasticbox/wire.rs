//! ElasticBox's documents, after its Instances API (release 4.0) and the vendor's later texts, reduced to what rows need.
//!
//! The page's tables contradict its samples, and the samples win: `operation` of an instance is an object, `lease` is
//! one, `id` is a text. Lists are bare arrays that contain whole boxes, of which only a few fields are kept. Times are UTC
//! without a zone mark, or RFC 3339 in answers of 2019.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::mapping::lenient::{
    BareRows, Flag, Lenient, ListOrDefault, Number, ObjectOrDefault, ObjectOrText, RowId, Text,
};

/// A bare array. Anything else is an error, so that rows are not taken for gone.
pub(crate) type List<T> = BareRows<T>;

#[derive(Debug, Deserialize)]
pub(crate) struct Instance {
    pub(crate) id: RowId,
    pub(crate) name: Text,
    pub(crate) owner: Text,
    pub(crate) state: Text,
    pub(crate) operation: ObjectOrText<LastOperation>,
    pub(crate) service: ObjectOrDefault<Service>,
    #[serde(rename = "box")]
    pub(crate) box_id: Text,
    pub(crate) boxes: ListOrDefault<BoxCopy>,
    pub(crate) policy_box: ObjectOrDefault<BoxCopy>,
    /// In its policy box since release 4.
    profile: ObjectOrDefault<Profile>,
    pub(crate) tags: Lenient<Vec<String>>,
    pub(crate) lease: ObjectOrDefault<Lease>,
    pub(crate) automatic_updates: Text,
    pub(crate) created: Text,
    pub(crate) updated: Text,
    pub(crate) deleted: Text,
}

impl Instance {
    /// A field of the profile that it was deployed with: its policy box's since release 4, its own before.
    pub(crate) fn profile(&self, field: fn(&Profile) -> &Text) -> Option<&str> {
        field(&self.policy_box.profile).as_deref().or(field(&self.profile).as_deref())
    }

    /// True where the list has only part of it: older servers list an instance without its box and its state, and the
    /// whole document must be read by itself.
    pub(crate) fn is_short(&self) -> bool {
        self.state.is_none() || self.boxes.first().is_some_and(|it| it.id.is_none())
    }
}

/// The latest operation of an instance.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LastOperation {
    pub(crate) event: Text,
    pub(crate) workspace: Text,
    pub(crate) created: Text,
}

/// In the page's table an operation is a text: its event.
impl From<&str> for LastOperation {
    fn from(event: &str) -> Self {
        Self { event: event.into(), ..Self::default() }
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Service {
    pub(crate) id: Text,
    #[serde(rename = "type")]
    pub(crate) kind: Text,
    pub(crate) machines: ListOrDefault<Machine>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Machine {
    pub(crate) name: Text,
    pub(crate) state: Text,
    /// Only sent with the service itself.
    pub(crate) address: ObjectOrDefault<Addresses>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) public: Text,
    pub(crate) private: Text,
}

/// The fields that an instance's row needs of the whole boxes in its document.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct BoxCopy {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) profile: ObjectOrDefault<Profile>,
}

/// A box of any kind, which ends its schema's address.
#[derive(Debug, Deserialize)]
pub(crate) struct Box {
    pub(crate) id: RowId,
    pub(crate) name: Text,
    pub(crate) schema: Text,
    pub(crate) owner: Text,
    pub(crate) organization: Text,
    pub(crate) visibility: Text,
    pub(crate) automatic_updates: Text,
    pub(crate) description: Text,
    pub(crate) service: Text,
    pub(crate) provider_id: Text,
    pub(crate) profile: ObjectOrDefault<Profile>,
    pub(crate) requirements: Lenient<Vec<String>>,
    pub(crate) claims: Lenient<Vec<String>>,
    pub(crate) lifespan: ObjectOrDefault<Lifespan>,
    /// The scripts by the event that runs them.
    pub(crate) events: ObjectOrDefault<BTreeMap<String, ObjectOrDefault<Script>>>,
    pub(crate) created: Text,
    pub(crate) updated: Text,
    pub(crate) deleted: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Script {
    pub(crate) length: Number<u64>,
}

/// The location and size a policy deploys to. The fields depend on the provider; the samples have these in common.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Profile {
    pub(crate) flavor: Text,
    pub(crate) image: Text,
    pub(crate) template: Text,
    pub(crate) location: Text,
    pub(crate) datacenter: Text,
    pub(crate) cloud: Text,
    /// Machines of each instance.
    pub(crate) instances: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Lifespan {
    pub(crate) operation: Text,
    pub(crate) interval: Text,
    pub(crate) quantity: Text,
}

/// The operation that is scheduled for an instance, and its time.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Lease {
    pub(crate) operation: Text,
    pub(crate) expire: Text,
    pub(crate) released: Flag,
}

/// One entry of an instance's history.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: RowId,
    #[serde(rename = "operation")]
    pub(crate) event: Text,
    pub(crate) state: Text,
    pub(crate) instance_state: Text,
    pub(crate) username: Text,
    pub(crate) workspace: Text,
    pub(crate) request_id: Text,
    pub(crate) created: Text,
    pub(crate) updated: Text,
    /// Its name in the samples.
    pub(crate) activity: ListOrDefault<Activity>,
    /// Its name in the table.
    pub(crate) activities: ListOrDefault<Activity>,
}

/// A message of the activity log; for a script, its exit code too.
#[derive(Debug, Default, Clone, Deserialize)]
pub(crate) struct Activity {
    pub(crate) text: Text,
    pub(crate) created: Text,
    pub(crate) level: Text,
    pub(crate) machine: Text,
    pub(crate) event: Text,
    pub(crate) exit_code: Number<i64>,
    pub(crate) finished: Text,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) id: RowId,
    pub(crate) schema: Text,
    #[serde(rename = "type")]
    pub(crate) kind: Text,
}

impl Workspace {
    pub(crate) fn is_personal(&self) -> bool {
        let by_schema = self.schema.as_deref().is_some_and(|it| it.ends_with("/personal"));
        by_schema || self.kind.as_deref() == Some("personal")
    }
}

/// The signed-in user: the answer of `GET /services/profile`.
#[derive(Debug, Default, Clone, Deserialize)]
pub(crate) struct UserProfile {
    pub(crate) workspace: Text,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mapping::lenient::property::any_json_is_read_at_any_field;

    #[test]
    fn any_json_is_read_at_any_field_of_a_row() {
        let profile = json!({"flavor": "f", "image": "i", "template": "t", "location": "l", "datacenter": "d",
            "cloud": "c", "instances": 2});
        let copy = json!({"id": "box-1", "name": "Web", "profile": profile});
        any_json_is_read_at_any_field::<Instance>(
            &json!({
                "id": "i-1", "name": "n", "owner": "o", "state": "done",
                "operation": {"event": "deploy", "workspace": "w", "created": "c"},
                "service": {"id": "eb-1", "type": "Linux Compute", "machines": [{"name": "eb-1-1", "state": "done",
                    "address": {"public": null, "private": "10.0.0.4"}}]},
                "box": "box-1", "boxes": [copy], "policy_box": copy, "tags": ["t"],
                "lease": {"operation": "shutdown", "expire": "e", "released": false}, "automatic_updates": "off",
                "created": "c", "updated": "u", "deleted": null,
            }),
            &["id"],
        );
        any_json_is_read_at_any_field::<Box>(
            &json!({
                "id": "box-1", "name": "Web", "schema": "s", "owner": "o", "organization": "o", "visibility": "v",
                "automatic_updates": "off", "description": "d", "service": "s", "provider_id": "p",
                "profile": profile, "requirements": ["r"], "claims": ["c"],
                "lifespan": {"operation": "o", "interval": "hours", "quantity": 8},
                "events": {"install": {"length": 10}}, "created": "c", "updated": "u", "deleted": null,
            }),
            &["id"],
        );
        let activity = json!([{"text": "t", "created": "c", "level": "info", "machine": "m", "event": "e",
            "exit_code": 0, "finished": "f"}]);
        any_json_is_read_at_any_field::<Operation>(
            &json!({
                "id": "o-1", "operation": "deploy", "state": "done", "instance_state": "done", "username": "u",
                "workspace": "w", "request_id": "r", "created": "c", "updated": "u", "activity": activity,
                "activities": activity,
            }),
            &["id"],
        );
        any_json_is_read_at_any_field::<Workspace>(
            &json!({"id": "me", "name": "Me", "email": "e", "schema": "s", "type": "personal"}),
            &["id"],
        );
    }

    #[test]
    fn an_operation_is_an_object_or_the_name_of_its_event() {
        for (operation, event) in [
            (json!({"event": "deploy"}), Some("deploy")),
            (json!("deploy"), Some("deploy")),
            (json!(["deploy"]), None),
            (json!(7), None),
        ] {
            let json = json!({"id": "i-1", "operation": operation}).to_string();
            let instance: Instance = serde_json::from_str(&json).unwrap();
            assert_eq!(instance.operation.event.as_deref(), event, "{json}");
        }
    }
}
