//! The clock of a recording that is played: it can be stopped, moved and sped up.

use std::time::{Duration, Instant};

/// The speeds, times that of the recording.
const SPEEDS: [f64; 8] = [0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0, 16.0];

/// The clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// The time in the recording when the clock was last changed.
    pub position: Duration,
    /// When that was; `None` while it is stopped.
    pub running_since: Option<Instant>,
    pub speed: f64,
}

impl Clock {
    pub fn position(&self, now: Instant, length: Duration) -> Duration {
        let running = self.running_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let moved = Duration::try_from_secs_f64(running.as_secs_f64() * self.speed).unwrap_or(Duration::MAX);
        self.position.saturating_add(moved).min(length)
    }

    pub fn set(&mut self, now: Instant, position: Duration) {
        self.position = position;
        self.running_since = self.running_since.map(|_| now);
    }

    /// The time from now to a time in the recording; `None` while the clock is stopped.
    pub fn time_until(&self, now: Instant, at: Duration) -> Option<Duration> {
        self.running_since?;
        let rest = at.saturating_sub(self.position(now, Duration::MAX));
        Some(Duration::try_from_secs_f64(rest.as_secs_f64() / self.speed).unwrap_or(Duration::MAX))
    }

    /// Goes to the next speed up or down.
    pub fn change_speed(&mut self, now: Instant, length: Duration, faster: bool) {
        let position = self.position(now, length);
        self.set(now, position);
        let next = if faster {
            SPEEDS.into_iter().find(|speed| *speed > self.speed)
        } else {
            SPEEDS.into_iter().rev().find(|speed| *speed < self.speed)
        };
        self.speed = next.unwrap_or(self.speed);
    }

    /// Stops the clock, or lets it run.
    pub fn run(&mut self, now: Instant, length: Duration, running: bool) {
        self.position = self.position(now, length);
        self.running_since = running.then_some(now);
    }
}
