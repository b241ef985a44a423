//! Reading an API's answers leniently: absent and `null` are the default, numbers pass for text, and one odd row does
//! not hide its page.

mod visit;

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use self::visit::{Fitting, Object, Objects, Text};
use qdeck_model::Secret;

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
        good: all.iter().filter_map(|row| serde_json::from_str(row.get()).ok()).collect(),
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
        Self { good: Vec::new(), sent: 0 }
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
            assert_eq!((outer.inner.id.as_deref(), outer.all.len()), (inner, all), "{json}");
        }
        assert!(serde_json::from_str::<Outer>(r#"{"all": [{"id": "b""#).is_err(), "cut");
    }
}
