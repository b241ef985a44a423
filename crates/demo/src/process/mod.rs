//! The processes behind the fleet: started when first looked at, counted, and ended with the server.

pub mod machine;
pub mod output;
pub mod reaper;
pub mod session;
pub mod telemetry;
pub mod usage;

use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use machine::{Machine, Setup};
use reaper::Reaper;
use telemetry::Sample;
use usage::Usage;

/// How many instances are real at once; beyond it the one least looked at, and not attached to, rests.
const MOST: usize = 64;
/// One reading of `/proc` serves everybody who asks within this time.
const FRESH: Duration = Duration::from_millis(400);

/// Samples nearer to one another are of one reading.
const SAME: Duration = Duration::from_millis(20);

/// Every instance that has been looked at.
pub struct Machines {
    program: PathBuf,
    mark: String,
    reaper: Mutex<Option<Arc<Reaper>>>,
    kept: Mutex<HashMap<u32, Arc<Machine>>>,
    census: Mutex<Option<(Instant, HashMap<u32, Usage>)>>,
}

impl Machines {
    /// Nothing starts yet. `mark` is random and names this run.
    pub fn new(program: PathBuf, mark: String) -> Self {
        Self { program, mark, reaper: Mutex::default(), kept: Mutex::default(), census: Mutex::default() }
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
        let home = reaper::home(&self.mark).join(format!("{instance}-{}", setup.hostname));
        let make = || Arc::new(Machine::new(setup, home, self.program.clone(), self.mark.clone(), reaper));
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

    /// Forgets an instance and ends its processes.
    pub fn forget(&self, instance: u32) {
        if let Some(machine) = self.kept.lock().remove(&instance) {
            machine.stop();
        }
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
            let everybody: HashSet<u32> = self.all().iter().flat_map(|(_, m)| m.sessions()).collect();
            *census = Some((Instant::now(), usage::measure(&everybody)));
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

/// Makes room for one more: the least recently used machine without an open console or log is dropped.
fn rest(kept: &mut HashMap<u32, Arc<Machine>>) {
    while kept.len() >= MOST {
        let idle = kept
            .iter()
            .filter(|(_, m)| Arc::strong_count(m) == 1 && m.running_shell().is_none())
            .min_by_key(|(_, m)| *m.looked.lock())
            .map(|(key, _)| *key);
        let Some(idle) = idle else { return };
        if let Some(machine) = kept.remove(&idle) {
            machine.stop();
        }
    }
}
