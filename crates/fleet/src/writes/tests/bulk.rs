//! One action on many targets: how many at once, what is skipped, what is left unsent, and each one's outcome.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::super::*;
use super::platform::{Setup, context, machine_of, setup, setup_of, stop};
use qdeck_model::{Danger, Kind, Lifecycle, Outcome};

fn targets(names: &[&str]) -> Vec<Target> {
    let id = |name: &&str| ResourceId::new(&context(), Kind::Instance, *name);
    names.iter().map(|name| Target::of(&machine_of(id(name), Lifecycle::Running))).collect()
}

/// A fleet of machines that stop when asked to.
fn of(answers: &[Result<Outcome, Problem>]) -> Setup {
    let it = setup(false, Ok(Outcome::done()));
    *it.platform.answers.lock().unwrap() = answers.iter().cloned().collect();
    it.reads(&[], &[Lifecycle::Stopped]);
    it
}

impl Setup {
    async fn bulk(&self, names: &[&str]) -> PreparedBulk {
        self.fleet.prepare_all(targets(names), &stop(), &FormValues::new(), Origin::Screen).await
    }

    /// The ends of so many writes, by the ids of their targets.
    async fn ends(&mut self, count: usize) -> BTreeMap<String, WriteEnd> {
        let mut ends = BTreeMap::new();
        while ends.len() < count {
            if let Some(FleetEvent::Write(event)) = self.events.recv().await
                && let WritePhase::Ended(end) = event.phase
            {
                let before = ends.insert(event.target.id.id.to_string(), end);
                assert_eq!(before, None, "one end each");
            }
        }
        ends
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_skipped_with_its_reason_and_each_target_is_taken_once() {
    let it = of(&[]);
    let bulk = it.bulk(&["i1", "stopped-2", "i3", "i1"]).await;
    let ids: Vec<&str> = bulk.writes().map(|write| &*write.target.id.id).collect();
    assert_eq!(ids, ["i1", "i3"]);
    let skipped: Vec<_> = bulk.skipped().map(|(target, why)| (&*target.id.id, &*why.message)).collect();
    assert_eq!(skipped, [("stopped-2", "it is already stopped")]);
    assert_eq!((bulk.danger(), &*bulk.confirmation()), (Danger::Destructive, "2 exo-prod"));
    assert_eq!(bulk.contexts(), [&context()]);

    let single = it.bulk(&["i1", "stopped-2"]).await;
    assert_eq!((single.danger(), &*single.confirmation()), (Danger::Disruptive, "web-1"));
    assert_eq!((it.sent(), it.journal.read().unwrap().writes.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_bulk_in_a_protected_context_is_confirmed_by_count_and_context() {
    let it = setup_of(Ok(Outcome::done()), |member| member.protected = true);
    assert_eq!(it.bulk(&["i1", "i2"]).await.danger(), Danger::Irreversible);
}

#[tokio::test(start_paused = true)]
async fn an_action_for_one_at_a_time_is_skipped_on_all_of_several() {
    let it = of(&[]);
    *it.platform.in_bulk.lock().unwrap() = false;
    let bulk = it.bulk(&["i1", "i2"]).await;
    assert_eq!(bulk.writes().count(), 0);
    assert!(bulk.skipped().all(|(_, why)| &*why.message == "Stop is done to one resource at a time"));
    assert_eq!(it.bulk(&["i1"]).await.writes().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn at_most_four_requests_are_on_their_way_and_each_write_has_its_own_end() {
    let refusal = Problem { status: Some(409), ..Problem::new(ProblemKind::Refused, "busy") };
    let names: Vec<String> = (0..20).map(|number| format!("i{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut answers = vec![Ok(Outcome::done()); 20];
    for place in [3, 7, 19] {
        answers[place] = Err(refusal.clone());
    }
    let mut it = of(&answers);
    *it.platform.latency.lock().unwrap() = Duration::from_secs(1);
    let bulk = it.bulk(&names).await;
    let handle = it.fleet.perform_all(bulk);
    assert_eq!(handle.writes.len(), 20);
    let ends = it.ends(20).await;
    let count = |wanted: &WriteEnd| ends.values().filter(|end| *end == wanted).count();
    assert_eq!((count(&WriteEnd::Done), count(&WriteEnd::Refused(refusal))), (17, 3));
    assert_eq!((it.sent(), it.platform.on_the_way.1.load(Ordering::SeqCst)), (20, 4));
}

#[tokio::test(start_paused = true)]
async fn what_is_unsent_when_a_bulk_is_stopped_stays_unsent() {
    let names = ["i0", "i1", "i2", "i3", "i4", "i5", "i6"];
    let mut it = of(&vec![Ok(Outcome::done()); names.len()]);
    *it.platform.latency.lock().unwrap() = Duration::from_secs(10);
    let bulk = it.bulk(&names).await;
    let handle = it.fleet.perform_all(bulk);
    tokio::time::sleep(Duration::from_secs(5)).await;
    handle.stop();
    assert!(handle.is_stopped());
    let ends = it.ends(names.len()).await;
    let unsent = |end: &&WriteEnd| matches!(end, WriteEnd::Unsent(why) if &*why.message == "stopped before it was sent");
    assert_eq!(ends.values().filter(unsent).count(), 3, "{ends:?}");
    assert_eq!(ends.values().filter(|end| **end == WriteEnd::Done).count(), 4, "{ends:?}");
    assert_eq!((it.sent(), it.journal.read().unwrap().writes.len()), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_grew_old_is_sent_only_if_its_requests_are_still_the_same() {
    for (version, sent) in [(1, 1), (2, 0)] {
        let mut it = of(&[Ok(Outcome::done())]);
        let mut bulk = it.bulk(&["i1"]).await;
        let write = bulk.items[0].prepared.as_mut().unwrap();
        write.prepared = Timestamp::now().before(Duration::from_secs(31));
        let id = write.id.clone();
        it.platform.version.store(version, Ordering::SeqCst);
        let handle = it.fleet.perform_all(bulk);
        assert_eq!(handle.writes, [id]);
        let end = it.ends(1).await.remove("i1").unwrap();
        assert_eq!(it.sent(), sent);
        match end {
            WriteEnd::Done => assert_eq!(sent, 1),
            WriteEnd::Unsent(why) => assert!(sent == 0 && why.message.contains("changed"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_that_became_busy_meanwhile_is_left_unsent_and_the_others_go_on() {
    let mut it = of(&vec![Ok(Outcome::done()); 3]);
    let bulk = it.bulk(&["i1", "i2"]).await;
    *it.platform.latency.lock().unwrap() = Duration::from_secs(10);
    let other = it.fleet.prepare(targets(&["i1"]).remove(0), stop(), FormValues::new(), Origin::Screen).await;
    let other = it.fleet.perform(other.unwrap()).await.unwrap();
    let handle = it.fleet.perform_all(bulk);
    let mut ends = Vec::new();
    while ends.len() < 3 {
        if let Some(FleetEvent::Write(event)) = it.events.recv().await
            && let WritePhase::Ended(end) = event.phase
        {
            ends.push((event.id, end));
        }
    }
    let end_of = |id: &WriteId| &ends.iter().find(|(of, _)| of == id).unwrap().1;
    assert_eq!(*end_of(&other), WriteEnd::Done);
    assert!(
        matches!(end_of(&handle.writes[0]), WriteEnd::Unsent(why) if why.message.contains("is stopping"))
    );
    assert_eq!(*end_of(&handle.writes[1]), WriteEnd::Done);
}
