//! A cache of names by id, filled from every answer, so that a resource has the same name in a list, by itself, and as
//! the target of a job.

use std::collections::HashMap;
use std::sync::Arc;

use arcstr::ArcStr;
use parking_lot::{Mutex, MutexGuard};

use super::super::wire;
use crate::mapping::interner::Interner;

/// The most names, and the most containers, that are cached. At the limit the cache is cleared and filled anew.
const MAX_CACHED_NAMES: usize = 50_000;
/// Characters of an id that are shown in place of an unknown name.
const SHORT_ID_CHARS: usize = 12;

/// The fields that an instance inherits from its container.
#[derive(Clone, Hash)]
pub(crate) struct Owner {
    pub(crate) name: ArcStr,
    pub(crate) image: Option<ArcStr>,
}

#[derive(Default)]
struct Cache {
    names: HashMap<Box<str>, ArcStr>,
    containers: HashMap<ArcStr, Owner>,
    /// Grows whenever a name changes or is forgotten.
    version: u64,
}

/// The names of a hub's resources by id. Cheap to clone; clones share the cache.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<Mutex<Cache>>);

impl Names {
    /// Learns the names included in an answer.
    pub(crate) fn learn(&self, includes: &wire::Includes, strings: &Interner) {
        let mut cache = self.lock();
        if cache.names.len() > MAX_CACHED_NAMES {
            cache.names.clear();
            cache.version += 1;
        }
        let cache = &mut *cache;
        let mut learn = |id: &str, name: Option<&str>| {
            let Some(name) = name else { return };
            if cache.names.get(id).is_none_or(|cached| **cached != *name) {
                cache.names.insert(id.into(), strings.intern(name));
                cache.version += 1;
            }
        };
        let creators = &includes.creators;
        for resources in [
            &includes.servers,
            &includes.locations,
            &includes.environments,
            &creators.api_keys,
            &creators.environments,
        ] {
            for (id, resource) in resources.iter() {
                learn(id, best_name(resource));
            }
        }
        for (id, image) in includes.images.iter() {
            learn(id, image_name(image));
        }
        for accounts in [&creators.accounts, &creators.employees, &creators.visitors] {
            for (id, account) in accounts.iter() {
                learn(id, account_name(account).as_deref());
            }
        }
    }

    /// Learns the name and the image of a container.
    pub(crate) fn learn_container(&self, id: &ArcStr, owner: Owner) {
        let mut cache = self.lock();
        if cache.containers.len() > MAX_CACHED_NAMES {
            cache.containers.clear();
            cache.version += 1;
        }
        // Its image is a part of its own row alone.
        let is_new = cache.containers.get(id).is_none_or(|known| known.name != owner.name);
        cache.version += u64::from(is_new);
        cache.containers.insert(id.clone(), owner);
    }

    /// A number that grows whenever a name changes: rows that were mapped before may have other names now.
    pub(crate) fn version(&self) -> u64 {
        self.lock().version
    }

    /// The container with this id, if it was listed or read.
    pub(crate) fn container(&self, id: &str) -> Option<Owner> {
        self.lock().containers.get(id).cloned()
    }

    /// The name of whatever has this id, if it is known.
    pub(crate) fn get(&self, id: &str) -> Option<ArcStr> {
        let cache = self.lock();
        let container = cache.containers.get(id).map(|owner| &owner.name);
        container.or_else(|| cache.names.get(id)).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.0.lock()
    }
}

/// The first characters of an id, enough to compare by eye.
pub(crate) fn shortened(id: &str) -> &str {
    id.get(..SHORT_ID_CHARS).unwrap_or(id)
}

fn best_name(named: &wire::NameFields) -> Option<&str> {
    [&named.nickname, &named.name, &named.hostname, &named.identifier]
        .into_iter()
        .find_map(|name| name.as_deref())
}

/// The name an image was pulled by (`mysql:5.7`), which describes it better than the name it was saved under.
fn image_name(image: &wire::Image) -> Option<&str> {
    let source = &image.source;
    [&source.instead.target, &source.details.origin.details.target, &image.name]
        .into_iter()
        .find_map(|name| name.as_deref())
}

/// The first and last name of an account, else its e-mail address.
fn account_name(account: &wire::Account) -> Option<String> {
    let names = [&account.name.first, &account.name.last];
    let name: Vec<&str> = names.into_iter().filter_map(|name| name.as_deref()).collect();
    if name.is_empty() {
        return account.email.address.0.clone();
    }
    Some(name.join(" "))
}
