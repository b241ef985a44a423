//! Interfaces: one more, and one less.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::super::Site;
use super::super::region::{InRegion, rows, text};
use super::super::table::Entry;
use super::{UNCHANGED, refuse_unless_fit};
use crate::kit::form::{Body, Entered, line, one_of, whole};
use qdeck_model::{
    Choice, Choices, Expected, Field, FieldKind, FieldValue, Form, FormValues, Method, Preview, Problem,
    Target, Unit,
};

/// `AttachInterface….interface_name`.
pub(in super::super) const MAX_INTERFACE_NAME: usize = 37;
const EXTERNAL: &str = "external";

/// The ways in which an interface gets its address.
pub(in super::super) const INTERFACE_TYPES: &[(&str, &str)] = &[
    (EXTERNAL, "External: a public address"),
    ("subnet", "A subnet of a network"),
    ("any_subnet", "The subnet of a network with the most free addresses"),
    ("reserved_fixed_ip", "A reserved fixed IP"),
];

/// The families of addresses.
pub(in super::super) const IP_FAMILIES: &[(&str, &str)] =
    &[("ipv4", "IPv4"), ("ipv6", "IPv6"), ("dual", "Both")];

/// The form of a new interface. Trunks are of bare metal only.
pub(super) fn attach_form(is_bare_metal: bool, values: &FormValues) -> Form {
    let loaded = || FieldKind::Choice(Choices::Loaded);
    let kind = values.text("type").unwrap_or(EXTERNAL);
    let mut fields = vec![
        Field::new("type", "Address from", one_of(INTERFACE_TYPES))
            .required()
            .default(FieldValue::text(EXTERNAL))
            .help("The way in which the interface gets its address.")
            .reshapes(),
    ];
    let network = match kind {
        "subnet" => Some(("subnet_id", "Subnet", "The subnet that the address is taken from.")),
        "any_subnet" => Some(("network_id", "Network", "The network to connect to.")),
        "reserved_fixed_ip" => Some(("port_id", "Reserved fixed IP", "A reserved address that is free.")),
        _ => None,
    };
    fields.extend(network.map(|(name, label, help)| Field::new(name, label, loaded()).required().help(help)));
    if matches!(kind, EXTERNAL | "any_subnet") {
        fields.push(
            Field::new("ip_family", "Addresses", one_of(IP_FAMILIES)).help("IPv4 where nothing is chosen."),
        );
    }
    fields.push(
        Field::new("interface_name", "Name", FieldKind::Text(line(0, MAX_INTERFACE_NAME)))
            .help("A name of the interface, up to 37 characters."),
    );
    fields.push(
        Field::new("security_groups", "Security groups", FieldKind::Several(Choices::Loaded))
            .help("The project's default group where nothing is chosen."),
    );
    if is_bare_metal {
        fields.push(
            Field::new("port_group", "Port group", whole(0.0, 3.0, Unit::COUNT))
                .help("Each group becomes a trunk of its own."),
        );
    }
    Form { fields }
}

/// `attach_interface`.
pub(super) async fn attach(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    let instance = refuse_unless_fit(site, target, entry).await?;
    let is_bare_metal = instance.flavor.resource_class.as_deref().is_some();
    let entered = Entered::check(attach_form(is_bare_metal, values), values)?;
    let groups = entered.several("security_groups");
    let groups: Vec<Value> = groups.iter().map(|id| json!({"id": &**id})).collect();
    let body = Body::default()
        .with("type", entered.text("type"))
        .with("subnet_id", entered.text("subnet_id"))
        .with("network_id", entered.text("network_id"))
        .with("port_id", entered.text("port_id"))
        .with("ip_family", entered.text("ip_family"))
        .with("interface_name", entered.text("interface_name"))
        .with("security_groups", (!groups.is_empty()).then_some(groups))
        .with("port_group", entered.whole("port_group"));
    let place = InRegion::of(site, &target.id).await?;
    let request = place.request(Method::Post, &target.id.id, &["attach_interface"], &[])?;
    let summary = format!("Attach an interface to instance {} in region {}.", target.name, place.name);
    let mut preview =
        Preview::new(summary, vec![request.body(body.into_value())], Expected::State(UNCHANGED));
    if entered.text("type") == Some(EXTERNAL) {
        preview = preview.consequence(
            "The instance gets a public address, which is billed and can be reached from outside.",
        );
    }
    Ok(preview)
}

/// An interface that there is.
struct Attached {
    port: String,
    address: String,
    network: String,
    floating_ips: Vec<String>,
}

async fn attached(place: &InRegion, id: &str) -> Result<Vec<Attached>, Problem> {
    let list = place.instance(id, &["interfaces"], &[("limit", "1000")]).await?;
    let one = |it: &Value| {
        let floating_ips = it.get("floatingip_details").and_then(Value::as_array).into_iter().flatten();
        Some(Attached {
            port: text(it, &["port_id"])?.to_owned(),
            address: text(it.pointer("/ip_assignments/0")?, &["ip_address"])?.to_owned(),
            network: it.get("network_details").and_then(|it| text(it, &["name"])).unwrap_or("?").to_owned(),
            floating_ips: floating_ips
                .filter_map(|it| text(it, &["floating_ip_address"]).map(str::to_owned))
                .collect(),
        })
    };
    Ok(rows(&list).iter().filter_map(one).collect())
}

pub(super) async fn detach_form(site: &Arc<Site>, target: &Target) -> Result<Form, Problem> {
    let place = InRegion::of(site, &target.id).await?;
    Ok(detach_form_of(&attached(&place, &target.id.id).await?))
}

fn detach_form_of(all: &[Attached]) -> Form {
    let choice = |it: &Attached| Choice {
        label: format!("{} in {}", it.address, it.network).into(),
        note: (!it.floating_ips.is_empty()).then(|| it.floating_ips.join(", ").into()),
        ..Choice::plain(it.port.as_str())
    };
    let choices = Choices::Fixed(all.iter().map(choice).collect());
    let port = Field::new("port_id", "Interface", FieldKind::Choice(choices));
    Form { fields: vec![port.required().help("The interface to detach.")] }
}

/// `detach_interface`, which takes the port and one address of it.
pub(super) async fn detach(
    site: &Arc<Site>,
    target: &Target,
    entry: &Entry,
    values: &FormValues,
) -> Result<Preview, Problem> {
    refuse_unless_fit(site, target, entry).await?;
    let place = InRegion::of(site, &target.id).await?;
    let all = attached(&place, &target.id.id).await?;
    let entered = Entered::check(detach_form_of(&all), values)?;
    let port = entered.text("port_id").unwrap_or_default();
    let gone = "the interface is not there any more";
    let one = all.iter().find(|it| it.port == port);
    let one = one.ok_or_else(|| crate::kit::form::wrong_field("port_id", gone))?;
    let request = place.request(Method::Post, &target.id.id, &["detach_interface"], &[])?;
    let request = request.body(json!({"port_id": one.port, "ip_address": one.address}));
    let (address, network) = (&one.address, &one.network);
    let summary = format!(
        "Detach interface {address} of instance {} in region {} from network {network}.",
        target.name, place.name
    );
    let mut preview = Preview::new(summary, vec![request], Expected::State(UNCHANGED))
        .consequence(format!("Address {address} is given back, unless it is reserved."));
    if !one.floating_ips.is_empty() {
        let ips = one.floating_ips.join(", ");
        preview = preview.consequence(format!("Floating IP {ips} leads nowhere then, and stays billed."));
    }
    if all.len() == 1 {
        preview = preview.consequence("It is the last interface: the instance cannot be reached any more.");
    }
    Ok(preview)
}
