//! Secrets in answers, read straight into the type that cannot be printed.

use std::ops::Deref;

use serde::{Deserialize, Deserializer};

use super::Text;
use qdeck_model::Secret;

/// A secret that must be there: without it the whole answer is an error.
#[derive(Debug, Clone)]
pub(crate) struct RequiredSecret(pub(crate) Secret);

impl<'de> Deserialize<'de> for RequiredSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

impl Deref for RequiredSecret {
    type Target = Secret;

    fn deref(&self) -> &Secret {
        &self.0
    }
}

/// A secret that may be absent; read like a [`Text`].
#[derive(Debug, Clone, Default)]
pub(crate) struct OptionalSecret(pub(crate) Option<Secret>);

impl<'de> Deserialize<'de> for OptionalSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self(text.0.map(Secret::new)))
    }
}

impl Deref for OptionalSecret {
    type Target = Option<Secret>;

    fn deref(&self) -> &Option<Secret> {
        &self.0
    }
}
