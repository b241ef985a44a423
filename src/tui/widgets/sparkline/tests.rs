use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::fleet::Store;
use crate::model::{Bytes, BytesPerSecond, Cores, Timestamp};
use crate::tui::widgets::testing::{self, text};

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_772_366_400_000 + second * 1000).unwrap()
}

/// Five minutes of samples: idle, then busy, with a gap between.
fn series() -> Series {
    let samples: Vec<Sample> = (0..300)
        .step_by(5)
        .filter(|second| !(120..180).contains(second))
        .map(|second| Sample {
            cpu: Some(Cores(if second < 180 { 0.02 } else { 0.34 })),
            cpu_limit: Some(Cores(4.0)),
            memory: Some(Bytes(3_543_348_019)),
            memory_limit: Some(Bytes(8 << 30)),
            net_rx: Some(BytesPerSecond(1_200_000.0)),
            net_tx: Some(BytesPerSecond(340_000.0)),
            processes: Some(12),
            ..Sample::empty(at(second))
        })
        .collect();
    let mut series = Series::default();
    series.extend(&samples);
    series
}

fn stripped(series: Option<&Series>, now: Timestamp, width: u16, height: u16, ascii: bool) -> String {
    let store = Store::default();
    text(&testing::drawn(|theme| {
        let look = Look { theme, store: &store, now, ascii };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        strip(series, &look, buf.area, &mut buf);
        buf
    }))
}

#[test]
fn the_strip_fills_its_row_and_leaves_out_what_does_not_fit() {
    let series = series();
    let all: String = [(250, 1), (120, 1), (60, 1), (120, 2), (60, 4), (30, 2)]
        .map(|(width, height)| {
            format!("{width}x{height}\n{}", stripped(Some(&series), at(296), width, height, false))
        })
        .concat();
    insta::assert_snapshot!(all);
    insta::assert_snapshot!("ascii", stripped(Some(&series), at(296), 120, 1, true));
}

#[test]
fn the_strip_says_when_its_values_are_old_or_missing() {
    let series = series();
    assert!(stripped(Some(&series), at(900), 120, 1, false).contains("0.34 of 4 (10m ago)"));
    assert!(stripped(None, at(0), 120, 1, false).contains("no samples yet"));
    let mut empty = Series::default();
    empty.extend(&[Sample::empty(at(0))]);
    assert!(stripped(Some(&empty), at(1), 120, 1, false).contains("have no figures"));
}

/// A stream begins with a sample whose rates are not known yet: that makes no sign go and come back.
#[test]
fn a_sign_keeps_its_figure_while_the_first_sample_of_a_stream_has_none() {
    let mut series = series();
    series.extend(&[Sample { memory: Some(Bytes(3_543_348_019)), ..Sample::empty(at(297)) }]);
    let strip = stripped(Some(&series), at(298), 200, 1, false);
    assert!(strip.contains("0.34") && strip.contains("1.2 MB/s") && strip.contains("PROC"), "{strip}");
}

#[test]
fn the_strip_draws_in_any_room() {
    let series = series();
    for (width, height) in (0..90).flat_map(|width| (0..7).map(move |height| (width, height))) {
        stripped(Some(&series), at(296), width, height, width % 2 == 0);
    }
}

#[test]
fn blocks_rise_from_zero_to_the_maximum_and_gaps_stay_blank() {
    let values = [Some(0.0), Some(1.0), None, Some(3.5), Some(7.0), Some(70.0), Some(-1.0)];
    assert_eq!(sparkline(&values, 7.0, false), "▁▂ ▅██▁");
    assert_eq!(sparkline(&values, 7.0, true), ".: =##.");
}

#[test]
fn numbers_that_are_none_draw_nothing_false() {
    let values = [Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY), Some(1.0)];
    assert_eq!(sparkline(&values, 2.0, false), " █▁▅");
    for max in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(sparkline(&[Some(3.0), None], max, false), "▁ ", "{max}");
    }
}

#[test]
fn braille_packs_two_values_a_cell() {
    let values = [Some(0.0), Some(3.0), None, Some(1.0), None, None, Some(2.0)];
    assert_eq!(braille(&values, 3.0, false), "⣸⢠ ⡆");
    assert_eq!(braille(&values, 3.0, true), "#- +");
}

#[test]
fn values_are_read_beside_their_limits() {
    let gib = 1024.0 * 1024.0 * 1024.0;
    for (metric, value, limit, text) in [
        (Metric::Cpu, 0.34, Some(4.0), "0.34 of 4"),
        (Metric::Cpu, 0.1, Some(0.25), "0.10 of 0.25"),
        (Metric::Memory, 3.3 * gib, Some(8.0 * gib), "3.3/8 GiB"),
        (Metric::Memory, 0.5 * gib, Some(100.0 * gib), "512 MiB/100 GiB"),
        (Metric::NetSend, 340_000.0, None, "340 kB/s"),
    ] {
        assert_eq!(with_limit(metric, value, limit), text);
    }
}

#[test]
fn a_busy_core_shows_on_a_large_machine_and_noise_does_not() {
    assert!((ceiling(Metric::Cpu, &[Some(1.0)], Some(32.0)) - 1.0).abs() < f64::EPSILON);
    assert!((ceiling(Metric::Cpu, &[Some(0.1)], Some(0.5)) - 0.125).abs() < f64::EPSILON);
    assert!((ceiling(Metric::NetSend, &[Some(12.0)], None) - 1000.0).abs() < f64::EPSILON);
    assert!((ceiling(Metric::Memory, &[Some(12.0)], Some(99.0)) - 99.0).abs() < f64::EPSILON);
}

#[test]
fn a_twentieth_of_a_core_is_a_step_above_idling() {
    let idle_then_light = [Some(0.002), Some(0.01), Some(0.05), Some(0.1)];
    let max = ceiling(Metric::Cpu, &idle_then_light, Some(2.0));
    assert_eq!(sparkline(&idle_then_light, max, false), "▁▁▂▄");
}

proptest! {
    #[test]
    fn any_values_draw_in_exactly_their_cells(
        values in prop::collection::vec(prop::option::of(prop::num::f64::ANY), 0..40),
        max in prop::num::f64::ANY,
        ascii: bool,
    ) {
        prop_assert_eq!(sparkline(&values, max, ascii).width(), values.len());
        prop_assert_eq!(braille(&values, max, ascii).width(), values.len().div_ceil(2));
    }
}
