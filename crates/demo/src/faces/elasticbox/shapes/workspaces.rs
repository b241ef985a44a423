//! Workspaces: the caller's personal one, and a team's for every environment that holds boxes.

use serde_json::{Value, json};

use super::super::names::time;
use super::schema;
use crate::engine::fleet::{Account, Container, Fleet};

/// A box that says so of its reach belongs to the personal workspace; any other to its environment's team.
const PERSONAL: &str = "personal";

/// One workspace.
#[derive(Debug, Clone)]
pub(in super::super) struct Workspace {
    /// 0 for the personal one, else one more than the environment's index.
    pub number: u32,
    /// Its id, a short name.
    pub id: String,
    /// Its display name.
    pub name: String,
}

/// Every workspace that the caller can reach, the personal one first.
pub(in super::super) fn all(fleet: &Fleet, email: &str) -> Vec<Workspace> {
    let mut found =
        vec![Workspace { number: 0, id: personal(email).to_owned(), name: personal(email).to_owned() }];
    for (number, environment) in (0..).zip(&fleet.environments) {
        let used = |(_, c): (u32, &Container)| c.environment == number && c.public != PERSONAL;
        if fleet.containers_of(Account::ElasticBox).any(used) {
            found.push(Workspace {
                number: number + 1,
                id: environment.identifier.clone(),
                name: environment.name.clone(),
            });
        }
    }
    found
}

/// The personal workspace's id: the part before the `@`.
pub(in super::super) fn personal(email: &str) -> &str {
    email.split('@').next().unwrap_or(email)
}

/// The number of the workspace that owns a box.
pub(in super::super) fn number_of(container: &Container) -> u32 {
    if container.public == PERSONAL { 0 } else { container.environment + 1 }
}

impl Workspace {
    /// The whole document.
    pub(in super::super) fn document(&self, fleet: &Fleet, email: &str) -> Value {
        let founded = time(fleet.founded());
        let mut document = self.short();
        let more = if self.number == 0 {
            json!({
                "email": email, "take_tour": false, "type": "personal", "organization": super::ORGANIZATION,
            })
        } else {
            json!({
                "owner": personal(email), "type": "team", "add_provider": true, "deploy_instance": true,
                "members": [{ "role": "collaborator", "workspace": personal(email) }],
            })
        };
        let common = json!({
            "created": founded, "updated": founded, "icon": null, "organizations": [super::ORGANIZATION],
        });
        if let (Value::Object(document), Value::Object(common), Value::Object(more)) =
            (&mut document, common, more)
        {
            document.extend(common);
            document.extend(more);
        }
        document
    }

    /// The entry that is answered where ids were asked for.
    pub(in super::super) fn short(&self) -> Value {
        let kind = if self.number == 0 { "personal" } else { "team" };
        json!({
            "id": self.id, "name": self.name, "uri": format!("/services/workspaces/{}", self.id),
            "schema": schema(&format!("workspaces/{kind}")),
        })
    }
}
