//! Credentials of SSH sessions in the journal.

use super::platform::{PASSWORD, machine_id, setup, unreachable};
use super::*;
use crate::Console;
use crate::journal::Written;
use qdeck_model::ScreenKind;

fn written(it: &platform::Setup) -> Vec<Written> {
    it.journal.read().unwrap().writes
}

#[tokio::test(start_paused = true)]
async fn what_a_session_makes_and_expires_is_in_the_journal_and_its_password_is_not() {
    let it = setup(false, Ok(accepted()));
    let opened = it.fleet.open_console(&machine_id(), ScreenKind::Ssh).await.unwrap();
    let Console::Ssh(target) = opened else { panic!("no SSH") };
    assert_eq!(target.password.unwrap().expose(), PASSWORD);
    it.fleet.expire_ssh(Duration::from_secs(9)).await;
    assert_eq!(
        *it.platform.intents_when_sent.lock().unwrap(),
        [1, 2],
        "each is written down before it is sent"
    );
    let writes = written(&it);
    let actions: Vec<_> = writes.iter().map(|write| write.intent.action.as_str()).collect();
    assert_eq!(actions, ["instance.ssh-credentials", "instance.expire-ssh"]);
    for write in &writes {
        let intent = &write.intent;
        assert_eq!((&*intent.by, &*intent.context, intent.name()), ("session", "exo-prod", "i1"));
        assert_eq!(write.ended.as_ref().map(|ended| ended.outcome), Some(End::Done));
    }
    let text = std::fs::read_to_string(it.journal.path().unwrap()).unwrap();
    assert!(!text.contains(PASSWORD), "{text}");
    it.fleet.expire_ssh(Duration::from_secs(9)).await;
    assert_eq!(it.sent(), 2, "they are expired once");
}

#[tokio::test(start_paused = true)]
async fn credentials_that_were_refused_have_an_end_and_those_without_an_answer_have_none() {
    let it = setup(false, Ok(accepted()));
    let refused = Problem { status: Some(403), ..Problem::new(ProblemKind::Forbidden, "403 forbidden") };
    it.platform.ssh.lock().unwrap().extend([Err(refused), Err(unreachable())]);
    for _ in 0..2 {
        assert!(it.fleet.open_console(&machine_id(), ScreenKind::Ssh).await.is_err());
    }
    let ends: Vec<_> = written(&it).into_iter().map(|write| write.ended.map(|ended| ended.outcome)).collect();
    assert_eq!(ends, [Some(End::Refused), None]);
    it.fleet.expire_ssh(Duration::from_secs(9)).await;
    assert_eq!(it.sent(), 2, "nothing that is known was made");
}

#[tokio::test(start_paused = true)]
async fn no_credentials_are_made_that_cannot_be_written_down() {
    let it = setup(false, Ok(accepted()));
    std::fs::create_dir(it.journal.path().unwrap()).unwrap();
    let problem = it.fleet.open_console(&machine_id(), ScreenKind::Ssh).await.map(|_| ()).unwrap_err();
    assert_eq!((problem.kind, it.sent()), (ProblemKind::Local, 0), "{problem:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_only_context_writes_nothing_down() {
    let it = setup(true, Ok(accepted()));
    // The provider refuses by itself: this one does not know that it is read-only.
    let _ = it.fleet.open_console(&machine_id(), ScreenKind::Ssh).await;
    assert!(written(&it).is_empty());
}
