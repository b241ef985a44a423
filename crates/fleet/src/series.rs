//! The samples of one instance over time: bounded, finer where they are young, and gaps are gaps.
//!
//! Samples of the last quarter of an hour are kept as they came; older ones are thinned to means of up to a minute
//! and kept for a day. A mean never reaches over a gap.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use qdeck_model::{Metric, Sample, Timestamp};

/// Samples younger than this (against the latest) are kept one by one.
const FINE_MILLIS: i64 = 15 * 60 * 1000;
/// The span of samples that an older point is the mean of.
const COARSE_MILLIS: i64 = 60 * 1000;
/// The age up to which points are kept.
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// Points kept at most; a stream faster than one sample a second reaches back less far.
const MAX_POINTS: usize = 3000;
/// An interval may be this many tenths of the usual one before it is a gap.
const GAP_TENTHS: i64 = 25;
/// Shorter intervals count as this: one missed second is no gap.
const SHORTEST_INTERVAL_MILLIS: i64 = 2000;
/// A longer interval is an outage and never the usual one.
const LONGEST_INTERVAL_MILLIS: i64 = 5 * 60 * 1000;

/// One sample, or the mean of several that follow each other without a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    /// When the first was measured, in milliseconds.
    from: i64,
    /// When the last was measured.
    to: i64,
    /// By metric; NaN where the sample had none.
    values: [f32; 7],
    /// The number of samples it is the mean of.
    weight: u16,
    /// No gap lies between this point and the one before.
    joined: bool,
}

/// A metric over a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The least value.
    pub min: f64,
    /// The mean of the samples.
    pub mean: f64,
    /// The greatest value; of samples older than a quarter of an hour, the greatest mean of a minute.
    pub max: f64,
    /// The latest value.
    pub last: f64,
}

/// Samples, oldest first, bounded in number and in age.
#[derive(Debug, Clone, Default)]
pub struct Series {
    points: VecDeque<Point>,
    /// The number of `points` that have been thinned.
    thinned: usize,
    last: Option<Sample>,
    /// The latest intervals between samples, in milliseconds.
    intervals: VecDeque<i64>,
    interrupted: bool,
}

impl Series {
    /// The latest sample.
    pub fn last(&self) -> Option<&Sample> {
        self.last.as_ref()
    }

    /// Returns whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The age up to which the latest sample counts as now: `least`, or three of the usual intervals between samples
    /// where they are long. A lone sample may be an average over a minute, as some platforms send them.
    pub fn fresh_for(&self, least: Duration) -> Duration {
        let usual = median_of(self.intervals.iter().copied().collect());
        let usual = usual.map_or(Duration::from_secs(60), |millis| {
            Duration::from_millis(u64::try_from(millis).unwrap_or(0))
        });
        least.max(usual.saturating_mul(3))
    }

    /// The number of points.
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// Takes samples in, oldest first. Those that are known already are left out; older ones than are known fill in
    /// the past. Returns whether anything was new.
    pub fn extend(&mut self, samples: &[Sample]) -> bool {
        let newest = self.points.back().map_or(i64::MIN, |point| point.to);
        let past = samples.iter().filter(|sample| sample.at.as_millis() < newest);
        let past: Vec<Point> = past.map(Point::of).collect();
        let mut changed = !past.is_empty() && self.fill_in(past);
        let batch = median(samples.windows(2).map(|two| two[1].at.since(two[0].at)));
        for sample in samples {
            changed |= self.push(sample, batch);
        }
        if changed {
            self.thin();
        }
        changed
    }

    /// Samples could not be read: the latest value is not drawn out to now. Returns whether that changed anything.
    pub fn interrupt(&mut self) -> bool {
        let was = std::mem::replace(&mut self.interrupted, true);
        !was && !self.is_empty()
    }

    /// Columns for a chart: the time from `now - window` to `now` cut into `columns` buckets, oldest first, each the
    /// mean of its samples, `None` where nothing was measured for longer than a pause between samples explains.
    pub fn columns(
        &self,
        metric: Metric,
        now: Timestamp,
        window: Duration,
        columns: usize,
    ) -> Vec<Option<f64>> {
        self.cut(metric, now, window, columns, |bucket| bucket.sum / bucket.weight)
    }

    /// As [`Series::columns`], each the greatest of its samples.
    pub fn peaks(
        &self,
        metric: Metric,
        now: Timestamp,
        window: Duration,
        columns: usize,
    ) -> Vec<Option<f64>> {
        self.cut(metric, now, window, columns, |bucket| bucket.max)
    }

    /// Summary of a metric between `now - window` and `now`; `None` where nothing was measured.
    pub fn summary(&self, metric: Metric, now: Timestamp, window: Duration) -> Option<Summary> {
        let to = now.as_millis();
        let from = to.saturating_sub(millis(window));
        let mut bucket = Bucket::default();
        let mut last = None;
        let within = self.points.iter().filter(|point| point.to > from && point.to <= to);
        for point in within {
            if let Some(value) = point.value(metric) {
                bucket.add(value, point.weight);
                last = Some(value);
            }
        }
        last.map(|last| Summary { min: bucket.min, mean: bucket.sum / bucket.weight, max: bucket.max, last })
    }

    /// The interval after which the next sample is missed.
    fn patience(&self, batch: Option<i64>) -> i64 {
        let usual = median_of(self.intervals.iter().copied().collect());
        let usual = usual.into_iter().chain(batch).max().unwrap_or(0);
        usual.max(SHORTEST_INTERVAL_MILLIS).saturating_mul(GAP_TENTHS) / 10
    }

    fn push(&mut self, sample: &Sample, batch: Option<i64>) -> bool {
        let mut point = Point::of(sample);
        if let Some(before) = self.points.back() {
            if point.to <= before.to {
                return false;
            }
            let interval = point.from - before.to;
            // Before a second interval is known, the first one counts as the usual one, if it is plausible.
            let first = self.intervals.is_empty() && batch.is_none() && interval <= COARSE_MILLIS;
            point.joined = first || interval <= self.patience(batch);
            if interval <= LONGEST_INTERVAL_MILLIS {
                self.intervals.push_back(interval);
            }
            if self.intervals.len() > 9 {
                self.intervals.pop_front();
            }
        }
        self.points.push_back(point);
        self.last = Some(*sample);
        self.interrupted = false;
        true
    }

    /// Merges older samples in; they never overrule what is known.
    fn fill_in(&mut self, past: Vec<Point>) -> bool {
        let usual = median_of(past.windows(2).map(|two| two[1].to - two[0].to).collect());
        let patience = self.patience(usual);
        let known = std::mem::take(&mut self.points);
        let before = known.len();
        let mut known = known.into_iter().peekable();
        for mut point in past {
            while let Some(next) = known.next_if(|next| next.from <= point.to) {
                self.points.push_back(next);
            }
            let latest = self.points.back().map(|latest| latest.to);
            if latest.is_some_and(|latest| point.to <= latest) {
                continue;
            }
            point.joined = latest.is_some_and(|latest| point.from - latest <= patience);
            if let Some(next) = known.peek_mut() {
                next.joined |= next.from - point.to <= patience;
            }
            self.points.push_back(point);
        }
        self.points.extend(known);
        // The order of young and old may have changed: thin from the start again.
        self.thinned = 0;
        self.points.len() > before
    }

    /// Turns the points that have grown old into means, and forgets the oldest.
    fn thin(&mut self) {
        let Some(newest) = self.points.back().map(|point| point.to) else {
            return;
        };
        while self.thinned < self.points.len() && self.points[self.thinned].to < newest - FINE_MILLIS {
            let mut end = self.thinned + 1;
            let mut mean = self.points[self.thinned];
            // Whole minutes only, so that a mean is not begun anew with every sample that grows old.
            let minute = mean.from.div_euclid(COARSE_MILLIS);
            if (minute + 1) * COARSE_MILLIS > newest - FINE_MILLIS {
                break;
            }
            while let Some(next) = self.points.get(end) {
                if !next.joined || next.to.div_euclid(COARSE_MILLIS) != minute {
                    break;
                }
                mean.merge(next);
                end += 1;
            }
            self.points[self.thinned] = mean;
            self.points.drain(self.thinned + 1..end);
            self.thinned += 1;
        }
        while self.points.len() > MAX_POINTS
            || self.points.front().is_some_and(|it| it.to < newest - DAY_MILLIS)
        {
            self.points.pop_front();
            self.thinned = self.thinned.saturating_sub(1);
        }
    }

    fn cut(
        &self,
        metric: Metric,
        now: Timestamp,
        window: Duration,
        columns: usize,
        value: impl Fn(&Bucket) -> f64,
    ) -> Vec<Option<f64>> {
        let end = now.as_millis();
        let window = millis(window).max(1);
        let start = end.saturating_sub(window);
        let mut buckets = vec![Bucket::default(); columns];
        let mut covered = vec![None; columns];
        // The column in which a moment lies: (start, end] is cut into half-open pieces, each with its end.
        let column = |at: i64| -> usize {
            let offset = i128::from((at - 1).clamp(start, end) - start) * columns as i128;
            usize::try_from(offset / i128::from(window)).unwrap_or(0)
        };
        let first = self.points.partition_point(|point| point.to <= start);
        let mut from = None;
        for point in self.points.range(first..) {
            let reach = if point.joined { from.unwrap_or(start) } else { point.from };
            if reach > end || columns == 0 {
                break;
            }
            let known = point.value(metric);
            // A sample covers the time since the one before; a mean, for the time it was made from.
            for covered in &mut covered[column(reach + 1)..=column(point.to).min(columns - 1)] {
                *covered = known;
            }
            if let Some(known) = known
                && point.to <= end
            {
                buckets[column(point.to).min(columns - 1)].add(known, point.weight);
            }
            from = Some(point.to);
        }
        if let Some(newest) = self.points.back()
            && !self.interrupted
            && newest.to < end
            && end - newest.to <= self.patience(None)
            && columns > 0
        {
            let known = newest.value(metric);
            for covered in &mut covered[column(newest.to + 1)..columns] {
                *covered = covered.or(known);
            }
        }
        let filled = buckets.iter().zip(covered);
        filled
            .map(|(bucket, covered)| if bucket.weight > 0.0 { Some(value(bucket)) } else { covered })
            .collect()
    }
}

impl Point {
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are plenty for a chart")]
    fn of(sample: &Sample) -> Self {
        Self {
            from: sample.at.as_millis(),
            to: sample.at.as_millis(),
            values: Metric::ALL.map(|metric| {
                let value = sample.value(metric).filter(|value| value.is_finite());
                value.map_or(f32::NAN, |value| value as f32)
            }),
            weight: 1,
            joined: false,
        }
    }

    fn value(&self, metric: Metric) -> Option<f64> {
        let value = self.values[metric as usize];
        (!value.is_nan()).then_some(f64::from(value))
    }

    /// Takes in the point that follows, weighing both by their samples.
    fn merge(&mut self, next: &Self) {
        let (mine, theirs) = (f32::from(self.weight), f32::from(next.weight));
        for (value, next) in self.values.iter_mut().zip(next.values) {
            if value.is_nan() {
                *value = next;
            } else if !next.is_nan() {
                *value = (*value * mine + next * theirs) / (mine + theirs);
            }
        }
        self.to = next.to;
        self.weight = self.weight.saturating_add(next.weight);
    }
}

/// The values of one column.
#[derive(Clone, Default)]
struct Bucket {
    sum: f64,
    weight: f64,
    min: f64,
    max: f64,
}

impl Bucket {
    fn add(&mut self, value: f64, weight: u16) {
        if self.weight == 0.0 {
            (self.min, self.max) = (value, value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value * f64::from(weight);
        self.weight += f64::from(weight);
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn median(intervals: impl Iterator<Item = Duration>) -> Option<i64> {
    median_of(intervals.map(millis).collect())
}

fn median_of(mut intervals: Vec<i64>) -> Option<i64> {
    intervals.sort_unstable();
    let middle = intervals.len().checked_sub(1)? / 2;
    intervals.get(middle).copied()
}
