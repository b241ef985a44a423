//! Sessions by SSH with a real OpenSSH: an unprivileged server of the test's own on a loopback port, with keys, an agent,
//! another host key, a jump host, a link that is cut and commands; and passwords by askpass, where the test may make an
//! account (`QDECK_TEST_ACCOUNT=1`, as root).
//!
//! ssh starts this binary to ask for passwords, so `main` is our own: without the test harness, which would read the
//! question as the name of a test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it must be"
)]
#![expect(clippy::print_stdout, reason = "as the test harness does")]

mod account;
mod cases;
mod passwords;
mod relay;
mod server;
mod shell;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// A test by its name.
type Case = (&'static str, fn());

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Some(code) = qdeck_console::ssh::askpass::run_if_asked(&arguments) {
        return code;
    }
    let filter = arguments.iter().skip(1).filter_map(|it| it.to_str()).find(|it| !it.starts_with('-'));
    let mut failed = Vec::new();
    for (name, run) in
        cases::ALL.iter().chain(&passwords::ALL).filter(|case| filter.is_none_or(|it| case.0.contains(it)))
    {
        let passed = catch_unwind(AssertUnwindSafe(run)).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        if !passed {
            failed.push(*name);
        }
    }
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs a test on a runtime of its own.
fn block_on<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run)
}
