//! What a process used, read from `/proc`.

use std::collections::HashMap;
use std::fs;

/// Clock ticks a second in `/proc/PID/stat`: 100 on every Linux that this runs on.
const TICKS: f64 = 100.0;

/// What a process has used so far.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Processor seconds, user and system.
    pub processor: f64,
    /// Times each of its threads went to sleep and was woken, by thread id.
    wakeups: HashMap<String, u64>,
    /// Resident MiB.
    pub resident: f64,
}

impl Usage {
    /// Wakeups since `before`, of the threads that still run.
    pub fn wakeups_since(&self, before: &Self) -> u64 {
        let count = |(thread, count): (&String, &u64)| {
            count.saturating_sub(*before.wakeups.get(thread).unwrap_or(&0))
        };
        self.wakeups.iter().map(count).sum()
    }
}

/// Reads it for a running process.
pub fn usage(pid: u32) -> Usage {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a stat line").1.split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().map(|&at: &usize| fields[at].parse::<f64>().expect("a number")).sum();
    let mut wakeups = HashMap::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).expect("it runs") {
        let thread = thread.expect("readable");
        // A thread may end between the listing and the look.
        if let Ok(status) = fs::read_to_string(thread.path().join("status")) {
            let name = thread.file_name().to_string_lossy().into_owned();
            wakeups.insert(name, field(&status, "voluntary_ctxt_switches:"));
        }
    }
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    #[expect(clippy::cast_precision_loss, reason = "MiB with one digit")]
    let resident = field(&status, "VmRSS:") as f64 / 1024.0;
    Usage { processor: ticks / TICKS, wakeups, resident }
}

fn field(status: &str, name: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
