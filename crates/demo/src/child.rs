//! The hidden subcommands by which the demo cloud starts this very binary again.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use super::process::{reaper, visit};
use super::workload;

/// Runs a hidden subcommand when the arguments (without the program's name) ask for one, and gives the exit code to
/// leave with. Call it first thing in `main`, before a runtime or a terminal is set up:
/// `demo-workload KIND --seed N`, `demo-reaper MARK HOME` and `demo-session PROGRAM ARGUMENTS`.
pub fn run(args: &[OsString]) -> Option<ExitCode> {
    let (first, rest) = args.split_first()?;
    if first == workload::SUBCOMMAND {
        return Some(workload::run(rest).into());
    }
    if first == visit::SUBCOMMAND {
        return Some(visit::run(rest));
    }
    if first == reaper::SUBCOMMAND {
        let [mark, home] = rest else { return Some(2.into()) };
        reaper::run(&mark.to_string_lossy(), Path::new(home));
        return Some(ExitCode::SUCCESS);
    }
    None
}
