//! A flood through a whole session. `benches/README.md` states how to read it.

mod far_side;
#[path = "../kit/far_side_process.rs"]
mod far_side_process;
mod flood;
mod log;
#[path = "../kit/usage.rs"]
mod usage;
#[path = "../kit/websocket.rs"]
mod websocket;

use qdeck_console::Size;

/// Whatever ends a measurement.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

const SIZE: Size = Size { columns: 160, rows: 50 };

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this too: there is nothing to measure then.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let parts = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(64);
    if arguments.first().is_some_and(|argument| argument == far_side_process::ARGUMENT) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(far_side::serve(parts));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!("{}", runtime.block_on(flood::run(parts, SIZE))?);
    Ok(())
}
