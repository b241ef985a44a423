//! Sessions whose output is recorded.

use super::{DEADLINE, SIZE, no_wake, remotes, rows, shows, until};
use crate::recording::{Cast, CastVersion, EventKind, RecordingEnd, RecordingFile, RecordingHandle, dump};
use crate::{RecordableScreen as _, RemoteScreen as _, SessionState, Size, TerminalSession};

fn record(session: &TerminalSession, folder: &tempfile::TempDir) -> RecordingHandle {
    let file = RecordingFile::In { folder: folder.path().to_owned(), name: "web-1".to_owned() };
    session.start_recording(file, CastVersion::V3, "web-1", no_wake()).unwrap()
}

fn ended(handle: &RecordingHandle) -> RecordingEnd {
    assert!(handle.wait_until(std::time::Instant::now() + DEADLINE), "the recording does not end");
    handle.end().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_has_the_screen_the_output_the_sizes_and_the_seams() {
    let folder = tempfile::tempdir().unwrap();
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print("before\r\n").await;
    shows(&session, "before").await;
    let handle = record(&session, &folder);
    remote.print("during\r\n").await;
    shows(&session, "during").await;
    session.resize(Size { columns: 60, rows: 20 });
    drop(remote);
    until("the end", || session.state() == SessionState::Ended(None)).await;
    session.reconnect();
    let remote = arrivals.recv().await.unwrap();
    remote.print("after\r\n").await;
    shows(&session, "after").await;
    let picture = rows(&session).join("\n");
    session.stop_recording(Some(0));
    remote.print("too late\r\n").await;
    shows(&session, "too late").await;

    let end = ended(&handle);
    assert_eq!(end.error, None);
    let cast = Cast::open(&end.path.unwrap()).unwrap();
    assert_eq!((cast.fault(), cast.header().size), (None, SIZE));
    let labels: Vec<_> = cast.markers().iter().map(|it| it.1.as_str()).collect();
    assert_eq!(labels, ["connection ended", "reconnected"]);
    let events: Vec<_> = (0..cast.len()).map(|number| cast.event(number).unwrap().kind).collect();
    assert!(events.contains(&EventKind::Resize(Size { columns: 60, rows: 20 })), "{events:?}");
    assert_eq!(events.last(), Some(&EventKind::Exit(0)));
    assert_eq!(dump(&cast).trim_end(), picture.trim_end(), "as the screen was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_ends_with_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    remote.print("$ ").await;
    shows(&session, "$").await;
    let handle = record(&session, &folder);
    remote.print("42 is the answer").await;
    shows(&session, "42").await;
    drop(session);
    let end = ended(&handle);
    assert_eq!(end.error, None);
    assert_eq!(dump(&Cast::open(&end.path.unwrap()).unwrap()), "$ 42 is the answer\n");
}
