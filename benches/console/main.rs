//! A flood through a whole session. `benches/README.md` states how to read it.

mod flood;

use quarterdeck::console::Size;

const SIZE: Size = Size { columns: 160, rows: 50 };

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Result<(), flood::Error> {
    let parts = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(64);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!("{}", runtime.block_on(flood::run(parts, SIZE))?);
    Ok(())
}
