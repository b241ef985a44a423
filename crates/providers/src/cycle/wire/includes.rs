//! What is sent along with a list or one thing, by id. The prose calls it `include`, the schema and the answers
//! `includes`.

use std::collections::HashMap;

use serde::Deserialize;

use super::Text;
use crate::soft::{lenient, text};

/// Everything that may be sent along; absent is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Includes {
    #[serde(deserialize_with = "lenient")]
    pub(crate) servers: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) locations: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) environments: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) images: HashMap<String, Image>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) creators: Creators,
}

/// Whatever of a thing is a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    #[serde(deserialize_with = "text")]
    pub(crate) nickname: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) hostname: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) identifier: Text,
}

/// `Image`: a name that its owner gave it, and where it came from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Image {
    #[serde(deserialize_with = "text")]
    pub(crate) name: Text,
    #[serde(deserialize_with = "lenient")]
    pub(crate) source: ImageSource,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ImageSource {
    #[serde(rename = "override", deserialize_with = "lenient")]
    pub(crate) instead: Target,
    #[serde(deserialize_with = "lenient")]
    pub(crate) details: SourceDetails,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SourceDetails {
    #[serde(deserialize_with = "lenient")]
    pub(crate) origin: Origin,
}

/// `ImageOrigin`; those of registries have a target such as `mysql:5.7`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Origin {
    #[serde(deserialize_with = "lenient")]
    pub(crate) details: Target,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Target {
    #[serde(deserialize_with = "text")]
    pub(crate) target: Text,
}

/// `CreatorInclude`: who made something, by what they are.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Creators {
    #[serde(deserialize_with = "lenient")]
    pub(crate) accounts: HashMap<String, Account>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) employees: HashMap<String, Account>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) visitors: HashMap<String, Account>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) api_keys: HashMap<String, Named>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) environments: HashMap<String, Named>,
}

/// `PublicAccount`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: PersonName,
    #[serde(deserialize_with = "lenient")]
    pub(crate) email: Email,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PersonName {
    #[serde(deserialize_with = "text")]
    pub(crate) first: Text,
    #[serde(deserialize_with = "text")]
    pub(crate) last: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Email {
    #[serde(deserialize_with = "text")]
    pub(crate) address: Text,
}
