//! What is measured. Each measure starts its own cloud and program and gives names and figures.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cloud::{Cloud, QDECK};
use crate::process::usage;
use crate::terminal::{Start, Terminal};

/// Names and figures.
pub type Figures = Vec<(String, String)>;

/// What measures.
type Measure = fn() -> Figures;

/// Every measure by its name.
pub const ALL: &[(&str, Measure)] = &[
    ("start", start),
    ("keys", keys),
    ("idle", idle),
    ("memory", memory),
    ("console", console),
    ("logs", logs),
];

/// A program on a terminal of 120x36, and its home.
pub struct Program {
    /// The terminal it runs in.
    pub terminal: Terminal,
    /// Its home, and the folder it was started in.
    home: tempfile::TempDir,
}

/// Starts the program with a configuration.
pub fn program(config: &Path) -> Program {
    start_program(QDECK, &["--config", config.to_str().expect("a path in UTF-8")])
}

/// Starts any program.
pub fn start_program(program: &str, arguments: &[&str]) -> Program {
    let home = tempfile::tempdir().expect("a folder");
    let terminal = Terminal::start(&Start {
        program,
        arguments,
        environment: &[],
        home: home.path(),
        columns: 120,
        rows: 36,
    });
    Program { terminal, home }
}

/// A cloud of this many instances, and a program that has all of them on its screen.
fn fleet(instances: usize) -> (Cloud, Program) {
    let cloud = Cloud::start(&["--instances", &instances.to_string()]);
    let program = program(&cloud.config());
    program.terminal.wait_until("all instances listed", |screen| {
        let tabs = screen.contents().lines().take(3).collect::<String>().replace(',', "");
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

/// From the start of the process to its first frame, and to rows on the screen.
fn start() -> Figures {
    let cloud = Cloud::start(&["--instances", "10000"]);
    let (frames, rows) = (0..15)
        .map(|_| {
            let started = Instant::now();
            let program = program(&cloud.config());
            program.terminal.wait_frame(0);
            let frame = started.elapsed();
            program.terminal.wait_for("running");
            (frame, started.elapsed())
        })
        .unzip();
    vec![
        ("process start to its first frame".into(), spread(frames)),
        ("process start to the first page's rows".into(), spread(rows)),
    ]
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
        ("j, 50,000 instances".to_owned(), spread((0..200).map(|_| time("j")).collect())),
        ("Ctrl-f".to_owned(), spread((0..100).map(|_| time("\x06")).collect())),
        (
            "G and g".to_owned(),
            spread((0..100).map(|turn| time(if turn % 2 == 0 { "G" } else { "g" })).collect()),
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
    figures.push(("sort by name".to_owned(), spread((0..20).map(|_| time("N")).collect())));
    figures
}

/// Waits until nothing has been written for a while, so that the next frame is the next key's.
pub fn settle(terminal: &Terminal) {
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
        let (bytes, wakeups) = (wrote as f64 / seconds, after.wakeups_since(&before) as f64 / seconds);
        figures.push((
            if paused { "paused".to_owned() } else { "refreshing and sampling, 1,000 instances".to_owned() },
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

/// Opens the pane of instances narrowed to one, with the cursor on it.
fn choose(terminal: &Terminal, name: &str) {
    terminal.wait_for("running");
    terminal.type_keys(&format!("/name:/^{name}$/\r"));
    terminal.wait_for("1 of ");
}

/// Attaches the console of `relay-2`, with a prompt of its shell.
pub fn attach(terminal: &Terminal) {
    choose(terminal, "relay-2");
    terminal.type_keys("a");
    terminal.wait_for("live");
    terminal.type_keys("\r");
    terminal.wait_for("relay-2:~");
}

/// 64 MiB of coloured lines through an attached console, from the demo's shell to the screen.
fn console() -> Figures {
    const MIB: usize = 64;
    let cloud = Cloud::start(&[]);
    let program = program(&cloud.config());
    let terminal = &program.terminal;
    attach(terminal);
    terminal.type_keys("stty -echo; echo ready$((1))\r");
    terminal.wait_for("ready1");
    let before = usage(terminal.pid());
    let started = Instant::now();
    terminal.type_keys(&format!("\"$QDECK\" demo-workload flood --bytes {}; echo en''ded\r", MIB << 20));
    // The prefix key is answered by the program itself: it tells how responsive the screen is under the flood.
    let mut answers = Vec::new();
    let mut most = before.resident;
    while !terminal.screen().contains("ended") {
        let typed = Instant::now();
        terminal.type_keys("\x1d");
        terminal.wait_for("copy mode");
        answers.push(typed.elapsed());
        terminal.type_keys("\x1b");
        terminal.wait_gone("copy mode");
        most = most.max(usage(terminal.pid()).resident);
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = started.elapsed();
    let after = usage(terminal.pid());
    let processor = after.processor - before.processor;
    vec![
        (format!("{MIB} MiB from the shell to the last screen"), format!("{:.1} s", took.as_secs_f64())),
        ("processor time of it".into(), format!("{processor:.1} s")),
        ("prefix key to its frame in the flood".into(), spread(answers)),
        (
            "resident before, most, after".into(),
            format!("{:.1}, {most:.1}, {:.1} MiB", before.resident, after.resident),
        ),
    ]
}

/// A log tail at 5,000 lines a second for two minutes, and at 50,000 for one.
fn logs() -> Figures {
    [(5000, 120), (50_000, 60)].into_iter().flat_map(|(rate, seconds)| tail(rate, seconds)).collect()
}

/// A log tail at so many lines a second, for so many seconds, and what is in its buffer at the end.
fn tail(rate: usize, seconds: u64) -> Figures {
    let cloud = Cloud::start(&["--flood", &rate.to_string()]);
    let program = program(&cloud.config());
    let terminal = &program.terminal;
    choose(terminal, "flood-1");
    terminal.type_keys("l");
    terminal.wait_for("following");
    std::thread::sleep(Duration::from_secs(10));
    let (before, first, started) = (usage(terminal.pid()), shown(terminal), Instant::now());
    std::thread::sleep(Duration::from_secs(seconds / 2));
    let halfway = usage(terminal.pid()).resident;
    std::thread::sleep(Duration::from_secs(seconds / 2));
    let (after, last, took) = (usage(terminal.pid()), shown(terminal), started.elapsed().as_secs_f64());
    terminal.type_keys("\x13");
    terminal.wait_for("saved");
    let (kept, missing) = kept(program.home.path());
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let lines = (last - first) as f64;
    let of = format!("{rate} lines/s, {seconds} s");
    vec![
        (format!("{of}: lines a second"), format!("{:.0}", lines / took)),
        (
            format!("{of}: processor"),
            format!("{:.1} % of a core", (after.processor - before.processor) / took * 100.0),
        ),
        (
            format!("{of}: resident after 10 s, halfway, at the end"),
            format!("{:.1}, {halfway:.1}, {:.1} MiB", before.resident, after.resident),
        ),
        (format!("{of}: lines in the buffer; missing between them"), format!("{kept}; {missing}")),
    ]
}

/// The lines of the log that was saved in this folder, and how many numbers are missing between the first and the last.
fn kept(folder: &Path) -> (u64, u64) {
    let saved = std::fs::read_to_string(folder.join("flood-1.log")).expect("the saved log");
    let numbers: Vec<u64> = saved.lines().filter_map(number).collect();
    let missing = numbers.windows(2).map(|pair| (pair[1] - pair[0]).saturating_sub(1)).sum();
    (numbers.len() as u64, missing)
}

/// The number of a line of a flood.
fn number(line: &str) -> Option<u64> {
    line.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() >= 8)?.parse().ok()
}

/// The number of the last line of a flood on the screen.
fn shown(terminal: &Terminal) -> u64 {
    let screen = terminal.screen();
    screen.lines().filter_map(number).max().expect("numbered lines on the screen")
}
