//! Sessions on screens of pixels, against a server in this file.

use qdeck_vnc::{Framebuffer, Keysym, Region};

use super::*;
use crate::{PixelScreen, Retry, SwitchingSession, VncSession};

/// The server's end of one connection.
struct VncServer {
    output: mpsc::Sender<Result<Bytes, Problem>>,
    input: mpsc::Receiver<Bytes>,
    received: Vec<u8>,
}

impl VncServer {
    async fn send(&self, bytes: impl Into<Bytes>) {
        self.output.send(Ok(bytes.into())).await.unwrap();
    }

    /// Reads until what came holds these bytes, and takes all up to their end.
    async fn reads(&mut self, expected: &[u8]) -> Vec<u8> {
        let wait = async {
            loop {
                let found = self.received.windows(expected.len()).position(|window| window == expected);
                if let Some(at) = found {
                    return self.received.drain(..at + expected.len()).collect();
                }
                self.received.extend(self.input.recv().await.unwrap());
            }
        };
        tokio::time::timeout(DEADLINE, wait).await.unwrap()
    }

    /// Goes through the handshake up to the first request.
    async fn greet(&mut self, width: u16, height: u16) {
        self.send(&b"RFB 003.008\n"[..]).await;
        self.reads(b"RFB 003.008\n").await;
        self.send(&[1, 1][..]).await;
        self.reads(&[1]).await;
        let mut init = vec![0; 4];
        init.extend(width.to_be_bytes());
        init.extend(height.to_be_bytes());
        init.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 5]);
        init.extend(b"web-1");
        self.send(init).await;
        self.reads(&request(false, width, height)).await;
    }

    /// Sends an update of all of the screen.
    async fn show(&self, screen: &Framebuffer) {
        let pixels: Vec<u8> =
            (0..screen.height()).flat_map(|y| screen.row(y)).flat_map(|pixel| pixel.to_le_bytes()).collect();
        self.send([&header(screen.width(), screen.height())[..], &pixels].concat()).await;
    }
}

/// The start of an update of one raw rectangle.
fn header(width: u16, height: u16) -> Vec<u8> {
    [&[0, 0, 0, 1, 0, 0, 0, 0][..], &width.to_be_bytes(), &height.to_be_bytes(), &[0; 4]].concat()
}

fn request(incremental: bool, width: u16, height: u16) -> Vec<u8> {
    [&[3, u8::from(incremental), 0, 0, 0, 0][..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

fn pixel_stream() -> (ByteStream, VncServer) {
    let (output, from) = mpsc::channel(4);
    let (to, input) = mpsc::channel(64);
    (ByteStream::Channel { from, to: Some(to) }, VncServer { output, input, received: Vec::new() })
}

/// A connector, and the servers of its connections in their order.
fn vnc_servers() -> (Connector, mpsc::Receiver<VncServer>) {
    let (arrivals, arrived) = mpsc::channel(4);
    let connector: Connector = Arc::new(move || {
        let arrivals = arrivals.clone();
        Box::pin(async move {
            let (stream, server) = pixel_stream();
            arrivals.send(server).await.unwrap();
            Ok(Opened::Framebuffer(PixelTransport { stream, password: None }))
        })
    });
    (connector, arrived)
}

fn filled(width: u16, height: u16, color: u32) -> Framebuffer {
    let mut screen = Framebuffer::new(width, height);
    screen.fill(screen.bounds(), color);
    screen
}

fn pixel(session: &dyn RemoteScreen, x: u16, y: u16) -> Option<u32> {
    let mut found = None;
    session.pixels()?.with_framebuffer(&mut |screen, _| found = screen.row(y).get(usize::from(x)).copied());
    found
}

fn key_event(keysym: u32, down: bool) -> Vec<u8> {
    [&[4, u8::from(down), 0, 0][..], &keysym.to_be_bytes()].concat()
}

fn typed(keysym: u32) -> Vec<u8> {
    [key_event(keysym, true), key_event(keysym, false)].concat()
}

async fn live(session: &dyn RemoteScreen) {
    until("the session is live", || session.state() == SessionState::Live).await;
}

#[tokio::test]
async fn pixels_come_and_keys_are_sent() {
    let (connector, mut arrivals) = vnc_servers();
    let session = VncSession::start(connector, no_wake());
    assert_eq!((session.state(), session.size()), (SessionState::Connecting, (0, 0)));
    let mut server = arrivals.recv().await.unwrap();
    server.greet(64, 48).await;
    live(&session).await;
    assert_eq!((session.size(), session.title().as_deref()), ((64, 48), Some("web-1")));
    server.show(&filled(64, 48, 0x0012_3456)).await;
    until("the picture", || pixel(&session, 63, 47) == Some(0x0012_3456)).await;

    assert!(session.text().is_none() && session.wants_mouse());

    session.send(&key('x'));
    server.reads(&typed(0x78)).await;
    PixelScreen::send_keys(&session, &[Keysym::CONTROL_L, Keysym::ALT_L, Keysym::DELETE]);
    let down = [key_event(0xffe3, true), key_event(0xffe9, true), key_event(0xffff, true)].concat();
    let up = [key_event(0xffff, false), key_event(0xffe9, false), key_event(0xffe3, false)].concat();
    server.reads(&[down, up].concat()).await;
    session.send(&Event::Paste("a\r\nü".to_owned()));
    session.send(&key('z'));
    server.reads(&[typed(0x61), typed(0xff0d), typed(0xfc), typed(0x7a)].concat()).await;
}

#[tokio::test]
async fn an_update_is_asked_for_once_the_last_one_was_used() {
    let (connector, mut arrivals) = vnc_servers();
    let session = VncSession::start(connector, no_wake());
    let mut server = arrivals.recv().await.unwrap();
    server.greet(4, 4).await;
    for color in 1..20 {
        server.show(&filled(4, 4, color)).await;
        until("the picture", || pixel(&session, 0, 0) == Some(color)).await;
        assert!(session.take_dirty() && session.take_output());
        let before = server.reads(&request(true, 4, 4)).await;
        // After a second without one it is asked for again, on a machine that is busy.
        assert!(before.len().is_multiple_of(10), "{before:?}");
        assert!(!session.take_output());
    }
}

#[tokio::test]
async fn the_pointer_is_where_the_mouse_is_over_text() {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    let (connector, mut arrivals) = vnc_servers();
    let session = VncSession::start(connector, no_wake());
    let mut server = arrivals.recv().await.unwrap();
    server.greet(640, 400).await;
    live(&session).await;
    server.show(&text_console(&["SeaBIOS (version 1.16)", "", "Booting from Hard Disk..."])).await;
    until("the text", || session.text().is_some()).await;
    // Characters of 8 by 16 pixels, from the second column on.
    session.draw(Rect::new(0, 0, 82, 25), &mut Buffer::empty(Rect::new(0, 0, 82, 25)));
    let mouse = |kind, column, row| {
        let modifiers = KeyModifiers::NONE;
        session.send(&Event::Mouse(MouseEvent { kind, column, row, modifiers }));
    };
    mouse(MouseEventKind::Down(MouseButton::Left), 6, 0);
    server.reads(&[5, 1, 0, 44, 0, 8]).await;
    mouse(MouseEventKind::Drag(MouseButton::Left), 15, 4);
    server.reads(&[5, 1, 0, 116, 0, 72]).await;
    mouse(MouseEventKind::Up(MouseButton::Left), 0, 0);
    server.reads(&[5, 0, 0, 116, 0, 72]).await;
    mouse(MouseEventKind::ScrollDown, 6, 0);
    server.reads(&[5, 16, 0, 44, 0, 8, 5, 0, 0, 44, 0, 8]).await;
    mouse(MouseEventKind::Down(MouseButton::Right), 7, 1);
    server.reads(&[5, 4]).await;
    session.send(&Event::FocusLost);
    server.reads(&[5, 0, 0, 52, 0, 24]).await;
}

#[tokio::test]
async fn a_broken_link_is_opened_again_with_the_last_picture() {
    let (connector, mut arrivals) = vnc_servers();
    let session = VncSession::start(connector, no_wake());
    let mut server = arrivals.recv().await.unwrap();
    server.greet(4, 4).await;
    server.show(&filled(4, 4, 7)).await;
    until("the picture", || pixel(&session, 0, 0) == Some(7)).await;
    // It stops within the next picture.
    server.send(header(4, 4)).await;
    drop(server);
    until("the attempt", || matches!(session.state(), SessionState::Reconnecting(_))).await;
    let SessionState::Reconnecting(Retry { problem, .. }) = session.state() else { unreachable!() };
    assert_eq!(problem.message, "the VNC server closed the connection in the middle of a picture");
    assert_eq!(pixel(&session, 0, 0), Some(7));
    session.reconnect();
    let mut server = tokio::time::timeout(DEADLINE, arrivals.recv()).await.unwrap().unwrap();
    server.greet(4, 4).await;
    live(&session).await;
    assert_eq!(pixel(&session, 0, 0), Some(7), "until there is another one");
    server.show(&filled(4, 4, 8)).await;
    until("the picture", || pixel(&session, 0, 0) == Some(8)).await;
    // An end between two pictures is orderly.
    drop(server);
    until("the end", || session.state() == SessionState::Ended(None)).await;
}

#[tokio::test]
async fn a_server_that_is_none_ends_the_session_with_the_reason() {
    for (sent, kind, message) in [
        (&b"HTTP/1.1 404 Not Found\r\n"[..], ProblemKind::BadAnswer, "this is not a VNC server"),
        (b"RFB 003.008\n\x01\x02", ProblemKind::Unsupported, "asks for a password"),
        (b"RFB 003.008\n\0\0\0\0\x04busy", ProblemKind::Refused, "refused the connection: busy"),
        (b"RFB 003", ProblemKind::Unreachable, "closed the connection before the screen was there"),
    ] {
        let (connector, mut arrivals) = vnc_servers();
        let session = VncSession::start(connector, no_wake());
        let server = arrivals.recv().await.unwrap();
        server.send(sent).await;
        if kind == ProblemKind::Unreachable {
            drop(server);
        }
        until("the end", || matches!(session.state(), SessionState::Ended(_))).await;
        let SessionState::Ended(Some(problem)) = session.state() else { unreachable!() };
        assert_eq!(problem.kind, kind);
        assert!(problem.message.contains(message), "{problem}");
        assert!(arrivals.try_recv().is_err(), "it is not tried again");
    }
}

/// The font of the VGA: 16 bytes a character, one a row.
const FONT: &[u8] = include_bytes!("../../../../assets/fonts/vga-8x16.fnt");

/// A text console of 80 by 25 characters of 8 by 16 pixels.
fn text_console(lines: &[&str]) -> Framebuffer {
    let mut screen = Framebuffer::new(640, 400);
    for (row, line) in (0u16..).zip(lines) {
        for (column, character) in (0u16..).zip(line.bytes()) {
            let glyph = FONT[usize::from(character) * 16..][..16].iter();
            for (y, bits) in (0u16..).zip(glyph) {
                for x in (0..8u16).filter(|x| bits << x & 0x80 != 0) {
                    let at = Region { x: column * 8 + x, y: row * 16 + y, width: 1, height: 1 };
                    screen.fill(at, 0x00aa_aaaa);
                }
            }
        }
    }
    screen
}

#[tokio::test]
async fn a_screen_that_shows_text_is_text() {
    let (connector, mut arrivals) = vnc_servers();
    let session = VncSession::start(connector, no_wake());
    let mut server = arrivals.recv().await.unwrap();
    server.greet(640, 400).await;
    server.show(&text_console(&["SeaBIOS (version 1.16)", "", "Booting from Hard Disk..."])).await;
    until("the text", || session.text().is_some()).await;
    let text = session.text().unwrap();
    let lines = text.whole();
    assert_eq!(lines[..3], ["SeaBIOS (version 1.16)", "", "Booting from Hard Disk..."]);
    let needle = regex::Regex::new("Hard").unwrap();
    assert_eq!(
        text.search(&needle).iter().map(|it| (it.line, it.columns.clone())).collect::<Vec<_>>(),
        [(2, 13..17)]
    );
    let area = Rect::new(0, 0, 100, 30);
    let mut buf = Buffer::empty(area);
    session.draw(area, &mut buf);
    let row: String = (0..100).map(|x| buf[(x, 2)].symbol()).collect();
    assert_eq!(row.trim(), "SeaBIOS (version 1.16)", "in the middle");
    let mut copied = Buffer::empty(area);
    text.draw_from(text.live_top(), text.area_within(area), &mut copied);
    assert_eq!(copied, buf, "copy mode shows it where it was");

    // A text console takes nothing from the clipboard that the server has for any text.
    let capabilities: u32 = 1 << 24 | 1 << 25 | 1 << 27 | 1 << 28 | 1;
    let body = [&capabilities.to_be_bytes()[..], &[0, 16, 0, 0]].concat();
    server.send([&[3, 0, 0, 0][..], &(-8_i32).to_be_bytes(), &body].concat()).await;
    server.reads(&(-8_i32).to_be_bytes()).await;
    session.send(&Event::Paste("ls".to_owned()));
    server.reads(&[typed(0x6c), typed(0x73)].concat()).await;

    session.set_pixels_only(true);
    assert!(session.text().is_none() && session.is_pixels_only());
    session.set_pixels_only(false);
    assert!(session.text().is_some());
    server.show(&filled(640, 400, 0x0012_3456)).await;
    until("the picture", || pixel(&session, 0, 0) == Some(0x0012_3456)).await;
    until("no text", || session.text().is_none_or(|text| text.whole().concat().is_empty())).await;
}

#[tokio::test]
async fn a_terminal_that_turns_out_to_be_pixels_becomes_such_a_session() {
    let (connector, mut arrivals) = vnc_servers();
    let session = SwitchingSession::start(connector, SIZE, no_wake());
    let mut server = arrivals.recv().await.unwrap();
    server.greet(8, 8).await;
    server.show(&filled(8, 8, 9)).await;
    until("the picture", || pixel(&session, 7, 7) == Some(9)).await;
    assert_eq!(session.state(), SessionState::Live);
    session.send(&key('q'));
    server.reads(&typed(0x71)).await;
    let (connector, mut arrivals) = remotes(false, true);
    let session = SwitchingSession::start(connector, SIZE, no_wake());
    arrivals.recv().await.unwrap().print("login:").await;
    until("text", || session.text().is_some_and(|text| text.whole().concat() == "login:")).await;
    assert!(session.pixels().is_none());
}
