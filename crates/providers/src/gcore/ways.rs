//! The ways into an instance: its serial console, SSH to its address, its screen.

use std::sync::Arc;

use super::read::single;
use super::{Site, unsupported};
use crate::Console;
use crate::kit::ssh::{Machine, stopped};
use qdeck_config::SshSettings;
use qdeck_model::{Instance, Kind, Problem, Resource, ResourceId, ScreenKind, Way};

/// The ways into an instance, the best first. Whether a region has serial consoles shows only when one is asked for.
pub(super) fn ways(settings: &SshSettings, row: &Instance) -> Vec<Way> {
    let serial =
        Way::open(ScreenKind::Terminal, "a region with serial consoles, and a system that uses its one");
    let screen =
        Way::open(ScreenKind::Framebuffer, "nothing to set up: the screen and keyboard of the machine");
    let page = Way::open(ScreenKind::WebPage, "a browser on this machine");
    let [serial, screen, page] = [serial, screen, page].map(|way| way.unless(stopped(row)));
    vec![serial, machine(settings, row).way(), screen, page]
}

/// Reads the instance as it is now, for the target.
pub(super) async fn ssh(
    site: &Arc<Site>,
    settings: &SshSettings,
    id: &ResourceId,
) -> Result<Console, Problem> {
    if id.kind != Kind::Instance {
        return Err(unsupported("only instances have SSH"));
    }
    match single::get(site, id).await? {
        Resource::Instance(row) => machine(settings, &row).target().map(Console::Ssh),
        _ => Err(unsupported("only instances have SSH")),
    }
}

fn machine<'a>(settings: &'a SshSettings, row: &'a Instance) -> Machine<'a> {
    Machine {
        row,
        settings,
        image_user: image_user(row),
        without_address: "Attach an interface or a floating address to it",
    }
}

/// The user that the image's tags name: `os_admin_user` is the property of `OpenStack` itself for it, and the cloud images of these
/// distributions have a user of their name.
fn image_user(row: &Instance) -> Option<&str> {
    let label = |name: &str| {
        let found = row.labels.iter().find(|(label, value)| **label == *name && !value.is_empty());
        found.map(|(_, value)| &**value)
    };
    label("os_admin_user").or_else(|| {
        label("os_distro")
            .filter(|distro| matches!(*distro, "ubuntu" | "debian" | "fedora" | "centos" | "rocky"))
    })
}
