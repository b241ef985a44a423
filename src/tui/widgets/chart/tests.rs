use proptest::prelude::*;

use super::*;
use crate::fleet::Store;
use crate::tui::widgets::testing::{self, text, theme};

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

fn noon() -> Timestamp {
    Timestamp::parse("2026-03-01T12:00:00Z").unwrap()
}

fn drawn(chart: &Chart<'_>, width: u16, height: u16, ascii: bool) -> Buffer {
    let store = Store::default();
    testing::drawn(|theme| {
        let look = Look { theme, store: &store, now: noon(), ascii };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        chart.draw(buf.area, &mut buf, &look);
        buf
    })
}

/// A hill from zero to `peak` and back.
fn hill(columns: usize, peak: f64) -> Vec<Option<f64>> {
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    (0..columns)
        .map(|column| Some((column as f64 / columns as f64 * std::f64::consts::PI).sin() * peak))
        .collect()
}

/// Clocks are in the zone of the machine that runs the test.
fn without_clocks(text: &str) -> String {
    regex::Regex::new(r"\d\d:\d\d(:\d\d)?")
        .unwrap()
        .replace_all(text, |found: &regex::Captures<'_>| "H".repeat(found[0].len()))
        .into_owned()
}

#[test]
fn an_area_stands_on_its_axes_with_a_gap_and_a_limit() {
    let mut values = hill(columns(Rect::new(0, 0, 60, 12)), 3.2);
    values[30..38].fill(None);
    let traces = [values];
    let chart = Chart {
        metric: Metric::Cpu,
        traces: &traces,
        limit: Some(4.0),
        end: noon(),
        window: Duration::from_secs(300),
        cursor: None,
    };
    insta::assert_snapshot!(without_clocks(&text(&drawn(&chart, 60, 12, false))));
    insta::assert_snapshot!("ascii", without_clocks(&text(&drawn(&chart, 60, 12, true))));
}

#[test]
fn two_traces_differ_in_shape_and_in_colour() {
    let count = columns(Rect::new(0, 0, 60, 10));
    let traces = [hill(count, 1_200_000.0), vec![Some(340_000.0); count]];
    let chart = Chart {
        metric: Metric::NetReceive,
        traces: &traces,
        limit: None,
        end: noon(),
        window: Duration::from_secs(3600),
        cursor: None,
    };
    let buf = drawn(&chart, 60, 10, false);
    insta::assert_snapshot!(without_clocks(&text(&buf)));
    let colours: Vec<_> = buf.content.iter().map(|cell| Some(cell.fg)).collect();
    for trace in [theme().chart, theme().chart_second] {
        assert!(colours.contains(&trace.fg), "{trace:?}");
    }
}

#[test]
fn a_limit_far_above_does_not_flatten_the_values() {
    let traces = [vec![Some(0.1 * GIB); 100]];
    let chart = Chart {
        metric: Metric::Memory,
        traces: &traces,
        limit: Some(64.0 * GIB),
        end: noon(),
        window: Duration::from_secs(60),
        cursor: None,
    };
    let text = text(&drawn(&chart, 60, 12, false));
    assert!(text.contains("128 MiB") && !text.contains('╌'), "{text}");
}

#[test]
fn axes_have_round_steps() {
    for (metric, peak, height, labels) in [
        (Metric::Cpu, 0.34, 12, vec!["0", "0.1", "0.2", "0.3", "0.4"]),
        (Metric::Cpu, 31.0, 6, vec!["0", "20", "40"]),
        (Metric::Memory, 3.3 * GIB, 12, vec!["0", "1 GiB", "2 GiB", "3 GiB", "4 GiB"]),
        (Metric::NetSend, 0.0, 6, vec!["0", "500 B/s", "1 kB/s"]),
        (Metric::Processes, 3.0, 12, vec!["0", "1", "2", "3", "4"]),
    ] {
        let shown: Vec<String> =
            Scale::new(metric, peak, height).ticks().map(|value| axis::label(metric, value)).collect();
        assert_eq!(shown, labels, "{metric:?} {peak}");
    }
}

#[test]
fn no_room_is_no_reason_to_fall() {
    let traces = [hill(8, 1.0), hill(3, 2.0)];
    let chart = Chart {
        metric: Metric::Cpu,
        traces: &traces,
        limit: Some(1.0),
        end: noon(),
        window: Duration::ZERO,
        cursor: None,
    };
    for width in 0..34 {
        for height in 0..10 {
            drawn(&chart, width, height, false);
            drawn(&chart, width, height, true);
        }
    }
}

proptest! {
    #[test]
    fn any_values_draw_inside_any_area(
        values in prop::collection::vec(prop::option::of(prop::num::f64::ANY), 0..80),
        line in prop::collection::vec(prop::option::of(prop::num::f64::ANY), 0..80),
        limit in prop::option::of(prop::num::f64::ANY),
        (x, y, width, height) in (0_u16..40, 0_u16..20, 0_u16..80, 0_u16..30),
        window in 0_u64..u64::MAX,
        end in -377_705_023_201_000_i64..253_402_207_200_000,
        metric in prop::sample::select(Metric::ALL.to_vec()),
        ascii: bool,
    ) {
        let (theme, store) = (theme(), Store::default());
        let look = Look { theme: &theme, store: &store, now: noon(), ascii };
        let mut buf = Buffer::filled(Rect::new(0, 0, 60, 25), ratatui::buffer::Cell::new("~"));
        let area = Rect::new(x, y, width, height);
        let traces = [values, line];
        let end = Timestamp::from_millis(end).unwrap();
        Chart { metric, traces: &traces, limit, end, window: Duration::from_millis(window), cursor: limit.map(|_| usize::from(x)) }.draw(area, &mut buf, &look);
        for (nth, cell) in buf.content.iter().enumerate() {
            let (cx, cy) = buf.pos_of(nth);
            prop_assert!(area.contains((cx, cy).into()) || cell.symbol() == "~");
        }
    }
}
