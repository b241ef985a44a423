//! Exoscale's catalogue: zones, instance types, public templates, names of quotas.

pub(super) mod templates;
pub(super) mod types;

use std::sync::LazyLock;

use serde::Deserialize;

/// The shape of `assets/demo/exoscale.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Catalog {
    zones: Vec<&'static str>,
    quotas: Vec<Quota>,
    templates: Vec<templates::Template>,
    families: Vec<types::Family>,
}

/// A resource with a limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quota {
    /// `instance`.
    pub resource: &'static str,
    /// -1 is none.
    pub limit: i64,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    crate::embedded::parse("exoscale.toml", include_str!("../../../../../../assets/demo/exoscale.toml"))
});

/// The zones of the API's description, in its order.
pub(super) fn zones() -> &'static [&'static str] {
    &CATALOG.zones
}

/// The name of a zone by its number; empty where there is none.
pub(super) fn zone_name(zone: u32) -> &'static str {
    zones().get(zone as usize).copied().unwrap_or_default()
}

/// Everything that has a quota.
pub(super) fn quotas() -> &'static [Quota] {
    &CATALOG.quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_within_their_list() {
        let lists: [Vec<&str>; 4] = [
            zones().to_vec(),
            quotas().iter().map(|quota| quota.resource).collect(),
            CATALOG.templates.iter().map(|template| template.name).collect(),
            CATALOG.families.iter().map(|family| family.name).collect(),
        ];
        for mut list in lists {
            let count = list.len();
            list.sort_unstable();
            list.dedup();
            assert!(count > 0 && list.len() == count, "{list:?}");
        }
    }
}
