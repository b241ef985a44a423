//! What a process used, read from `/proc`.

use std::fs;

/// Clock ticks a second in `/proc/PID/stat`: 100 on every Linux that this runs on.
const TICKS: f64 = 100.0;

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Processor seconds, user and system.
    pub processor: f64,
    /// Times any of its threads went to sleep and was woken.
    pub wakeups: u64,
    /// Resident MiB.
    pub resident: f64,
}

/// Reads it for a running process.
pub fn usage(pid: u32) -> Usage {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .expect("a stat line")
        .1
        .split_whitespace()
        .collect();
    let ticks: f64 = [11, 12]
        .iter()
        .map(|&at: &usize| fields[at].parse::<f64>().expect("a number"))
        .sum();
    let mut wakeups = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).expect("it runs") {
        // A thread may end between the listing and the look.
        let Ok(status) = fs::read_to_string(thread.expect("readable").path().join("status")) else {
            continue;
        };
        wakeups += field(&status, "voluntary_ctxt_switches:");
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    #[expect(clippy::cast_precision_loss, reason = "MiB with one digit")]
    let resident = field(&status, "VmRSS:") as f64 / 1024.0;
    Usage {
        processor: ticks / TICKS,
        wakeups,
        resident,
    }
}

fn field(status: &str, name: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
