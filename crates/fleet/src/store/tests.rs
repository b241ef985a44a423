mod rules;

use arcstr::ArcStr;

use super::*;
use qdeck_model::{ContainerLink, Instance, Lifecycle, ProblemKind, State};
use qdeck_providers::{PageRows, page_rows};

const CONTEXT: &str = "demo";

fn context() -> ContextName {
    ContextName::new(CONTEXT)
}

fn id(name: &str) -> ResourceId {
    ResourceId::new(&context(), Kind::Instance, name)
}

pub(super) fn instance(name: &str, scope: Option<&str>, lifecycle: Lifecycle) -> Resource {
    Resource::Instance(Instance {
        container: scope.map(|scope| {
            let id = ResourceId::new(&context(), Kind::Container, scope);
            Arc::new(ContainerLink { id, name: None })
        }),
        ..Instance::new(id(name), name, State::new(lifecycle, lifecycle.word()))
    })
}

fn store() -> Store {
    Store {
        contexts: vec![ContextState {
            name: context(),
            platform: qdeck_providers::cycle::PLATFORM,
            health: Health::Live,
            traffic: Traffic::default(),
            auth: Auth::Good,
            forbidden: Vec::new(),
            listings: std::array::from_fn(|_| Some(Listing::default())),
        }],
        tables: std::array::from_fn(|_| Table::new(1)),
        charts: Charts::default(),
        busy: BusyMarks::default(),
    }
}

fn start(store: &mut Store) {
    store.apply(FleetEvent::ListStarted(context(), Kind::Instance));
}

fn list(store: &mut Store, event: ListEvent) -> bool {
    store.apply(FleetEvent::List(context(), Kind::Instance, event))
}

fn page(scope: Option<&str>, names: &[&str]) -> ListEvent {
    ListEvent::Page {
        scope: scope.map(ArcStr::from),
        rows: page_rows(names.iter().map(|name| instance(name, scope, Lifecycle::Running))),
        expected: None,
    }
}

fn names(store: &Store) -> Vec<String> {
    let rows = store.rows(Kind::Instance);
    let listed = rows.len();
    let names: Vec<String> = rows.map(|row| row.name().to_owned()).collect();
    assert_eq!(listed, names.len(), "the length is the number of rows walked");
    names
}

fn trouble() -> Problem {
    Problem::new(ProblemKind::Server, "it broke")
}

#[test]
fn a_failed_scope_keeps_its_rows_and_an_ended_one_loses_them() {
    let mut store = store();
    start(&mut store);
    list(&mut store, page(Some("a"), &["a1", "a2"]));
    list(&mut store, ListEvent::ScopeEnd("a".into()));
    list(&mut store, page(Some("b"), &["b1", "b2"]));
    list(&mut store, ListEvent::ScopeEnd("b".into()));
    list(&mut store, page(Some("c"), &["c1"]));
    list(&mut store, ListEvent::ScopeEnd("c".into()));
    list(&mut store, ListEvent::End);
    assert_eq!(names(&store), ["a1", "a2", "b1", "b2", "c1"]);

    start(&mut store);
    list(&mut store, page(Some("a"), &["a2"]));
    list(&mut store, ListEvent::ScopeEnd("a".into()));
    assert_eq!(names(&store), ["a2", "b1", "b2", "c1"], "gone when its scope ends");
    list(&mut store, page(Some("b"), &["b1"]));
    list(&mut store, ListEvent::ScopeFailed("b".into(), trouble()));
    list(&mut store, ListEvent::End);
    assert_eq!(names(&store), ["a2", "b1", "b2"], "c was not mentioned");
    let listing = store.listing(&context(), Kind::Instance).unwrap();
    assert_eq!(listing.problem, Some(trouble()));
    assert!(!listing.failed);
    assert_eq!(store.stale(&context(), Kind::Instance, Timestamp::now()), None);

    start(&mut store);
    list(&mut store, page(Some("b"), &["b2"]));
    list(&mut store, ListEvent::ScopeEnd("b".into()));
    list(&mut store, ListEvent::End);
    assert_eq!(names(&store), ["b2"]);
    assert_eq!(store.listing(&context(), Kind::Instance).unwrap().problem, None);
}

#[test]
fn rows_that_could_not_be_read_are_counted_until_a_listing_reads_them_all() {
    let mut store = store();
    let bad = |rows, of| ListEvent::Unreadable(Unreadable { rows, of, why: Some("no id".into()) });
    let counted = |store: &Store| store.listing(&context(), Kind::Instance).unwrap().unreadable.clone();
    start(&mut store);
    list(&mut store, page(None, &["x", "y"]));
    list(&mut store, bad(7, 9));
    assert!(!counted(&store).any(), "the listing has not ended");
    list(&mut store, ListEvent::End);
    assert_eq!(counted(&store).to_string(), "7 of 9 rows could not be read: no id");
    start(&mut store);
    assert!(counted(&store).any(), "it stays until the next listing has ended");
    list(&mut store, bad(2, 2));
    list(&mut store, ListEvent::Failed(trouble()));
    assert_eq!((names(&store).len(), counted(&store).rows), (2, 2), "the old rows stay");
    start(&mut store);
    list(&mut store, page(None, &["x", "y"]));
    list(&mut store, ListEvent::End);
    assert!(!counted(&store).any());
}

#[test]
fn a_broken_listing_removes_nothing_and_its_rows_are_stale() {
    let mut store = store();
    start(&mut store);
    list(&mut store, page(None, &["x", "y"]));
    list(&mut store, ListEvent::End);
    start(&mut store);
    assert_eq!(store.listing(&context(), Kind::Instance).unwrap().loading, Some((0, None)));
    list(&mut store, page(None, &["x"]));
    list(&mut store, ListEvent::Failed(trouble()));
    assert_eq!(names(&store), ["x", "y"]);
    assert!(store.stale(&context(), Kind::Instance, Timestamp::now()).is_some());
    assert!(!list(&mut store, page(None, &["late"])), "a page after the end of its listing");
    assert_eq!(names(&store), ["x", "y"]);
}

#[test]
fn what_is_pushed_while_a_listing_runs_is_newer_than_its_pages() {
    let mut store = store();
    start(&mut store);
    list(&mut store, page(None, &["old", "doomed"]));
    list(&mut store, ListEvent::End);
    start(&mut store);
    store.apply(FleetEvent::Upsert(Box::new(instance("new", None, Lifecycle::Pending))));
    store.apply(FleetEvent::Gone(id("doomed")));
    list(&mut store, page(None, &["old", "doomed"]));
    list(&mut store, ListEvent::End);
    assert_eq!(names(&store), ["old", "new"]);
    start(&mut store);
    list(&mut store, page(None, &["old", "doomed"]));
    list(&mut store, ListEvent::End);
    assert_eq!(names(&store), ["old", "doomed"], "the next listing is newer than the news");
}

#[test]
fn equal_rows_change_nothing_and_a_changed_lifecycle_is_noted() {
    let mut store = store();
    start(&mut store);
    list(&mut store, page(None, &["x"]));
    list(&mut store, ListEvent::End);
    let version = store.version(Kind::Instance);
    let before = store.get(&id("x")).unwrap().clone();
    start(&mut store);
    assert!(!list(&mut store, page(None, &["x"])));
    assert!(!list(&mut store, ListEvent::End), "there is nothing to draw");
    assert_eq!(store.version(Kind::Instance), version);
    let same = store.get(&id("x")).unwrap();
    assert_eq!(before, *same);
    assert_eq!(store.moved(&id("x")), None, "the first sight of a row is no move");

    let now = Timestamp::from_millis(5).unwrap();
    let failed = Box::new(instance("x", None, Lifecycle::Failed));
    assert!(store.apply_at(FleetEvent::Upsert(failed), now));
    assert_eq!(store.moved(&id("x")), Some(now));
    assert!(store.version(Kind::Instance) > version);
}

#[test]
fn a_page_that_is_sent_again_changes_nothing_until_one_of_its_rows_is_another() {
    let mut store = store();
    let rows = page_rows(["x", "y"].map(|name| instance(name, Some("a"), Lifecycle::Running)));
    let page =
        |rows: &PageRows| ListEvent::Page { scope: Some("a".into()), rows: rows.clone(), expected: None };
    let relist = |store: &mut Store, rows: &PageRows| {
        start(store);
        let changed =
            [page(rows), ListEvent::ScopeEnd("a".into()), ListEvent::End].map(|event| list(store, event));
        changed.contains(&true)
    };
    assert!(relist(&mut store, &rows));
    let version = store.version(Kind::Instance);
    assert!(!relist(&mut store, &rows));
    assert_eq!(store.version(Kind::Instance), version);
    store.apply(FleetEvent::Upsert(Box::new(instance("y", Some("a"), Lifecycle::Failed))));
    assert!(relist(&mut store, &rows), "the page is newer than what was pushed before it");
    assert!(Arc::ptr_eq(store.get(&id("y")).unwrap(), &rows[1]));
    let fewer: PageRows = [rows[1].clone()].into();
    assert!(relist(&mut store, &fewer));
    assert_eq!(names(&store), ["y"]);
    assert!(relist(&mut store, &rows));
    assert_eq!(names(&store), ["y", "x"], "one that comes back is a new row");
}

#[test]
fn containers_count_what_belongs_to_them() {
    let mut store = store();
    let of = |name| ResourceId::new(&context(), Kind::Container, name);
    start(&mut store);
    list(&mut store, page(Some("web"), &["w1", "w2", "w3"]));
    list(&mut store, page(Some("db"), &["d1"]));
    list(&mut store, ListEvent::ScopeEnd("web".into()));
    list(&mut store, ListEvent::End);
    store.apply(FleetEvent::Upsert(Box::new(instance("w2", Some("web"), Lifecycle::Failed))));
    store.apply(FleetEvent::Gone(id("w3")));
    assert_eq!(
        store.population(Kind::Instance, &of("web")),
        Population { total: 2, running: 1, attention: 1 }
    );
    let web = of("web");
    let listed: Vec<_> = store.of_container(Kind::Instance, &web).collect();
    assert_eq!(listed.len(), 2);
    assert_eq!(store.population(Kind::Instance, &of("none")), Population::default());
}

#[test]
fn ten_thousand_rows_can_leave_one_by_one() {
    let mut store = store();
    start(&mut store);
    let rows: Vec<String> = (0..10_000).map(|n| format!("i{n}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    list(&mut store, page(None, &rows));
    list(&mut store, ListEvent::End);
    for name in &rows[..9_999] {
        store.apply(FleetEvent::Gone(id(name)));
    }
    assert_eq!(names(&store), ["i9999"]);
    assert!(store.tables[0].capacity() < 1000, "the empty slots are given back");
}

#[test]
fn a_bound_is_known_until_a_listing_ends_without_one() {
    use qdeck_model::ReachedBound;

    let mut store = store();
    let bounded = |store: &Store| store.listing(&context(), Kind::Instance).unwrap().bounded;
    start(&mut store);
    list(&mut store, page(None, &["a", "b"]));
    list(&mut store, ListEvent::Bounded(ReachedBound::Rows(2)));
    assert_eq!(bounded(&store), None, "it is under way");
    list(&mut store, ListEvent::End);
    assert_eq!(bounded(&store), Some((2, ReachedBound::Rows(2))));
    start(&mut store);
    list(&mut store, ListEvent::Failed(Problem::new(ProblemKind::Server, "no")));
    assert!(bounded(&store).is_some(), "a listing that failed says nothing about it");
    start(&mut store);
    list(&mut store, page(None, &["a", "b"]));
    list(&mut store, ListEvent::End);
    assert_eq!(bounded(&store), None);
}

/// Prints the memory of a bare row; benches/README.md has the command.
#[test]
#[ignore = "measures the memory of the whole process, so it must run alone"]
#[cfg(target_os = "linux")]
fn a_bare_row_is_cheap() {
    const ROWS: usize = 500_000;
    /// The limit on a row, in bytes.
    const MAX_ROW_BYTES: usize = 500;
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    };
    let before = resident();
    let mut store = store();
    start(&mut store);
    for page in 0..ROWS / 500 {
        let rows = (page * 500..(page + 1) * 500).map(|n| {
            let name: ArcStr = n.to_string().into();
            let id = ResourceId::new(&context(), Kind::Instance, name.clone());
            Resource::Instance(Instance::new(id, name, State::new(Lifecycle::Unknown, "")))
        });
        list(&mut store, ListEvent::Page { scope: None, rows: page_rows(rows), expected: None });
    }
    list(&mut store, ListEvent::End);
    assert_eq!(store.len(Kind::Instance), ROWS);
    let row = (resident() - before) / ROWS;
    assert!(row < MAX_ROW_BYTES, "{row} bytes a row");
    let resource = size_of::<Resource>();
    println!("{row} bytes a row, {resource} of them the resource itself");
}
