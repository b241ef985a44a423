//! Values of forms, and prepared requests as tests compare them.

use arcstr::ArcStr;

use quarterdeck::model::{FieldValue, FormValues, PreparedRequest};
use quarterdeck::providers::{Registration, Use};
use serde_json::Value;

use super::{Demo, Description};
use crate::coverage::fits;

/// Texts by the names of their fields.
pub fn texts(all: &[(&str, &str)]) -> FormValues {
    all.iter().fold(FormValues::new(), |values, (name, text)| values.with(*name, FieldValue::text(*text)))
}

/// Several choices or texts of a field.
pub fn several(all: &[&str]) -> FieldValue {
    FieldValue::Several(all.iter().map(|text| ArcStr::from(*text)).collect())
}

/// The pairs of a map.
pub fn pairs(all: &[(&str, &str)]) -> FieldValue {
    FieldValue::Map(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// The method and the path after the base, and the body.
pub fn request_of(request: &PreparedRequest, base: &str) -> (String, Option<Value>) {
    let path = request.url.split_once(base).map_or(&*request.url, |(_, path)| path);
    (format!("{} {path}", request.method), request.body.clone())
}

/// Holds a prepared request against its platform's description, where that is at hand.
pub fn hold_request(description: &str, request: &PreparedRequest, base: &str) {
    let Some(description) = Description::open(description) else { return };
    let (line, body) = request_of(request, base);
    let (method, path) = line.split_once(' ').expect("a method");
    let faults = description.request_faults(method, path, body.as_ref());
    assert!(faults.is_empty(), "{line} {body:?}: {faults:?}");
}

/// The endpoints that are documented as written and were not requested.
pub fn unwritten(demo: &Demo, platform: &Registration) -> Vec<String> {
    let asked = demo.cloud.asked();
    let base = format!("/{}", platform.platform());
    let was_sent = |method: &str, path: &str| {
        asked.iter().any(|line| {
            line.split_once(' ')
                .is_some_and(|(verb, asked)| verb == method && fits(&format!("{base}{path}"), asked))
        })
    };
    let writes = platform.endpoints.iter().filter(|endpoint| matches!(endpoint.used, Use::Writes(_)));
    let missing = writes.filter(|endpoint| !was_sent(endpoint.method, endpoint.path));
    missing.map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect()
}
