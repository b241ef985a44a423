//! The processes behind the fleet: started when first looked at, counted, and ended with the server.

pub mod machine;
pub mod output;
pub mod past;
pub mod reaper;
pub mod session;
pub mod telemetry;
pub mod usage;
pub mod visit;

use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use machine::{Host, Machine, Setup};
use output::Budget;
use reaper::Reaper;
use telemetry::Sample;
use usage::Usage;

/// The most instances that have processes at once; beyond it the one least recently used, and not attached to, is stopped.
const MAX_MACHINES: usize = 64;
/// One reading of `/proc` serves all requests within this time.
const FRESH: Duration = Duration::from_millis(400);

/// Samples nearer to one another are of one reading.
const SAME: Duration = Duration::from_millis(20);

/// Every instance that has been looked at.
pub struct Machines {
    program: PathBuf,
    mark: String,
    reaper: Mutex<Option<Arc<Reaper>>>,
    budget: Arc<Budget>,
    kept: Mutex<HashMap<u32, Arc<Machine>>>,
    census: Mutex<Option<(Instant, HashMap<u32, Usage>)>>,
}

impl Machines {
    /// Nothing starts yet. `mark` is random and names this run.
    pub fn new(program: PathBuf, mark: String) -> Self {
        Self {
            program,
            mark,
            reaper: Mutex::default(),
            budget: Arc::default(),
            kept: Mutex::default(),
            census: Mutex::default(),
        }
    }

    /// The machine of an instance, made on the first look. No process is started by this alone.
    ///
    /// # Errors
    /// A sentence, when the reaper, without which no process may start, does not.
    pub fn look(
        &self,
        instance: u32,
        setup: impl FnOnce() -> Option<Setup>,
    ) -> Result<Option<Arc<Machine>>, String> {
        if let Some(machine) = self.known(instance) {
            *machine.looked.lock() = Instant::now();
            return Ok(Some(machine));
        }
        let Some(setup) = setup() else { return Ok(None) };
        let reaper = self.reaper()?;
        let mut kept = self.kept.lock();
        rest(&mut kept);
        let home = self.home(instance).join(&setup.hostname);
        let host = Host {
            program: self.program.clone(),
            mark: self.mark.clone(),
            reaper,
            budget: self.budget.clone(),
        };
        let make = || Arc::new(Machine::new(setup, home, host));
        Ok(Some(kept.entry(instance).or_insert_with(make).clone()))
    }

    /// The machine of an instance that was looked at before.
    pub fn known(&self, instance: u32) -> Option<Arc<Machine>> {
        self.kept.lock().get(&instance).cloned()
    }

    /// Every instance that has a machine.
    pub fn all(&self) -> Vec<(u32, Arc<Machine>)> {
        self.kept.lock().iter().map(|(key, machine)| (*key, machine.clone())).collect()
    }

    /// Forgets an instance, ends its processes and removes its home.
    pub fn forget(&self, instance: u32) {
        let machine = self.kept.lock().remove(&instance);
        if let Some(machine) = machine {
            machine.stop();
        }
        // Most instances never had one.
        let _ = std::fs::remove_dir_all(self.home(instance));
    }

    /// The folder of an instance's home.
    fn home(&self, instance: u32) -> PathBuf {
        reaper::home(&self.mark).join(instance.to_string())
    }

    /// Reads the instance's counters now. Blocks for the reading of `/proc`.
    pub fn sample(&self, machine: &Machine) -> Option<Sample> {
        let wanted = machine.sessions();
        if wanted.is_empty() || !std::path::Path::new("/proc/self/stat").exists() {
            return None;
        }
        let mut census = self.census.lock();
        let usable = census.as_ref().is_some_and(|(read, found)| {
            read.elapsed() < FRESH && wanted.iter().all(|s| found.contains_key(s))
        });
        if !usable {
            let wanted_sessions: HashSet<u32> = self.all().iter().flat_map(|(_, m)| m.sessions()).collect();
            *census = Some((Instant::now(), usage::measure(&wanted_sessions)));
        }
        let (read, found) = census.as_ref()?;
        let now = jiff::Timestamp::now();
        let at = now.checked_sub(read.elapsed()).unwrap_or(now);
        let usage = machine.sum(found);
        drop(census);
        let mut meter = machine.meter.lock();
        match meter.latest() {
            // The same reading twice is one sample.
            Some(latest) if at.duration_since(latest.at).unsigned_abs() < SAME => Some(latest),
            _ => Some(meter.take(at, usage)),
        }
    }

    /// Reads the counters of every instance that has a process and whose latest sample is older than half of `age`,
    /// and says whether any has a process. Blocks like [`Self::sample`]; all of them share one reading.
    pub fn sample_unwatched(&self, age: Duration) -> bool {
        let mut any = false;
        for (_, machine) in self.all() {
            if machine.sessions().is_empty() {
                continue;
            }
            any = true;
            let watched = machine.meter.lock().latest().is_some_and(|latest| {
                let since = jiff::Timestamp::now().duration_since(latest.at);
                since.unsigned_abs() < age / 2
            });
            if !watched {
                self.sample(&machine);
            }
        }
        any
    }

    fn reaper(&self) -> Result<Arc<Reaper>, String> {
        let mut reaper = self.reaper.lock();
        if let Some(running) = reaper.as_ref() {
            return Ok(running.clone());
        }
        let started = Arc::new(Reaper::start(&self.program, &self.mark, &reaper::home(&self.mark))?);
        *reaper = Some(started.clone());
        Ok(started)
    }

    /// Ends everything and waits for it, at most two seconds.
    pub fn end(&self) {
        for (_, machine) in self.kept.lock().drain() {
            machine.stop();
        }
        if let Some(reaper) = self.reaper.lock().take() {
            reaper.finish();
        }
    }
}

/// Makes room for one more: the machine least recently used that has no client is dropped, one without a shell first.
fn rest(kept: &mut HashMap<u32, Arc<Machine>>) {
    while kept.len() >= MAX_MACHINES {
        let idle = kept
            .iter()
            .filter(|(_, m)| Arc::strong_count(m) == 1 && !m.is_attached())
            .min_by_key(|(_, m)| (m.has_shell(), *m.looked.lock()))
            .map(|(key, _)| *key);
        let Some(idle) = idle else { return };
        if let Some(machine) = kept.remove(&idle) {
            machine.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Kind;

    fn setup(instance: u32) -> Setup {
        Setup {
            hostname: format!("web-{instance}"),
            kind: Kind::Quiet,
            seed: instance,
            env: std::collections::BTreeMap::new(),
            since: None,
        }
    }

    fn machines(word: &str) -> Machines {
        // A program that ends at once: nothing here needs the workload to run.
        Machines::new("/bin/true".into(), format!("test-{}-{word}", std::process::id()))
    }

    #[test]
    fn however_many_instances_are_looked_at_and_left_with_a_shell_only_so_many_have_one() {
        let machines = machines("shells");
        let mut counts = Vec::new();
        for round in 1..=2 {
            for instance in 0..80 {
                let machine =
                    machines.look(round * 1000 + instance, || Some(setup(instance))).expect("it starts");
                machine.expect("it is there").shell((24, 80)).expect("a shell");
            }
            counts.push(machines.all().len());
        }
        assert_eq!(counts, [MAX_MACHINES, MAX_MACHINES]);
        let attached = machines.look(2079, || None).expect("it starts").expect("the latest is kept");
        let follower = attached.log.follow(0);
        drop(attached);
        for instance in (3000..).take(MAX_MACHINES) {
            machines.look(instance, || Some(setup(instance))).expect("it starts");
        }
        assert!(machines.known(2079).is_some(), "one whose log is followed was dropped");
        drop(follower);
        machines.end();
    }

    #[cfg(unix)]
    #[test]
    fn homes_are_for_their_owner_alone_and_go_with_their_instance() {
        use std::os::unix::fs::PermissionsExt as _;
        let machines = machines("homes");
        let machine = machines.look(7, || Some(setup(7))).expect("it starts").expect("it is there");
        machine.shell((24, 80)).expect("a shell");
        let run = reaper::home(&machines.mark);
        for path in [run.clone(), run.join("7"), run.join("7/web-7")] {
            let mode = path.metadata().expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", path.display());
        }
        drop(machine);
        machines.forget(7);
        assert!(!run.join("7").exists(), "the home outlived its instance");
        machines.end();
        // The program here is no reaper.
        let _ = std::fs::remove_dir_all(run);
    }
}
