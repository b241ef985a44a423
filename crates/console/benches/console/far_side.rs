//! The far side of the websocket, in a process of its own: a flood of log lines, and an echo as soon as a key is there.

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::websocket::accept;
use crate::{Error, log};

/// The mark in the title behind the whole flood.
pub const END: &str = "end";

/// Bytes of one frame, as a PTY's reads give them.
pub const FRAME: usize = 16 * 1024;

/// Send buffer of the socket, as console servers keep it.
const SEND_BUFFER: u32 = 128 * 1024;

/// Prints the address, and serves one connection. Its first key starts the flood and is not echoed.
#[expect(clippy::print_stdout, reason = "the parent reads the address")]
pub async fn serve(parts: usize) -> Result<(), Error> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    // Inherited by the accepted connection.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(1)?;
    let flood = log::parts(parts);
    println!("{}", listener.local_addr()?);
    let mut server = accept(&listener).await?;
    server.next().await.ok_or("no key")??;
    let mut echoed = 0;
    for mut rest in flood {
        while !rest.is_empty() {
            while let Some(Some(typed)) = server.next().now_or_never() {
                echo(&mut server, &typed?, &mut echoed, "").await?;
            }
            // At the end of a line: an echo inside a sequence would break it.
            let most = rest.len().min(FRAME);
            let end = memchr::memrchr(b'\n', &rest[..most]).map_or(most, |at| at + 1);
            server.send(Message::Binary(rest.split_to(end))).await?;
        }
    }
    server.send(title(echoed, END)).await?;
    while let Some(Ok(typed)) = server.next().await {
        echo(&mut server, &typed, &mut echoed, END).await?;
    }
    Ok(())
}

/// Writes the number of each key behind what is written already, as the title: so the log has the whole screen and goes
/// into the scrollback as it does for a person.
async fn echo(
    server: &mut WebSocketStream<TcpStream>,
    typed: &Message,
    echoed: &mut usize,
    mark: &str,
) -> Result<(), Error> {
    if typed.is_binary() || typed.is_text() {
        for _ in 0..typed.len() {
            *echoed += 1;
            server.send(title(*echoed, mark)).await?;
        }
    }
    Ok(())
}

fn title(echoed: usize, mark: &str) -> Message {
    Message::text(format!("\x1b]2;{echoed} {mark}\x07"))
}
