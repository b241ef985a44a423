use std::cell::Cell;
use std::collections::BTreeMap;

use futures_util::FutureExt as _;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::kit::RowsAt;
use crate::kit::pages::key_of;
use crate::mapping::lenient::{RowsCutOut, read_row};
use qdeck_model::Problem;
use qdeck_net::{Cause, Intake as _, JsonText};

/// A row as it is sent.
#[derive(Deserialize)]
struct Wire {
    id: u32,
    place: u8,
    state: u8,
}

/// A row as it is mapped, with the name of its place.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: u32,
    place: String,
    state: u8,
}

/// A server's list in pages, and the names that its rows are mapped with.
struct Fleet {
    rows: Vec<Value>,
    names: BTreeMap<u8, u8>,
    version: u64,
    cache: Arc<RowCache<Row>>,
    mapped: Cell<usize>,
    /// Rows of a page.
    page: usize,
}

impl Fleet {
    fn new(rows: Vec<Value>) -> Self {
        let (names, cache) = (BTreeMap::new(), Arc::default());
        Self { rows, names, version: 0, cache, mapped: Cell::new(0), page: 4 }
    }

    fn map(&self, wire: &Wire) -> Row {
        self.mapped.set(self.mapped.get() + 1);
        let name = self.names.get(&wire.place).copied().unwrap_or_default();
        Row { id: wire.id, place: format!("place {} name {name}", wire.place), state: wire.state }
    }

    /// Lists all pages through the cache; of a page that is `cut` the answer breaks off.
    fn list(&self, cut: Option<usize>) -> (Vec<Walked<Row>>, Result<(), Cause>) {
        self.cache.begin_listing();
        let walk = self.cache.walk(&"scope".into());
        let mut pages = Vec::new();
        for (index, rows) in self.rows.chunks(self.page).enumerate() {
            let body = json!({"rows": rows}).to_string();
            let body = if cut == Some(index) { &body[..body.len() - 1] } else { &body[..] };
            match self.page(&walk, index + 1, body) {
                Ok(page) => pages.push(page),
                Err(cause) => return (pages, Err(cause)),
            }
        }
        (pages, Ok(()))
    }

    fn page(&self, walk: &CachedWalk<Row>, number: usize, body: &str) -> Result<Walked<Row>, Cause> {
        #[derive(Deserialize)]
        struct Envelope {
            #[serde(rename = "rows")]
            _rows: RowsCutOut,
        }
        let version = self.version;
        let envelope = |text: JsonText<'_>| text.decode::<Envelope>().map(|_| Rest::Unsaid);
        let mut page = walk.arriving(number, version, RowsAt::Member("rows"), read_row::<Wire>, envelope);
        for part in body.as_bytes().chunks(7) {
            page.push(part)?;
        }
        Ok(match page.finish(body.len())? {
            ReadPage::Known(page) => page,
            ReadPage::Changed(page) => {
                let map = |wire: &Wire| Arc::new(self.map(wire));
                let kept = walk.keep(number, version, &page, map, |row| key_of(&row.id));
                kept.now_or_never().expect("a short page is mapped in one turn")
            }
        })
    }

    /// The rows of each page as a listing without a cache makes them, and how many could not be read.
    fn naive(&self) -> Vec<(Vec<Row>, usize)> {
        let page = |rows: &[Value]| {
            let read: Vec<_> = rows.iter().map(|row| read_row::<Wire>(&row.to_string())).collect();
            let failed = read.iter().filter(|row| row.is_err()).count();
            (read.iter().flatten().map(|wire| self.map(wire)).collect(), failed)
        };
        self.rows.chunks(self.page).map(page).collect()
    }
}

fn row(id: u32, place: u8, state: u8) -> Value {
    json!({"id": id, "place": place, "state": state})
}

fn fleet(rows: u32) -> Fleet {
    Fleet::new((0..rows).map(|id| row(id, 1, 0)).collect())
}

#[test]
fn what_has_not_changed_is_neither_mapped_nor_another_allocation() {
    let mut fleet = fleet(10);
    let (first, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 10);
    let (second, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 0);
    for (one, other) in first.iter().zip(&second) {
        assert!(one.chunks().iter().zip(other.chunks()).all(|(one, other)| Arc::ptr_eq(one, other)));
    }
    fleet.rows[5] = row(5, 1, 7);
    let (third, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 1, "one row of the second page");
    let (before, now): (Vec<_>, Vec<_>) = (second[1].rows().collect(), third[1].rows().collect());
    let same: Vec<bool> = before.iter().zip(&now).map(|(before, now)| Arc::ptr_eq(before, now)).collect();
    assert_eq!(same, [true, false, true, true]);
    assert!(Arc::ptr_eq(&third[2].chunks()[0], &second[2].chunks()[0]));
}

#[test]
fn rows_that_arrive_are_recognised_one_by_one() {
    let mut fleet = fleet(10);
    fleet.page = 100;
    let (first, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 10);
    let (second, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 0);
    assert!(Arc::ptr_eq(&first[0].page, &second[0].page));
    fleet.rows[5] = row(5, 1, 7);
    fleet.rows.remove(2);
    fleet.rows.insert(7, row(70, 1, 7));
    let (third, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 2, "the one that changed and the new one");
    assert_eq!(third[0].rows().map(|row| row.id).collect::<Vec<_>>(), [0, 1, 3, 4, 5, 6, 7, 70, 8, 9]);
    let (cut, result) = fleet.list(Some(0));
    assert!(cut.is_empty() && matches!(result, Err(Cause::Json { .. })), "{result:?}");
    let (fourth, _) = fleet.list(None);
    assert!(Arc::ptr_eq(&third[0].page, &fourth[0].page), "what broke off has changed nothing");
    let walk = fleet.cache.walk(&"scope".into());
    let marked = format!("\u{feff} {} \n", json!({"rows": fleet.rows}));
    assert!(Arc::ptr_eq(&fleet.page(&walk, 1, &marked).unwrap().page, &fourth[0].page));
    let null = fleet.page(&walk, 1, "\u{feff} null ").map(drop);
    assert_eq!(null, Err(Cause::NoDocument { is_null: true }));
    let garbled = fleet.page(&walk, 1, r#"{"rows":[{"id":1},{"id" 2}]}"#).map(drop);
    assert!(
        matches!(&garbled, Err(Cause::Json { why, length: 28 }) if why.starts_with("row 2: ")),
        "{garbled:?}"
    );
}

#[test]
fn a_row_that_moves_to_another_page_is_recognised() {
    let mut fleet = fleet(10);
    drop(fleet.list(None));
    fleet.mapped.take();
    fleet.rows.remove(0);
    let (pages, _) = fleet.list(None);
    assert_eq!((fleet.mapped.take(), pages.iter().map(Walked::len).sum::<usize>()), (0, 9));
    fleet.rows.insert(0, row(99, 1, 0));
    drop(fleet.list(None));
    assert_eq!(fleet.mapped.take(), 1);
}

#[test]
fn rows_are_mapped_again_when_what_they_are_mapped_with_changes() {
    let mut fleet = Fleet::new((0..8).map(|id| row(id, u8::from(id == 0), 0)).collect());
    let (first, _) = fleet.list(None);
    fleet.mapped.take();
    fleet.names.insert(1, 5);
    fleet.version += 1;
    let (second, _) = fleet.list(None);
    assert_eq!(fleet.mapped.take(), 8);
    assert_eq!(second[0].rows().next().unwrap().place, "place 1 name 5");
    assert!(Arc::ptr_eq(&first[1].chunks()[0], &second[1].chunks()[0]), "they are mapped to the same");
}

#[test]
fn a_page_that_cannot_be_read_is_not_cached() {
    let mut fleet = fleet(4);
    fleet.rows = vec![json!("no row"); 4];
    let (pages, _) = fleet.list(None);
    assert_eq!(
        pages[0].unreadable().failure().map(|it: Problem| it.kind),
        Some(qdeck_model::ProblemKind::BadAnswer)
    );
    assert!(fleet.cache.state.lock().scopes.values().flatten().all(|slot| slot.page.is_none()));
    let (pages, result) = fleet.list(Some(0));
    assert!(pages.is_empty() && result.is_err());
}

#[test]
fn pages_that_are_not_read_any_more_are_forgotten() {
    let mut fleet = fleet(40);
    drop(fleet.list(None));
    fleet.rows.truncate(4);
    for _ in 0..=MAX_UNUSED_LISTINGS {
        drop(fleet.list(None));
    }
    let state = fleet.cache.state.lock();
    assert_eq!((state.rows, state.scopes["scope"].len()), (4, 1));
}

/// What happens between two listings.
#[derive(Debug, Clone)]
enum Step {
    Change(usize, u8),
    Add(usize, u32),
    Remove(usize),
    Spoil(usize),
    Rename(u8, u8),
    /// The listing breaks off at this page.
    Cut(usize),
    SignIn,
    Nothing,
}

fn step() -> impl Strategy<Value = Step> {
    let at = 0_usize..24;
    prop_oneof![
        3 => (at.clone(), 0_u8..4).prop_map(|(at, state)| Step::Change(at, state)),
        2 => (at.clone(), 0_u32..100).prop_map(|(at, id)| Step::Add(at, id)),
        2 => at.clone().prop_map(Step::Remove),
        1 => at.clone().prop_map(Step::Spoil),
        1 => (0_u8..3, 0_u8..3).prop_map(|(place, name)| Step::Rename(place, name)),
        1 => (0_usize..6).prop_map(Step::Cut),
        1 => Just(Step::SignIn),
        2 => Just(Step::Nothing),
    ]
}

proptest! {
    #[test]
    fn whatever_changes_the_pages_are_those_of_a_listing_without_a_cache(
        steps in proptest::collection::vec(step(), 1..16),
        page in prop_oneof![Just(4_usize), Just(100)],
    ) {
        let mut fleet = Fleet::new((0..20).map(|id| row(id, u8::try_from(id % 3).unwrap(), 0)).collect());
        fleet.page = page;
        for step in steps {
            let (len, mut cut) = (fleet.rows.len().max(1), None);
            match step {
                Step::Change(at, state) => if let Some(row) = fleet.rows.get_mut(at % len) {
                    row["state"] = state.into();
                },
                Step::Add(at, id) => fleet.rows.insert(at.min(fleet.rows.len()), row(id, 2, 0)),
                Step::Remove(at) => if at < fleet.rows.len() { fleet.rows.remove(at); },
                Step::Spoil(at) => if let Some(row) = fleet.rows.get_mut(at % len) {
                    *row = json!({"id": "spoiled"});
                },
                Step::Rename(place, name) => {
                    fleet.names.insert(place, name);
                    fleet.version += 1;
                }
                Step::Cut(at) => cut = Some(at),
                Step::SignIn => fleet.cache.clear(),
                Step::Nothing => {}
            }
            let (pages, _) = fleet.list(cut);
            let whole = fleet.naive();
            let due = cut.map_or(whole.len(), |cut| cut.min(whole.len()));
            prop_assert_eq!(pages.len(), due);
            for (page, (rows, failed)) in pages.iter().zip(&whole) {
                prop_assert_eq!(page.rows().map(|row| Row::clone(row)).collect::<Vec<_>>(), rows.clone());
                prop_assert_eq!(page.unreadable().rows, *failed);
                prop_assert_eq!(page.keys().collect::<Vec<_>>().len(), rows.len());
            }
            let state = fleet.cache.state.lock();
            let held: usize = state.scopes.values().flatten().filter_map(|slot| slot.page.as_ref()).map(|it| it.marks.len()).sum();
            prop_assert_eq!(state.rows, held, "the count of rows is that of the pages");
        }
    }
}
