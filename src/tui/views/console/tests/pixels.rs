//! Consoles of pixels: drawn, scaled, moved over, pointed at, and sent keys by name.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::*;
use crate::console::pictures::{CellRequest, PictureSource, SessionCells};
use crate::console::{InputModes, PixelScreen, TextScreen};
use crate::tui::terminal::pictures::PictureSupport;
use crate::vnc::draw::{CellSize, CellStyle, Geometry, Protocol, Shapes, Source};
use crate::vnc::{CursorImage, Framebuffer, Keysym, Region, SizeAnswer};

/// A machine's screen, which records what it is sent.
pub(super) struct Machine {
    screen: Mutex<Framebuffer>,
    state: Mutex<SessionState>,
    keys: Mutex<Vec<Vec<Keysym>>>,
    pointer: Mutex<Vec<(u16, u16, u8)>>,
    clipboard: Mutex<Option<String>>,
    text: Option<Arc<Scripted>>,
    pixels_only: AtomicBool,
    takes_sizes: AtomicBool,
    sizes: Mutex<Vec<(u16, u16)>>,
    size_answer: Mutex<Option<((u16, u16), SizeAnswer)>>,
    /// Reading the pixels beside the frame loop panics.
    fails: AtomicBool,
}

struct Remote {
    machine: Arc<Machine>,
    text: Option<Handle>,
}

impl RemoteScreen for Remote {
    fn state(&self) -> SessionState {
        self.machine.state.lock().unwrap().clone()
    }
    fn reconnect(&self) {}
    fn takes_input(&self) -> bool {
        true
    }
    fn input_modes(&self) -> InputModes {
        InputModes::default()
    }
    fn send(&self, _: &Event) {}
    fn resize(&self, _: Size) {}
    fn take_dirty(&self) -> bool {
        false
    }
    fn take_output(&self) -> bool {
        false
    }
    fn take_bell(&self) -> bool {
        false
    }
    fn title(&self) -> Option<String> {
        None
    }
    fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        self.text.as_ref().and_then(|text| text.draw(area, buf))
    }
    fn text(&self) -> Option<&dyn TextScreen> {
        let text = self.text.as_ref().filter(|_| !self.is_pixels_only());
        text.and_then(RemoteScreen::text)
    }
    fn pixels(&self) -> Option<&dyn PixelScreen> {
        Some(self)
    }
}

impl PixelScreen for Remote {
    fn size(&self) -> (u16, u16) {
        let screen = self.machine.screen.lock().unwrap();
        (screen.width(), screen.height())
    }
    fn with_framebuffer(&self, read: &mut dyn FnMut(&Framebuffer, Option<&CursorImage>)) {
        let is_beside = std::thread::current().name() == Some("pictures");
        assert!(!(is_beside && self.machine.fails.load(Ordering::Relaxed)), "this machine fails");
        read(&self.machine.screen.lock().unwrap(), None);
    }
    fn send_keys(&self, keys: &[Keysym]) {
        self.machine.keys.lock().unwrap().push(keys.to_vec());
    }
    fn send_pointer(&self, x: u16, y: u16, buttons: u8) {
        self.machine.pointer.lock().unwrap().push((x, y, buttons));
    }
    fn take_clipboard(&self) -> Option<String> {
        self.machine.clipboard.lock().unwrap().take()
    }
    fn can_set_size(&self) -> bool {
        self.machine.takes_sizes.load(Ordering::Relaxed)
    }
    fn set_size(&self, width: u16, height: u16) -> bool {
        self.machine.sizes.lock().unwrap().push((width, height));
        true
    }
    fn take_size_answer(&self) -> Option<((u16, u16), SizeAnswer)> {
        self.machine.size_answer.lock().unwrap().take()
    }
    fn set_pixels_only(&self, pixels_only: bool) {
        self.machine.pixels_only.store(pixels_only, Ordering::Relaxed);
    }
    fn is_pixels_only(&self) -> bool {
        self.machine.pixels_only.load(Ordering::Relaxed)
    }
}

/// A view of a machine with a red left half and a blue right one.
fn machine(width: u16, height: u16, text: Option<Arc<Scripted>>) -> (ConsoleView, Arc<Machine>) {
    let mut screen = Framebuffer::new(width, height);
    screen.fill(Region { x: 0, y: 0, width: width / 2, height }, 0x00ff_0000);
    screen.fill(Region { x: width / 2, y: 0, width: width - width / 2, height }, 0x0000_00ff);
    let machine = Arc::new(Machine {
        screen: Mutex::new(screen),
        state: Mutex::new(SessionState::Live),
        keys: Mutex::default(),
        pointer: Mutex::default(),
        clipboard: Mutex::default(),
        text,
        pixels_only: AtomicBool::new(false),
        takes_sizes: AtomicBool::new(false),
        sizes: Mutex::default(),
        size_answer: Mutex::default(),
        fails: AtomicBool::new(false),
    });
    let sessions = sessions();
    let remote = Remote { machine: Arc::clone(&machine), text: machine.text.clone().map(Handle) };
    let open = sessions.attach_with(&id("i-1"), "bare-1", ScreenKind::Framebuffer, |_| Box::new(remote));
    (ConsoleView::new(&sessions, open, ConsoleKeys::default()), machine)
}

fn app(support: PictureSupport) -> App {
    let options = crate::tui::Options { depth: crate::tui::theme::Depth::True, ..Default::default() };
    let mut app = App::new(Store::default(), options, Timestamp::now());
    app.pictures = support;
    app
}

/// A frame, once what computes its picture has nothing left to do.
fn screen_of(view: &mut ConsoleView, app: &mut App) -> Buffer {
    // What the frame before has requested, and what this one requests.
    finish(app);
    frame_of(view, app);
    finish(app);
    frame_of(view, app)
}

fn frame_of(view: &mut ConsoleView, app: &mut App) -> Buffer {
    let area = Rect::new(0, 0, 80, 20);
    let mut buf = Buffer::empty(area);
    app.wanted_pictures.clear();
    view.draw(area, &mut buf, app);
    buf
}

struct Dot(Framebuffer);

impl PictureSource for Dot {
    fn key(&self) -> usize {
        0
    }

    fn read(&self, read: &mut dyn FnMut(Source<'_>)) {
        read((&self.0).into());
    }
}

/// Waits until all is computed that was requested: until a picture is that was requested behind it.
fn finish(app: &App) {
    let last = SessionCells::default();
    let source: Arc<dyn PictureSource> = Arc::new(Dot(Framebuffer::new(1, 1)));
    let geometry = Geometry::fit((1, 1), 1, 1, CellSize::default());
    let style = CellStyle { shapes: Shapes::Halves, has_colors: true };
    last.request(&app.picture_worker, &source, || Some(CellRequest { geometry, style }));
    let start = Instant::now();
    while last.take().is_none() {
        assert!(start.elapsed() < Duration::from_secs(30), "it is not computed");
        std::thread::yield_now();
    }
}

fn mouse(view: &mut ConsoleView, kind: MouseEventKind, at: (u16, u16), modifiers: KeyModifiers) {
    view.type_event(&Event::Mouse(MouseEvent { kind, column: at.0, row: at.1, modifiers }));
}

#[test]
fn pixels_are_cells_where_the_terminal_has_no_images() {
    let (mut view, _) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    let buf = screen_of(&mut view, &mut app);
    assert!(app.wanted_pictures.is_empty());
    let color = |x: u16| buf[(x, 10)].bg;
    assert_eq!(color(20), ratatui::style::Color::Rgb(255, 0, 0));
    assert_eq!(color(60), ratatui::style::Color::Rgb(0, 0, 255));
    let shown = text(&buf);
    assert!(shown.contains("640x400 · fit · 1/s · quadrants"), "{shown}");
    assert!(shown.lines().next().unwrap().contains(" 640x400"), "the title has the size in pixels: {shown}");
}

#[test]
fn pixels_are_an_image_where_the_terminal_has_them_and_a_menu_lies_over_it() {
    let (mut view, _) = machine(640, 400, None);
    let cell = CellSize::new(8, 16);
    let mut app = app(PictureSupport { protocol: Some(Protocol::Kitty), cell });
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("fit 72% · 1/s · kitty"), "{shown}");
    let [picture] = &app.wanted_pictures[..] else { panic!("{:?}", app.wanted_pictures) };
    assert_eq!(picture.area, Rect::new(11, 1, 58, 18));
    press(&mut view, "^s");
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("Ctrl-Alt-Del") && app.wanted_pictures.len() == 1, "{shown}");
}

#[test]
fn images_that_fail_give_way_to_cells_and_cells_that_fail_to_a_message() {
    let (mut view, machine) = machine(640, 400, None);
    let cell = CellSize::new(8, 16);
    let mut app = app(PictureSupport { protocol: Some(Protocol::Kitty), cell });
    frame_of(&mut view, &mut app);
    app.wanted_pictures[0].source.fail();
    let buf = screen_of(&mut view, &mut app);
    let shown = text(&buf);
    assert!(app.wanted_pictures.is_empty() && shown.contains("Images of this screen failed"), "{shown}");
    assert_eq!(buf[(20, 10)].bg, ratatui::style::Color::Rgb(255, 0, 0));
    press(&mut view, "x");
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("· quadrants") && !shown.contains("failed"), "shown once: {shown}");

    machine.fails.store(true, Ordering::Relaxed);
    press(&mut view, "^f");
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("this screen cannot be drawn: computing its picture failed"), "{shown}");
    // It is not tried again, and keys still reach the machine.
    machine.fails.store(false, Ordering::Relaxed);
    assert!(text(&screen_of(&mut view, &mut app)).contains("cannot be drawn"));
    press(&mut view, "^s");
    let _ = view.perform(Command::Open, None, &mut app);
    assert_eq!(machine.keys.lock().unwrap().len(), 1);
}

#[test]
fn a_session_that_is_read_holds_up_no_frame_and_its_last_cells_stay() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    let before = screen_of(&mut view, &mut app);
    finish(&app);
    machine.screen.lock().unwrap().fill(Region { x: 0, y: 0, width: 640, height: 400 }, 0x0000_ff00);
    let during = frame_of(&mut view, &mut app);
    assert_eq!(during[(20, 10)], before[(20, 10)], "the new ones are being computed");
    finish(&app);
    assert_eq!(frame_of(&mut view, &mut app)[(20, 10)].bg, ratatui::style::Color::Rgb(0, 255, 0));
}

#[test]
fn keys_are_sent_by_their_names() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    press(&mut view, "^s");
    assert_eq!(view.key_context(), KeyContext::Menu);
    for c in "alt-f2".chars() {
        let _ = view.event(&key(c, KeyModifiers::NONE), &mut app);
    }
    let _ = view.perform(Command::Open, None, &mut app);
    let sent = machine.keys.lock().unwrap().clone();
    assert_eq!(sent, [vec![Keysym(0xffe3), Keysym(0xffe9), Keysym(0xffbf)]]);
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("Sent Ctrl-Alt-F2"), "{shown}");
    press(&mut view, "^s");
    let _ = view.perform(Command::Back, None, &mut app);
    assert!(matches!(view.mode, Mode::Typing), "esc leaves the menu");
    assert_eq!(machine.keys.lock().unwrap().len(), 1);
}

#[test]
fn a_large_screen_is_moved_over_by_keys_and_by_the_mouse() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    screen_of(&mut view, &mut app);
    press(&mut view, "^m");
    assert!(text(&screen_of(&mut view, &mut app)).contains("nothing to move"));
    press(&mut view, "^f");
    let buf = screen_of(&mut view, &mut app);
    assert!(text(&buf).contains("Scale: 1:1"));
    // 78 columns of one pixel each, of 640: all of them are red.
    assert_eq!(buf[(70, 10)].bg, ratatui::style::Color::Rgb(255, 0, 0));
    press(&mut view, "^m");
    assert!(text(&screen_of(&mut view, &mut app)).contains("moving over the screen"));
    press(&mut view, "llll");
    for _ in 0..60 {
        press(&mut view, "l");
    }
    let buf = screen_of(&mut view, &mut app);
    assert_eq!(buf[(5, 10)].bg, ratatui::style::Color::Rgb(0, 0, 255), "at the right edge, and not beyond");
    press(&mut view, "\u{1b}");
    let left = MouseButton::Left;
    mouse(&mut view, MouseEventKind::Down(left), (5, 5), KeyModifiers::CONTROL);
    for _ in 0..9 {
        mouse(&mut view, MouseEventKind::Drag(left), (75, 5), KeyModifiers::CONTROL);
        mouse(&mut view, MouseEventKind::Up(left), (75, 5), KeyModifiers::CONTROL);
        screen_of(&mut view, &mut app);
        mouse(&mut view, MouseEventKind::Down(left), (5, 5), KeyModifiers::CONTROL);
    }
    let buf = screen_of(&mut view, &mut app);
    assert_eq!(buf[(70, 10)].bg, ratatui::style::Color::Rgb(255, 0, 0), "dragged back to the left edge");
    assert!(machine.pointer.lock().unwrap().is_empty(), "nothing of that is the machine's");
}

#[test]
fn the_pointer_follows_the_mouse_in_pixels_of_the_machine() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    screen_of(&mut view, &mut app);
    assert_eq!(view.mouse_wish(), MouseProtocolMode::AnyMotion);
    let none = KeyModifiers::NONE;
    mouse(&mut view, MouseEventKind::Moved, (40, 10), none);
    mouse(&mut view, MouseEventKind::Down(MouseButton::Right), (40, 10), none);
    mouse(&mut view, MouseEventKind::Up(MouseButton::Right), (0, 0), none);
    mouse(&mut view, MouseEventKind::ScrollDown, (40, 10), none);
    mouse(&mut view, MouseEventKind::Moved, (0, 0), none);
    let sent = machine.pointer.lock().unwrap().clone();
    let buttons: Vec<u8> = sent.iter().map(|(.., buttons)| *buttons).collect();
    assert_eq!(buttons, [0, 4, 0, 16, 0], "{sent:?}");
    assert!(sent[0].0.abs_diff(320) < 12 && sent[0].1.abs_diff(200) < 24, "{sent:?}");
    assert_eq!((sent[2].0 < 8, sent[2].1 < 24), (true, true), "released beyond the edge: at the edge");
}

#[test]
fn recognised_text_shows_and_a_key_changes_between_both() {
    let (mut view, _) = machine(640, 400, Some(Scripted::new()));
    let mut app = app(PictureSupport::default());
    assert!(text(&screen_of(&mut view, &mut app)).contains("line 1"));
    press(&mut view, "^v");
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(!shown.contains("line 1") && shown.contains("Showing pixels"), "{shown}");
    press(&mut view, "^v");
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("line 1") && shown.contains("Showing the text"), "{shown}");
    let (mut pixels_only, _) = machine(640, 400, None);
    press(&mut pixels_only, "^v^v");
    assert!(text(&screen_of(&mut pixels_only, &mut app)).contains("Text is shown as soon as"));
}

#[test]
fn a_size_is_asked_for_by_its_key_alone_and_the_answer_is_shown() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport { protocol: None, cell: CellSize::new(10, 20) });
    press(&mut view, "^");
    assert!(!text(&screen_of(&mut view, &mut app)).contains("ask for this size"));
    press(&mut view, "F");
    assert!(text(&screen_of(&mut view, &mut app)).contains("This screen keeps its size"));
    machine.takes_sizes.store(true, Ordering::Relaxed);
    press(&mut view, "^");
    assert!(text(&screen_of(&mut view, &mut app)).contains("ask for this size"));
    assert!(machine.sizes.lock().unwrap().is_empty(), "none is asked for by itself");
    press(&mut view, "F");
    assert!(text(&screen_of(&mut view, &mut app)).contains("Asked for a screen of 780x360"));
    assert_eq!(*machine.sizes.lock().unwrap(), [(780, 360)], "78 by 18 cells");
    *machine.size_answer.lock().unwrap() = Some(((780, 360), SizeAnswer::Prohibited));
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("No screen of 780x360: its VNC server allows no other size"), "{shown}");
    press(&mut view, "x");
    assert!(!text(&screen_of(&mut view, &mut app)).contains("No screen of"));
    machine.screen.lock().unwrap().resize(780, 360);
    press(&mut view, "^F");
    assert!(text(&screen_of(&mut view, &mut app)).contains("The screen has 780x360 already"));
    assert_eq!(machine.sizes.lock().unwrap().len(), 1);
}

#[test]
fn copy_mode_leaves_recognised_text_where_it_is_and_the_mouse_selects_it_there() {
    let scripted = Scripted::new();
    *scripted.own_size.lock().unwrap() = Some(Size { columns: 40, rows: 6 });
    let (mut view, _) = machine(640, 400, Some(scripted));
    let mut app = app(PictureSupport::default());
    let rows = |buf: &Buffer| text(buf).lines().skip(1).take(18).map(str::to_owned).collect::<Vec<_>>();
    let before = rows(&screen_of(&mut view, &mut app));
    assert!(before[6].contains(&format!("{}line 100 ", " ".repeat(19))), "in the middle: {before:?}");
    press(&mut view, "^[");
    assert_eq!(rows(&screen_of(&mut view, &mut app)), before);
    view.apply(Command::Back, None);

    let none = KeyModifiers::NONE;
    mouse(&mut view, MouseEventKind::Down(MouseButton::Left), (20, 8), none);
    mouse(&mut view, MouseEventKind::Drag(MouseButton::Left), (23, 8), none);
    let up = MouseEvent { kind: MouseEventKind::Up(MouseButton::Left), column: 23, row: 8, modifiers: none };
    let effects = view.type_event(&Event::Mouse(up));
    assert_eq!(effects, [Effect::copy("line", "4 characters")]);
}

#[test]
fn the_clipboard_of_the_machine_is_asked_for_and_a_recording_is_refused() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    *machine.clipboard.lock().unwrap() = Some("from the guest".to_owned());
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("14 bytes for the clipboard"), "{shown}");
    let copied = press(&mut view, "^y");
    assert!(format!("{copied:?}").contains("from the guest"), "{copied:?}");
    press(&mut view, "^r");
    assert!(text(&screen_of(&mut view, &mut app)).contains("Not recorded: this is a screen by VNC"));
    press(&mut view, "^");
    let keys = text(&screen_of(&mut view, &mut app));
    assert!(!keys.contains("record") && keys.contains("send keys"), "{keys}");
}

#[test]
fn a_screen_whose_link_is_down_is_dimmed() {
    let (mut view, machine) = machine(640, 400, None);
    let mut app = app(PictureSupport::default());
    *machine.state.lock().unwrap() = SessionState::Ended(None);
    let buf = screen_of(&mut view, &mut app);
    assert_eq!(buf[(20, 10)].bg, ratatui::style::Color::Rgb(127, 0, 0));
}

#[test]
fn keys_for_pixels_are_not_offered_on_a_console_of_text() {
    let (mut view, _) = view();
    press(&mut view, "^?");
    let shown = text(&drawn_at(&mut view, 120, 40, false));
    for word in ["send keys", "fit or 1:1", "move over"] {
        assert!(!shown.contains(word), "{shown}");
    }
    press(&mut view, "\u{1b}^s");
    assert!(drawn(&mut view).contains("this console is of text"));
}

#[test]
fn the_key_that_moves_over_pixels_moves_over_text_that_shows_in_part() {
    let scripted = Scripted::new();
    *scripted.own_size.lock().unwrap() = Some(Size { columns: 80, rows: 25 });
    let (mut view, _) = machine(640, 400, Some(Arc::clone(&scripted)));
    let mut app = app(PictureSupport::default());
    screen_of(&mut view, &mut app);
    press(&mut view, "^?");
    assert!(text(&screen_of(&mut view, &mut app)).contains("move over the screen"));
    press(&mut view, "m");
    assert_eq!(view.key_context(), KeyContext::CopyMode, "the next keys move the cursor");
    view.apply(Command::Bottom, None);
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("line 124") && !shown.contains("line 106"), "{shown}");
    view.apply(Command::Back, None);
    // All of it shows.
    *scripted.own_size.lock().unwrap() = Some(Size { columns: 40, rows: 6 });
    press(&mut view, "^m");
    assert!(text(&screen_of(&mut view, &mut app)).contains("there is nothing to move"));
    assert_eq!(view.key_context(), KeyContext::Console);
    let scale = view.keys.of(Command::NextScale).unwrap().keys.clone();
    press(&mut view, &format!("^{scale}"));
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("shown as text, in one size: Ctrl-] v shows its pixels"), "{shown}");
    press(&mut view, "^r");
    let shown = text(&screen_of(&mut view, &mut app));
    assert!(shown.contains("only terminals are recorded"), "{shown}");
}
