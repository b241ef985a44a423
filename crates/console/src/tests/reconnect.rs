//! Links that break, and how a session comes back. Time is paused: pauses pass as soon as all wait.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::Retry;

fn broken() -> Problem {
    Problem::new(ProblemKind::Unreachable, "the cable was cut")
}

/// A connector that answers with these problems first, and then opens; the times at which it was called.
fn failing(
    problems: Vec<Problem>,
) -> (Connector, mpsc::Receiver<Remote>, Arc<Mutex<Vec<tokio::time::Instant>>>) {
    let (open, arrivals) = remotes(false, true);
    let calls = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&calls);
    let problems = Mutex::new(problems.into_iter());
    let connector: Connector = Arc::new(move || {
        log.lock().unwrap().push(tokio::time::Instant::now());
        // The first one opens: a session that never did is not tried again.
        let is_first = log.lock().unwrap().len() == 1;
        match (!is_first).then(|| problems.lock().unwrap().next()).flatten() {
            Some(problem) => Box::pin(async move { Err(problem) }),
            None => open(),
        }
    });
    (connector, arrivals, calls)
}

/// Waits on the paused clock until the condition holds.
async fn passes(what: &str, holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let limit = Duration::from_secs(3600);
    assert!(tokio::time::timeout(limit, wait).await.is_ok(), "never came: {what}");
}

fn retry(session: &TerminalSession) -> Option<Retry> {
    match session.state() {
        SessionState::Reconnecting(retry) => Some(retry),
        _ => None,
    }
}

fn text(session: &TerminalSession) -> Vec<String> {
    let mut rows = rows(session);
    while rows.last().is_some_and(String::is_empty) {
        rows.pop();
    }
    rows
}

#[tokio::test(start_paused = true)]
async fn a_broken_link_is_opened_again_with_growing_pauses() {
    let (connector, mut arrivals, calls) = failing(vec![broken(); 5]);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print("up for long").await;
    passes("output", || rows(&session)[0] == "up for long").await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    remote.output.send(Err(broken())).await.unwrap();
    passes("a retry", || retry(&session).is_some()).await;
    let first = retry(&session).unwrap();
    assert_eq!((first.attempt, &first.problem), (1, &broken()));
    assert!(first.at.is_some() && !session.takes_input());
    assert_eq!(rows(&session)[0], "up for long", "the screen stays");

    let remote = arrivals.recv().await.unwrap();
    passes("live", || session.state() == SessionState::Live).await;
    let calls = calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 7, "each attempt asks anew");
    let pauses: Vec<Duration> = calls.windows(2).skip(1).map(|pair| pair[1] - pair[0]).collect();
    // The first pause lies before the second call. Each of the others is drawn between its step and twice its step.
    for (pause, step) in pauses.iter().zip([1, 2, 4, 5, 5].map(Duration::from_secs)) {
        assert!((step..=step * 2 + Duration::from_millis(10)).contains(pause), "{pause:?} of {pauses:?}");
    }
    assert_eq!(pauses.len(), 5);
    remote.print("again").await;
    passes("output", || text(&session).len() == 3).await;
    assert_seam(&text(&session)[1]);
    assert_eq!(text(&session)[2], "again");
}

#[tokio::test(start_paused = true)]
async fn an_orderly_end_is_the_end() {
    let (connector, mut arrivals, calls) = failing(Vec::new());
    let session = TerminalSession::start(connector, SIZE, no_wake());
    drop(arrivals.recv().await.unwrap());
    passes("end", || session.state() == SessionState::Ended(None)).await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!((session.state(), calls.lock().unwrap().len()), (SessionState::Ended(None), 1));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_cannot_work_is_the_last() {
    for kind in [ProblemKind::Unauthorized, ProblemKind::Forbidden, ProblemKind::NotFound] {
        let refused = Problem::new(kind, "no");
        let (connector, mut arrivals, calls) = failing(vec![broken(), refused.clone()]);
        let session = TerminalSession::start(connector, SIZE, no_wake());
        arrivals.recv().await.unwrap().output.send(Err(broken())).await.unwrap();
        let ended = SessionState::Ended(Some(refused));
        passes("the end", || session.state() == ended).await;
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!((session.state(), calls.lock().unwrap().len()), (ended, 3), "{kind:?}");
        session.reconnect();
        arrivals.recv().await.unwrap();
        passes("live", || session.state() == SessionState::Live).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_ten_minutes_it_is_given_up_and_can_be_asked_for_again() {
    let (connector, mut arrivals, calls) = failing(vec![broken(); 10_000]);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    let start = tokio::time::Instant::now();
    remote.output.send(Err(broken())).await.unwrap();
    let ended = SessionState::Ended(Some(broken()));
    passes("the end", || session.state() == ended).await;
    let took = start.elapsed().as_secs();
    assert!((580..=600).contains(&took), "{took} s");
    let before = calls.lock().unwrap().len();
    assert!(before > 60, "{before} attempts");
    session.reconnect();
    passes("another attempt", || calls.lock().unwrap().len() == before + 1).await;
    passes("a retry", || retry(&session).is_some_and(|retry| retry.attempt == 1)).await;
}

#[tokio::test(start_paused = true)]
async fn asked_for_the_attempt_begins_at_once() {
    let (connector, mut arrivals, calls) = failing(vec![broken(); 8]);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    arrivals.recv().await.unwrap().output.send(Err(broken())).await.unwrap();
    passes("a long pause", || retry(&session).is_some_and(|retry| retry.attempt == 8 && retry.at.is_some()))
        .await;
    let (asked, before) = (tokio::time::Instant::now(), calls.lock().unwrap().len());
    session.reconnect();
    passes("an attempt", || calls.lock().unwrap().len() > before).await;
    assert!(asked.elapsed() < Duration::from_millis(100));
    drop(session);
}

/// The screen after a connection that printed `before`, broke, and whose successor printed `after`.
async fn across(before: &str, after: &[&str]) -> Vec<String> {
    let (connector, mut arrivals, _) = failing(Vec::new());
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print(before.to_owned()).await;
    remote.output.send(Err(broken())).await.unwrap();
    let remote = arrivals.recv().await.unwrap();
    for part in after {
        remote.print((*part).to_owned()).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    text(&session)
}

const LOG: &str = "boot 1\r\nboot 2\r\n# uptime\r\n 12:00:01 up 3 days, 2 users\r\n";

#[tokio::test(start_paused = true)]
async fn a_replayed_backlog_is_shown_once_and_what_follows_it_below_the_seam() {
    let prompt = format!("{LOG}# ");
    let (first, second) = prompt.split_at(20);
    let shown = across(&prompt, &[first, second, "date\r\n", "Sunday"]).await;
    assert_eq!(shown[..4], LOG.lines().collect::<Vec<_>>());
    assert_eq!(shown[4], "#");
    assert_seam(&shown[5]);
    assert_eq!(shown[6..], ["# date", "Sunday"], "the line that goes on is whole");
}

#[tokio::test(start_paused = true)]
async fn output_that_is_no_replay_is_shown_whole_below_the_seam() {
    for after in ["boot 2\r\nboot 3\r\n", "boot 1\r\nboot 2\r\n", "# ", "Fresh as ever\r\n"] {
        let shown = across(LOG, &[after]).await;
        assert_eq!(shown[..4], LOG.lines().collect::<Vec<_>>());
        assert_seam(&shown[4]);
        assert_eq!(shown[5..], after.lines().map(str::trim_end).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_screen_program_goes_on_where_its_replay_is_whole() {
    let program = "\x1b[?1049h\x1b[?1000h\x1b[2Jtop - 12:00:01 up 3 days\r\n\r\n  PID USER\r\n";
    let shown = across(program, &[program, "\x1b[1;1Htip"]).await;
    assert_eq!(shown, ["tip - 12:00:01 up 3 days", "", "  PID USER"]);
    let shown = across(program, &["login: "]).await;
    assert!(!shown.contains(&"  PID USER".to_owned()), "another program: {shown:?}");
    assert_seam(&shown[shown.len() - 2]);
    assert_eq!(shown.last().map(String::as_str), Some("login:"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_key_is_no_replay() {
    let (connector, mut arrivals, _) = failing(Vec::new());
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print(LOG).await;
    remote.output.send(Err(broken())).await.unwrap();
    let mut remote = arrivals.recv().await.unwrap();
    passes("live", || session.takes_input()).await;
    session.send(&key('x'));
    assert_eq!(remote.reads("x").await, "x");
    remote.print(LOG).await;
    passes("the answer", || text(&session).len() == 9).await;
    assert_eq!(text(&session)[5..], LOG.lines().collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_is_held_back_when_the_link_ends_is_shown() {
    let (connector, mut arrivals, _) = failing(Vec::new());
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print(LOG).await;
    remote.output.send(Err(broken())).await.unwrap();
    let remote = arrivals.recv().await.unwrap();
    remote.print("boot 1\r\n").await;
    drop(remote);
    passes("the end", || session.state() == SessionState::Ended(None)).await;
    assert_eq!(text(&session).last().map(String::as_str), Some("boot 1"));
}

/// A connector to programs that have yet to reach the remote side; their ends, with the mark of each.
fn programs() -> (Connector, mpsc::Receiver<(Remote, Arc<AtomicBool>)>) {
    let (arrivals, arrived) = mpsc::channel(4);
    let connector: Connector = Arc::new(move || {
        let arrivals = arrivals.clone();
        Box::pin(async move {
            let (remote, stream) = connection(true);
            let reached = Arc::new(AtomicBool::new(false));
            arrivals.send((remote, Arc::clone(&reached))).await.unwrap();
            Ok(Opened::Terminal(Transport { stream, resize: ResizeReports::Ignored, reached: Some(reached) }))
        })
    });
    (connector, arrived)
}

/// A session whose shell was there and whose link broke.
async fn broken_shell() -> (TerminalSession, mpsc::Receiver<(Remote, Arc<AtomicBool>)>) {
    let (connector, mut arrivals) = programs();
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let (remote, reached) = arrivals.recv().await.unwrap();
    reached.store(true, Ordering::Release);
    remote.print("root@web-1:~# ").await;
    passes("the shell", || text(&session).len() == 1).await;
    remote.output.send(Err(broken())).await.unwrap();
    (session, arrivals)
}

#[tokio::test(start_paused = true)]
async fn attempts_of_a_program_that_fail_leave_no_line_and_the_one_that_works_leaves_one() {
    let (session, mut arrivals) = broken_shell().await;
    for attempt in 1..10 {
        let (remote, reached) = arrivals.recv().await.unwrap();
        // Whether the program got as far as a terminal or not.
        reached.store(attempt % 2 == 0, Ordering::Release);
        remote.print("no shell: the instance is not running\r\n").await;
        remote.output.send(Err(broken())).await.unwrap();
        passes("a retry", || retry(&session).is_some_and(|retry| retry.attempt == attempt + 1)).await;
        assert_eq!(text(&session), ["root@web-1:~#"]);
    }
    let (remote, reached) = arrivals.recv().await.unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(session.state() != SessionState::Live, "nothing has answered yet");
    reached.store(true, Ordering::Release);
    remote.print("root@web-1:~# ").await;
    passes("live", || session.state() == SessionState::Live).await;
    passes("output", || text(&session).len() == 3).await;
    assert_seam(&text(&session)[1]);
    assert!(!text(&session)[1].contains("less than"), "since the shell was lost: {:?}", text(&session)[1]);
    assert_eq!(text(&session)[2], "root@web-1:~#");
}

#[tokio::test(start_paused = true)]
async fn a_question_before_the_remote_side_is_reached_can_be_answered_and_the_line_comes_after_it() {
    let (session, mut arrivals) = broken_shell().await;
    let (mut remote, reached) = arrivals.recv().await.unwrap();
    remote.print("Password: ").await;
    passes("the question", || session.takes_input() && text(&session).len() == 2).await;
    assert_eq!(text(&session)[1], "Password:");
    session.send(&key('x'));
    assert_eq!(remote.reads("x").await, "x");
    reached.store(true, Ordering::Release);
    remote.print("\r\nroot@web-1:~# ").await;
    passes("the shell", || text(&session).last().is_some_and(|row| row.starts_with("root"))).await;
    let shown = text(&session);
    assert_seam(&shown[2]);
}

#[tokio::test(start_paused = true)]
async fn the_last_attempt_of_a_program_shows_its_explanation_without_a_seam() {
    let (session, mut arrivals) = broken_shell().await;
    let (remote, _) = arrivals.recv().await.unwrap();
    remote.print("Offending key in known_hosts:7\r\nHost key verification failed.\r\n").await;
    let refused = Problem::new(ProblemKind::Refused, "Host key verification failed.");
    remote.output.send(Err(refused.clone())).await.unwrap();
    passes("the end", || session.state() == SessionState::Ended(Some(refused.clone()))).await;
    assert_eq!(text(&session)[1..], ["Offending key in known_hosts:7", "Host key verification failed."]);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_opens_and_breaks_without_output_leaves_no_line() {
    let (connector, mut arrivals, _) = failing(Vec::new());
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print("login: ").await;
    remote.output.send(Err(broken())).await.unwrap();
    for _ in 0..3 {
        arrivals.recv().await.unwrap().output.send(Err(broken())).await.unwrap();
    }
    let remote = arrivals.recv().await.unwrap();
    assert_eq!(text(&session), ["login:"]);
    // One that holds says so, though nothing is printed.
    passes("the seam", || text(&session).len() == 2).await;
    assert_seam(&text(&session)[1]);
    drop(remote);
}
