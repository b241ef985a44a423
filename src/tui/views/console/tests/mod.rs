mod attached;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossterm::event::{KeyModifiers, MouseButton};
use regex::Regex;

use super::*;
use crate::console::{Cursor, CursorShape, Opener, Size, TextScreen, Wake};
use crate::fleet::Store;
use crate::model::{ContextName, Kind, Problem, ProblemKind, ScreenKind};
use crate::tui::widgets::testing::{text, theme};

/// A guest with lines above its screen, that remembers what it was sent.
struct Scripted {
    state: Mutex<SessionState>,
    input: AtomicBool,
    mouse: AtomicBool,
    sent: Mutex<Vec<Event>>,
    sizes: Mutex<Vec<Size>>,
    reconnects: AtomicUsize,
    lines: AtomicU64,
    clipboard: Mutex<Option<String>>,
    bell: AtomicBool,
}

/// Shared with the test that drives it.
struct Shared(Arc<Scripted>);

impl Scripted {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(SessionState::Live),
            input: AtomicBool::new(true),
            mouse: AtomicBool::new(false),
            sent: Mutex::default(),
            sizes: Mutex::default(),
            reconnects: AtomicUsize::new(0),
            lines: AtomicU64::new(100),
            clipboard: Mutex::default(),
            bell: AtomicBool::new(false),
        })
    }

    fn sent(&self) -> Vec<Event> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

impl RemoteScreen for Shared {
    fn state(&self) -> SessionState {
        self.0.state.lock().unwrap().clone()
    }
    fn reconnect(&self) {
        self.0.reconnects.fetch_add(1, Ordering::Relaxed);
    }
    fn takes_input(&self) -> bool {
        self.0.input.load(Ordering::Relaxed)
    }
    fn send(&self, event: &Event) {
        self.0.sent.lock().unwrap().push(event.clone());
    }
    fn resize(&self, size: Size) {
        self.0.sizes.lock().unwrap().push(size);
    }
    fn take_dirty(&self) -> bool {
        false
    }
    fn wants_mouse(&self) -> bool {
        self.0.mouse.load(Ordering::Relaxed)
    }
    fn take_bell(&self) -> bool {
        self.0.bell.swap(false, Ordering::Relaxed)
    }
    fn title(&self) -> Option<String> {
        Some("vim".to_owned())
    }
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.draw_scrolled(area, buf, 0);
        Some(area.as_position())
    }
    fn text(&self) -> Option<&dyn TextScreen> {
        Some(self)
    }
}

impl TextScreen for Shared {
    /// Line `n` of all reads `line n`; the screen shows the last ones.
    fn draw_scrolled(&self, area: Rect, buf: &mut Buffer, back: usize) {
        let last = self.0.lines.load(Ordering::Relaxed) + u64::from(area.height) - back as u64;
        for (line, y) in (last - u64::from(area.height)..last).zip(area.top()..) {
            buf.set_string(area.x, y, format!("line {line}"), ratatui::style::Style::new());
        }
    }
    fn scrollback(&self) -> usize {
        usize::try_from(self.0.lines.load(Ordering::Relaxed)).unwrap()
    }
    fn history(&self) -> u64 {
        self.0.lines.load(Ordering::Relaxed)
    }
    fn search(&self, needle: &Regex) -> Vec<usize> {
        let lines = self.scrollback();
        (0..lines)
            .rev()
            .filter(|line| needle.is_match(&format!("line {line}")))
            .map(|line| lines - line)
            .collect()
    }
    fn lines(&self) -> Vec<String> {
        (0..self.history()).map(|line| format!("line {line}")).collect()
    }
    fn cursor(&self) -> Cursor {
        Cursor { row: 0, column: 0, visible: true, shape: CursorShape::Default, blinking: false }
    }
    fn take_clipboard(&self) -> Option<String> {
        self.0.clipboard.lock().unwrap().take()
    }
}

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
    let (sessions, guest) = (sessions(), Scripted::new());
    let open = sessions
        .attach_with(&id("i-1"), "web-1", ScreenKind::Terminal, |_| Box::new(Shared(Arc::clone(&guest))));
    (ConsoleView::new(&sessions, open, ConsoleKeys::default()), guest)
}

fn drawn_at(view: &mut dyn Layer, width: u16, height: u16, ascii: bool) -> Buffer {
    let options = crate::tui::Options { ascii, ..Default::default() };
    let mut app = App::new(Store::default(), options, Timestamp::now());
    app.theme = theme();
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    view.draw(area, &mut buf, &mut app);
    buf
}

fn drawn(view: &mut dyn Layer) -> String {
    text(&drawn_at(view, 80, 12, false))
}

fn key(c: char, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
}

fn press(view: &mut ConsoleView, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        // `^` stands for the prefix.
        let event = if c == '^' { key(']', KeyModifiers::CONTROL) } else { key(c, KeyModifiers::NONE) };
        effects.extend(view.type_event(&event));
    }
    effects
}

#[test]
fn keys_go_to_the_guest_but_for_the_prefix() {
    let (mut view, guest) = view();
    press(&mut view, "q:j");
    let ctrl_c = key('c', KeyModifiers::CONTROL);
    view.type_event(&ctrl_c);
    assert_eq!(guest.sent().len(), 4);
    assert_eq!(press(&mut view, "^d"), [Effect::CloseView]);
    assert_eq!(guest.sent(), []);
    assert_eq!(view.sessions.len(), 1, "leaving ends nothing");
}

#[test]
fn every_form_of_the_prefix_is_heard_and_it_can_be_sent() {
    let forms =
        [key(']', KeyModifiers::CONTROL), key('5', KeyModifiers::CONTROL), key('\x1d', KeyModifiers::NONE)];
    for form in forms {
        let (mut view, guest) = view();
        view.type_event(&form);
        assert_eq!(guest.sent(), [], "{form:?}");
        view.type_event(&form);
        assert_eq!(guest.sent(), [key(']', KeyModifiers::CONTROL)], "{form:?}");
        press(&mut view, "^]");
        assert_eq!(guest.sent(), [key(']', KeyModifiers::CONTROL)]);
    }
}

#[test]
fn an_unknown_key_after_the_prefix_sends_nothing_and_says_so() {
    let (mut view, guest) = view();
    press(&mut view, "^");
    assert!(drawn(&mut view).contains(" d detach "));
    press(&mut view, "k");
    assert_eq!(guest.sent(), []);
    assert!(drawn(&mut view).contains("No such key after Ctrl-]"));
    press(&mut view, "k");
    assert_eq!(guest.sent().len(), 1);
    assert!(!drawn(&mut view).contains("No such key"));
}

#[test]
fn the_border_tells_who_it_is_and_how_to_leave() {
    let (mut view, guest) = view();
    insta::assert_snapshot!("live", drawn(&mut view));
    guest.input.store(false, Ordering::Relaxed);
    let problem = Problem::new(ProblemKind::Unreachable, "the link broke (1006)");
    *guest.state.lock().unwrap() = SessionState::Ended(Some(problem));
    insta::assert_snapshot!("ended", text(&drawn_at(&mut view, 80, 12, true)));
    *guest.state.lock().unwrap() = SessionState::Live;
    press(&mut view, "^?");
    insta::assert_snapshot!("keys", text(&drawn_at(&mut view, 60, 15, false)));
}

#[test]
fn a_console_that_takes_no_input_says_so_and_sends_none() {
    let (mut view, guest) = view();
    guest.input.store(false, Ordering::Relaxed);
    press(&mut view, "x");
    view.type_event(&Event::Paste("rm -rf /".to_owned()));
    assert_eq!(guest.sent(), []);
    assert!(drawn(&mut view).contains("read-only"));
}

#[test]
fn the_grid_follows_the_room_and_zoom_takes_the_border_away() {
    let (mut view, guest) = view();
    drawn(&mut view);
    drawn(&mut view);
    press(&mut view, "^z");
    drawn(&mut view);
    let sizes = [(78, 10), (80, 12)].map(|(columns, rows)| Size { columns, rows });
    assert_eq!(*guest.sizes.lock().unwrap(), sizes);
}

#[test]
fn an_ended_session_connects_again_or_closes() {
    let (mut view, guest) = view();
    *guest.state.lock().unwrap() = SessionState::Ended(None);
    press(&mut view, "xr");
    assert_eq!((guest.sent(), guest.reconnects.load(Ordering::Relaxed)), (Vec::new(), 1));
    let effects = press(&mut view, "q");
    assert_eq!(effects[0], Effect::CloseView);
    assert!(view.sessions.is_empty());
}

#[test]
fn the_same_instance_has_the_same_session() {
    let sessions = sessions();
    let attach = |name: &str| {
        sessions.attach_with(&id(name), name, ScreenKind::Terminal, |_| Box::new(Shared(Scripted::new())))
    };
    let (first, second) = (attach("a"), attach("b"));
    assert!(Arc::ptr_eq(&first, &attach("a")));
    assert_eq!(sessions.neighbour(&id("a"), true).unwrap().name, "b");
    assert_eq!(sessions.neighbour(&id("b"), true).unwrap().name, "a");
    let mut view = ConsoleView::new(&sessions, second, ConsoleKeys::default());
    press(&mut view, "^p");
    assert_eq!(view.open.name, "a");
    sessions.close(&id("b"));
    press(&mut view, "^n");
    assert_eq!(view.open.name, "a");
    assert!(drawn(&mut view).contains("no other console"));
}

#[test]
fn the_scrollback_stays_where_it_is_while_more_comes() {
    let (mut view, guest) = view();
    drawn(&mut view);
    press(&mut view, "^[");
    assert_eq!((view.key_context(), view.typing()), (KeyContext::Scrollback, false));
    view.apply(Command::Up, Some(20));
    let before = drawn(&mut view);
    assert!(before.contains("line 80") && before.contains("-20 lines"), "{before}");
    guest.lines.fetch_add(5, Ordering::Relaxed);
    let after = drawn(&mut view);
    assert!(after.contains("line 80") && after.contains("-25 lines"), "{after}");
    view.apply(Command::Top, None);
    assert!(drawn(&mut view).contains("line 0 "));
    view.apply(Command::Back, None);
    assert_eq!((view.key_context(), view.typing()), (KeyContext::Console, true));
    assert_eq!(guest.sent(), []);
}

#[test]
fn a_search_goes_to_older_lines_and_marks_what_it_finds() {
    let (mut view, guest) = view();
    drawn(&mut view);
    press(&mut view, "^[");
    view.apply(Command::Search, None);
    assert!(view.typing());
    press(&mut view, "line .7$");
    view.type_event(&Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let buf = drawn_at(&mut view, 80, 12, false);
    assert!(text(&buf).contains("-3 lines · 9 places"), "{}", text(&buf));
    let marked = theme().matched.fg.unwrap();
    assert_eq!(buf[(1, 1)].fg, marked, "{}", text(&buf));
    view.apply(Command::NextMatch, None);
    assert!(drawn(&mut view).contains("-13 lines"));
    view.apply(Command::PreviousMatch, None);
    assert!(drawn(&mut view).contains("-3 lines"));
    view.apply(Command::PreviousMatch, None);
    assert!(drawn(&mut view).contains("no newer match"));
    assert_eq!(guest.sent(), []);
}

#[test]
fn the_mouse_goes_where_it_is_wanted() {
    let (mut view, guest) = view();
    drawn(&mut view);
    let mouse =
        |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let click = MouseEventKind::Down(MouseButton::Left);
    view.type_event(&mouse(click, 5, 5));
    assert_eq!(guest.sent(), []);
    guest.mouse.store(true, Ordering::Relaxed);
    view.type_event(&mouse(click, 5, 5));
    view.type_event(&mouse(click, 0, 0));
    assert_eq!(guest.sent(), [mouse(click, 4, 4)]);
    guest.mouse.store(false, Ordering::Relaxed);
    view.type_event(&mouse(MouseEventKind::ScrollUp, 5, 5));
    assert!(drawn(&mut view).contains("-3 lines"));
}

#[test]
fn what_the_guest_copies_is_taken_only_when_asked_for() {
    let (mut view, guest) = view();
    *guest.clipboard.lock().unwrap() = Some("secret".to_owned());
    guest.bell.store(true, Ordering::Relaxed);
    assert!(view.is_dirty());
    let shown = drawn(&mut view);
    assert!(
        shown.contains("6 bytes for the clipboard: Ctrl-] y")
            && shown.contains("bell")
            && !shown.contains("secret"),
        "{shown}"
    );
    assert_eq!(press(&mut view, "^y"), [Effect::Copy("secret".to_owned(), "the guest's text".to_owned())]);
    press(&mut view, "x^y");
    let shown = drawn(&mut view);
    assert!(shown.contains("No such key") && !shown.contains("bell"), "{shown}");
}

#[test]
fn the_list_attaches_and_closes() {
    let (console, _guest) = view();
    let sessions = console.sessions.clone();
    sessions.attach_with(&id("i-2"), "train-0", ScreenKind::Terminal, |_| Box::new(Shared(Scripted::new())));
    let mut list = SessionsView::new(&sessions, None, &ConsoleKeys::default());
    insta::assert_snapshot!("list", text(&drawn_at(&mut list, 80, 8, false)));
    list.apply(Command::Down, None);
    assert_eq!(list.apply(Command::Open, None).effects()[1], Effect::ShowConsole(id("i-2")));
    list.apply(Command::EndSession, None);
    assert_eq!(sessions.len(), 1);
    assert_eq!(list.apply(Command::Open, None).effects()[1], Effect::ShowConsole(id("i-1")));
    list.apply(Command::EndSession, None);
    assert_eq!(list.apply(Command::Open, None).effects(), []);
    assert!(text(&drawn_at(&mut list, 80, 8, false)).contains("No console is open"));
}

#[test]
fn any_room_will_do() {
    let (mut console, guest) = view();
    for state in [SessionState::Live, SessionState::Connecting, SessionState::Ended(None)] {
        *guest.state.lock().unwrap() = state;
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

/// A screen of pixels: it can be drawn and typed into, and has no text.
struct Pixels(Arc<Scripted>);

impl RemoteScreen for Pixels {
    fn state(&self) -> SessionState {
        Shared(Arc::clone(&self.0)).state()
    }
    fn reconnect(&self) {
        Shared(Arc::clone(&self.0)).reconnect();
    }
    fn takes_input(&self) -> bool {
        true
    }
    fn wants_mouse(&self) -> bool {
        false
    }
    fn send(&self, event: &Event) {
        Shared(Arc::clone(&self.0)).send(event);
    }
    fn resize(&self, size: Size) {
        Shared(Arc::clone(&self.0)).resize(size);
    }
    fn take_dirty(&self) -> bool {
        false
    }
    fn take_bell(&self) -> bool {
        false
    }
    fn title(&self) -> Option<String> {
        None
    }
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        for position in area.positions() {
            buf[position].set_symbol("▀");
        }
        None
    }
    fn text(&self) -> Option<&dyn TextScreen> {
        None
    }
}

#[test]
fn a_screen_without_text_offers_no_scrollback_and_no_search() {
    let (sessions, remote) = (sessions(), Scripted::new());
    let start = |_| -> Box<dyn RemoteScreen> { Box::new(Pixels(Arc::clone(&remote))) };
    let open = sessions.attach_with(&id("i-1"), "web-1", ScreenKind::Framebuffer, start);
    let mut view = ConsoleView::new(&sessions, open, ConsoleKeys::default());
    assert!(drawn(&mut view).contains("▀▀▀"));
    press(&mut view, "^");
    assert!(!view.offers().iter().any(|(command, _)| *command == Command::Scrollback));
    let shown = drawn(&mut view);
    assert!(shown.contains(" d detach ") && !shown.contains("scrollback"), "{shown}");
    press(&mut view, "[");
    assert_eq!((view.key_context(), view.typing()), (KeyContext::Console, true));
    assert!(drawn(&mut view).contains("no text to scroll back"));
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
    assert!(keys.contains("Ctrl-] d   detach") && !keys.contains("scrollback"), "{keys}");
    assert_eq!(remote.sent(), [key('x', KeyModifiers::NONE)]);
}
