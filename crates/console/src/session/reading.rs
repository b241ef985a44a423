//! The incoming direction of one connection: the seam to the one before, and the emulator fed in slices.

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::link::Reader;
use super::replay::{Recent, Replay, Verdict};
use super::shared::SharedScreen;
use qdeck_model::{Problem, Timestamp};

/// Feeds what arrives on one connection to the emulator.
pub(super) struct Reading<'a> {
    pub shared: &'a SharedScreen,
    /// Takes the emulator's replies, where the remote side takes input.
    pub replies: Option<&'a mpsc::Sender<Bytes>>,
    pub recent: &'a mut Recent,
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
            let hold = self.shared.lock().emulator.hold_deadline();
            let replay = seam.as_ref().map(|seam| seam.replay.deadline());
            let received = tokio::select! {
                biased;
                received = reader.recv() => received,
                () = sleep_until(hold.map(Instant::from_std)) => {
                    if self.shared.lock().emulator.end_overdue_hold(std::time::Instant::now()) {
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
                    None => self.show(bytes).await,
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
        let is_full_screen = self.shared.lock().emulator.alternate_screen();
        if !is_full_screen {
            self.mark_seam(&note);
        }
        Seam { note, replay: Replay::new(Instant::now()), is_marked: !is_full_screen }
    }

    fn mark_seam(&self, note: &str) {
        {
            let mut screen = self.shared.lock();
            screen.emulator.begin_connection(note);
            screen.record_seam("reconnected");
        }
        self.shared.mark_dirty();
    }

    /// Takes output of a connection whose start was not judged yet.
    fn compare(&mut self, seam: &mut Seam, bytes: &Bytes) -> Option<Verdict> {
        // An answer to what was typed is no replay, however alike.
        if self.recent.is_empty() || self.shared.lock().was_typed_into {
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
                self.shared.lock().record_seam("reconnected");
                return self.show(verdict.into_new()).await;
            }
            self.mark_seam(&seam.note);
        }
        self.recent.push(verdict.output.get(verdict.overlap..).unwrap_or_default());
        self.feed(verdict.into_last_line()).await;
    }

    async fn show(&mut self, bytes: Bytes) {
        self.recent.push(&bytes);
        self.feed(bytes).await;
    }

    async fn feed(&mut self, mut bytes: Bytes) {
        while !bytes.is_empty() {
            let (reply, is_held) = self.shared.feed(&mut bytes);
            if let (Some(replies), false) = (self.replies, reply.is_empty()) {
                // Full: the remote side does not read its replies, so it goes without.
                let _ = replies.try_send(reply.into());
            }
            if !is_held {
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
