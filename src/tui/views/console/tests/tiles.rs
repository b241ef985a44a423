//! Tiles and tabs, and what is typed into several consoles.

use super::*;
use crate::terminal::input::MouseProtocolMode;
use crate::tui::views::console::tiles::Direction;

/// Four consoles in the tiles of one tab, the first with the focus.
fn four() -> (ConsoleView, Vec<Arc<Scripted>>) {
    several(&["web-1", "web-2", "db-1", "cache-1"])
}

pub(super) fn several(names: &[&str]) -> (ConsoleView, Vec<Arc<Scripted>>) {
    let sessions = sessions();
    let remotes: Vec<_> = names.iter().map(|_| Scripted::new()).collect();
    let consoles: Vec<_> = names
        .iter()
        .zip(&remotes)
        .map(|(name, remote)| {
            let remote = Arc::clone(remote);
            sessions.attach_with(&id(name), name, ScreenKind::Terminal, |_| Box::new(Handle(remote)))
        })
        .collect();
    let first = Arc::clone(&consoles[0]);
    let view = ConsoleView::new(&sessions, first, ConsoleKeys::default());
    (if consoles.len() > 1 { view.tiled(consoles) } else { view }, remotes)
}

fn app() -> App {
    App::new(Store::default(), crate::tui::Options::default(), Timestamp::now())
}

/// The keys that each console was sent, as letters; the focus left out.
pub(super) fn typed(remotes: &[Arc<Scripted>]) -> Vec<String> {
    let letter = |event: Event| match event {
        Event::Key(KeyEvent { code: KeyCode::Char(c), .. }) => c.to_string(),
        Event::Paste(text) => format!("<{text}>"),
        _ => String::new(),
    };
    remotes.iter().map(|remote| remote.sent().into_iter().map(letter).collect()).collect()
}

fn names(view: &ConsoleView) -> Vec<String> {
    view.tabs.tab().tiles().iter().map(|tile| tile.pane.console.label()).collect()
}

pub(super) fn focus(view: &ConsoleView) -> String {
    view.pane().console.label()
}

fn press_key(view: &mut ConsoleView, code: KeyCode, modifiers: KeyModifiers) {
    view.event(&Event::Key(KeyEvent::new(code, modifiers)), &mut app());
}

/// Types with the state that all layers share, as a list of consoles needs it.
fn type_with(view: &mut ConsoleView, app: &mut App, keys: &str) {
    for c in keys.chars() {
        let event = match c {
            '^' => key(']', KeyModifiers::CONTROL),
            '\n' => Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)),
            _ => key(c, KeyModifiers::NONE),
        };
        view.event(&event, app);
    }
}

#[test]
fn four_tiles_share_the_lines_between_them() {
    let (mut view, remotes) = four();
    remotes[1].bell.store(true, Ordering::Relaxed);
    remotes[2].input.store(false, Ordering::Relaxed);
    *remotes[3].state.lock().unwrap() = SessionState::Ended(None);
    view.is_dirty();
    insta::assert_snapshot!("tiles_120", text(&drawn_at(&mut view, 120, 20, false)));
    insta::assert_snapshot!("tiles_60", text(&drawn_at(&mut view, 60, 12, false)));
    insta::assert_snapshot!("tiles_ascii", text(&drawn_at(&mut view, 60, 12, true)));
    press(&mut view, "^b");
    insta::assert_snapshot!("together_120", text(&drawn_at(&mut view, 120, 20, false)));
    insta::assert_snapshot!("together_60", text(&drawn_at(&mut view, 60, 12, false)));
}

#[test]
fn each_tile_has_the_size_of_its_area() {
    let (mut view, remotes) = four();
    drawn_at(&mut view, 121, 23, false);
    let sizes: Vec<_> = remotes.iter().map(|remote| *remote.sizes.lock().unwrap().last().unwrap()).collect();
    assert_eq!(sizes, vec![Size { columns: 59, rows: 10 }; 4]);
}

#[test]
fn what_is_typed_into_several_reaches_those_that_take_input() {
    let (mut view, remotes) = four();
    remotes[2].input.store(false, Ordering::Relaxed);
    press(&mut view, "a");
    assert_eq!(typed(&remotes), ["a", "", "", ""]);
    press(&mut view, "^bls");
    assert_eq!(typed(&remotes), ["ls", "ls", "", "ls"]);
    let shown = text(&drawn_at(&mut view, 120, 20, false));
    assert_eq!(shown.matches("typed into together").count(), 3, "{shown}");
    assert!(shown.contains("left out: takes no input"), "{shown}");
    assert!(shown.contains("typing into 3 of 4 tiles"), "{shown}");
    // The one with the focus left out: only it is typed into.
    press(&mut view, "^Bx");
    assert_eq!(typed(&remotes), ["x", "", "", ""]);
    let shown = text(&drawn_at(&mut view, 120, 20, false));
    assert!(shown.contains("typing into this one only") && !shown.contains("typed into together"), "{shown}");
    press(&mut view, "^By^by");
    assert_eq!(typed(&remotes), ["yy", "y", "", "y"], "all are included, so that b leaves all out");
}

#[test]
fn the_prefix_itself_is_typed_into_several_too() {
    let (mut view, remotes) = several(&["a", "b"]);
    press(&mut view, "^b^]");
    assert_eq!(typed(&remotes), ["]", "]"]);
}

#[test]
fn a_paste_into_several_asks_first() {
    let (mut view, remotes) = four();
    press(&mut view, "^b");
    let paste = Event::Paste("rm -r one\nrm -r two".to_owned());
    view.type_event(&paste);
    assert_eq!(typed(&remotes), ["", "", "", ""]);
    let shown = text(&drawn_at(&mut view, 120, 20, false));
    assert!(shown.contains("Paste 2 lines into 4 consoles?  y paste  n cancel"), "{shown}");
    // Neither another key nor another paste is an answer.
    press(&mut view, "x");
    view.type_event(&Event::Paste("y".to_owned()));
    assert_eq!(typed(&remotes), ["", "", "", ""]);
    press(&mut view, "n");
    assert_eq!(typed(&remotes), ["", "", "", ""]);
    view.type_event(&paste);
    press(&mut view, "y");
    assert_eq!(typed(&remotes), ["<rm -r one\nrm -r two>"; 4]);
    // Into one nothing is asked.
    press(&mut view, "^b");
    view.type_event(&paste);
    assert_eq!(typed(&remotes), ["<rm -r one\nrm -r two>", "", "", ""]);
}

#[test]
fn typing_into_several_is_off_while_zoomed_and_skips_what_is_in_copy_mode() {
    let (mut view, remotes) = four();
    drawn_at(&mut view, 120, 20, false);
    press(&mut view, "^b^z");
    let shown = text(&drawn_at(&mut view, 120, 20, false));
    assert!(shown.contains("Typed into this console only while zoomed"), "{shown}");
    press(&mut view, "a");
    assert_eq!(typed(&remotes), ["a", "", "", ""]);
    press(&mut view, "^z");
    press(&mut view, "^l^[");
    assert_eq!(view.key_context(), KeyContext::CopyMode);
    press(&mut view, "^h");
    assert_eq!(view.key_context(), KeyContext::Console);
    press(&mut view, "b");
    assert_eq!(typed(&remotes), ["b", "", "b", "b"], "the second one is in copy mode");
}

#[test]
fn a_console_that_ended_is_not_typed_into_and_types_into_no_other() {
    let (mut view, remotes) = several(&["a", "b"]);
    press(&mut view, "^b");
    *remotes[0].state.lock().unwrap() = SessionState::Ended(None);
    drawn(&mut view);
    press(&mut view, "x");
    press(&mut view, "r");
    assert_eq!(typed(&remotes), ["", ""]);
    assert_eq!(remotes[0].reconnects.load(Ordering::Relaxed), 1);
    assert_eq!(remotes[1].reconnects.load(Ordering::Relaxed), 0);
}

#[test]
fn the_focus_moves_where_the_eye_expects_and_comes_back() {
    let (mut view, _remotes) = four();
    drawn_at(&mut view, 120, 20, false);
    let mut seen = vec![focus(&view)];
    for keys in ["^l", "^j", "^h", "^h", "^k"] {
        press(&mut view, keys);
        seen.push(focus(&view));
    }
    assert_eq!(seen, ["web-1", "web-2", "cache-1", "db-1", "db-1", "web-1"]);
    press_key(&mut view, KeyCode::Char(']'), KeyModifiers::CONTROL);
    press_key(&mut view, KeyCode::Down, KeyModifiers::NONE);
    assert_eq!(focus(&view), "db-1");
}

#[test]
fn back_from_a_large_tile_is_where_one_came_from() {
    let (mut view, _remotes) = several(&["main", "top", "bottom"]);
    // One and a stack is the third arrangement.
    press(&mut view, "^ ^ ^ ");
    drawn_at(&mut view, 120, 20, false);
    press(&mut view, "^l^j");
    assert_eq!(focus(&view), "bottom");
    press(&mut view, "^h^l");
    assert_eq!(focus(&view), "bottom");
    press(&mut view, "^h^l^k^h^l");
    assert_eq!(focus(&view), "top");
}

#[test]
fn focus_events_go_to_the_tile_with_the_focus_only() {
    let (mut view, remotes) = several(&["a", "b"]);
    drawn_at(&mut view, 120, 20, false);
    view.event(&Event::FocusLost, &mut app());
    view.event(&Event::FocusGained, &mut app());
    assert_eq!(remotes[0].sent(), [Event::FocusLost, Event::FocusGained]);
    assert_eq!(remotes[1].sent(), []);
    type_with(&mut view, &mut app(), "^l");
    assert_eq!((remotes[0].sent(), remotes[1].sent()), (vec![Event::FocusLost], vec![Event::FocusGained]));
}

#[test]
fn next_and_previous_are_tabs_then_tiles_then_sessions() {
    let (mut view, _remotes) = four();
    press(&mut view, "^n");
    assert_eq!(focus(&view), "web-2");
    press(&mut view, "^p^p");
    assert_eq!(focus(&view), "cache-1");
    let other = view
        .sessions
        .attach_with(&id("i-5"), "mail-1", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    view.tabs.open_tab(other);
    assert_eq!((focus(&view).as_str(), view.tabs.all().len()), ("mail-1", 2));
    press(&mut view, "^n");
    assert_eq!(focus(&view), "cache-1");
    press(&mut view, "^2");
    assert_eq!(focus(&view), "mail-1");
    press(&mut view, "^3");
    assert!(drawn(&mut view).contains("No tab 3: there are 2"));
}

#[test]
fn next_and_previous_reach_sessions_without_a_tile() {
    let attach = |view: &ConsoleView, name: &str| {
        let start = |_| -> Box<dyn RemoteScreen> { Box::new(Handle(Scripted::new())) };
        view.sessions.attach_with(&id(name), name, ScreenKind::Terminal, start)
    };
    // The tiles of the tab, then the others, each in a tab of its own.
    for (keys, expected) in [("^n", ["b", "x", "y", "b"]), ("^p", ["y", "a", "x", "y"])] {
        let (mut view, _remotes) = several(&["a", "b"]);
        attach(&view, "x");
        attach(&view, "y");
        for name in expected {
            press(&mut view, keys);
            assert_eq!(focus(&view), name, "{keys}");
        }
        assert_eq!((view.tabs.all().len(), view.tabs.tile_count()), (3, 4), "{keys}");
    }
}

#[test]
fn the_tabs_have_a_line_with_names_and_marks() {
    let (mut view, remotes) = four();
    let (mail, noisy) = (Scripted::new(), Arc::clone(&remotes[1]));
    let other = view
        .sessions
        .attach_with(&id("i-5"), "mail-1", ScreenKind::Terminal, |_| Box::new(Handle(Arc::clone(&mail))));
    view.tabs.open_tab(other);
    drawn_at(&mut view, 80, 14, false);
    noisy.bell.store(true, Ordering::Relaxed);
    view.sessions.begin_frame();
    assert!(view.is_dirty());
    type_with(&mut view, &mut app(), "^,post office\n");
    insta::assert_snapshot!("tabs", text(&drawn_at(&mut view, 80, 14, false)));
    assert!(!view.is_dirty(), "what is out of view is drawn once");
    // The key that goes to the next mark.
    press(&mut view, "^a");
    assert_eq!(focus(&view), "web-2");
    press(&mut view, "x^a");
    assert!(drawn_at(&mut view, 80, 14, false).area.width == 80);
    assert!(view.pane().notice.as_deref().is_some_and(|notice| notice.contains("No console has a mark")));
}

#[test]
fn a_split_asks_for_a_console_and_puts_it_there() {
    let (mut view, _remotes) = several(&["web-1"]);
    view.sessions
        .attach_with(&id("i-2"), "train-0", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    let mut app = app();
    type_with(&mut view, &mut app, "^%");
    assert_eq!(view.key_context(), KeyContext::Menu);
    insta::assert_snapshot!("chooser", text(&drawn_at(&mut view, 80, 12, false)));
    // Cancelled, nothing happens.
    view.event(&Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)), &mut app);
    assert_eq!((view.key_context(), names(&view).len()), (KeyContext::Console, 1));
    type_with(&mut view, &mut app, "^\"train\n");
    assert_eq!(names(&view), ["web-1", "train-0"]);
    assert_eq!(focus(&view), "train-0");
    drawn_at(&mut view, 80, 24, false);
    assert!(view.tabs.tab_mut().focus_towards(Direction::Up), "it is below");
    // Closing a tile ends no session; ending one closes its tile.
    press(&mut view, "^j^x");
    assert_eq!((names(&view).len(), view.sessions.len()), (1, 2));
    type_with(&mut view, &mut app, "^ttrain\n");
    assert_eq!(view.tabs.all().len(), 2);
    press(&mut view, "^q");
    assert_eq!((view.tabs.all().len(), view.sessions.len(), focus(&view)), (1, 1, "web-1".to_owned()));
    assert_eq!(press(&mut view, "^x"), [Effect::close()], "the last tile is the view");
}

#[test]
fn tabs_and_tiles_are_there_again_after_the_view_was_left() {
    let (view, _remotes) = four();
    let (sessions, saved) = (view.sessions.clone(), SavedTabs::default());
    let mut view = view.with_saved(&saved);
    type_with(&mut view, &mut app(), "^,pair\n^l^z");
    let all = sessions.all();
    drop(view);
    sessions.close(all[3].session);
    // Attached at the table to one that has a tile: its tile gets the focus.
    let view = ConsoleView::new(&sessions, Arc::clone(&all[2]), ConsoleKeys::default()).with_saved(&saved);
    assert_eq!(
        (names(&view), focus(&view)),
        (vec!["web-1".into(), "web-2".into(), "db-1".into()], "db-1".into())
    );
    assert_eq!(view.tabs.tab().title(), "pair");
    drop(view);
    // One that has none gets a tab of its own.
    let other = sessions
        .attach_with(&id("i-5"), "mail-1", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    let view = ConsoleView::new(&sessions, other, ConsoleKeys::default()).with_saved(&saved);
    assert_eq!((view.tabs.all().len(), focus(&view)), (2, "mail-1".into()));
    drop(view);
    sessions.close_all();
    assert!(saved.restore(&sessions).is_none());
}

#[test]
fn a_session_that_is_closed_elsewhere_has_no_tile_any_more() {
    let (mut view, _remotes) = four();
    let all = view.sessions.all();
    view.sessions.close(all[0].session);
    view.prepare(&app());
    assert_eq!(names(&view), ["web-2", "db-1", "cache-1"]);
    view.sessions.close_all();
    view.prepare(&app());
    assert_eq!(names(&view).len(), 3, "something is shown until the view is left");
}

#[test]
fn the_mouse_chooses_tiles_and_tabs_and_moves_lines() {
    let (mut view, remotes) = four();
    drawn_at(&mut view, 121, 23, false);
    for remote in &remotes {
        remote.modes.lock().unwrap().mouse = MouseProtocolMode::PressRelease;
    }
    let mouse = |view: &mut ConsoleView, kind, column, row| {
        let event = Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
        view.event(&event, &mut app());
    };
    let (down, up) = (MouseEventKind::Down(MouseButton::Left), MouseEventKind::Up(MouseButton::Left));
    mouse(&mut view, down, 90, 5);
    mouse(&mut view, up, 90, 5);
    assert_eq!(focus(&view), "web-2");
    let clicks =
        |remote: &Scripted| remote.sent().iter().filter(|event| matches!(event, Event::Mouse(_))).count();
    assert_eq!(clicks(&remotes[1]), 0, "the click that chose it is no click in it");
    mouse(&mut view, down, 90, 5);
    mouse(&mut view, up, 90, 5);
    assert_eq!(clicks(&remotes[1]), 2);
    // The line between the columns, in the upper row only.
    mouse(&mut view, down, 60, 5);
    mouse(&mut view, MouseEventKind::Drag(MouseButton::Left), 40, 5);
    mouse(&mut view, up, 40, 5);
    drawn_at(&mut view, 121, 23, false);
    let widths: Vec<_> =
        remotes.iter().map(|remote| remote.sizes.lock().unwrap().last().unwrap().columns).collect();
    assert_eq!(widths, [39, 79, 59, 59]);
}

#[test]
fn guests_get_new_sizes_seldom_while_tiles_are_resized_and_the_last_one_in_the_end() {
    let (mut view, remotes) = several(&["a", "b"]);
    let mut app = app();
    let draw = |view: &mut ConsoleView, app: &mut App| {
        let area = Rect::new(0, 0, 121, 23);
        view.draw(area, &mut Buffer::empty(area), app);
    };
    draw(&mut view, &mut app);
    let sizes = |remote: &Scripted| remote.sizes.lock().unwrap().len();
    assert_eq!(sizes(&remotes[0]), 1);
    for _ in 0..5 {
        press(&mut view, "^+");
        draw(&mut view, &mut app);
    }
    assert_eq!(sizes(&remotes[0]), 1);
    let due = view.redraw_in(&app).expect("the new size is to be sent");
    assert!(due <= RESIZE_INTERVAL);
    app.now = later(app.now, due);
    draw(&mut view, &mut app);
    assert_eq!(sizes(&remotes[0]), 2);
    press(&mut view, "+");
    draw(&mut view, &mut app);
    press_key(&mut view, KeyCode::Enter, KeyModifiers::NONE);
    draw(&mut view, &mut app);
    assert_eq!(sizes(&remotes[0]), 3, "at the end at once");
    assert_eq!(typed(&remotes), ["", ""]);
}

#[test]
fn what_has_no_room_is_hidden_with_a_hint_that_zoom_works() {
    let (mut view, _remotes) = several(&["a", "b", "c", "d", "e", "f"]);
    // Even columns.
    press(&mut view, "^ ");
    press(&mut view, "x");
    let shown = text(&drawn_at(&mut view, 60, 12, false));
    assert!(shown.contains("3 hidden: Ctrl-] z zooms"), "{shown}");
    press(&mut view, "^n^n^n^n");
    let shown = text(&drawn_at(&mut view, 60, 12, false));
    assert!(shown.contains("┬ e ─"), "{shown}");
    press(&mut view, "^z^n");
    let shown = text(&drawn_at(&mut view, 60, 12, false));
    assert!(shown.contains("f, one of 6 tiles"), "{shown}");
}

#[test]
fn every_key_of_the_list_is_reached_page_by_page() {
    let (mut view, _remotes) = four();
    for (width, height) in [(120, 36), (60, 12), (30, 8)] {
        press(&mut view, "^");
        let mut seen = String::new();
        for _ in 0..12 {
            press(&mut view, "?");
            seen += &text(&drawn_at(&mut view, width, height, false));
        }
        press_key(&mut view, KeyCode::Esc, KeyModifiers::NONE);
        for shown in view.keys_offered() {
            assert!(seen.contains(shown.word), "{} at {width}x{height}:\n{seen}", shown.word);
        }
    }
    press(&mut view, "^?");
    // There is room to have each group in one column.
    insta::assert_snapshot!("keys_120", text(&drawn_at(&mut view, 120, 30, false)));
    insta::assert_snapshot!("keys_60", text(&drawn_at(&mut view, 60, 12, false)));
}

#[test]
fn tiles_can_be_drawn_at_any_size_in_any_state() {
    let (mut view, remotes) = four();
    *remotes[1].state.lock().unwrap() = SessionState::Connecting;
    remotes[2].input.store(false, Ordering::Relaxed);
    for keys in ["", "^b", "^", "^?", "^+", "^,", "^z", "^z^%"] {
        type_with(&mut view, &mut app(), keys);
        for (width, height) in
            (0..70).step_by(3).flat_map(|width| (0..26).step_by(2).map(move |height| (width, height)))
        {
            drawn_at(&mut view, width, height, width % 2 == 0);
        }
        press_key(&mut view, KeyCode::Esc, KeyModifiers::NONE);
    }
}
