//! The speed of hostile streams, on a small screen, a large one and a narrow one. What a stream costs is at most in
//! proportion to its bytes and to the cells of the screen: the large screen is slower by about as much as it is larger at
//! most. The narrow one has as many cells as the small one, and twenty times the rows, each of which has a cost of its own.
//! The columns of the widths (DECCOLM) are 80 and 132 on any of them.
//!
//! ```sh
//! cargo bench -p qdeck-terminal --bench hostile
//! cargo bench -p qdeck-terminal --bench hostile repeats
//! ```

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/hostile/streams.rs"]
mod streams;

use std::time::{Duration, Instant};

use qdeck_terminal::{Emulator, Size};

const SIZES: [Size; 3] =
    [Size { columns: 80, rows: 24 }, Size { columns: 250, rows: 80 }, Size { columns: 4, rows: 480 }];
/// Bytes fed at once, as a session does.
const SLICE_BYTES: usize = 4 * 1024;
/// Rounds; the figures are their medians.
const ROUNDS: usize = 3;

fn time(bytes: &[u8], size: Size) -> Duration {
    let mut emulator = Emulator::new(size);
    let start = Instant::now();
    for slice in bytes.chunks(SLICE_BYTES) {
        emulator.feed(slice);
        emulator.take_replies();
    }
    start.elapsed()
}

fn main() {
    let [small, large, narrow] = SIZES.map(|Size { columns, rows }| format!("{columns}x{rows}"));
    println!("\nMB/s, medians of {ROUNDS} rounds; the large screen has 10.4 times the cells");
    println!("{:<48} {small:>8} {large:>8} {narrow:>8} {:>12}", "", "large/small");
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (name, bytes) in streams::streams().into_iter().filter(|(name, _)| name.contains(&wanted)) {
        let times = SIZES.map(|size| {
            let mut times: Vec<_> = (0..ROUNDS).map(|_| time(&bytes, size)).collect();
            times.sort();
            times[ROUNDS / 2].as_secs_f64()
        });
        #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
        let [small, large, narrow] = times.map(|time| bytes.len() as f64 / 1e6 / time);
        println!("{name:<48} {small:>8.2} {large:>8.2} {narrow:>8.2} {:>12.1}", times[1] / times[0]);
    }
}
