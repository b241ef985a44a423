//! Round steps for values and for times.

use std::time::Duration;

use crate::model::{Metric, Timestamp};

/// A value axis from zero to a round top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    step: f64,
    steps: u16,
}

impl Scale {
    /// The axis that holds `peak` with a labelled step about every third of `height` rows, in the metric's round
    /// numbers: powers of two for bytes, whole numbers for processes, 1, 2 and 5 for the rest.
    pub fn new(metric: Metric, peak: f64, height: u16) -> Self {
        let most = (height / 3).clamp(1, 5);
        let peak = if peak.is_finite() { peak.clamp(least(metric), 1e18) } else { least(metric) };
        let step = round_up(metric, peak / f64::from(most));
        let mut steps = 1;
        while step * f64::from(steps) < peak && steps < most {
            steps += 1;
        }
        Self { step, steps }
    }

    /// The value at the top.
    pub fn top(&self) -> f64 {
        self.step * f64::from(self.steps)
    }

    /// The position of a value between the bottom (0) and the top (1).
    pub fn share(&self, value: f64) -> f64 {
        (value / self.top()).clamp(0.0, 1.0)
    }

    /// The labelled values, from zero to the top.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let step = self.step;
        (0..=self.steps).map(move |nth| step * f64::from(nth))
    }
}

/// An axis never ends below this, so that noise does not look like load.
fn least(metric: Metric) -> f64 {
    match metric {
        Metric::Cpu => 0.1,
        Metric::Memory => 1024.0 * 1024.0,
        Metric::NetReceive | Metric::NetSend | Metric::DiskRead | Metric::DiskWrite => 1000.0,
        Metric::Processes => 4.0,
    }
}

/// The next round number at or above `value`, which is positive and finite.
fn round_up(metric: Metric, value: f64) -> f64 {
    match metric {
        Metric::Memory => 2_f64.powf(value.log2().ceil()),
        Metric::Processes => decimal(value.max(1.0)),
        _ => decimal(value),
    }
}

fn decimal(value: f64) -> f64 {
    let ten = 10_f64.powf(value.log10().floor());
    // A hair of tolerance: 0.1 * 3 is a little more than 0.3.
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * ten)
        .find(|step| *step >= value * 0.999_999)
        .unwrap_or(value)
}

/// A value beside the axis: as the metric shows it, without needless zeros.
pub fn label(metric: Metric, value: f64) -> String {
    if value <= 0.0 {
        return "0".to_owned();
    }
    let shown = if metric == Metric::Cpu && value < 0.1 { format!("{value:.3}") } else { metric.show(value) };
    let (number, unit) = shown.split_once(' ').unwrap_or((&shown, ""));
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{number} {unit}").trim_end().to_owned()
}

/// Clock labels for the columns of a time axis that ends at `end`: whole seconds, minutes or hours, far enough apart
/// to be read.
pub fn times(end: Timestamp, window: Duration, columns: u16) -> Vec<(u16, String)> {
    const STEPS: [i64; 16] =
        [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200];
    const APART: i64 = 14;
    let window = i64::try_from(window.as_millis()).unwrap_or(i64::MAX).clamp(1, 1_000_000_000_000);
    let columns = i64::from(columns);
    let wanted = window / 1000 * APART / columns.max(1);
    let step = STEPS.into_iter().find(|step| *step >= wanted).unwrap_or(86_400) * 1000;
    let start = end.as_millis().saturating_sub(window);
    let mut at = start.div_euclid(step).saturating_mul(step);
    let mut labels = Vec::new();
    while at <= end.as_millis() && labels.len() < 100 {
        let column = (at - start) * columns / window;
        if let (true, Ok(column), Some(time)) =
            (at >= start && column < columns, u16::try_from(column), Timestamp::from_millis(at))
        {
            let clock = time.clock();
            let length = if step < 60_000 { 8 } else { 5 };
            labels.push((column, clock.get(..length).unwrap_or_default().to_owned()));
        }
        at += step;
    }
    labels
}
