//! Sessions on real servers: `TigerVNC` behind websockify, and QEMU over its own websocket.

use std::process::{Child, Command, Stdio};

use qdeck_vnc::{Encoding, Framebuffer, Options, SizeAnswer};

use super::vnc_connector::vnc_connector;
use super::*;
use crate::session::link::{Link, Reader, Writer};
use crate::{PixelScreen, VncSession};

/// A program that ends with the test.
struct Program(Child);

impl Program {
    fn start(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).envs(environment.iter().copied());
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().unwrap_or_else(|error| panic!("{program}: {error}")))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port on loopback that is free now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until something listens there.
async fn listens(port: u16) {
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < 4 * DEADLINE, "nothing listens on {port}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The server of `TigerVNC` behind websockify. Returns the port of the websocket, the number of the display, and the programs.
async fn tigervnc(geometry: &str) -> (u16, String, Vec<Program>) {
    tigervnc_with(geometry, &[]).await
}

/// The same with more arguments.
async fn tigervnc_with(geometry: &str, more: &[&str]) -> (u16, String, Vec<Program>) {
    let (vnc, web) = (free_port(), free_port());
    let display = format!(":{}", 4000 + u32::from(vnc) % 4000);
    let port = vnc.to_string();
    let arguments = [
        &display,
        "-rfbport",
        &port,
        "-geometry",
        geometry,
        "-depth",
        "24",
        "-SecurityTypes",
        "None",
        "-localhost",
        "-AlwaysShared",
    ];
    let server = Program::start("Xtigervnc", &[&arguments, more].concat(), &[]);
    listens(vnc).await;
    let (from, to) = (format!("127.0.0.1:{web}"), format!("127.0.0.1:{vnc}"));
    let proxy = Program::start("websockify", &[&from, &to], &[]);
    listens(web).await;
    (web, display, vec![proxy, server])
}

fn connector(port: u16, path: &str) -> Connector {
    vnc_connector(format!("ws://127.0.0.1:{port}{path}").parse().unwrap())
}

/// The client alone on a connection of its own.
struct Viewer {
    client: qdeck_vnc::Client,
    reader: Reader,
    writer: Writer,
}

impl Viewer {
    async fn open(port: u16, path: &str, encodings: &[Encoding]) -> Self {
        let Ok(Opened::Framebuffer(transport)) = connector(port, path)().await else { panic!("no socket") };
        let Link { reader, writer, .. } =
            Transport { stream: transport.stream, resize: ResizeReports::Ignored, reached: None }.into();
        let options = Options { encodings: encodings.to_vec(), ..Options::default() };
        Self { client: qdeck_vnc::Client::new(options), reader, writer }
    }

    /// Reads until no update is incomplete and something holds of the client.
    async fn until(&mut self, what: &str, mut holds: impl FnMut(&qdeck_vnc::Client) -> bool) {
        let reading = async {
            while self.client.is_within_update() || !holds(&self.client) {
                self.step().await;
            }
        };
        assert!(tokio::time::timeout(DEADLINE, reading).await.is_ok(), "waited in vain for {what}");
    }

    /// Sends what the client has for the server, and takes the server's next message.
    async fn step(&mut self) {
        let output = self.client.take_output();
        if !output.is_empty() {
            self.writer.send(output.into()).await.unwrap();
        }
        let bytes = self.reader.recv().await.unwrap().unwrap();
        self.client.feed(&bytes).unwrap();
        if self.client.take_events().contains(&qdeck_vnc::Event::Updated) {
            self.client.request_update();
        }
    }

    /// The pixels that came in each encoding.
    fn counts(&self) -> [(Encoding, u64); 8] {
        Encoding::ALL.map(|encoding| (encoding, self.client.pixels_in(encoding)))
    }
}

/// The pixels of one colour.
fn count(screen: &Framebuffer, color: u32) -> usize {
    pixels(screen).concat().iter().filter(|pixel| **pixel == color).count()
}

/// The whole picture in one encoding, from a connection of its own. All of it must have come in that encoding.
async fn picture(port: u16, path: &str, encoding: Encoding) -> Framebuffer {
    let mut viewer = Viewer::open(port, path, &[encoding]).await;
    // Updates of pointers and keys come before the one with the picture.
    let is_drawn =
        |client: &qdeck_vnc::Client| pixels(client.framebuffer()).concat().iter().any(|it| *it != 0);
    viewer.until("a picture", is_drawn).await;
    let (area, counts) = (viewer.client.framebuffer().bounds().area(), viewer.counts());
    let is_in = |(it, pixels): &(Encoding, u64)| if *it == encoding { *pixels >= area } else { *pixels == 0 };
    assert!(counts.iter().all(is_in), "{encoding:?} of {area} pixels: {counts:?}");
    viewer.client.into_framebuffer()
}

fn pixels(screen: &Framebuffer) -> Vec<&[u32]> {
    (0..screen.height()).map(|y| screen.row(y)).collect()
}

/// The places where two pictures differ, of at most so many.
fn differences(one: &Framebuffer, other: &Framebuffer) -> Vec<(u16, usize, u32, u32)> {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    let rows = (0..one.height()).map(|y| (y, one.row(y).iter().zip(other.row(y))));
    let all = rows.flat_map(|(y, row)| row.enumerate().map(move |(x, (one, other))| (y, x, *one, *other)));
    all.filter(|(.., one, other)| one != other).take(10).collect()
}

/// Asserts that every encoding shows what Raw does. A cursor may blink between the two.
async fn has_equal_pictures(port: u16, path: &str, encodings: &[Encoding]) {
    for encoding in encodings {
        let start = Instant::now();
        loop {
            let raw = picture(port, path, Encoding::Raw).await;
            let shown = picture(port, path, *encoding).await;
            let different = differences(&raw, &shown);
            if different.is_empty() {
                break;
            }
            assert!(start.elapsed() < DEADLINE, "{encoding:?}: {different:?}");
        }
    }
}

/// Waits until the screen shows a text.
async fn shows_text(session: &VncSession, needle: &str) {
    let text = || session.text().map(TextScreen::whole).unwrap_or_default();
    let shown = async {
        while !text().iter().any(|line| line.contains(needle)) {
            session.take_dirty();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(DEADLINE, shown).await.is_ok();
    let (state, size) = (session.state(), crate::PixelScreen::size(session));
    assert!(in_time, "{state:?} {size:?} {:#?}", text());
}

#[tokio::test(flavor = "multi_thread")]
async fn system_tigervnc_shows_the_same_in_every_encoding_and_is_typed_into() {
    let (port, display, _programs) = tigervnc("500x333").await;
    let of_display = [("DISPLAY", &display[..])];
    let typed = tempfile::NamedTempFile::new().unwrap();
    let script = format!("read line; printf '%s' \"$line\" > {}; exec sleep 1000", typed.path().display());
    // A picture that does not move: a pattern behind a terminal without a blinking cursor.
    let pattern = Command::new("xsetroot").args(["-mod", "7", "11"]).envs(of_display).status().unwrap();
    assert!(pattern.success());
    let arguments =
        ["-geometry", "40x10+30+40", "-bg", "#123456", "-fg", "#fedcba", "-e", "sh", "-c", &script];
    let _xterm = Program::start("xterm", &arguments, &of_display);

    let session = VncSession::start(connector(port, "/websockify"), no_wake());
    let colored = |color: u32| {
        let mut found = 0;
        crate::PixelScreen::with_framebuffer(&session, &mut |screen, _| found = count(screen, color));
        session.take_dirty();
        found
    };
    until("the terminal", || colored(0x0012_3456) > 5000).await;
    let text = "Hello, it's ~4 {x}|\"y\" @home!";
    // Focus follows the pointer without a window manager.
    crate::PixelScreen::send_pointer(&session, 100, 80, 0);
    // A paste would go into its clipboard.
    for character in text.chars() {
        session.send(&key(character));
    }
    session.send(&Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    until("what was typed", || std::fs::read_to_string(typed.path()).unwrap() == text).await;
    until("what it shows", || colored(0x00fe_dcba) > 50).await;
    drop(session);
    let encodings = [Encoding::Tight, Encoding::Zrle, Encoding::Hextile, Encoding::Rre];
    has_equal_pictures(port, "/websockify", &encodings).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn system_tigervnc_takes_another_size_or_refuses_it() {
    for (setting, answer, size) in [
        ("-AcceptSetDesktopSize=1", SizeAnswer::Granted, (640, 360)),
        ("-AcceptSetDesktopSize=0", SizeAnswer::Prohibited, (500, 333)),
    ] {
        let (port, _display, _programs) = tigervnc_with("500x333", &[setting]).await;
        let session = VncSession::start(connector(port, "/websockify"), no_wake());
        let screen: &dyn PixelScreen = &session;
        let is_taking = || {
            session.take_dirty();
            screen.can_set_size()
        };
        until("the layout", is_taking).await;
        assert_eq!(screen.size(), (500, 333), "nothing is asked for by itself");
        assert!(screen.set_size(640, 360));
        let answered = std::cell::Cell::new(None);
        until("the answer", || {
            session.take_dirty();
            answered.set(screen.take_size_answer().or(answered.get()));
            answered.get().is_some()
        })
        .await;
        assert_eq!(answered.get(), Some(((640, 360), answer)));
        until("the size", || screen.size() == size).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn system_tigervnc_sends_a_window_that_moves_as_a_copy() {
    let (port, display, _programs) = tigervnc("500x333").await;
    // It moves when a key is typed into it.
    let script = r"read line; printf '\033[3;170;90t'; exec sleep 1000";
    let arguments = [
        "-geometry",
        "40x10+30+40",
        "-bg",
        "#123456",
        "-xrm",
        "*allowWindowOps: true",
        "-e",
        "sh",
        "-c",
        script,
    ];
    let _xterm = Program::start("xterm", &arguments, &[("DISPLAY", &display)]);
    let mut viewer = Viewer::open(port, "/websockify", &[Encoding::CopyRect, Encoding::Raw]).await;
    let (window, place) = (0x0012_3456, |screen: &Framebuffer| {
        pixels(screen).iter().position(|row| row.contains(&0x0012_3456))
    });
    viewer.until("the terminal", |client| count(client.framebuffer(), window) > 5000).await;
    let before = place(viewer.client.framebuffer()).unwrap();
    viewer.client.pointer(100, 80, 0);
    for down in [true, false] {
        viewer.client.key(qdeck_vnc::Keysym::RETURN, None, down);
    }
    viewer.until("a copy", |client| client.pixels_in(Encoding::CopyRect) > 5000).await;
    // The same pixels as when all of them are sent anew. Where the window was is drawn after it has moved.
    let start = Instant::now();
    loop {
        while tokio::time::timeout(Duration::from_millis(100), viewer.step()).await.is_ok() {}
        let copied = pixels(viewer.client.framebuffer()).concat();
        let all = viewer.client.pixels_in(Encoding::Raw) + copied.len() as u64;
        viewer.client.refresh();
        viewer.until("the whole screen", |client| client.pixels_in(Encoding::Raw) >= all).await;
        if copied == pixels(viewer.client.framebuffer()).concat() {
            break;
        }
        assert!(start.elapsed() < DEADLINE, "what was copied is not what is there");
    }
    assert_ne!(place(viewer.client.framebuffer()), Some(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn system_qemu_shows_the_same_in_every_encoding_and_is_typed_into() {
    let (port, vnc) = (free_port(), free_port());
    let number = vnc.checked_sub(5900).unwrap_or(vnc);
    let address = format!("127.0.0.1:{number},websocket={port}");
    let arguments = [
        "-display",
        "none",
        "-vnc",
        &address,
        "-m",
        "32",
        "-net",
        "none",
        "-boot",
        "menu=on,splash-time=60000",
    ];
    let _qemu = Program::start("qemu-system-x86_64", &arguments, &[]);
    listens(port).await;
    let session = VncSession::start(connector(port, "/"), no_wake());
    shows_text(&session, "Press ESC for boot menu").await;
    session.send(&Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)));
    shows_text(&session, "Select boot device").await;
    let encodings = [Encoding::Tight, Encoding::Zrle, Encoding::Hextile, Encoding::Zlib];
    has_equal_pictures(port, "/", &encodings).await;
}
