//! Generated sequences with a new size between any two of them: the terminal keeps its invariants.
//!
//! `QDECK_FUZZ_CASES` and `QDECK_FUZZ_SEED` choose more and other sequences.

#[path = "xterm/grammar.rs"]
#[expect(clippy::unwrap_used, reason = "a test's helper fails the test")]
mod grammar;

mod fuzz;

use fuzz::check_screen;
use qdeck_terminal::{Emulator, Size};

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or(default))
}

#[test]
fn invariants_hold_through_sequences_and_sizes() {
    let seed = from_environment("QDECK_FUZZ_SEED", 3);
    for number in 0..from_environment("QDECK_FUZZ_CASES", 1000) {
        let mut rng = fastrand::Rng::with_seed(seed ^ number << 20);
        let mut emulator = Emulator::new(Size { columns: 20, rows: 6 });
        let chunks =
            if number % 4 == 0 { grammar::noise(seed, number) } else { grammar::sequence(seed, number) };
        for chunk in chunks {
            // Cut anywhere, as a stream is.
            let cut = rng.usize(..=chunk.len());
            emulator.feed(&chunk[..cut]);
            if rng.u8(..4) == 0 {
                let size = Size { columns: rng.u16(1..45), rows: rng.u16(1..12) };
                emulator.resize(size);
            }
            emulator.feed(&chunk[cut..]);
            check_screen(&mut emulator);
        }
        emulator.take_replies();
        for line in emulator.lines() {
            assert!(emulator.line(line).is_some(), "line {line} of sequence {number}");
        }
        let size = Size { columns: rng.u16(1..45), rows: rng.u16(1..12) };
        emulator.resize(size);
        check_screen(&mut emulator);
    }
}

#[test]
fn recorded_programs_hold_what_a_fuzzer_looks_for() {
    let seed = from_environment("QDECK_FUZZ_SEED", 3);
    let recordings = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
    for (path, number) in std::fs::read_dir(recordings).unwrap().zip(0..) {
        let mut rng = fastrand::Rng::with_seed(seed ^ number << 20);
        let stream = std::fs::read(path.unwrap().path()).unwrap();
        for part in stream.chunks(4096).take(8) {
            fuzz::bytes(part);
            // Cut where its own bytes say, and where others say.
            fuzz::sizes(part);
            let cut = |piece: &[u8]| [&[63][..], piece, &[rng.u8(..), rng.u8(..)]].concat();
            fuzz::sizes(&[&[80, 24, 0, 0][..], &part.chunks(63).flat_map(cut).collect::<Vec<_>>()].concat());
        }
    }
}
