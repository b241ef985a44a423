//! Writes whose answer was lost, in this run and in an earlier one: resolved by reading, never by sending.

use super::super::*;
use super::platform::{
    Setup, accepted, context, machine_id, machine_of, operation, operation_id, setup, unreachable,
};
use crate::journal::{Entry, Follower};
use qdeck_model::{Kind, Lifecycle, NewResource, Outcome};

fn one_more() -> NewResource {
    NewResource { kind: Kind::Instance, scope: None, name: "web-1".into() }
}

/// A row of the name that is made, created so many seconds from now.
fn made(id: &str, created: Option<i64>) -> Resource {
    let Resource::Instance(mut instance) =
        machine_of(ResourceId::new(&context(), Kind::Instance, id), Lifecycle::Running)
    else {
        panic!("an instance")
    };
    instance.created =
        created.map(|seconds| Timestamp::from_millis(Timestamp::now().as_millis() + seconds * 1000).unwrap());
    Resource::Instance(instance)
}

/// An operation on the machine that was asked for so many seconds from now.
fn on_the_machine(seconds: i64) -> Resource {
    let Resource::Operation(mut operation) = operation(Lifecycle::Done, "") else { panic!("an operation") };
    operation.target = Some(machine_id().id);
    operation.created = Timestamp::from_millis(Timestamp::now().as_millis() + seconds * 1000);
    Resource::Operation(operation)
}

impl Setup {
    fn lists(&self, rows: Vec<Resource>) {
        *self.platform.rows.lock().unwrap() = rows;
    }

    /// Prepares a creation.
    async fn prepare_new(&self) -> PreparedWrite {
        *self.platform.creates.lock().unwrap() = Some(one_more());
        let target = Target::new_in(&context(), Kind::Instance);
        self.fleet.prepare(target, super::platform::stop(), FormValues::new(), Origin::Screen).await.unwrap()
    }

    /// Writes the intent of a write down as if another process had been killed after it was sent.
    fn leave_behind(&self, write: &PreparedWrite, age: Duration, follower: Option<Follower>) {
        let mut record = Record::intent(write);
        let Entry::Intent(intent) = &mut record.entry else { panic!("an intent") };
        intent.follower = follower;
        record.at = Timestamp::now().before(age).to_string();
        self.journal.append(&record).unwrap();
    }

    fn open(&self) -> usize {
        self.journal.read().unwrap().open().count()
    }
}

fn dead() -> Follower {
    Follower { pid: std::process::id(), started: "another start".into() }
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_was_lost_is_found_by_its_name_and_time() {
    let mut it = setup(false, Err(unreachable()));
    it.reads(&[], &[Lifecycle::Running]);
    // One of the same name that is older is not it.
    it.lists(vec![made("older", Some(-3600)), made("i9", Some(5))]);
    it.fleet.perform(it.prepare_new().await).await.unwrap();
    let phases = it.phases().await;
    let id = ResourceId::new(&context(), Kind::Instance, "i9");
    assert!(phases.contains(&WritePhase::Created(id.clone())), "{phases:?}");
    assert_eq!(phases.last(), Some(&WritePhase::Ended(WriteEnd::Done)));
    let history = it.journal.read().unwrap();
    assert_eq!(history.writes[0].created.as_ref().unwrap().in_context("exo-prod"), id);
    assert_eq!(it.sent(), 1);

    // A second one of that name whose answer is lost does not take the first one's machine for its own.
    it.platform.answers.lock().unwrap().push_back(Err(unreachable()));
    it.fleet.perform(it.prepare_new().await).await.unwrap();
    let end = it.end().await;
    assert!(
        matches!(&end, WriteEnd::Unknown(why) if why.hint.as_ref().unwrap().contains("has appeared")),
        "{end:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_found_after_the_operation_and_does_not_take_its_place() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[Ok((Lifecycle::Done, ""))], &[Lifecycle::Running]);
    it.lists(vec![made("i9", Some(5))]);
    it.fleet.perform(it.prepare_new().await).await.unwrap();
    let phases = it.phases().await;
    let id = ResourceId::new(&context(), Kind::Instance, "i9");
    assert!(phases.contains(&WritePhase::Created(id)), "{phases:?}");
    let accepted: Vec<_> = phases.iter().filter(|it| matches!(it, WritePhase::Accepted(_))).collect();
    assert_eq!(accepted, [&WritePhase::Accepted(Some(operation_id()))]);
    assert_eq!(phases.last(), Some(&WritePhase::Ended(WriteEnd::Done)));
}

#[tokio::test(start_paused = true)]
async fn a_create_that_cannot_be_decided_stays_unknown_and_open() {
    for rows in [vec![made("i8", Some(1)), made("i9", Some(2))], vec![made("i9", None)], vec![]] {
        let mut it = setup(false, Err(unreachable()));
        it.lists(rows);
        it.fleet.perform(it.prepare_new().await).await.unwrap();
        let end = it.end().await;
        assert!(matches!(end, WriteEnd::Unknown(_)), "{end:?}");
        assert_eq!((it.sent(), it.open()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_that_looked_the_same_before_proves_nothing_but_an_operation_on_it_does() {
    for (rows, end) in
        [(vec![], None), (vec![on_the_machine(-3600)], None), (vec![on_the_machine(1)], Some(WriteEnd::Done))]
    {
        let mut it = setup(false, Err(unreachable()));
        it.reads(&[Ok((Lifecycle::Done, ""))], &[Lifecycle::Stopped]);
        it.lists(rows);
        let target = Target::of(&machine_of(machine_id(), Lifecycle::Stopped));
        let write =
            it.fleet.prepare(target, super::platform::stop(), FormValues::new(), Origin::Screen).await;
        it.fleet.perform(write.unwrap()).await.unwrap();
        let found = it.end().await;
        match end {
            Some(end) => assert_eq!(found, end),
            None => assert!(matches!(found, WriteEnd::Unknown(_)), "{found:?}"),
        }
        assert_eq!(it.sent(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_write_of_an_earlier_run_is_followed_by_its_operation() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[Ok((Lifecycle::Running, "")), Ok((Lifecycle::Failed, "no host"))], &[Lifecycle::Running]);
    let write = it.prepare().await;
    it.leave_behind(&write, Duration::from_secs(90), Some(dead()));
    it.journal.append(&Record::accepted(&write.id, Some(&operation_id()), None)).unwrap();
    it.fleet.pick_up();
    let phases = it.phases().await;
    assert_eq!(phases[..2], [WritePhase::PickedUp, WritePhase::Accepted(Some(operation_id()))]);
    let last = phases.last().unwrap();
    assert!(
        matches!(last, WritePhase::Ended(WriteEnd::Failed(why)) if &*why.message == "no host"),
        "{last:?}"
    );
    let history = it.journal.read().unwrap();
    let ended = history.writes[0].ended.as_ref().unwrap();
    assert_eq!(ended.outcome, End::Failed);
    assert!(ended.duration_ms >= 90_000, "since it was sent: {}", ended.duration_ms);
    assert_eq!(history.writes[0].follower, Some(Follower::this()));
    assert_eq!(it.sent(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_ended_well_long_ago_is_done_whatever_came_of_its_target_since() {
    for (hours, done) in [(2, true), (0, false)] {
        let mut it = setup(false, Ok(accepted()));
        it.reads(&[Ok((Lifecycle::Done, ""))], &[Lifecycle::Running]);
        let write = it.prepare().await;
        it.leave_behind(&write, Duration::from_secs(hours * 3600), Some(dead()));
        it.journal.append(&Record::accepted(&write.id, Some(&operation_id()), None)).unwrap();
        it.fleet.pick_up();
        let end = it.end().await;
        assert_eq!(end == WriteEnd::Done, done, "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_of_an_earlier_run_without_an_answer_is_resolved_by_its_target() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[], &[Lifecycle::Stopped]);
    let write = it.prepare().await;
    it.leave_behind(&write, Duration::from_secs(5), None);
    it.fleet.pick_up();
    assert_eq!(it.end().await, WriteEnd::Done);
    assert_eq!((it.sent(), it.open()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_create_of_an_earlier_run_is_picked_up_by_name_and_time_or_found_not_to_be_there() {
    for (rows, age, expected) in [
        (vec![made("i9", Some(-290))], 300, "done"),
        (vec![], 300, "unknown"),
        (vec![], 3600, "failed"),
        (vec![made("i9", Some(-7200))], 3600, "failed"),
    ] {
        let mut it = setup(false, Ok(accepted()));
        it.reads(&[], &[Lifecycle::Running]);
        it.lists(rows);
        let write = it.prepare_new().await;
        it.leave_behind(&write, Duration::from_secs(age), Some(dead()));
        it.fleet.pick_up();
        let end = it.end().await;
        let found = match &end {
            WriteEnd::Done => "done",
            WriteEnd::Failed(_) => "failed",
            WriteEnd::Unknown(_) => "unknown",
            WriteEnd::Refused(_) | WriteEnd::Unsent(_) => "other",
        };
        assert_eq!(found, expected, "{end:?}");
        assert_eq!((it.sent(), it.open()), (0, usize::from(expected == "unknown")));
        let history = it.journal.read().unwrap();
        assert!(!history.writes[0].is_followed(), "nothing follows what it ended for: {expected}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_another_living_program_follows_is_left_to_it() {
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let other = Follower::of(child.id()).unwrap();
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[], &[Lifecycle::Stopped]);
    let (theirs, mine) = (it.prepare().await, it.prepare().await);
    it.leave_behind(&theirs, Duration::ZERO, Some(other));
    it.leave_behind(&mine, Duration::ZERO, Some(dead()));
    it.fleet.pick_up();
    assert_eq!(it.end().await, WriteEnd::Done);
    let history = it.journal.read().unwrap();
    let open: Vec<&WriteId> = history.open().map(|write| &write.id).collect();
    assert_eq!(open, [&theirs.id]);
    child.kill().unwrap();
    child.wait().unwrap();
    it.fleet.pick_up();
    assert_eq!(it.end().await, WriteEnd::Done);
    assert_eq!((it.sent(), it.open()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_another_write_is_known_to_have_made_is_not_taken_for_this_ones() {
    let mut it = setup(false, Ok(Outcome::done()));
    it.lists(vec![made("i9", Some(0))]);
    let (first, second) = (it.prepare_new().await, it.prepare_new().await);
    it.leave_behind(&first, Duration::from_secs(30), Some(dead()));
    let id = ResourceId::new(&context(), Kind::Instance, "i9");
    it.journal.append(&Record::accepted(&first.id, None, Some(&id))).unwrap();
    it.journal.append(&Record::ended(&first.id, End::Done, None, Duration::ZERO)).unwrap();
    it.leave_behind(&second, Duration::from_secs(20), Some(dead()));
    it.fleet.pick_up();
    let end = it.end().await;
    assert!(matches!(end, WriteEnd::Unknown(_)), "{end:?}");
}
