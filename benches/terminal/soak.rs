//! Twenty minutes of use, and the memory of program and demo meanwhile: flat, or it leaks.

use std::fs;
use std::time::{Duration, Instant};

use crate::cloud::Cloud;
use crate::measures::{Figures, Program, program};
use crate::process::usage;
use crate::terminal::Terminal;

/// Instances listed, all of them with telemetry.
const INSTANCES: usize = 2000;
/// Lines a second of the loudest of the three logs.
const FLOOD_RATE: usize = 500;
/// The keys that lead from the first of the narrowed rows to those whose consoles are open.
const CONSOLES: [&str; 2] = ["", "j"];
/// What is kept of each log: so little that it is full, and lines are dropped, within the first minute.
const LOG_BUFFER: &str = "1MiB";
/// Between two looks at the memory.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(10);
/// Until caches and buffers are full: what comes before counts for no trend.
const WARM_UP: Duration = Duration::from_secs(120);

/// The memory at one moment.
struct Reading {
    minutes: f64,
    program: f64,
    demo: f64,
}

/// Uses the program for so many minutes: two consoles are open all the time, and it turns from the table, whose pages bring
/// rows to sample, to three logs in one view and to the consoles.
pub fn run(minutes: u64) -> Figures {
    let cloud = Cloud::start(&["--instances", &INSTANCES.to_string(), "--flood", &FLOOD_RATE.to_string()]);
    let config = cloud.config().with_file_name("soak.toml");
    fs::write(&config, format!("log_buffer = \"{LOG_BUFFER}\"\n{}", cloud.text())).expect("writable");
    let program = program(&config);
    let terminal = &program.terminal;
    terminal.wait_for("running");
    for down in CONSOLES {
        open_console(terminal, down);
    }
    let (mut readings, began) = (Vec::new(), Instant::now());
    let end = began + Duration::from_secs(minutes * 60);
    println!("  {:>8} {:>12} {:>12}", "minute", "program MiB", "demo MiB");
    while Instant::now() < end {
        for act in [page_through as fn(&Terminal), watch_logs, visit_consoles] {
            act(terminal);
            readings.push(read(&cloud, &program, began));
        }
    }
    figures(&readings)
}

fn read(cloud: &Cloud, program: &Program, began: Instant) -> Reading {
    let reading = Reading {
        minutes: began.elapsed().as_secs_f64() / 60.0,
        program: usage(program.terminal.pid()).resident,
        demo: usage(cloud.pid()).resident,
    };
    println!("  {:>8.2} {:>12.1} {:>12.1}", reading.minutes, reading.program, reading.demo);
    reading
}

/// Narrows the table to running instances of these names, the first under the cursor.
fn narrow(terminal: &Terminal, names: &str) {
    terminal.type_keys(&format!("/state:running name:/^({names})-/\r"));
    terminal.wait_until("a narrowed table", is_narrowed);
    terminal.type_keys("g");
}

/// Takes the filter away.
fn widen(terminal: &Terminal) {
    terminal.type_keys("\x1b");
    terminal.wait_until("the whole table", |screen| !is_narrowed(screen));
}

fn is_narrowed(screen: &vt100::Screen) -> bool {
    // The flood is one more.
    screen.contents().replace(',', "").contains(&format!(" of {}", INSTANCES + 1))
}

/// Attaches a console in which something is printed all the time, and leaves it open.
fn open_console(terminal: &Terminal, down: &str) {
    narrow(terminal, "queue");
    terminal.type_keys(&format!("{down}a"));
    terminal.wait_for("live");
    terminal.type_keys("\r");
    terminal.wait_for(":~");
    terminal.type_keys("while sleep 0.1; do date; ls -l /; done\r");
    terminal.wait_for("total");
    terminal.type_keys("\x1dd");
    terminal.wait_until("a narrowed table", is_narrowed);
    widen(terminal);
}

/// Turns the pages of the table: each brings other rows to sample.
fn page_through(terminal: &Terminal) {
    let end = Instant::now() + SAMPLE_INTERVAL;
    while Instant::now() < end {
        terminal.type_keys("\x06");
        std::thread::sleep(Duration::from_secs(1));
    }
    terminal.type_keys("g");
}

/// Follows three logs in one view, with a search and a filter.
fn watch_logs(terminal: &Terminal) {
    narrow(terminal, "flood|queue");
    terminal.type_keys("   l");
    terminal.wait_for("following");
    std::thread::sleep(SAMPLE_INTERVAL / 2);
    terminal.type_keys("/9\r");
    terminal.wait_for("found");
    std::thread::sleep(SAMPLE_INTERVAL / 2);
    terminal.type_keys("\x1b");
    terminal.wait_gone("found");
    terminal.type_keys("q");
    terminal.wait_until("a narrowed table", is_narrowed);
    // Nothing is marked any more, and nothing filtered.
    terminal.type_keys("\x1c");
    widen(terminal);
}

/// Looks at each console for a while.
fn visit_consoles(terminal: &Terminal) {
    for down in CONSOLES {
        narrow(terminal, "queue");
        terminal.type_keys(&format!("{down}a"));
        terminal.wait_for("total");
        std::thread::sleep(SAMPLE_INTERVAL / 2);
        terminal.type_keys("\x1dd");
        terminal.wait_until("a narrowed table", is_narrowed);
        widen(terminal);
    }
}

fn figures(readings: &[Reading]) -> Figures {
    let warm: Vec<&Reading> =
        readings.iter().filter(|reading| reading.minutes * 60.0 >= WARM_UP.as_secs_f64()).collect();
    let Some((first, last)) = warm.first().zip(warm.last()) else {
        return vec![("too short for a trend".into(), "run it for more than two minutes".into())];
    };
    let figure = |of: fn(&Reading) -> f64| {
        let most = warm.iter().map(|reading| of(reading)).fold(0.0, f64::max);
        let points: Vec<(f64, f64)> = warm.iter().map(|reading| (reading.minutes, of(reading))).collect();
        format!(
            "{:.1} to {:.1} MiB, most {most:.1}, {:+.2} MiB a minute",
            of(first),
            of(last),
            slope(&points)
        )
    };
    vec![
        (format!("program, minute {:.0} to {:.0}", first.minutes, last.minutes), figure(|it| it.program)),
        ("demo cloud, without its workloads".into(), figure(|it| it.demo)),
    ]
}

/// The slope of the line that fits these points best.
fn slope(points: &[(f64, f64)]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let (above, below) = points.iter().fold((0.0, 0.0), |(above, below), point| {
        (above + (point.0 - x) * (point.1 - y), below + (point.0 - x).powi(2))
    });
    if below > 0.0 { above / below } else { 0.0 }
}
