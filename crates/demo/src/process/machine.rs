//! The processes of one instance: its workload, the shells on its console and its screen, and its counters.

use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::output::{Budget, Output};
use super::past;
use super::reaper::{MARK, Reaper};
use super::session::{Session, Start};
use super::telemetry::Meter;
use super::usage::{self, Usage};
use crate::workload::{self, Kind};

/// The settings of an instance's processes.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The prompt's and the home directory's name.
    pub hostname: String,
    /// Its workload.
    pub kind: Kind,
    /// Makes workloads of one kind differ.
    pub seed: u32,
    /// Further environment of the workload.
    pub env: BTreeMap<String, String>,
    /// Since when it has run, if it runs.
    pub since: Option<jiff::Timestamp>,
}

/// Things that all machines of a run share.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// This very binary.
    pub program: PathBuf,
    /// The mark of every process of this run.
    pub mark: String,
    /// Ends what outlives the server.
    pub reaper: Arc<Reaper>,
    /// The memory that all outputs share.
    pub budget: Arc<Budget>,
}

/// An instance that was attached to, or whose counters or log were read.
pub struct Machine {
    /// The output of the workload, over its restarts.
    pub log: Arc<Output>,
    /// Its counters.
    pub meter: Mutex<Meter>,
    setup: Mutex<Setup>,
    pub(super) home: PathBuf,
    pub(super) host: Host,
    work: Mutex<Option<Arc<Session>>>,
    shell: Mutex<Option<Arc<Session>>>,
    /// The processes of visitors over SSH, by the ids of their sessions.
    pub(super) visits: Mutex<HashSet<u32>>,
    /// The shell on its screen.
    screen: Mutex<Option<Arc<Session>>>,
    /// The time of the last request for it.
    pub(super) looked: Mutex<Instant>,
}

impl Machine {
    pub(super) fn new(setup: Setup, home: PathBuf, host: Host) -> Self {
        Self {
            log: Arc::new(Output::new(&host.budget)),
            meter: Mutex::default(),
            setup: Mutex::new(setup),
            home,
            host,
            work: Mutex::default(),
            shell: Mutex::default(),
            visits: Mutex::default(),
            screen: Mutex::default(),
            looked: Mutex::new(Instant::now()),
        }
    }

    /// Replaces its settings from its next start on.
    pub fn change(&self, setup: Setup) {
        *self.setup.lock() = setup;
    }

    /// Starts the workload unless it runs, and says whether it is a new one. Blocks for the moment a fork takes.
    ///
    /// # Errors
    /// A sentence, when it does not start.
    pub fn start(&self) -> Result<(Arc<Session>, bool), String> {
        let mut work = self.work.lock();
        if let Some(running) = work.as_ref().filter(|w| w.alive()) {
            return Ok((running.clone(), false));
        }
        let setup = self.setup.lock().clone();
        let arguments: Vec<OsString> = workload::arguments(setup.kind, setup.seed);
        let argv = std::iter::once(self.host.program.as_os_str())
            .chain(arguments.iter().map(OsString::as_os_str))
            .collect();
        let mut env = self.environment(&setup);
        env.extend(setup.env.clone());
        self.start_meter(&setup);
        let start = Start { argv, env, dir: &self.home, size: (24, 200) };
        self.prepare()?;
        let session = Session::start(&start, self.log.clone(), &self.host.reaper)?;
        *work = Some(session.clone());
        Ok((session, true))
    }

    /// Begins the counters: the first time after the past of the instance, else at zero.
    fn start_meter(&self, setup: &Setup) {
        let mut meter = self.meter.lock();
        let first = meter.latest().is_none();
        meter.restart();
        if let (true, Some(since)) = (first, setup.since) {
            meter.begin(past::samples(setup.kind, setup.seed, since, jiff::Timestamp::now()));
        }
    }

    /// The shell on the console: the one that runs, or a new one.
    ///
    /// # Errors
    /// A sentence, when no shell starts.
    pub fn shell(&self, size: (u16, u16)) -> Result<Arc<Session>, String> {
        self.shell_at(&self.shell, size)
    }

    /// The shell on the screen: the one that runs, or a new one.
    ///
    /// # Errors
    /// A sentence, when no shell starts.
    pub fn screen_shell(&self, size: (u16, u16)) -> Result<Arc<Session>, String> {
        self.shell_at(&self.screen, size)
    }

    fn shell_at(
        &self,
        place: &Mutex<Option<Arc<Session>>>,
        size: (u16, u16),
    ) -> Result<Arc<Session>, String> {
        let mut shell = place.lock();
        if let Some(running) = shell.as_ref().filter(|s| s.alive()) {
            return Ok(running.clone());
        }
        let (argv, env) = self.shell_start(None);
        let argv = argv.iter().map(OsString::as_os_str).collect();
        self.prepare()?;
        let start = Start { argv, env, dir: &self.home, size };
        let session = Session::start(&start, Arc::new(Output::new(&self.host.budget)), &self.host.reaper)?;
        *shell = Some(session.clone());
        Ok(session)
    }

    /// The arguments and the environment of a shell: one that asks for commands, or one that runs a single command.
    pub(super) fn shell_start(&self, command: Option<&str>) -> (Vec<OsString>, Vec<(String, String)>) {
        let setup = self.setup.lock().clone();
        let bash = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"];
        let found = bash.iter().find(|path| std::path::Path::new(path).exists());
        let mut argv: Vec<OsString> = match found {
            Some(bash) => vec![bash.into(), "--norc".into(), "--noprofile".into()],
            None => vec!["/bin/sh".into()],
        };
        match command {
            Some(command) => argv.extend(["-c".into(), command.into()]),
            None => argv.push("-i".into()),
        }
        let directory = if found.is_some() { "\\w" } else { "~" };
        let mut env = self.environment(&setup);
        env.push(("PS1".to_owned(), format!("root@{}:{directory}# ", setup.hostname)));
        env.push(("HISTFILE".to_owned(), "/dev/null".to_owned()));
        // The program itself, so that a load can be started from the console.
        env.push(("QDECK".to_owned(), self.host.program.to_string_lossy().into_owned()));
        (argv, env)
    }

    /// Returns the samples within a time range, oldest first.
    pub fn history(
        &self,
        from: Option<jiff::Timestamp>,
        to: Option<jiff::Timestamp>,
    ) -> Vec<super::telemetry::Sample> {
        self.meter.lock().between(from, to)
    }

    /// The shell that runs now, if any.
    pub fn running_shell(&self) -> Option<Arc<Session>> {
        self.shell.lock().clone().filter(|s| s.alive())
    }

    /// Returns whether a shell runs, on the console or on the screen.
    pub(super) fn has_shell(&self) -> bool {
        [&self.shell, &self.screen].into_iter().any(|shell| alive(shell).is_some())
    }

    /// Returns whether a client reads its log or a shell of it now, or is in it over SSH.
    pub(super) fn is_attached(&self) -> bool {
        let is_followed = |shell: &Mutex<Option<Arc<Session>>>| {
            shell.lock().as_ref().is_some_and(|shell| shell.alive() && shell.output.is_followed())
        };
        self.log.is_followed()
            || !self.visits.lock().is_empty()
            || is_followed(&self.shell)
            || is_followed(&self.screen)
    }

    /// Ends its processes; what it printed stays.
    pub fn stop(&self) {
        for session in [&self.work, &self.shell, &self.screen].into_iter().filter_map(|it| it.lock().take()) {
            session.kill();
        }
        for visit in self.visits.lock().iter() {
            usage::kill_session(*visit);
        }
    }

    /// The sessions whose use is this instance's.
    pub(super) fn sessions(&self) -> HashSet<u32> {
        let visits = self.visits.lock().clone();
        [&self.work, &self.shell, &self.screen].into_iter().filter_map(alive).chain(visits).collect()
    }

    /// Adds up what the sessions use. Transfer is the workload's alone: `yes >/dev/null` at the console is work for
    /// the processor, and nothing that passed a network.
    pub(super) fn sum(&self, measured: &HashMap<u32, Usage>) -> Usage {
        let work = alive(&self.work).and_then(|id| measured.get(&id));
        let mut sum = work.copied().unwrap_or_default();
        let visits = self.visits.lock().clone();
        let shells = [&self.shell, &self.screen].into_iter().filter_map(alive).chain(visits);
        for shell in shells.filter_map(|id| measured.get(&id)) {
            sum.add(&Usage { read: 0, written: 0, ..*shell });
        }
        sum
    }

    pub(super) fn prepare(&self) -> Result<(), String> {
        qdeck_files::create_folder(&self.home).map_err(|e| format!("no home directory for the instance: {e}"))
    }

    /// Nothing of the user's own environment but the search path and where terminals are described.
    fn environment(&self, setup: &Setup) -> Vec<(String, String)> {
        let mut env = vec![
            (MARK.to_owned(), self.host.mark.clone()),
            ("HOME".to_owned(), self.home.to_string_lossy().into_owned()),
            ("HOSTNAME".to_owned(), setup.hostname.clone()),
            ("TERM".to_owned(), "xterm-256color".to_owned()),
            ("COLORTERM".to_owned(), "truecolor".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("USER".to_owned(), "root".to_owned()),
            ("SHELL".to_owned(), "/bin/sh".to_owned()),
        ];
        for kept in ["PATH", "TERMINFO", "TERMINFO_DIRS", "TMPDIR"] {
            if let Ok(value) = std::env::var(kept) {
                env.push((kept.to_owned(), value));
            }
        }
        env
    }
}

/// The id of a session that runs.
fn alive(session: &Mutex<Option<Arc<Session>>>) -> Option<u32> {
    session.lock().as_ref().filter(|s| s.alive()).map(|s| s.id)
}
