//! The capabilities of a context's key, as far as they are known.
//!
//! No document says how a key learns its own. The membership of the key's account is asked for with its role, and a
//! refusal names the capability that was missing; what is known from neither is taken to be there, and the server has the
//! last word.

use std::collections::HashSet;

use parking_lot::Mutex;
use serde::Deserialize;

use super::super::api::Api;
use crate::mapping::lenient::{Flag, Lenient, ObjectOrDefault, ObjectOrNone, Text};

/// What is known of a key's capabilities.
#[derive(Default)]
pub(crate) struct Capabilities(Mutex<Known>);

#[derive(Default)]
struct Known {
    asked: bool,
    role: Option<Role>,
    /// Named by refusals.
    lacking: Vec<String>,
}

#[derive(Clone)]
struct Role {
    name: Option<String>,
    /// `None` is every one.
    granted: Option<HashSet<String>>,
}

/// The answer of `GET /v1/hubs/current/membership`.
#[derive(Deserialize)]
struct Membership {
    data: ObjectOrDefault<MembershipFields>,
    includes: ObjectOrDefault<Included>,
}

#[derive(Default, Deserialize)]
struct MembershipFields {
    role_id: Text,
}

#[derive(Default, Deserialize)]
struct Included {
    roles: ObjectOrDefault<std::collections::HashMap<String, ObjectOrDefault<RoleFields>>>,
}

#[derive(Default, Deserialize)]
struct RoleFields {
    name: Text,
    identifier: Text,
    capabilities: ObjectOrNone<Granted>,
}

#[derive(Default, Deserialize)]
struct Granted {
    all: Flag,
    specific: Lenient<Option<Vec<String>>>,
}

impl Capabilities {
    /// Asks for the role of the key, unless that was done before. That it cannot be read is no failure.
    pub(crate) async fn learn_once(&self, api: &Api) {
        if !self.0.lock().asked {
            self.learn(api).await;
        }
    }

    /// Asks for the role of the key.
    pub(crate) async fn learn(&self, api: &Api) {
        let path = ["v1", "hubs", "current", "membership"];
        let answer = api.get::<Membership>(&path, &[("include", "roles")]).await;
        let mut known = self.0.lock();
        match answer {
            Ok(membership) => {
                *known = Known { asked: true, role: membership.role(), lacking: Vec::new() };
            }
            // An account's own endpoint may refuse keys: that would not change.
            Err(problem) => known.asked = !problem.kind.may_pass(),
        }
    }

    /// A refusal named a capability that the key lacks.
    pub(super) fn note_missing(&self, capability: &str) {
        let mut known = self.0.lock();
        if !known.lacking.iter().any(|lacking| lacking == capability) {
            known.lacking.push(capability.to_owned());
        }
    }

    /// Forgets everything: the key may be another one, or have another role.
    pub(crate) fn forget(&self) {
        *self.0.lock() = Known::default();
    }

    /// The capability that is missing where any one of these is needed.
    pub(crate) fn missing(&self, any: &[&'static str]) -> Option<&'static str> {
        let known = self.0.lock();
        let refused = any.iter().find(|needed| known.lacking.iter().any(|lacking| lacking == *needed));
        let granted = known.role.as_ref().and_then(|role| role.granted.as_ref());
        let is_granted = granted.is_none_or(|granted| any.iter().any(|needed| granted.contains(*needed)));
        refused.or_else(|| any.first().filter(|_| !is_granted)).copied()
    }

    /// The role by its name, and those of `needed` that it lacks; `None` where the role is not known.
    pub(crate) fn role(&self, needed: &[&'static [&'static str]]) -> Option<String> {
        let role = self.0.lock().role.clone()?;
        let mut lacking: Vec<_> = needed.iter().filter_map(|any| self.missing(any)).collect();
        lacking.sort_unstable();
        lacking.dedup();
        let name = role.name.as_deref().unwrap_or("without a name");
        Some(match &*lacking {
            [] => format!("role {name}"),
            lacking => format!("role {name}, which lacks {}", lacking.join(", ")),
        })
    }
}

impl Membership {
    /// The role that the membership names, if its capabilities can be read.
    fn role(&self) -> Option<Role> {
        let id = self.data.role_id.as_deref()?;
        let role = self.includes.roles.get(id)?;
        let granted = role.capabilities.as_ref()?;
        let specific = || Some(granted.specific.as_ref()?.iter().cloned().collect::<HashSet<_>>());
        let granted = if *granted.all { None } else { Some(specific()?) };
        let name = role.name.as_deref().or(role.identifier.as_deref()).map(str::to_owned);
        Some(Role { name, granted })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(role: &Value) -> Capabilities {
        let answer = json!({"data": {"role_id": "r1"}, "includes": {"roles": {"r1": role}}});
        let membership: Membership = serde_json::from_value(answer).unwrap();
        Capabilities(Mutex::new(Known { role: membership.role(), ..Known::default() }))
    }

    #[test]
    fn only_what_is_known_to_be_missing_is_missing() {
        let some =
            of(&json!({"name": "Deploys", "capabilities": {"all": false, "specific": ["containers-view"]}}));
        assert_eq!(some.missing(&["containers-view"]), None);
        assert_eq!(some.missing(&["containers-manage", "containers-update"]), Some("containers-manage"));
        assert_eq!(
            some.role(&[&["containers-view"], &["containers-ssh"]]).as_deref(),
            Some("role Deploys, which lacks containers-ssh")
        );
        for unknown in
            [json!({}), json!({"capabilities": {"all": false}}), json!({"capabilities": {"all": true}})]
        {
            let capabilities = of(&unknown);
            assert_eq!(capabilities.missing(&["containers-ssh"]), None, "{unknown}");
            capabilities.note_missing("containers-ssh");
            assert_eq!(
                capabilities.missing(&["containers-ssh"]),
                Some("containers-ssh"),
                "a refusal named it"
            );
            capabilities.forget();
            assert_eq!(capabilities.missing(&["containers-ssh"]), None);
        }
    }
}
