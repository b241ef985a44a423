//! Addresses and networks: elastic IPs, private networks, names of addresses.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::Answer;
use super::instances::{name, small};
use crate::demo::faces::exoscale::book::Reference;
use crate::demo::faces::exoscale::book::guest::Guest;
use crate::demo::faces::exoscale::ids::{Thing, id};
use crate::demo::faces::exoscale::problem::Problem;
use crate::demo::faces::exoscale::visit::{Names, Visit};

fn reference(kind: &'static str, id: &str) -> Reference {
    Reference {
        kind,
        id: id.to_owned(),
    }
}

/// A thing that the path names: its id and its document.
fn found(visit: &Visit<'_>, thing: Thing, what: &str) -> Result<(String, Value), Problem> {
    let key = visit.param("id");
    let held = visit
        .book
        .find(thing, visit.zone, key)
        .ok_or_else(|| Problem::missing(what))?;
    Ok((key.to_owned(), held.document.clone()))
}

fn address(visit: &Visit<'_>) -> Result<(String, Value), Problem> {
    found(visit, Thing::ElasticIp, "The elastic IP")
}

fn guest(visit: &Visit<'_>, machine: u32) -> Guest {
    visit.desk.engine.read(|fleet| visit.book.guest(fleet, machine))
}

fn dress(visit: &mut Visit<'_>, machine: u32, change: impl FnOnce(&mut Guest)) {
    visit
        .desk
        .engine
        .read(|fleet| visit.book.dress(fleet, machine, change));
}

/// The fields of an elastic IP that create and update share.
fn wishes(visit: &Visit<'_>) -> Result<Vec<(&'static str, Value)>, Problem> {
    let mut fields = visit.fields();
    let mut wishes = Vec::new();
    if let Some(description) = fields.text("description", 0..=255) {
        wishes.push(("description", description.into()));
    }
    if let Some(labels) = fields.labels() {
        wishes.push(("labels", json!(labels)));
    }
    let check = fields.object("healthcheck").cloned();
    fields.end()?;
    if let Some(check) = check {
        check_of(&check)?;
        wishes.push(("healthcheck", check));
    }
    Ok(wishes)
}

fn check_of(check: &Value) -> Result<(), Problem> {
    let mut fields = crate::demo::faces::exoscale::visit::fields::Fields::of(check);
    fields.require(&["mode", "port"]);
    fields.word("mode", &["tcp", "http", "https"]);
    for (name, range) in [
        ("port", 1..=65_535),
        ("interval", 5..=300),
        ("timeout", 2..=60),
        ("strikes-ok", 1..=20),
        ("strikes-fail", 1..=20),
    ] {
        fields.whole(name, range);
    }
    fields.text("uri", 1..=255);
    fields.text("tls-sni", 1..=255);
    fields.flag("tls-skip-verify");
    fields.end()
}

/// `POST /elastic-ip`.
pub(super) fn create_address(visit: &mut Visit<'_>) -> Answer {
    let mut fields = visit.fields();
    let family = fields
        .word("addressfamily", &["inet4", "inet6"])
        .unwrap_or("inet4");
    fields.end()?;
    let wishes = wishes(visit)?;
    visit.book.room(Thing::ElasticIp)?;
    let [.., high, low] = visit.book.number().to_be_bytes();
    let mut document = if family == "inet4" {
        let ip = Ipv4Addr::new(203, 0, 113u8.wrapping_add(high), low);
        json!({ "ip": ip, "addressfamily": family, "cidr": format!("{ip}/32") })
    } else {
        let ip = format!("2001:db8:e1:{:x}::1", u16::from_be_bytes([high, low]));
        json!({ "ip": ip, "addressfamily": family, "cidr": format!("{}/64", ip.trim_end_matches('1')) })
    };
    for (name, value) in wishes {
        document[name] = value;
    }
    let key = visit.book.hold(Thing::ElasticIp, Some(visit.zone), document);
    let eip = reference("elastic-ip", &key);
    Ok(visit.submit_plain(
        "Create an elastic IP".to_owned(),
        "address.create",
        eip,
        Names::Always,
        None,
    ))
}

/// `PUT /elastic-ip/{id}`.
pub(super) fn update_address(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = address(visit)?;
    let wishes = wishes(visit)?;
    if let Some(document) = visit.book.document(&key) {
        for (name, value) in wishes {
            document[name] = value;
        }
    }
    let eip = reference("elastic-ip", &key);
    Ok(visit.submit_plain(
        "Update an elastic IP".to_owned(),
        "address.update",
        eip,
        Names::Always,
        None,
    ))
}

/// `DELETE /elastic-ip/{id}`: not while an instance has it.
pub(super) fn delete_address(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = address(visit)?;
    let worn = |guest: &Guest| guest.addresses.contains(&key);
    if visit.desk.engine.read(|fleet| visit.book.worn(fleet, worn)) {
        return Err(Problem::conflict("The elastic IP is attached"));
    }
    visit.book.strike(&key);
    let eip = reference("elastic-ip", &key);
    Ok(visit.submit_plain(
        "Delete an elastic IP".to_owned(),
        "address.delete",
        eip,
        Names::UntilDone,
        None,
    ))
}

/// `PUT /elastic-ip/{id}:attach`: several instances may have the same one.
pub(super) fn attach_address(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = address(visit)?;
    let machine = visit.machine_of_body()?;
    if guest(visit, machine).addresses.contains(&key) {
        return Err(Problem::conflict("The instance has the elastic IP already"));
    }
    let worn = key.clone();
    dress(visit, machine, |guest| guest.addresses.push(worn));
    let caption = format!("Attach an elastic IP to {}", name(visit, machine));
    let eip = reference("elastic-ip", &key);
    Ok(visit.submit_plain(caption, "address.attach", eip, Names::Always, None))
}

/// `PUT /elastic-ip/{id}:detach`.
pub(super) fn detach_address(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = address(visit)?;
    let machine = visit.machine_of_body()?;
    if !guest(visit, machine).addresses.contains(&key) {
        return Err(Problem::state("The instance does not have the elastic IP"));
    }
    dress(visit, machine, |guest| guest.addresses.retain(|one| *one != key));
    let caption = format!("Detach an elastic IP from {}", name(visit, machine));
    let eip = reference("elastic-ip", &key);
    Ok(visit.submit_plain(caption, "address.detach", eip, Names::Always, None))
}

/// A private network with the leases of its instances.
pub(super) fn with_leases(visit: &Visit<'_>, key: &str, document: &Value) -> Value {
    let leases: Vec<Value> = visit.desk.engine.read(|fleet| {
        let dressed = visit.book.dressed(fleet);
        dressed
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

fn network(visit: &Visit<'_>) -> Result<(String, Value), Problem> {
    found(visit, Thing::PrivateNetwork, "The private network")
}

/// `GET /private-network/{id}`.
pub(super) fn get_network(visit: &mut Visit<'_>) -> Answer {
    let (key, document) = network(visit)?;
    Ok(with_leases(visit, &key, &document))
}

/// `POST /private-network`: with a range of addresses it hands them out itself.
pub(super) fn create_network(visit: &mut Visit<'_>) -> Answer {
    let mut fields = visit.fields();
    fields.require(&["name"]);
    let name = fields.text("name", 1..=255).unwrap_or_default();
    let description = fields.text("description", 0..=255).unwrap_or_default();
    let labels: BTreeMap<String, String> = fields.labels().unwrap_or_default();
    let range = [
        fields.ipv4("start-ip"),
        fields.ipv4("end-ip"),
        fields.ipv4("netmask"),
    ];
    let given = range.iter().flatten().count();
    if given > 0 && given < 3 {
        fields.wrong("start-ip", "end-ip and netmask come together");
    }
    if let [Some(start), Some(end), _] = range
        && start > end
    {
        fields.wrong("end-ip", "must not be before start-ip");
    }
    let options = fields.object("options").cloned();
    fields.end()?;
    visit.book.room(Thing::PrivateNetwork)?;
    let number = visit.book.number();
    let mut document = json!({
        "name": name, "description": description, "labels": labels, "vni": 4000 + number, "options": options.unwrap_or_else(|| json!({})),
    });
    for (name, ip) in ["start-ip", "end-ip", "netmask"].into_iter().zip(range) {
        if let Some(ip) = ip {
            document[name] = ip.to_string().into();
        }
    }
    let key = visit.book.hold(Thing::PrivateNetwork, Some(visit.zone), document);
    let caption = format!("Create private network {name}");
    let net = reference("private-network", &key);
    Ok(visit.submit_plain(caption, "network.create", net, Names::Always, None))
}

/// `DELETE /private-network/{id}`: not while an instance is in it.
pub(super) fn delete_network(visit: &mut Visit<'_>) -> Answer {
    let (key, _) = network(visit)?;
    let worn = |guest: &Guest| guest.networks.iter().any(|(network, _)| *network == key);
    if visit.desk.engine.read(|fleet| visit.book.worn(fleet, worn)) {
        return Err(Problem::conflict("The private network is in use"));
    }
    visit.book.strike(&key);
    let net = reference("private-network", &key);
    let caption = "Delete a private network".to_owned();
    Ok(visit.submit_plain(caption, "network.delete", net, Names::UntilDone, None))
}

/// The address that is asked for; one outside the network's range, or somebody else's, is refused.
fn wanted_ip(visit: &Visit<'_>, key: &str, document: &Value) -> Result<Option<Ipv4Addr>, Problem> {
    let mut fields = visit.fields();
    let ip = fields.ipv4("ip");
    fields.end()?;
    let end_of = |name: &str| {
        document[name]
            .as_str()
            .and_then(|text| text.parse::<Ipv4Addr>().ok())
    };
    let range = end_of("start-ip").zip(end_of("end-ip"));
    let taken = |ip: Ipv4Addr| {
        let has = |guest: &Guest| {
            guest
                .networks
                .iter()
                .any(|(net, own)| net == key && *own == Some(ip))
        };
        visit.desk.engine.read(|fleet| visit.book.worn(fleet, has))
    };
    match (ip, range) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(Problem::field("ip", "the network hands out no addresses")),
        (Some(ip), Some(_)) if taken(ip) => Err(Problem::conflict("The address is taken")),
        (Some(ip), Some(_)) => Ok(Some(ip)),
        (None, Some((start, end))) => {
            let free = (u32::from(start)..=u32::from(end))
                .map(Ipv4Addr::from)
                .find(|ip| !taken(*ip));
            free.map(Some)
                .ok_or_else(|| Problem::conflict("No address is left in the network"))
        }
    }
}

/// `PUT /private-network/{id}:attach`.
pub(super) fn attach_network(visit: &mut Visit<'_>) -> Answer {
    let (key, document) = network(visit)?;
    let machine = visit.machine_of_body()?;
    if guest(visit, machine)
        .networks
        .iter()
        .any(|(network, _)| *network == key)
    {
        return Err(Problem::conflict(
            "The instance is in the private network already",
        ));
    }
    let ip = wanted_ip(visit, &key, &document)?;
    let worn = key.clone();
    dress(visit, machine, |guest| guest.networks.push((worn, ip)));
    let caption = format!("Attach {} to a private network", name(visit, machine));
    let net = reference("private-network", &key);
    Ok(visit.submit_plain(caption, "network.attach", net, Names::Always, None))
}

/// The instance of the body, if it is in the network of the path.
fn member(visit: &Visit<'_>) -> Result<(String, Value, u32), Problem> {
    let (key, document) = network(visit)?;
    let machine = visit.machine_of_body()?;
    if !guest(visit, machine)
        .networks
        .iter()
        .any(|(network, _)| *network == key)
    {
        return Err(Problem::state("The instance is not in the private network"));
    }
    Ok((key, document, machine))
}

/// `PUT /private-network/{id}:detach`.
pub(super) fn detach_network(visit: &mut Visit<'_>) -> Answer {
    let (key, _, machine) = member(visit)?;
    dress(visit, machine, |guest| {
        guest.networks.retain(|(network, _)| *network != key);
    });
    let caption = format!("Detach {} from a private network", name(visit, machine));
    let net = reference("private-network", &key);
    Ok(visit.submit_plain(caption, "network.detach", net, Names::Always, None))
}

/// `PUT /private-network/{id}:update-ip`.
pub(super) fn update_ip(visit: &mut Visit<'_>) -> Answer {
    let (key, document, machine) = member(visit)?;
    let ip = wanted_ip(visit, &key, &document)?;
    dress(visit, machine, |guest| {
        guest
            .networks
            .iter_mut()
            .filter(|(network, _)| *network == key)
            .for_each(|(_, own)| *own = ip);
    });
    let caption = format!("Change the address of {}", name(visit, machine));
    let net = reference("private-network", &key);
    Ok(visit.submit_plain(caption, "network.update", net, Names::Always, None))
}

/// `GET /reverse-dns/instance/{id}`: 404 where there is no name.
pub(super) fn domain(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let domain = guest(visit, machine)
        .domain
        .ok_or_else(|| Problem::missing("A reverse DNS name"))?;
    Ok(json!({ "domain-name": domain }))
}

/// `POST /reverse-dns/instance/{id}`.
pub(super) fn set_domain(visit: &mut Visit<'_>) -> Answer {
    let machine = visit.machine()?;
    let mut fields = visit.fields();
    fields.require(&["domain-name"]);
    let name = fields.text("domain-name", 1..=253);
    fields.end()?;
    dress(visit, machine, |guest| guest.domain = name);
    Ok(small(visit, machine, "Name", "machine.domain", None))
}

/// `DELETE /reverse-dns/instance/{id}`.
pub(super) fn delete_domain(visit: &mut Visit<'_>) -> Answer {
    domain(visit)?;
    let machine = visit.machine()?;
    dress(visit, machine, |guest| guest.domain = None);
    Ok(small(visit, machine, "Unname", "machine.domain", None))
}
