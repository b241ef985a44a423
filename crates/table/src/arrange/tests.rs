use proptest::prelude::*;

use super::*;
use crate::Column;
use qdeck_model::{Instance, Lifecycle, State};

/// What becomes of the rows between two arrangements.
#[derive(Debug, Clone)]
enum Edit {
    Change(usize, u8),
    Add(u8),
    Remove(usize),
    Compact,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (0_usize..80, any::<u8>()).prop_map(|(at, look)| Edit::Change(at, look)),
        2 => any::<u8>().prop_map(Edit::Add),
        2 => (0_usize..80).prop_map(Edit::Remove),
        1 => Just(Edit::Compact),
    ]
}

/// A row whose name, state and age follow from its look, so that many are alike.
fn row(id: usize, look: u8) -> Arc<Resource> {
    let id = ResourceId::new(&ContextName::new("one"), Kind::Instance, id.to_string());
    let lifecycle = Lifecycle::ALL[usize::from(look) % 3];
    Arc::new(Resource::Instance(Instance {
        created: Timestamp::from_millis(i64::from(look % 5) * 1000).filter(|_| !look.is_multiple_of(7)),
        ..Instance::new(id, format!("web-{}", look % 16), State::new(lifecycle, lifecycle.word()))
    }))
}

fn arrange(rows: &Rows, spec: Spec, before: Option<Arranged>) -> Arranged {
    let job = Job {
        kind: Kind::Instance,
        generation: 0,
        spec,
        rows: rows.clone(),
        before,
        counts: HashMap::new(),
        platforms: Vec::new(),
        now: Timestamp::from_millis(3_600_000).unwrap(),
        cancelled: Arc::default(),
    };
    job.run().unwrap()
}

fn ids<'a>(rows: &'a Rows, places: &'a [Place]) -> Vec<&'a str> {
    OrderedRows::new(rows, places).iter().map(|row| &*row.id().id).collect()
}

proptest! {
    #[test]
    fn an_order_that_is_brought_up_to_date_is_that_of_all_rows_sorted(
        looks in prop::collection::vec(any::<u8>(), 0..600),
        steps in prop::collection::vec(prop::collection::vec(edit(), 0..4), 1..8),
        column in prop_oneof![Just("name"), Just("state"), Just("age")],
        reverse in any::<bool>(),
        filter in prop_oneof![Just(""), Just("web-1"), Just("!web-1"), Just("age:>59m"), Just("state:failed")],
        attention in any::<bool>(),
    ) {
        let mut rows: Rows = looks.iter().enumerate().map(|(id, look)| row(id, *look)).collect();
        let mut next = looks.len();
        let spec = |version| Spec {
            version,
            sort: Sort { column: Column::find(Kind::Instance, column).unwrap(), reverse },
            filter: Filter::parse(filter, &[]).unwrap(),
            narrow: None,
            attention,
            hidden: Arc::default(),
            second: None,
        };
        let mut arranged = arrange(&rows, spec(0), None);
        for (version, edits) in (1..).zip(steps) {
            for edit in edits {
                let place = |at| Place::try_from(at).unwrap();
                match edit {
                    Edit::Change(at, look) => if let Some(before) = rows.get(place(at)).cloned() {
                        let id = before.id().id.parse().unwrap();
                        rows.replace(place(at), Some(row(id, look)));
                    },
                    Edit::Add(look) => {
                        rows.push(row(next, look));
                        next += 1;
                    }
                    Edit::Remove(at) => drop(rows.replace(place(at), None)),
                    Edit::Compact => rows.compact(),
                }
            }
            prop_assert_eq!(rows.len(), rows.iter().count());
            let anew = arrange(&rows, spec(version), None);
            arranged = arrange(&rows, spec(version), Some(arranged));
            prop_assert_eq!(ids(&arranged.rows, &arranged.sorted), ids(&anew.rows, &anew.sorted));
            prop_assert_eq!(ids(&arranged.rows, &arranged.shown), ids(&anew.rows, &anew.shown));
            prop_assert_eq!(arranged.is_partial(), anew.shown.len() < rows.len());
        }
    }
}

#[test]
fn a_snapshot_stays_as_it_was_and_what_changed_since_is_found() {
    let mut rows: Rows = (0..3000).map(|id| row(id, 1)).collect();
    let before = rows.clone();
    rows.replace(1500, Some(row(1500, 2)));
    rows.replace(7, None);
    let added = rows.push(row(3000, 3));
    assert_eq!((before.len(), rows.len(), before.get(7).is_some()), (3000, 3000, true));
    let changes = rows.changes_since(&before, 3).unwrap();
    assert_eq!(changes.now, [1500, added]);
    assert!([7, 1500, added].iter().all(|place| changes.is_changed.contains(*place)));
    assert!(rows.changes_since(&before, 2).is_none(), "they are too many");
    rows.compact();
    assert!(rows.changes_since(&before, 3000).is_none(), "they have moved");
    assert_eq!((rows.places(), rows.get(7).unwrap().id().id.parse()), (3000, Ok(8)));
}
