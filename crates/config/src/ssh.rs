//! The settings of SSH sessions: those of a context, and rules for the instances that have a label.

use arcstr::ArcStr;

/// The settings of a context's SSH sessions, or of those that a rule is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SshSettings {
    /// The user to sign in as, in place of the one that the platform names.
    pub user: Option<String>,
    /// Hosts to go through, as `ssh -J` takes them.
    pub jump: Option<String>,
    /// Options of ssh's configuration, such as `ServerAliveInterval=15`.
    pub options: Vec<String>,
    /// Rules for instances with a label. Each one that matches applies, later ones over earlier ones.
    pub rules: Vec<SshRule>,
}

/// A rule for the instances that have a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshRule {
    /// The name of the label.
    pub label: String,
    /// The value it must have; `None` is any.
    pub value: Option<String>,
    /// The user to sign in as.
    pub user: Option<String>,
    /// Hosts to go through; an empty text is none.
    pub jump: Option<String>,
    /// Options before those of the context: ssh takes the first value it is given.
    pub options: Vec<String>,
}

impl SshRule {
    fn matches(&self, labels: &[(ArcStr, ArcStr)]) -> bool {
        let is_value = |value: &str| self.value.as_deref().is_none_or(|wanted| wanted == value);
        labels.iter().any(|(label, value)| **label == *self.label && is_value(value))
    }
}

impl SshSettings {
    /// The settings for an instance with these labels, without rules.
    #[must_use]
    pub fn of(&self, labels: &[(ArcStr, ArcStr)]) -> Self {
        let mut settings = Self { rules: Vec::new(), ..self.clone() };
        for rule in self.rules.iter().filter(|rule| rule.matches(labels)) {
            if let Some(user) = &rule.user {
                settings.user = Some(user.clone());
            }
            if let Some(jump) = &rule.jump {
                settings.jump = Some(jump.clone()).filter(|jump| !jump.is_empty());
            }
            settings.options.splice(0..0, rule.options.iter().cloned());
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(all: &[(&str, &str)]) -> Vec<(ArcStr, ArcStr)> {
        all.iter().map(|(label, value)| (ArcStr::from(*label), ArcStr::from(*value))).collect()
    }

    #[test]
    fn rules_that_match_apply_over_the_context_and_later_ones_over_earlier_ones() {
        let rule = |label: &str, value: Option<&str>| SshRule {
            label: label.to_owned(),
            value: value.map(str::to_owned),
            user: None,
            jump: None,
            options: Vec::new(),
        };
        let settings = SshSettings {
            user: Some("admin".to_owned()),
            jump: Some("bastion".to_owned()),
            options: vec!["Compression=yes".to_owned()],
            rules: vec![
                SshRule { jump: Some("bastion-prod".to_owned()), ..rule("env", Some("prod")) },
                SshRule {
                    user: Some("root".to_owned()),
                    jump: Some(String::new()),
                    options: vec!["Compression=no".to_owned()],
                    ..rule("direct", None)
                },
            ],
        };
        let of = |all: &[(&str, &str)]| settings.of(&labels(all));
        assert_eq!(of(&[]).jump.as_deref(), Some("bastion"));
        assert_eq!(of(&[("env", "test")]).jump.as_deref(), Some("bastion"));
        assert_eq!(of(&[("env", "prod")]).jump.as_deref(), Some("bastion-prod"));
        let direct = of(&[("direct", "yes"), ("env", "prod")]);
        assert_eq!((direct.user.as_deref(), direct.jump), (Some("root"), None));
        assert_eq!(direct.options, ["Compression=no", "Compression=yes"], "ssh takes the first");
        assert!(direct.rules.is_empty());
    }
}
