//! Ports, addresses and security groups of machines: two networks a region, one that leads outside and one that does
//! not.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::super::marks::{self, Kind, uuid};
use super::super::state::FaceState;
use super::super::view::{Region, View, Vm};
use super::super::wire::{Answer, Page, Problem, Query, Target};
use super::shape::Detail;
use crate::engine::fleet::{Account, Fleet};
use crate::faces::Reached;
use crate::workload;

/// The security groups of every region.
pub(crate) const GROUPS: [&str; 3] = ["default", "web", "ssh-only"];
/// The name of the network that leads outside.
const OUTSIDE: &str = "pub_net";
/// The name of the other.
const INSIDE: &str = "internal";

/// One port of a machine.
#[derive(Debug, Clone)]
pub(crate) struct Port {
    /// Its place among the machine's ports.
    pub(crate) nth: u32,
    /// True if it leads outside.
    pub(crate) outside: bool,
    /// Its fixed address.
    pub(crate) address: String,
    /// The floating address in front of it.
    pub(crate) floating: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
}

/// The number of ports that a machine may have, which share its part of each block of addresses.
const PORTS_PER_MACHINE: u32 = 8;

/// A block of addresses: its first one, and how many bits at the end are its own.
struct Block(Ipv4Addr, u32);

/// Addresses of ports that lead outside.
const PUBLIC: Block = Block(Ipv4Addr::new(100, 64, 0, 0), 22);
/// Addresses of ports that do not.
const PRIVATE: Block = Block(Ipv4Addr::new(10, 0, 0, 0), 24);
/// Floating addresses.
const FLOATING: Block = Block(Ipv4Addr::new(198, 18, 0, 0), 17);

impl Block {
    fn at(&self, place: u32) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.0) | (place & self.mask()))
    }

    /// The place of an address in the block, if it is in it.
    fn place(&self, address: Ipv4Addr) -> Option<u32> {
        let place = u32::from(address) & self.mask();
        (self.at(place) == address).then_some(place)
    }

    fn mask(&self) -> u32 {
        (1 << self.1) - 1
    }
}

/// The machine behind an address of one of its ports. The platform says of no image which user it lets in.
pub(crate) fn at_address(fleet: &Fleet, address: IpAddr) -> Option<Reached> {
    let IpAddr::V4(address) = address else { return None };
    let place = [PUBLIC, PRIVATE, FLOATING].iter().find_map(|block| block.place(address))?;
    let instance = place / PORTS_PER_MACHINE;
    fleet.machine_of(Account::Gcore, instance)?;
    Some(Reached { instance, user: None })
}

impl Port {
    fn new(key: u32, nth: u32, outside: bool, floating: bool) -> Self {
        let place = key * PORTS_PER_MACHINE + nth;
        let block = if outside { PUBLIC } else { PRIVATE };
        Self {
            nth,
            outside,
            address: block.at(place).to_string(),
            floating: floating.then(|| FLOATING.at(place).to_string()),
            name: None,
        }
    }

    /// Its id.
    pub(crate) fn id(&self, vm: &Vm<'_>) -> String {
        uuid(Kind::Port, vm.key * PORTS_PER_MACHINE + self.nth)
    }

    fn mac(&self, vm: &Vm<'_>) -> String {
        let [a, b, c, d] = (vm.key * PORTS_PER_MACHINE + self.nth).to_be_bytes();
        format!("fa:16:{:02x}:{b:02x}:{c:02x}:{d:02x}", 0x3e ^ a)
    }
}

/// The ports of a machine.
pub(crate) fn ports(view: &View<'_>, vm: &Vm<'_>) -> Vec<Port> {
    let traits = view.traits(vm.key);
    let first: Vec<(bool, bool)> = match traits.and_then(|t| t.ports.as_ref()) {
        Some(made) => made.clone(),
        None if !vm.group.ports.is_empty() => vec![(true, false), (false, false)],
        // A machine without a public service is reached through a floating address.
        None => vec![(false, vm.group.workload == workload::Kind::Quiet)],
    };
    let mut all: Vec<Port> = (0..)
        .zip(first)
        .map(|(nth, (outside, floating))| Port::new(vm.key, nth, outside, floating))
        .collect();
    if let Some(traits) = traits {
        all.extend(traits.plugs.iter().map(|plug| Port {
            name: plug.name.clone(),
            ..Port::new(vm.key, plug.nth, plug.outside, false)
        }));
        all.retain(|port| !traits.unplugged.contains(&port.nth));
    }
    all
}

/// The security groups of one port.
pub(crate) fn groups_at<'a>(view: &View<'a>, vm: &Vm<'_>, port: &Port) -> Vec<&'a str> {
    match view.traits(vm.key).and_then(|t| t.groups.get(&port.nth)) {
        Some(names) => names.iter().map(String::as_str).collect(),
        None if port.outside && !vm.group.ports.is_empty() => vec![GROUPS[0], GROUPS[1]],
        None => vec![GROUPS[0]],
    }
}

/// The security groups of a machine, each once.
pub(crate) fn groups_of<'a>(view: &View<'a>, vm: &Vm<'_>) -> Vec<&'a str> {
    groups_among(view, vm, &ports(view, vm))
}

/// The same for ports that are at hand.
pub(crate) fn groups_among<'a>(view: &View<'a>, vm: &Vm<'_>, ports: &[Port]) -> Vec<&'a str> {
    let all: BTreeSet<&'a str> = ports.iter().flat_map(|port| groups_at(view, vm, port)).collect();
    all.into_iter().collect()
}

/// The id of a security group.
pub(crate) fn group_id(region: &Region, nth: usize) -> String {
    uuid(Kind::Group, region.nth(u32::try_from(nth).unwrap_or(0)))
}

/// Which security group of a region has that id.
pub(crate) fn group_nth(region: &Region, id: &str) -> Option<usize> {
    (0..GROUPS.len()).find(|nth| group_id(region, *nth) == id)
}

fn nth_of(name: &str) -> usize {
    GROUPS.iter().position(|known| *known == name).unwrap_or(0)
}

pub(crate) fn network_id(region: &Region, outside: bool) -> String {
    uuid(Kind::Network, region.nth(u32::from(!outside)))
}

pub(crate) fn subnet_id(region: &Region, outside: bool) -> String {
    uuid(Kind::Subnet, region.nth(u32::from(!outside)))
}

/// Addresses by network.
pub(crate) fn addresses(region: &Region, ports: &[Port], detail: Detail) -> Value {
    let mut all: Map<String, Value> = Map::new();
    for port in ports {
        let network = if port.outside { OUTSIDE } else { INSIDE };
        let mut fixed = json!({ "type": "fixed", "addr": port.address, "interface_name": Value::Null });
        if detail != Detail::Short {
            fixed["interface_name"] = json!(port.name);
        }
        if detail == Detail::Whole {
            fixed["subnet_id"] = json!(subnet_id(region, port.outside));
            fixed["subnet_name"] = json!(format!("{network}-subnet"));
        }
        if let Value::Array(list) = all.entry(network).or_insert_with(|| json!([])) {
            list.push(fixed);
            let floating = port.floating.as_ref();
            list.extend(floating.map(|ip| json!({ "type": "floating", "addr": ip })));
        }
    }
    Value::Object(all)
}

/// Fixed addresses with their subnets.
pub(crate) fn assignments(region: &Region, ports: &[Port]) -> Vec<Value> {
    let document = |port: &Port| {
        let subnet = subnet_id(region, port.outside);
        json!({ "external": port.outside, "ip_address": port.address, "subnet_id": subnet })
    };
    ports.iter().map(document).collect()
}

/// A network with its subnet.
pub(crate) fn network(view: &View<'_>, region: &Region, outside: bool) -> Value {
    let founded = marks::offset(view.fleet.founded());
    let name = if outside { OUTSIDE } else { INSIDE };
    let owner = if outside { Value::Null } else { json!(view.account.project) };
    let subnet = json!({
        "id": subnet_id(region, outside),
        "name": format!("{name}-subnet"),
        "network_id": network_id(region, outside),
        "cidr": if outside { "100.64.0.0/10" } else { "10.0.0.0/8" },
        "ip_version": 4,
        "gateway_ip": if outside { "100.127.255.254" } else { "10.255.255.254" },
        "dns_nameservers": ["192.0.2.53"],
        "enable_dhcp": true,
        "has_router": outside,
        "host_routes": [],
        "available_ips": Value::Null,
        "total_ips": Value::Null,
        "project_id": view.account.project,
        "region": region.name,
        "region_id": region.id,
        "tags": [],
        "task_id": Value::Null,
        "creator_task_id": Value::Null,
        "created_at": founded,
        "updated_at": founded,
    });
    json!({
        "id": network_id(region, outside),
        "name": name,
        "external": outside,
        "default": !outside,
        "shared": false,
        "type": if outside { "vlan" } else { "vxlan" },
        "mtu": if outside { 1500 } else { 1450 },
        "segmentation_id": 400 + region.place,
        "port_security_enabled": true,
        "subnets": [subnet],
        "project_id": owner,
        "region": region.name,
        "region_id": region.id,
        "tags": [],
        "task_id": Value::Null,
        "creator_task_id": Value::Null,
        "created_at": founded,
        "updated_at": founded,
    })
}

pub(crate) fn interface(view: &View<'_>, region: &Region, vm: &Vm<'_>, port: &Port) -> Value {
    let at = marks::offset(vm.row.created);
    let floating: Vec<Value> = port
        .floating
        .iter()
        .map(|ip| {
            json!({
                "id": uuid(Kind::Floating, vm.key * 8 + port.nth),
                "floating_ip_address": ip,
                "fixed_ip_address": port.address,
                "port_id": port.id(vm),
                "router_id": Value::Null,
                "status": "ACTIVE",
                "project_id": view.account.project,
                "region": region.name,
                "region_id": region.id,
                "tags": [],
                "task_id": Value::Null,
                "creator_task_id": Value::Null,
                "created_at": at,
                "updated_at": at,
            })
        })
        .collect();
    json!({
        "port_id": port.id(vm),
        "network_id": network_id(region, port.outside),
        "mac_address": port.mac(vm),
        "interface_name": port.name,
        "port_security_enabled": true,
        "ip_assignments": [{ "ip_address": port.address, "subnet_id": subnet_id(region, port.outside) }],
        "allowed_address_pairs": [],
        "floatingip_details": floating,
        "network_details": network(view, region, port.outside),
        // Every port here could be a trunk, and none has another on it.
        "sub_ports": [],
    })
}

/// A port as the region's list of them has it.
pub(crate) fn detailed(view: &View<'_>, region: &Region, vm: &Vm<'_>, port: &Port) -> Value {
    let groups = groups_at(view, vm, port).into_iter().map(|name| group_id(region, nth_of(name)));
    let at = marks::offset(vm.row.created);
    json!({
        "id": port.id(vm),
        "network_id": network_id(region, port.outside),
        "mac_address": port.mac(vm),
        "ip_assignments": [{ "ip_address": port.address, "subnet_id": subnet_id(region, port.outside) }],
        "allowed_address_pairs": [],
        "capabilities": { "allowed_address_pairs": true, "port_security": true, "security_groups": true },
        "managed_by": "user",
        "port_security_enabled": true,
        "security_group_ids": groups.collect::<Vec<String>>(),
        "system_tags": { "instance_id": vm.id() },
        "tags": {},
        "created_at": at,
        "updated_at": at,
    })
}

/// `GET .../interfaces`.
pub(crate) async fn interfaces(State(face): State<FaceState>, target: Target, query: Query) -> Answer {
    let page = query.page(1000)?;
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        Some(page.of(&ports(view, &vm), |port| interface(view, &target.region, &vm, port)))
    });
    found.map(Json).ok_or_else(|| Problem::no("Instance", &target.id))
}

fn named(region: &Region, name: &str) -> Value {
    json!({ "id": group_id(region, nth_of(name)), "name": name })
}

/// `GET .../ports`: each port's security groups.
pub(crate) async fn port_list(State(face): State<FaceState>, target: Target) -> Answer {
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        Some(Page::WHOLE.of(&ports(view, &vm), |port| {
            let groups = groups_at(view, &vm, port);
            let groups: Vec<Value> = groups.into_iter().map(|name| named(&target.region, name)).collect();
            let name = port.name.clone().unwrap_or_else(|| format!("port-{}", port.nth));
            json!({ "id": port.id(&vm), "name": name, "security_groups": groups })
        }))
    });
    found.map(Json).ok_or_else(|| Problem::no("Instance", &target.id))
}

/// `GET .../securitygroups`.
pub(crate) async fn groups(State(face): State<FaceState>, target: Target) -> Answer {
    let found = face.look(|view| {
        let vm = view.machine(target.key)?;
        Some(Page::WHOLE.of(&groups_of(view, &vm), |name| named(&target.region, name)))
    });
    found.map(Json).ok_or_else(|| Problem::no("Instance", &target.id))
}
