//! The built program measured from outside, in a terminal of 120x36 against a demo cloud that is a process of its own.
//!
//! `cargo bench --bench terminal` runs all; `cargo bench --bench terminal -- keys idle` only those named;
//! `cargo bench --bench terminal -- fleet 10000` measures fleets of five platforms while they are listed, of so many rows or of
//! four sizes; `-- consoles 10000` types into a console beside them; `cargo bench --bench terminal -- soak 20` uses the program for so many minutes and watches its memory. Linux only:
//! processor time, wakeups and memory are read from `/proc`. How to read the figures: `benches/README.md`.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints, and ends where it cannot measure"
)]

#[cfg(all(target_os = "linux", feature = "demo"))]
#[expect(dead_code, reason = "shared with the session tests, which use all of it")]
#[path = "../../tests/sessions/cloud.rs"]
mod cloud;
#[cfg(all(target_os = "linux", feature = "demo"))]
mod consoles;
#[cfg(all(target_os = "linux", feature = "demo"))]
mod fleets;
#[cfg(all(target_os = "linux", feature = "demo"))]
mod measures;
#[cfg(all(target_os = "linux", feature = "demo"))]
mod process;
#[cfg(all(target_os = "linux", feature = "demo"))]
mod soak;
#[cfg(all(target_os = "linux", feature = "demo"))]
#[expect(dead_code, reason = "shared with the session tests, which use all of it")]
#[path = "../../tests/sessions/terminal.rs"]
mod terminal;

#[cfg(all(target_os = "linux", feature = "demo"))]
fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    // `cargo test --benches` runs this too, with a flag and no name: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    if wanted.first().is_some_and(|name| name == "soak") {
        let minutes = wanted.get(1).and_then(|minutes| minutes.parse().ok()).unwrap_or(20);
        println!("\nsoak, {minutes} minutes");
        for (what, figure) in soak::run(minutes) {
            println!("  {what:<52} {figure}");
        }
        return;
    }
    if wanted.is_empty() || wanted.first().is_some_and(|name| name == "fleet") {
        fleets::run(wanted.get(1..).unwrap_or_default());
    }
    if wanted.is_empty() || wanted.first().is_some_and(|name| name == "consoles") {
        consoles::run(wanted.get(1..).unwrap_or_default());
    }
    for (name, measure) in measures::ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("\n{name}");
            for (what, figure) in measure() {
                println!("  {what:<52} {figure}");
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", feature = "demo")))]
fn main() {
    println!("measured on Linux with the demo only");
}
