//! What is measured. Each measure starts its own cloud and program and gives names and figures.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cloud::{Cloud, QDECK};
use crate::process::usage;
use crate::terminal::{Start, Terminal};

/// Names and figures.
type Figures = Vec<(String, String)>;

/// Every measure by its name.
pub const ALL: &[(&str, fn() -> Figures)] = &[
    ("start", start),
    ("keys", keys),
    ("idle", idle),
    ("memory", memory),
];

/// A program on a terminal of 120x36, and its home.
struct Program {
    terminal: Terminal,
    _home: tempfile::TempDir,
}

fn program(config: &Path) -> Program {
    let home = tempfile::tempdir().expect("a folder");
    let config = config.to_str().expect("a path in UTF-8");
    let terminal = Terminal::start(&Start {
        program: QDECK,
        arguments: &["--config", config],
        environment: &[],
        home: home.path(),
        columns: 120,
        rows: 36,
    });
    Program {
        terminal,
        _home: home,
    }
}

/// A cloud of this many instances, and a program that has all of them on its screen.
fn fleet(instances: usize) -> (Cloud, Program) {
    let cloud = Cloud::start(&["--instances", &instances.to_string()]);
    let program = program(&cloud.config());
    program.terminal.wait_until("all instances listed", |screen| {
        let tabs = screen
            .contents()
            .lines()
            .take(3)
            .collect::<String>()
            .replace(',', "");
        tabs.contains(&format!("Instances {instances} "))
    });
    (cloud, program)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The median and the 95th percentile, in milliseconds.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: usize| milliseconds(times[(times.len() * share / 100).min(times.len() - 1)]);
    format!("p50 {:.2} ms, p95 {:.2} ms, of {}", at(50), at(95), times.len())
}

/// From the start of the process to rows on the screen.
fn start() -> Figures {
    let cloud = Cloud::start(&["--instances", "10000"]);
    let times = (0..15)
        .map(|_| {
            let started = Instant::now();
            let program = program(&cloud.config());
            program.terminal.wait_for("running");
            started.elapsed()
        })
        .collect();
    vec![("process start to the first page's rows".into(), spread(times))]
}

/// From a key to the end of the frame that answers it.
fn keys() -> Figures {
    let (_cloud, program) = fleet(50_000);
    let terminal = &program.terminal;
    // Nothing but keys may cause a frame.
    terminal.type_keys("p");
    terminal.wait_for("paused");
    settle(terminal);
    let time = |keys: &str| -> Duration {
        let from = terminal.written();
        let typed = Instant::now();
        terminal.type_keys(keys);
        terminal.wait_frame(from);
        let took = typed.elapsed();
        settle(terminal);
        took
    };
    let mut figures = vec![
        (
            "j, 50,000 instances".to_owned(),
            spread((0..200).map(|_| time("j")).collect()),
        ),
        (
            "Ctrl-f".to_owned(),
            spread((0..100).map(|_| time("\x06")).collect()),
        ),
        (
            "G and g".to_owned(),
            spread(
                (0..100)
                    .map(|turn| time(if turn % 2 == 0 { "G" } else { "g" }))
                    .collect(),
            ),
        ),
    ];
    let mut filter = Vec::new();
    for _ in 0..10 {
        time("/");
        for letter in ["w", "e", "b", "-", "1", "\x7f", "\x7f", "\x7f", "\x7f"] {
            filter.push(time(letter));
        }
        time("\x1b");
    }
    figures.push(("a letter of a filter, over 50,000".to_owned(), spread(filter)));
    figures.push((
        "sort by name".to_owned(),
        spread((0..20).map(|_| time("N")).collect()),
    ));
    figures
}

/// Waits until nothing has been written for a while, so that the next frame is the next key's.
fn settle(terminal: &Terminal) {
    loop {
        let before = terminal.written();
        std::thread::sleep(Duration::from_millis(30));
        if terminal.written() == before {
            return;
        }
    }
}

/// What it does when nothing happens.
fn idle() -> Figures {
    let mut figures = Vec::new();
    for paused in [true, false] {
        let (_cloud, program) = fleet(1000);
        let terminal = &program.terminal;
        if paused {
            terminal.type_keys("p");
            terminal.wait_for("paused");
        }
        std::thread::sleep(Duration::from_secs(5));
        let (before, written) = (usage(terminal.pid()), terminal.written());
        let seconds = 20.0;
        std::thread::sleep(Duration::from_secs(20));
        let (after, wrote) = (usage(terminal.pid()), terminal.written() - written);
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let (bytes, wakeups) = (
            wrote as f64 / seconds,
            after.wakeups_since(&before) as f64 / seconds,
        );
        figures.push((
            if paused {
                "paused".to_owned()
            } else {
                "refreshing and sampling, 1,000 instances".to_owned()
            },
            format!(
                "{bytes:.1} B/s, {wakeups:.1} wakeups/s, {:.2} % of a core",
                (after.processor - before.processor) / seconds * 100.0
            ),
        ));
    }
    figures
}

/// How much memory rows take.
fn memory() -> Figures {
    [0, 10_000, 100_000]
        .into_iter()
        .map(|instances| {
            let resident = if instances == 0 {
                let cloud = Cloud::start(&[]);
                let program = program(&cloud.config());
                program.terminal.wait_for("running");
                usage(program.terminal.pid()).resident
            } else {
                let (_cloud, program) = fleet(instances);
                settle(&program.terminal);
                usage(program.terminal.pid()).resident
            };
            let what = if instances == 0 {
                "the hand-made fleet".to_owned()
            } else {
                format!("{instances} instances")
            };
            (format!("resident, {what}"), format!("{resident:.1} MiB"))
        })
        .collect()
}
