//! JSON bodies and the checks on their fields. All errors are reported at once, each field with its reason.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value, json};

use super::Problem;
use crate::faces::kit::form::{self, Expected, Wording};

/// A body that is a JSON object. An empty body is an empty object: some writes need none.
#[derive(Debug)]
pub(crate) struct Body(pub(in super::super) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|e| Problem::wrong(e.to_string()))?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(Problem::wrong("Input should be a valid dictionary")),
            Err(error) => Err(Problem::wrong(format!("Failed when parsing body as json: {error}"))),
        }
    }
}

/// The fields of a body.
pub(crate) type Form<'a> = form::Form<'a, GcoreWords>;

/// Gcore's words for a field that is wrong.
#[derive(Debug)]
pub(crate) struct GcoreWords;

impl Wording for GcoreWords {
    fn reason(expected: &Expected<'_>, value: &Value) -> String {
        let not_text = !value.is_string();
        match expected {
            Expected::Value => "Field required".to_owned(),
            Expected::Nothing => "Extra inputs are not permitted".to_owned(),
            Expected::Word(words) if !not_text => format!("Input should be one of {}", words.join(", ")),
            Expected::Uuid if !not_text => "Input should be a valid UUID".to_owned(),
            Expected::Text | Expected::TextOf(_) | Expected::Word(_) | Expected::Uuid => {
                "Input should be a valid string".to_owned()
            }
            Expected::Integer(range) => match value.as_i64() {
                None => "Input should be a valid integer".to_owned(),
                Some(n) if n < *range.start() => {
                    format!("Input should be greater than or equal to {}", range.start())
                }
                Some(_) => format!("Input should be less than or equal to {}", range.end()),
            },
            Expected::Boolean => "Input should be a valid boolean".to_owned(),
            Expected::List => "Input should be a valid list".to_owned(),
            Expected::Object => "Input should be a valid dictionary".to_owned(),
            Expected::Other(what) => format!("Input should be {what}"),
        }
    }
}

impl<'a> Form<'a> {
    /// A name as the platform allows it: 3 to 63 characters of a small alphabet.
    pub(crate) fn name(&mut self, name: &str) -> Option<&'a str> {
        let text = self.text(name)?;
        if is_name(text) {
            return Some(text);
        }
        self.error(name, "String should match pattern '^[a-zA-Z0-9][a-zA-Z 0-9._\\-]{1,61}[a-zA-Z0-9._]$'");
        None
    }

    /// Tags: a map of texts. `null` deletes a tag, where that is allowed.
    pub(crate) fn tags(&mut self, name: &str, nulls: bool) -> Vec<(String, Option<String>)> {
        match self.given(name) {
            None => Vec::new(),
            Some(Value::Object(map)) => self.tag_map(name, map, nulls),
            Some(other) => {
                self.error(name, GcoreWords::reason(&Expected::Object, other));
                Vec::new()
            }
        }
    }

    /// The same for a whole body that is a map of tags.
    pub(crate) fn all_tags(&mut self) -> Vec<(String, Option<String>)> {
        self.fields().map(|map| self.tag_map("tags", map, true)).unwrap_or_default()
    }

    fn tag_map(
        &mut self,
        name: &str,
        map: &Map<String, Value>,
        nulls: bool,
    ) -> Vec<(String, Option<String>)> {
        let mut found = Vec::new();
        for (key, value) in map {
            let place = format!("{name}.{key}");
            if key.is_empty() || key.len() > 255 || key.chars().any(|c| c.is_whitespace() || c == '=') {
                self.error(&place, "a key is up to 255 characters without spaces and `=`");
                continue;
            }
            match value {
                Value::Null if nulls => found.push((key.clone(), None)),
                Value::String(text)
                    if !text.trim().is_empty() && text.len() <= 255 && !text.contains(['\t', '\n']) =>
                {
                    found.push((key.clone(), Some(text.trim().to_owned())));
                }
                _ => self.error(&place, "a value is a text of up to 255 characters"),
            }
        }
        found
    }

    /// Everything that was wrong, as one refusal.
    pub(crate) fn done(self) -> Result<(), Problem> {
        if self.errors().is_empty() {
            return Ok(());
        }
        let wrong = self.errors().iter().map(|(path, reason)| (path.clone(), json!([reason])));
        Err(Problem::fields(wrong.collect()))
    }
}

/// Returns whether a text is a name as the platform allows it.
pub(crate) fn is_name(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    let inner = |c: char| edge(c) || matches!(c, ' ' | '.' | '_' | '-');
    (3..=63).contains(&text.len())
        && text.chars().all(inner)
        && text.starts_with(edge)
        && text.ends_with(|c: char| edge(c) || matches!(c, '.' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_reported_at_once() {
        let value = json!({ "volumes": [{ "size": 0 }], "name": "-", "tags": { "a b": "x", "ok": "y" } });
        let object = value.as_object().expect("an object");
        let mut form = Form::new(object);
        form.need_text("flavor");
        form.name("name");
        let volumes = form.need_list("volumes");
        form.each("volumes", volumes, |volume| volume.number("size", 1..=100));
        assert_eq!(form.tags("tags", false), [("ok".to_owned(), Some("y".to_owned()))]);
        let wrong: Vec<&str> = form.errors().iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(wrong, ["flavor", "name", "volumes.0.size", "tags.a b"]);
        let reasons: Vec<&str> = form.errors().iter().map(|(_, reason)| reason.as_str()).collect();
        assert_eq!(reasons[0], "Field required");
        assert_eq!(reasons[2], "Input should be greater than or equal to 1");
        assert!(form.done().is_err());
    }

    #[test]
    fn names_are_short_and_plain() {
        for good in ["web-1", "My server.2_", "abc"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["ab", "-ab", "ab-", "a/b", "ümlaut", &"x".repeat(64)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
