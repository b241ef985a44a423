//! ElasticBox's documents as its Instances API (release 4.0) and the vendor's later texts show them, reduced to what rows
//! need.
//!
//! The page's tables contradict its samples, and the samples win: `operation` of an instance is an object, `lease` is
//! one, `id` is a text. Lists are bare arrays in which whole boxes lie: they are read in passing and dropped. Times are
//! UTC without a zone mark, or RFC 3339 in answers of 2019.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::soft::{self, lenient, object, objects, text};

type Text = Option<String>;

/// A bare array. Anything else is no list: a row that could not be told is not a row that is gone.
#[derive(Debug, Deserialize)]
#[serde(transparent, bound = "T: Default + Deserialize<'de>")]
pub(crate) struct List<T>(Vec<soft::Passing<T>>);

impl<T> List<T> {
    pub(crate) fn into_rows(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|soft::Passing(row)| row)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Instance {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) owner: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) state: Text,
    #[serde(deserialize_with = "last_operation")]
    pub(crate) operation: LastOperation,
    #[serde(deserialize_with = "object")]
    pub(crate) service: Service,
    #[serde(rename = "box", deserialize_with = "text")]
    pub(crate) box_id: Text,
    #[serde(deserialize_with = "objects")]
    pub(crate) boxes: Vec<Copied>,
    #[serde(deserialize_with = "object")]
    pub(crate) policy_box: Copied,
    #[serde(deserialize_with = "lenient")]
    pub(crate) tags: Vec<String>,
    #[serde(deserialize_with = "object")]
    pub(crate) lease: Lease,
    #[serde(deserialize_with = "text")]
    pub(crate) automatic_updates: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) created: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) updated: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) deleted: Text,
}

impl Instance {
    /// Older servers list an instance without its box and its state; the whole one must be asked for.
    pub(crate) fn is_short(&self) -> bool {
        self.state.is_none() || self.boxes.first().is_some_and(|it| it.id.is_none())
    }
}

/// The latest operation of an instance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LastOperation {
    #[serde(deserialize_with = "text")]
    pub(crate) event: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) workspace: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) created: Text,
}

/// The table says a text, every sample an object.
fn last_operation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LastOperation, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Event(String),
        Whole(LastOperation),
        Odd(serde::de::IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Event(event) => LastOperation { event: Some(event), ..LastOperation::default() },
        Either::Whole(whole) => whole,
        Either::Odd(_) => LastOperation::default(),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Service {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(rename = "type", deserialize_with = "text")]
    pub(crate) sort: Text,
    #[serde(deserialize_with = "objects")]
    pub(crate) machines: Vec<Machine>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Machine {
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) state: Text,
    /// Only the service itself tells them.
    #[serde(deserialize_with = "object")]
    pub(crate) address: Addresses,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Addresses {
    #[serde(deserialize_with = "text")]
    pub(crate) public: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) private: Text,
}

/// What an instance's row needs of the whole boxes that lie in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Copied {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "object")]
    pub(crate) profile: Profile,
}

/// A box of any kind: the end of its schema tells which.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Box {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) schema: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) owner: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) organization: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) visibility: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) automatic_updates: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) description: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) service: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) provider_id: Text,
    #[serde(deserialize_with = "object")]
    pub(crate) profile: Profile,
    #[serde(deserialize_with = "lenient")]
    pub(crate) requirements: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) claims: Vec<String>,
    #[serde(deserialize_with = "object")]
    pub(crate) lifespan: Lifespan,
    #[serde(deserialize_with = "object")]
    pub(crate) events: Events,
    #[serde(deserialize_with = "text")]
    pub(crate) created: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) updated: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) deleted: Text,
}

/// The scripts of a box by the event that runs them.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Events(pub(crate) BTreeMap<String, soft::Passing<Script>>);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Script {
    #[serde(deserialize_with = "lenient")]
    pub(crate) length: Option<u64>,
}

/// Where and on what a policy deploys. The fields depend on the provider; these are the ones the samples have in common.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Profile {
    #[serde(deserialize_with = "text")]
    pub(crate) flavor: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) image: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) template: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) location: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) datacenter: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) cloud: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Lifespan {
    #[serde(deserialize_with = "text")]
    pub(crate) operation: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) interval: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) quantity: Text,
}

/// What happens to an instance by itself, and when.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Lease {
    #[serde(deserialize_with = "text")]
    pub(crate) operation: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) expire: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) released: bool,
}

/// One entry of an instance's history.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Operation {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(rename = "operation", deserialize_with = "text")]
    pub(crate) event: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) state: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) instance_state: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) username: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) workspace: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) request_id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) created: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) updated: Text,
    /// The samples' name of it.
    #[serde(deserialize_with = "objects")]
    pub(crate) activity: Vec<Activity>,
    /// The table's name of it.
    #[serde(deserialize_with = "objects")]
    pub(crate) activities: Vec<Activity>,
}

/// What happened, and for a script how it ended.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Activity {
    #[serde(deserialize_with = "text")]
    pub(crate) text: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) created: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) level: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) machine: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) event: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) exit_code: Option<i64>,
    #[serde(deserialize_with = "text")]
    pub(crate) finished: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Workspace {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) email: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) schema: Text,
    #[serde(rename = "type", deserialize_with = "text")]
    pub(crate) sort: Text,
}

impl Workspace {
    pub(crate) fn is_personal(&self) -> bool {
        let by_schema = self.schema.as_deref().is_some_and(|it| it.ends_with("/personal"));
        by_schema || self.sort.as_deref() == Some("personal")
    }
}

/// Who signs in.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Profiled {
    #[serde(deserialize_with = "text")]
    pub(crate) workspace: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) email: Text,
}
