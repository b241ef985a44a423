//! Screens of a recording that are kept, so that going back does not play all of it again.

use std::time::Duration;

use super::reader::Cast;
use super::stage::Stage;

/// Bytes of output between two keyframes at first: about a fifth of a second to play. Tests have shorter recordings.
const MIN_SPACING_BYTES: u64 = if cfg!(test) { 32 * 1024 } else { 8 * 1024 * 1024 };
/// The most keyframes; when there are more, every second one goes.
const MAX_KEYFRAMES: usize = 16;

/// The keyframes of a recording, the earliest first.
pub(super) struct Keyframes {
    stages: Vec<Stage>,
    spacing: u64,
}

impl Keyframes {
    /// None yet.
    pub fn new() -> Self {
        Self { stages: Vec::new(), spacing: MIN_SPACING_BYTES }
    }

    /// Keeps a stage if it is far enough after the last that was kept.
    pub fn offer(&mut self, stage: &Stage) {
        let last = self.stages.last().map_or(0, Stage::played_bytes);
        if stage.played_bytes() < last + self.spacing {
            return;
        }
        self.stages.push(stage.clone());
        if self.stages.len() > MAX_KEYFRAMES {
            self.spacing *= 2;
            let mut nth = 0;
            self.stages.retain(|_| {
                nth += 1;
                nth % 2 == 0
            });
        }
    }

    /// The last one that is not after a time.
    pub fn before(&self, target: Duration, cast: &Cast) -> Option<&Stage> {
        self.stages.iter().rev().find(|stage| stage.last_time(cast).is_none_or(|at| at <= target))
    }
}
