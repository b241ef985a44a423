//! Quasarch's answers, after its reference pages, which are of 2023: hence all optional.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::mapping::lenient::{
    AnyValue, Lenient, Number, ObjectOrDefault, RequiredSecret, RowId, Rows, RowsCutOut, Text,
};

/// A list. Its `page` and `rowsPerPage` are those of the request.
pub(super) type List<T> = ListOf<Rows<T>>;

/// The same without its rows.
pub(super) type Envelope = ListOf<RowsCutOut>;

/// A list, with its rows or without.
#[derive(Debug, Deserialize)]
pub(super) struct ListOf<R> {
    pub(super) items: R,
    pub(super) total: Number<usize>,
}

/// The answer of `GET /v1/users/token`.
#[derive(Deserialize)]
pub(super) struct Login {
    pub(super) token: RequiredSecret,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) id: RowId,
    pub(super) name: Text,
    pub(super) created_by: Text,
    pub(super) image: Text,
    pub(super) cpu: Number<f64>,
    pub(super) ram: Text,
    pub(super) gpu: Lenient<u32>,
    pub(super) ephemeral_storage: Text,
    /// Environment variables. Rows have their number only, since the values are secrets.
    pub(super) env: ObjectOrDefault<BTreeMap<String, Value>>,
    pub(super) port: Text,
    /// `null` in every sample, so that their form is not known.
    pub(super) command: AnyValue,
    pub(super) arguments: AnyValue,
    pub(super) date_created: Text,
    pub(super) date_updated: Text,
    pub(super) status: Text,
    pub(super) urls: Lenient<Vec<String>>,
    #[serde(rename = "desiredGPUs")]
    pub(super) desired_gpus: Lenient<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Revision {
    #[serde(rename = "revisionNumber")]
    pub(super) number: i64,
    pub(super) image: Text,
    pub(super) date_created: Text,
}

#[derive(Debug, Deserialize)]
pub(super) struct GpuModel {
    pub(super) code: RowId,
    pub(super) name: Text,
}

/// A log line with the name of its pod, as providers of the Akash network send it. Exactly these two fields: a JSON line
/// of the program itself has others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PodLine {
    #[serde(rename = "name")]
    pub(super) _name: String,
    pub(super) message: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mapping::lenient::property::any_json_is_read_at_any_field;

    #[test]
    fn any_json_is_read_at_any_field_of_a_row() {
        any_json_is_read_at_any_field::<Container>(
            &json!({
                "id": "c1", "name": "web", "createdBy": "u", "image": "web:1", "cpu": 0.5, "ram": "512Mi", "gpu": 1,
                "ephemeralStorage": "1Gi", "command": ["sh"], "arguments": null, "env": {"KEY": "obviously-fake"}, "port": 80, "dateCreated": "c",
                "dateUpdated": "u", "status": "deployed", "urls": ["example.com"], "desiredGPUs": ["a100"],
            }),
            &["id"],
        );
        any_json_is_read_at_any_field::<Revision>(
            &json!({"revisionNumber": 1, "image": "web:1", "dateCreated": "c"}),
            &["revisionNumber"],
        );
        any_json_is_read_at_any_field::<GpuModel>(&json!({"code": "a100", "name": "Nvidia a100"}), &["code"]);
    }
}
