//! The command line: what may be asked, and one file a subcommand.
//!
//! Exit codes: 0 done, 1 it failed, 2 the command line is wrong (clap's own), 3 the configuration is wrong.

mod config;
#[cfg(feature = "demo")]
mod demo;
mod screen;
mod trace;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::{ConfigError, Settings};

/// One terminal from which to command compute on several cloud platforms.
#[derive(Debug, Parser)]
#[command(name = "qdeck", version, about, max_term_width = 100)]
pub struct Arguments {
    /// What the screen starts with.
    #[command(flatten)]
    pub screen: ScreenArguments,
    /// The configuration file [default: the platform's directory, see `qdeck config path`]
    #[arg(long, global = true, value_name = "FILE", env = "QDECK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Write what the program does to this file, for a bug report; it holds no secrets
    #[arg(long, global = true, value_name = "FILE", env = "QDECK_LOG")]
    pub log_file: Option<PathBuf>,
    /// Without one the screen starts.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the screen starts with.
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
    #[arg(long, value_name = "TIME", value_parser = pace)]
    pub refresh: Option<Duration>,
    /// The theme
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// What else there is besides the screen.
#[derive(Debug, Subcommand)]
pub enum Command {
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

/// What can be done with the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented file to start from
    Init,
    /// Read the file, connect to every context, and tell what works
    Check,
    /// Print where the file is
    Path,
}

/// How the demo cloud runs.
#[cfg(feature = "demo")]
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// The loopback address to listen on; port 0 finds a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,
    /// How many instances the fleet has in all
    #[arg(long, value_name = "N")]
    pub instances: Option<usize>,
    /// Misbehave on purpose, such as latency=300ms,error=5%,429=2%,cut=1%,garbage=1%
    #[arg(long, value_name = "FAULTS")]
    pub faults: Option<String>,
    /// Which platforms it speaks for, such as `cycle,gcore`; all of them where nothing is said
    #[arg(long, value_name = "PLATFORMS", value_delimiter = ',')]
    pub faces: Vec<String>,
    /// Add containers that print so many numbered lines a second, to measure log tails
    #[arg(long, value_name = "RATE", hide = true)]
    pub flood: Option<u32>,
}

fn pace(text: &str) -> Result<Duration, String> {
    crate::config::duration(text)
        .filter(|found| (Settings::PACE.start..=Settings::PACE.end).contains(found))
        .ok_or_else(|| "expected a time from 1s to 1h, such as 5s or 2m".into())
}

/// Why the program ends with an error.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Keys of the configuration that mean two things, or nothing.
    #[error("{0}")]
    Keys(String),
    /// Anything else, told whole; what is more has been printed.
    #[error("{0}")]
    Told(String),
    /// The output went away, which is no news to whoever closed it.
    #[error(transparent)]
    Output(#[from] std::io::Error),
}

impl Failure {
    const fn code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Keys(_) => 3,
            Self::Told(_) | Self::Output(_) => 1,
        }
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    // The demo cloud starts this binary again for its workloads: they want neither a runtime nor a report of panics.
    #[cfg(feature = "demo")]
    if let Some(code) = crate::demo::child::run(&std::env::args_os().skip(1).collect::<Vec<_>>()) {
        return code;
    }
    // Before the terminal is taken: its report of a panic must find the screen it was installed under.
    if let Err(error) = color_eyre::install() {
        return told(&Failure::Told(error.to_string()));
    }
    let arguments = Arguments::parse();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(failure) => told(&failure),
    }
}

fn told(failure: &Failure) -> ExitCode {
    let pipe = matches!(failure, Failure::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
    if !pipe {
        // Nothing is left to try when stderr is gone too.
        let _ = writeln!(std::io::stderr(), "qdeck: {failure}");
    }
    ExitCode::from(failure.code())
}

fn dispatch(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let _trace = arguments.log_file.as_deref().map(trace::to_file).transpose()?;
    // The first connection would do it too, but with a panic when two providers are compiled in.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let file = arguments.config.as_deref();
    match &arguments.command {
        Some(Command::Completions { shell }) => {
            clap_complete::generate(*shell, &mut Arguments::command(), "qdeck", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Config(ConfigCommand::Init)) => config::init(file),
        Some(Command::Config(ConfigCommand::Path)) => config::path(file),
        Some(Command::Config(ConfigCommand::Check)) => runtime()?.block_on(config::check(file)),
        #[cfg(feature = "demo")]
        Some(Command::Demo(options)) => runtime()?.block_on(demo::serve(options.clone())),
        None => runtime()?.block_on(screen::show(arguments)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
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
}
