//! The operations of instances. Each document holds its latest one at no cost; the history is a request an instance, so
//! it is read for those that changed lately, and again only when they change once more.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use parking_lot::Mutex;

use super::super::api::Api;
use super::super::map::Mapper;
use super::super::wire;
use super::listed::Listed;
use crate::mapping::lenient::Rows;
use qdeck_model::{Operation, Problem, Resource, Timestamp};

/// Changed within this time is lately.
const RECENT_CHANGE: Duration = Duration::from_secs(24 * 3600);
/// Histories read for one workspace in one listing.
const MAX_HISTORY_READS: usize = 16;
/// Operations shown of one instance, the newest.
const MAX_OPERATIONS_SHOWN: usize = 20;
/// The time for a history; the latest operation is shown instead of one that takes longer.
const HISTORY_TIMEOUT: Duration = Duration::from_secs(4);
/// Histories kept; more are forgotten together and read again when they change.
const MAX_CACHED_HISTORIES: usize = 1000;

/// The history of an instance as it was read.
struct Known {
    version: u64,
    operations: Rows<Arc<Resource>>,
}

/// An instance whose history is worth asking for.
pub(crate) struct Wanted {
    id: ArcStr,
    name: ArcStr,
    /// While something runs, its activity grows without a change of the instance.
    moving: bool,
    version: u64,
    latest: Option<Arc<Resource>>,
}

impl Wanted {
    fn new(row: &Listed) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            moving: row.lifecycle.is_moving(),
            version: row.version,
            latest: row.latest.clone(),
        }
    }
}

/// The histories that were read so far.
#[derive(Default)]
pub(crate) struct Histories(Mutex<HashMap<ArcStr, Known>>);

impl Histories {
    /// The operations that are known without asking, and the instances to ask about.
    pub(crate) fn sort(&self, rows: Vec<&Listed>) -> (Rows<Arc<Resource>>, Vec<Wanted>) {
        let since = Timestamp::now().before(RECENT_CHANGE);
        let known = self.0.lock();
        let (mut known_rows, mut rest) = (Rows::default(), Vec::new());
        for row in rows {
            match known.get(&row.id) {
                Some(known) if known.version == row.version => {
                    known_rows.good.extend(known.operations.good.iter().cloned());
                    known_rows.unreadable.add(&known.operations.unreadable);
                }
                _ => rest.push(row),
            }
        }
        rest.sort_by_cached_key(|row| std::cmp::Reverse(row.changed));
        let lately = rest
            .iter()
            .take(MAX_HISTORY_READS)
            .take_while(|row| row.changed.is_some_and(|changed| changed > since))
            .count();
        let older = rest.split_off(lately);
        known_rows.good.extend(older.into_iter().filter_map(|row| row.latest.clone()));
        (known_rows, rest.into_iter().map(Wanted::new).collect())
    }

    /// Reads a history. One that cannot be read leaves the latest operation, as does one that is empty.
    pub(crate) async fn read(&self, api: &Api, map: &Mapper, row: Wanted) -> Rows<Arc<Resource>> {
        let read = of_instance(api, map, &row.id, &row.name);
        let mut read = match tokio::time::timeout(HISTORY_TIMEOUT, read).await {
            Ok(Ok(operations)) if operations.sent() > 0 => operations,
            _ => Rows::default(),
        };
        read.good.sort_by_key(|it| std::cmp::Reverse(it.created));
        read.good.truncate(MAX_OPERATIONS_SHOWN);
        let mut operations = read.map(|operation| Arc::new(Resource::Operation(operation)));
        if operations.good.is_empty() {
            operations.good.extend(row.latest);
            return operations;
        }
        if !row.moving {
            let mut known = self.0.lock();
            if known.len() >= MAX_CACHED_HISTORIES {
                known.clear();
            }
            let whole = Known { version: row.version, operations: operations.clone() };
            known.insert(row.id, whole);
        }
        operations
    }
}

/// Every operation of an instance, oldest first.
pub(crate) async fn of_instance(
    api: &Api,
    map: &Mapper,
    id: &ArcStr,
    name: &ArcStr,
) -> Result<Rows<Operation>, Problem> {
    let list: wire::List<wire::Operation> = api.get(&["instances", id, "operations"], &[]).await?;
    Ok(list.0.map(|row| map.operation(&row, id, name)))
}
