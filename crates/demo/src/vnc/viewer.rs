//! One client at a screen, over a websocket.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Rectangle;
use super::encoding::{RAW, ZRLE, Zrle, raw};
use super::keys::{Keyboard, Pressed};
use super::pixel_format::PixelFormat;
use super::protocol::{Reader, Request, VERSION, Violation, push_rectangle_head, server_init, update_head};
use super::screen::{Drawn, Screen};
use crate::engine::Engine;
use crate::engine::fleet::Phase;
use crate::faces::socket::{Gone, Receiver, Sender, split};
use crate::faults::CutSocket;
use crate::process::machine::Machine;
use crate::process::output::Piece;
use crate::process::session::Session;

/// The most bytes of the shell's output that a new client's screen is made from.
const BACKLOG: u64 = 128 * 1024;
/// The bytes of output that are drawn at a time.
const OUTPUT_SLICE: usize = 16 * 1024;
/// The largest message of a client: the longest list of encodings is 256 KiB.
const MAX_MESSAGE: usize = 1024 * 1024;
/// The pause after an update: no client needs more of them.
const UPDATE_PAUSE: Duration = Duration::from_millis(10);
/// The time that a client may take to accept an update.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// The time that keys wait for a shell that does not read.
const KEY_TIMEOUT: Duration = Duration::from_secs(1);
/// The time that a client may take to accept the closing frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Between a shell's end and the next one.
const SHELL_PAUSE: Duration = Duration::from_millis(200);

/// The pseudo-encodings of a client that takes another size, and of one that draws the pointer itself.
const DESKTOP_SIZE: i32 = -223;
const CURSOR: i32 = -239;

/// The upgrade of a screen's websocket: with the subprotocol `binary` where it is offered, and bounded messages.
pub(crate) fn upgrade(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.protocols(["binary"]).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE)
}

/// A client at the screen of a machine.
pub(crate) struct Viewer {
    pub(crate) engine: Engine,
    /// The instance.
    pub(crate) key: u32,
    /// Its name, which becomes that of the screen.
    pub(crate) name: String,
    pub(crate) machine: Arc<Machine>,
}

/// What the parts of a connection share.
struct Shared {
    screen: Mutex<Screen>,
    client: Mutex<Client>,
    shell: Mutex<Option<Arc<Session>>>,
    /// Notified when there may be something to send.
    news: Notify,
}

/// What is known of the client.
struct Client {
    outgoing: Vec<u8>,
    format: PixelFormat,
    encoding: i32,
    takes_sizes: bool,
    draws_pointer: bool,
    pointer_is_hidden: bool,
    zrle: Zrle,
    drawn: Drawn,
    /// The update that was asked for: all of it or what has changed, and where.
    wanted: Option<(bool, Rectangle)>,
}

impl Viewer {
    /// Serves the client until it goes, breaks the protocol, or the machine goes down.
    pub(crate) async fn run(self, socket: WebSocket, cut: Option<CutSocket>) {
        let (mut sender, mut stream) = split(socket, cut);
        let screen = Screen::default();
        let drawn = Drawn::new(screen.picture().size());
        let client = Client {
            outgoing: VERSION.to_vec(),
            format: PixelFormat::default(),
            encoding: RAW,
            takes_sizes: false,
            draws_pointer: false,
            pointer_is_hidden: false,
            zrle: Zrle::default(),
            drawn,
            wanted: None,
        };
        let shared = Shared {
            screen: Mutex::new(screen),
            client: Mutex::new(client),
            shell: Mutex::default(),
            news: Notify::new(),
        };
        let end = tokio::select! {
            end = self.watch(&shared) => Some(end),
            broken = read(&shared, &mut stream, &self.name) => broken.map(|Violation(why)| (1002, why)),
            end = draw(&shared, &mut sender) => end,
        };
        if let Some((code, reason)) = end {
            // One that reads nothing does not take this either.
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, sender.close(code, reason)).await;
        }
    }

    /// Feeds the screen with what the shells write, one after the other, until the machine goes down.
    async fn watch(&self, shared: &Shared) -> (u16, &'static str) {
        loop {
            // A shell that follows another has the size that the screen has by now.
            let size = shared.screen.lock().size();
            let Some(shell) = self.start_shell(size).await else { break };
            *shared.shell.lock() = Some(shell.clone());
            if follow(shared, &shell).await.is_err() {
                return (1011, "the screen could not be followed");
            }
            shared.feed(b"\r\n", &shell);
            // A client that logs out again and again must not start shells without a pause.
            tokio::time::sleep(SHELL_PAUSE).await;
        }
        (1000, "the guest has gone down")
    }

    async fn start_shell(&self, size: (u16, u16)) -> Option<Arc<Session>> {
        let phase = self.engine.read(|fleet| fleet.instances.get(self.key).map(|it| it.phase));
        if !matches!(phase, Some(Phase::Running | Phase::Migrating)) {
            return None;
        }
        let machine = self.machine.clone();
        tokio::task::spawn_blocking(move || machine.screen_shell(size)).await.ok()?.ok()
    }
}

/// Feeds the screen with the output of a shell until it ends.
async fn follow(shared: &Shared, shell: &Arc<Session>) -> Result<(), Gone> {
    let mut follower = shell.output.follow(BACKLOG);
    loop {
        tokio::select! {
            piece = follower.next(OUTPUT_SLICE) => shared.take(piece, shell)?,
            _ = shell.ended() => {
                while let Some(piece) = follower.take(OUTPUT_SLICE) {
                    shared.take(piece, shell)?;
                }
                return Ok(());
            }
        }
        // Output without an end must leave time for the client.
        tokio::task::yield_now().await;
    }
}

/// Reads what the client sends, until it goes (`None`) or breaks the protocol.
async fn read(shared: &Shared, stream: &mut Receiver, name: &str) -> Option<Violation> {
    let mut reader = Reader::default();
    let mut keyboard = Keyboard::default();
    loop {
        let bytes = match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Text(_))) => return Some(Violation("a frame of text")),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
        };
        let requests = match reader.feed(&bytes) {
            Ok(requests) => requests,
            Err(violation) => return Some(violation),
        };
        for request in requests {
            match request {
                Request::Key { keysym, down } => press(shared, &mut keyboard, keysym, down).await,
                other => shared.client.lock().ask(other, name),
            }
        }
        shared.news.notify_one();
    }
}

/// Types a key into the shell.
async fn press(shared: &Shared, keyboard: &mut Keyboard, keysym: u32, down: bool) {
    let application = shared.screen.lock().application_cursor();
    let shell = shared.shell.lock().clone();
    match (keyboard.key(keysym, down, application), shell) {
        (Pressed::Bytes(bytes), Some(shell)) => {
            // Keys for a shell that has ended, or that has not read any for long, have nowhere to go.
            let _ = tokio::time::timeout(KEY_TIMEOUT, shell.type_in(bytes)).await;
        }
        (Pressed::Reset, Some(shell)) => shell.kill(),
        _ => {}
    }
}

/// Sends what there is to send. Ends with a client that is gone, or too slow to accept an update.
async fn draw(shared: &Shared, sender: &mut Sender) -> Option<(u16, &'static str)> {
    loop {
        while let Some(message) = shared.message() {
            match tokio::time::timeout(SEND_TIMEOUT, sender.binary(message)).await {
                Ok(Ok(())) => tokio::time::sleep(UPDATE_PAUSE).await,
                Ok(Err(Gone)) => return None,
                Err(_) => return Some((1008, "this client read too slowly")),
            }
        }
        shared.news.notified().await;
    }
}

impl Shared {
    fn take(&self, piece: Piece, shell: &Session) -> Result<(), Gone> {
        let Piece::Bytes(bytes, _) = piece else { return Err(Gone) };
        self.feed(&bytes, shell);
        Ok(())
    }

    fn feed(&self, bytes: &[u8], shell: &Session) {
        if let Some((rows, columns)) = self.screen.lock().feed(bytes) {
            shell.resize(rows, columns);
        }
        self.news.notify_one();
    }

    /// The next bytes for the client.
    fn message(&self) -> Option<Vec<u8>> {
        let mut client = self.client.lock();
        if !client.outgoing.is_empty() {
            return Some(std::mem::take(&mut client.outgoing));
        }
        client.update(&self.screen.lock())
    }
}

impl Client {
    fn ask(&mut self, request: Request, name: &str) {
        match request {
            Request::Reply(bytes) => self.outgoing.extend(bytes),
            Request::Ready => self.outgoing.extend(server_init(self.drawn.size(), &self.format, name)),
            Request::Format(format) => self.format = format,
            Request::Encodings(list) => {
                // The first of the client's that the server has; every client takes Raw.
                self.encoding = list.iter().copied().find(|it| [RAW, ZRLE].contains(it)).unwrap_or(RAW);
                self.takes_sizes = list.contains(&DESKTOP_SIZE);
                self.draws_pointer = list.contains(&CURSOR);
            }
            Request::Update { all, area } => {
                let pending = self.wanted.take();
                self.wanted = Some((all || pending.is_some_and(|(all, _)| all), area));
            }
            Request::Key { .. } => {}
        }
    }

    /// The update that was asked for, once there is something to send.
    fn update(&mut self, screen: &Screen) -> Option<Vec<u8>> {
        let (all, area) = self.wanted?;
        let picture = screen.picture();
        if self.takes_sizes && self.drawn.size() != picture.size() {
            self.wanted = None;
            self.drawn = Drawn::new(picture.size());
            let (width, height) = picture.size();
            let mut message = update_head(1);
            push_rectangle_head(Rectangle { x: 0, y: 0, width, height }, DESKTOP_SIZE, &mut message);
            return Some(message);
        }
        let areas = self.drawn.advance(&picture, area, all);
        let hides = self.draws_pointer && !self.pointer_is_hidden;
        if areas.is_empty() && !hides && !all {
            return None;
        }
        self.wanted = None;
        let mut message = update_head(areas.len() + usize::from(hides));
        if hides {
            self.pointer_is_hidden = true;
            push_rectangle_head(Rectangle { x: 0, y: 0, width: 0, height: 0 }, CURSOR, &mut message);
        }
        for area in areas {
            let pixels = picture.pixels(area);
            push_rectangle_head(area, self.encoding, &mut message);
            match self.encoding {
                ZRLE => self.zrle.encode(&pixels, area, &self.format, &mut message),
                _ => raw(&pixels, &self.format, &mut message),
            }
        }
        Some(message)
    }
}
