//! An instance of a list, both ways that a listing shows it. It is cached while its document does not change, so what comes
//! from elsewhere is set in its row when that is sent: the time left of its lease, and its addresses.

use std::sync::Arc;

use arcstr::ArcStr;
use parking_lot::Mutex;

use super::super::map::{Lease, Mapper};
use super::super::wire;
use crate::kit::pages::key_of;
use qdeck_model::{Address, Instance, Lifecycle, Resource, Timestamp};

/// An instance as it was listed.
pub(crate) struct Listed {
    pub(crate) id: ArcStr,
    pub(crate) name: ArcStr,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) changed: Option<Timestamp>,
    pub(crate) latest: Option<Arc<Resource>>,
    /// Changes whenever its history does.
    pub(crate) version: u64,
    /// The list had only part of it.
    pub(crate) is_short: bool,
    /// Where it has one.
    lease: Option<Lease>,
    row: Mutex<Row>,
}

/// The row as it was sent last.
struct Row {
    instance: Arc<Resource>,
    /// When its text of the lease changes.
    until: Option<Timestamp>,
}

impl Listed {
    pub(crate) fn new(map: &Mapper, wire: &wire::Instance, now: Timestamp) -> Self {
        let instance = map.instance(wire, now);
        let latest = map.latest(wire, &instance).map(Resource::Operation).map(Arc::new);
        let lease = Lease::of(&wire.lease, &map.strings);
        Self {
            id: instance.id.id.clone(),
            name: instance.name.clone(),
            is_short: wire.is_short(),
            lifecycle: instance.state.lifecycle,
            changed: instance.changed,
            latest,
            version: key_of(
                &[&wire.updated, &wire.state, &wire.operation.event, &wire.operation.created]
                    .map(|it| it.as_deref()),
            ),
            row: Mutex::new(Row {
                until: lease.as_ref().and_then(|lease| lease.changes_at(now)),
                instance: Arc::new(Resource::Instance(instance)),
            }),
            lease,
        }
    }

    /// The row now, with these addresses where they are known. The same allocation as before unless something in it changes.
    pub(crate) fn row(&self, addresses: Option<&[Address]>, now: Timestamp) -> Arc<Resource> {
        let mut row = self.row.lock();
        let lease = self.lease.as_ref().filter(|_| row.until.is_some_and(|until| now >= until));
        let addresses = addresses.filter(|_| self.lifecycle != Lifecycle::Gone);
        let Resource::Instance(shown) = &*row.instance else { return row.instance.clone() };
        let addresses = addresses.filter(|known| **known != shown.addresses[..]);
        if lease.is_none() && addresses.is_none() {
            return row.instance.clone();
        }
        let mut instance: Instance = shown.clone();
        if let Some(addresses) = addresses {
            instance.addresses = addresses.into();
        }
        if let Some(lease) = lease {
            instance.facts = lease.renewed(&instance.facts, now);
            row.until = lease.changes_at(now);
        }
        row.instance = Arc::new(Resource::Instance(instance));
        row.instance.clone()
    }
}

/// Of two readings of a document, never the same: it is read again only when it changes.
impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mapping::interner::Interner;
    use qdeck_model::ContextName;

    fn listed(now: Timestamp) -> Listed {
        let map = Mapper {
            context: ContextName::new("cam"),
            strings: Interner::default(),
            facts: Interner::default(),
            containers: Interner::default(),
        };
        let wire = json!({
            "id": "i1", "state": "done", "operation": {"event": "deploy"},
            "lease": {"operation": "shutdown", "expire": "2026-11-30T10:00:00Z"},
        });
        Listed::new(&map, &serde_json::from_value(wire).unwrap(), now)
    }

    fn lease_of(row: &Resource) -> &str {
        row.facts().iter().find(|fact| fact.name == "lease").map(|fact| &*fact.value).unwrap()
    }

    #[test]
    fn a_row_is_the_same_until_its_lease_or_its_addresses_change() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let listed = listed(at("2026-11-30T07:30:00Z"));
        let first = listed.row(None, at("2026-11-30T07:30:00Z"));
        assert_eq!(lease_of(&first), "shutdown in 2h");
        assert!(Arc::ptr_eq(&first, &listed.row(None, at("2026-11-30T07:59:59Z"))));
        let later = listed.row(None, at("2026-11-30T08:00:00.001Z"));
        assert_eq!(lease_of(&later), "shutdown in 1h");
        let addresses = [Address { value: "192.0.2.1".into(), public: true }];
        let reached = listed.row(Some(&addresses), at("2026-11-30T08:00:01Z"));
        let Resource::Instance(instance) = &*reached else { panic!("no instance") };
        assert_eq!(instance.addresses[..], addresses);
        assert!(Arc::ptr_eq(&reached, &listed.row(Some(&addresses), at("2026-11-30T08:00:02Z"))));
    }
}
