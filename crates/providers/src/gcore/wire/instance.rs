//! Instances as the API sends them: virtual machines, bare metal servers and servers of GPU clusters alike.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Text;
use crate::soft::{PassingAll, lenient, maybe_object, maybe_objects, object, objects, text};

/// An instance of `GET /v1/instances/{project_id}/{region_id}`, under the names of before and after May 2025.
#[expect(clippy::struct_field_names, reason = "named as the API names them, old and new")]
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Instance {
    #[serde(deserialize_with = "text")]
    id: Text,
    #[serde(deserialize_with = "text")]
    instance_id: Text,
    #[serde(deserialize_with = "text")]
    name: Text,
    #[serde(deserialize_with = "text")]
    instance_name: Text,
    #[serde(deserialize_with = "text")]
    created_at: Text,
    #[serde(deserialize_with = "text")]
    instance_created: Text,
    #[serde(deserialize_with = "text")]
    ssh_key_name: Text,
    #[serde(deserialize_with = "text")]
    keypair_name: Text,
    #[serde(deserialize_with = "maybe_objects")]
    tags: Option<Vec<Tag>>,
    #[serde(deserialize_with = "maybe_objects")]
    metadata_detailed: Option<Vec<Tag>>,
    #[serde(deserialize_with = "lenient")]
    metadata: BTreeMap<String, Value>,
    #[serde(deserialize_with = "text")]
    pub(crate) status: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) vm_state: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) task_state: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) task_id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) creator_task_id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) region: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) instance_description: Text,
    #[serde(deserialize_with = "maybe_object")]
    pub(crate) instance_isolation: Option<Isolation>,
    #[serde(deserialize_with = "object")]
    pub(crate) flavor: Flavor,
    #[serde(deserialize_with = "object")]
    pub(crate) addresses: BTreeMap<String, PassingAll<Address>>,
    #[serde(deserialize_with = "maybe_objects")]
    pub(crate) volumes: Option<Vec<Counted>>,
    #[serde(deserialize_with = "objects")]
    pub(crate) security_groups: Vec<Named>,
    #[serde(deserialize_with = "objects")]
    pub(crate) blackhole_ports: Vec<BlackHole>,
}

impl Instance {
    /// Its id under either name; a row without one cannot be addressed.
    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref().or(self.instance_id.as_deref())
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref().or(self.instance_name.as_deref())
    }

    pub(crate) fn created(&self) -> Option<&str> {
        self.created_at.as_deref().or(self.instance_created.as_deref())
    }

    pub(crate) fn ssh_key(&self) -> Option<&str> {
        self.ssh_key_name.as_deref().or(self.keypair_name.as_deref())
    }

    /// Its tags under whichever of the three names they came: the latest name that was sent at all holds.
    pub(crate) fn tags(&self) -> Vec<(&str, &str)> {
        if let Some(tags) = self.tags.as_ref().or(self.metadata_detailed.as_ref()) {
            return tags
                .iter()
                .filter_map(|tag| Some((tag.key.as_deref()?, tag.value.as_deref().unwrap_or_default())))
                .collect();
        }
        self.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default())).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tag {
    #[serde(deserialize_with = "text")]
    pub(crate) key: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) value: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Isolation {
    #[serde(deserialize_with = "text")]
    pub(crate) reason: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
}

/// Something of which only the number is told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Counted {}

/// One address of a network, `fixed` or `floating`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Address {
    #[serde(rename = "type", deserialize_with = "text")]
    pub(crate) sort: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) addr: Text,
}

/// An address whose traffic is dropped while it is under attack. Its keys are in camel case, its times have a space for
/// the `T`, and an end in the year 1 means that it still is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct BlackHole {
    #[serde(rename = "DestinationIP", deserialize_with = "text")]
    pub(crate) destination: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) alarm_end: Text,
}

/// The flavor inside an instance. What its `hardware_description` holds depends on the sort of machine.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Flavor {
    #[serde(rename = "flavor_id", deserialize_with = "text")]
    id: Text,
    #[serde(rename = "flavor_name", deserialize_with = "text")]
    name: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) vcpus: Option<u32>,
    /// In MiB.
    #[serde(deserialize_with = "lenient")]
    pub(crate) ram: Option<u32>,
    #[serde(deserialize_with = "text")]
    pub(crate) os_type: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) architecture: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) resource_class: Text,
    #[serde(deserialize_with = "object")]
    pub(crate) hardware_description: Hardware,
}

impl Flavor {
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref().or(self.id.as_deref())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Hardware {
    /// Such as `NVIDIA h100-8GPU (80GB)`.
    #[serde(deserialize_with = "text")]
    pub(crate) gpu: Text,
}
