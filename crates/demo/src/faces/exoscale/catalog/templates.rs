//! Public templates; they are the same in every zone under other ids, as on the platform.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{CATALOG, zones};
use crate::faces::exoscale::ids::{Thing, id, index};

/// A disk image that instances are made of.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::faces::exoscale) struct Template {
    /// Its display name.
    pub name: &'static str,
    family: &'static str,
    version: &'static str,
    /// The login of its first user.
    pub user: &'static str,
    /// In GiB.
    pub size_gib: u64,
    /// True if an instance of it has a password.
    #[serde(default = "with_password")]
    pub password: bool,
    #[serde(default = "legacy")]
    boot: &'static str,
}

fn with_password() -> bool {
    true
}

fn legacy() -> &'static str {
    "legacy"
}

fn public() -> &'static [Template] {
    &CATALOG.templates
}

fn count() -> u32 {
    u32::try_from(public().len()).unwrap_or(u32::MAX)
}

/// Which of the public templates has that name.
pub(in crate::faces::exoscale) fn named(name: &str) -> Option<u32> {
    (0..).zip(public()).find(|(_, template)| template.name == name).map(|(nth, _)| nth)
}

/// The number of one of the public templates in a zone.
pub(in crate::faces::exoscale) fn key(zone: u32, nth: u32) -> u32 {
    zone * count() + nth % count()
}

/// The public template behind an id, when it is one of that zone.
pub(in crate::faces::exoscale) fn find(zone: u32, text: &str) -> Option<(u32, &'static Template)> {
    let key = index(Thing::Template, text).filter(|key| key / count() == zone)?;
    at(key).map(|template| (key, template))
}

/// A public template by its number.
pub(in crate::faces::exoscale) fn at(key: u32) -> Option<&'static Template> {
    ((key / count()) as usize).lt(&zones().len()).then(|| public().get((key % count()) as usize)).flatten()
}

/// The public templates of a zone as the API returns them.
pub(in crate::faces::exoscale) fn documents(zone: u32) -> impl Iterator<Item = Value> {
    (0..).zip(public()).map(move |(nth, template)| template.document(key(zone, nth)))
}

impl Template {
    /// As the API returns it: the size in bytes, and never the `zones` of the description.
    pub(in crate::faces::exoscale) fn document(&self, key: u32) -> Value {
        let day = 1 + key % count() * 2;
        json!({
            "id": id(Thing::Template, key),
            "name": self.name,
            "description": self.name,
            "family": self.family,
            "version": self.version,
            "build": format!("2026-09-{day:02}-{:07x}", key.wrapping_mul(0x9e_3779)),
            "maintainer": "Exoscale",
            "created-at": format!("2026-09-{day:02}T07:30:00Z"),
            "visibility": "public",
            "size": self.size_gib << 30,
            "boot-mode": self.boot,
            "default-user": self.user,
            "ssh-key-enabled": true,
            "password-enabled": self.password,
            "application-consistent-snapshot-enabled": false,
            "checksum": format!("{:032x}", u128::from(key) * 0x9e37_79b9_7f4a_7c15),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_found_in_its_own_zone_alone() {
        let text = id(Thing::Template, key(4, 1));
        assert_eq!(find(4, &text).map(|(_, t)| t.user), Some("ubuntu"));
        assert!(find(5, &text).is_none());
        assert!(at(key(8, 0)).is_none(), "there are eight zones");
        let ids: std::collections::HashSet<String> =
            (0..8).flat_map(documents).map(|d| d["id"].to_string()).collect();
        assert_eq!(ids.len(), 96);
    }
}
