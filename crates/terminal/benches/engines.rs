//! The emulator beside two others, fed the same bytes in turns: speed, memory of a line of history, a new width. And the
//! time to draw it.
//!
//! ```sh
//! cargo bench -p qdeck-terminal --bench engines
//! cargo bench -p qdeck-terminal --bench engines search
//! ```

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::{Config, Term};
use alacritty_terminal::vte::ansi::Processor;
use peak_alloc::PeakAlloc;
use qdeck_terminal::{Emulator, Size};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use regex::Regex;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const SIZE: Size = Size { columns: 160, rows: 50 };
/// Bytes fed at once, as a session does.
const SLICE_BYTES: usize = 4 * 1024;
const CORPUS_BYTES: usize = 8 * 1024 * 1024;
/// Rounds; the figures are their medians.
const ROUNDS: usize = 9;

/// An engine: what the benchmark needs of one.
trait Engine {
    fn feed(&mut self, bytes: &[u8]);
    fn resize(&mut self, size: Size);
}

impl Engine for Emulator {
    fn feed(&mut self, bytes: &[u8]) {
        Emulator::feed(self, bytes);
        self.take_replies();
    }

    fn resize(&mut self, size: Size) {
        Emulator::resize(self, size);
    }
}

impl Engine for vt100::Parser {
    fn feed(&mut self, bytes: &[u8]) {
        self.process(bytes);
    }

    fn resize(&mut self, size: Size) {
        if let (Ok(rows), Ok(columns)) = (size.rows.try_into(), size.columns.try_into()) {
            self.screen_mut().set_size(rows, columns);
        }
    }
}

struct Alacritty {
    term: Term<VoidListener>,
    processor: Processor,
}

struct Cells(Size);

impl Dimensions for Cells {
    fn total_lines(&self) -> usize {
        self.0.rows.into()
    }

    fn screen_lines(&self) -> usize {
        self.0.rows.into()
    }

    fn columns(&self) -> usize {
        self.0.columns.into()
    }
}

impl Engine for Alacritty {
    fn feed(&mut self, bytes: &[u8]) {
        self.processor.advance(&mut self.term, bytes);
    }

    fn resize(&mut self, size: Size) {
        self.term.resize(Cells(size));
    }
}

/// The names of the engines, in the order in which [`engine`] makes them.
const NAMES: [&str; 3] = ["ours", "vt100", "alacritty"];

/// An engine with room for so many lines of history.
fn engine(which: usize, lines: usize) -> Box<dyn Engine> {
    match which {
        0 => Box::new(Emulator::new(SIZE)),
        1 => {
            let two = std::num::NonZeroU16::MIN.saturating_add(1);
            let cells = |value: u16| std::num::NonZeroU16::new(value).unwrap_or(two);
            Box::new(vt100::Parser::new(cells(SIZE.rows), cells(SIZE.columns), lines))
        }
        _ => {
            let config = Config { scrolling_history: lines, ..Config::default() };
            Box::new(Alacritty {
                term: Term::new(config, &Cells(SIZE), VoidListener),
                processor: Processor::new(),
            })
        }
    }
}

fn corpus(mut line: impl FnMut(&mut String, usize)) -> Vec<u8> {
    let mut text = String::with_capacity(CORPUS_BYTES + 1024);
    let mut n = 0;
    while text.len() < CORPUS_BYTES {
        line(&mut text, n);
        n += 1;
    }
    text.into_bytes()
}

const WORDS: &str = "the quick brown fox jumps over the lazy dog and runs away from what it has done ";

fn log_line(text: &mut String, n: usize) {
    let _ = write!(text, "{n:>8} {WORDS}{}\r\n", &WORDS[..n % 60]);
}

fn corpora() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a log", corpus(log_line)),
        (
            "a log in colour",
            corpus(|text, n| {
                let colour = n % 256;
                let _ = write!(
                    text,
                    "\x1b[2m{n:>8}\x1b[0m \x1b[1;32mINFO\x1b[0m \x1b[38;5;{colour}mrequest\x1b[39m \x1b[38;2;9;{colour};80mdone\x1b[m\r\n"
                );
            }),
        ),
        (
            "cursor movements",
            corpus(|text, n| {
                let (row, column) = (n * 7 % 50 + 1, n * 13 % 160 + 1);
                let _ = write!(text, "\x1b[{row};{column}Hx{n}\x1b[K\x1b[2A\x1b[5Cy");
            }),
        ),
        (
            "a scroll region",
            corpus(|text, n| {
                let _ = write!(text, "\x1b[2;40r\x1b[40;1H\n{n} {WORDS}\x1b[r\x1b[50;1Hstatus {n}\x1b[K");
            }),
        ),
        (
            "wide and accented",
            corpus(|text, n| {
                let _ = write!(text, "{n:>8} Grüße, 漢字かな交じり文, Привет мир, ñandú → ─┼─ ✓\r\n");
            }),
        ),
    ]
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort();
    values[values.len() / 2]
}

/// The time to draw what a corpus leaves on the screen, as a frame does.
fn drawing(bytes: &[u8]) -> Duration {
    let area = Rect::new(0, 0, SIZE.columns, SIZE.rows);
    let mut buf = Buffer::empty(area);
    let mut emulator = Emulator::new(SIZE);
    emulator.feed(bytes);
    let times = (0..100).map(|_| {
        let start = Instant::now();
        emulator.draw(area, &mut buf);
        start.elapsed()
    });
    median(times.collect())
}

/// Searches of a history of the size at which the oldest lines are dropped: the whole time.
fn searching() {
    let mut emulator = Emulator::new(SIZE);
    let mut line = String::new();
    for n in 0..200_000 {
        line.clear();
        log_line(&mut line, n);
        emulator.feed(line.as_bytes());
    }
    println!("\nmilliseconds to search a history of {} bytes", emulator.history_bytes());
    for needle in ["absent", "(?i)absent", "fox", "[0-9]+7 the", r"\bdog\b", "e"] {
        let Ok(regex) = Regex::new(needle) else { continue };
        let times = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            let found = emulator.search(&regex).len();
            (start.elapsed(), found)
        });
        let (times, found): (Vec<_>, Vec<_>) = times.unzip();
        println!("{needle:<20} {:>10.2} {:>8} matches", median(times).as_secs_f64() * 1000.0, found[0]);
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "search") {
        return searching();
    }
    println!("\nMB/s, medians of {ROUNDS} rounds in turns, 160x50, history of 10,000 lines");
    println!("{:<20} {:>8} {:>8} {:>10} {:>12}", "", NAMES[0], NAMES[1], NAMES[2], "drawn in");
    for (name, bytes) in corpora() {
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            for (which, times) in times.iter_mut().enumerate() {
                let mut engine = engine(which, 10_000);
                let start = Instant::now();
                for slice in bytes.chunks(SLICE_BYTES) {
                    engine.feed(slice);
                }
                times.push(start.elapsed());
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
        let rate = |times: Vec<Duration>| bytes.len() as f64 / 1e6 / median(times).as_secs_f64();
        let [ours, vt100, alacritty] = times.map(rate);
        let drawn = drawing(&bytes);
        println!("{name:<20} {ours:>8.0} {vt100:>8.0} {alacritty:>10.0} {drawn:>12.1?}");
    }

    println!(
        "\nbytes of heap for a history of 10,000 log lines; milliseconds for 160 -> 80 columns with 100,000"
    );
    for (which, name) in NAMES.iter().enumerate() {
        let mut lines = String::new();
        (0..10_000).for_each(|n| log_line(&mut lines, n));
        let before = ALLOCATOR.current_usage();
        let mut full = engine(which, 10_000);
        full.feed(lines.as_bytes());
        let bytes = ALLOCATOR.current_usage() - before;
        drop(full);

        let mut long = engine(which, 100_000);
        for n in 0..100_000 {
            let mut line = String::new();
            log_line(&mut line, n);
            long.feed(line.as_bytes());
        }
        let start = Instant::now();
        long.resize(Size { columns: 80, ..SIZE });
        let took = start.elapsed();
        println!("{name:<20} {bytes:>10} {:>10.2}", took.as_secs_f64() * 1000.0);
    }
}
