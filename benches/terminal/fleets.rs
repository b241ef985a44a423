//! Whole fleets while they are listed again and again: all five platforms polled, keys pressed meanwhile and while paused, in
//! the same process and in turns, so that the ratio is of one run. Then processor time, wakeups and memory.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, setpriority_process};

use crate::cloud::Cloud;
use crate::measures::{Figures, Program, program, settle};
use crate::process::{Usage, usage};
use crate::terminal::Terminal;

/// Rows of the fleets, where none are asked for by name.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 250_000];
/// Turns of each of the three: refreshes one after the other, refreshes at their pace, paused. The figures are medians of them.
const TURNS: usize = 3;
/// Keys of a turn.
const KEYS: usize = 100;
/// While refreshes follow one another, the next one is asked for this often; during one that is ignored.
const REFRESH_EVERY: Duration = Duration::from_millis(250);
/// The time for which nothing is typed.
const IDLE: Duration = Duration::from_secs(20);
/// Until a fleet is listed: the largest takes a while on a small machine.
const PATIENCE: Duration = Duration::from_secs(300);
/// The demo cloud plays machines elsewhere: where both want a processor, the measured program has it.
const CLOUD_NICE: i32 = 10;
/// Programs of the same kind that are measured beside it where they are installed, and their arguments.
const PEERS: [(&str, &[&str]); 3] = [("btm", &["--rate", "5s"]), ("taws", &[]), ("oxker", &[])];

/// Measures fleets of these sizes, or of all.
pub fn run(wanted: &[String]) {
    let sizes: Vec<usize> = wanted.iter().filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    for size in sizes {
        for telemetry in [false, true] {
            println!("\nfleet of {size} rows, {} telemetry", if telemetry { "with" } else { "without" });
            for (what, figure) in fleet(size, telemetry) {
                println!("  {what:<52} {figure}");
            }
        }
    }
    for (name, arguments) in PEERS {
        if let Some(figure) = peer(name, arguments) {
            println!("\n{name} beside it\n  {:<52} {figure}", "nothing typed");
        }
    }
}

/// A cloud of all five platforms with so many instances, and a program with these settings that has just been started.
pub fn large(instances: usize, settings: &str) -> (Cloud, Program) {
    let faces = "cycle,quasarch,gcore,elasticbox,exoscale";
    let cloud = Cloud::start(&["--faces", faces, "--instances", &instances.to_string()]);
    give_way(cloud.pid());
    let config = cloud.config().with_file_name("fleet.toml");
    fs::write(&config, format!("{settings}{}", cloud.text())).expect("writable");
    let program = program(&config);
    (cloud, program)
}

fn fleet(instances: usize, telemetry: bool) -> Figures {
    // An hour between two samples is none within the run. What a platform pushes of the selected row comes all the same.
    let pace = if telemetry { "5s" } else { "1h" };
    let (_cloud, program) = large(instances, &format!("refresh = \"5s\"\nsample_every = \"{pace}\"\n"));
    let began = Instant::now();
    let rows = wait_listed(&program, instances);
    let listed = began.elapsed();
    let terminal = &program.terminal;
    // Not the first row, so that it has rows above it and below.
    terminal.type_keys("gjjjj");
    settle(terminal);
    let (mut flood, mut paced, mut paused) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        flood.push(press(terminal, Some(REFRESH_EVERY)));
        paced.push(press(terminal, None));
        terminal.type_keys("p");
        terminal.wait_for("paused");
        settle(terminal);
        paused.push(press(terminal, None));
        terminal.type_keys("p");
        terminal.wait_gone("paused");
    }
    std::thread::sleep(Duration::from_secs(5));
    let idle = watch(terminal);
    let resident = usage(terminal.pid()).resident;
    let still = percentile(&paused, 95);
    let ratio = |of: &[Vec<Duration>]| percentile(of, 95).as_secs_f64() / still.as_secs_f64();
    vec![
        ("rows of instances; all listed after".to_owned(), format!("{rows}; {:.1} s", listed.as_secs_f64())),
        (
            "keys, one refresh after the other".to_owned(),
            format!("{}, ratio {:.2}", words(&flood), ratio(&flood)),
        ),
        (
            "keys, refreshes at their pace".to_owned(),
            format!("{}, ratio {:.2}", words(&paced), ratio(&paced)),
        ),
        ("keys, paused".to_owned(), words(&paused)),
        ("nothing typed".to_owned(), idle),
        ("resident".to_owned(), format!("{resident:.1} MiB")),
    ]
}

/// Gives a process and those it starts from here on a lower priority.
fn give_way(pid: u32) {
    for thread in fs::read_dir(format!("/proc/{pid}/task")).expect("it runs") {
        let thread = thread.expect("readable").file_name().to_string_lossy().parse().ok();
        let thread = thread.and_then(Pid::from_raw).expect("a thread's number");
        // One that has ended needs no priority.
        let _ = setpriority_process(Some(thread), CLOUD_NICE);
    }
}

/// Waits until the first listing of all instances has ended; their number.
fn wait_listed(program: &Program, at_least: usize) -> usize {
    let deadline = Instant::now() + PATIENCE;
    let mut last = (0, Instant::now());
    loop {
        assert!(Instant::now() < deadline, "not listed in time:\n{}", program.terminal.screen());
        std::thread::sleep(Duration::from_millis(20));
        let screen = program.terminal.screen();
        let rows = screen.lines().nth(1).and_then(|tabs| {
            let (_, behind) = tabs.split_once("Instances ").or_else(|| tabs.split_once("Inst "))?;
            behind.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        });
        let rows: usize = rows.unwrap_or(0);
        if rows != last.0 {
            last = (rows, Instant::now());
        }
        let is_steady = last.1.elapsed() > Duration::from_secs(1) && !screen.contains("loading");
        if rows * 10 >= at_least * 9 && is_steady {
            return rows;
        }
    }
}

/// Moves the cursor down and up again and again; the time from each key until the cursor is where it leads, which no other
/// frame can show. Meanwhile a refresh may be asked for every so often.
fn press(terminal: &Terminal, refresh: Option<Duration>) -> Vec<Duration> {
    let mut chance = 12_345_u64;
    let mut refreshed = Instant::now();
    let mut at = cursor(terminal).expect("a cursor");
    (0..KEYS)
        .map(|turn| {
            if refresh.is_some_and(|every| refreshed.elapsed() >= every) {
                terminal.type_keys("r");
                refreshed = Instant::now();
            }
            // Between 20 and 100 ms, so that no key keeps step with anything.
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            std::thread::sleep(Duration::from_millis(20 + (chance >> 33) % 80));
            let (key, next) = if turn % 2 == 0 { ("j", at + 1) } else { ("k", at - 1) };
            let typed = Instant::now();
            terminal.type_keys(key);
            terminal.wait_until("the cursor where the key leads", |screen| cursor_of(screen) == Some(next));
            at = next;
            typed.elapsed()
        })
        .collect()
}

fn cursor(terminal: &Terminal) -> Option<u16> {
    let found = std::cell::Cell::new(None);
    terminal.wait_until("a cursor", |screen| {
        found.set(cursor_of(screen));
        found.get().is_some()
    });
    found.get()
}

/// The line of the table whose background is another than that of the line above and below: the cursor's.
fn cursor_of(screen: &vt100::Screen) -> Option<u16> {
    let look = |row: u16| screen.cell(row, 2).map(|cell| (cell.bgcolor(), cell.inverse()));
    (5..screen.size().0.get() - 4).find(|row| look(*row) != look(row - 1) && look(*row) != look(row + 1))
}

/// Bytes, wakeups and processor time while nothing is typed.
fn watch(terminal: &Terminal) -> String {
    let (before, written) = (usage(terminal.pid()), terminal.written());
    std::thread::sleep(IDLE);
    let (after, wrote) = (usage(terminal.pid()), terminal.written() - written);
    spent(&before, &after, wrote)
}

fn spent(before: &Usage, after: &Usage, wrote: usize) -> String {
    let seconds = IDLE.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let (bytes, wakeups) = (wrote as f64 / seconds, after.wakeups_since(before) as f64 / seconds);
    let processor = (after.processor - before.processor) / seconds * 100.0;
    format!("{processor:.2} % of a core, {wakeups:.1} wakeups/s, {bytes:.0} B/s")
}

/// The median over the turns of a percentile of each.
pub fn percentile(turns: &[Vec<Duration>], share: usize) -> Duration {
    let mut of_turns: Vec<Duration> = turns
        .iter()
        .map(|times| {
            let mut times = times.clone();
            times.sort_unstable();
            times[(times.len() * share / 100).min(times.len() - 1)]
        })
        .collect();
    of_turns.sort_unstable();
    of_turns[of_turns.len() / 2]
}

/// The same in words.
pub fn words(turns: &[Vec<Duration>]) -> String {
    let at = |share| percentile(turns, share).as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p95 {:.2} ms, most {:.1} ms", at(50), at(95), at(100))
}

/// The same of another program, where it is installed.
fn peer(name: &str, arguments: &[&str]) -> Option<String> {
    let folders = ["/usr/local/bin", "/usr/bin", "/bin"];
    let found = folders
        .iter()
        .map(|folder| format!("{folder}/{name}"))
        .find(|path| fs::exists(path).is_ok_and(|it| it))?;
    let peer = crate::measures::start_program(&found, arguments);
    std::thread::sleep(Duration::from_secs(5));
    let idle = watch(&peer.terminal);
    Some(format!("{idle}, {:.1} MiB resident", usage(peer.terminal.pid()).resident))
}
