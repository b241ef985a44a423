//! Listing 10,000 instances over every platform, beside fetching the very same pages with a plain HTTP client.
//!
//! `cargo bench --bench listing`. A wire between the providers and a demo cloud of its own process writes every request
//! down; a plain client then sends the same requests, all it may at once, and throws the answers away. Both are
//! measured in turns in one run, without the wire.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints, and ends where it cannot measure"
)]

#[cfg(feature = "demo")]
#[expect(dead_code, reason = "shared with the session tests, which use all of it")]
#[path = "../../tests/sessions/cloud.rs"]
mod cloud;
#[cfg(feature = "demo")]
mod measure;
#[cfg(feature = "demo")]
mod wire;

#[cfg(feature = "demo")]
fn main() {
    // `cargo test --benches` runs this too: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure::run());
}

#[cfg(not(feature = "demo"))]
fn main() {
    println!("measured with the demo only");
}
