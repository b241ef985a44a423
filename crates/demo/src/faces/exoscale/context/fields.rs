//! Reading a request's body: what is missing or wrong is gathered, so that one answer reports all of it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::faces::exoscale::ids::is_uuid;
use crate::faces::exoscale::problem::Problem;

/// A body that is being read.
pub(in crate::faces::exoscale) struct Fields<'a> {
    body: &'a Value,
    errors: Vec<String>,
}

impl<'a> Fields<'a> {
    pub(in crate::faces::exoscale) fn of(body: &'a Value) -> Self {
        Self { body, errors: Vec::new() }
    }

    /// Notes what is wrong with a field.
    pub(in crate::faces::exoscale) fn wrong(&mut self, name: &str, why: impl std::fmt::Display) {
        self.errors.push(format!("{name}: {why}"));
    }

    /// Says everything that was wrong, if anything was.
    pub(in crate::faces::exoscale) fn end(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(&self.errors)) }
    }

    /// Notes each of these fields that is not there.
    pub(in crate::faces::exoscale) fn require(&mut self, names: &[&str]) {
        for name in names {
            if self.value(name).is_none() {
                self.wrong(name, "is required");
            }
        }
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name).filter(|value| !value.is_null())
    }

    /// A field that `read` understands, or a note that says what it must be.
    fn read<T>(
        &mut self,
        name: &str,
        must: impl std::fmt::Display,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let found = read(self.value(name)?);
        if found.is_none() {
            self.wrong(name, format_args!("must be {must}"));
        }
        found
    }

    /// A text of so many characters.
    pub(in crate::faces::exoscale) fn text(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Option<String> {
        let must = format!("a text of {} to {} characters", length.start(), length.end());
        self.read(name, must, |value| {
            let text = value.as_str()?;
            length.contains(&text.chars().count()).then(|| text.to_owned())
        })
    }

    /// One of the words.
    pub(in crate::faces::exoscale) fn word(
        &mut self,
        name: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        self.read(name, format!("one of {}", words.join(", ")), |value| {
            let text = value.as_str()?;
            words.iter().find(|word| **word == text).copied()
        })
    }

    /// A whole number.
    pub(in crate::faces::exoscale) fn whole(
        &mut self,
        name: &str,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let must = format!("a whole number from {} to {}", range.start(), range.end());
        self.read(name, must, |value| value.as_i64().filter(|number| range.contains(number)))
    }

    /// True or false.
    pub(in crate::faces::exoscale) fn flag(&mut self, name: &str) -> Option<bool> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// Names with texts.
    pub(in crate::faces::exoscale) fn labels(&mut self) -> Option<BTreeMap<String, String>> {
        self.read("labels", "an object of texts", |value| {
            let pairs = value.as_object()?.iter();
            pairs.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        })
    }

    /// `{"id": UUID}`.
    pub(in crate::faces::exoscale) fn reference(&mut self, name: &str) -> Option<String> {
        self.read(name, "an object with the `id` of one", id_of)
    }

    /// A list of `{"id": UUID}`.
    pub(in crate::faces::exoscale) fn references(&mut self, name: &str) -> Option<Vec<String>> {
        let must = "a list of objects with an `id` each";
        self.read(name, must, |value| value.as_array()?.iter().map(id_of).collect())
    }

    /// A UUID.
    pub(in crate::faces::exoscale) fn uuid(&mut self, name: &str) -> Option<String> {
        self.read(name, "a UUID", uuid_of)
    }

    /// `{"name": TEXT}`.
    pub(in crate::faces::exoscale) fn named(&mut self, name: &str) -> Option<String> {
        self.read(name, "an object with the `name` of one", name_of)
    }

    /// A list of `{"name": TEXT}`.
    pub(in crate::faces::exoscale) fn all_named(&mut self, name: &str) -> Option<Vec<String>> {
        let must = "a list of objects with a `name` each";
        self.read(name, must, |value| value.as_array()?.iter().map(name_of).collect())
    }

    /// An IPv4 address.
    pub(in crate::faces::exoscale) fn ipv4(&mut self, name: &str) -> Option<std::net::Ipv4Addr> {
        self.read(name, "an IPv4 address", |value| value.as_str()?.parse().ok())
    }

    /// A network such as `192.0.2.0/24`.
    pub(in crate::faces::exoscale) fn network(&mut self, name: &str) -> Option<String> {
        self.read(name, "a network such as 192.0.2.0/24", |value| {
            let text = value.as_str()?;
            let (address, bits) = text.split_once('/')?;
            let most = if address.parse::<std::net::IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
            (bits.parse::<u8>().ok()? <= most).then(|| text.to_owned())
        })
    }

    /// An object, whatever is in it.
    pub(in crate::faces::exoscale) fn object(&mut self, name: &str) -> Option<&'a Value> {
        self.read(name, "an object", |value| value.is_object().then_some(value))
    }
}

fn uuid_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| is_uuid(text)).map(ToOwned::to_owned)
}

fn id_of(value: &Value) -> Option<String> {
    uuid_of(value.get("id")?)
}

fn name_of(value: &Value) -> Option<String> {
    value.get("name")?.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let body = json!({ "disk-size": 3, "name": "", "template": { "id": "x" }, "labels": { "a": 1 } });
        let mut fields = Fields::of(&body);
        fields.require(&["disk-size", "instance-type"]);
        assert_eq!(fields.whole("disk-size", 10..=51_200), None);
        assert_eq!(fields.text("name", 1..=255), None);
        assert_eq!(fields.reference("template"), None);
        assert_eq!(fields.labels(), None);
        assert_eq!(fields.flag("not-there"), None);
        assert_eq!(fields.errors.len(), 5, "{:?}", fields.errors);
        assert!(fields.errors[0].starts_with("instance-type: is required"));
        assert!(fields.end().is_err());
    }

    #[test]
    fn what_is_right_is_given() {
        let body = json!({ "network": "2001:db8::/32", "ip": "192.0.2.7", "word": "tcp", "none": null });
        let mut fields = Fields::of(&body);
        assert_eq!(fields.network("network").as_deref(), Some("2001:db8::/32"));
        assert_eq!(fields.ipv4("ip").map(|ip| ip.octets()[3]), Some(7));
        assert_eq!(fields.word("word", &["udp", "tcp"]), Some("tcp"));
        assert_eq!(fields.text("none", 1..=2), None);
        assert!(fields.end().is_ok());
    }
}
