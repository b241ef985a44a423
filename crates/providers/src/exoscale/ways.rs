//! The ways into an instance: SSH to its public address, its screen. There is no serial console.

use std::path::PathBuf;
use std::sync::Arc;

use super::read::detail;
use super::registration::config_folders;
use super::{Deck, unsupported};
use crate::Console;
use crate::kit::ssh::{Machine, stopped};
use qdeck_config::SshSettings;
use qdeck_model::{Instance, Kind, Problem, Resource, ResourceId, ScreenKind, Way};

/// The ways into an instance, the best first.
pub(super) fn ways(settings: &SshSettings, row: &Instance) -> Vec<Way> {
    let screen =
        Way::open(ScreenKind::Framebuffer, "nothing to set up: the screen and keyboard of the machine");
    let page = Way::open(ScreenKind::WebPage, "a browser on this machine");
    vec![machine(settings, row).way(), screen.unless(stopped(row)), page.unless(stopped(row))]
}

/// Reads the instance as it is now, for the target. The key that `exo` made for an instance that was created without one
/// is offered, too.
pub(super) async fn ssh(deck: &Arc<Deck>, id: &ResourceId) -> Result<Console, Problem> {
    let no_ssh = || unsupported("only instances have SSH");
    if id.kind != Kind::Instance {
        return Err(no_ssh());
    }
    let Resource::Instance(row) = detail::get(deck, id).await? else { return Err(no_ssh()) };
    let mut target = machine(&deck.ssh, &row).target()?;
    target.identities.extend(key_of_exo(config_folders(&|name| std::env::var(name).ok()), &id.id));
    if target.identities.is_empty() && !row.facts.iter().any(|fact| fact.name == "ssh-keys") {
        let advice = "The instance was made without an SSH key: unless its image has a user of its own, use its screen";
        target.notes.push(advice.to_owned());
    }
    Ok(Console::Ssh(target))
}

fn machine<'a>(settings: &'a SshSettings, row: &'a Instance) -> Machine<'a> {
    let user = row.facts.iter().find(|fact| fact.name == "default-user");
    Machine {
        row,
        settings,
        image_user: user.map(|fact| &*fact.value),
        without_address: "A private instance gets none later: go through a machine in its private network, or use its \
                          screen",
    }
}

/// `instances/ID/id_rsa` in the first of these folders that has it.
fn key_of_exo(folders: Vec<PathBuf>, id: &str) -> Option<PathBuf> {
    // An id is a remote's word: it must not lead anywhere else.
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let keys = folders.into_iter().map(|folder| folder.join("instances").join(id).join("id_rsa"));
    keys.into_iter().find(|key| is_id && key.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_exo_is_found_by_the_instances_id() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("instances/0f1e-2d3c/id_rsa");
        std::fs::create_dir_all(key.parent().unwrap()).unwrap();
        std::fs::write(&key, "a key").unwrap();
        let folders = || vec![PathBuf::from("/nonexistent"), folder.path().to_owned()];
        assert_eq!(key_of_exo(folders(), "0f1e-2d3c"), Some(key));
        for id in ["0f1e", "", "../instances/0f1e-2d3c"] {
            assert_eq!(key_of_exo(folders(), id), None, "{id}");
        }
    }

    #[test]
    fn the_folders_are_those_of_the_variables() {
        let variables = |name: &str| match name {
            "HOME" => Some("/home/a".to_owned()),
            "EXOSCALE_CONFIG" => Some("/etc/exo/exoscale.toml".to_owned()),
            _ => None,
        };
        let folders = config_folders(&variables);
        assert_eq!(folders.first(), Some(&PathBuf::from("/etc/exo")));
        assert!(folders.contains(&PathBuf::from("/home/a/.exoscale")), "{folders:?}");
    }
}
