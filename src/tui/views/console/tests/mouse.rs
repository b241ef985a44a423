//! The mouse over a console: what the remote side gets of it.

use super::*;

#[test]
fn the_mouse_is_sent_only_where_it_is_asked_for() {
    let (mut view, remote) = view();
    drawn(&mut view);
    let mouse =
        |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let click = MouseEventKind::Down(MouseButton::Left);
    view.type_event(&mouse(click, 5, 5));
    assert_eq!(remote.sent(), []);
    remote.modes.lock().unwrap().mouse = MouseProtocolMode::PressRelease;
    view.type_event(&mouse(click, 5, 5));
    view.type_event(&mouse(click, 0, 0));
    assert_eq!(remote.sent(), [mouse(click, 4, 4)]);
    remote.modes.lock().unwrap().mouse = MouseProtocolMode::None;
    view.type_event(&mouse(MouseEventKind::ScrollUp, 5, 5));
    assert!(drawn(&mut view).contains("line 97 "));
}

#[test]
fn the_wheel_is_sent_to_a_whole_screen_that_takes_it_as_keys() {
    let (mut view, remote) = view();
    drawn(&mut view);
    remote.modes.lock().unwrap().wheel_keys = true;
    let mouse =
        |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    for kind in [MouseEventKind::ScrollUp, MouseEventKind::ScrollDown] {
        view.type_event(&mouse(kind, 5, 5));
        assert_eq!((remote.sent(), view.key_context()), (vec![mouse(kind, 4, 4)], KeyContext::Console));
    }
    // A drag selects all the same.
    view.type_event(&mouse(MouseEventKind::Down(MouseButton::Left), 1, 1));
    view.type_event(&mouse(MouseEventKind::Drag(MouseButton::Left), 4, 1));
    assert_eq!((remote.sent(), view.key_context()), (Vec::new(), KeyContext::CopyMode));
    view.apply(Command::Back, None);
    view.apply(Command::Back, None);
    // What takes no input gets no keys.
    remote.input.store(false, Ordering::Relaxed);
    view.type_event(&mouse(MouseEventKind::ScrollUp, 5, 5));
    assert_eq!((remote.sent(), view.key_context()), (Vec::new(), KeyContext::CopyMode));
}

#[test]
fn the_view_wants_the_mouse_events_and_keys_that_the_remote_side_asked_for() {
    let (mut view, remote) = view();
    drawn(&mut view);
    assert_eq!(view.mouse_wish(), MouseProtocolMode::ButtonMotion, "a drag selects");
    for mode in [MouseProtocolMode::ButtonMotion, MouseProtocolMode::AnyMotion] {
        remote.modes.lock().unwrap().mouse = mode;
        assert_eq!(view.mouse_wish(), mode);
    }
    assert!(!view.wants_unambiguous_keys());
    remote.modes.lock().unwrap().kitty_flags = 1;
    assert!(view.wants_unambiguous_keys());
    press(&mut view, "^[");
    assert_eq!(
        view.mouse_wish(),
        MouseProtocolMode::ButtonMotion,
        "a drag selects in copy mode, whatever the guest wants"
    );
    assert!(!view.wants_unambiguous_keys(), "keys move through the text");
    view.apply(Command::Back, None);
    *remote.state.lock().unwrap() = SessionState::Ended(None);
    assert_eq!(view.mouse_wish(), MouseProtocolMode::ButtonMotion, "its text can be selected still");
}

#[test]
fn a_drag_goes_on_at_the_edge_of_the_grid_until_its_button_is_released() {
    let (mut view, remote) = view();
    drawn(&mut view);
    remote.modes.lock().unwrap().mouse = MouseProtocolMode::ButtonMotion;
    let mouse =
        |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let left = MouseButton::Left;
    view.type_event(&mouse(MouseEventKind::Drag(left), 0, 0));
    assert_eq!(remote.sent(), [], "it began elsewhere");
    for (kind, column, row) in [
        (MouseEventKind::Down(left), 5, 5),
        (MouseEventKind::Drag(left), 0, 6),
        (MouseEventKind::Up(left), 4, 0),
        (MouseEventKind::Up(left), 4, 0),
    ] {
        view.type_event(&mouse(kind, column, row));
    }
    let expected = [
        mouse(MouseEventKind::Down(left), 4, 4),
        mouse(MouseEventKind::Drag(left), 0, 5),
        mouse(MouseEventKind::Up(left), 3, 0),
    ];
    assert_eq!(remote.sent(), expected);
}
