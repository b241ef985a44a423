//! The way into an instance: SSH to the address of its machine. There is no console.

use super::api::Api;
use super::map::Mapper;
use super::read::{addresses, detail};
use super::unsupported;
use crate::Console;
use crate::kit::ssh::{Machine, stopped};
use qdeck_config::SshSettings;
use qdeck_model::{Instance, Kind, Problem, Resource, ResourceId, ScreenKind, Way};

/// The ways into an instance. A row without an address may be one whose service was not read yet.
pub(super) fn ways(settings: &SshSettings, row: &Instance) -> Vec<Way> {
    if row.addresses.is_empty() {
        let way = Way::open(ScreenKind::Ssh, "the address of its machine, which is read when it is opened");
        return vec![way.unless(stopped(row))];
    }
    vec![machine(settings, row).way()]
}

/// Reads the instance and the addresses of its machines as they are now, for the target.
pub(super) async fn ssh(
    api: &Api,
    map: &Mapper,
    settings: &SshSettings,
    id: &ResourceId,
) -> Result<Console, Problem> {
    let none = || unsupported("only instances have SSH");
    if id.kind != Kind::Instance {
        return Err(none());
    }
    let Resource::Instance(row) = detail::get(api, map, id).await? else { return Err(none()) };
    let row = Instance { addresses: addresses::of(api, &id.id).await?, ..row };
    machine(settings, &row).target().map(Console::Ssh)
}

fn machine<'a>(settings: &'a SshSettings, row: &'a Instance) -> Machine<'a> {
    // Users are made by the boxes: no answer names them.
    Machine {
        row,
        settings,
        image_user: None,
        without_address: "Its machines report none: see its service in the details",
    }
}
