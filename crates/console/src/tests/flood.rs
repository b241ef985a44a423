//! A flood of log lines over channels. The benchmark measures a larger one over a websocket.

use std::fmt::Write;

use super::*;

/// About a megabyte of coloured log lines, numbered.
pub(super) fn log_lines(from: usize) -> Bytes {
    let mut text = String::with_capacity(1024 * 1024);
    for n in 0..LINES {
        let colour = 31 + n % 6;
        let number = from + n;
        let _ = write!(text, "\x1b[{colour}m{number:>9}\x1b[m \x1b[1mINFO\x1b[m request done in 1 ms\r\n");
    }
    text.into()
}

/// Lines of one part of the flood.
pub(super) const LINES: usize = 16 * 1024;

/// The last screen of a flood of so many parts that ended with "the end".
pub(super) fn assert_end_of_flood(session: &TerminalSession, parts: usize) {
    for (row, text) in rows(session)[..23].iter().enumerate() {
        let number = parts * LINES - 23 + row;
        assert_eq!(text.trim_start(), format!("{number} INFO request done in 1 ms"), "row {row}");
    }
    assert_eq!(session.live_top().line, (parts * LINES - 23) as u64);
}

/// 64 MiB are measured by the benchmark; here a few are enough to see that nothing is lost and no key waits for the end:
/// the flood does not end before the keys have come through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_delays_no_key_and_loses_no_line() {
    const MIN_PARTS: usize = 6;
    const KEYS: usize = 5;
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let Remote { output, input: mut typed } = arrivals.recv().await.unwrap();
    until("live", || session.takes_input()).await;
    let (came_through, mut is_through) = tokio::sync::oneshot::channel();
    let flooding = tokio::spawn(async move {
        let mut parts = 0;
        while parts < MIN_PARTS || is_through.try_recv().is_err() {
            output.send(Ok(log_lines(parts * LINES))).await.unwrap();
            parts += 1;
        }
        output.send(Ok("the end".into())).await.unwrap();
        (output, parts)
    });
    for _ in 0..KEYS {
        session.send(&key('k'));
        let read = tokio::time::timeout(DEADLINE, typed.recv()).await;
        assert_eq!(read, Ok(Some(Bytes::from_static(b"k"))));
        rows(&session);
    }
    came_through.send(()).unwrap();
    let (_output, parts) = flooding.await.unwrap();
    shows(&session, "the end").await;
    assert_end_of_flood(&session, parts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_small_pieces_comes_in_order() {
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let remote = arrivals.recv().await.unwrap();
    let mut rest = log_lines(0);
    let mut sizes = (1..=97).cycle();
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(1).min(rest.len());
        remote.print(rest.split_to(size)).await;
    }
    remote.print("the end").await;
    shows(&session, "the end").await;
    assert_end_of_flood(&session, 1);
}
