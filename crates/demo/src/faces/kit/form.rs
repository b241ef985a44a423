//! Checks on a body's fields. All errors are collected, each with the path of its field; the platform words them.

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::is_uuid;

/// The requirement that a field does not meet.
#[derive(Debug)]
pub(crate) enum Expected<'e> {
    /// Any value but null.
    Value,
    /// No such field.
    Nothing,
    /// A text.
    Text,
    /// A text of so many characters.
    TextOf(RangeInclusive<usize>),
    /// One of a few words.
    Word(&'e [&'e str]),
    /// A whole number in a range.
    Integer(RangeInclusive<i64>),
    /// True or false.
    Boolean,
    /// A list.
    List,
    /// An object.
    Object,
    /// A UUID.
    Uuid,
    /// A platform's own: `an IPv4 address`.
    Other(&'static str),
}

/// The reason in plain words, for platforms whose pages show no text of such an error.
pub(crate) fn plain_reason(expected: &Expected<'_>) -> String {
    let expected = match expected {
        Expected::Value => return "is required".to_owned(),
        Expected::Nothing => return "is not a field".to_owned(),
        Expected::Text => "a text".to_owned(),
        Expected::TextOf(length) => format!("a text of {} to {} characters", length.start(), length.end()),
        Expected::Word(words) => format!("one of {}", words.join(", ")),
        Expected::Integer(range) => format!("a whole number from {} to {}", range.start(), range.end()),
        Expected::Boolean => "true or false".to_owned(),
        Expected::List => "a list".to_owned(),
        Expected::Object => "an object".to_owned(),
        Expected::Uuid => "a UUID".to_owned(),
        Expected::Other(what) => (*what).to_owned(),
    };
    format!("must be {expected}")
}

/// A platform's words for a field that is missing or wrong.
pub(crate) trait Wording {
    /// The reason, for a value that is not what is expected; null where it is missing.
    fn reason(expected: &Expected<'_>, value: &Value) -> String;
}

/// Reads the fields of an object and collects the errors. Getters return `None` for a field that is missing or wrong.
#[derive(Debug)]
pub(crate) struct Form<'a, W> {
    object: Option<&'a Map<String, Value>>,
    prefix: String,
    errors: Vec<(String, String)>,
    wording: PhantomData<W>,
}

impl<'a, W: Wording> Form<'a, W> {
    fn below(object: Option<&'a Map<String, Value>>, prefix: String) -> Self {
        Self { object, prefix, errors: Vec::new(), wording: PhantomData }
    }

    /// A form over an object.
    pub(crate) fn new(object: &'a Map<String, Value>) -> Self {
        Self::below(Some(object), String::new())
    }

    /// A form over a body; one that is no object has no fields.
    pub(crate) fn of(body: &'a Value) -> Self {
        Self::below(body.as_object(), String::new())
    }

    /// The fields as they were sent.
    pub(crate) fn fields(&self) -> Option<&'a Map<String, Value>> {
        self.object
    }

    /// Records an error of a field.
    pub(crate) fn error(&mut self, name: &str, why: impl Into<String>) {
        self.errors.push((format!("{}{name}", self.prefix), why.into()));
    }

    /// Every error so far: the path of the field and the reason.
    pub(crate) fn errors(&self) -> &[(String, String)] {
        &self.errors
    }

    /// A field that is there and not null.
    pub(crate) fn given(&self, name: &str) -> Option<&'a Value> {
        self.object?.get(name).filter(|value| !value.is_null())
    }

    /// Records an error for each of these fields that is missing.
    pub(crate) fn require(&mut self, names: &[&str]) {
        for name in names {
            self.needed(name);
        }
    }

    fn needed(&mut self, name: &str) -> Option<&'a Value> {
        let found = self.given(name);
        if found.is_none() {
            self.error(name, W::reason(&Expected::Value, &Value::Null));
        }
        found
    }

    /// A field that `read` accepts; an error where it is given and not accepted.
    pub(crate) fn read<T>(
        &mut self,
        name: &str,
        expected: &Expected<'_>,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.given(name)?;
        let found = read(value);
        if found.is_none() {
            self.error(name, W::reason(expected, value));
        }
        found
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> Option<&'a str> {
        self.read(name, &Expected::Text, Value::as_str)
    }

    /// A required text.
    pub(crate) fn need_text(&mut self, name: &str) -> Option<&'a str> {
        self.needed(name)?;
        self.text(name)
    }

    /// A text of so many characters.
    pub(crate) fn text_of(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<String> {
        self.read(name, &Expected::TextOf(length.clone()), |value| {
            let text = value.as_str()?;
            length.contains(&text.chars().count()).then(|| text.to_owned())
        })
    }

    /// One of a few words.
    pub(crate) fn word<'w>(&mut self, name: &str, words: &[&'w str]) -> Option<&'w str> {
        self.read(name, &Expected::Word(words), |value| {
            let text = value.as_str()?;
            words.iter().find(|word| **word == text).copied()
        })
    }

    /// A required word.
    pub(crate) fn need_word<'w>(&mut self, name: &str, words: &[&'w str]) -> Option<&'w str> {
        self.needed(name)?;
        self.word(name, words)
    }

    /// A whole number in a range.
    pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.read(name, &Expected::Integer(range.clone()), |value| {
            value.as_i64().filter(|number| range.contains(number))
        })
    }

    /// A required whole number.
    pub(crate) fn need_number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        self.needed(name)?;
        self.number(name, range)
    }

    /// True or false.
    pub(crate) fn switch(&mut self, name: &str) -> Option<bool> {
        self.read(name, &Expected::Boolean, Value::as_bool)
    }

    /// A UUID.
    pub(crate) fn uuid(&mut self, name: &str) -> Option<&'a str> {
        self.read(name, &Expected::Uuid, |value| value.as_str().filter(|text| is_uuid(text)))
    }

    /// A required UUID.
    pub(crate) fn need_uuid(&mut self, name: &str) -> Option<&'a str> {
        self.needed(name)?;
        self.uuid(name)
    }

    /// A list; empty when it is missing or wrong.
    pub(crate) fn list(&mut self, name: &str) -> &'a [Value] {
        self.read(name, &Expected::List, Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// A required list.
    pub(crate) fn need_list(&mut self, name: &str) -> &'a [Value] {
        if self.needed(name).is_none() {
            return &[];
        }
        self.list(name)
    }

    /// Reads an object, with each error below its place: `lease.expire`.
    pub(crate) fn child<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let object = self.read(name, &Expected::Object, Value::as_object)?;
        let mut form = Self::below(Some(object), format!("{}{name}.", self.prefix));
        let found = read(&mut form);
        self.errors.append(&mut form.errors);
        found
    }

    /// Records an error for each field that is none of these.
    pub(crate) fn only(&mut self, names: &[&str]) {
        let fields = self.object.into_iter().flatten().map(|(name, _)| name);
        let unknown: Vec<&String> = fields.filter(|name| !names.contains(&name.as_str())).collect();
        for name in unknown {
            self.error(name, W::reason(&Expected::Nothing, &Value::Null));
        }
    }

    /// Reads the objects of a list, with each error below the object's place: `volumes.0.size`.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        list: &'a [Value],
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Vec<T> {
        let mut found = Vec::with_capacity(list.len());
        for (at, item) in list.iter().enumerate() {
            let Value::Object(object) = item else {
                self.error(&format!("{name}.{at}"), W::reason(&Expected::Object, item));
                continue;
            };
            let mut form = Self::below(Some(object), format!("{}{name}.{at}.", self.prefix));
            found.extend(read(&mut form));
            self.errors.append(&mut form.errors);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Plain;

    impl Wording for Plain {
        fn reason(expected: &Expected<'_>, value: &Value) -> String {
            format!("{expected:?}, not {value}")
        }
    }

    #[test]
    fn every_error_is_collected_with_the_path_of_its_field() {
        let body = json!({ "volumes": [{ "size": 0 }, 7], "name": 1, "word": "tcp", "none": null });
        let mut form = Form::<Plain>::of(&body);
        assert_eq!((form.need_text("flavor"), form.text("name"), form.text("none")), (None, None, None));
        assert_eq!(form.word("word", &["udp", "tcp"]), Some("tcp"));
        let volumes = form.need_list("volumes");
        assert!(form.each("volumes", volumes, |volume| volume.number("size", 1..=100)).is_empty());
        let paths: Vec<&str> = form.errors().iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["flavor", "name", "volumes.0.size", "volumes.1"]);
        assert_eq!(form.errors()[2].1, "Integer(1..=100), not 0");
    }

    #[test]
    fn a_body_that_is_no_object_has_no_fields() {
        let body = json!(["name"]);
        let mut form = Form::<Plain>::of(&body);
        form.require(&["name"]);
        assert_eq!(form.errors(), [("name".to_owned(), "Value, not null".to_owned())]);
    }
}
