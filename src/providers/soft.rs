//! Reading an API's answers leniently: absent and `null` are the default, numbers pass for text, and one odd row does
//! not hide its page.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::Secret;

/// `null` as the default.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Anything at all: what does not fit is the default.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Fit<T> {
        Good(T),
        Odd(IgnoredAny),
    }
    Ok(match Fit::<T>::deserialize(deserializer)? {
        Fit::Good(value) => value,
        Fit::Odd(_) => T::default(),
    })
}

/// Text, also where a number or a truth value was sent; anything else, and an empty text, is `None`.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Text(String),
        Whole(i64),
        Number(f64),
        Truth(bool),
        Odd(IgnoredAny),
    }
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Text(text) if text.is_empty() => None,
        Scalar::Text(text) => Some(text),
        Scalar::Whole(number) => Some(number.to_string()),
        Scalar::Number(number) => Some(number.to_string()),
        Scalar::Truth(truth) => Some(truth.to_string()),
        Scalar::Odd(_) => None,
    })
}

/// A token, straight into the type that cannot be printed.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The rows of a page. `null` is no rows; a row that does not have its shape is left out.
pub(super) fn rows<'de, D, T>(deserializer: D) -> Result<Rows<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Row<T> {
        Good(T),
        Odd(IgnoredAny),
    }
    let all = Option::<Vec<Row<T>>>::deserialize(deserializer)?.unwrap_or_default();
    let sent = all.len();
    let good = all
        .into_iter()
        .filter_map(|row| match row {
            Row::Good(row) => Some(row),
            Row::Odd(_) => None,
        })
        .collect();
    Ok(Rows { good, sent })
}

/// The rows of a page that could be read, and how many were sent (which is what paging goes by).
#[derive(Debug)]
pub(super) struct Rows<T> {
    pub(super) good: Vec<T>,
    pub(super) sent: usize,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            good: Vec::new(),
            sent: 0,
        }
    }
}

/// An object that is read while it passes by, without being held in memory first; anything else is the default. For
/// whole documents within documents, of which little is kept.
#[derive(Debug, Default)]
pub(super) struct Passing<T>(pub(super) T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Passing<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Object(PhantomData)).map(Self)
    }
}

/// The same for a field.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Passing::deserialize(deserializer).map(|Passing(value)| value)
}

/// The same for a list of them.
pub(super) fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    deserializer.deserialize_any(Objects(PhantomData))
}

/// What everything that has another shape than is hoped for reads as.
macro_rules! otherwise {
    ($value:expr; $($visit:ident($kind:ty)),*) => {
        $(fn $visit<E: Error>(self, _: $kind) -> Result<Self::Value, E> {
            Ok($value)
        })*

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(self)
        }
    };
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::default())
    }

    otherwise!(T::default(); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
}

struct Objects<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(Passing(one)) = items.next_element()? {
            all.push(one);
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Vec<T>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }

    otherwise!(Vec::new(); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Thing {
        #[serde(default, deserialize_with = "text")]
        name: Option<String>,
        #[serde(default, deserialize_with = "nullable")]
        list: Vec<u8>,
        #[serde(default, deserialize_with = "lenient")]
        count: u32,
    }

    #[derive(Deserialize)]
    struct Page {
        #[serde(default, deserialize_with = "rows")]
        items: Rows<Thing>,
    }

    #[test]
    fn nulls_absents_and_odd_shapes_are_read() {
        let page: Page = serde_json::from_str(
            r#"{"items": [{"name": 7, "list": null, "count": "many"}, "odd", {}, {"list": 3}, {"name": "", "count": 2}]}"#,
        )
        .unwrap();
        assert_eq!(page.items.sent, 5);
        let good = page.items.good;
        assert_eq!(good.len(), 3);
        assert_eq!((good[0].name.as_deref(), good[0].count), (Some("7"), 0));
        assert!(good[0].list.is_empty());
        assert_eq!((good[2].name.as_deref(), good[2].count), (None, 2));
        let none: Page = serde_json::from_str(r#"{"items": null}"#).unwrap();
        assert_eq!(none.items.sent, 0);
    }

    #[test]
    fn documents_in_documents_are_read_in_passing() {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Outer {
            #[serde(deserialize_with = "object")]
            inner: Inner,
            #[serde(deserialize_with = "objects")]
            all: Vec<Inner>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Inner {
            #[serde(deserialize_with = "text")]
            id: Option<String>,
        }
        for (json, inner, all) in [
            (
                r#"{"inner": {"id": "a", "more": [{}]}, "all": [{"id": "b"}, 3, [4], {"id": 5}]}"#,
                Some("a"),
                4,
            ),
            (r#"{"inner": [1, {"id": "a"}], "all": {"id": "b"}}"#, None, 0),
            (r#"{"inner": null, "all": null}"#, None, 0),
            (r#"{"inner": -1.5, "all": "text"}"#, None, 0),
            ("{}", None, 0),
        ] {
            let outer: Outer = serde_json::from_str(json).unwrap();
            assert_eq!(
                (outer.inner.id.as_deref(), outer.all.len()),
                (inner, all),
                "{json}"
            );
        }
        assert!(
            serde_json::from_str::<Outer>(r#"{"all": [{"id": "b""#).is_err(),
            "cut"
        );
    }
}
