//! The far side of a screen by VNC, in a process of its own: ten whole screens a second, and an echo as soon as a key is
//! there. As servers without updates of their own accord do, it sends an update when one was asked for.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::Error;
use crate::encode::{self, Encoder, Encoding, Screen, rectangle};
use crate::screens::{HEIGHT, WIDTH, screen};
use crate::websocket::accept;

/// Where the echo is drawn: x, y, width and height.
pub const ECHO: [u16; 4] = [960, 528, 24, 24];

/// Time between two whole screens.
const BETWEEN_SCREENS: Duration = Duration::from_millis(100);
/// Different screens, which are sent in turns.
const SCREENS: usize = 8;
/// Bytes of one frame of the websocket.
const FRAME_BYTES: usize = 64 << 10;
/// Send buffer of the socket, as console servers keep it.
const SEND_BUFFER: u32 = 128 << 10;

/// The colour of the echo of so many keys: four bits in the middle of each part, which scaling leaves as they are.
fn echo_color(keys: u32) -> u32 {
    let part = |shift: u32| (keys >> shift & 0xf) * 16 + 8;
    part(8) << 16 | part(4) << 8 | part(0)
}

/// The number of keys that an echo of this colour is for.
pub fn echoed_keys(color: u32) -> usize {
    let part = |shift: u32| (color >> shift & 0xf0) >> 4;
    usize::try_from(part(16) << 8 | part(8) << 4 | part(0)).unwrap_or_default()
}

/// Prints the address, and serves one connection.
#[expect(clippy::print_stdout, reason = "the parent reads the address")]
pub async fn serve(encoding: Encoding) -> Result<(), Error> {
    let mut encoder = Encoder::new(encoding);
    // The first one has the header of the stream of zlib and is not sent again.
    let screens: Vec<(u16, Vec<u8>)> = (0..=SCREENS)
        .map(|number| encoder.screen(&Screen { width: WIDTH, pixels: &screen(number % SCREENS) }))
        .collect();
    let socket = tokio::net::TcpSocket::new_v4()?;
    // Inherited by the accepted connection.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(1)?;
    println!("{}", listener.local_addr()?);
    let mut server =
        Server { socket: accept(&listener).await?, received: Vec::new(), requested: false, keys: 0 };
    server.greet().await?;
    let mut ticks = interval(BETWEEN_SCREENS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut next, mut is_due, mut echoed) = (0, false, 0);
    loop {
        tokio::select! {
            biased;
            // The end of the connection is that of the measurement.
            more = server.receive() => if more.is_err() { return Ok(()) },
            _ = ticks.tick(), if !is_due => is_due = true,
        }
        if !server.requested || !(is_due || server.keys > echoed) {
            continue;
        }
        // The echo is part of the screen, so that it comes behind the screen that lies over it.
        echoed = server.keys;
        let color = echo_color(echoed).to_le_bytes();
        let echo = rectangle(ECHO, 0, &color.repeat(usize::from(ECHO[2]) * usize::from(ECHO[3])));
        let update = if std::mem::take(&mut is_due) {
            let (count, rectangles) = &screens[next];
            next = if next == SCREENS { 1 } else { next + 1 };
            encode::update(count + 1, &[&rectangles[..], &echo].concat())
        } else {
            encode::update(1, &echo)
        };
        server.requested = false;
        if server.send(update).await.is_err() {
            return Ok(());
        }
    }
}

struct Server {
    socket: WebSocketStream<TcpStream>,
    received: Vec<u8>,
    /// An update is asked for.
    requested: bool,
    /// Keys that were pressed.
    keys: u32,
}

impl Server {
    async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let mut rest = Bytes::from(bytes);
        while !rest.is_empty() {
            let frame = rest.split_to(rest.len().min(FRAME_BYTES));
            self.socket.feed(Message::Binary(frame)).await?;
        }
        Ok(self.socket.flush().await?)
    }

    /// Goes through the handshake, of which the client's part is 14 bytes.
    async fn greet(&mut self) -> Result<(), Error> {
        let mut length = 0;
        for (part, answer) in encode::greeting(WIDTH, HEIGHT).into_iter().zip([12, 1, 1]) {
            self.send(part).await?;
            length += answer;
            while self.received.len() < length {
                self.read().await?;
            }
        }
        self.received.drain(..length);
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Error> {
        let message = self.socket.next().await.ok_or("the client has gone")??;
        self.received.extend_from_slice(&message.into_data());
        Ok(())
    }

    /// Reads what the client sends. Cancel safe.
    async fn receive(&mut self) -> Result<(), Error> {
        self.read().await?;
        while let Some(length) = message_length(&self.received).filter(|it| *it <= self.received.len()) {
            match self.received.drain(..length).collect::<Vec<u8>>()[..] {
                [3, ..] => self.requested = true,
                [4, 1, ..] => self.keys += 1,
                _ => {}
            }
        }
        Ok(())
    }
}

/// The length of the client's message that begins these bytes; `None` where more of them are needed.
fn message_length(bytes: &[u8]) -> Option<usize> {
    Some(match bytes.first()? {
        0 => 20,
        2 => 4 + 4 * usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])),
        4 => 8,
        5 => 6,
        // A request for an update; others do not come without being announced.
        _ => 10,
    })
}
