//! The resources that processes use, read from `/proc`; and ending them by session. Elsewhere than on Linux there are no figures,
//! and a session is ended through its process group.

use std::collections::{HashMap, HashSet};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The resources that the processes of one session use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// CPU time in nanoseconds, with that of ended children, as exactly as the scheduler knows it.
    pub cpu_ns: u64,
    /// CPU time in user mode, with that of ended children, in nanoseconds but counted in the kernel's ticks.
    pub user_ns: u64,
    /// CPU time in the kernel, likewise.
    pub kernel_ns: u64,
    /// Resident memory in bytes.
    pub resident: u64,
    /// Bytes read through system calls.
    pub read: u64,
    /// Bytes written through system calls.
    pub written: u64,
    /// The number of processes.
    pub processes: u64,
}

impl Usage {
    /// Adds another session's use.
    pub fn add(&mut self, other: &Self) {
        self.cpu_ns += other.cpu_ns;
        self.user_ns += other.user_ns;
        self.kernel_ns += other.kernel_ns;
        self.resident += other.resident;
        self.read += other.read;
        self.written += other.written;
        self.processes += other.processes;
    }
}

struct Stat {
    pid: u32,
    state: u8,
    session: u32,
    user: u64,
    kernel: u64,
    /// User and kernel of the children that ended.
    children: u64,
    resident_pages: u64,
}

/// Every process's `stat` line; empty where there is no `/proc`.
fn census() -> impl Iterator<Item = Stat> {
    std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        stat(pid, &std::fs::read_to_string(entry.path().join("stat")).ok()?)
    })
}

/// Reads `proc_pid_stat(5)`. The name in parentheses may hold anything, so the fields start after the last one.
fn stat(pid: u32, line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line.get(line.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    // Fields are counted from 1 in the manual; number 3, the state, is the first here.
    let number = |nth: usize| fields.get(nth - 3)?.parse::<u64>().ok();
    Some(Stat {
        pid,
        state: *fields.first()?.as_bytes().first()?,
        session: u32::try_from(number(6)?).ok()?,
        user: number(14)? + number(16)?,
        kernel: number(15)? + number(17)?,
        children: number(16)? + number(17)?,
        resident_pages: number(24)?,
    })
}

/// Measures what each of the wanted sessions uses now.
pub(super) fn measure(wanted: &HashSet<u32>) -> HashMap<u32, Usage> {
    let tick_ns = 1_000_000_000 / rustix::param::clock_ticks_per_second().max(1);
    let page = rustix::param::page_size() as u64;
    let mut found: HashMap<u32, Usage> = HashMap::new();
    for process in census().filter(|p| wanted.contains(&p.session)) {
        let (read, written) = transfer(process.pid).unwrap_or_default();
        let own = (process.user + process.kernel - process.children) * tick_ns;
        // A tick is a hundredth of a second: too coarse for a curve of a few percent.
        let exact = scheduled(process.pid).unwrap_or_default().max(own);
        found.entry(process.session).or_default().add(&Usage {
            cpu_ns: exact + process.children * tick_ns,
            user_ns: process.user * tick_ns,
            kernel_ns: process.kernel * tick_ns,
            resident: process.resident_pages * page,
            read,
            written,
            processes: 1,
        });
    }
    found
}

/// Time on a processor in nanoseconds, over the threads that live: the first field of each `schedstat`.
fn scheduled(pid: u32) -> Option<u64> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let time = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<u64>().ok()
    };
    Some(threads.flatten().filter_map(time).sum())
}

/// `rchar` and `wchar` of `proc_pid_io(5)`.
fn transfer(pid: u32) -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
    let value = |name: &str| text.lines().find_map(|l| l.strip_prefix(name))?.trim().parse().ok();
    Some((value("rchar:")?, value("wchar:")?))
}

/// Ends every process of a session, including those in process groups of their own.
pub fn kill_session(session: u32) {
    if let Some(leader) = pid(session) {
        let _ = kill_process_group(leader, Signal::KILL);
    }
    for process in census().filter(|p| p.session == session && p.state != b'Z') {
        if let Some(pid) = pid(process.pid) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Ends every process of the sessions, and every one that carries `mark` in its environment. Says how many it met.
pub(super) fn kill_marked(mark: &str, sessions: &HashSet<u32>) -> usize {
    let own = std::process::id();
    let mut met = 0;
    for process in census().filter(|p| p.pid != own && p.state != b'Z') {
        let marked = sessions.contains(&process.session)
            || std::fs::read(format!("/proc/{}/environ", process.pid))
                .is_ok_and(|environ| environ.split(|b| *b == 0).any(|v| v == mark.as_bytes()));
        if marked && let Some(pid) = pid(process.pid) {
            met += 1;
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    if !std::path::Path::new("/proc/self").exists() {
        for leader in sessions.iter().filter_map(|s| pid(*s)) {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
    met
}

/// A process id that is one: never 0 (our own group) and never 1.
fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok()?).filter(|p| p.as_raw_nonzero().get() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_confuse_the_fields() {
        let line = "42 (a) b (c)) S 1 42 41 0 -1 0 0 0 0 0 7 3 2 1 20 0 1 0 100 1000 55 0";
        let stat = stat(42, line).expect("it reads");
        assert_eq!((stat.session, stat.user, stat.kernel, stat.resident_pages), (41, 9, 4, 55));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_measures_this_very_session() {
        let own =
            stat(0, &std::fs::read_to_string("/proc/self/stat").expect("proc")).expect("it reads").session;
        let found = measure(&HashSet::from([own]));
        assert!(found.get(&own).is_some_and(|u| u.processes >= 1 && u.resident > 0));
    }
}
