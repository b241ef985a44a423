//! The gate with a platform of these tests' own: what is sent, how often, and what the journal has by then.

mod bulk;
mod platform;
mod search;
mod ssh;

use super::*;
use platform::{accepted, context, machine, operation, operation_id, setup, setup_of, stop, unreachable};
use qdeck_model::{Danger, Lifecycle, Reason};
use qdeck_providers::exoscale;

#[tokio::test(start_paused = true)]
async fn declared_actions_name_their_platforms_and_whether_they_fit_the_row() {
    let it = setup(false, Ok(accepted()));
    let availability = |row: Option<&Resource>| {
        let declared = it.fleet.declared_actions(row);
        assert_eq!(declared.len(), 1);
        assert_eq!(declared[0].platforms, [exoscale::PLATFORM]);
        assert_eq!(declared[0].action.id, ActionId::INSTANCE_STOP);
        declared[0].action.availability.clone()
    };
    assert_eq!(availability(Some(&machine(Lifecycle::Running))), Availability::Yes);
    assert_eq!(availability(None), Availability::No("no row is selected".into()));
    let other = availability(Some(&operation(Lifecycle::Running, "")));
    assert_eq!(other, Availability::No("no such action on this operation".into()));
    let reading = setup(true, Ok(accepted()));
    let declared = reading.fleet.declared_actions(Some(&machine(Lifecycle::Running)));
    assert_eq!(declared[0].action.availability, Availability::Forbidden("context is read-only".into()));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_prepared_or_sent_through_a_read_only_context() {
    let reading = setup(true, Ok(accepted()));
    let target = Target::of(&machine(Lifecycle::Running));
    let prepared = reading.fleet.prepare(target, stop(), FormValues::new(), Origin::Screen).await;
    assert_eq!(prepared.unwrap_err().kind, ProblemKind::ReadOnly);
    // Prepared elsewhere, as if a way around the first refusal had been found.
    let write = setup(false, Ok(accepted())).prepare().await;
    let problem = reading.fleet.perform(write).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::ReadOnly);
    assert_eq!(&*problem.message, "context exo-prod is read-only: nothing was sent");
    assert_eq!((reading.sent(), reading.journal.read().unwrap().writes.len()), (0, 0));
    let actions = reading.fleet.actions(&machine(Lifecycle::Running));
    assert_eq!(actions[0].availability, Availability::Forbidden("context is read-only".into()));
}

#[tokio::test(start_paused = true)]
async fn a_write_is_in_the_journal_before_it_is_sent_and_followed_to_its_end() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(
        &[Ok((Lifecycle::Running, "")), Err(unreachable()), Ok((Lifecycle::Done, ""))],
        &[Lifecycle::Stopping, Lifecycle::Stopped],
    );
    let write = it.prepare().await;
    let id = it.fleet.perform(write).await.unwrap();
    let phases = it.phases().await;
    assert_eq!(phases[..2], [WritePhase::Sent, WritePhase::Accepted(Some(operation_id()))]);
    let lost = |phase: &WritePhase| matches!(phase, WritePhase::Step { problem: Some(_), .. });
    assert!(phases.iter().any(lost), "a failed look is shown and ends nothing: {phases:?}");
    assert_eq!(phases.last(), Some(&WritePhase::Ended(WriteEnd::Done)));
    assert_eq!(*it.platform.intents_when_sent.lock().unwrap(), [1], "one write was sent");
    let history = it.journal.read().unwrap();
    let written = &history.writes[0];
    assert_eq!(written.id, id);
    assert_eq!(written.accepted.as_ref().unwrap().id, "o1");
    assert_eq!(written.ended.as_ref().unwrap().outcome, End::Done);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_fails_ends_in_the_remotes_words() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[Ok((Lifecycle::Failed, "fault: no host"))], &[Lifecycle::Running]);
    it.fleet.perform(it.prepare().await).await.unwrap();
    let end = it.end().await;
    assert!(matches!(&end, WriteEnd::Failed(problem) if &*problem.message == "fault: no host"), "{end:?}");
    let history = it.journal.read().unwrap();
    assert_eq!(history.writes[0].ended.as_ref().unwrap().message.as_deref(), Some("fault: no host"));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_disagrees_is_a_failure_whatever_the_operation_says() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[Ok((Lifecycle::Done, ""))], &[Lifecycle::Running]);
    it.fleet.perform(it.prepare().await).await.unwrap();
    let end = it.end().await;
    assert!(
        matches!(&end, WriteEnd::Failed(problem) if problem.message.contains("still running")),
        "{end:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_on_its_way_is_waited_for_as_long_as_it_moves() {
    let mut it = setup(false, Ok(Outcome::done()));
    // No operation: reads are 2 s apart and more, so this takes some minutes.
    let mut states = vec![Lifecycle::Stopping; 60];
    states.push(Lifecycle::Stopped);
    it.reads(&[], &states);
    let began = tokio::time::Instant::now();
    it.fleet.perform(it.prepare().await).await.unwrap();
    assert_eq!(it.end().await, WriteEnd::Done);
    assert!(began.elapsed() > Duration::from_secs(300), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_may_not_be_read_is_followed_by_its_target() {
    let mut it = setup(false, Ok(accepted()));
    let forbidden = Problem::new(ProblemKind::Forbidden, "lacks get-operation");
    it.reads(&[Err(forbidden)], &[Lifecycle::Running, Lifecycle::Stopping, Lifecycle::Stopped]);
    it.fleet.perform(it.prepare().await).await.unwrap();
    assert_eq!(it.end().await, WriteEnd::Done);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_at_once_and_a_lost_answer_is_found_out_by_reading() {
    let refusal = Problem { status: Some(409), ..Problem::new(ProblemKind::Refused, "busy") };
    let mut it = setup(false, Err(refusal.clone()));
    it.fleet.perform(it.prepare().await).await.unwrap();
    assert_eq!(it.end().await, WriteEnd::Refused(refusal));
    assert_eq!(it.journal.read().unwrap().writes[0].ended.as_ref().unwrap().outcome, End::Refused);

    let in_part = Problem::new(ProblemKind::Refused, "1 of 2 were done").reason(Reason::InPart);
    let mut it = setup(false, Err(in_part.clone()));
    it.fleet.perform(it.prepare().await).await.unwrap();
    assert_eq!(it.end().await, WriteEnd::Failed(in_part), "a refusal would mean that nothing has changed");
    assert_eq!(it.journal.read().unwrap().writes[0].ended.as_ref().unwrap().outcome, End::Failed);

    let mut it = setup(false, Err(unreachable()));
    it.reads(&[], &[Lifecycle::Running, Lifecycle::Stopping, Lifecycle::Stopped]);
    it.fleet.perform(it.prepare().await).await.unwrap();
    assert_eq!((it.end().await, it.sent()), (WriteEnd::Done, 1));

    let mut it = setup(false, Err(unreachable()));
    it.fleet.perform(it.prepare().await).await.unwrap();
    let end = it.end().await;
    assert!(matches!(end, WriteEnd::Unknown(_)), "{end:?}");
    assert_eq!(it.sent(), 1, "never sent again");
    assert_eq!(it.journal.read().unwrap().open().count(), 1, "an unknown outcome stays open");
}

#[tokio::test(start_paused = true)]
async fn a_busy_target_takes_no_second_write_until_the_first_has_ended() {
    let mut it = setup(false, Ok(accepted()));
    it.reads(&[Ok((Lifecycle::Running, "")), Ok((Lifecycle::Done, ""))], &[Lifecycle::Stopped]);
    let (first, second) = (it.prepare().await, it.prepare().await);
    it.fleet.perform(first).await.unwrap();
    let problem = it.fleet.perform(second).await.unwrap_err();
    assert_eq!(&*problem.message, "web-1 is stopping: nothing was sent");
    let availability = || it.fleet.actions(&machine(Lifecycle::Running)).remove(0).availability;
    assert_eq!(availability(), Availability::No("it is stopping".into()));
    assert_eq!(it.end().await, WriteEnd::Done);
    assert_eq!(it.sent(), 1);
    assert_eq!(it.fleet.actions(&machine(Lifecycle::Running)).remove(0).availability, Availability::Yes);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_written_down_is_not_sent_and_leaves_no_mark() {
    let mut it = setup(false, Ok(accepted()));
    let write = it.prepare().await;
    std::fs::create_dir(it.journal.path().unwrap()).unwrap();
    let problem = it.fleet.perform(write).await.unwrap_err();
    assert!(problem.message.contains("journal"), "{problem}");
    assert_eq!(it.sent(), 0);
    std::fs::remove_dir(it.journal.path().unwrap()).unwrap();
    it.reads(&[Ok((Lifecycle::Done, ""))], &[Lifecycle::Stopped]);
    it.fleet.perform(it.prepare().await).await.unwrap();
    assert_eq!(it.end().await, WriteEnd::Done);
}

#[tokio::test(start_paused = true)]
async fn a_preview_that_is_too_old_is_not_sent() {
    let it = setup(false, Ok(accepted()));
    let mut write = it.prepare().await;
    write.prepared = Timestamp::now().before(Duration::from_secs(31));
    let problem = it.fleet.perform(write).await.unwrap_err();
    assert!(problem.message.contains("older than 30 s"), "{problem}");
    assert_eq!(it.sent(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_protected_context_raises_the_danger_of_every_write_by_one_level() {
    let it = setup_of(Ok(accepted()), |member| {
        (member.protected, member.color) = (true, Some(ContextColor::Red));
    });
    assert_eq!(it.prepare().await.danger, Danger::Destructive);
    assert_eq!(
        (it.fleet.is_protected(&context()), it.fleet.color(&context())),
        (true, Some(ContextColor::Red))
    );
    let plain = setup(false, Ok(accepted()));
    assert_eq!(plain.prepare().await.danger, Danger::Disruptive);
    assert_eq!((plain.fleet.is_protected(&context()), plain.fleet.color(&context())), (false, None));
}
