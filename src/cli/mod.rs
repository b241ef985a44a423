//! The command line: its arguments, and one file for each subcommand.
//!
//! Exit codes: 0 done, 1 it failed, 2 the command line is wrong (clap's own), 3 the configuration is wrong; those of
//! `do`, `wait` and `console` are in `error.rs`, and `ssh` ends with that of ssh.

mod changes;
pub mod config;
mod connection;
mod console;
#[cfg(feature = "demo")]
mod demo;
mod error;
mod output;
mod play;
mod screen;
mod screenshot;
mod ssh;
mod targets;
mod trace;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};

pub use changes::{Condition, DoArguments, JournalArguments, OutputForm, ProgressForm, WaitArguments};
pub use console::{ConsoleArguments, EscapeKey};
pub use play::PlayArguments;
pub use screenshot::ScreenshotArguments;
pub use ssh::SshArguments;

use crate::config::{ConfigError, Settings};
use crate::console_fonts::ConsoleFontError;
use crate::leave;
use crate::providers::Registry;
use output::StandardOutput;

/// One terminal from which to command compute on several cloud platforms.
#[derive(Debug, Parser)]
#[command(name = "qdeck", version, about, max_term_width = 100)]
pub struct Arguments {
    /// Options of the screen.
    #[command(flatten)]
    pub screen: ScreenArguments,
    /// The configuration file [default: the platform's directory, see `qdeck config path`]
    #[arg(long, global = true, value_name = "FILE", env = "QDECK_CONFIG", help_heading = GLOBAL_OPTIONS)]
    pub config: Option<PathBuf>,
    /// Write what the program does to this file, for a bug report; it holds no secrets
    #[arg(long, global = true, value_name = "FILE", env = "QDECK_LOG", help_heading = GLOBAL_OPTIONS)]
    pub log_file: Option<PathBuf>,
    /// Without a command the screen starts.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The heading of options that every command takes, which would be among its own otherwise.
const GLOBAL_OPTIONS: &str = "Options of every command";

impl Arguments {
    /// `--demo` beside a command, which goes to the contexts of the configuration: one that is meant for the demo must not
    /// change what is real.
    fn conflict(&self) -> Option<clap::Error> {
        let goes_elsewhere = match &self.command {
            None | Some(Command::Play(_) | Command::Completions { .. }) => false,
            #[cfg(feature = "demo")]
            Some(Command::Demo(_)) => false,
            Some(_) => true,
        };
        (self.screen.demo && goes_elsewhere).then(|| {
            let message = "`--demo` is for the screen: a command goes to the contexts of the configuration. Run `qdeck demo > \
                           demo.toml` in another terminal, and the command with `--config demo.toml`";
            Self::command().error(clap::error::ErrorKind::ArgumentConflict, message)
        })
    }
}

/// Options of the screen.
#[derive(Debug, Clone, Args)]
pub struct ScreenArguments {
    /// Connect only to these contexts of the configuration
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub context: Vec<String>,
    /// Change nothing through any context
    #[arg(long)]
    pub read_only: bool,
    /// Show the demo cloud even where a configuration exists
    #[arg(long, conflicts_with = "context")]
    pub demo: bool,
    /// Time between two listings where nothing is pushed, such as 5s
    #[arg(long, value_name = "TIME", value_parser = refresh_interval)]
    pub refresh: Option<Duration>,
    /// The theme
    #[arg(long, value_name = "NAME", value_parser = Settings::THEMES)]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// Everything but the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Attach this terminal to the console of an instance: `qdeck console exo-prod/web-1`; Ctrl-] d leaves
    Console(ConsoleArguments),
    /// SSH into an instance: `qdeck ssh exo-prod/web-1`, `qdeck ssh web-1 -- uptime`; it ends with ssh's exit code
    Ssh(SshArguments),
    /// Write what the screen of an instance shows: `qdeck screenshot exo-prod/web-1 -o web-1.png`, or .txt
    Screenshot(ScreenshotArguments),
    /// Change something: `qdeck do instance.stop exo-prod/web-1`; without an action all of them are listed
    Do(DoArguments),
    /// Wait until something is as it should be: `qdeck wait exo-prod/web-1 --for state=running`
    Wait(WaitArguments),
    /// Print the journal: what was changed from this machine, when, and what came of it
    Journal(JournalArguments),
    /// Play a recording of a console: `qdeck play web-1.cast`
    Play(PlayArguments),
    /// Write, check or find the configuration file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Run the demo cloud alone and print a configuration for it
    #[cfg(feature = "demo")]
    Demo(DemoArguments),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Commands for the configuration.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented file to start from
    Init,
    /// Read the file, connect to every context, and report what works; exit code 1 if something does not
    Check {
        /// Check only these contexts of the configuration
        #[arg(long, value_name = "NAMES", value_delimiter = ',')]
        context: Vec<String>,
    },
    /// Print where the file is
    Path,
}

/// Options of the demo cloud.
#[cfg(feature = "demo")]
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// The loopback address to listen on; port 0 finds a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,
    /// Total number of instances in the fleet
    #[arg(long, value_name = "N")]
    pub instances: Option<usize>,
    /// Misbehave on purpose, such as latency=300ms,error=5%,429=2%,cut=1%,garbage=1%
    #[arg(long, value_name = "FAULTS")]
    pub faults: Option<String>,
    /// The platforms it serves, such as `cycle,gcore`; all of them by default
    #[arg(long, value_name = "PLATFORMS", value_delimiter = ',')]
    pub faces: Vec<String>,
    /// Let the consoles of Cycle take keys, which the platform does not document: there SSH is the way in
    #[arg(long)]
    pub console_input: bool,
    /// Add containers that print so many numbered lines a second, to measure log tails
    #[arg(long, value_name = "RATE", hide = true)]
    pub flood: Option<u32>,
}

fn duration(text: &str) -> Result<Duration, String> {
    crate::config::duration(text).ok_or_else(|| "expected a time such as 90s, 10m or 2h".into())
}

fn refresh_interval(text: &str) -> Result<Duration, String> {
    crate::config::duration(text)
        .filter(|found| (Settings::PACE.start..=Settings::PACE.end).contains(found))
        .ok_or_else(|| "expected a time from 1s to 1h, such as 5s or 2m".into())
}

/// The reason why the program ends with an error.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A font that the configuration names cannot be used.
    #[error(transparent)]
    Font(#[from] ConsoleFontError),
    /// Anything else, as a message for the user.
    #[error("{0}")]
    Message(String),
    /// Reading or writing failed; a closed pipe is not reported.
    #[error(transparent)]
    Output(#[from] std::io::Error),
}

impl Failure {
    const fn code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Font(_) => 3,
            Self::Message(_) | Self::Output(_) => 1,
        }
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    // ssh starts this binary to ask for a password: by a link, without arguments of ours.
    if let Some(code) = crate::console::ssh::askpass::run_if_asked(&std::env::args_os().collect::<Vec<_>>()) {
        return code;
    }
    // The demo cloud starts this binary again for its workloads: they need neither a runtime nor panic reports.
    #[cfg(feature = "demo")]
    if let Some(code) = crate::demo::child::run(&std::env::args_os().skip(1).collect::<Vec<_>>()) {
        return code;
    }
    qdeck_allocator::give_back_early();
    // Before the screen takes the terminal: it wraps the panic hook that is installed here.
    if let Err(error) = color_eyre::install() {
        return report_failure(&Failure::Message(error.to_string()));
    }
    let arguments = Arguments::parse();
    if let Some(error) = arguments.conflict() {
        error.exit();
    }
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(failure) => report_failure(&failure),
    }
}

fn report_failure(failure: &Failure) -> ExitCode {
    let pipe = matches!(failure, Failure::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
    if !pipe {
        // Nothing is left to try where stderr is closed too.
        let _ = writeln!(std::io::stderr(), "qdeck: {failure}");
    }
    ExitCode::from(failure.code())
}

fn dispatch(arguments: &Arguments) -> Result<ExitCode, Failure> {
    // Before anything that may wait.
    leave::watch()?;
    let _trace = arguments.log_file.as_deref().map(trace::to_file).transpose()?;
    // The first connection would install it too, but panics where two providers are compiled in.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[cfg(feature = "demo")]
    if matches!(arguments.command, None | Some(Command::Demo(_))) {
        // Beside the start: the temporary folder may be large.
        std::thread::spawn(demo::sweep);
    }
    let file = arguments.config.as_deref();
    let registry = Registry::builtin();
    let mut out = StandardOutput;
    match &arguments.command {
        Some(Command::Completions { shell }) => {
            // The generator panics where it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "qdeck", &mut script);
            out.write_all(&script)?;
            out.flush()?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Console(of)) => Ok(block_on(console::run(arguments, of, &registry))?),
        Some(Command::Ssh(of)) => Ok(block_on(ssh::run(arguments, of, &registry))?),
        Some(Command::Screenshot(of)) => Ok(block_on(screenshot::run(arguments, of, &registry))?),
        Some(Command::Do(of)) => Ok(block_on(changes::run(arguments, of, &registry))?),
        Some(Command::Wait(of)) => Ok(block_on(changes::wait(arguments, of, &registry))?),
        Some(Command::Journal(of)) => Ok(changes::history(arguments, of)),
        Some(Command::Play(play)) if play.dump || play.cat => play::print(play, &mut out),
        Some(Command::Play(play)) => block_on_screen(screen::show(arguments, &registry, Some(play)))?,
        Some(Command::Config(ConfigCommand::Init)) => {
            config::init(file, &registry, config::variable, &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Config(ConfigCommand::Path)) => {
            config::path(file, &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Config(ConfigCommand::Check { context })) => {
            let paint = config::Paint::of_stdout();
            // Before or after the command: `qdeck --context a config check`.
            let names = [&arguments.screen.context[..], context].concat();
            let works = block_on(config::check(file, &names, &registry, paint, &mut out))??;
            Ok(if works { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        #[cfg(feature = "demo")]
        Some(Command::Demo(options)) => block_on(demo::serve(options.clone()))?,
        None => block_on_screen(screen::show(arguments, &registry, None))?,
    }
}

/// Runs to the end and waits for nothing that was left behind: a name server or a disk that does not answer may hold a
/// thread for minutes.
fn block_on<T>(run: impl Future<Output = T>) -> std::io::Result<T> {
    block_on_with(&mut runtime(), run)
}

/// The same for the screen, whose thread answers keys: the one that reads and parses pages must not take its processor, and has
/// a lower priority. On Linux a priority is a thread's; elsewhere it would be that of the whole process. One is enough, since
/// each piece of its work is short. A second would be woken for every answer, to find that the first has it already.
fn block_on_screen<T>(run: impl Future<Output = T>) -> std::io::Result<T> {
    let mut runtime = runtime();
    runtime.worker_threads(1);
    #[cfg(target_os = "linux")]
    runtime.on_thread_start(|| {
        // A system that does not allow it works all the same.
        let _ = rustix::process::nice(WORKER_NICE);
    });
    block_on_with(&mut runtime, run)
}

/// Added to the priority number of threads behind the screen's.
#[cfg(target_os = "linux")]
const WORKER_NICE: i32 = 4;

fn runtime() -> tokio::runtime::Builder {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all();
    builder
}

fn block_on_with<T>(
    runtime: &mut tokio::runtime::Builder,
    run: impl Future<Output = T>,
) -> std::io::Result<T> {
    /// A runtime that does not wait for its threads, not even when a panic drops it.
    struct Unwaited(Option<tokio::runtime::Runtime>);

    impl Drop for Unwaited {
        fn drop(&mut self) {
            if let Some(runtime) = self.0.take() {
                runtime.shutdown_background();
            }
            drop(crate::config::end_commands());
        }
    }

    let runtime = Unwaited(Some(runtime.build()?));
    runtime.0.as_ref().map(|runtime| runtime.block_on(run)).ok_or_else(|| std::io::ErrorKind::Other.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    /// As one that asks a name server which does not answer.
    #[test]
    fn a_thread_that_hangs_is_not_waited_for() {
        let (_hold, wait) = std::sync::mpsc::channel::<()>();
        let began = std::time::Instant::now();
        let done = block_on(async {
            tokio::task::spawn_blocking(move || wait.recv_timeout(Duration::from_secs(120)));
            "done"
        });
        assert_eq!(done.expect("a runtime"), "done");
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    }

    #[test]
    fn arguments_are_read_as_the_readme_says() {
        let read = Arguments::parse_from(["qdeck", "--context", "a,b", "--read-only", "--refresh", "2m"]);
        assert_eq!(read.screen.context, ["a", "b"]);
        assert!(read.screen.read_only);
        assert_eq!(read.screen.refresh, Some(Duration::from_secs(120)));
        for wrong in [["qdeck", "--refresh", "0s"], ["qdeck", "--refresh", "5"]] {
            assert!(Arguments::try_parse_from(wrong).is_err(), "{wrong:?}");
        }
        assert!(Arguments::try_parse_from(["qdeck", "--demo", "--context", "a"]).is_err());
    }

    #[test]
    fn a_command_meant_for_the_demo_does_not_reach_what_is_configured() {
        let conflict = |words: &[&str]| Arguments::parse_from([&["qdeck"], words].concat()).conflict();
        for words in [
            &["--demo", "do", "instance.stop", "web-1"][..],
            &["--demo", "console", "web-1"],
            &["--demo", "ssh", "web-1"],
            &["--demo", "screenshot", "web-1", "-o", "a.png"],
            &["--demo", "wait", "web-1", "--for", "state=running"],
            &["--demo", "journal"],
            &["--demo", "config", "check"],
        ] {
            let error = conflict(words).map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("`--demo` is for the screen"), "{words:?}: {error}");
        }
        for words in [&["--demo"][..], &["--demo", "play", "a.cast"], &["do", "instance.stop", "web-1"]] {
            assert!(conflict(words).is_none(), "{words:?}");
        }
    }
}
