//! Changing a machine's ports and their security groups.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;

use super::super::state::{After, FaceState, Plug};
use super::super::wire::{Answer, Body, Form, Problem, Target};
use super::actions::{self, Task};
use super::network::{GROUPS, groups_at, network_id, ports, subnet_id};

/// The most ports a machine may have.
const MOST: usize = 8;

/// A port, or every one, and names of security groups for it.
type Meant = (Option<String>, Vec<String>);

/// Which groups are meant for which ports; `None` is every port.
fn meant(body: &Body) -> Result<Vec<Meant>, Problem> {
    let mut form = Form::new(&body.0);
    let mut wanted: Vec<Meant> = Vec::new();
    if let Some(name) = form.name("name") {
        wanted.push((None, vec![name.to_owned()]));
    }
    let list = form.list("ports_security_group_names");
    wanted.extend(form.each("ports_security_group_names", list, |form| {
        let port = form.text("port_id").map(ToOwned::to_owned);
        let names = form.need_list("security_group_names");
        let names = names.iter().filter_map(|n| n.as_str().map(ToOwned::to_owned)).collect();
        Some((port, names))
    }));
    if wanted.is_empty() {
        form.error("name", "Field required");
    }
    form.done()?;
    for name in wanted.iter().flat_map(|(_, names)| names) {
        if !GROUPS.contains(&name.as_str()) {
            return Err(Problem::no("Security group", name));
        }
    }
    Ok(wanted)
}

fn regroup(face: &FaceState, target: &Target, body: &Body, put: bool) -> Result<StatusCode, Problem> {
    let wanted = meant(body)?;
    let ports: Vec<(u32, String, BTreeSet<String>)> = face
        .look(|view| {
            let vm = view.machine(target.key)?;
            let ports = ports(view, &vm).into_iter().map(|port| {
                let groups = groups_at(view, &vm, &port).into_iter().map(ToOwned::to_owned);
                (port.nth, port.id(&vm), groups.collect())
            });
            Some(ports.collect())
        })
        .ok_or_else(|| Problem::no("Instance", &target.id))?;
    let mut changed = ports.clone();
    for (port, names) in wanted {
        if let Some(id) = port.as_ref().filter(|id| !ports.iter().any(|(_, known, _)| known == *id)) {
            return Err(Problem::no("Port", id));
        }
        let meant = |id: &str| port.as_deref().is_none_or(|wanted| wanted == id);
        for (_, _, groups) in changed.iter_mut().filter(|(_, id, _)| meant(id)) {
            for name in &names {
                if put {
                    groups.insert(name.clone());
                } else {
                    groups.remove(name);
                }
            }
        }
    }
    if changed == ports && !put {
        return Err(Problem::missing("No port of the instance is in that security group"));
    }
    face.note(|_, account| {
        let traits = account.traits_of(target.key);
        traits.groups = changed.into_iter().map(|(nth, _, groups)| (nth, groups)).collect();
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST .../addsecuritygroup`.
pub(crate) async fn put_group(
    State(face): State<FaceState>,
    target: Target,
    body: Body,
) -> Result<StatusCode, Problem> {
    regroup(&face, &target, &body, true)
}

/// `POST .../delsecuritygroup`.
pub(crate) async fn take_group(
    State(face): State<FaceState>,
    target: Target,
    body: Body,
) -> Result<StatusCode, Problem> {
    regroup(&face, &target, &body, false)
}

/// `POST .../attach_interface`.
pub(crate) async fn attach(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let kinds = ["external", "subnet", "any_subnet", "reserved_fixed_ip"];
    let kind = form.word("type", &kinds).unwrap_or("external");
    let id = match kind {
        "subnet" => form.need_uuid("subnet_id"),
        "any_subnet" => form.need_uuid("network_id"),
        "reserved_fixed_ip" => form.need_uuid("port_id"),
        _ => None,
    };
    form.word("ip_family", &["dual", "ipv4", "ipv6"]);
    form.number("port_group", 0..=3);
    let name = form.text("interface_name").map(ToOwned::to_owned);
    if name.as_ref().is_some_and(|n| n.len() > 37) {
        form.error("interface_name", "String should have at most 37 characters");
    }
    form.done()?;
    let (region, inside) = (&target.region, [false, true]);
    let outside = match (kind, id) {
        ("subnet", Some(id)) => inside
            .into_iter()
            .find(|outside| subnet_id(region, *outside) == id)
            .ok_or_else(|| Problem::no("Subnet", id))?,
        ("any_subnet", Some(id)) => inside
            .into_iter()
            .find(|outside| network_id(region, *outside) == id)
            .ok_or_else(|| Problem::no("Network", id))?,
        ("reserved_fixed_ip", Some(id)) => return Err(Problem::no("Reserved fixed IP", id)),
        _ => true,
    };
    let taken: BTreeSet<u32> = face
        .look(|view| {
            let vm = view.machine(target.key)?;
            let gone = view.traits(target.key).map(|t| t.unplugged.clone()).unwrap_or_default();
            Some(ports(view, &vm).iter().map(|port| port.nth).chain(gone).collect())
        })
        .unwrap_or_default();
    let nth = (0..8).find(|nth| !taken.contains(nth)).filter(|_| taken.len() < MOST);
    let nth = nth.ok_or_else(|| Problem::conflict("The instance has no place for another interface"))?;
    let plug = Plug { nth, outside, name };
    let task = Task::quiet(("Attach a port to", "attach_vm_interface", "attach"), "Making the port");
    actions::submit(&face, &target, task.with(After::Plug(target.key, plug)), &body)
}

/// `POST .../detach_interface`.
pub(crate) async fn detach(State(face): State<FaceState>, target: Target, body: Body) -> Answer {
    let mut form = Form::new(&body.0);
    let address = form.need_text("ip_address");
    let port = form.need_uuid("port_id");
    if address.is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_err()) {
        form.error("ip_address", "value is not a valid IPv4 or IPv6 address");
    }
    form.done()?;
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        let mut all = ports(view, &vm).into_iter();
        all.find(|it| Some(it.id(&vm).as_str()) == port && Some(it.address.as_str()) == address)
            .map(|it| it.nth)
    });
    let nth = found.ok_or_else(|| Problem::no("Port", port.unwrap_or_default()))?;
    let task = Task::quiet(("Detach a port from", "detach_vm_interface", "detach"), "Removing the port");
    actions::submit(&face, &target, task.with(After::Unplug(target.key, nth)), &body)
}
