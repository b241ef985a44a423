//! Names by id, learned from whatever passes by, so that a thing is called the same in a list, by itself, and as the
//! target of a job.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::wire;
use crate::words::Words;

/// More names than this are forgotten together and learned again.
const MOST: usize = 50_000;
/// What is shown of an id for want of a name.
const SHORT: usize = 12;

/// What an instance takes over from its container.
#[derive(Clone)]
pub(crate) struct Owner {
    pub(crate) name: Arc<str>,
    pub(crate) image: Option<Arc<str>>,
}

#[derive(Default)]
struct Known {
    names: HashMap<Box<str>, Arc<str>>,
    containers: HashMap<Arc<str>, Owner>,
}

/// The names of a hub's things. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<Mutex<Known>>);

impl Names {
    /// Takes in what was sent along with an answer.
    pub(crate) fn learn(&self, includes: &wire::Includes, words: &Words) {
        let mut known = self.lock();
        if known.names.len() > MOST {
            known.names.clear();
        }
        let mut note = |id: &str, name: Option<&str>| {
            let Some(name) = name else { return };
            if known.names.get(id).is_none_or(|was| **was != *name) {
                known.names.insert(id.into(), words.share(name));
            }
        };
        let creators = &includes.creators;
        for things in [
            &includes.servers,
            &includes.locations,
            &includes.environments,
            &creators.api_keys,
            &creators.environments,
        ] {
            for (id, thing) in things {
                note(id, best_name(thing));
            }
        }
        for (id, image) in &includes.images {
            note(id, image_name(image));
        }
        for people in [&creators.accounts, &creators.employees, &creators.visitors] {
            for (id, person) in people {
                note(id, person_name(person).as_deref());
            }
        }
    }

    /// Takes in what a container is called and runs.
    pub(crate) fn learn_container(&self, id: &Arc<str>, owner: Owner) {
        let mut known = self.lock();
        if known.containers.len() > MOST {
            known.containers.clear();
        }
        known.containers.insert(id.clone(), owner);
    }

    /// The container with this id, if it was seen.
    pub(crate) fn container(&self, id: &str) -> Option<Owner> {
        self.lock().containers.get(id).cloned()
    }

    /// The name of anything with this id, if it was seen.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<str>> {
        let known = self.lock();
        let container = known.containers.get(id).map(|owner| &owner.name);
        container.or_else(|| known.names.get(id)).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An id cut to what a person can compare by eye.
pub(crate) fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

fn best_name(named: &wire::Named) -> Option<&str> {
    [&named.nickname, &named.name, &named.hostname, &named.identifier].into_iter().find_map(Option::as_deref)
}

/// What was pulled says more than the name it was filed under: `mysql:5.7`.
fn image_name(image: &wire::Image) -> Option<&str> {
    let source = &image.source;
    [&source.instead.target, &source.details.origin.details.target, &image.name]
        .into_iter()
        .find_map(Option::as_deref)
}

fn person_name(person: &wire::Account) -> Option<String> {
    let words = [&person.name.first, &person.name.last];
    let name: Vec<&str> = words.into_iter().filter_map(Option::as_deref).collect();
    if name.is_empty() {
        return person.email.address.clone();
    }
    Some(name.join(" "))
}
