use std::sync::Barrier;

use super::*;
use qdeck_model::{
    Action, ActionId, Availability, ContextName, Danger, Expected, FormValues, Kind, Lifecycle, Method,
    Origin, PreparedRequest, PreparedWrite, Preview, ResourceId, State, Target, Timestamp, WriteId,
};

pub(crate) fn write(id: &str) -> PreparedWrite {
    let context = ContextName::new("exo-prod");
    let request = PreparedRequest {
        secrets: vec!["/password".into()],
        ..PreparedRequest::new(Method::Put, "https://api.example/v2/instance/i1:stop")
            .body(serde_json::json!({"password": "obviously-fake"}))
    };
    PreparedWrite {
        id: WriteId::new(id),
        action: Action {
            id: ActionId::INSTANCE_STOP,
            name: "Stop",
            key: 's',
            help: "Stops it.",
            danger: Danger::Disruptive,
            progress: "stopping",
            has_form: false,
            in_bulk: true,
            availability: Availability::Yes,
        },
        target: Target {
            id: ResourceId::scoped(&context, Kind::Instance, "ch-gva-2", "i1"),
            name: "web-1".into(),
            state: Some(State::new(Lifecycle::Running, "running")),
        },
        values: FormValues::new(),
        preview: Preview {
            summary: "Stop instance web-1.".into(),
            consequences: Vec::new(),
            requests: vec![request],
            changes: Vec::new(),
            expected: Expected::State(&[Lifecycle::Stopped]),
            creates: None,
            danger: None,
        },
        danger: Danger::Disruptive,
        origin: Origin::Screen,
        prepared: Timestamp::now(),
    }
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path().join("below").join("journal.jsonl"));
    (folder, journal)
}

fn content(journal: &Journal) -> String {
    std::fs::read_to_string(journal.path().unwrap()).unwrap()
}

#[test]
fn a_write_is_read_back_from_intent_to_end_without_its_secrets() {
    let (_folder, journal) = journal();
    let write = write("w1");
    let operation = ResourceId::scoped(write.target.context(), Kind::Operation, "ch-gva-2", "o1");
    let mut refusal = Problem::new(ProblemKind::Refused, "The instance is locked");
    refusal.status = Some(409);
    refusal.request_id = Some("r1".into());
    for record in [
        Record::intent(&write),
        Record::accepted(&write.id, Some(&operation), None),
        Record::ended(&write.id, End::Failed, Some(&refusal), Duration::from_millis(4210)),
    ] {
        journal.append(&record).unwrap();
    }
    let history = journal.read().unwrap();
    assert_eq!((history.writes.len(), history.unreadable, history.open().count()), (1, 0, 0));
    let read = &history.writes[0];
    assert_eq!(read.id, write.id);
    assert!(read.at.is_some());
    assert_eq!((&*read.intent.by, &*read.intent.action), ("screen", "instance.stop"));
    assert_eq!((&*read.intent.target.name, read.intent.target.state.as_deref()), ("web-1", Some("running")));
    assert_eq!(read.intent.target.reference.in_context(&read.intent.context), write.target.id);
    let [request] = &read.intent.prepared_requests()[..] else { panic!("one request") };
    assert_eq!(request.masked(), write.preview.requests[0].masked(), "to be copied again");
    assert_eq!(read.accepted.as_ref().unwrap().in_context("exo-prod"), operation);
    let ended = read.ended.as_ref().unwrap();
    assert_eq!((ended.outcome, ended.status, ended.duration_ms), (End::Failed, Some(409), 4210));
    assert_eq!(ended.message.as_deref(), Some("The instance is locked"));
    let text = content(&journal);
    assert!(!text.contains("obviously-fake") && text.contains("instance/i1:stop"), "{text}");
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn the_file_and_its_folder_are_for_their_owner_alone() {
    let (_folder, journal) = journal();
    journal.append(&Record::intent(&write("w1"))).unwrap();
    let path = journal.path().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(path), mode(path.parent().unwrap())), (0o600, 0o700));
    std::fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    journal.append(&Record::intent(&write("w2"))).unwrap();
    assert_eq!(mode(path), 0o600);
}

#[test]
fn a_torn_last_line_costs_itself_alone_wherever_it_was_torn() {
    let (_folder, journal) = journal();
    journal.append(&Record::intent(&write("w1"))).unwrap();
    let whole = content(&journal);
    let record = format!("{}\n", serde_json::to_string(&Record::intent(&write("torn"))).unwrap());
    for cut in 1..record.len() - 1 {
        let torn = [whole.as_bytes(), &record.as_bytes()[..cut]].concat();
        std::fs::write(journal.path().unwrap(), torn).unwrap();
        let history = journal.read().unwrap();
        assert_eq!((history.writes.len(), history.unreadable), (1, 1), "cut at {cut}");
        if cut % 97 == 1 {
            journal.append(&Record::intent(&write("w2"))).unwrap();
            let history = journal.read().unwrap();
            let ids: Vec<&str> = history.writes.iter().map(|write| write.id.as_str()).collect();
            assert_eq!((&*ids, history.unreadable), (&["w1", "w2"][..], 1), "cut at {cut}");
        }
    }
}

#[test]
fn a_write_without_an_end_is_open_and_records_of_later_versions_are_skipped() {
    let (_folder, journal) = journal();
    journal.append(&Record::intent(&write("w1"))).unwrap();
    journal.append(&Record::intent(&write("w2"))).unwrap();
    journal.append(&Record::ended(&WriteId::new("w1"), End::Done, None, Duration::ZERO)).unwrap();
    let mut text = content(&journal);
    text.push_str(
        "{\"v\":2,\"id\":\"w2\",\"at\":\"2027-01-01T00:00:00Z\",\"record\":\"resolved\",\"x\":1}\n",
    );
    std::fs::write(journal.path().unwrap(), text).unwrap();
    let history = journal.read().unwrap();
    let open: Vec<&str> = history.open().map(|write| write.id.as_str()).collect();
    assert_eq!((&*open, history.unreadable), (&["w2"][..], 0));
}

#[test]
fn what_cannot_be_written_down_is_a_problem_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for path in [folder.path().join("file").join("journal.jsonl"), folder.path().to_owned()] {
        let problem = Journal::at(&path).append(&Record::intent(&write("w1"))).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Local);
        assert!(problem.message.contains(&*path.to_string_lossy()), "{problem}");
    }
    let problem = Journal::none().append(&Record::intent(&write("w1"))).unwrap_err();
    assert!(problem.message.contains("nothing was sent"), "{problem}");
}

#[test]
fn many_writers_at_once_leave_only_whole_lines() {
    let (_folder, journal) = journal();
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (journal, start) = (&journal, &start);
            scope.spawn(move || {
                start.wait();
                for turn in 0..10 {
                    journal.append(&Record::intent(&write(&format!("{writer}-{turn}")))).unwrap();
                }
            });
        }
    });
    let history = journal.read().unwrap();
    assert_eq!((history.writes.len(), history.unreadable), (80, 0));
}

#[test]
fn a_lock_that_is_never_given_back_is_a_problem_and_not_a_wait() {
    let (_folder, journal) = journal();
    journal.append(&Record::intent(&write("w1"))).unwrap();
    let held = File::open(journal.path().unwrap()).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    let problem = journal.append(&Record::intent(&write("w2"))).unwrap_err();
    assert!(problem.message.contains("another program"), "{problem}");
    drop(held);
    journal.append(&Record::intent(&write("w2"))).unwrap();
}

#[test]
fn an_intent_holds_what_is_needed_to_find_out_what_came_of_it() {
    let (_folder, journal) = journal();
    let mut stop = write("w1");
    journal.append(&Record::intent(&stop)).unwrap();
    stop.id = WriteId::new("w2");
    stop.preview.expected = Expected::State(&[Lifecycle::Running, Lifecycle::Stopped]);
    stop.preview.creates = Some(qdeck_model::NewResource {
        kind: Kind::Instance,
        scope: Some("ch-gva-2".into()),
        name: "web-9".into(),
    });
    journal.append(&Record::intent(&stop)).unwrap();
    let created = ResourceId::scoped(&ContextName::new("exo-prod"), Kind::Instance, "ch-gva-2", "i9");
    journal.append(&Record::accepted(&stop.id, None, Some(&created))).unwrap();
    journal.append(&Record::picked_up(&stop.id)).unwrap();
    journal.append(&Record::given_up(&stop.id)).unwrap();
    let history = journal.read().unwrap();
    let [first, second] = &*history.writes else { panic!("{history:?}") };
    let expected = first.intent.expected.as_ref().unwrap();
    assert!(!expected.met_before && expected.agrees(Some(Lifecycle::Stopped)));
    assert!(!expected.agrees(Some(Lifecycle::Running)) && !expected.agrees(None));
    assert_eq!((first.intent.creates.as_ref(), first.follower.as_ref()), (None, Some(&Follower::this())));
    assert!(second.intent.expected.as_ref().unwrap().met_before);
    assert_eq!(second.intent.creates.as_ref().unwrap().name, "web-9");
    assert_eq!(second.created.as_ref().unwrap().in_context("exo-prod"), created);
    assert_eq!(second.accepted, None);
    assert!(first.is_followed() && !second.is_followed());
}

#[test]
fn records_of_before_these_fields_are_read() {
    let line = r#"{"v":1,"id":"w1","at":"2026-11-01T10:00:00Z","record":"intent","by":"screen","context":"exo","target":{"kind":"instance","id":"i1","name":"web-1"},"action":"instance.stop","summary":"Stop.","requests":[]}
{"v":1,"id":"w1","at":"2026-11-01T10:00:01Z","record":"accepted","operation":{"kind":"operation","id":"o1"}}
"#;
    let history = History::parse(line.as_bytes());
    assert_eq!((history.writes.len(), history.unreadable), (1, 0));
    assert_eq!(history.writes[0].accepted.as_ref().unwrap().id, "o1");
}

#[test]
fn a_journal_that_grew_too_large_is_put_aside_and_its_open_records_stay() {
    let (_folder, journal) = journal();
    let journal = journal.rotated_at(8 << 10);
    let open = write("open");
    let operation = ResourceId::scoped(open.target.context(), Kind::Operation, "ch-gva-2", "o1");
    journal.append(&Record::intent(&open)).unwrap();
    journal.append(&Record::accepted(&open.id, Some(&operation), None)).unwrap();
    for turn in 0..60 {
        let write = write(&format!("w{turn}"));
        journal.append(&Record::intent(&write)).unwrap();
        journal.append(&Record::ended(&write.id, End::Done, None, Duration::ZERO)).unwrap();
    }
    let path = journal.path().unwrap();
    let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(files, 2, "one older file is kept");
    let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert!(std::fs::metadata(path).unwrap().len() <= 10 << 10);
    let history = journal.read().unwrap();
    assert_eq!(history.unreadable, 0);
    let opened: Vec<&Written> = history.open().collect();
    assert_eq!(opened.len(), 1);
    assert_eq!((opened[0].id.as_str(), &*opened[0].accepted.as_ref().unwrap().id), ("open", "o1"));
    assert!(history.writes.iter().any(|write| write.id.as_str() == "w59"));
    assert!(history.writes.len() < 50, "the oldest are gone: {}", history.writes.len());

    journal.append(&Record::ended(&open.id, End::Done, None, Duration::ZERO)).unwrap();
    assert_eq!(journal.read().unwrap().open().count(), 0);
}

#[test]
fn a_crash_in_the_middle_of_a_rotation_loses_and_doubles_nothing() {
    let (_folder, journal) = journal();
    journal.append(&Record::intent(&write("w1"))).unwrap();
    journal.append(&Record::ended(&WriteId::new("w1"), End::Done, None, Duration::ZERO)).unwrap();
    journal.append(&Record::intent(&write("w2"))).unwrap();
    let path = journal.path().unwrap();
    std::fs::hard_link(path, rotation::older(path)).unwrap();
    std::fs::write(path.with_extension("new"), "half a li").unwrap();
    let history = journal.read().unwrap();
    assert_eq!((history.writes.len(), history.unreadable, history.open().count()), (2, 0, 1));
    let journal = journal.clone().rotated_at(1);
    journal.append(&Record::intent(&write("w3"))).unwrap();
    let history = journal.read().unwrap();
    let ids: Vec<&str> = history.writes.iter().map(|write| write.id.as_str()).collect();
    assert_eq!((&*ids, history.unreadable), (&["w1", "w2", "w3"][..], 0));
}

#[test]
fn writers_that_wait_while_the_journal_is_put_aside_write_into_the_new_one() {
    let (_folder, journal) = journal();
    let journal = journal.rotated_at(4 << 10);
    std::thread::scope(|scope| {
        for writer in 0..6 {
            let journal = &journal;
            scope.spawn(move || {
                for turn in 0..12 {
                    journal.append(&Record::intent(&write(&format!("{writer}-{turn}")))).unwrap();
                }
            });
        }
    });
    let history = journal.read().unwrap();
    assert_eq!((history.open().count(), history.unreadable), (72, 0), "open ones are never dropped");
}
