//! The actions of all platforms of the fleet, for what lists them by name: the palette and the help.

use crate::Fleet;
use qdeck_model::{Action, Availability, Platform, Resource};

/// An action that platforms of the fleet have, and whether it can be taken on the row that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredAction {
    /// The action.
    pub action: Action,
    /// The platforms that have it, each once.
    pub platforms: Vec<Platform>,
}

impl Fleet {
    /// Every action that the platforms of the fleet have, in the order of the contexts, with its availability for `row`.
    pub fn declared_actions(&self, row: Option<&Resource>) -> Vec<DeclaredAction> {
        let of_row = row.map(|row| self.actions(row)).unwrap_or_default();
        let mut all: Vec<DeclaredAction> = Vec::new();
        for member in &self.inner.members {
            let Ok(provider) = &member.provider else { continue };
            for action in provider.declared_actions() {
                match all.iter_mut().find(|known| known.action.id == action.id) {
                    Some(known) if known.platforms.contains(&member.platform) => {}
                    Some(known) => known.platforms.push(member.platform),
                    None => all.push(DeclaredAction { action, platforms: vec![member.platform] }),
                }
            }
        }
        for DeclaredAction { action, .. } in &mut all {
            match (of_row.iter().find(|own| own.id == action.id), row) {
                (Some(own), _) => action.clone_from(own),
                (None, Some(row)) => {
                    let reason = format!("no such action on this {}", row.kind().singular());
                    action.availability = Availability::No(reason.into());
                }
                (None, None) => action.availability = Availability::No("no row is selected".into()),
            }
        }
        all
    }
}
