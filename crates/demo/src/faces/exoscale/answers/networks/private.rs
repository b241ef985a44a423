//! Private networks: who is in them, and at which address.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::{found, guest, reference, update_guest};
use crate::faces::exoscale::account::guest::Guest;
use crate::faces::exoscale::answers::Answer;
use crate::faces::exoscale::answers::instances::name;
use crate::faces::exoscale::context::{Names, RequestContext};
use crate::faces::exoscale::ids::{Thing, id};
use crate::faces::exoscale::problem::Problem;

/// A private network with the leases of its instances.
pub(in crate::faces::exoscale::answers) fn with_leases(
    ctx: &RequestContext<'_>,
    key: &str,
    document: &Value,
) -> Value {
    let leases: Vec<Value> = ctx.app.engine.read(|fleet| {
        let guests_attached = ctx.account.guests_attached(fleet);
        guests_attached
            .flat_map(|(machine, guest)| guest.networks.iter().map(move |net| (machine, net)))
            .filter(|(_, (network, _))| network == key)
            .filter_map(|(machine, (_, ip))| {
                Some(json!({ "instance-id": id(Thing::Instance, machine), "ip": (*ip)? }))
            })
            .collect()
    });
    let mut document = document.clone();
    document["leases"] = leases.into();
    document
}

fn network(ctx: &RequestContext<'_>) -> Result<(String, Value), Problem> {
    found(ctx, Thing::PrivateNetwork, "The private network")
}

/// `GET /private-network/{id}`.
pub(in crate::faces::exoscale::answers) fn get_network(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, document) = network(ctx)?;
    Ok(with_leases(ctx, &key, &document))
}

/// `POST /private-network`: with a range of addresses it hands them out itself.
pub(in crate::faces::exoscale::answers) fn create_network(ctx: &mut RequestContext<'_>) -> Answer {
    let mut fields = ctx.fields();
    fields.require(&["name"]);
    let name = fields.text_of("name", 1..=255).unwrap_or_default();
    let description = fields.text_of("description", 0..=255).unwrap_or_default();
    let labels: BTreeMap<String, String> = fields.labels().unwrap_or_default();
    let range = [fields.ipv4("start-ip"), fields.ipv4("end-ip"), fields.ipv4("netmask")];
    let given = range.iter().flatten().count();
    if given > 0 && given < 3 {
        fields.error("start-ip", "end-ip and netmask come together");
    }
    if let [Some(start), Some(end), _] = range
        && start > end
    {
        fields.error("end-ip", "must not be before start-ip");
    }
    let options = fields.object("options").cloned();
    fields.done()?;
    ctx.account.check_limit(Thing::PrivateNetwork)?;
    let number = ctx.account.number();
    let mut document = json!({
        "name": name, "description": description, "labels": labels, "vni": 4000 + number, "options": options.unwrap_or_else(|| json!({})),
    });
    for (name, ip) in ["start-ip", "end-ip", "netmask"].into_iter().zip(range) {
        if let Some(ip) = ip {
            document[name] = ip.to_string().into();
        }
    }
    let key = ctx.account.hold(Thing::PrivateNetwork, Some(ctx.zone), document);
    let caption = format!("Create private network {name}");
    let net = reference("private-network", &key);
    Ok(ctx.submit_plain(caption, "network.create", net, Names::Always, None))
}

/// `DELETE /private-network/{id}`: not while an instance is in it.
pub(in crate::faces::exoscale::answers) fn delete_network(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _) = network(ctx)?;
    let is_attached = |guest: &Guest| guest.networks.iter().any(|(network, _)| *network == key);
    if ctx.app.engine.read(|fleet| ctx.account.is_attached(fleet, is_attached)) {
        return Err(Problem::conflict("The private network is in use"));
    }
    ctx.account.remove(&key);
    let net = reference("private-network", &key);
    let caption = "Delete a private network".to_owned();
    Ok(ctx.submit_plain(caption, "network.delete", net, Names::UntilDone, None))
}

/// The address that is asked for; one outside the network's range, or one that is taken, is refused.
fn wanted_ip(ctx: &RequestContext<'_>, key: &str, document: &Value) -> Result<Option<Ipv4Addr>, Problem> {
    let mut fields = ctx.fields();
    let ip = fields.ipv4("ip");
    fields.done()?;
    let end_of = |name: &str| document[name].as_str().and_then(|text| text.parse::<Ipv4Addr>().ok());
    let range = end_of("start-ip").zip(end_of("end-ip"));
    let taken = |ip: Ipv4Addr| {
        let has = |guest: &Guest| guest.networks.iter().any(|(net, own)| net == key && *own == Some(ip));
        ctx.app.engine.read(|fleet| ctx.account.is_attached(fleet, has))
    };
    match (ip, range) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(Problem::field("ip", "the network hands out no addresses")),
        (Some(ip), Some(_)) if taken(ip) => Err(Problem::conflict("The address is taken")),
        (Some(ip), Some(_)) => Ok(Some(ip)),
        (None, Some((start, end))) => {
            let free = (u32::from(start)..=u32::from(end)).map(Ipv4Addr::from).find(|ip| !taken(*ip));
            free.map(Some).ok_or_else(|| Problem::conflict("No address is left in the network"))
        }
    }
}

/// `PUT /private-network/{id}:attach`.
pub(in crate::faces::exoscale::answers) fn attach_network(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, document) = network(ctx)?;
    let machine = ctx.machine_of_body()?;
    if guest(ctx, machine).networks.iter().any(|(network, _)| *network == key) {
        return Err(Problem::conflict("The instance is in the private network already"));
    }
    let ip = wanted_ip(ctx, &key, &document)?;
    let is_attached = key.clone();
    update_guest(ctx, machine, |guest| guest.networks.push((is_attached, ip)));
    let caption = format!("Attach {} to a private network", name(ctx, machine));
    let net = reference("private-network", &key);
    Ok(ctx.submit_plain(caption, "network.attach", net, Names::Always, None))
}

/// The instance of the body, if it is in the network of the path.
fn member(ctx: &RequestContext<'_>) -> Result<(String, Value, u32), Problem> {
    let (key, document) = network(ctx)?;
    let machine = ctx.machine_of_body()?;
    if !guest(ctx, machine).networks.iter().any(|(network, _)| *network == key) {
        return Err(Problem::state("The instance is not in the private network"));
    }
    Ok((key, document, machine))
}

/// `PUT /private-network/{id}:detach`.
pub(in crate::faces::exoscale::answers) fn detach_network(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, _, machine) = member(ctx)?;
    update_guest(ctx, machine, |guest| {
        guest.networks.retain(|(network, _)| *network != key);
    });
    let caption = format!("Detach {} from a private network", name(ctx, machine));
    let net = reference("private-network", &key);
    Ok(ctx.submit_plain(caption, "network.detach", net, Names::Always, None))
}

/// `PUT /private-network/{id}:update-ip`.
pub(in crate::faces::exoscale::answers) fn update_ip(ctx: &mut RequestContext<'_>) -> Answer {
    let (key, document, machine) = member(ctx)?;
    let ip = wanted_ip(ctx, &key, &document)?;
    update_guest(ctx, machine, |guest| {
        guest.networks.iter_mut().filter(|(network, _)| *network == key).for_each(|(_, own)| *own = ip);
    });
    let caption = format!("Change the address of {}", name(ctx, machine));
    let net = reference("private-network", &key);
    Ok(ctx.submit_plain(caption, "network.update", net, Names::Always, None))
}
