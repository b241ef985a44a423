//! Related resources included in an answer, by id. The field is `includes` in the schema and in answers; the prose of the
//! documents calls it `include`.

use std::collections::HashMap;

use serde::Deserialize;

use crate::mapping::lenient::{ObjectOrDefault, Text};

/// Resources of one kind by id.
type ById<T> = ObjectOrDefault<HashMap<String, ObjectOrDefault<T>>>;

/// The included resources by kind.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Includes {
    pub(crate) servers: ById<NameFields>,
    pub(crate) locations: ById<NameFields>,
    pub(crate) environments: ById<NameFields>,
    pub(crate) images: ById<Image>,
    pub(crate) creators: ObjectOrDefault<Creators>,
}

/// The fields of a resource that can serve as its name.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct NameFields {
    pub(crate) nickname: Text,
    pub(crate) name: Text,
    pub(crate) hostname: Text,
    pub(crate) identifier: Text,
}

/// `Image`: the name given by its owner, and its source.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Image {
    pub(crate) name: Text,
    pub(crate) source: ObjectOrDefault<ImageSource>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ImageSource {
    #[serde(rename = "override")]
    pub(crate) instead: ObjectOrDefault<Target>,
    pub(crate) details: ObjectOrDefault<SourceDetails>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct SourceDetails {
    pub(crate) origin: ObjectOrDefault<Origin>,
}

/// `ImageOrigin`. Those of registries have a target such as `mysql:5.7`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Origin {
    pub(crate) details: ObjectOrDefault<Target>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Target {
    pub(crate) target: Text,
}

/// `CreatorInclude`: creators by their type.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Creators {
    pub(crate) accounts: ById<Account>,
    pub(crate) employees: ById<Account>,
    pub(crate) visitors: ById<Account>,
    pub(crate) api_keys: ById<NameFields>,
    pub(crate) environments: ById<NameFields>,
}

/// `PublicAccount`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: ObjectOrDefault<AccountName>,
    pub(crate) email: ObjectOrDefault<Email>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct AccountName {
    pub(crate) first: Text,
    pub(crate) last: Text,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Email {
    pub(crate) address: Text,
}
