//! The section that a face of the cloud has in a configuration, key by key.

use crate::Access;
use qdeck_model::Secret;

/// The value of a key.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Number(u64),
    /// True or false.
    Switch(bool),
    /// A secret: a file refers to it.
    Secret(&'a Secret),
    /// A table with `options` alone.
    Options(&'a [String]),
}

impl Access {
    /// The keys of its section, in the order they are written: the platform, the address, the credentials, and what else
    /// its platform needs.
    pub fn entries(&self) -> Vec<(&'static str, Entry<'_>)> {
        let mut entries =
            vec![("platform", Entry::Text(self.platform)), ("base_url", Entry::Text(&self.base_url))];
        match (&self.email, &self.key) {
            (Some(email), _) => {
                entries.push(("email", Entry::Text(email)));
                entries.push(("password", Entry::Secret(&self.secret)));
            }
            (None, Some(key)) => {
                entries.push(("key", Entry::Secret(key)));
                entries.push(("secret", Entry::Secret(&self.secret)));
            }
            (None, None) => entries.push(("token", Entry::Secret(&self.secret))),
        }
        if let Some(project) = self.project {
            entries.push(("project", Entry::Number(project)));
        }
        if let Some(hub) = &self.hub {
            entries.push(("hub", Entry::Text(hub)));
        }
        if !self.ssh_options.is_empty() {
            entries.push(("ssh", Entry::Options(&self.ssh_options)));
        }
        if let Some(console_input) = self.console_input {
            entries.push(("console_input", Entry::Switch(console_input)));
        }
        // The consoles of these two are a shell of this machine, which reads the report.
        if self.project.is_some() || self.hub.is_some() {
            entries.push(("console_size_reports", Entry::Switch(true)));
        }
        entries
    }
}
