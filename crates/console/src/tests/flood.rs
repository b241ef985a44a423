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

/// 64 MiB are measured by the benchmark; here a few are enough to see that nothing is lost and no key waits for the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_delays_no_key_and_loses_no_line() {
    const PARTS: usize = 6;
    let (connector, mut arrivals) = remotes(false, true);
    let session = TerminalSession::start(connector, SIZE, no_wake());
    let Remote { output, input: mut typed } = arrivals.recv().await.unwrap();
    until("live", || session.takes_input()).await;
    let mut flooding = tokio::spawn(async move {
        for part in 0..PARTS {
            output.send(Ok(log_lines(part * LINES))).await.unwrap();
        }
        // Once there is room for more, all but the last parts have been drawn.
        output.send(Ok("the end".into())).await.unwrap();
        output
    });
    let mut keys_meanwhile = 0;
    let _output = loop {
        session.send(&key('k'));
        let read = tokio::time::timeout(DEADLINE, typed.recv()).await;
        assert_eq!(read, Ok(Some(Bytes::from_static(b"k"))));
        rows(&session);
        tokio::select! {
            biased;
            output = &mut flooding => break output.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(1)) => keys_meanwhile += 1,
        }
    };
    assert!(keys_meanwhile > 2, "{keys_meanwhile} keys came through during the flood");
    shows(&session, "the end").await;
    assert_end_of_flood(&session, PARTS);
}
