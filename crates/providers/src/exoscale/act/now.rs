//! An instance as it is now: read before a form is shown and again before a change is prepared.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::api::{Ask, Zone};
use super::super::read::zone_of;
use super::super::{Deck, wire};
use qdeck_model::{Problem, Target};

/// An instance, with the zone it is in.
pub(super) struct Now {
    pub(super) zone: Arc<Zone>,
    /// Its id.
    pub(super) id: ArcStr,
    /// Its name, as the row of the target has it.
    pub(super) name: ArcStr,
    /// Its settings.
    pub(super) is: wire::Settings,
}

impl Now {
    /// Reads the instance that a target is.
    pub(super) async fn read(deck: &Deck, target: &Target) -> Result<Self, Problem> {
        let zone = zone_of(deck, &target.id).await?;
        let is = deck.api.get(&zone, &Ask::new("get-instance", &["instance", &target.id.id])).await?;
        Ok(Self { zone, id: target.id.id.clone(), name: target.name.clone(), is })
    }

    /// Its name now; the row may have been listed before it was renamed.
    pub(super) fn current_name(&self) -> &str {
        self.is.name.as_deref().unwrap_or(&self.name)
    }

    /// Its labels, in the order of their names.
    pub(super) fn labels(&self) -> Vec<(String, String)> {
        let labels = self.is.labels.iter();
        labels.map(|(name, value)| (name.clone(), value.as_deref().unwrap_or_default().to_owned())).collect()
    }

    /// The names of its SSH keys. The older field has one key; where both are sent, it repeats the first of the newer.
    pub(super) fn ssh_keys(&self) -> Vec<ArcStr> {
        let all: Vec<ArcStr> =
            self.is.ssh_keys.iter().filter_map(|key| key.name.as_deref().map(Into::into)).collect();
        if all.is_empty() {
            self.is.ssh_key.name.as_deref().map(Into::into).into_iter().collect()
        } else {
            all
        }
    }
}

/// The ids of references.
pub(super) fn ids(references: &[wire::Reference]) -> Vec<ArcStr> {
    references.iter().filter_map(|one| one.id.as_deref().map(Into::into)).collect()
}
