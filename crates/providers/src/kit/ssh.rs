//! SSH into machines by their addresses: the target, and what a row says about it.

use std::fmt::Write as _;

use qdeck_config::SshSettings;
use qdeck_model::{Address, Instance, Lifecycle, Problem, ProblemKind, ScreenKind, SshTarget, Way};

/// A machine to reach by SSH, as its platform knows it.
pub(crate) struct Machine<'a> {
    /// Its row.
    pub(crate) row: &'a Instance,
    /// The context's settings.
    pub(crate) settings: &'a SshSettings,
    /// The user of its image or template, where that is known.
    pub(crate) image_user: Option<&'a str>,
    /// What is to be done about a machine without an address, as a sentence.
    pub(crate) without_address: &'static str,
}

impl Machine<'_> {
    /// The target: the first of its addresses, which is the most useful one.
    ///
    /// # Errors
    /// What is in the way, as [`Machine::way`] states it.
    pub(crate) fn target(&self) -> Result<SshTarget, Problem> {
        if let Some(barrier) = self.barrier() {
            let message = format!("no SSH into {}: {barrier}", self.row.name);
            return Err(Problem::new(ProblemKind::Refused, message));
        }
        let settings = self.settings.of(&self.row.labels);
        let user = self.user(&settings);
        let mut notes = Vec::new();
        if user.is_none() {
            notes.push(
                "The platform names no user of this machine: set `user` in `ssh` of the context".into(),
            );
        }
        if self.address().is_some_and(|address| !address.public) && settings.jump.is_none() {
            notes.push(
                "The address is of a private network: connect to that network, or set `jump` in `ssh` of the context"
                    .into(),
            );
        }
        Ok(SshTarget {
            host: self.address().map(|address| address.value.to_string()).unwrap_or_default(),
            user,
            jump: settings.jump,
            options: settings.options,
            notes,
            ..SshTarget::default()
        })
    }

    /// The way into it.
    pub(crate) fn way(&self) -> Way {
        let settings = self.settings.of(&self.row.labels);
        let mut needs = match (self.user(&settings), self.address()) {
            (Some(user), Some(address)) => format!("{user}@{}", address.value),
            (None, Some(address)) => address.value.to_string(),
            (_, None) => String::from("an address"),
        };
        // Writing to a string cannot fail.
        let _ = match (&settings.jump, self.address()) {
            (Some(jump), _) => write!(needs, " through {jump}"),
            (None, Some(Address { public: false, .. })) => write!(needs, " in a private network"),
            (None, _) => Ok(()),
        };
        needs.push_str(", with a key or password of yours");
        Way::open(ScreenKind::Ssh, needs).unless(self.barrier())
    }

    fn address(&self) -> Option<&Address> {
        self.row.addresses.first()
    }

    fn user(&self, settings: &SshSettings) -> Option<String> {
        settings.user.clone().or_else(|| self.image_user.map(str::to_owned))
    }

    fn barrier(&self) -> Option<String> {
        stopped(self.row).or_else(|| match self.address() {
            Some(_) => None,
            None => Some(format!("it has no address. {}", self.without_address)),
        })
    }
}

/// What is in the way of any console of a machine that does not run.
pub(crate) fn stopped(row: &Instance) -> Option<String> {
    let word = row.state.word();
    match row.state.lifecycle {
        Lifecycle::Stopped => Some(format!("it is {word}: start it first")),
        Lifecycle::Stopping => Some(format!("it is {word}: start it again once it has stopped")),
        Lifecycle::Deleting | Lifecycle::Gone | Lifecycle::Done => Some(format!("it is {word}")),
        Lifecycle::Failed
        | Lifecycle::Degraded
        | Lifecycle::Pending
        | Lifecycle::Running
        | Lifecycle::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use qdeck_config::SshRule;
    use qdeck_model::{ContextName, Kind, ResourceId, State};

    use super::*;

    fn row(lifecycle: Lifecycle, raw: &str, addresses: &[(&str, bool)]) -> Instance {
        let id = ResourceId::new(&ContextName::new("c"), Kind::Instance, "i-1");
        let addresses =
            addresses.iter().map(|(value, public)| Address { value: (*value).into(), public: *public });
        Instance {
            addresses: addresses.collect(),
            labels: Box::new([("env".into(), "prod".into())]),
            ..Instance::new(id, "web-1", State::new(lifecycle, raw))
        }
    }

    fn machine<'a>(row: &'a Instance, settings: &'a SshSettings, user: Option<&'a str>) -> Machine<'a> {
        Machine { row, settings, image_user: user, without_address: "Give it one" }
    }

    #[test]
    fn the_target_is_the_first_address_with_the_settings_of_the_labels() {
        let row = row(Lifecycle::Running, "running", &[("192.0.2.7", true), ("10.0.0.7", false)]);
        let plain = SshSettings::default();
        let target = machine(&row, &plain, Some("ubuntu")).target().unwrap();
        assert_eq!((&*target.host, target.user.as_deref(), target.port), ("192.0.2.7", Some("ubuntu"), None));
        assert!(target.notes.is_empty() && target.password.is_none(), "{target:?}");
        assert_eq!(
            machine(&row, &plain, Some("ubuntu")).way(),
            Way::open(ScreenKind::Ssh, "ubuntu@192.0.2.7, with a key or password of yours")
        );
        let rule = SshRule {
            label: "env".into(),
            value: Some("prod".into()),
            user: Some("ops".into()),
            jump: Some("bastion".into()),
            options: vec!["Compression=yes".into()],
        };
        let settings = SshSettings { rules: vec![rule], ..SshSettings::default() };
        let target = machine(&row, &settings, Some("ubuntu")).target().unwrap();
        assert_eq!((target.user.as_deref(), target.jump.as_deref()), (Some("ops"), Some("bastion")));
        assert_eq!(target.options, ["Compression=yes"]);
    }

    #[test]
    fn what_is_missing_is_noted_or_in_the_way_with_what_to_do() {
        let settings = SshSettings::default();
        let private = row(Lifecycle::Running, "running", &[("10.0.0.7", false)]);
        let target = machine(&private, &settings, None).target().unwrap();
        assert_eq!(target.notes.len(), 2, "{:?}", target.notes);
        let bare = row(Lifecycle::Running, "running", &[]);
        let stopped = row(Lifecycle::Stopped, "stopped", &[("192.0.2.7", true)]);
        for (row, barrier) in
            [(bare, "it has no address. Give it one"), (stopped, "it is stopped: start it first")]
        {
            let machine = machine(&row, &settings, None);
            assert_eq!(machine.way().barrier.as_deref(), Some(barrier));
            assert!(machine.target().unwrap_err().message.contains(barrier));
        }
    }
}
