//! The samples of one instance over time: a bounded ring in which gaps are gaps.

use crate::model::{Metric, Sample, Timestamp};

/// Samples, oldest first, bounded in number and in age.
#[derive(Debug, Clone, Default)]
pub struct Series {}

impl Series {
    /// The latest sample.
    pub fn last(&self) -> Option<&Sample> {
        None
    }

    /// Columns for a chart: the time from `now - window` to `now` cut into `columns` buckets, oldest first, each the
    /// mean of its samples, `None` where nothing was measured for longer than a pause between samples explains.
    pub fn columns(
        &self,
        _metric: Metric,
        _now: Timestamp,
        _window: std::time::Duration,
        columns: usize,
    ) -> Vec<Option<f64>> {
        vec![None; columns]
    }
}
