//! The ways into an instance, and a shell by SSH with credentials made for it: the console's websocket has no documented
//! input. Everyone's credentials of an instance can be expired; sessions that are open stay so.

use super::act::{self, Deck};
use super::{instance_path, unsupported};
use crate::Console;
use crate::kit::{request_name, ssh::stopped, unexpected_field};
use qdeck_config::SshSettings;
use qdeck_model::{
    Instance, Lifecycle, Problem, ProblemKind, READ_ONLY_HINT, ResourceId, ScreenKind, SshTarget, Way,
};

/// The capability that the endpoint names.
const CAPABILITY: &[&str] = &["containers-ssh"];

/// The settings of a context that decide on its consoles.
#[expect(clippy::struct_excessive_bools, reason = "settings of the file, each by itself")]
#[derive(Clone)]
pub(super) struct ConsoleSettings {
    /// Keys are sent to the websocket console.
    pub(super) input: bool,
    pub(super) size_reports: bool,
    pub(super) read_only: bool,
    pub(super) ssh: SshSettings,
    /// Credentials are expired when the program is left.
    pub(super) expire_ssh: bool,
}

/// The ways into an instance. The websocket is the better one only where it takes input.
pub(super) fn ways(deck: &Deck, settings: &ConsoleSettings, row: &Instance) -> Vec<Way> {
    let ssh = Way::open(ScreenKind::Ssh, "a password made for the session, for half an hour");
    let ssh = ssh.unless(barrier(deck, settings, row));
    // The platform keeps the output across restarts.
    let needs = if row.state.lifecycle == Lifecycle::Stopped {
        "what its main process printed last: it is stopped"
    } else if settings.input {
        "the output of its main process; keys are sent"
    } else {
        "the output of its main process, without input"
    };
    let ended = matches!(row.state.lifecycle, Lifecycle::Deleting | Lifecycle::Gone).then(|| stopped(row));
    let stream = Way::open(ScreenKind::Terminal, needs).unless(ended.flatten());
    if settings.input { vec![stream, ssh] } else { vec![ssh, stream] }
}

fn barrier(deck: &Deck, settings: &ConsoleSettings, row: &Instance) -> Option<String> {
    if settings.read_only {
        return Some(READ_ONLY.to_owned() + ": start without `read_only` to make it");
    }
    if let Some(missing) = deck.capabilities.missing(CAPABILITY) {
        return Some(format!(
            "the key lacks {missing}: give it a role with that capability (Hub settings, Roles)"
        ));
    }
    let raw = &row.state.raw;
    match row.state.lifecycle {
        Lifecycle::Running | Lifecycle::Degraded => None,
        _ => stopped(row).or_else(|| Some(format!("it is {raw}, not running"))),
    }
}

/// Making a password changes something at the platform.
const READ_ONLY: &str = "the context is read-only, and SSH needs a password that Cycle makes";

/// Makes credentials, and returns the target they are for.
pub(super) async fn open(
    deck: &Deck,
    settings: &ConsoleSettings,
    id: &ResourceId,
) -> Result<Console, Problem> {
    if settings.read_only {
        return Err(Problem::new(ProblemKind::ReadOnly, READ_ONLY).hint(READ_ONLY_HINT));
    }
    let path = instance_path(id, &["ssh"])?;
    let credentials = act::mint(deck, id).await?;
    let wrong = || unexpected_field(request_name("GET", &path), "data.address", "`user@host:port`");
    let (user, host, port) = parts(&credentials.address).ok_or_else(wrong)?;
    let own = settings.ssh.of(&[]);
    Ok(Console::Ssh(SshTarget {
        host: host.to_owned(),
        port,
        user: Some(user.to_owned()),
        password: Some(credentials.password),
        jump: own.jump,
        options: own.options,
        ..SshTarget::default()
    }))
}

/// Expires the credentials of an instance, everyone's.
pub(super) async fn expire(deck: &Deck, id: &ResourceId) -> Result<(), Problem> {
    if id.kind != qdeck_model::Kind::Instance {
        return Err(unsupported("only instances have SSH credentials"));
    }
    act::expire_credentials(deck, id).await
}

/// `user@host:port`, of which the port may be missing, in its parts.
fn parts(address: &str) -> Option<(&str, &str, Option<u16>)> {
    let (user, place) = address.rsplit_once('@')?;
    let (host, port) = match place.strip_prefix('[') {
        Some(bracketed) => {
            let (host, rest) = bracketed.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => match place.rsplit_once(':') {
            // More than one colon is an IPv6 address without a port.
            Some((host, port)) if !host.contains(':') => (host, Some(port)),
            _ => (place, None),
        },
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse().ok()?),
    };
    (!user.is_empty() && !host.is_empty()).then_some((user, host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_with_or_without_its_port() {
        for (address, expected) in [
            ("5cc7@console.example.com:22", Some(("5cc7", "console.example.com", Some(22)))),
            ("5cc7@console.example.com", Some(("5cc7", "console.example.com", None))),
            ("5cc7@[2001:db8::7]:2222", Some(("5cc7", "2001:db8::7", Some(2222)))),
            ("5cc7@2001:db8::7", Some(("5cc7", "2001:db8::7", None))),
            ("a@b@console.example.com:22", Some(("a@b", "console.example.com", Some(22)))),
            ("console.example.com:22", None),
            ("@console.example.com:22", None),
            ("5cc7@:22", None),
            ("5cc7@console.example.com:ssh", None),
            ("5cc7@console.example.com:99999", None),
        ] {
            assert_eq!(parts(address), expected, "{address}");
        }
    }
}
