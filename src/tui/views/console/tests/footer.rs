//! The lowest line, where several things want to be in it.

use super::tiles::several;
use super::*;

fn footer(view: &mut ConsoleView) -> String {
    text(&drawn_at(view, 60, 15, false)).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_search_has_the_line_for_itself_while_it_is_typed() {
    let (mut view, _remote) = view();
    for name in ["i-2", "i-3"] {
        view.sessions
            .attach_with(&id(name), name, ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    }
    assert!(footer(&mut view).contains("3 consoles open"));
    press(&mut view, "^[");
    view.pane_mut().notify("a notice");
    view.apply(Command::Search, None);
    press(&mut view, "l");
    view.pane_mut().notify("a notice");
    let shown = footer(&mut view);
    assert!(shown.starts_with("└/l  ") && shown.ends_with(" 113/113 ┘"), "{shown}");
    for other in ["─", "consoles", "notice"] {
        assert!(!shown.contains(other), "{shown}");
    }
}

#[test]
fn a_zoomed_console_shows_that_it_is_not_live() {
    let broken = SessionState::Ended(Some(Problem::new(ProblemKind::Unreachable, "cut off")));
    for (state, word) in [(broken, "✗ broken"), (SessionState::Connecting, "◐ connecting")] {
        let (mut view, remotes) = several(&["web-1", "db-1"]);
        press(&mut view, "^z");
        let shown = footer(&mut view);
        assert!(shown.starts_with(" web-1, one of 2 tiles"), "{shown}");
        *remotes[0].state.lock().unwrap() = state;
        let shown = footer(&mut view);
        assert!(shown.starts_with(&format!(" {word}  web-1, one of 2 tiles")), "{shown}");
        press(&mut view, "^[");
        let shown = footer(&mut view);
        assert!(shown.starts_with(&format!(" {word}  copy line ")), "{shown}");
    }
}

#[test]
fn a_console_is_called_read_only_while_it_is_live() {
    let (mut view, remote) = view();
    remote.input.store(false, Ordering::Relaxed);
    assert!(drawn(&mut view).contains("read-only"));
    let problem = || Problem::new(ProblemKind::Unreachable, "cut off");
    let retry = crate::console::Retry { attempt: 1, at: None, problem: problem() };
    for state in [
        SessionState::Connecting,
        SessionState::Reconnecting(retry),
        SessionState::Ended(None),
        SessionState::Ended(Some(problem())),
    ] {
        *remote.state.lock().unwrap() = state;
        let shown = drawn(&mut view);
        assert!(!shown.contains("read-only"), "{shown}");
    }
}
