//! The rules of the sweep beside a plain model of them, over random sequences of events.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// The rules of [`ListEvent`] in the plainest words: maps, and no cleverness.
#[derive(Default)]
struct Naive {
    /// Name to the scope it was listed in, the state, and the listing that held it last.
    rows: BTreeMap<String, (Option<String>, Lifecycle, u32)>,
    generation: u32,
    listing: bool,
    mentioned: BTreeSet<String>,
    ended: BTreeSet<String>,
    gone: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Start,
    Page(Option<u8>, Vec<(u8, bool)>),
    /// One of the pages before once more, the same allocation.
    Again(usize),
    ScopeEnd(u8),
    ScopeFailed(u8),
    End,
    Failed,
    Upsert(u8, bool),
    Gone(u8),
}

fn state(up: bool) -> Lifecycle {
    if up { Lifecycle::Running } else { Lifecycle::Failed }
}

impl Naive {
    fn apply(&mut self, step: &Step) {
        let generation = self.generation;
        match step {
            Step::Start => {
                self.generation += 1;
                self.listing = true;
                self.mentioned.clear();
                self.ended.clear();
                self.gone.clear();
            }
            Step::Upsert(name, up) => {
                let name = format!("i{name}");
                let scope = self.rows.get(&name).and_then(|row| row.0.clone());
                self.gone.remove(&name);
                self.rows.insert(name, (scope, state(*up), generation));
            }
            Step::Gone(name) => {
                let name = format!("i{name}");
                self.rows.remove(&name);
                self.gone.insert(name);
            }
            _ if !self.listing => {}
            Step::Again(_) => unreachable!("it is resolved to a page"),
            Step::Page(scope, rows) => {
                let scope = scope.map(|scope| format!("s{scope}"));
                self.mentioned.extend(scope.clone());
                for (name, up) in rows {
                    let name = format!("i{name}");
                    if !self.gone.contains(&name) {
                        self.rows.insert(name, (scope.clone(), state(*up), generation));
                    }
                }
            }
            Step::ScopeEnd(scope) => {
                let scope = format!("s{scope}");
                self.rows.retain(|_, row| row.0.as_ref() != Some(&scope) || row.2 == generation);
                self.mentioned.insert(scope.clone());
                self.ended.insert(scope);
            }
            Step::ScopeFailed(scope) => {
                let scope = format!("s{scope}");
                self.mentioned.insert(scope.clone());
                self.ended.remove(&scope);
            }
            Step::End => {
                self.listing = false;
                let (mentioned, ended) = (&self.mentioned, &self.ended);
                self.rows.retain(|_, (scope, _, seen)| {
                    *seen == generation
                        || scope
                            .as_ref()
                            .is_some_and(|scope| mentioned.contains(scope) && !ended.contains(scope))
                });
            }
            Step::Failed => self.listing = false,
        }
    }
}

/// The event of a step. Pages are sent as `rows` where they are sent again.
fn event(step: &Step, rows_before: Option<&PageRows>) -> FleetEvent {
    let list = |event| FleetEvent::List(context(), Kind::Instance, event);
    let row = |name: &u8, up: &bool| instance(&format!("i{name}"), None, state(*up));
    let named = |scope: &u8| ArcStr::from(format!("s{scope}"));
    match step {
        Step::Start => FleetEvent::ListStarted(context(), Kind::Instance),
        Step::Page(scope, rows) => list(ListEvent::Page {
            scope: scope.as_ref().map(named),
            rows: match rows_before {
                Some(rows) => rows.clone(),
                None => page_rows(rows.iter().map(|(name, up)| row(name, up))),
            },
            expected: None,
        }),
        Step::Again(_) => unreachable!("it is resolved to a page"),
        Step::ScopeEnd(scope) => list(ListEvent::ScopeEnd(named(scope))),
        Step::ScopeFailed(scope) => list(ListEvent::ScopeFailed(named(scope), trouble())),
        Step::End => list(ListEvent::End),
        Step::Failed => list(ListEvent::Failed(trouble())),
        Step::Upsert(name, up) => FleetEvent::Upsert(Box::new(row(name, up))),
        Step::Gone(name) => FleetEvent::Gone(id(&format!("i{name}"))),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0_u8..90;
    let rows = proptest::collection::vec((name.clone(), any::<bool>()), 0..30);
    prop_oneof![
        3 => Just(Step::Start),
        8 => (proptest::option::weighted(0.8, 0_u8..4), rows).prop_map(|(scope, rows)| Step::Page(scope, rows)),
        8 => (0_usize..30).prop_map(Step::Again),
        3 => (0_u8..4).prop_map(Step::ScopeEnd),
        1 => (0_u8..4).prop_map(Step::ScopeFailed),
        2 => Just(Step::End),
        1 => Just(Step::Failed),
        2 => (name.clone(), any::<bool>()).prop_map(|(name, up)| Step::Upsert(name, up)),
        3 => name.prop_map(Step::Gone),
    ]
}

fn kept(store: &Store) -> BTreeMap<String, Lifecycle> {
    let rows = store.rows(Kind::Instance);
    rows.map(|row| (row.name().to_owned(), row.state().unwrap().lifecycle)).collect()
}

proptest! {
    #[test]
    fn the_store_keeps_what_the_rules_keep(steps in proptest::collection::vec(step(), 1..120)) {
        let mut store = store();
        let mut naive = Naive::default();
        // So that a generation of zero, before any listing, is not special.
        let mut pages: Vec<(Step, PageRows)> = Vec::new();
        for step in std::iter::once(Step::Start).chain(steps) {
            let (step, again) = match step {
                Step::Again(at) if pages.is_empty() => (Step::Gone(u8::try_from(at).unwrap()), None),
                Step::Again(at) => {
                    let (page, rows) = &pages[at % pages.len()];
                    (page.clone(), Some(rows.clone()))
                }
                step => (step, None),
            };
            let event = event(&step, again.as_ref());
            if let FleetEvent::List(_, _, ListEvent::Page { rows, .. }) = &event {
                pages.push((step.clone(), rows.clone()));
            }
            let before = store.version(Kind::Instance);
            let rows_before = kept(&store);
            store.apply(event);
            naive.apply(&step);
            prop_assert!(store.version(Kind::Instance) > before || rows_before == kept(&store), "after {:?}", step);
            let expected: BTreeMap<String, Lifecycle> =
                naive.rows.iter().map(|(name, row)| (name.clone(), row.1)).collect();
            prop_assert_eq!(kept(&store), expected.clone(), "after {:?}", step);
            prop_assert_eq!(store.len(Kind::Instance), expected.len());
        }
    }
}
