//! Sessions on real servers: `TigerVNC` behind websockify, and QEMU over its own websocket.

use std::process::{Child, Command, Stdio};

use qdeck_net::{Client, ClientOptions, SocketOptions};
use qdeck_vnc::{Encoding, Framebuffer, Options};

use super::*;
use crate::{PixelTransport, VncSession};

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
    let server = Program::start("Xtigervnc", &arguments, &[]);
    listens(vnc).await;
    let (from, to) = (format!("127.0.0.1:{web}"), format!("127.0.0.1:{vnc}"));
    let proxy = Program::start("websockify", &[&from, &to], &[]);
    listens(web).await;
    (web, display, vec![proxy, server])
}

fn connector(port: u16, path: &str) -> Connector {
    // The client builds its TLS configuration even where it does not use it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::new(ClientOptions::default());
    let url: url::Url = format!("ws://127.0.0.1:{port}{path}").parse().unwrap();
    Arc::new(move || {
        let (client, url) = (client.clone(), url.clone());
        Box::pin(async move {
            let options = SocketOptions {
                protocols: vec!["binary".to_owned()],
                message_limit: 16 << 20,
                ..SocketOptions::default()
            };
            let stream = ByteStream::Socket { socket: client.socket(url, options).await?, takes_input: true };
            Ok(Opened::Framebuffer(PixelTransport { stream, password: None }))
        })
    })
}

/// The whole picture in one encoding, from a connection of its own.
async fn picture(port: u16, path: &str, encoding: Encoding) -> Framebuffer {
    use crate::session::link::Link;
    let Ok(Opened::Framebuffer(transport)) = connector(port, path)().await else { panic!("no socket") };
    let Link { mut reader, mut writer, .. } =
        Transport { stream: transport.stream, resize: ResizeReports::Ignored, reached: None }.into();
    let mut client =
        qdeck_vnc::Client::new(Options { encodings: vec![encoding, Encoding::Raw], ..Options::default() });
    let shown = async {
        loop {
            let bytes = reader.recv().await.unwrap().unwrap();
            client.feed(&bytes).unwrap();
            let output = client.take_output();
            if !output.is_empty() {
                writer.send(output.into()).await.unwrap();
            }
            // Updates of pointers and keys come before the one with the picture.
            let screen = client.framebuffer();
            let is_drawn = (0..screen.height()).any(|y| screen.row(y).iter().any(|it| *it != 0));
            if is_drawn && !client.is_within_update() {
                return;
            }
        }
    };
    tokio::time::timeout(DEADLINE, shown).await.unwrap();
    client.into_framebuffer()
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
        crate::PixelScreen::with_framebuffer(&session, &mut |screen, _| {
            found = pixels(screen).concat().iter().filter(|pixel| **pixel == color).count();
        });
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
    let encodings = [Encoding::Tight, Encoding::Zrle, Encoding::Hextile, Encoding::Rre, Encoding::CopyRect];
    has_equal_pictures(port, "/websockify", &encodings).await;
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
