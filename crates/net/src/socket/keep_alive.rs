//! Pings on a paused clock: a link that is dead is noticed, and one that is quiet is kept.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{DuplexStream, duplex};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;

/// A socket with the pings of a console, and its far end.
async fn connected() -> (Socket, DuplexStream) {
    let (near, far) = duplex(64 << 10);
    let url = "ws://127.0.0.1/console".parse().unwrap();
    let base_error = NetError::new("WEBSOCKET", &url, Cause::Plaintext);
    (link::start(near, None, base_error, &SocketOptions::default()).await, far)
}

#[tokio::test(start_paused = true)]
async fn a_dead_link_is_noticed_within_a_minute() {
    let (mut socket, _far) = connected().await;
    let start = Instant::now();
    let problem = socket.recv().await.unwrap_err();
    assert!(problem.message.contains("answered no ping"), "{problem}");
    assert_eq!(problem.kind, qdeck_model::ProblemKind::Unreachable);
    let took = start.elapsed();
    assert!(took > Duration::from_secs(30) && took <= Duration::from_secs(61), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_link_that_answers_pings_is_kept() {
    let (mut socket, far) = connected().await;
    let mut server = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
    let mut pings = 0;
    let quiet = async {
        // Reading answers the pings.
        while let Some(Ok(message)) = server.next().await {
            pings += usize::from(message.is_ping());
            if pings == 180 {
                break;
            }
        }
    };
    tokio::select! {
        () = quiet => {}
        frame = socket.recv() => panic!("{frame:?}"),
    }
    server.send(Message::text("still here")).await.unwrap();
    assert_eq!(socket.recv().await, Ok(Some(Frame::Text("still here".into()))));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_dies_later_is_noticed_within_a_minute_and_a_half() {
    let (mut socket, far) = connected().await;
    let mut server = WebSocketStream::from_raw_socket(far, Role::Server, None).await;
    let alive = tokio::time::timeout(Duration::from_secs(610), async {
        while let Some(Ok(_)) = server.next().await {}
    });
    tokio::select! {
        ended = alive => assert!(ended.is_err()),
        frame = socket.recv() => panic!("{frame:?}"),
    }
    let died = Instant::now();
    assert!(socket.recv().await.is_err());
    assert!(died.elapsed() <= Duration::from_secs(90), "{:?}", died.elapsed());
}
