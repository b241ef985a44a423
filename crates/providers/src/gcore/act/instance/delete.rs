//! Delete, with what is chosen of the volumes and addresses of an instance.

use std::sync::Arc;

use serde_json::Value;

use super::super::super::Site;
use super::super::region::{InRegion, rows, text};
use super::super::table::Entry;
use super::refuse_unless_fit;
use crate::kit::form::{Entered, one_of};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldKind, FieldValue, Form, FormValues, Method, Preview, Problem,
    ProblemKind, Target,
};

/// What can be deleted along with an instance: the field that decides, the field of single ones, and the query.
struct Along {
    mode: &'static str,
    field: &'static str,
    label: &'static str,
    section: &'static str,
    noun: &'static str,
}

const VOLUMES: Along =
    Along { mode: "delete_volumes", field: "volumes", label: "Volumes", section: "Volumes", noun: "volume" };
const FLOATING_IPS: Along = Along {
    mode: "delete_floating_ips",
    field: "floatings",
    label: "Floating IPs",
    section: "Addresses",
    noun: "floating IP",
};
const RESERVED_IPS: Along = Along {
    mode: "delete_reserved_fixed_ips",
    field: "reserved_fixed_ips",
    label: "Reserved fixed IPs",
    section: "Addresses",
    noun: "reserved fixed IP",
};

/// Something of an instance that may go along with it.
struct Part {
    id: String,
    label: String,
    /// It goes along whatever is chosen.
    always: bool,
}

/// The volumes and addresses of an instance.
struct Parts {
    volumes: Vec<Part>,
    floating_ips: Vec<Part>,
    reserved_ips: Vec<Part>,
}

impl Parts {
    async fn read(place: &InRegion, id: &str) -> Result<Self, Problem> {
        let volumes_query = [("instance_id", id)];
        let reserved_query = [("device_id", id)];
        let (instance, volumes, interfaces, reserved) = tokio::join!(
            place.instance(id, &[], &[]),
            place.list("volumes", &volumes_query),
            place.instance(id, &["interfaces"], &[("limit", "1000")]),
            place.list("reserved_fixed_ips", &reserved_query),
        );
        let instance = instance?;
        let goes_along = |volume: &str| {
            let own = instance.get("volumes").and_then(Value::as_array).into_iter().flatten();
            let own = own.filter(|it| it.get("id").and_then(Value::as_str) == Some(volume));
            own.into_iter().any(|it| it.get("delete_on_termination") == Some(&Value::Bool(true)))
        };
        let volumes = volumes?.iter().filter_map(|it| volume(it, goes_along)).collect();
        let interfaces = interfaces?;
        let floating_ips = rows(&interfaces).iter().flat_map(floating_ips).collect();
        let reserved = match reserved {
            // A server that has no such addresses.
            Err(problem) if problem.kind == ProblemKind::NotFound => Vec::new(),
            other => other?,
        };
        let reserved_ips = reserved.iter().filter_map(reserved_ip).collect();
        Ok(Self { volumes, floating_ips, reserved_ips })
    }

    fn each(&self) -> [(&'static Along, &[Part]); 3] {
        [(&VOLUMES, &self.volumes), (&FLOATING_IPS, &self.floating_ips), (&RESERVED_IPS, &self.reserved_ips)]
    }
}

fn volume(it: &Value, goes_along: impl Fn(&str) -> bool) -> Option<Part> {
    let id = text(it, &["id"])?;
    let size = it.get("size").and_then(Value::as_u64).map(|size| format!(" ({size} GiB)"));
    let label = format!("{}{}", text(it, &["name", "id"])?, size.unwrap_or_default());
    Some(Part { id: id.to_owned(), label, always: goes_along(id) })
}

fn floating_ips(interface: &Value) -> Vec<Part> {
    let part = |it: &Value| {
        let label = text(it, &["floating_ip_address", "id"])?.to_owned();
        Some(Part { id: text(it, &["id"])?.to_owned(), label, always: false })
    };
    let all = interface.get("floatingip_details").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(part).collect()
}

fn reserved_ip(it: &Value) -> Option<Part> {
    let label = text(it, &["fixed_ip_address", "fixed_ipv6_address", "name", "port_id"])?.to_owned();
    Some(Part { id: text(it, &["port_id"])?.to_owned(), label, always: false })
}

pub(super) async fn form(site: &Arc<Site>, target: &Target, values: &FormValues) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    Ok(form_of(&Parts::read(&place, &target.id.id).await?, values))
}

fn form_of(parts: &Parts, values: &FormValues) -> Form {
    let mut fields = Vec::new();
    for (along, all) in parts.each() {
        let kept = if along.field == VOLUMES.field { "Keep those not set to go with it" } else { "Keep" };
        let modes = one_of(&[("keep", kept), ("all", "Delete all"), ("choose", "Delete those chosen")]);
        fields.push(
            Field::new(along.mode, along.label, modes)
                .section(along.section)
                .default(FieldValue::text("keep"))
                .help(format!("What becomes of each {}: what is kept stays billed.", along.noun))
                .reshapes(),
        );
        if values.text(along.mode) == Some("choose") {
            let choice = |part: &Part| Choice {
                label: part.label.as_str().into(),
                note: part.always.then(|| "goes with it in any case".into()),
                ..Choice::plain(part.id.as_str())
            };
            let choices = Choices::Fixed(all.iter().map(choice).collect());
            fields.push(
                Field::new(along.field, "To delete", FieldKind::Several(choices))
                    .section(along.section)
                    .required()
                    .help("Those that are deleted with the instance."),
            );
        }
    }
    Form { fields }
}

pub(super) async fn preview(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let parts = Parts::read(&place, &target.id.id).await?;
    let entered = Entered::check(form_of(&parts, values), values)?;
    let (mut query, mut consequences) = (Vec::new(), Vec::new());
    consequences.push("The instance cannot be brought back.".to_owned());
    for (along, all) in parts.each() {
        let mode = entered.text(along.mode).unwrap_or("keep");
        let chosen = entered.several(along.field);
        let is_chosen = |part: &&Part| mode == "all" || chosen.iter().any(|id| **id == part.id);
        let (goes, stays): (Vec<&Part>, Vec<&Part>) =
            all.iter().partition(|part| part.always || is_chosen(part));
        let ids: Vec<&str> = all.iter().filter(is_chosen).map(|part| &*part.id).collect();
        if !ids.is_empty() {
            query.push(match mode {
                "all" if along.field == FLOATING_IPS.field => ("delete_floatings", "true".to_owned()),
                _ => (along.field, ids.join(",")),
            });
        }
        consequences.extend(sentence(along, &goes, true));
        consequences.extend(sentence(along, &stays, false));
    }
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let request = place.request(Method::Delete, &target.id.id, &[], &query)?;
    let summary = format!("Delete instance {} in region {}.", target.name, place.name);
    Ok(Preview { consequences, ..Preview::new(summary, vec![request], Expected::Gone) })
}

/// The sentence about what goes along or stays: `Volume web-boot (20 GiB) is kept and stays billed.`
fn sentence(along: &Along, parts: &[&Part], goes: bool) -> Option<String> {
    let names: Vec<&str> = parts.iter().map(|part| &*part.label).collect();
    let is_one = match names.len() {
        0 => return None,
        count => count == 1,
    };
    let mut noun = along.noun.to_owned();
    noun[..1].make_ascii_uppercase();
    let plural = if is_one { "" } else { "s" };
    let fate = match (goes, is_one) {
        (true, true) => "is deleted with it",
        (true, false) => "are deleted with it",
        (false, true) => "is kept and stays billed",
        (false, false) => "are kept and stay billed",
    };
    Some(format!("{noun}{plural} {} {fate}.", names.join(", ")))
}
