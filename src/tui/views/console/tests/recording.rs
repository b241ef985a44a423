//! Consoles that are recorded, and recordings in the view.

use tokio::sync::Notify;

use super::attached::{connected, remotes, until};
use super::*;
use crate::console::TerminalSession;
use crate::console::recording::{RecordingOptions, dump};

/// A view of a recording of ten seconds, paused at its start.
fn playing(text: &str) -> (ConsoleView, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("web-1.cast");
    std::fs::write(&path, text).unwrap();
    let sessions = sessions();
    let open = sessions.play(&path, crate::console::recording::PlayOptions::default()).unwrap();
    (ConsoleView::new(&sessions, open, ConsoleKeys::default()), folder)
}

/// Draws until `wanted` is on the screen.
fn shows(view: &mut ConsoleView, wanted: &str) -> String {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        let shown = drawn(view);
        if shown.contains(wanted) {
            return shown;
        }
        assert!(std::time::Instant::now() < deadline, "{wanted:?} never came:\n{shown}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn perform(view: &mut ConsoleView, command: Command) -> Handled {
    let mut app = App::new(Store::default(), crate::tui::Options::default(), Timestamp::now());
    view.perform(command, None, &mut app)
}

const CAST: &str = "{\"version\": 3, \"term\": {\"cols\": 40, \"rows\": 8}}\n[0, \"o\", \"first\\r\\n\"]\n\
                    [3600, \"m\", \"half way\"]\n[0, \"o\", \"second\\r\\n\"]\n[3600, \"o\", \"third\"]\n[0, \"o\"";

#[test]
fn a_recording_is_played_by_keys_of_its_own() {
    let (mut view, _folder) = playing(CAST);
    let shown = shows(&mut view, "first");
    assert!(shown.contains("web-1 a recording") && shown.contains("▶ playing 40x8"), "{shown}");
    assert!(shown.contains("line 6: the line is cut off"), "{shown}");
    assert!(shown.contains("00:00 / 2:00:00"), "{shown}");
    assert_eq!((view.key_context(), view.subject()), (KeyContext::Playback, None));
    perform(&mut view, Command::PlayPause);
    shows(&mut view, "‖ paused");
    perform(&mut view, Command::NextMarker);
    let shown = shows(&mut view, "1:00:00 / 2:00:00");
    assert!(shown.contains("second") && !shown.contains("third"), "{shown}");
    perform(&mut view, Command::StepEvent);
    shows(&mut view, "third");
    let app = App::new(Store::default(), crate::tui::Options::default(), Timestamp::now());
    let offered = |view: &ConsoleView| view.hints(&app).first().map(|hint| hint.word);
    shows(&mut view, "■ end");
    assert_eq!(offered(&view), Some("play again"));
    perform(&mut view, Command::SeekTenth(0));
    let shown = shows(&mut view, " 00:00 / 2:00:00");
    assert!(!shown.contains("second"), "{shown}");
    perform(&mut view, Command::PlayFaster);
    shows(&mut view, "1.5x ‖ paused");

    // The keys after the prefix are those of every console.
    let mut app = App::new(Store::default(), crate::tui::Options::default(), Timestamp::now());
    assert_eq!(view.event(&key('x', KeyModifiers::NONE), &mut app), Handled::Ignored);
    view.event(&key(']', KeyModifiers::CONTROL), &mut app);
    assert_eq!(view.event(&key('r', KeyModifiers::NONE), &mut app), Handled::done());
    assert!(drawn(&mut view).contains("cannot be recorded"));
    perform(&mut view, Command::CopyMode);
    assert_eq!(view.key_context(), KeyContext::CopyMode);
    perform(&mut view, Command::Back);
    let closed = perform(&mut view, Command::Close).effects();
    assert_eq!((closed.first(), view.sessions.len()), (Some(&Effect::close()), 0));
    assert_eq!(closed.get(1), Some(&Effect::report("closed the recording web-1")));
}

#[test]
fn a_recording_without_markers_offers_none_and_says_so() {
    let (mut view, _folder) = playing(&CAST.replace("\"m\"", "\"x\""));
    shows(&mut view, "first");
    let app = App::new(Store::default(), crate::tui::Options::default(), Timestamp::now());
    assert!(!view.hints(&app).iter().any(|hint| hint.word == "marker"));
    perform(&mut view, Command::NextMarker);
    assert!(drawn(&mut view).contains("This recording has no markers"));
}

#[test]
fn a_file_that_is_no_recording_reports_why() {
    let (mut view, _folder) = playing("hello\n");
    let shown = shows(&mut view, "✗ broken");
    assert!(shown.contains("cannot be played"), "{shown}");
    assert!(shown.contains("column 1"), "the whole reason: {shown}");
    assert_eq!(view.key_context(), KeyContext::Console, "r reads it again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_is_recorded_paused_and_marked_in_the_border_and_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let woken = Arc::new(Notify::new());
    let wake = Arc::clone(&woken);
    let sessions = sessions_waking(Arc::new(move || wake.notify_one()));
    let options = RecordingOptions { folder: Some(folder.path().to_owned()), ..Default::default() };
    sessions.recordings().set_options(options);
    let (connector, mut remotes) = remotes();
    let size = Size { columns: 80, rows: 24 };
    let start =
        |wake: Wake| -> Box<dyn RemoteScreen> { Box::new(TerminalSession::start(connector, size, wake)) };
    let open = sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, start);
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());
    let remote = connected(&mut remotes).await;
    remote.print("before ").await;
    until(&mut view, &woken, "before").await;
    press(&mut view, "^R");
    assert!(drawn(&mut view).contains("is not being recorded"));

    press(&mut view, "^r");
    let shown = drawn(&mut view);
    assert!(shown.contains("● rec 00:0") && shown.contains("what is typed is not recorded"), "{shown}");
    remote.print("while ").await;
    until(&mut view, &woken, "while").await;
    let mut list = SessionsView::new(&sessions, None, &ConsoleKeys::default());
    assert!(drawn(&mut list).contains("● rec 00:0"));
    press(&mut view, "^R");
    assert!(drawn(&mut view).contains("‖ rec paused 00:0"));
    press(&mut view, "^R");
    press(&mut view, "^r");
    let shown = drawn(&mut view);
    assert!(!shown.contains("rec 0") && shown.contains("Recording stopped"), "{shown}");
    sessions.recordings().wait(Duration::from_secs(60));
    let [(name, end)] = &sessions.recordings().take_ended()[..] else { panic!("one recording") };
    assert_eq!((name.as_str(), &end.error), ("web-1", &None));
    let cast = crate::console::recording::Cast::open(end.path.as_ref().unwrap()).unwrap();
    assert_eq!(dump(&cast), "before while\n");
}
