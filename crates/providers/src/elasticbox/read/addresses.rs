//! Addresses of instances. Only the service of each has them, a request an instance: a few are read with every listing,
//! and again only when their instance changes.

use std::collections::HashMap;
use std::sync::Arc;

use arcstr::ArcStr;
use parking_lot::{Mutex, MutexGuard};

use super::super::api::Api;
use super::super::wire;
use super::listed::Listed;
use qdeck_model::{Address, Instance, Lifecycle, Problem, Resource, Timestamp};

/// Services read for one workspace in one listing, those of the instances that changed last.
const MAX_SERVICE_READS: usize = 16;
/// In longer lists it would take too many listings; the details show the addresses all the same.
const MAX_ROWS_WITH_ADDRESSES: usize = 1000;
/// Kept at most; more are forgotten together.
const MAX_CACHED_ADDRESSES: usize = 5000;

struct Known {
    version: u64,
    addresses: Box<[Address]>,
}

/// The addresses that were read so far.
#[derive(Default)]
pub(crate) struct Addresses(Mutex<HashMap<ArcStr, Known>>);

/// An instance whose addresses are not known as it is now.
pub(crate) struct Unread {
    id: ArcStr,
    version: u64,
}

impl Addresses {
    /// The row with the addresses that are known of it.
    pub(crate) fn fill(&self, mut row: Instance) -> Instance {
        if let Some(known) = self.lock().get(&row.id.id)
            && row.state.lifecycle != Lifecycle::Gone
        {
            row.addresses.clone_from(&known.addresses);
        }
        row
    }

    /// The rows as they are `now`, with the addresses that are known of them.
    pub(crate) fn rows(&self, listed: &[&Listed], now: Timestamp) -> Vec<Arc<Resource>> {
        let known = self.lock();
        let addresses = |id: &ArcStr| Some(&known.get(id)?.addresses[..]);
        listed.iter().map(|it| it.row(addresses(&it.id), now)).collect()
    }

    /// The instances to ask about.
    pub(crate) fn unread(&self, rows: &[&Listed]) -> Vec<Unread> {
        if rows.len() > MAX_ROWS_WITH_ADDRESSES {
            return Vec::new();
        }
        let known = self.lock();
        let mut unread: Vec<&&Listed> = rows
            .iter()
            .filter(|row| {
                // While it is made or unmade its machines come and go.
                let rests =
                    matches!(row.lifecycle, Lifecycle::Running | Lifecycle::Stopped | Lifecycle::Failed);
                rests && known.get(&row.id).is_none_or(|known| known.version != row.version)
            })
            .collect();
        unread.sort_by_key(|row| std::cmp::Reverse(row.changed));
        unread
            .into_iter()
            .take(MAX_SERVICE_READS)
            .map(|row| Unread { id: row.id.clone(), version: row.version })
            .collect()
    }

    /// Reads the addresses of one.
    pub(crate) async fn read(&self, api: &Api, unread: Unread) {
        let Unread { id, version } = unread;
        let service: Result<wire::Service, _> = api.get(&["instances", &id, "service"], &[]).await;
        let addresses = match service {
            Ok(service) => addresses(&service),
            Err(problem) if problem.kind.may_pass() => return,
            // What may not be read is not asked for again until it changes.
            Err(_) => Box::default(),
        };
        let mut known = self.lock();
        if known.len() >= MAX_CACHED_ADDRESSES {
            known.clear();
        }
        known.insert(id, Known { version, addresses });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ArcStr, Known>> {
        self.0.lock()
    }
}

/// Reads the addresses of an instance.
pub(crate) async fn of(api: &Api, id: &str) -> Result<Box<[Address]>, Problem> {
    let service: wire::Service = api.get(&["instances", id, "service"], &[]).await?;
    Ok(addresses(&service))
}

/// The public ones of all machines first.
fn addresses(service: &wire::Service) -> Box<[Address]> {
    let machines = &service.machines;
    let of = |public: bool| {
        let all = machines.iter().filter_map(move |machine| {
            let address = &machine.address;
            if public { address.public.as_deref() } else { address.private.as_deref() }
        });
        all.map(move |value| Address { value: value.into(), public })
    };
    of(true).chain(of(false)).collect()
}
