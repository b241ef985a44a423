//! Keys that were on their way when a console ended or was closed.

use super::tiles::{focus, several, typed};
use super::*;
use crate::tui::views::console::type_ahead::KEYBOARD_PAUSE;

const KEY_INTERVAL: Duration = Duration::from_millis(150);

/// Types keys one after the other, the first so long after what came before.
fn type_after(view: &mut ConsoleView, pause: Duration, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (nth, c) in keys.chars().enumerate() {
        view.now = later(view.now, if nth == 0 { pause } else { KEY_INTERVAL });
        view.key_read = view.now;
        let event = match c {
            '⏎' => Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)),
            '⎋' => Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)),
            _ => key(c, KeyModifiers::NONE),
        };
        effects.extend(view.type_event(&event));
    }
    effects
}

fn footer_at(view: &mut ConsoleView, now: Timestamp) -> String {
    let mut app = App::new(Store::default(), crate::tui::Options::default(), now);
    let area = Rect::new(0, 0, 80, 12);
    let mut buf = Buffer::empty(area);
    view.draw(area, &mut buf, &mut app);
    text(&buf).lines().last().unwrap_or_default().to_owned()
}

fn footer(view: &mut ConsoleView) -> String {
    let now = view.now;
    footer_at(view, now)
}

/// The first of two consoles has gone down while it was typed into.
fn gone_down(state: SessionState) -> (ConsoleView, Vec<Arc<Scripted>>) {
    let (mut view, remotes) = several(&["web-1", "db-1"]);
    type_after(&mut view, KEYBOARD_PAUSE, "exit⏎");
    let now = view.now;
    *remotes[0].state.lock().unwrap() = state;
    footer_at(&mut view, now);
    typed(&remotes);
    (view, remotes)
}

fn reconnecting() -> SessionState {
    let problem = Problem::new(ProblemKind::Unreachable, "the link broke");
    SessionState::Reconnecting(crate::console::Retry { attempt: 1, at: None, problem })
}

#[test]
fn keys_typed_as_a_console_goes_down_do_not_act_on_it() {
    for state in [SessionState::Ended(None), reconnecting()] {
        for (pause, keys) in [
            (KEY_INTERVAL, "q"),
            (KEY_INTERVAL, "r"),
            (KEY_INTERVAL, "⎋"),
            (KEY_INTERVAL, "mysql -e query⏎"),
            // The first one comes after a pause, and the rest without one.
            (KEYBOARD_PAUSE, "mysql -e query⏎⎋r"),
        ] {
            let (mut view, remotes) = gone_down(state.clone());
            assert!(type_after(&mut view, pause, keys).is_empty(), "{state:?}, {keys}");
            assert_eq!((focus(&view), view.sessions.len()), ("web-1".to_owned(), 2), "{state:?}, {keys}");
            assert_eq!(remotes[0].reconnects.load(Ordering::Relaxed), 0, "{state:?}, {keys}");
            assert_eq!(typed(&remotes), ["", ""], "{state:?}, {keys}");
        }
    }
}

#[test]
fn keys_act_on_a_console_that_is_down_after_a_pause_and_are_offered_then() {
    let (mut view, remotes) = gone_down(SessionState::Ended(None));
    let shown = footer(&mut view);
    assert!(shown.contains("closed by the remote side") && !shown.contains("close "), "{shown}");
    type_after(&mut view, KEY_INTERVAL, "qr");
    let shown = footer(&mut view);
    assert!(shown.contains("keys ignored until you pause for a second"), "{shown}");
    let rested = later(view.now, KEYBOARD_PAUSE);
    let shown = footer_at(&mut view, rested);
    assert!(shown.contains("r reconnect  q close "), "{shown}");
    type_after(&mut view, KEYBOARD_PAUSE, "r");
    assert_eq!(remotes[0].reconnects.load(Ordering::Relaxed), 1);
    type_after(&mut view, KEYBOARD_PAUSE, "q");
    assert_eq!((focus(&view), view.sessions.len()), ("db-1".to_owned(), 1));
}

#[test]
fn the_footer_is_drawn_again_once_the_keys_act() {
    let (view, _remotes) = gone_down(SessionState::Ended(None));
    let mut app = App::new(Store::default(), crate::tui::Options::default(), view.now);
    assert!(view.redraw_in(&app).is_some_and(|due| due <= KEYBOARD_PAUSE));
    app.now = later(app.now, KEYBOARD_PAUSE);
    assert_eq!(view.redraw_in(&app), None);
}

#[test]
fn a_console_that_gets_the_focus_from_a_closed_one_is_typed_into_after_a_pause() {
    for (close, pause) in [("q", KEYBOARD_PAUSE), ("⎋", KEYBOARD_PAUSE)] {
        let (mut view, remotes) = gone_down(SessionState::Ended(None));
        type_after(&mut view, pause, close);
        assert_eq!(focus(&view), "db-1", "{close}");
        typed(&remotes);
        type_after(&mut view, KEY_INTERVAL, "rm⏎");
        view.type_event(&Event::Paste("rm".to_owned()));
        assert_eq!(typed(&remotes)[1], "", "{close}");
        let shown = footer(&mut view);
        assert!(shown.contains("keys ignored until you pause for a second"), "{shown}");
        type_after(&mut view, KEYBOARD_PAUSE, "ls");
        assert_eq!(typed(&remotes)[1], "ls", "{close}");
    }
}

#[test]
fn the_rest_of_a_word_whose_beginning_was_not_sent_is_not_sent_either() {
    for state in [SessionState::Connecting, reconnecting()] {
        let (mut view, remotes) = several(&["web-1", "db-1"]);
        type_after(&mut view, KEYBOARD_PAUSE, "l");
        typed(&remotes);
        *remotes[0].state.lock().unwrap() = state.clone();
        type_after(&mut view, KEYBOARD_PAUSE * 3, "rm -rf ./old");
        *remotes[0].state.lock().unwrap() = SessionState::Live;
        type_after(&mut view, KEY_INTERVAL, "er-logs⏎");
        assert_eq!(typed(&remotes)[0], "", "{state:?}");
        let shown = footer(&mut view);
        assert!(shown.contains("keys ignored until you pause for a second"), "{shown}");
        type_after(&mut view, KEYBOARD_PAUSE, "ls⏎");
        assert_eq!(typed(&remotes)[0], "ls", "{state:?}");
    }
}

#[test]
fn keys_are_timed_by_when_they_were_read() {
    let (mut view, remotes) = gone_down(SessionState::Ended(None));
    let read = later(view.now, KEY_INTERVAL);
    view.now = later(view.now, KEYBOARD_PAUSE * 5);
    view.key_read = read;
    assert!(view.type_event(&key('q', KeyModifiers::NONE)).is_empty(), "it waited behind other work");
    assert_eq!((focus(&view), view.sessions.len()), ("web-1".to_owned(), 2));
    // Two that wait together are as far apart as they were typed.
    view.key_read = later(read, KEYBOARD_PAUSE);
    view.type_event(&key('r', KeyModifiers::NONE));
    assert_eq!(remotes[0].reconnects.load(Ordering::Relaxed), 1);
}

#[test]
fn keys_that_are_no_input_need_no_pause() {
    let (mut view, remotes) = gone_down(SessionState::Ended(None));
    let ctrl = key(']', KeyModifiers::CONTROL);
    for event in [&ctrl, &key('R', KeyModifiers::SHIFT), &ctrl, &key('n', KeyModifiers::NONE)] {
        view.type_event(event);
    }
    assert_eq!(focus(&view), "db-1");
    type_after(&mut view, Duration::ZERO, "ls");
    assert_eq!(typed(&remotes)[1], "ls");
}
