//! The question before a session is closed with what runs in it.

use super::*;

fn over(kind: ScreenKind) -> (ConsoleView, Arc<Scripted>) {
    let (sessions, remote) = (sessions(), Scripted::new());
    let open = sessions.attach_with(&id("i-1"), "web-1", kind, |_| Box::new(Handle(Arc::clone(&remote))));
    (ConsoleView::new(&sessions, open, ConsoleKeys::default()), remote)
}

#[test]
fn a_live_ssh_session_is_closed_only_after_a_yes() {
    for answer in ["n", "q", "^", " "] {
        let (mut view, remote) = over(ScreenKind::Ssh);
        assert!(press(&mut view, "^q").is_empty());
        let shown = text(&drawn_at(&mut view, 60, 15, false));
        assert!(shown.contains("End this SSH session and what runs in it?  y end  n keep"), "{shown}");
        view.type_event(&Event::Paste("y".to_owned()));
        assert!(press(&mut view, answer).is_empty());
        assert!(drawn(&mut view).contains("Kept"), "{answer}");
        press(&mut view, "y");
        assert_eq!((view.sessions.len(), remote.sent()), (1, vec![key('y', KeyModifiers::NONE)]), "{answer}");
    }
    let (mut view, remote) = over(ScreenKind::Ssh);
    let effects = press(&mut view, "^qy");
    assert_eq!((effects.first(), view.sessions.len()), (Some(&Effect::close()), 0));
    assert_eq!(remote.sent(), []);
}

#[test]
fn nothing_is_asked_where_nothing_ends_with_the_session() {
    let (mut view, _remote) = over(ScreenKind::Terminal);
    press(&mut view, "^q");
    assert!(view.sessions.is_empty());
    let (mut view, remote) = over(ScreenKind::Ssh);
    *remote.state.lock().unwrap() = SessionState::Ended(None);
    press(&mut view, "^q");
    assert!(view.sessions.is_empty());
}

#[test]
fn the_answer_is_about_the_session_that_was_asked_about() {
    let (mut view, _remote) = over(ScreenKind::Ssh);
    let other = view
        .sessions
        .attach_with(&id("i-2"), "db-1", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    press(&mut view, "^q");
    view.tabs.open_tab(other);
    press(&mut view, "y");
    assert_eq!(view.sessions.len(), 2);
}

#[test]
fn the_list_asks_too() {
    let (view, _remote) = over(ScreenKind::Ssh);
    let sessions = view.sessions.clone();
    let mut list = SessionsView::new(&sessions, None, &ConsoleKeys::default());
    let mut app = App::new(Store::default(), crate::tui::Options::default(), Timestamp::now());
    list.apply(Command::EndSession, None);
    let shown = text(&drawn_at(&mut list, 60, 8, false));
    assert!(shown.contains("End this SSH session and what runs in it?  y end  n keep"), "{shown}");
    assert!(matches!(list.event(&key('j', KeyModifiers::NONE), &mut app), Handled::Consumed(_)));
    assert_eq!(list.event(&key('y', KeyModifiers::NONE), &mut app), Handled::Ignored);
    assert_eq!(sessions.len(), 1);
    list.apply(Command::EndSession, None);
    list.event(&key('y', KeyModifiers::NONE), &mut app);
    assert!(sessions.is_empty());
}
