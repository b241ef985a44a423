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
        Record::accepted(&write.id, &operation),
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
