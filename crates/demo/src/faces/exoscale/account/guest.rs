//! The settings of one instance beside its place in a group: type, template, disk, groups, addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;

use super::AccountState;
use crate::engine::fleet::{Account, Fleet};
use crate::faces::Reached;
use crate::faces::exoscale::catalog::{templates, types, zone_name};
use crate::faces::exoscale::context::zone_of;
use crate::faces::exoscale::ids::{Thing, id};

/// The id of the security group `default`, which is attached to instances that were given none.
pub(in crate::faces::exoscale) fn default_group() -> String {
    id(Thing::SecurityGroup, 1)
}

/// One instance's own.
#[derive(Debug, Clone)]
pub(in crate::faces::exoscale) struct Guest {
    /// Number of its type in the catalogue.
    pub kind: u32,
    /// Id of its template.
    pub template: String,
    /// In GiB.
    pub disk_gib: u64,
    /// Base64.
    pub user_data: Option<String>,
    /// Names of keys.
    pub keys: Vec<String>,
    /// `inet4`, `dual`, `none`.
    pub assignment: &'static str,
    /// Ids of security groups.
    pub groups: Vec<String>,
    /// Ids of anti-affinity groups.
    pub apart: Vec<String>,
    /// Ids of elastic IPs.
    pub addresses: Vec<String>,
    /// Ids of private networks, with the address there if it was given one.
    pub networks: Vec<(String, Option<Ipv4Addr>)>,
    /// Id of its deploy target.
    pub target: Option<String>,
    pub secureboot: bool,
    pub tpm: bool,
    /// True if its snapshots are consistent for applications.
    pub consistent: bool,
    /// Its password, and when it was made.
    pub password: Option<(String, Timestamp)>,
    /// The rescue profile it was started with. No answer shows it.
    pub rescue: Option<&'static str>,
    /// Its reverse DNS name.
    pub domain: Option<String>,
}

impl Guest {
    /// The settings of an instance of which nothing is recorded, from its group's plan.
    pub(super) fn usual(fleet: &Fleet, machine: u32) -> Self {
        let instance = fleet.instances.get(machine);
        let zone = instance.and_then(|i| zone_of(fleet, i)).unwrap_or(0);
        let group = instance.and_then(|i| fleet.containers.get(i.container));
        let name = zone_name(zone);
        let (kind, nth, disk_gib) = group.map_or((3, 0, 50), |group| {
            // Processors of a plan are small whole numbers.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a plan's processors are few and not negative"
            )]
            let cpus = group.cpus.ceil() as u32;
            (
                types::fitting(name, cpus, group.ram_mb, group.gpu),
                templates::named(&group.image).unwrap_or(0),
                group.storage_gb.max(10),
            )
        });
        Self {
            kind,
            template: id(Thing::Template, templates::key(zone, nth)),
            disk_gib,
            user_data: None,
            keys: vec!["captain".to_owned()],
            assignment: "inet4",
            groups: vec![default_group()],
            apart: Vec::new(),
            addresses: Vec::new(),
            networks: Vec::new(),
            target: None,
            secureboot: false,
            tpm: false,
            consistent: false,
            password: None,
            rescue: None,
            domain: None,
        }
    }

    /// Its public address, unless it has none.
    pub(in crate::faces::exoscale) fn public_ip(&self, machine: u32) -> Option<Ipv4Addr> {
        (self.assignment != "none").then(|| public_address(machine))
    }

    /// Its address in the block for documents, where it has both kinds.
    pub(in crate::faces::exoscale) fn ipv6(&self, machine: u32) -> Option<Ipv6Addr> {
        (self.assignment == "dual").then(|| document_address(machine))
    }
}

/// An address from the block that is set aside for measuring networks.
fn public_address(machine: u32) -> Ipv4Addr {
    let [_, _, third, fourth] = machine.wrapping_add(10).to_be_bytes();
    let second = 18 + u8::from(machine > 0xffff);
    Ipv4Addr::new(198, second, third, fourth)
}

/// An address from the block for documents.
fn document_address(machine: u32) -> Ipv6Addr {
    let [high, middle, low, last] = machine.to_be_bytes().map(u16::from);
    Ipv6Addr::new(0x2001, 0xdb8, 0x18, 0, 0x400 | high, middle, low, last)
}

/// The machine that has a public address, and the first user of its template.
pub(in crate::faces::exoscale) fn at_address(fleet: &Fleet, address: IpAddr) -> Option<Reached> {
    let has = |machine: u32| match address {
        IpAddr::V4(address) => public_address(machine) == address,
        IpAddr::V6(address) => document_address(machine) == address,
    };
    let (machine, _, group) = fleet.machines_of(Account::Exoscale).find(|(machine, _, _)| has(*machine))?;
    let template = templates::named(&group.image).and_then(templates::at);
    Some(Reached { instance: machine, user: template.map(|template| template.user) })
}

/// The hardware address of an instance, or of its `nth` interface in a private network.
pub(in crate::faces::exoscale) fn mac(machine: u32, nth: u8) -> String {
    let [a, b, c, d] = machine.to_be_bytes();
    let first = if nth == 0 { 0x06 } else { 0x0a };
    format!("{first:02x}:{nth:02x}:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}

impl AccountState {
    /// Returns whether `uses` is true of any instance.
    pub(in crate::faces::exoscale) fn is_attached(
        &self,
        fleet: &Fleet,
        uses: impl Fn(&Guest) -> bool,
    ) -> bool {
        self.guests_attached(fleet).any(|(_, guest)| uses(guest))
    }
}
