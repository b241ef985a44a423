//! The actions of all platforms of the fleet, for what lists them by name: the palette and the help.

use crate::Fleet;
use qdeck_model::{Action, Availability, Danger, Platform, Resource};

/// An action that platforms of the fleet have, and whether it can be taken on the row that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredAction {
    /// The action.
    pub action: Action,
    /// The platforms that have it, each once.
    pub platforms: Vec<Platform>,
    /// What it does there: each effect once, with the platforms on which it is that.
    pub effects: Vec<DeclaredEffect>,
}

/// What an action does on some of the platforms that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredEffect {
    /// The effect, in one sentence.
    pub help: &'static str,
    /// The harm that it can do.
    pub danger: Danger,
    /// The platforms, each once.
    pub platforms: Vec<Platform>,
}

impl DeclaredAction {
    /// An action as one platform declares it.
    pub fn new(action: Action, platform: Platform) -> Self {
        let mut it = Self { action, platforms: Vec::new(), effects: Vec::new() };
        let (help, danger) = (it.action.help, it.action.danger);
        it.add(help, danger, platform);
        it
    }

    fn add(&mut self, help: &'static str, danger: Danger, platform: Platform) {
        if self.platforms.contains(&platform) {
            return;
        }
        self.platforms.push(platform);
        match self.effects.iter_mut().find(|effect| effect.help == help && effect.danger == danger) {
            Some(effect) => effect.platforms.push(platform),
            None => self.effects.push(DeclaredEffect { help, danger, platforms: vec![platform] }),
        }
    }
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
                    Some(known) => known.add(action.help, action.danger, member.platform),
                    None => all.push(DeclaredAction::new(action, member.platform)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::ActionId;
    use qdeck_providers::{cycle, exoscale, gcore};

    #[test]
    fn an_effect_names_the_platforms_on_which_it_is_that() {
        let delete = Action {
            id: ActionId::INSTANCE_DELETE,
            name: "Delete",
            key: 'd',
            help: "Deletes the instance and its disk.",
            danger: Danger::Destructive,
            progress: "deleting",
            has_form: false,
            in_bulk: true,
            availability: Availability::Yes,
        };
        let mut declared = DeclaredAction::new(delete, exoscale::PLATFORM);
        declared.add("Deletes the instance; its container stays.", Danger::Destructive, cycle::PLATFORM);
        declared.add("Deletes the instance and its disk.", Danger::Destructive, gcore::PLATFORM);
        declared.add("Deletes the instance and its disk.", Danger::Destructive, gcore::PLATFORM);
        let effects: Vec<_> = declared.effects.iter().map(|it| (it.help, &*it.platforms)).collect();
        assert_eq!(
            effects,
            [
                ("Deletes the instance and its disk.", &[exoscale::PLATFORM, gcore::PLATFORM][..]),
                ("Deletes the instance; its container stays.", &[cycle::PLATFORM]),
            ]
        );
        assert_eq!(declared.platforms, [exoscale::PLATFORM, cycle::PLATFORM, gcore::PLATFORM]);
    }
}
