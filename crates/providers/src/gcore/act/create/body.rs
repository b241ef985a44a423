//! The body of `POST /v2/instances/{project_id}/{region_id}`: `CreateInstanceSerializer`.

use std::net::IpAddr;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::super::instance::metadata::check_tags;
use super::super::naming::{check_name, check_template};
use super::fields::parts;
use super::system::System;
use crate::kit::form::{Body, Entered, wrong_field};
use qdeck_model::{FieldValue, FormValues, Problem};

/// Checks what the rules of single fields cannot express.
///
/// # Errors
/// The field that is wrong.
pub(super) fn check(entered: &Entered) -> Result<(), Problem> {
    if let Some(name) = entered.text("name") {
        check_name("name", name)?;
    }
    if let Some(template) = entered.text("name_template") {
        check_template("name_template", template)?;
    }
    for nth in 1..=volumes(entered) {
        let field = |name: &str| format!("volume_{nth}_{name}");
        if let Some(name) = entered.text(&field("name")) {
            check_name(&field("name"), name)?;
        }
        let tag = entered.text(&field("attachment_tag"));
        if tag.is_some_and(|tag| tag.contains([',', '/'])) {
            return Err(wrong_field(&field("attachment_tag"), "may hold no commas and slashes"));
        }
    }
    for nth in 1..=interfaces(entered) {
        let field = format!("interface_{nth}_ip_address");
        if entered.text(&field).is_some_and(|text| text.parse::<IpAddr>().is_err()) {
            return Err(wrong_field(&field, "is not an IP address"));
        }
    }
    entered.map("tags").map_or(Ok(()), |tags| check_tags("tags", &tags))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rule of the field bounds it"
)]
fn volumes(entered: &Entered) -> u32 {
    entered.whole("data_volumes").unwrap_or(0) as u32 + 1
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rule of the field bounds it"
)]
fn interfaces(entered: &Entered) -> u32 {
    entered.whole("interfaces").unwrap_or(1) as u32
}

/// The whole body.
pub(super) fn of(entered: &Entered, system: &System) -> Value {
    let user_data = entered.text("user_data");
    let user_data = user_data.map(|text| base64::engine::general_purpose::STANDARD.encode(text));
    let password = match entered.get("password") {
        Some(FieldValue::Secret(secret)) => Some(secret.expose().to_owned()),
        _ => None,
    };
    let configuration: Map<String, Value> = system
        .app_config
        .iter()
        .filter_map(|parameter| {
            let value = entered.text(&format!("configuration_{}", parameter.name))?;
            Some((parameter.name.clone(), Value::from(value)))
        })
        .collect();
    let volumes: Vec<Value> = (1..=volumes(entered)).map(|nth| volume(entered, nth)).collect();
    let interfaces: Vec<Value> = (1..=interfaces(entered)).map(|nth| interface(entered, nth)).collect();
    Body::default()
        .with("name", entered.text("name"))
        .with("name_template", entered.text("name_template"))
        .with("flavor", entered.text("flavor"))
        .with("volumes", Some(volumes))
        .with("interfaces", Some(interfaces))
        .with("ssh_key_name", entered.text("ssh_key_name"))
        .with("username", entered.text("username"))
        .with("password", password)
        .with("user_data", user_data)
        .with("servergroup_id", entered.text("servergroup_id"))
        .with("tags", entered.map("tags"))
        .with("configuration", (!configuration.is_empty()).then_some(configuration))
        .with("allow_app_ports", entered.switch("allow_app_ports"))
        .into_value()
}

/// One volume. The first is booted, and no other.
fn volume(entered: &Entered, nth: u32) -> Value {
    let field = |name: &str| format!("volume_{nth}_{name}");
    let text = |name: &str| entered.text(&field(name));
    let source = text("source");
    let boots = source != Some("new-volume");
    let boot_index = if nth == 1 { 0 } else { -1 };
    let deletes = entered.switch(&field("delete_on_termination")).filter(|on| *on);
    Body::default()
        .with("source", source)
        .with("image_id", text("image_id"))
        .with("apptemplate_id", text("apptemplate_id"))
        .with("snapshot_id", text("snapshot_id"))
        .with("volume_id", text("volume_id"))
        .with("size", entered.whole(&field("size")))
        .with("type_name", text("type_name"))
        .with("name", text("name"))
        .with("boot_index", boots.then_some(boot_index))
        .with("delete_on_termination", deletes)
        .with("attachment_tag", text("attachment_tag"))
        .into_value()
}

fn interface(entered: &Entered, nth: u32) -> Value {
    let field = |name: &str| format!("interface_{nth}_{name}");
    let text = |name: &str| entered.text(&field(name));
    let floating_ip = match text("floating_ip") {
        Some("new") => Some(json!({"source": "new"})),
        Some("existing") => {
            Some(json!({"source": "existing", "existing_floating_id": text("existing_floating_id")}))
        }
        _ => None,
    };
    let groups = entered.several(&field("security_groups"));
    let groups: Vec<Value> = groups.iter().map(|id| json!({"id": &**id})).collect();
    Body::default()
        .with("type", text("type"))
        .with("network_id", text("network_id"))
        .with("subnet_id", text("subnet_id"))
        .with("port_id", text("port_id"))
        .with("ip_address", text("ip_address"))
        .with("ip_family", text("ip_family"))
        .with("floating_ip", floating_ip)
        .with("interface_name", text("interface_name"))
        .with("security_groups", (!groups.is_empty()).then_some(groups))
        .into_value()
}

/// The volumes as the search for flavors takes them, from what has been entered so far. Sizes of what there is already
/// are left out, since they must be exactly those.
pub(super) fn volumes_in_brief(values: &FormValues) -> Vec<Value> {
    let brief = |nth: u32| {
        let text = |name: &str| values.text(&format!("volume_{nth}_{name}"));
        let source = text("source").unwrap_or(if nth == 1 { "image" } else { "new-volume" });
        let from = match source {
            "image" => Some(("image_id", text("image_id")?)),
            "apptemplate" => Some(("apptemplate_id", text("apptemplate_id")?)),
            "snapshot" => Some(("snapshot_id", text("snapshot_id")?)),
            "existing-volume" => Some(("volume_id", text("volume_id")?)),
            _ => None,
        };
        let has_size = matches!(source, "image" | "new-volume" | "apptemplate");
        let size = text("size").filter(|_| has_size).and_then(|size| size.trim().parse::<u64>().ok());
        // Both need a size; the flavors do not follow from it.
        let least = matches!(source, "image" | "new-volume").then_some(1);
        let mut volume = Body::default()
            .with("source", Some(source))
            .with("size", size.or(least))
            .with("boot_index", (nth == 1).then_some(0))
            .with("type_name", text("type_name"));
        if let Some((name, id)) = from {
            volume = volume.with(name, Some(id));
        }
        Some(volume.into_value())
    };
    let Some(boot) = brief(1) else { return Vec::new() };
    let more = (0..parts(values, "data_volumes", 0)).filter_map(|nth| brief(nth + 2));
    std::iter::once(boot).chain(more).collect()
}

/// What it costs, and what is missing to sign in.
pub(super) fn consequences(entered: &Entered, system: &System) -> Vec<String> {
    let mut all = vec!["The instance, its volumes and its addresses are billed from then on.".to_owned()];
    let has = |field: &str| entered.get(field).is_some();
    if !has("ssh_key_name") && !has("password") && !has("user_data") {
        all.push("Neither a key nor a password is set: there may be no way to sign in.".to_owned());
    } else if system.is_windows && !has("password") {
        all.push("No password is set for the user Admin.".to_owned());
    }
    let keeps = |nth: u32| entered.switch(&format!("volume_{nth}_delete_on_termination")) != Some(true);
    if (1..=volumes(entered)).any(keeps) {
        all.push("Volumes that are not deleted with the instance stay billed after it.".to_owned());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flavors_are_searched_for_once_it_is_known_what_is_booted() {
        let values = FormValues::new().with("volume_1_source", FieldValue::text("snapshot"));
        assert!(volumes_in_brief(&values).is_empty());
        let values = values
            .with("volume_1_snapshot_id", FieldValue::text("s1"))
            .with("volume_1_size", FieldValue::text("20"))
            .with("data_volumes", FieldValue::text("1"))
            .with("volume_2_size", FieldValue::text("50"));
        assert_eq!(
            Value::Array(volumes_in_brief(&values)),
            json!([{"source": "snapshot", "boot_index": 0, "snapshot_id": "s1"},
                {"source": "new-volume", "size": 50}])
        );
    }
}
