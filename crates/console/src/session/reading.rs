//! The incoming direction of one connection: the seam to the one before, and the emulator fed with what has arrived.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::link::Reader;
use super::replay::{Recent, Replay, Verdict};
use super::retries::may_pass;
use super::shared::{MAX_FEED_TIME, SharedScreen};
use crate::SessionState;
use crate::transport::is_reached;
use qdeck_model::{Problem, Timestamp};

/// Feeds what arrives on one connection to the emulator.
pub(super) struct Reading<'a> {
    pub shared: &'a SharedScreen,
    /// Takes the emulator's replies, where the remote side takes input.
    pub replies: Option<&'a mpsc::Sender<Bytes>>,
    pub recent: &'a mut Recent,
    /// When the synchronised update that holds the frame must be ended.
    pub hold_deadline: Option<std::time::Instant>,
    /// The mark of [`Transport::reached`](crate::Transport::reached).
    pub reached: Option<Arc<AtomicBool>>,
}

/// The start of a connection that follows on another, until its line is written: the remote side has answered then.
struct Seam {
    /// When the connection before ended.
    ended_at: Instant,
    replay: Replay,
    /// The first output was judged, and is shown.
    is_judged: bool,
}

impl Reading<'_> {
    /// Runs until the end of the connection; `ended_at` is the end of the one before.
    pub async fn run(&mut self, reader: &mut Reader, ended_at: Option<Instant>) -> Result<(), Problem> {
        let mut seam =
            ended_at.map(|ended_at| Seam { ended_at, replay: Replay::new(Instant::now()), is_judged: false });
        loop {
            let deadline = seam.as_ref().and_then(|seam| self.deadline(seam));
            let received = tokio::select! {
                biased;
                received = reader.recv() => received,
                () = sleep_until(self.hold_deadline.map(Instant::from_std)) => {
                    self.hold_deadline = None;
                    if self.shared.with(|screen| screen.emulator.end_overdue_hold(std::time::Instant::now())) {
                        self.shared.mark_dirty();
                    }
                    continue;
                }
                () = sleep_until(deadline) => {
                    self.end_hold(&mut seam).await;
                    continue;
                }
            };
            match received {
                Ok(Some(bytes)) => match &mut seam {
                    None => self.show(bytes, Some(reader)).await,
                    Some(open) if open.is_judged => {
                        self.mark_answered(&mut seam);
                        self.show(bytes, None).await;
                    }
                    Some(open) => {
                        if let Some(verdict) = self.compare(open, &bytes) {
                            self.show_judged(verdict, &mut seam).await;
                        }
                    }
                },
                Ok(None) => {
                    self.end_hold(&mut seam).await;
                    return Ok(());
                }
                Err(problem) => {
                    self.end_attempt(seam, &problem).await;
                    return Err(problem);
                }
            }
        }
    }

    /// Returns whether the remote side itself has answered.
    fn has_answered(&self) -> bool {
        is_reached(self.reached.as_ref())
    }

    /// When what is held back is shown. A program that has yet to reach the remote side may be silent for as long as it wants.
    fn deadline(&self, seam: &Seam) -> Option<Instant> {
        let is_waiting = seam.is_judged || (self.reached.is_some() && seam.replay.is_empty());
        (!is_waiting).then(|| seam.replay.deadline())
    }

    /// Takes output of a connection whose start was not judged yet.
    fn compare(&mut self, seam: &mut Seam, bytes: &Bytes) -> Option<Verdict> {
        if self.reached.is_some() {
            // It may be the reason why this attempt fails in a moment.
            let is_over = seam.replay.hold(bytes, Instant::now());
            return is_over.then(|| seam.replay.judge(self.recent));
        }
        // An answer to what was typed is no replay, however alike.
        if self.recent.is_empty() || self.shared.status().was_typed_into {
            let mut verdict = seam.replay.judge(self.recent);
            verdict.output = [&verdict.output[..], bytes].concat().into();
            return Some(verdict);
        }
        seam.replay.take(bytes, self.recent, Instant::now())
    }

    /// Judges what was held back, shows it, and writes the line of the seam if nothing was.
    async fn end_hold(&mut self, seam: &mut Option<Seam>) {
        if let Some(open) = seam.as_mut().filter(|open| !open.is_judged) {
            let verdict = open.replay.judge(self.recent);
            self.show_judged(verdict, seam).await;
        }
    }

    /// Ends a connection that broke. One that only failed to open leaves no line: its reason is the session's problem.
    async fn end_attempt(&mut self, seam: Option<Seam>, problem: &Problem) {
        let Some(mut open) = seam.filter(|open| !open.is_judged && !open.replay.is_empty()) else { return };
        let verdict = open.replay.judge(self.recent);
        if self.reached.is_none() {
            self.show_judged(verdict, &mut Some(open)).await;
        } else if !may_pass(problem) {
            // The last attempt: its output explains more than the line that the problem has of it.
            self.shared.with(|screen| screen.emulator.leave_program());
            self.show(verdict.output, None).await;
        }
    }

    /// Shows the first output of a connection, without what was shown before.
    async fn show_judged(&mut self, verdict: Verdict, seam: &mut Option<Seam>) {
        self.shared.status().state = SessionState::Live;
        let goes_on = verdict.overlap > 0 && self.shared.with(|screen| screen.emulator.alternate_screen());
        if goes_on {
            // The program's screen and modes are as the remote side believes them to be.
            *seam = None;
            self.shared.with(|screen| screen.record_seam("reconnected"));
            return self.show(verdict.into_new(), None).await;
        }
        self.mark_answered(seam);
        if let Some(open) = seam {
            // A question of the program that connects.
            open.is_judged = true;
            self.shared.with(|screen| screen.emulator.leave_program());
        }
        self.recent.push(verdict.output.get(verdict.overlap..).unwrap_or_default());
        self.feed(verdict.into_last_line(), None).await;
    }

    /// Writes the line of the seam as soon as the remote side has answered.
    fn mark_answered(&self, seam: &mut Option<Seam>) {
        if let Some(open) = seam.take_if(|_| self.has_answered()) {
            let note = format!("reconnected {} after {}", clock(), span(open.ended_at.elapsed()));
            self.shared.with(|screen| {
                screen.emulator.begin_connection(&note);
                screen.record_seam("reconnected");
            });
            self.shared.mark_dirty();
        }
    }

    async fn show(&mut self, bytes: Bytes, reader: Option<&mut Reader>) {
        self.recent.push(&bytes);
        self.feed(bytes, reader).await;
    }

    /// Feeds `bytes`, and what has arrived behind them meanwhile.
    async fn feed(&mut self, mut bytes: Bytes, mut reader: Option<&mut Reader>) {
        while !bytes.is_empty() {
            let until = std::time::Instant::now() + MAX_FEED_TIME;
            let fed = self.shared.feed(&mut bytes, until, || {
                let more = reader.as_mut()?.try_recv()?;
                self.recent.push(&more);
                Some(more)
            });
            if let (Some(replies), false) = (self.replies, fed.replies.is_empty()) {
                // Full: the remote side does not read its replies, so it goes without.
                let _ = replies.try_send(fed.replies.into());
            }
            self.hold_deadline = fed.hold_deadline;
            if fed.hold_deadline.is_none() {
                self.shared.mark_dirty();
            }
            self.shared.yield_to_readers().await;
        }
    }
}

/// The time now, `14:03:22`.
fn clock() -> String {
    let mut clock = Timestamp::now().clock();
    clock.truncate(clock.find('.').unwrap_or(clock.len()));
    clock
}

/// A duration for a sentence.
fn span(duration: std::time::Duration) -> String {
    match duration.as_secs() {
        0 => "less than 1 s".to_owned(),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
