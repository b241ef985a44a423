//! Reading an API's answers leniently: absent and `null` are the default, numbers pass for text, and one odd row does
//! not hide its page.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::model::Secret;

/// `null` as the default.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Anything at all: what does not fit is the default. Lists and objects are held in memory first; what is plain is not.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    deserializer.deserialize_any(Fitting(PhantomData))
}

/// Text, also where a number or a truth value was sent; anything else, and an empty text, is `None`.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Text)
}

/// A token, straight into the type that cannot be printed.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// The rows of a page. `null` is no rows; a row that does not have its shape is left out. Not within what is
/// [`lenient`]: the rows are taken as they are written.
pub(super) fn rows<'de, D, T>(deserializer: D) -> Result<Rows<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let all = Option::<Vec<Box<RawValue>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(Rows {
        sent: all.len(),
        good: all
            .iter()
            .filter_map(|row| serde_json::from_str(row.get()).ok())
            .collect(),
    })
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
/// objects whose own fields take anything: one that does not would fail the row.
#[derive(Debug, Default)]
pub(super) struct Passing<T>(pub(super) T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Passing<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Self)
    }
}

/// A list of such objects, where no field can be named for it.
#[derive(Debug, Default)]
pub(super) struct PassingAll<T>(pub(super) Vec<T>);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for PassingAll<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        objects(deserializer).map(Self)
    }
}

/// The same for a field.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    maybe_object(deserializer).map(Option::unwrap_or_default)
}

/// The same where it matters whether there is one.
pub(super) fn maybe_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(Object(PhantomData))
}

/// The same for a list of them.
pub(super) fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    maybe_objects(deserializer).map(Option::unwrap_or_default)
}

/// The same where it matters whether there is a list.
pub(super) fn maybe_objects<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
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

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Option<String>, E> {
        Ok((!text.is_empty()).then_some(text))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Option<String>, E> {
        Ok(Some(truth.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Option<String>, A::Error> {
        pass(items).map(|()| None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Option<String>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    otherwise!(None;);
}

fn pass<'de, A: SeqAccess<'de>>(mut items: A) -> Result<(), A::Error> {
    while items.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

struct Fitting<T>(PhantomData<T>);

/// What is not plain is held, so that nothing of it is left in the way of what follows when it does not fit.
#[derive(Deserialize)]
#[serde(untagged)]
enum Held<T> {
    Good(T),
    Odd(IgnoredAny),
}

impl<T: Default> Held<T> {
    fn fit(self) -> T {
        match self {
            Self::Good(value) => value,
            Self::Odd(_) => T::default(),
        }
    }
}

macro_rules! fitting {
    ($($visit:ident($kind:ty)),*) => {
        $(fn $visit<E: Error>(self, value: $kind) -> Result<T, E> {
            Ok(T::deserialize(Plain(IntoDeserializer::<E>::into_deserializer(value))).unwrap_or_default())
        })*
    };
}

impl<'de, T: Default + DeserializeOwned> Visitor<'de> for Fitting<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fitting!(
        visit_bool(bool),
        visit_i64(i64),
        visit_u64(u64),
        visit_f64(f64),
        visit_str(&str),
        visit_string(String)
    );

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::deserialize(IntoDeserializer::<E>::into_deserializer(())).unwrap_or_default())
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        Held::deserialize(SeqAccessDeserializer::new(items)).map(Held::fit)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        Held::deserialize(MapAccessDeserializer::new(fields)).map(Held::fit)
    }
}

/// A plain value that is there: serde's own do not read as an `Option` or a newtype.
struct Plain<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Plain<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Option<T>, A::Error> {
        pass(items).map(|()| None)
    }

    otherwise!(None; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
}

struct Objects<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<Vec<T>>, A::Error> {
        let mut all = Vec::new();
        while let Some(Passing(one)) = items.next_element()? {
            all.push(one);
        }
        Ok(Some(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Option<Vec<T>>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    otherwise!(None; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
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
    fn what_does_not_fit_is_the_default_and_what_follows_is_read() {
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        struct Odd {
            #[serde(deserialize_with = "lenient")]
            count: Option<u8>,
            #[serde(deserialize_with = "lenient")]
            list: Vec<u8>,
            #[serde(deserialize_with = "maybe_objects")]
            things: Option<Vec<Inner>>,
            #[serde(deserialize_with = "maybe_object")]
            thing: Option<Inner>,
            #[serde(deserialize_with = "text")]
            last: Option<String>,
        }
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        struct Inner {
            #[serde(deserialize_with = "text")]
            id: Option<String>,
        }
        for (value, count, list, things, thing) in [
            ("7", Some(7), 0, None, false),
            ("null", None, 0, None, false),
            ("300", None, 0, None, false),
            ("-1", None, 0, None, false),
            ("1.5", None, 0, None, false),
            ("true", None, 0, None, false),
            ("\"7\"", None, 0, None, false),
            ("\"\\u0001\"", None, 0, None, false),
            ("[1, 2]", None, 2, Some(2), false),
            ("[1, \"two\", [3]]", None, 0, Some(3), false),
            ("[]", None, 0, Some(0), false),
            ("{\"id\": {\"deep\": []}, \"more\": 1}", None, 0, None, true),
        ] {
            let json = format!(
                r#"{{"count": {value}, "list": {value}, "things": {value}, "thing": {value}, "last": 18446744073709551615}}"#
            );
            let odd: Odd = serde_json::from_str(&json).unwrap();
            assert_eq!(odd.count, count, "{json}");
            assert_eq!(odd.list.len(), list, "{json}");
            assert_eq!(odd.things.as_ref().map(Vec::len), things, "{json}");
            assert_eq!(odd.thing.is_some(), thing, "{json}");
            assert_eq!(odd.last.as_deref(), Some("18446744073709551615"), "{json}");
        }
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
