//! Recognises the backlog that a platform sends again on a new connection, so that no line is shown twice.
//!
//! What was received before is kept, up to a bound. The first output of the next connection is held back while it may
//! still be a repetition of that:
//!
//! ```text
//! before   ..boot line 1 | boot line 2 | login: root | # uptime | 12:00 up 3 days | # _
//! after                    boot line 2 | login: root | # uptime | 12:00 up 3 days | # date | ..
//!                          └───────────── the overlap ──────────────────────────────┘└ new ─┘
//! ```
//!
//! Only an overlap that reaches the end of what was received is a repetition. A replay that starts elsewhere, or output
//! that only resembles an earlier part (a guest that boots again), is shown whole.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

/// Bytes of earlier output that are kept: more than the longest backlog documented (128 KiB).
const MAX_RECENT_BYTES: usize = 160 * 1024;
/// Time without output after which what is held back is judged as it is.
const QUIET_TIME: Duration = Duration::from_millis(150);
/// Time for which output is held back at most.
const MAX_HOLD_TIME: Duration = Duration::from_secs(2);
/// Time from the start of a connection in which a replay begins.
const START_TIMEOUT: Duration = Duration::from_secs(2);
/// The shortest overlap that is taken for a replay. A program that prints the same line again and again, or a prompt that
/// comes again, is none.
const MIN_OVERLAP_BYTES: usize = 32;
/// The fewest line ends in it, unless it is all that was ever received.
const MIN_OVERLAP_LINES: usize = 2;
/// Bytes that are read to compare one replay; each part that arrives is compared with all that is kept.
const MAX_COMPARED_BYTES: usize = 64 * 1024 * 1024;

/// The newest output of a session, across its connections.
#[derive(Default)]
pub(super) struct Recent(VecDeque<u8>);

impl Recent {
    /// Adds output, and drops the oldest beyond the bound.
    pub fn push(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(MAX_RECENT_BYTES)..];
        let excess = (self.0.len() + bytes.len()).saturating_sub(MAX_RECENT_BYTES);
        self.0.drain(..excess);
        self.0.extend(bytes);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What to do with output that was held back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The output, repetition included.
    pub output: Bytes,
    /// Bytes at its start that were received before; 0 if it is no replay.
    pub overlap: usize,
}

impl Verdict {
    /// The output from the last line of the overlap on. That line is repeated because it may not have ended: a prompt, or
    /// an escape sequence that the break cut in two.
    pub fn into_last_line(mut self) -> Bytes {
        let repeated = self.output.get(..self.overlap).unwrap_or_default();
        let start = repeated.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.output.split_off(start)
    }

    /// The output behind the overlap, exactly.
    pub fn into_new(mut self) -> Bytes {
        self.output.split_off(self.overlap.min(self.output.len()))
    }
}

/// The start of a connection, in which a replay may come.
pub(super) struct Replay {
    held: BytesMut,
    /// Of each start of what is held, the length of its longest border: the table of Knuth, Morris and Pratt.
    borders: Vec<usize>,
    /// When the first output must have come; afterwards, when what is held is judged.
    deadline: Instant,
    /// The latest that [`Self::deadline`] can become.
    last_deadline: Option<Instant>,
    compared: usize,
}

impl Replay {
    /// A connection that begins now.
    pub fn new(now: Instant) -> Self {
        Self {
            held: BytesMut::new(),
            borders: Vec::new(),
            deadline: now + START_TIMEOUT,
            last_deadline: None,
            compared: 0,
        }
    }

    /// When [`Self::judge`] is to be called.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns true if nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Holds output back until the deadline, whatever it is. Returns true if no more of it may be held.
    pub fn hold(&mut self, output: &[u8], now: Instant) -> bool {
        let last_deadline = *self.last_deadline.get_or_insert(now + MAX_HOLD_TIME);
        self.held.extend_from_slice(output);
        self.deadline = last_deadline.min(now + QUIET_TIME);
        self.extend_borders();
        self.held.len() > MAX_RECENT_BYTES || now >= last_deadline
    }

    /// Takes output. Returns the verdict as soon as more output cannot change it.
    pub fn take(&mut self, output: &[u8], recent: &mut Recent, now: Instant) -> Option<Verdict> {
        let is_over = self.hold(output, now) || self.compared >= MAX_COMPARED_BYTES;
        let recent = recent.0.make_contiguous();
        self.compared += recent.len();
        let (occurs, overlap) = self.compare(recent);
        (is_over || !occurs).then(|| self.verdict(overlap, recent.len()))
    }

    /// The verdict on what is held now; the time is up, or the link has ended.
    pub fn judge(&mut self, recent: &mut Recent) -> Verdict {
        let recent = recent.0.make_contiguous();
        let (_, overlap) = self.compare(recent);
        self.verdict(overlap, recent.len())
    }

    fn verdict(&mut self, overlap: usize, recent: usize) -> Verdict {
        let output = self.held.split().freeze();
        let repeated = output.get(..overlap).unwrap_or_default();
        let lines = repeated.split(|byte| *byte == b'\n').skip(1).count();
        let is_replay = overlap >= MIN_OVERLAP_BYTES && (lines >= MIN_OVERLAP_LINES || overlap == recent);
        Verdict { overlap: if is_replay { overlap } else { 0 }, output }
    }

    fn extend_borders(&mut self) {
        let held = &self.held[..];
        let mut border = self.borders.last().copied().unwrap_or_default();
        for at in self.borders.len()..held.len() {
            if at > 0 {
                while border > 0 && held[border] != held[at] {
                    border = self.borders[border - 1];
                }
                border += usize::from(held[border] == held[at]);
            }
            self.borders.push(border);
        }
    }

    /// Returns whether what is held occurs as a whole in `recent`, and the length of its longest start with which
    /// `recent` ends.
    fn compare(&self, recent: &[u8]) -> (bool, usize) {
        let held = &self.held[..];
        if held.is_empty() {
            return (true, 0);
        }
        let (mut occurs, mut matched) = (false, 0);
        for byte in recent {
            while matched == held.len() || (matched > 0 && held[matched] != *byte) {
                matched = self.borders[matched - 1];
            }
            matched += usize::from(held[matched] == *byte);
            occurs |= matched == held.len();
        }
        (occurs, matched)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn recent(bytes: &[u8]) -> Recent {
        let mut recent = Recent::default();
        recent.push(bytes);
        recent
    }

    /// Feeds output in parts; returns the verdict, on time or at the deadline, with what came after it.
    fn judged(before: &[u8], parts: &[&[u8]]) -> (usize, Vec<u8>) {
        let (mut recent, now) = (recent(before), Instant::now());
        let mut replay = Replay::new(now);
        for (nth, part) in parts.iter().enumerate() {
            if let Some(verdict) = replay.take(part, &mut recent, now) {
                let rest = parts[nth + 1..].concat();
                return (verdict.overlap, [&verdict.output[..], &rest].concat());
            }
        }
        let verdict = replay.judge(&mut recent);
        (verdict.overlap, verdict.output.to_vec())
    }

    fn shown(before: &[u8], parts: &[&[u8]]) -> String {
        let (overlap, output) = judged(before, parts);
        let verdict = Verdict { output: output.into(), overlap };
        String::from_utf8(verdict.into_last_line().to_vec()).unwrap()
    }

    const BEFORE: &[u8] = b"boot 1\r\nboot 2\r\n# uptime\r\n 12:00:01 up 3 days, 2 users\r\n# ";

    #[test]
    fn a_replay_is_dropped_up_to_the_line_that_goes_on() {
        assert_eq!(shown(BEFORE, &[BEFORE, b"date\r\n"]), "# date\r\n");
        assert_eq!(
            shown(BEFORE, &[b"boot 2\r\n# upt", b"ime\r\n 12:00:01 up 3 days, 2 users\r\n# ", b"date"]),
            "# date"
        );
        assert_eq!(
            shown(BEFORE, &[b"time\r\n 12:00:01 up 3 days, 2 users\r\n# ls\r\n"]),
            "# ls\r\n",
            "a backlog that starts inside a line"
        );
        assert_eq!(shown(BEFORE, &[BEFORE]), "# ", "nothing new yet");
    }

    #[test]
    fn what_is_no_replay_is_shown_whole() {
        for output in [
            "login: ",
            "boot 1\r\nboot 2\r\n# reboot",
            "boot 2\r\n",
            "# ",
            "\r\n\r\n",
            "boot 1\r\nBoot",
            "2 users\r\n# ",
        ] {
            assert_eq!(shown(BEFORE, &[output.as_bytes()]), output);
        }
    }

    #[test]
    fn a_line_that_comes_again_and_again_is_no_replay() {
        let line = "GET /healthz 200 in 1 ms, from 192.0.2.17\r\n";
        let before = line.repeat(10);
        assert_eq!(shown(before.as_bytes(), &[line.as_bytes()]), line);
        assert_eq!(shown(b"tick\r\n", &[b"tick\r\n"]), "tick\r\n");
        assert_eq!(shown(line.as_bytes(), &[line.as_bytes(), b"next"]), "next", "all that was received");
    }

    #[test]
    fn what_deviates_is_not_held_back() {
        let (mut recent, now) = (recent(BEFORE), Instant::now());
        let mut replay = Replay::new(now);
        let output = Bytes::from_static(b"boot 1\r\nnew");
        assert_eq!(replay.take(&output, &mut recent, now), Some(Verdict { output, overlap: 0 }));
    }

    #[test]
    fn a_replay_that_is_cut_inside_an_escape_goes_on_behind_it() {
        let before = b"one line of text, long enough\r\n\x1b[38;2;1";
        assert_eq!(
            shown(before, &[b"one line of text, long enough\r\n\x1b[38;2;1;2;3mtwo"]),
            "\x1b[38;2;1;2;3mtwo"
        );
        let verdict = Verdict { output: Bytes::from_static(b"one\r\ntwo, three"), overlap: 8 };
        assert_eq!(verdict.into_new(), ", three");
    }

    #[test]
    fn time_and_size_are_bounded() {
        let (mut recent, now) = (recent(&b"a\n".repeat(100_000)), Instant::now());
        let mut replay = Replay::new(now);
        assert_eq!(replay.deadline(), now + START_TIMEOUT);
        assert_eq!(replay.take(b"a\n", &mut recent, now), None);
        assert_eq!(replay.deadline(), now + QUIET_TIME);
        let later = now + MAX_HOLD_TIME - Duration::from_millis(1);
        assert_eq!(replay.take(b"a\n", &mut recent, later), None);
        assert_eq!(replay.deadline(), now + MAX_HOLD_TIME);
        assert!(replay.take(b"a\n", &mut recent, now + MAX_HOLD_TIME).is_some());

        let mut replay = Replay::new(now);
        assert!(replay.take(&b"a\n".repeat(MAX_RECENT_BYTES), &mut recent, now).is_some());
        let mut replay = Replay::new(now);
        replay.compared = MAX_COMPARED_BYTES;
        assert!(replay.take(b"a\n", &mut recent, now).is_some());
    }

    #[test]
    fn only_the_newest_output_is_kept() {
        let mut recent = Recent::default();
        assert!(recent.is_empty());
        for n in 0..100 {
            recent.push(&vec![n; 10_000]);
            assert!(recent.0.len() <= MAX_RECENT_BYTES);
        }
        assert_eq!(recent.0.len(), MAX_RECENT_BYTES);
        assert_eq!((recent.0.front(), recent.0.back()), (Some(&83), Some(&99)));
        recent.push(&vec![7; 2 * MAX_RECENT_BYTES]);
        assert!(recent.0.len() == MAX_RECENT_BYTES && recent.0.iter().all(|byte| *byte == 7));
    }

    /// Few letters, so that borders and false starts are common.
    fn output(length: usize) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(&b"ab\n"[..]), 0..length)
    }

    proptest! {
        #[test]
        fn the_overlap_is_the_longest_start_with_which_the_output_before_ends(
            before in output(60),
            after in output(60),
        ) {
            let mut replay = Replay::new(Instant::now());
            replay.held.extend_from_slice(&after);
            replay.extend_borders();
            let (occurs, overlap) = replay.compare(&before);
            let longest = (0..=after.len().min(before.len()))
                .rev()
                .find(|length| before.ends_with(&after[..*length]))
                .unwrap();
            prop_assert_eq!(overlap, longest);
            let is_part = after.is_empty() || before.windows(after.len()).any(|part| part == after);
            prop_assert_eq!(occurs, is_part);
        }

        #[test]
        fn nothing_is_lost_however_it_is_cut(
            before in output(80),
            start in 0_usize..80,
            new in output(80),
            cuts in prop::collection::vec(0_usize..120, 0..5),
        ) {
            let replayed = [&before[start.min(before.len())..], &new].concat();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(replayed.len())).collect();
            cuts.sort_unstable();
            let mut from = 0;
            let mut parts = Vec::new();
            for at in cuts.into_iter().chain([replayed.len()]) {
                parts.push(&replayed[from..at]);
                from = at;
            }
            let (overlap, output) = judged(&before, &parts);
            prop_assert_eq!(&output, &replayed);
            // What is dropped ends the output before, and is at least what was replayed in the first part.
            prop_assert!(before.ends_with(&output[..overlap]));
            let rest = Verdict { output: output.clone().into(), overlap }.into_last_line();
            prop_assert!(output.ends_with(&rest));
            let dropped = &output[..output.len() - rest.len()];
            prop_assert!(dropped.is_empty() || (dropped.ends_with(b"\n") && dropped.len() <= overlap));
        }

        #[test]
        fn a_whole_replay_of_lines_that_differ_is_dropped(
            lines in 5_usize..200,
            start in 0_usize..200,
            new in 0_usize..20,
            size in 1_usize..500,
        ) {
            let line = |n: usize| format!("line {n}\r\n");
            let before: String = (0..lines).map(line).collect();
            let start = start.min(lines - 5);
            let after: String = (start..lines + new).map(line).collect();
            let parts: Vec<&[u8]> = after.as_bytes().chunks(size).collect();
            let expected: String = (lines..lines + new).map(line).collect();
            prop_assert_eq!(shown(before.as_bytes(), &parts), expected);
        }
    }
}
