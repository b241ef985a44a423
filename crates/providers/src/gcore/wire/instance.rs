//! Instances as the API sends them: virtual machines, bare metal servers and servers of GPU clusters.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::mapping::lenient::{ListOrDefault, ListOrNone, Number, ObjectOrDefault, ObjectOrNone, Text};

/// An instance of `GET /v1/instances/{project_id}/{region_id}`, with the field names from before and after May 2025.
#[expect(clippy::struct_field_names, reason = "named as the API names them, old and new")]
#[derive(Debug, Default, Deserialize)]
#[serde(remote = "Self")]
pub(crate) struct Instance {
    id: Text,
    instance_id: Text,
    name: Text,
    instance_name: Text,
    created_at: Text,
    instance_created: Text,
    ssh_key_name: Text,
    keypair_name: Text,
    tags: ListOrNone<Tag>,
    metadata_detailed: ListOrNone<Tag>,
    metadata: ObjectOrDefault<BTreeMap<String, Value>>,
    pub(crate) status: Text,
    pub(crate) vm_state: Text,
    pub(crate) task_state: Text,
    pub(crate) region: Text,
    pub(crate) instance_description: Text,
    pub(crate) instance_isolation: ObjectOrNone<Isolation>,
    pub(crate) flavor: ObjectOrDefault<Flavor>,
    pub(crate) addresses: ObjectOrDefault<BTreeMap<String, ListOrDefault<Address>>>,
    pub(crate) volumes: ListOrNone<Counted>,
    pub(crate) security_groups: ListOrDefault<SecurityGroup>,
    pub(crate) blackhole_ports: ListOrDefault<BlackHole>,
}

/// A row without an id cannot be addressed.
impl<'de> Deserialize<'de> for Instance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The inherent function of this name, which serde derives for a remote type.
        let instance = Self::deserialize(deserializer)?;
        if instance.id().is_empty() { Err(D::Error::custom("no id")) } else { Ok(instance) }
    }
}

impl Instance {
    /// The id, under either name; empty where none was sent.
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().or(self.instance_id.as_deref()).unwrap_or_default()
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

    /// The tags, under the newest of the three names that was sent.
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
pub(crate) struct Tag {
    pub(crate) key: Text,
    pub(crate) value: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Isolation {
    pub(crate) reason: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct SecurityGroup {
    pub(crate) name: Text,
}

/// An item that is counted only.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Counted {}

/// An address in a network; its `type` is `fixed` or `floating`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Address {
    #[serde(rename = "type")]
    pub(crate) kind: Text,
    pub(crate) addr: Text,
}

/// An address whose traffic is dropped during an attack. Its keys are in Pascal case, its times have a space in place of
/// the `T`, and an end in the year 1 means that the attack has not ended.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BlackHole {
    #[serde(rename = "DestinationIP")]
    pub(crate) destination: Text,
    pub(crate) alarm_end: Text,
}

/// The flavor inside an instance. The content of `hardware_description` depends on the type of machine.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Flavor {
    #[serde(rename = "flavor_id")]
    id: Text,
    #[serde(rename = "flavor_name")]
    name: Text,
    pub(crate) vcpus: Number<u32>,
    /// In MiB.
    pub(crate) ram: Number<u32>,
    pub(crate) os_type: Text,
    pub(crate) architecture: Text,
    pub(crate) resource_class: Text,
    pub(crate) hardware_description: ObjectOrDefault<Hardware>,
}

impl Flavor {
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref().or(self.id.as_deref())
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Hardware {
    /// Such as `NVIDIA h100-8GPU (80GB)`.
    pub(crate) gpu: Text,
}
