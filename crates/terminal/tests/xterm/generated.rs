//! Generated sequences.

use crate::compare::{Case, Comparison};
use crate::grammar::{noise, sequence};

const COLUMNS: u16 = 20;
const ROWS: u16 = 6;
const CASES: u64 = 10_000;
const SEED: u64 = 1;

#[test]
fn generated_sequences_leave_the_same_screen_as_in_xterm() {
    let seed = from_environment("QDECK_XTERM_SEED", SEED);
    let cases: Vec<Case> = (0..from_environment("QDECK_XTERM_CASES", CASES))
        .map(|number| Case {
            name: format!("sequence {number} of seed {seed}"),
            chunks: sequence(seed, number),
        })
        .collect();
    Comparison::new(COLUMNS, ROWS).check(&cases);
}

#[test]
fn noise_of_sequences_leaves_the_same_screen_as_in_xterm() {
    let seed = from_environment("QDECK_XTERM_SEED", SEED);
    let cases: Vec<Case> = (0..from_environment("QDECK_XTERM_CASES", CASES) / 4)
        .map(|number| Case { name: format!("noise {number} of seed {seed}"), chunks: noise(seed, number) })
        .collect();
    Comparison::new(COLUMNS, ROWS).check(&cases);
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}
