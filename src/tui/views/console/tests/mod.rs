mod attached;
mod ending;
mod fakes;
mod footer;
mod mouse;
mod names;
mod pixels;
mod recording;
mod tiles;
mod type_ahead;

use std::sync::atomic::Ordering;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::console::{Opener, RemoteScreen, Size, Wake};
use crate::fleet::Store;
use crate::model::{ContextName, Kind, Problem, ProblemKind, ScreenKind, Timestamp};
use crate::tui::effect::View;
use crate::tui::widgets::testing::{self, text, theme};
use fakes::{Handle, Pixels, Scripted};

fn id(name: &str) -> ResourceId {
    ResourceId::new(&ContextName::new("demo-cycle"), Kind::Instance, name)
}

/// A registry whose consoles are all made by the tests.
fn sessions_waking(wake: Wake) -> Sessions {
    let opener: Opener =
        Arc::new(|_, _| Box::pin(async { Err(Problem::new(ProblemKind::Local, "no console here")) }));
    Sessions::new(opener, wake)
}

fn sessions() -> Sessions {
    sessions_waking(Arc::new(|| {}))
}

fn view() -> (ConsoleView, Arc<Scripted>) {
    let (sessions, remote) = (sessions(), Scripted::new());
    let open = sessions
        .attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, |_| Box::new(Handle(Arc::clone(&remote))));
    (ConsoleView::new(&sessions, open, ConsoleKeys::default()), remote)
}

fn drawn_at(view: &mut dyn Layer, width: u16, height: u16, ascii: bool) -> Buffer {
    let options = crate::tui::Options { ascii, ..Default::default() };
    let mut app = App::new(Store::default(), options, Timestamp::now());
    let area = Rect::new(0, 0, width, height);
    testing::drawn(|theme| {
        app.theme.clone_from(theme);
        let mut buf = Buffer::empty(area);
        view.draw(area, &mut buf, &mut app);
        buf
    })
}

fn drawn(view: &mut dyn Layer) -> String {
    text(&drawn_at(view, 80, 12, false))
}

fn key(c: char, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    Timestamp::from_millis(now.as_millis() + i64::try_from(by.as_millis()).unwrap() + 1).unwrap()
}

/// Types keys at once, a while after what came before.
fn press(view: &mut ConsoleView, keys: &str) -> Vec<Effect> {
    view.now = later(view.now, Duration::from_secs(10));
    view.key_read = view.now;
    let mut effects = Vec::new();
    for c in keys.chars() {
        // `^` is the prefix.
        let event = if c == '^' { key(']', KeyModifiers::CONTROL) } else { key(c, KeyModifiers::NONE) };
        effects.extend(view.type_event(&event));
    }
    effects
}

#[test]
fn keys_are_sent_except_for_the_prefix() {
    let (mut view, remote) = view();
    press(&mut view, "q:j");
    let ctrl_c = key('c', KeyModifiers::CONTROL);
    view.type_event(&ctrl_c);
    assert_eq!(remote.sent().len(), 4);
    assert_eq!(press(&mut view, "^d"), [Effect::close()]);
    assert_eq!(remote.sent(), []);
    assert_eq!(view.sessions.len(), 1, "detaching ends nothing");
}

/// The title over a console in a fleet of these rows.
fn title_among(rows: Vec<crate::model::Resource>) -> String {
    use crate::tui::sample;
    let (mut view, _remote) = view();
    let mut store = sample::empty(&[("demo-cycle", crate::providers::cycle::PLATFORM)]);
    sample::list(&mut store, "demo-cycle", Kind::Instance, rows);
    let mut app = App::new(store, crate::tui::Options::default(), Timestamp::now());
    let area = Rect::new(0, 0, 80, 12);
    let mut buf = Buffer::empty(area);
    view.draw(area, &mut buf, &mut app);
    text(&buf).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_title_says_that_the_instance_of_a_console_is_down_or_gone() {
    use crate::model::{Instance, Lifecycle, Resource, State};
    let row = |lifecycle, raw: &str| {
        Resource::Instance(Instance::new(id("i-1"), "web-1", State::new(lifecycle, raw)))
    };
    let shown = title_among(vec![row(Lifecycle::Running, "running")]);
    assert!(!shown.contains("instance"), "{shown}");
    for (rows, expected) in [
        (vec![row(Lifecycle::Stopped, "SHUTOFF")], " instance shutoff ● live"),
        (vec![row(Lifecycle::Deleting, "destroying")], " instance destroying ● live"),
        (Vec::new(), " instance gone ● live"),
    ] {
        let shown = title_among(rows);
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn the_keys_after_the_prefix_are_shown_whole_or_not_at_all() {
    for width in 24..90 {
        let (mut view, _remote) = view();
        press(&mut view, "^");
        let shown = text(&drawn_at(&mut view, width, 12, false));
        let footer = shown.lines().last().unwrap_or_default();
        let words: Vec<&str> = view.keys.shown.iter().flat_map(|shown| shown.word.split(' ')).collect();
        let keys: Vec<&str> = view.keys.shown.iter().map(|shown| shown.keys.as_str()).collect();
        let is_whole = |word: &str| words.contains(&word) || keys.contains(&word) || word == "Ctrl-]";
        let cut = footer.split([' ', '─', '└', '┘']).find(|word| !word.is_empty() && !is_whole(word));
        assert_eq!(cut, None, "{width}: {footer}");
    }
}

#[test]
fn the_keys_after_the_prefix_are_shown_in_one_place() {
    let (mut view, _remote) = view();
    let app = App::new(Store::default(), crate::tui::Options::default(), Timestamp::now());
    for (keys, place) in [("^", " d detach "), ("?", "d  detach ")] {
        press(&mut view, keys);
        let shown = text(&drawn_at(&mut view, 250, 30, false));
        assert_eq!(shown.matches("detach").count(), 1, "{shown}");
        assert!(shown.contains(place), "{shown}");
        assert!(view.hints(&app).is_empty(), "the line below the view would show them once more");
    }
}

#[test]
fn every_form_of_the_prefix_is_recognised_and_it_can_be_sent() {
    let forms =
        [key(']', KeyModifiers::CONTROL), key('5', KeyModifiers::CONTROL), key('\x1d', KeyModifiers::NONE)];
    for form in forms {
        let (mut view, remote) = view();
        view.type_event(&form);
        assert_eq!(remote.sent(), [], "{form:?}");
        view.type_event(&form);
        assert_eq!(remote.sent(), [key(']', KeyModifiers::CONTROL)], "{form:?}");
        press(&mut view, "^]");
        assert_eq!(remote.sent(), [key(']', KeyModifiers::CONTROL)]);
    }
}

#[test]
fn an_unknown_key_after_the_prefix_sends_nothing_and_is_reported() {
    let (mut view, remote) = view();
    press(&mut view, "^");
    assert!(drawn(&mut view).contains(" d detach "));
    press(&mut view, "u");
    assert_eq!(remote.sent(), []);
    assert!(drawn(&mut view).contains("No such key after Ctrl-]"));
    press(&mut view, "u");
    assert_eq!(remote.sent().len(), 1);
    assert!(!drawn(&mut view).contains("No such key"));
}

#[test]
fn the_border_shows_the_instance_the_state_and_the_keys() {
    let (mut view, remote) = view();
    insta::assert_snapshot!("live", drawn(&mut view));
    remote.input.store(false, Ordering::Relaxed);
    let problem = Problem::new(ProblemKind::Unreachable, "the link broke (1006)");
    *remote.state.lock().unwrap() = SessionState::Ended(Some(problem));
    view.pane_mut().note_state(Timestamp::now().before(Duration::from_secs(10)));
    insta::assert_snapshot!("ended", text(&drawn_at(&mut view, 80, 12, true)));
    *remote.state.lock().unwrap() = SessionState::Live;
    press(&mut view, "^?");
    insta::assert_snapshot!("keys", text(&drawn_at(&mut view, 60, 15, false)));
}

#[test]
fn a_console_that_takes_no_input_shows_it_and_sends_none() {
    let (mut view, remote) = view();
    remote.input.store(false, Ordering::Relaxed);
    press(&mut view, "x");
    view.type_event(&Event::Paste("rm -rf /".to_owned()));
    assert_eq!(remote.sent(), []);
    assert!(drawn(&mut view).contains("read-only"));
}

#[test]
fn keys_typed_before_the_link_is_open_are_not_sent() {
    let (mut view, remote) = view();
    *remote.state.lock().unwrap() = SessionState::Connecting;
    remote.input.store(false, Ordering::Relaxed);
    press(&mut view, "x");
    assert!(drawn(&mut view).contains("Still connecting: nothing sent"));
    assert_eq!(remote.sent(), []);
}

#[test]
fn the_grid_fits_its_area_and_zoom_removes_the_border() {
    let (mut view, remote) = view();
    drawn(&mut view);
    drawn(&mut view);
    press(&mut view, "^z");
    drawn(&mut view);
    let sizes = [(78, 10), (80, 12)].map(|(columns, rows)| Size { columns, rows });
    assert_eq!(*remote.sizes.lock().unwrap(), sizes);
}

#[test]
fn an_ended_session_reconnects_or_closes() {
    let (mut view, remote) = view();
    *remote.state.lock().unwrap() = SessionState::Ended(None);
    drawn(&mut view);
    press(&mut view, "x");
    press(&mut view, "r");
    assert_eq!((remote.sent(), remote.reconnects.load(Ordering::Relaxed)), (Vec::new(), 1));
    let effects = press(&mut view, "q");
    assert_eq!(effects[0], Effect::close());
    assert!(view.sessions.is_empty());
}

#[test]
fn the_same_instance_has_the_same_session() {
    let sessions = sessions();
    let attach = |name: &str| {
        sessions.attach_with(&id(name), name, ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())))
    };
    let (first, second) = (attach("a"), attach("b"));
    assert!(Arc::ptr_eq(&first, &attach("a")));
    assert_eq!(sessions.neighbour(first.session, true).unwrap().name, "b");
    assert_eq!(sessions.neighbour(second.session, true).unwrap().name, "a");
    let last = second.session;
    let mut view = ConsoleView::new(&sessions, second, ConsoleKeys::default());
    press(&mut view, "^p");
    assert_eq!(view.pane().console.name, "a");
    sessions.close(last);
    press(&mut view, "^n");
    assert_eq!(view.pane().console.name, "a");
    assert!(drawn(&mut view).contains("No other console"));
}

#[test]
fn copy_mode_stays_on_its_lines_while_more_arrive() {
    let (mut view, remote) = view();
    drawn(&mut view);
    press(&mut view, "^[");
    assert_eq!((view.key_context(), view.typing()), (KeyContext::CopyMode, false));
    view.apply(Command::Up, Some(20));
    let before = drawn(&mut view);
    assert!(before.contains("line 89") && before.contains("line 90 of 110"), "{before}");
    remote.lines.fetch_add(5, Ordering::Relaxed);
    let after = drawn(&mut view);
    assert!(after.contains("line 89") && after.contains("line 90 of 115  +5 lines"), "{after}");
    view.apply(Command::Top, None);
    assert!(drawn(&mut view).contains("line 0 "));
    view.apply(Command::Back, None);
    assert_eq!((view.key_context(), view.typing()), (KeyContext::Console, true));
    assert_eq!(remote.sent(), []);
}

#[test]
fn a_search_goes_to_older_lines_and_highlights_matches() {
    let (mut view, remote) = view();
    drawn(&mut view);
    press(&mut view, "^[");
    view.apply(Command::SearchBack, None);
    assert!(view.typing());
    press(&mut view, "line .7$");
    assert!(drawn(&mut view).contains("?line .7$"));
    view.type_event(&Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let buf = drawn_at(&mut view, 80, 12, false);
    assert!(text(&buf).contains("line 98 of 110  9/9 "), "{}", text(&buf));
    let marked = theme().matched.fg.unwrap();
    let y = (1..11).find(|y| buf[(6, *y)].symbol() == "9" && buf[(7, *y)].symbol() == "7").unwrap();
    assert_eq!(buf[(1, y)].fg, marked, "{}", text(&buf));
    view.apply(Command::NextMatch, None);
    assert!(drawn(&mut view).contains("line 88 of 110  8/9 "));
    view.apply(Command::PreviousMatch, None);
    assert!(drawn(&mut view).contains("line 98 of 110  9/9 "));
    view.apply(Command::PreviousMatch, None);
    assert!(drawn(&mut view).contains("continued from the start"));
    assert_eq!(remote.sent(), []);
}

#[test]
fn keys_and_the_mouse_copy_into_the_clipboard() {
    let (mut view, remote) = view();
    drawn(&mut view);
    press(&mut view, "^[");
    view.apply(Command::Select, None);
    view.apply(Command::LineStart, None);
    view.apply(Command::Up, Some(1));
    let effects = view.apply(Command::CopySelection, None).effects();
    assert_eq!(effects, [Effect::copy_lines(["line 108", "l"], "2 lines")]);
    assert_eq!(view.key_context(), KeyContext::Console);

    let mouse =
        |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    view.type_event(&mouse(MouseEventKind::Down(MouseButton::Left), 1, 1));
    view.type_event(&mouse(MouseEventKind::Drag(MouseButton::Left), 4, 1));
    let effects = view.type_event(&mouse(MouseEventKind::Up(MouseButton::Left), 4, 1));
    assert_eq!(effects, [Effect::copy("line", "4 characters")]);
    assert_eq!(view.key_context(), KeyContext::CopyMode, "the selection is still shown");
    assert_eq!(remote.sent(), []);
}

#[test]
fn shift_page_up_enters_copy_mode_only_where_there_is_something_above() {
    let (mut view, remote) = view();
    drawn(&mut view);
    let page_up = Event::Key(KeyEvent::new(KeyCode::PageUp, KeyModifiers::SHIFT));
    view.type_event(&page_up);
    assert!(drawn(&mut view).contains("line 91 "));
    view.apply(Command::PageDown, None);
    assert_eq!(view.key_context(), KeyContext::Console);
    assert_eq!(remote.sent(), []);
    remote.lines.store(0, Ordering::Relaxed);
    view.type_event(&page_up);
    assert_eq!((view.key_context(), remote.sent()), (KeyContext::Console, vec![page_up]));
}

#[test]
fn a_text_offered_for_the_clipboard_is_copied_only_on_request() {
    let (mut view, remote) = view();
    *remote.clipboard.lock().unwrap() = Some("secret".to_owned());
    remote.bell.store(true, Ordering::Relaxed);
    assert!(view.is_dirty());
    let shown = drawn(&mut view);
    assert!(
        shown.contains("6 bytes for the clipboard: Ctrl-] y")
            && shown.contains("bell")
            && !shown.contains("secret"),
        "{shown}"
    );
    assert_eq!(press(&mut view, "^y"), [Effect::copy("secret", "the text from web-1".to_owned())]);
    press(&mut view, "x^y");
    let shown = drawn(&mut view);
    assert!(shown.contains("No such key") && !shown.contains("bell"), "{shown}");
}

#[test]
fn the_list_attaches_and_closes() {
    let (console, _remote) = view();
    let sessions = console.sessions.clone();
    let first = console.pane().console.session;
    let second = sessions
        .attach_with(&id("i-2"), "train-0", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())))
        .session;
    let mut list = SessionsView::new(&sessions, None, &ConsoleKeys::default());
    insta::assert_snapshot!("list", text(&drawn_at(&mut list, 80, 8, false)));
    list.apply(Command::Down, None);
    assert_eq!(list.apply(Command::Open, None).effects()[1], View::Session(second));
    list.apply(Command::EndSession, None);
    assert_eq!(sessions.len(), 1);
    assert_eq!(list.apply(Command::Open, None).effects()[1], View::Session(first));
    list.apply(Command::EndSession, None);
    assert_eq!(list.apply(Command::Open, None).effects(), [] as [Effect; 0]);
    assert!(text(&drawn_at(&mut list, 80, 8, false)).contains("No console is open"));
}

#[tokio::test]
async fn the_list_moves_consoles_and_watches_their_silence() {
    let (console, remote) = view();
    let sessions = console.sessions.clone();
    sessions.attach_with(&id("i-2"), "train-0", ScreenKind::Terminal, |_| Box::new(Handle(Scripted::new())));
    let mut list = SessionsView::new(&sessions, None, &ConsoleKeys::default());
    let names = || sessions.all().iter().map(|open| open.label()).collect::<Vec<_>>();
    list.apply(Command::Right, None);
    assert_eq!(names(), ["train-0", "web-1"]);
    list.apply(Command::WatchSilence, None);
    remote.bell.store(true, Ordering::Relaxed);
    assert!(list.is_dirty());
    insta::assert_snapshot!("list_wide", text(&drawn_at(&mut list, 120, 6, false)));
    insta::assert_snapshot!("list_narrow", text(&drawn_at(&mut list, 60, 6, false)));
    list.apply(Command::WatchSilence, None);
    assert!(sessions.all().iter().all(|open| open.silence_after().is_none()));
    list.apply(Command::Left, None);
    assert_eq!(names(), ["web-1", "train-0"]);
    list.apply(Command::Reconnect, None);
    assert_eq!(remote.reconnects.load(Ordering::Relaxed), 1);
}

#[test]
fn any_size_can_be_drawn() {
    let (mut console, remote) = view();
    for state in [SessionState::Live, SessionState::Connecting, SessionState::Ended(None)] {
        *remote.state.lock().unwrap() = state;
        for keys in ["", "^", "^?"] {
            press(&mut console, keys);
            for (width, height) in (0..30).flat_map(|width| (0..14).map(move |height| (width, height))) {
                drawn_at(&mut console, width, height, width % 2 == 0);
            }
        }
    }
    let mut list = SessionsView::new(&console.sessions, None, &ConsoleKeys::default());
    for (width, height) in (0..30).flat_map(|width| (0..14).map(move |height| (width, height))) {
        drawn_at(&mut list, width, height, false);
    }
}

#[test]
fn a_screen_without_text_offers_no_copy_mode() {
    let (sessions, remote) = (sessions(), Scripted::new());
    let start = |_| -> Box<dyn RemoteScreen> { Box::new(Pixels(Arc::clone(&remote))) };
    let open = sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Framebuffer, start);
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());
    assert!(drawn(&mut view).contains("▀▀▀"));
    press(&mut view, "^");
    let shown = drawn(&mut view);
    assert!(shown.contains(" d detach ") && !shown.contains("copy mode"), "{shown}");
    press(&mut view, "[");
    assert_eq!((view.key_context(), view.typing()), (KeyContext::Console, true));
    assert!(drawn(&mut view).contains("this screen has no text"));
    view.apply(Command::Search, None);
    let wheel = MouseEventKind::ScrollUp;
    view.type_event(&Event::Mouse(MouseEvent {
        kind: wheel,
        column: 5,
        row: 5,
        modifiers: KeyModifiers::NONE,
    }));
    assert_eq!((view.key_context(), view.typing()), (KeyContext::Console, true));
    press(&mut view, "x^?");
    let keys = drawn(&mut view);
    assert!(keys.contains("d  detach") && !keys.contains("copy mode"), "{keys}");
    assert_eq!(remote.sent(), [key('x', KeyModifiers::NONE)]);
}
