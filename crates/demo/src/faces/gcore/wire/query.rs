//! The parts of a query: switches, enums, numbers, repeated values, and the page of a list.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::marks;
use super::Problem;

/// The largest page.
const MOST: usize = 1000;

/// The pairs of a query, decoded.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::read(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// Takes a raw query apart.
    pub(crate) fn read(raw: &str) -> Self {
        Self(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; an empty one is as if it were not there.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// Every value of a repeated parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// A switch; `default` when it is not given.
    pub(crate) fn switch(&self, name: &str, default: bool) -> Result<bool, Problem> {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(default),
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(_) => Err(Problem::field(name, "Input should be a valid boolean")),
        }
    }

    /// One of a few words.
    pub(crate) fn choice<'a>(&'a self, name: &str, known: &[&str]) -> Result<Option<&'a str>, Problem> {
        match self.text(name) {
            Some(word) if !known.contains(&word) => {
                Err(Problem::field(name, &format!("Input should be one of {}", known.join(", "))))
            }
            word => Ok(word),
        }
    }

    /// An order such as `name.desc`: one of the fields, and whether the largest comes first.
    pub(crate) fn order(
        &self,
        fields: &[&'static str],
        default: (&'static str, bool),
    ) -> Result<(&'static str, bool), Problem> {
        let Some(text) = self.text("order_by") else {
            return Ok(default);
        };
        let wrong = || {
            let known: Vec<String> = fields.iter().map(|f| format!("{f}.asc, {f}.desc")).collect();
            Problem::field("order_by", &format!("Input should be one of {}", known.join(", ")))
        };
        let (field, way) = text.split_once('.').ok_or_else(wrong)?;
        let field = fields.iter().find(|known| **known == field).ok_or_else(wrong)?;
        match way {
            "asc" => Ok((field, false)),
            "desc" => Ok((field, true)),
            _ => Err(wrong()),
        }
    }

    /// Every value of a repeated parameter, each one of a few words.
    pub(crate) fn choices<'a>(&'a self, name: &'a str, known: &[&str]) -> Result<Vec<&'a str>, Problem> {
        let found = self.all(name);
        if found.iter().all(|word| known.contains(word)) {
            Ok(found)
        } else {
            Err(Problem::field(name, &format!("Input should be one of {}", known.join(", "))))
        }
    }

    /// Every value of a repeated parameter, each a whole number.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<i64>, Problem> {
        self.all(name)
            .into_iter()
            .map(|text| text.parse().map_err(|_| Problem::field(name, "Input should be a valid integer")))
            .collect()
    }

    /// A moment in ISO 8601.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        self.text(name)
            .map(|text| {
                marks::moment(text).ok_or_else(|| Problem::field(name, "Input should be a valid datetime"))
            })
            .transpose()
    }

    /// Which part of a list is wanted; `limit` is at most 1000, and `default` when it is not given.
    pub(crate) fn page(&self, default: usize) -> Result<Page, Problem> {
        let number = |name: &str, default: usize| match self.text(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<usize>()
                .map_err(|_| Problem::field(name, "Input should be greater than or equal to 0")),
        };
        let page = Page { limit: number("limit", default)?, offset: number("offset", 0)? };
        if page.limit == 0 {
            return Err(Problem::field("limit", "Input should be greater than 0"));
        }
        if page.limit > MOST {
            return Err(Problem::field("limit", "Input should be less than or equal to 1000"));
        }
        Ok(page)
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// The most rows.
    pub(crate) limit: usize,
    /// The number of rows that are skipped.
    pub(crate) offset: usize,
}

impl Page {
    /// Everything at once, for the lists that do not page.
    pub(crate) const WHOLE: Self = Self { limit: usize::MAX, offset: 0 };

    /// `{count, results}`: the count is that of all rows; only those of the page are shaped.
    pub(crate) fn of<T>(self, rows: &[T], shape: impl Fn(&T) -> Value) -> Value {
        let results: Vec<Value> = rows.iter().skip(self.offset).take(self.limit).map(shape).collect();
        json!({ "count": rows.len(), "results": results })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let query =
            Query::read("limit=1001&offset=-1&with_ddos=perhaps&status=GONE&state=NEW&state=RUNNING&name=");
        assert!(query.page(10).is_err());
        assert!(query.switch("with_ddos", false).is_err());
        assert!(query.choice("status", &["ACTIVE"]).is_err());
        assert_eq!(query.choices("state", &["NEW", "RUNNING"]).expect("known"), ["NEW", "RUNNING"]);
        assert_eq!(query.text("name"), None);
    }

    #[test]
    fn a_page_counts_everything_and_shows_a_part() {
        let page = Query::read("limit=2&offset=3").page(10).expect("a page");
        let list = page.of(&[1, 2, 3, 4, 5, 6], |n| json!(n));
        assert_eq!(list, json!({ "count": 6, "results": [4, 5] }));
        assert_eq!(Query::read("").page(10).expect("a page").limit, 10);
    }
}
