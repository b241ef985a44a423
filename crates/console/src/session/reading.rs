//! The incoming direction of one connection: the seam to the one before, and the emulator fed with what has arrived.

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::link::Reader;
use super::replay::{Recent, Replay, Verdict};
use super::shared::{MAX_FEED_TIME, SharedScreen};
use qdeck_model::{Problem, Timestamp};

/// Feeds what arrives on one connection to the emulator.
pub(super) struct Reading<'a> {
    pub shared: &'a SharedScreen,
    /// Takes the emulator's replies, where the remote side takes input.
    pub replies: Option<&'a mpsc::Sender<Bytes>>,
    pub recent: &'a mut Recent,
    /// When the synchronised update that holds the frame must be ended.
    pub hold_deadline: Option<std::time::Instant>,
}

/// The start of a connection that follows on another, until its first output was judged.
struct Seam {
    note: String,
    replay: Replay,
    /// The line that marks the seam was written.
    is_marked: bool,
}

impl Reading<'_> {
    /// Runs until the end of the connection; `ended_at` is the end of the one before.
    pub async fn run(&mut self, reader: &mut Reader, ended_at: Option<Instant>) -> Result<(), Problem> {
        let mut seam = ended_at.map(|ended_at| self.begin_seam(ended_at));
        loop {
            let replay = seam.as_ref().map(|seam| seam.replay.deadline());
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
                () = sleep_until(replay) => {
                    self.end_seam(seam.take()).await;
                    continue;
                }
            };
            match received {
                Ok(Some(bytes)) => match &mut seam {
                    None => self.show(bytes, Some(reader)).await,
                    Some(open) => {
                        if let Some(verdict) = self.compare(open, &bytes) {
                            self.show_judged(verdict, seam.take()).await;
                        }
                    }
                },
                end => {
                    self.end_seam(seam.take()).await;
                    return end.map(|_| ());
                }
            }
        }
    }

    /// Writes the line that marks the seam. Over a full-screen program it waits until it is clear whether that goes on.
    fn begin_seam(&self, ended_at: Instant) -> Seam {
        let note = format!("reconnected {} after {}", clock(), span(ended_at.elapsed()));
        let is_full_screen = self.shared.with(|screen| screen.emulator.alternate_screen());
        if !is_full_screen {
            self.mark_seam(&note);
        }
        Seam { note, replay: Replay::new(Instant::now()), is_marked: !is_full_screen }
    }

    fn mark_seam(&self, note: &str) {
        self.shared.with(|screen| {
            screen.emulator.begin_connection(note);
            screen.record_seam("reconnected");
        });
        self.shared.mark_dirty();
    }

    /// Takes output of a connection whose start was not judged yet.
    fn compare(&mut self, seam: &mut Seam, bytes: &Bytes) -> Option<Verdict> {
        // An answer to what was typed is no replay, however alike.
        if self.recent.is_empty() || self.shared.status().was_typed_into {
            let mut verdict = seam.replay.judge(self.recent);
            verdict.output = [&verdict.output[..], bytes].concat().into();
            return Some(verdict);
        }
        seam.replay.take(bytes, self.recent, Instant::now())
    }

    /// Judges what was held back, and writes the seam if nothing was.
    async fn end_seam(&mut self, seam: Option<Seam>) {
        if let Some(mut open) = seam {
            let verdict = open.replay.judge(self.recent);
            self.show_judged(verdict, Some(open)).await;
        }
    }

    /// Shows the first output of a connection, without what was shown before.
    async fn show_judged(&mut self, verdict: Verdict, seam: Option<Seam>) {
        let goes_on = verdict.overlap > 0;
        if let Some(seam) = seam.filter(|seam| !seam.is_marked) {
            if goes_on {
                // The program's screen and modes are as the remote side believes them to be.
                self.shared.with(|screen| screen.record_seam("reconnected"));
                return self.show(verdict.into_new(), None).await;
            }
            self.mark_seam(&seam.note);
        }
        self.recent.push(verdict.output.get(verdict.overlap..).unwrap_or_default());
        self.feed(verdict.into_last_line(), None).await;
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
