//! The time of the next frame: at once after a key; else not more often than anyone can see, but soon while a key's echo may
//! come.

use std::time::{Duration, Instant};

/// Time between two frames at least where no key was pressed between them.
pub(super) const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(10);
/// The same while an echo may come: the frame that answers the key shows something else than the remote side's echo, which
/// follows a moment later.
const ECHO_FRAME_INTERVAL: Duration = Duration::from_millis(3);
/// Time after a key in which its echo may come.
const ECHO_WINDOW: Duration = Duration::from_millis(100);

/// When the last frame was drawn, and when something was typed.
#[derive(Debug, Default)]
pub(super) struct FrameClock {
    last_frame: Option<Instant>,
    last_typed: Option<Instant>,
}

impl FrameClock {
    /// Takes note of a frame that was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.last_frame = Some(now);
    }

    /// Takes note of a key, a paste or a click. The frame that answers it waits for nothing.
    pub fn typed(&mut self, now: Instant) {
        self.last_typed = Some(now);
    }

    /// Returns true if a frame was drawn.
    pub fn has_drawn(&self) -> bool {
        self.last_frame.is_some()
    }

    /// When the next frame may be drawn, if what changed may wait for `wait` after the last one.
    pub fn due(&self, wait: Duration, now: Instant) -> Instant {
        let Some(last) = self.last_frame else { return now };
        if self.last_typed.is_some_and(|typed| typed > last) {
            return now;
        }
        let awaits_echo = self.last_typed.is_some_and(|typed| last < typed + ECHO_WINDOW);
        let interval = if awaits_echo { ECHO_FRAME_INTERVAL } else { MIN_FRAME_INTERVAL };
        last + interval.max(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// The times of the frames of a screen that changes all the time, in the milliseconds after each was typed or drawn.
    fn frames(typed_at: &[u32], until: u32) -> Vec<u32> {
        let start = Instant::now();
        let mut clock = FrameClock::default();
        let mut frames = Vec::new();
        for ms in 0..until {
            let now = start + MS * ms;
            if typed_at.contains(&ms) {
                clock.typed(now);
            }
            if clock.due(Duration::ZERO, now) <= now {
                clock.drawn(now);
                frames.push(ms);
            }
        }
        frames
    }

    #[test]
    fn a_flood_is_drawn_every_ten_milliseconds() {
        assert_eq!(frames(&[], 50), [0, 10, 20, 30, 40]);
    }

    #[test]
    fn frames_follow_each_other_sooner_after_a_key_and_for_a_while_only() {
        assert_eq!(frames(&[12], 22), [0, 10, 12, 15, 18, 21]);
        let frames = frames(&[12], 200);
        assert_eq!(frames.iter().filter(|ms| (12..112).contains(*ms)).count(), 34);
        let calm: Vec<u32> = frames.iter().copied().filter(|ms| *ms >= 112).collect();
        assert!(calm.windows(2).all(|pair| pair[1] - pair[0] == 10), "{calm:?}");
    }

    #[test]
    fn a_key_is_drawn_at_once_whatever_was_drawn_a_moment_ago() {
        assert_eq!(frames(&[11, 12, 13], 16), [0, 10, 11, 12, 13]);
    }

    #[test]
    fn what_may_wait_longer_waits_longer_after_the_frame_of_a_key() {
        let now = Instant::now();
        let mut clock = FrameClock::default();
        assert_eq!(clock.due(MS * 500, now), now, "the first frame waits for nothing");
        clock.drawn(now);
        assert_eq!(clock.due(MS * 500, now + MS), now + MS * 500);
        clock.typed(now + MS);
        assert_eq!(clock.due(MS * 500, now + MS), now + MS, "the frame that answers the key");
        clock.drawn(now + MS * 2);
        assert_eq!(clock.due(MS * 500, now + MS * 2), now + MS * 502);
        assert_eq!(clock.due(Duration::ZERO, now + MS * 2), now + MS * 5);
    }
}
