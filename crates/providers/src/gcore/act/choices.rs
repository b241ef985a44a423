//! The lists that fields are chosen from.

use std::sync::Arc;

use serde_json::Value;

use super::super::Site;
use super::create;
use super::instance::flavor_name;
use super::region::{InRegion, text};
use crate::mapping::lenient::Rows;
use qdeck_model::{Choice, FormValues, Problem, ProblemKind, Target};

/// The field that a context action takes its region from.
pub(super) const REGION: &str = "region";

/// Asks for prices with flavors.
pub(super) const PRICED: (&str, &str) = ("include_prices", "true");

/// The choices of a field that are loaded when it is reached. Fields of one of several volumes or interfaces begin with
/// its number: `volume_1_image_id`.
pub(super) async fn load(
    site: &Arc<Site>,
    target: &Target,
    field: &str,
    values: &FormValues,
) -> Result<Vec<Choice>, Problem> {
    let region = target.id.scope.as_deref().or_else(|| values.text(REGION));
    let Some(region) = region else {
        return Err(Problem::new(ProblemKind::Refused, "choose a region first"));
    };
    let place = InRegion::numbered(site, region).await?;
    let (prefix, name) = numbered(field);
    let list = |service: &'static str, query: &'static [(&'static str, &'static str)]| {
        let place = &place;
        async move { place.list(service, query).await }
    };
    let rows = match name {
        "flavor" => return create::flavors(&place, values).await,
        "image_id" => list("images", &[PRICED]).await?,
        "snapshot_id" => list("snapshots", &[]).await?,
        "volume_id" => list("volumes", &[("has_attachments", "false")]).await?,
        "apptemplate_id" => place.read("apptemplates").await?,
        "network_id" => list("networks", &[]).await?,
        "subnet_id" => {
            let network = values.text(&format!("{prefix}network_id"));
            let query: Vec<_> = network.map(|network| ("network_id", network)).into_iter().collect();
            place.list("subnets", &query).await?
        }
        "port_id" => list("reserved_fixed_ips", &[("available_only", "true")]).await?,
        "existing_floating_id" => list("floatingips", &[("status", "DOWN")]).await?,
        "security_groups" => list("securitygroups", &[]).await?,
        "servergroup_id" => list("servergroups", &[]).await?,
        "ssh_key_name" => {
            let path = ["cloud", "v1", "ssh_keys", &place.project];
            let keys: Rows<Value> = site.api.all(&path, &[]).await?;
            keys.good
        }
        _ => Vec::new(),
    };
    let is_boot = prefix == "volume_1_";
    Ok(rows.iter().filter_map(|row| choice(name, row, is_boot)).collect())
}

/// `volume_1_image_id` as `volume_1_` and `image_id`.
pub(super) fn numbered(field: &str) -> (&str, &str) {
    let of_list = ["volume_", "interface_"].into_iter().find(|list| field.starts_with(list));
    let Some(list) = of_list else { return ("", field) };
    let digits = field[list.len()..].bytes().take_while(u8::is_ascii_digit).count();
    let end = list.len() + digits;
    if digits == 0 || field.as_bytes().get(end) != Some(&b'_') {
        ("", field)
    } else {
        field.split_at(end + 1)
    }
}

/// One row of a list as a choice.
fn choice(name: &str, row: &Value, is_boot: bool) -> Option<Choice> {
    let size = |field: &str| row.get(field).and_then(Value::as_u64).map(|size| format!("{size} GiB"));
    let word = |field: &str| text(row, &[field]).map(str::to_owned);
    let (value, label, notes) = match name {
        "image_id" => {
            let least = size("min_disk").map(|size| format!("from {size}"));
            (word("id"), word("name"), vec![word("os_type"), least, price(row)])
        }
        "snapshot_id" => (word("id"), word("name"), vec![size("size")]),
        "volume_id" => (word("id"), word("name"), vec![size("size"), word("volume_type")]),
        "apptemplate_id" => {
            (word("id"), word("display_name"), vec![word("version"), word("short_description")])
        }
        "network_id" => (word("id"), word("name"), vec![word("type")]),
        "subnet_id" => (word("id"), word("name"), vec![word("cidr")]),
        "port_id" => {
            let address = word("fixed_ip_address").or_else(|| word("fixed_ipv6_address"));
            (word("port_id"), address.or_else(|| word("name")), vec![word("name")])
        }
        "existing_floating_id" => (word("id"), word("floating_ip_address"), vec![]),
        "security_groups" => (word("id"), word("name"), vec![word("description")]),
        "servergroup_id" => (word("servergroup_id"), word("name"), vec![word("policy")]),
        _ => (word("name"), word("name"), vec![word("fingerprint")]),
    };
    let value = value?;
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    let boots = row.get("bootable") != Some(&Value::Bool(false));
    let unavailable = match text(row, &["status", "state"]) {
        _ if name == "volume_id" && is_boot && !boots => Some("it is not bootable".to_owned()),
        Some(state) if matches!(name, "snapshot_id" | "volume_id") && state != "available" => {
            Some(format!("it is {state}"))
        }
        _ => None,
    };
    Some(Choice {
        label: label.unwrap_or_else(|| value.clone()).into(),
        note: (!notes.is_empty()).then(|| notes.join(", ").into()),
        unavailable: unavailable.map(Into::into),
        ..Choice::plain(value)
    })
}

/// A flavor with its size and price.
pub(super) fn flavor_choice(flavor: &Value) -> Option<Choice> {
    let name = flavor_name(flavor)?;
    let number = |field: &str| flavor.get(field).and_then(Value::as_u64);
    let size = match (number("vcpus"), number("ram")) {
        (Some(vcpus), Some(mib)) if mib % 1024 == 0 => Some(format!("{vcpus} vCPU, {} GiB", mib / 1024)),
        (Some(vcpus), Some(mib)) => Some(format!("{vcpus} vCPU, {mib} MiB")),
        _ => None,
    };
    let notes: Vec<String> = size.into_iter().chain(price(flavor)).collect();
    let is_disabled = flavor.get("disabled") == Some(&Value::Bool(true));
    Some(Choice {
        note: (!notes.is_empty()).then(|| notes.join(", ").into()),
        unavailable: is_disabled.then(|| "it is disabled".into()),
        ..Choice::plain(name)
    })
}

/// `0.05 EUR/h`, where a price is shown.
pub(super) fn price(row: &Value) -> Option<String> {
    let hour = row.get("price_per_hour").and_then(Value::as_f64)?;
    let currency = row.get("currency_code").and_then(Value::as_str).unwrap_or_default();
    Some(format!("{hour} {currency}/h"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fields_of_one_of_several_are_taken_apart() {
        assert_eq!(numbered("volume_12_image_id"), ("volume_12_", "image_id"));
        assert_eq!(numbered("interface_1_security_groups"), ("interface_1_", "security_groups"));
        for whole in ["volume_id", "interface_name", "flavor", "volumes"] {
            assert_eq!(numbered(whole), ("", whole));
        }
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let volume =
            json!({"id": "v1", "name": "data", "size": 20, "status": "available", "bootable": false});
        assert_eq!(
            choice("volume_id", &volume, true).unwrap().unavailable.as_deref(),
            Some("it is not bootable")
        );
        let free = choice("volume_id", &volume, false).unwrap();
        assert_eq!((free.unavailable, &*free.label, free.note.as_deref()), (None, "data", Some("20 GiB")));
        let snapshot = json!({"id": "s1", "name": "old", "size": 5, "status": "creating"});
        assert_eq!(
            choice("snapshot_id", &snapshot, true).unwrap().unavailable.as_deref(),
            Some("it is creating")
        );
    }

    #[test]
    fn a_flavor_shows_its_size_and_its_price() {
        let flavor = json!({"flavor_id": "g2-standard-2-4", "vcpus": 2, "ram": 4096, "price_per_hour": 0.05,
            "currency_code": "EUR", "disabled": true});
        let choice = flavor_choice(&flavor).unwrap();
        assert_eq!(choice.note.as_deref(), Some("2 vCPU, 4 GiB, 0.05 EUR/h"));
        assert_eq!(choice.unavailable.as_deref(), Some("it is disabled"));
    }
}
