use proptest::prelude::*;

use super::*;

#[test]
fn blocks_rise_from_zero_to_the_maximum_and_gaps_stay_blank() {
    let values = [
        Some(0.0),
        Some(1.0),
        None,
        Some(3.5),
        Some(7.0),
        Some(70.0),
        Some(-1.0),
    ];
    assert_eq!(sparkline(&values, 7.0, false), "▁▂ ▅██▁");
    assert_eq!(sparkline(&values, 7.0, true), ".: =##.");
}

#[test]
fn numbers_that_are_none_draw_nothing_false() {
    let values = [
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        Some(1.0),
    ];
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
    assert!((ceiling(Metric::Cpu, &[Some(0.1)], Some(0.5)) - 0.5).abs() < f64::EPSILON);
    assert!((ceiling(Metric::NetSend, &[Some(12.0)], None) - 1000.0).abs() < f64::EPSILON);
    assert!((ceiling(Metric::Memory, &[Some(12.0)], Some(99.0)) - 99.0).abs() < f64::EPSILON);
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
