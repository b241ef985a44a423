//! The thread that plays a recording: events at their times, and commands in between.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use qdeck_model::{Problem, ProblemKind};

use super::clock::Clock;
use super::keyframes::Keyframes;
use super::played::PlaybackCommand;
use super::reader::Cast;
use super::stage::{PlayOptions, Stage};
use crate::{SessionState, Wake};

/// Time for which the player holds the screen at most, but for the last slice.
const MAX_LOCK_TIME: Duration = Duration::from_millis(3);
/// Time after a marker within which the marker before it is meant by "the one before".
const MARKER_GRACE: Duration = Duration::from_secs(1);

/// What the session and the thread share.
pub(super) struct Shared {
    pub played: Mutex<Played>,
    pub dirty: AtomicBool,
    pub wake: Wake,
}

impl Shared {
    /// Sets the "changed" mark, and wakes the screen if it had taken the last one.
    pub fn mark_dirty(&self) {
        if !self.dirty.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }
}

/// What the screen shows.
pub(super) struct Played {
    pub state: SessionState,
    pub stage: Stage,
    pub clock: Clock,
    pub length: Duration,
    /// All has been played.
    pub ended: bool,
    pub seeking: bool,
    pub fault: Option<String>,
    pub markers: usize,
}

/// The thread.
pub(super) struct Player {
    pub shared: Arc<Shared>,
    pub path: PathBuf,
    pub options: PlayOptions,
    pub queue: Receiver<PlaybackCommand>,
}

/// The session is gone.
struct Closed;

impl Player {
    /// Reads the file and plays it until the session is gone.
    pub fn run(self) {
        while self.load_and_play().is_ok() {
            self.shared.played.lock().state = SessionState::Connecting;
            self.shared.mark_dirty();
        }
    }

    /// Returns when the file is to be read again.
    fn load_and_play(&self) -> Result<(), Closed> {
        match Cast::open(&self.path) {
            Ok(mut cast) => {
                self.options.apply(&mut cast);
                self.play(&cast)
            }
            Err(reason) => {
                let problem = Problem::new(ProblemKind::Local, reason);
                self.shared.played.lock().state = SessionState::Ended(Some(problem));
                self.shared.mark_dirty();
                while self.queue.recv().map_err(|_| Closed)? != PlaybackCommand::Reload {}
                Ok(())
            }
        }
    }

    /// Plays until the file is to be read again.
    fn play(&self, cast: &Cast) -> Result<(), Closed> {
        {
            let mut played = self.shared.played.lock();
            played.stage = Stage::new(cast);
            played.state = SessionState::Live;
            played.length = cast.length();
            played.ended = false;
            played.fault = cast.fault();
            played.markers = cast.markers().len();
            played.clock.position = Duration::ZERO;
            played.clock.running_since = Some(Instant::now());
        }
        self.shared.mark_dirty();
        let mut keyframes = Keyframes::new();
        loop {
            let mut command = match self.play_due(cast, &mut keyframes) {
                // Nothing is due by itself.
                None => self.queue.recv().map_err(|_| Closed)?,
                Some(wait) => match self.queue.recv_timeout(wait) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return Err(Closed),
                },
            };
            let mut target = None;
            loop {
                if command == PlaybackCommand::Reload {
                    return Ok(());
                }
                target = self.act(command, cast, target).or(target);
                // A key that is pressed meanwhile changes the way: nothing is built that will not be seen.
                let next = match target {
                    Some(target) => self.seek(target.min(cast.length()), cast, &mut keyframes)?,
                    None => self.queue.try_recv().ok(),
                };
                match next {
                    Some(next) => command = next,
                    None => break,
                }
            }
            self.shared.mark_dirty();
        }
    }

    /// Plays what is due for some milliseconds; returns the time until more is, `None` if nothing will be.
    fn play_due(&self, cast: &Cast, keyframes: &mut Keyframes) -> Option<Duration> {
        let mut played = self.shared.played.lock();
        let start = Instant::now();
        let now = played.clock.position(start, played.length);
        let mut has_played = false;
        while start.elapsed() < MAX_LOCK_TIME && played.stage.next_time(cast).is_some_and(|at| at <= now) {
            played.stage.play_slice(cast);
            keyframes.offer(&played.stage);
            has_played = true;
        }
        let end_of_hold = played.stage.emulator.end_overdue_hold(Instant::now());
        let held_until = played.stage.emulator.hold_deadline();
        let wait = played.stage.next_time(cast).map(|at| played.clock.time_until(Instant::now(), at));
        played.ended = wait.is_none();
        let stops = wait.is_none() && played.clock.running_since.is_some();
        if stops {
            // At the end the clock is stopped.
            played.clock.position = played.length;
            played.clock.running_since = None;
        }
        drop(played);
        if (has_played && held_until.is_none()) || end_of_hold || stops {
            self.shared.mark_dirty();
        }
        let hold = held_until.map(|at| at.saturating_duration_since(Instant::now()));
        [wait.flatten(), hold].into_iter().flatten().min()
    }

    /// Does a command; returns the time to go to. `target` is where a command before it goes.
    fn act(&self, command: PlaybackCommand, cast: &Cast, target: Option<Duration>) -> Option<Duration> {
        let now = Instant::now();
        let mut played = self.shared.played.lock();
        let length = played.length;
        let position = target.unwrap_or_else(|| played.clock.position(now, length));
        match command {
            PlaybackCommand::Toggle => {
                let is_at_end = played.ended;
                let running = is_at_end || played.clock.running_since.is_none();
                played.clock.run(now, length, running);
                is_at_end.then_some(Duration::ZERO)
            }
            PlaybackCommand::Step => {
                played.clock.run(now, length, false);
                // Events of the same time are played together.
                cast.next_time_after(played.stage.last_time(cast).map_or(position, |last| last.max(position)))
            }
            PlaybackCommand::Slower | PlaybackCommand::Faster => {
                played.clock.change_speed(now, length, command == PlaybackCommand::Faster);
                None
            }
            PlaybackCommand::Back(by) => Some(position.saturating_sub(by)),
            PlaybackCommand::Forward(by) => Some(position.saturating_add(by)),
            PlaybackCommand::Tenth(tenths) => Some(length * u32::from(tenths.min(10)) / 10),
            PlaybackCommand::NextMarker => cast.markers().iter().map(|it| it.0).find(|at| *at > position),
            PlaybackCommand::PreviousMarker => {
                let before = position.saturating_sub(MARKER_GRACE);
                let marker = cast.markers().iter().rev().map(|it| it.0).find(|at| *at < before);
                Some(marker.unwrap_or_default())
            }
            PlaybackCommand::Reload => None,
        }
    }

    /// Moves to a time. The screen stays as it is until the one of that time is complete. Returns the command that came
    /// before it was.
    fn seek(
        &self,
        target: Duration,
        cast: &Cast,
        keyframes: &mut Keyframes,
    ) -> Result<Option<PlaybackCommand>, Closed> {
        let is_due = |stage: &Stage| stage.next_time(cast).is_some_and(|at| at <= target);
        let mut stage = {
            let mut played = self.shared.played.lock();
            played.clock.set(Instant::now(), target);
            played.seeking = true;
            let is_back = played.stage.last_time(cast).is_some_and(|at| at > target);
            let kept = keyframes.before(target, cast);
            let kept = kept.filter(|kept| is_back || kept.played_bytes() > played.stage.played_bytes());
            kept.cloned().or_else(|| is_back.then(|| Stage::new(cast)))
        };
        self.shared.mark_dirty();
        if let Some(stage) = &mut stage {
            while is_due(stage) {
                stage.play_slice(cast);
                keyframes.offer(stage);
                match self.queue.try_recv() {
                    Ok(command) => return Ok(Some(command)),
                    Err(TryRecvError::Empty) => {}
                    Err(TryRecvError::Disconnected) => return Err(Closed),
                }
            }
        }
        let mut played = self.shared.played.lock();
        if let Some(stage) = stage {
            played.stage = stage;
        }
        let mut start = Instant::now();
        while is_due(&played.stage) {
            played.stage.play_slice(cast);
            keyframes.offer(&played.stage);
            if start.elapsed() >= MAX_LOCK_TIME {
                parking_lot::MutexGuard::bump(&mut played);
                start = Instant::now();
            }
        }
        played.stage.emulator.end_hold();
        played.seeking = false;
        played.ended = played.stage.next_time(cast).is_none();
        // Not later than the picture, however long it took.
        played.clock.set(Instant::now(), target);
        Ok(None)
    }
}
