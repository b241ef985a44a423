//! Typing into a console while all five platforms are listed beside it: with the first listing, with refreshes at their pace, and
//! while nothing is listed, in the same session.

use std::time::{Duration, Instant};

use crate::fleets::{large, percentile, words};
use crate::measures::{Figures, attach};
use crate::terminal::Terminal;

/// Rows of the fleets, where none are asked for by name.
const SIZES: [usize; 2] = [10_000, 100_000];
/// Letters of a turn. A line of them is put away before it is full.
const LETTERS: usize = 90;
const LETTERS_A_LINE: usize = 30;

/// Measures beside fleets of these sizes, or of all.
pub fn run(wanted: &[String]) {
    let sizes: Vec<usize> = wanted.iter().filter_map(|size| size.parse().ok()).collect();
    for size in if sizes.is_empty() { SIZES.to_vec() } else { sizes } {
        println!("\na console beside {size} rows");
        for (what, figure) in beside(size) {
            println!("  {what:<52} {figure}");
        }
    }
}

fn beside(instances: usize) -> Figures {
    let (_cloud, program) = large(instances, "refresh = \"5s\"\nsample_every = \"1h\"\n");
    let terminal = &program.terminal;
    attach(terminal);
    let first = vec![echo(terminal)];
    std::thread::sleep(Duration::from_secs(30));
    let paced: Vec<_> = (0..3).map(|_| echo(terminal)).collect();
    // Away from the console and back: pausing is a key of the tables.
    terminal.type_keys("\x1dd");
    terminal.wait_for("1 of ");
    terminal.type_keys("p");
    terminal.wait_for("paused");
    std::thread::sleep(Duration::from_secs(5));
    terminal.type_keys("a");
    terminal.wait_for("relay-2:~");
    std::thread::sleep(Duration::from_secs(1));
    let paused: Vec<_> = (0..3).map(|_| echo(terminal)).collect();
    let ratio =
        |of: &[Vec<Duration>]| percentile(of, 95).as_secs_f64() / percentile(&paused, 95).as_secs_f64();
    vec![
        (
            "a letter's echo, first listing".to_owned(),
            format!("{}, ratio {:.2}", words(&first), ratio(&first)),
        ),
        (
            "a letter's echo, refreshes at their pace".to_owned(),
            format!("{}, ratio {:.2}", words(&paced), ratio(&paced)),
        ),
        ("a letter's echo, paused".to_owned(), words(&paused)),
    ]
}

/// Types letters; the time from each until the cursor of the remote terminal is behind it.
fn echo(terminal: &Terminal) -> Vec<Duration> {
    let mut chance = 12_345_u64;
    (0..LETTERS)
        .map(|turn| {
            if turn % LETTERS_A_LINE == 0 {
                // Ends the line without a command.
                terminal.type_keys("\x03");
                std::thread::sleep(Duration::from_millis(300));
            }
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            std::thread::sleep(Duration::from_millis(20 + (chance >> 33) % 80));
            let at = std::cell::Cell::new((0, 0));
            terminal.wait_until("a cursor", |screen| {
                at.set(screen.cursor_position());
                true
            });
            let (row, column) = at.get();
            let typed = Instant::now();
            terminal.type_keys("a");
            terminal.wait_until("the letter's echo", |screen| screen.cursor_position() == (row, column + 1));
            typed.elapsed()
        })
        .collect()
}
