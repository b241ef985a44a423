use proptest::prelude::*;

use super::*;
use qdeck_model::Cores;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn cpu(second: i64, value: f64) -> Sample {
    Sample { cpu: Some(Cores(value)), ..Sample::empty(at(second * 1000)) }
}

fn every(seconds: std::ops::RangeInclusive<i64>, step: usize) -> Vec<Sample> {
    seconds.step_by(step).map(|second| cpu(second, 1.0)).collect()
}

fn drawn(series: &Series, now: i64, window: u64, columns: usize) -> String {
    series
        .columns(Metric::Cpu, at(now * 1000), Duration::from_secs(window), columns)
        .iter()
        .map(|column| if column.is_some() { '#' } else { '.' })
        .collect()
}

#[test]
fn pauses_between_samples_are_filled_and_gaps_are_not() {
    let mut series = Series::default();
    series.extend(&every(0..=20, 5));
    series.extend(&every(40..=60, 5));
    // Ten columns of six seconds: 20 to 40 is four times the usual interval.
    assert_eq!(drawn(&series, 60, 60, 10), "####..####");
    // Columns finer than the interval are filled from the sample that closes it.
    assert_eq!(drawn(&series, 60, 15, 15), "###############");
}

#[test]
fn the_latest_value_is_drawn_out_only_as_long_as_the_next_is_not_missed() {
    let mut series = Series::default();
    series.extend(&every(0..=20, 5));
    assert_eq!(drawn(&series, 28, 20, 10), "##########");
    assert_eq!(drawn(&series, 40, 20, 10), "..........");
    series.interrupt();
    assert_eq!(drawn(&series, 28, 20, 10), "######....");
    series.extend(&every(25..=30, 5));
    assert_eq!(drawn(&series, 32, 20, 10), "##########");
}

#[test]
fn columns_are_means_and_peaks_are_peaks() {
    let mut series = Series::default();
    series.extend(&[cpu(1, 1.0), cpu(2, 3.0), cpu(3, 5.0), cpu(4, 7.0)]);
    let window = Duration::from_secs(4);
    let columns = series.columns(Metric::Cpu, at(4000), window, 2);
    assert_eq!(columns, [Some(2.0), Some(6.0)]);
    let peaks = series.peaks(Metric::Cpu, at(4000), window, 2);
    assert_eq!(peaks, [Some(3.0), Some(7.0)]);
    assert_eq!(series.columns(Metric::Memory, at(4000), window, 2), [None, None]);
    let summary = series.summary(Metric::Cpu, at(4000), Duration::from_secs(2));
    assert_eq!(summary, Some(Summary { min: 5.0, mean: 6.0, max: 7.0, last: 7.0 }));
    assert_eq!(series.summary(Metric::Memory, at(4000), window), None);
}

#[test]
fn a_day_of_samples_stays_small_and_keeps_its_gaps() {
    let mut series = Series::default();
    let day = 24 * 3600;
    for second in (0..day).step_by(5) {
        // One minute in every hour is missing.
        if second % 3600 >= 60 {
            series.extend(&[cpu(second, 2.0)]);
        }
    }
    assert!(series.points() < 1440 + 400, "{}", series.points());
    let columns = series.columns(Metric::Cpu, at(day * 1000), Duration::from_secs(86_400), 24 * 60);
    let missing = columns.iter().filter(|column| column.is_none()).count();
    assert!((20..=30).contains(&missing), "{missing}");
    assert!(columns.iter().flatten().all(|value| (value - 2.0).abs() < 1e-6));
}

#[test]
fn a_mean_does_not_reach_over_a_gap_inside_its_minute() {
    let mut series = Series::default();
    series.extend(&every(0..=620, 5));
    series.extend(&every(650..=3600, 5));
    assert!(series.points() < 300, "thinned: {}", series.points());
    let shown = drawn(&series, 3600, 3600, 720);
    assert_eq!(&shown[120..134], "####......####", "620 to 650, by five seconds");
    assert_eq!(shown.matches('.').count(), 6);
}

#[test]
fn the_first_sample_after_a_gap_is_shown_the_moment_it_is_measured() {
    let mut series = Series::default();
    series.extend(&every(0..=10, 5));
    series.extend(&every(400..=400, 5));
    assert_eq!(drawn(&series, 400, 10, 1), "#");
}

#[test]
fn the_past_fills_in_behind_what_is_known() {
    let mut series = Series::default();
    series.extend(&every(3600..=3660, 5));
    assert!(series.extend(&every(0..=3600, 30)));
    assert!(!series.extend(&every(0..=3600, 30)), "sent twice");
    assert_eq!(drawn(&series, 3660, 3660, 61), "#".repeat(61));
    assert_eq!(series.last().map(|sample| sample.at), Some(at(3_660_000)));
}

proptest! {
    /// A column shows a value only where a sample lies in it, or a pause that a sample ended, or the pause before the
    /// next one; never inside an outage. And every recent sample is shown.
    #[test]
    fn a_value_is_shown_only_where_one_was(
        steps in proptest::collection::vec((1_i64..60, 0.0_f64..100.0, any::<bool>()), 1..120),
        outage in (0_usize..120, 400_i64..4000),
        window in 10_i64..8000,
        columns in 1_i64..200,
        later in 0_i64..300,
    ) {
        let mut series = Series::default();
        let mut clock = 1_000_000_000;
        let mut given: Vec<(i64, bool)> = Vec::new();
        for (place, (step, value, known)) in steps.into_iter().enumerate() {
            clock += 1000 * if place == outage.0 { outage.1 } else { step };
            let mut sample = Sample::empty(at(clock));
            sample.cpu = known.then_some(Cores(value));
            series.extend(&[sample]);
            given.push((clock, known));
        }
        let (now, window) = (clock + later * 1000, window * 1000);
        let length = Duration::from_millis(window.unsigned_abs());
        let shown = series.columns(Metric::Cpu, at(now), length, usize::try_from(columns).unwrap());
        // No pause but the outage is longer than 60 s, so none is usual that is.
        let usual = 60_000 * 25 / 10;
        for (place, value) in (0..).zip(&shown) {
            // The column's edges, moved apart by what the division leaves.
            let (from, to) = (now - window + window * place / columns - 1, now - window + window * (place + 1) / columns + 1);
            if let Some(value) = value {
                prop_assert!((0.0..=100.01).contains(value));
                let explained = given.iter().enumerate().any(|(nth, &(at, known))| {
                    let before = nth.checked_sub(1).map_or(at, |nth| given[nth].0);
                    let before = if at - before > usual { at } else { before };
                    known && at >= from && before <= to
                });
                // A mean of a minute, and the pause before it, may lie beside its sample.
                let thinned = given.iter().any(|&(at, known)| {
                    known && now - at > FINE_MILLIS - 60_000 && at >= from - COARSE_MILLIS && at <= to + COARSE_MILLIS + usual
                });
                let drawn_out = given.last().is_some_and(|&(at, known)| known && at <= to && from <= at + usual);
                prop_assert!(explained || thinned || drawn_out, "column {} shows {}", place, value);
            }
        }
        for (at, known) in given {
            let offset = at - (now - window);
            if known && offset > 0 && clock - at < FINE_MILLIS {
                let place = usize::try_from((offset - 1) * columns / window).unwrap();
                prop_assert!(shown[place].is_some(), "the sample at {} is not shown", at);
            }
        }
    }
}
