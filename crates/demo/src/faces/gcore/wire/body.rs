//! JSON bodies and the checks on their fields. All errors are reported at once, each field with its reason.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value, json};

use super::super::marks;
use super::Problem;

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

/// Reads fields and remembers what is wrong with them.
#[derive(Debug)]
pub(crate) struct Form<'a> {
    object: &'a Map<String, Value>,
    prefix: String,
    wrong: Map<String, Value>,
}

impl<'a> Form<'a> {
    /// A form over an object.
    pub(crate) fn new(object: &'a Map<String, Value>) -> Self {
        Self { object, prefix: String::new(), wrong: Map::new() }
    }

    /// Records an error of a field.
    pub(crate) fn error(&mut self, name: &str, why: impl Into<String>) {
        let why: String = why.into();
        self.wrong.insert(format!("{}{name}", self.prefix), json!([why]));
    }

    /// A field that is there and not null.
    pub(crate) fn given(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|v| !v.is_null())
    }

    fn needed(&mut self, name: &str) -> Option<&'a Value> {
        let found = self.given(name);
        if found.is_none() {
            self.error(name, "Field required");
        }
        found
    }

    /// An optional text.
    pub(crate) fn text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.given(name)?;
        if value.as_str().is_none() {
            self.error(name, "Input should be a valid string");
        }
        value.as_str()
    }

    /// A required text.
    pub(crate) fn need_text(&mut self, name: &str) -> Option<&'a str> {
        self.needed(name)?;
        self.text(name)
    }

    /// A required text that is one of a few words.
    pub(crate) fn need_word(&mut self, name: &str, known: &[&str]) -> Option<&'a str> {
        let word = self.need_text(name)?;
        if known.contains(&word) {
            return Some(word);
        }
        self.error(name, format!("Input should be one of {}", known.join(", ")));
        None
    }

    /// An optional text that is one of a few words.
    pub(crate) fn word(&mut self, name: &str, known: &[&str]) -> Option<&'a str> {
        self.given(name)?;
        self.need_word(name, known)
    }

    /// A required id.
    pub(crate) fn need_uuid(&mut self, name: &str) -> Option<&'a str> {
        let id = self.need_text(name)?;
        if !marks::is_uuid(id) {
            self.error(name, "Input should be a valid UUID");
            return None;
        }
        Some(id)
    }

    /// An optional whole number within bounds.
    pub(crate) fn number(&mut self, name: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.given(name)?;
        let number = value.as_i64();
        match number {
            None => self.error(name, "Input should be a valid integer"),
            Some(n) if n < *bounds.start() => {
                self.error(name, format!("Input should be greater than or equal to {}", bounds.start()));
            }
            Some(n) if n > *bounds.end() => {
                self.error(name, format!("Input should be less than or equal to {}", bounds.end()));
            }
            Some(_) => {}
        }
        number.filter(|n| bounds.contains(n))
    }

    /// A required whole number within bounds.
    pub(crate) fn need_number(&mut self, name: &str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        self.needed(name)?;
        self.number(name, bounds)
    }

    /// An optional switch.
    pub(crate) fn switch(&mut self, name: &str) -> Option<bool> {
        let value = self.given(name)?;
        if value.as_bool().is_none() {
            self.error(name, "Input should be a valid boolean");
        }
        value.as_bool()
    }

    /// A list; empty when it is not given.
    pub(crate) fn list(&mut self, name: &str) -> &'a [Value] {
        match self.given(name) {
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.error(name, "Input should be a valid list");
                &[]
            }
            None => &[],
        }
    }

    /// A required list.
    pub(crate) fn need_list(&mut self, name: &str) -> &'a [Value] {
        if self.needed(name).is_none() {
            return &[];
        }
        self.list(name)
    }

    /// Checks the objects of a list, each with the fields' names under its place: `volumes.0.size`.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        list: &'a [Value],
        mut read: impl FnMut(&mut Form<'a>) -> Option<T>,
    ) -> Vec<T> {
        let mut found = Vec::with_capacity(list.len());
        for (at, item) in list.iter().enumerate() {
            let Value::Object(object) = item else {
                self.error(&format!("{name}.{at}"), "Input should be a valid dictionary");
                continue;
            };
            let mut form = Form { object, prefix: format!("{}{name}.{at}.", self.prefix), wrong: Map::new() };
            found.extend(read(&mut form));
            self.wrong.extend(form.wrong);
        }
        found
    }

    /// A name as the platform allows it: 3 to 63 characters of a small alphabet.
    pub(crate) fn name(&mut self, name: &str) -> Option<&'a str> {
        let text = self.text(name)?;
        if is_name(text) {
            return Some(text);
        }
        self.error(name, "String should match pattern '^[a-zA-Z0-9][a-zA-Z 0-9._\\-]{1,61}[a-zA-Z0-9._]$'");
        None
    }

    /// Tags: a map of texts. `null` stands for a tag to be deleted, where that is meant.
    pub(crate) fn tags(&mut self, name: &str, nulls: bool) -> Vec<(String, Option<String>)> {
        match self.given(name) {
            None => Vec::new(),
            Some(Value::Object(map)) => self.tag_map(name, map, nulls),
            Some(_) => {
                self.error(name, "Input should be a valid dictionary");
                Vec::new()
            }
        }
    }

    /// The same for a whole body that is a map of tags.
    pub(crate) fn all_tags(&mut self) -> Vec<(String, Option<String>)> {
        self.tag_map("tags", self.object, true)
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
        if self.wrong.is_empty() { Ok(()) } else { Err(Problem::fields(self.wrong)) }
    }
}

/// Whether a text is a name as the platform allows it.
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
    fn everything_wrong_is_told_at_once() {
        let value = json!({ "volumes": [{ "size": 0 }], "name": "-", "tags": { "a b": "x", "ok": "y" } });
        let object = value.as_object().expect("an object");
        let mut form = Form::new(object);
        form.need_text("flavor");
        form.name("name");
        let volumes = form.need_list("volumes");
        form.each("volumes", volumes, |volume| volume.number("size", 1..=100));
        assert_eq!(form.tags("tags", false), [("ok".to_owned(), Some("y".to_owned()))]);
        let wrong: Vec<String> = form.wrong.keys().cloned().collect();
        assert_eq!(wrong, ["flavor", "name", "volumes.0.size", "tags.a b"]);
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
