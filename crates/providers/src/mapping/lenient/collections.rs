//! Lenient objects and lists, read in place.

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::read::{ReadAny, lenient_type};

/// The most items that are read of a list inside a row: labels, addresses, steps. Those that follow are left out.
const MAX_ITEMS_OF_A_ROW: usize = 1_000;

/// An object; anything else is the default of `T`. The fields of `T` should all be lenient: one that is not fails the
/// row. Also for maps, with a lenient type of value.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObjectOrDefault<T>(pub(crate) T);

lenient_type!(ObjectOrDefault<T> => T, where T: Default + Deserialize<'de>);

impl<'de, T: Default + Deserialize<'de>> ReadAny<'de> for ObjectOrDefault<T> {
    fn object<A: MapAccess<'de>>(fields: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Self)
    }
}

/// An object; anything else is `None`. For objects whose presence matters.
#[derive(Debug, Clone)]
pub(crate) struct ObjectOrNone<T>(pub(crate) Option<T>);

impl<T> Default for ObjectOrNone<T> {
    fn default() -> Self {
        Self(None)
    }
}

lenient_type!(ObjectOrNone<T> => Option<T>, where T: Deserialize<'de>);

impl<'de, T: Deserialize<'de>> ReadAny<'de> for ObjectOrNone<T> {
    fn object<A: MapAccess<'de>>(fields: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(|object| Self(Some(object)))
    }
}

/// An object, or a text in place of one; anything else is the default of `T`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObjectOrText<T>(pub(crate) T);

lenient_type!(ObjectOrText<T> => T, where T: Default + Deserialize<'de> + for<'a> From<&'a str>);

impl<'de, T: Default + Deserialize<'de> + for<'a> From<&'a str>> ReadAny<'de> for ObjectOrText<T> {
    fn text(value: &str) -> Self {
        Self(value.into())
    }

    fn object<A: MapAccess<'de>>(fields: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Self)
    }
}

/// A list of objects; anything else is an empty list, and an item that is no object is the default of `T`.
#[derive(Debug, Clone)]
pub(crate) struct ListOrDefault<T>(pub(crate) Vec<T>);

impl<T> Default for ListOrDefault<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

lenient_type!(ListOrDefault<T> => Vec<T>, where T: Default + Deserialize<'de>);

impl<'de, T: Default + Deserialize<'de>> ReadAny<'de> for ListOrDefault<T> {
    fn list<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        objects(items).map(Self)
    }
}

impl<'a, T> IntoIterator for &'a ListOrDefault<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A list of objects; anything else is `None`. For lists whose presence matters.
#[derive(Debug, Clone)]
pub(crate) struct ListOrNone<T>(pub(crate) Option<Vec<T>>);

impl<T> Default for ListOrNone<T> {
    fn default() -> Self {
        Self(None)
    }
}

lenient_type!(ListOrNone<T> => Option<Vec<T>>, where T: Default + Deserialize<'de>);

impl<'de, T: Default + Deserialize<'de>> ReadAny<'de> for ListOrNone<T> {
    fn list<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        objects(items).map(|items| Self(Some(items)))
    }
}

fn objects<'de, T, A>(mut items: A) -> Result<Vec<T>, A::Error>
where
    T: Default + Deserialize<'de>,
    A: SeqAccess<'de>,
{
    let mut all = Vec::new();
    while all.len() < MAX_ITEMS_OF_A_ROW
        && let Some(ObjectOrDefault(item)) = items.next_element()?
    {
        all.push(item);
    }
    while items.next_element::<IgnoredAny>()?.is_some() {}
    Ok(all)
}

/// Any JSON at all; an absent field is `null`.
#[derive(Debug, Clone, Default)]
pub(crate) struct AnyValue(pub(crate) Value);

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| Self(value.unwrap_or_default()))
    }
}

impl std::ops::Deref for AnyValue {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}
