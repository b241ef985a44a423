//! The settings that a new instance begins with: those of another one, or none.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::super::Deck;
use super::super::super::api::Zone;
use super::super::choices;
use super::super::now::Now;
use qdeck_model::{Problem, Target};

/// Where the settings to begin with come from.
pub(super) struct Source {
    /// The other instance.
    pub(super) like: Option<Now>,
}

impl Source {
    /// Reads the instance that the target is; a context has none.
    pub(super) async fn read(deck: &Deck, target: &Target) -> Result<Self, Problem> {
        if target.is_context() {
            return Ok(Self { like: None });
        }
        Ok(Self { like: Some(Now::read(deck, target).await?) })
    }

    /// The zone of the other instance.
    pub(super) fn zone(&self) -> Option<&Arc<Zone>> {
        self.like.as_ref().map(|like| &like.zone)
    }

    /// The other instance, if the new one is to be in its zone: most of what it refers to belongs to a zone.
    pub(super) fn like_in(&self, zone: &Zone) -> Option<&Now> {
        self.like.as_ref().filter(|like| like.zone.name == zone.name)
    }

    /// The id of its template in a zone. Templates have other ids in other zones, and the same names.
    pub(super) async fn template_in(&self, deck: &Deck, zone: &Zone) -> Option<ArcStr> {
        let like = self.like.as_ref()?;
        let id = like.is.template.id.as_deref()?;
        if like.zone.name == zone.name {
            return Some(id.into());
        }
        // Where they cannot be listed it is chosen anew.
        let there = choices::templates(deck, &like.zone).await.ok()?;
        let name = there.iter().find(|template| template.id.as_deref() == Some(id))?.name.0.as_ref()?;
        let here = choices::templates(deck, zone).await.ok()?;
        let same = here.iter().find(|template| template.name.0.as_ref() == Some(name))?;
        same.id.as_deref().map(Into::into)
    }

    /// A name for the new instance: that of the other one with the next free number, and none where there is no other.
    pub(super) fn free_name(&self, deck: &Deck) -> Option<String> {
        let like = self.like.as_ref()?;
        Some(next_name(like.current_name(), |name| deck.map.is_name_taken(name)))
    }
}

/// `web-1` becomes `web-2`, and `db` becomes `db-2`; what is taken is passed over.
fn next_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (stem, number) = name.split_at(name.len() - digits);
    let (stem, first) = match number.parse::<u32>() {
        Ok(number) if stem.ends_with(['-', '_', '.']) => (stem.to_owned(), number.saturating_add(1)),
        _ => (format!("{name}-"), 2),
    };
    let names = (first..first.saturating_add(1000)).map(|number| format!("{stem}{number}"));
    let mut free = names.filter(|name| !is_taken(name));
    free.next().unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_name_counts_on_and_passes_over_what_is_taken() {
        let taken = ["web-2", "web-3"];
        for (name, next) in
            [("web-1", "web-4"), ("db", "db-2"), ("node_9", "node_10"), ("web2", "web2-2"), ("7", "7-2")]
        {
            assert_eq!(next_name(name, |name| taken.contains(&name)), next);
        }
    }
}
