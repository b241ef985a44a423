//! The fields of a request's body in Exoscale's words, and the shapes of fields that only Exoscale has.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::faces::exoscale::problem::Problem;
use crate::faces::kit::form::{Expected, Form, Wording, plain_reason};
use crate::faces::kit::is_uuid;

/// The fields of a body.
pub(in crate::faces::exoscale) type Fields<'a> = Form<'a, ExoscaleWords>;

/// Exoscale's words for a field that is wrong.
#[derive(Debug)]
pub(crate) struct ExoscaleWords;

impl Wording for ExoscaleWords {
    fn reason(expected: &Expected<'_>, _: &Value) -> String {
        plain_reason(expected)
    }
}

impl<'a> Fields<'a> {
    /// Returns everything that was wrong, if anything was.
    pub(in crate::faces::exoscale) fn done(self) -> Result<(), Problem> {
        if self.errors().is_empty() {
            return Ok(());
        }
        let errors: Vec<String> = self.errors().iter().map(|(path, why)| format!("{path}: {why}")).collect();
        Err(Problem::invalid(&errors))
    }

    /// Names with texts.
    pub(in crate::faces::exoscale) fn labels(&mut self) -> Option<BTreeMap<String, String>> {
        self.read("labels", &Expected::Other("an object of texts"), |value| {
            let pairs = value.as_object()?.iter();
            pairs.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
        })
    }

    /// `{"id": UUID}`.
    pub(in crate::faces::exoscale) fn reference(&mut self, name: &str) -> Option<String> {
        self.read(name, &Expected::Other("an object with the `id` of one"), id_of)
    }

    /// A list of `{"id": UUID}`.
    pub(in crate::faces::exoscale) fn references(&mut self, name: &str) -> Option<Vec<String>> {
        let must = "a list of objects with an `id` each";
        self.read(name, &Expected::Other(must), |value| value.as_array()?.iter().map(id_of).collect())
    }

    /// `{"name": TEXT}`.
    pub(in crate::faces::exoscale) fn named(&mut self, name: &str) -> Option<String> {
        self.read(name, &Expected::Other("an object with the `name` of one"), name_of)
    }

    /// A list of `{"name": TEXT}`.
    pub(in crate::faces::exoscale) fn all_named(&mut self, name: &str) -> Option<Vec<String>> {
        let must = "a list of objects with a `name` each";
        self.read(name, &Expected::Other(must), |value| value.as_array()?.iter().map(name_of).collect())
    }

    /// An IPv4 address.
    pub(in crate::faces::exoscale) fn ipv4(&mut self, name: &str) -> Option<std::net::Ipv4Addr> {
        self.read(name, &Expected::Other("an IPv4 address"), |value| value.as_str()?.parse().ok())
    }

    /// A network such as `192.0.2.0/24`.
    pub(in crate::faces::exoscale) fn network(&mut self, name: &str) -> Option<String> {
        self.read(name, &Expected::Other("a network such as 192.0.2.0/24"), |value| {
            let text = value.as_str()?;
            let (address, bits) = text.split_once('/')?;
            let most = if address.parse::<std::net::IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
            (bits.parse::<u8>().ok()? <= most).then(|| text.to_owned())
        })
    }

    /// An object, whatever is in it.
    pub(in crate::faces::exoscale) fn object(&mut self, name: &str) -> Option<&'a Value> {
        self.read(name, &Expected::Object, |value| value.is_object().then_some(value))
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
    fn every_wrong_field_is_reported_at_once() {
        let body = json!({ "disk-size": 3, "name": "", "template": { "id": "x" }, "labels": { "a": 1 } });
        let mut fields = Fields::of(&body);
        fields.require(&["disk-size", "instance-type"]);
        assert_eq!(fields.number("disk-size", 10..=51_200), None);
        assert_eq!(fields.text_of("name", 1..=255), None);
        assert_eq!(fields.reference("template"), None);
        assert_eq!(fields.labels(), None);
        assert_eq!(fields.switch("not-there"), None);
        assert_eq!(fields.errors().len(), 5, "{:?}", fields.errors());
        assert_eq!(fields.errors()[0], ("instance-type".to_owned(), "is required".to_owned()));
        assert_eq!(fields.errors()[1].1, "must be a whole number from 10 to 51200");
        assert!(fields.done().is_err());
    }

    #[test]
    fn valid_fields_are_returned() {
        let body = json!({ "network": "2001:db8::/32", "ip": "192.0.2.7", "word": "tcp", "none": null });
        let mut fields = Fields::of(&body);
        assert_eq!(fields.network("network").as_deref(), Some("2001:db8::/32"));
        assert_eq!(fields.ipv4("ip").map(|ip| ip.octets()[3]), Some(7));
        assert_eq!(fields.word("word", &["udp", "tcp"]), Some("tcp"));
        assert_eq!(fields.text_of("none", 1..=2), None);
        assert!(fields.done().is_ok());
    }
}
