//! A screen of 1920x1080 by VNC that is sent whole ten times a second, drawn in each way that a terminal can show it, with
//! someone typing. `benches/README.md` states how to read it.

mod drawing;
#[path = "../../../vnc/benches/kit/encode.rs"]
mod encode;
mod far_side;
#[path = "../kit/far_side_process.rs"]
mod far_side_process;
#[path = "../../../vnc/benches/kit/screens.rs"]
mod screens;
mod typing;
#[path = "../kit/usage.rs"]
mod usage;
#[path = "../kit/websocket.rs"]
mod websocket;

use drawing::Way;
use encode::Encoding;

/// Whatever ends a measurement.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this too: there is nothing to measure then.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let is_named = |name: &str| arguments.iter().any(|argument| argument.eq_ignore_ascii_case(name));
    if arguments.first().is_some_and(|argument| argument == far_side_process::ARGUMENT) {
        let encoding = Encoding::ALL.into_iter().find(|it| is_named(it.name())).ok_or("no such encoding")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(far_side::serve(encoding));
    }
    let seconds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(10);
    let encodings: Vec<Encoding> = Encoding::ALL.into_iter().filter(|it| is_named(it.name())).collect();
    let ways: Vec<Way> = Way::ALL.into_iter().filter(|it| is_named(it.name())).collect();
    let encodings = if encodings.is_empty() { Encoding::ALL.to_vec() } else { encodings };
    let ways = if ways.is_empty() { Way::ALL.to_vec() } else { ways };
    println!(
        "| encoding | drawn as | of a core | screens/s | frames/s | MiB/s of images | echo median; p95; slowest \
         | frame median; p95; slowest | resident MiB |\n|---|---|---|---|---|---|---|---|---|"
    );
    for encoding in encodings {
        for way in &ways {
            println!("{}", typing::run(encoding, *way, seconds)?);
        }
    }
    Ok(())
}
