//! Quota: `check_limits` before an instance is made.

use serde_json::{Map, Value, json};

use super::super::region::InRegion;
use crate::kit::form::Body;
use qdeck_model::{Problem, ProblemKind};

/// Asks whether the region's quota allows this instance. Returns a sentence where that cannot be asked.
///
/// # Errors
/// It does not; each quota that is exceeded is named.
pub(super) async fn check(place: &InRegion, body: &Value) -> Result<Option<String>, Problem> {
    let path = place.path("v2", "instances", &["check_limits"]);
    let answer: Result<Value, Problem> = place.api.post(&path, &[], &question(body)).await;
    match answer {
        Ok(answer) => match missing(&answer)[..] {
            [] => Ok(None),
            ref all => {
                let message =
                    format!("the quota of region {} does not allow it: {}", place.name, all.join("; "));
                Err(Problem::new(ProblemKind::Refused, message)
                    .hint("Ask Gcore for a higher limit, or free some"))
            }
        },
        Err(problem) if matches!(problem.kind, ProblemKind::NotFound | ProblemKind::Forbidden) => {
            Ok(Some("The quota could not be checked: it may be refused for that.".to_owned()))
        }
        Err(problem) => Err(problem),
    }
}

/// The part of a body that counts: `CheckLimitsInstanceSerializer`.
fn question(body: &Value) -> Value {
    let pick = |row: &Value, names: &[&str]| -> Value {
        let fields = names.iter().filter_map(|&name| Some((name.to_owned(), row.get(name)?.clone())));
        Value::Object(fields.collect::<Map<_, _>>())
    };
    let all = |list: &str, names: &[&str]| -> Vec<Value> {
        let rows = body.get(list).and_then(Value::as_array).into_iter().flatten();
        rows.map(|row| pick(row, names)).collect()
    };
    let interfaces =
        all("interfaces", &["type", "ip_family", "network_id", "subnet_id", "port_id", "floating_ip"]);
    Body::default()
        .with("flavor", body.get("flavor").cloned())
        .with("names", body.get("name").map(|name| json!([name])))
        .with("name_templates", body.get("name_template").map(|template| json!([template])))
        .with("volumes", Some(all("volumes", &["source", "size", "type_name", "snapshot_id"])))
        .with("interfaces", Some(interfaces))
        .into_value()
}

/// Every quota of which more is needed than is left: `cpu_count: 2 more than its limit of 100, of which 98 are in use`.
fn missing(answer: &Value) -> Vec<String> {
    let Some(fields) = answer.as_object() else { return Vec::new() };
    let number = |name: String| fields.get(&name).and_then(Value::as_i64);
    let exceeded = |(name, value): (&String, &Value)| {
        let thing = name.strip_suffix("_requested")?;
        let more = value.as_i64().filter(|more| *more > 0)?;
        Some(match (number(format!("{thing}_limit")), number(format!("{thing}_usage"))) {
            (Some(limit), Some(used)) => {
                format!("{thing}: {more} more than its limit of {limit}, of which {used} are in use")
            }
            _ => format!("{thing}: {more} more than allowed"),
        })
    };
    fields.iter().filter_map(exceeded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exceeded_quota_is_named() {
        let answer = json!({"cpu_count_limit": 100, "cpu_count_usage": 98, "cpu_count_requested": 2,
            "ram_requested": 0, "vm_count_requested": 1});
        assert_eq!(
            missing(&answer),
            [
                "cpu_count: 2 more than its limit of 100, of which 98 are in use",
                "vm_count: 1 more than allowed"
            ]
        );
        assert!(missing(&json!({})).is_empty());
    }

    #[test]
    fn only_what_counts_is_asked_about() {
        let body = json!({"name": "web-1", "flavor": "g1", "password": "made-up",
            "volumes": [{"source": "image", "image_id": "i", "size": 20, "boot_index": 0}],
            "interfaces": [{"type": "external", "interface_name": "x"}]});
        let expected = json!({"flavor": "g1", "names": ["web-1"], "volumes": [{"source": "image", "size": 20}],
            "interfaces": [{"type": "external"}]});
        assert_eq!(question(&body), expected);
    }
}
