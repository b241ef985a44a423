//! The programs that the demo's instances run: small programs of this very binary, started as hidden subcommands.
//!
//! `PROGRAM demo-workload KIND --seed N [--lines N] [--rate N] [--bytes N]`. They use threads and standard output
//! only; they end when their terminal does. What they print is true: requests are served, steps are computed. All of the
//! hand-made fleet together takes about a third of a processor; a file named [`UNWATCHED`] in a home makes its
//! workload do less.

mod chatter;
mod flood;
mod train;
mod web;

use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use serde::Deserialize;

/// The hidden subcommand.
pub const SUBCOMMAND: &str = "demo-workload";

/// The kind of a container's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Serves HTTP on a loopback port to its own small traffic and prints an access log.
    Web,
    /// A training loop: bursts of work, loss lines, progress.
    Train,
    /// Takes jobs from a queue, prints one structured line each.
    Queue,
    /// A database: checkpoints, slow queries, autovacuum.
    Db,
    /// Works a while, prints a stack trace and exits.
    Crash,
    /// One line an hour.
    Quiet,
    /// Numbered coloured lines as fast as asked: `--rate`, `--lines`, `--bytes`, or `FLOOD_RATE`, `FLOOD_LINES`,
    /// `FLOOD_BYTES` in its environment.
    Flood,
}

impl Kind {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Web, "web"),
        (Self::Train, "train"),
        (Self::Queue, "queue"),
        (Self::Db, "db"),
        (Self::Crash, "crash"),
        (Self::Quiet, "quiet"),
        (Self::Flood, "flood"),
    ];

    /// The word on the command line and in the fleet's plan.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("quiet", |(_, name)| name)
    }

    /// Returns the workload of an image: that by a word in it, or a quiet one.
    pub fn of_image(image: &str) -> Self {
        let name = image.to_lowercase();
        let words: [(&str, Self); 8] = [
            ("flood", Self::Flood),
            ("crash", Self::Crash),
            ("train", Self::Train),
            ("tune", Self::Train),
            ("queue", Self::Queue),
            ("worker", Self::Queue),
            ("postgres", Self::Db),
            ("wiki", Self::Quiet),
        ];
        words.iter().find(|(word, _)| name.contains(word)).map_or(Self::Web, |(_, kind)| *kind)
    }
}

/// The arguments that start a workload.
pub fn arguments(kind: Kind, seed: u32) -> Vec<OsString> {
    [SUBCOMMAND, kind.name(), "--seed"]
        .map(OsString::from)
        .into_iter()
        .chain([seed.to_string().into()])
        .collect()
}

/// Runs a workload until it ends or its terminal does, and gives its exit code.
/// `args` follow the subcommand: the kind, then options.
pub fn run(args: &[OsString]) -> u8 {
    let words: Vec<String> = args.iter().map(|a| a.to_string_lossy().into_owned()).collect();
    let option = |name: &str| {
        let at = words.iter().position(|w| w == name)?;
        words.get(at + 1)?.parse::<u64>().ok()
    };
    let Some((kind, _)) = words.first().and_then(|w| Kind::ALL.iter().find(|(_, name)| name == w)) else {
        return 2;
    };
    let mut dice =
        fastrand::Rng::with_seed(option("--seed").unwrap_or(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let ended = match kind {
        Kind::Web => web::run(&mut dice),
        Kind::Train => train::run(&mut dice),
        Kind::Queue => chatter::queue(&mut dice),
        Kind::Db => chatter::db(&mut dice),
        Kind::Crash => return chatter::crash(&mut dice),
        Kind::Quiet => chatter::quiet(),
        Kind::Flood => flood::run(option("--rate"), option("--lines"), option("--bytes")),
    };
    u8::from(ended.is_err())
}

/// One line with its time, written at once.
fn say(level: &str, text: &str) -> std::io::Result<()> {
    let colour = match level {
        "ERROR" => "\x1b[1;31m",
        "WARN" => "\x1b[33m",
        "DEBUG" => "\x1b[2m",
        _ => "\x1b[32m",
    };
    let now = jiff::Timestamp::now();
    let line = format!("\x1b[2m{now:.3}\x1b[0m {colour}{level:<5}\x1b[0m {text}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.flush()
}

/// The file in an instance's home that pauses its workload while no one is attached. A user at the console may create it; the
/// demo cloud itself does not.
pub const UNWATCHED: &str = ".unwatched";

/// Returns whether a client may be attached. Without the file, or without a home that could hold it, one may.
fn watched() -> bool {
    std::env::var_os("HOME").is_none_or(|home| !std::path::Path::new(&home).join(UNWATCHED).exists())
}

/// Sleeps between two bounds.
fn rest(dice: &mut fastrand::Rng, milliseconds: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(dice.u64(milliseconds)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_started_by_its_own_name() {
        for (kind, name) in Kind::ALL {
            assert_eq!(arguments(kind, 7), [SUBCOMMAND, name, "--seed", "7"]);
        }
        assert_eq!(run(&["nonsense".into()]), 2);
        assert_eq!(Kind::of_image("demo/flood:1"), Kind::Flood);
        assert_eq!(Kind::of_image("nginxdemos/hello:latest"), Kind::Web);
    }
}
