//! Reading an API's answers leniently: absent and `null` are the default, numbers pass for text, and one odd row does
//! not hide its page.

use serde::de::{DeserializeOwned, IgnoredAny};
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
}
