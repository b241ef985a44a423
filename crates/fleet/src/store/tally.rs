//! Counts over the rows of a kind, kept as rows come and go, so that no frame walks them: what belongs to a container,
//! which accelerators are asked for, which facts the platforms send.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use qdeck_model::{ContextName, Fact, GpuModel, GpuRequest, Lifecycle, Resource, ResourceId};
use qdeck_table::Population;

/// The counts of one kind.
#[derive(Default)]
pub(super) struct Tally {
    populations: HashMap<ResourceId, Population>,
    /// By context: the models of a request, in lower case and in order, and how many rows make it. There are few
    /// different requests, however many rows.
    requests: HashMap<ContextName, HashMap<Vec<Box<str>>, u32>>,
    /// Grows whenever the requests change.
    pub(super) requests_version: u64,
    facts: IndexSet<&'static str>,
    /// The facts counted last: many instances share the same.
    counted_facts: Option<Arc<[Fact]>>,
}

impl Tally {
    /// Replaces the counts of a row before by those of the row now.
    pub(super) fn swap(&mut self, before: Option<&Resource>, now: Option<&Resource>) {
        if let Some(before) = before {
            self.populate(before, false);
        }
        if let Some(now) = now {
            self.populate(now, true);
            self.count_facts(now);
        }
        let (asked, asks) = (before.and_then(Resource::gpus), now.and_then(Resource::gpus));
        if asked.map(|it| &it.models) == asks.map(|it| &it.models) {
            return;
        }
        self.requests_version += 1;
        if let Some((before, request)) = before.zip(asked) {
            self.request(&before.id().context, request, false);
        }
        if let Some((now, request)) = now.zip(asks) {
            self.request(&now.id().context, request, true);
        }
    }

    fn populate(&mut self, resource: &Resource, add: bool) {
        let Some(container) = resource.container() else {
            return;
        };
        let lifecycle = resource.state().map_or(Lifecycle::Unknown, |state| state.lifecycle);
        let running = u32::from(matches!(lifecycle, Lifecycle::Running | Lifecycle::Degraded));
        let attention = u32::from(lifecycle.needs_attention());
        let of = self.populations.entry(container.id.clone()).or_default();
        if add {
            of.total += 1;
            of.running += running;
            of.attention += attention;
        } else {
            of.total -= 1;
            of.running -= running;
            of.attention -= attention;
            if of.total == 0 {
                self.populations.remove(&container.id);
            }
        }
    }

    fn request(&mut self, context: &ContextName, request: &GpuRequest, add: bool) {
        let mut models: Vec<Box<str>> =
            request.models.iter().map(|model| model.to_lowercase().into()).collect();
        models.sort_unstable();
        models.dedup();
        let requests = self.requests.entry(context.clone()).or_default();
        if add {
            *requests.entry(models).or_default() += 1;
        } else if let Some(rows) = requests.get_mut(&models) {
            *rows -= 1;
            if *rows == 0 {
                requests.remove(&models);
            }
        }
    }

    fn count_facts(&mut self, resource: &Resource) {
        if let Resource::Instance(it) = resource {
            let known = self.counted_facts.as_ref();
            if known.is_some_and(|known| Arc::ptr_eq(known, &it.facts)) {
                return;
            }
            self.counted_facts = Some(it.facts.clone());
        }
        self.facts.extend(resource.facts().iter().map(|fact| fact.name));
    }

    pub(super) fn population(&self, container: &ResourceId) -> Population {
        self.populations.get(container).copied().unwrap_or_default()
    }

    /// Rows of the model's context that ask for it or have it.
    pub(super) fn users_of(&self, model: &GpuModel) -> u32 {
        let Some(requests) = self.requests.get(&model.id.context) else {
            return 0;
        };
        let accepted = requests.iter().filter(|(models, _)| {
            let mut models = models.iter().map(|model| &**model);
            models.len() == 0 || models.any(|it| model.matches_name(it))
        });
        accepted.map(|(_, rows)| rows).sum()
    }

    /// The names of the platforms' own facts, in the order in which they first arrived.
    pub(super) fn facts(&self) -> impl ExactSizeIterator<Item = &'static str> + '_ {
        self.facts.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::instance;
    use super::*;
    use qdeck_model::Kind;

    const WORDS: [&str; 5] = ["a100", "A100", "Nvidia A100", "h100", "l4"];

    fn row(at: u8, wish: Option<&[usize]>) -> Resource {
        let context = if at.is_multiple_of(2) { "one" } else { "other" };
        let mut resource = instance(&format!("web-{at}"), None, Lifecycle::Running);
        if let Resource::Instance(it) = &mut resource {
            it.id.context = ContextName::new(context);
            it.gpus = wish.map(|models| {
                let models = models.iter().map(|at| WORDS[*at].into()).collect();
                Arc::new(GpuRequest { count: 1, models })
            });
        }
        resource
    }

    fn model(context: &str) -> GpuModel {
        GpuModel::new(
            ResourceId::new(&ContextName::new(context), Kind::GpuModel, "a100"),
            "NVIDIA A100",
            "a100",
        )
    }

    proptest! {
        #[test]
        fn whatever_comes_and_goes_the_users_counted_are_the_rows_that_ask(
            steps in proptest::collection::vec(
                (0_u8..12, proptest::option::of(proptest::option::of(proptest::collection::vec(0_usize..5, 0..3)))),
                1..80,
            )
        ) {
            let mut tally = Tally::default();
            let mut rows: HashMap<u8, Resource> = HashMap::new();
            for (at, wish) in steps {
                let before = rows.remove(&at);
                let now = wish.map(|wish| row(at, wish.as_deref()));
                tally.swap(before.as_ref(), now.as_ref());
                rows.extend(now.map(|now| (at, now)));
                for context in ["one", "other"] {
                    let model = model(context);
                    let naive = rows.values().filter(|row| {
                        row.id().context == model.id.context
                            && row.gpus().is_some_and(|request| request.accepts(&model))
                    });
                    prop_assert_eq!(tally.users_of(&model) as usize, naive.count());
                }
            }
        }
    }

    #[test]
    fn facts_are_kept_in_the_order_of_their_arrival() {
        let mut tally = Tally::default();
        for names in [&["ready_state"][..], &["stack", "ready_state"]] {
            let mut row = row(1, None);
            if let Resource::Instance(it) = &mut row {
                let fact = |name: &&'static str| Fact { name, value: "x".into() };
                it.facts = names.iter().map(fact).collect();
            }
            tally.swap(None, Some(&row));
        }
        assert_eq!(tally.facts().collect::<Vec<_>>(), ["ready_state", "stack"]);
    }
}
