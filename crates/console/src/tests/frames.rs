//! Screens of pixels behind a websocket server that sends any frames: whole ones show the picture, and all others end in
//! a problem.
//!
//! `QDECK_FUZZ_CASES` asks for more of them.

use std::sync::LazyLock;

use proptest::prelude::*;
use qdeck_net::SocketOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::connector::{connector, pixels};
use super::websocket::{listen, upgrade};
use super::*;
use crate::{PixelScreen, Retry, VncSession};

/// The longest message that is taken here.
const MESSAGE_LIMIT: usize = 16 << 10;
/// The picture's size in pixels, and its colour.
const PICTURE: (u16, u16, u32) = (40, 30, 0x0012_3456);

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// All that a VNC server sends for one picture, without waiting for the client's half.
static STREAM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (width, height, color) = PICTURE;
    let mut stream = b"RFB 003.008\n\x01\x01\0\0\0\0".to_vec();
    stream.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    stream.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0, 0, 0, 0, 5]);
    stream.extend(b"web-1\0\0\0\x01\0\0\0\0");
    stream.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    stream.extend([0; 4]);
    stream.extend(color.to_le_bytes().repeat(usize::from(width) * usize::from(height)));
    stream
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
});

/// The form of a frame's length. The shortest is the only right one.
#[derive(Debug, Clone, Copy)]
enum Length {
    Shortest,
    Sixteen,
    SixtyFour,
    /// Another one than the payload has.
    Claimed(u64),
}

/// The first byte of a frame, whether it is masked as only a client's are, and its length.
type Head = (u8, bool, Length);

fn frame((first, is_masked, length): Head, payload: &[u8]) -> Vec<u8> {
    let mask = u8::from(is_masked) << 7;
    let mut frame = vec![first];
    match (length, payload.len()) {
        (Length::Claimed(length), _) => {
            frame.push(127 + mask);
            frame.extend(length.to_be_bytes());
        }
        (Length::Shortest, length @ 0..126) => frame.push(u8::try_from(length).unwrap() + mask),
        (Length::Shortest | Length::Sixteen, length @ 0..=0xffff) => {
            frame.push(126 + mask);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        (_, length) => {
            frame.push(127 + mask);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    if is_masked {
        frame.extend([0; 4]);
    }
    frame.extend(payload);
    frame
}

fn whole(opcode: u8, is_last: bool, payload: &[u8]) -> Vec<u8> {
    frame((opcode | u8::from(is_last) << 7, false, Length::Shortest), payload)
}

/// The picture in messages of these lengths, each in fragments, with other frames between them.
fn framed(messages: &[(usize, usize, bool)]) -> Vec<u8> {
    let mut frames = Vec::new();
    let mut rest = &STREAM[..];
    for (length, parts, has_ping) in messages.iter().cycle() {
        let (message, later) = rest.split_at((*length).min(rest.len()));
        rest = later;
        let part = message.len().div_ceil(*parts).max(1);
        let mut opcode = BINARY;
        let mut fragments = message.chunks(part).peekable();
        while let Some(fragment) = fragments.next() {
            if *has_ping {
                frames.extend(whole(PING, true, b"are you there"));
                frames.extend(whole(PONG, true, b""));
            }
            frames.extend(whole(opcode, fragments.peek().is_none(), fragment));
            opcode = CONTINUATION;
        }
        if rest.is_empty() {
            return frames;
        }
        frames.extend(whole(BINARY, true, b""));
    }
    frames
}

/// What a hostile server sends at a time.
#[derive(Debug, Clone)]
enum Piece {
    /// A frame with so much of the picture's stream.
    Stream(Head, usize),
    /// A frame with anything.
    Frame(Head, Vec<u8>),
    /// No frame.
    Raw(Vec<u8>),
}

fn head() -> impl Strategy<Value = Head> {
    let opcode = prop_oneof![
        6 => Just(BINARY),
        2 => Just(TEXT),
        2 => Just(CONTINUATION),
        1 => Just(CLOSE),
        1 => Just(PING),
        1 => Just(PONG),
        1 => 0_u8..16,
    ];
    let is_last = prop_oneof![4 => Just(0x80_u8), 1 => Just(0_u8)];
    let reserved = prop_oneof![12 => Just(0_u8), 1 => (0_u8..8).prop_map(|bits| bits << 4)];
    let length = prop_oneof![
        8 => Just(Length::Shortest),
        1 => Just(Length::Sixteen),
        1 => Just(Length::SixtyFour),
        1 => prop_oneof![Just(0), Just(200), Just(MESSAGE_LIMIT as u64), Just(1 << 31), Just(u64::MAX), any::<u64>()]
            .prop_map(Length::Claimed),
    ];
    let is_masked = prop_oneof![12 => Just(false), 1 => Just(true)];
    (opcode, is_last, reserved, is_masked, length).prop_map(
        |(opcode, is_last, reserved, is_masked, length)| (opcode | is_last | reserved, is_masked, length),
    )
}

fn piece() -> impl Strategy<Value = Piece> {
    let payload = prop_oneof![
        6 => proptest::collection::vec(any::<u8>(), 0..140),
        1 => Just(vec![7; MESSAGE_LIMIT]),
        1 => Just(vec![7; MESSAGE_LIMIT + 1]),
        1 => Just("grüße".as_bytes().to_vec()),
        1 => (999_u16..5000).prop_map(|code| [&code.to_be_bytes()[..], b"reason"].concat()),
    ];
    prop_oneof![
        6 => (head(), 0_usize..3000).prop_map(|(head, length)| Piece::Stream(head, length)),
        3 => (head(), payload).prop_map(|(head, payload)| Piece::Frame(head, payload)),
        1 => proptest::collection::vec(any::<u8>(), 1..20).prop_map(Piece::Raw),
    ]
}

fn hostile(pieces: &[Piece]) -> Vec<u8> {
    let mut stream = &STREAM[..];
    let bytes = pieces.iter().map(|piece| match piece {
        Piece::Stream(head, length) => {
            let (now, later) = stream.split_at((*length).min(stream.len()));
            stream = later;
            frame(*head, now)
        }
        Piece::Frame(head, payload) => frame(*head, payload),
        Piece::Raw(bytes) => bytes.clone(),
    });
    bytes.collect::<Vec<_>>().concat()
}

/// A session and the server's end of its connection.
async fn attached() -> (VncSession, TcpStream) {
    let (listener, url) = listen().await;
    let options = SocketOptions { message_limit: MESSAGE_LIMIT, ..SocketOptions::default() };
    let session = VncSession::start(connector(url, options, pixels), no_wake());
    let server = tokio::time::timeout(DEADLINE, upgrade(&listener)).await.unwrap();
    (session, server)
}

/// Sends bytes and ends the connection; waits until the client has ended it too.
async fn send_and_end(server: TcpStream, bytes: &[u8]) {
    let (mut from, mut to) = server.into_split();
    let sending = async {
        // A client that has given up reads no more.
        let _ = to.write_all(bytes).await;
        let _ = to.shutdown().await;
    };
    let reading = async {
        let mut read = Vec::new();
        let _ = from.read_to_end(&mut read).await;
    };
    let ended = tokio::time::timeout(DEADLINE, async { tokio::join!(sending, reading) }).await;
    assert!(ended.is_ok(), "the client keeps a connection that has ended");
}

/// The problem with which a session has ended or is opened again; `None` for an orderly end.
async fn end(session: &VncSession) -> Option<Problem> {
    until("end", || !matches!(session.state(), SessionState::Connecting | SessionState::Live)).await;
    match session.state() {
        SessionState::Ended(problem) => problem,
        SessionState::Reconnecting(Retry { problem, .. }) => Some(problem),
        other => panic!("{other:?}"),
    }
}

fn shows_picture(session: &VncSession) -> bool {
    let (width, height, color) = PICTURE;
    let mut is_shown = false;
    session.with_framebuffer(&mut |screen, _| {
        is_shown = (screen.width(), screen.height()) == (width, height)
            && (0..height).all(|y| screen.row(y).iter().all(|pixel| *pixel == color));
    });
    is_shown
}

/// How many streams each property is tried with.
fn cases() -> u32 {
    std::env::var("QDECK_FUZZ_CASES").map_or(200, |cases| cases.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_picture_comes_whole_through_any_fragments(
        messages in proptest::collection::vec((1_usize..3000, 1_usize..9, any::<bool>()), 1..6),
    ) {
        RUNTIME.block_on(async {
            let (session, mut server) = attached().await;
            let bytes = framed(&messages);
            server.write_all(&bytes).await.unwrap();
            until("the picture", || shows_picture(&session)).await;
            assert_eq!(session.state(), SessionState::Live);
            send_and_end(server, &whole(CLOSE, true, &1000_u16.to_be_bytes())).await;
            assert_eq!(end(&session).await, None);
        });
    }

    #[test]
    fn no_frames_leave_a_session_hanging(pieces in proptest::collection::vec(piece(), 0..12)) {
        RUNTIME.block_on(async {
            let (session, server) = attached().await;
            send_and_end(server, &hostile(&pieces)).await;
            if let Some(problem) = end(&session).await {
                let message = &problem.message;
                assert!(!message.is_empty() && !message.chars().any(char::is_control), "{message:?}");
                assert!(message.len() < 1000, "{message}");
            }
        });
    }
}
