//! Drawing of a console's screen, and a flood through a whole session. `benches/README.md` states how to read it.

mod flood;

use std::fmt::Write;
use std::hint::black_box;

use criterion::Criterion;
use quarterdeck::console::Size;
use quarterdeck::terminal::Emulator;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const SIZE: Size = Size { columns: 160, rows: 50 };
const CORPUS: usize = 4 * 1024 * 1024;

fn corpus(mut line: impl FnMut(&mut String, usize)) -> Vec<u8> {
    let mut text = String::with_capacity(CORPUS + 1024);
    let mut n = 0;
    while text.len() < CORPUS {
        line(&mut text, n);
        n += 1;
    }
    text.into_bytes()
}

fn corpora() -> Vec<(&'static str, Vec<u8>)> {
    let words = "the quick brown fox jumps over the lazy dog and runs away from what it has done ";
    vec![
        (
            "ascii",
            corpus(|text, n| {
                let _ = write!(text, "{n:>8} {words}{}\r\n", &words[..n % 60]);
            }),
        ),
        (
            "sgr",
            corpus(|text, n| {
                let colour = n % 256;
                let _ = write!(
                    text,
                    "\x1b[2m{n:>8}\x1b[0m \x1b[1;32mINFO\x1b[0m \x1b[38;5;{colour}mrequest\x1b[39m \x1b[38;2;9;{colour};80mdone\x1b[m\r\n"
                );
            }),
        ),
        (
            "cursor",
            corpus(|text, n| {
                let (row, column) = (n * 7 % 50 + 1, n * 13 % 160 + 1);
                let _ = write!(text, "\x1b[{row};{column}Hx{n}\x1b[K\x1b[2A\x1b[5Cy");
            }),
        ),
        (
            "utf8",
            corpus(|text, n| {
                let _ = write!(text, "{n:>8} Grüße, 漢字かな交じり文, Привет мир, ñandú → ─┼─ ✓\r\n");
            }),
        ),
    ]
}

fn drawing(criterion: &mut Criterion) {
    let area = Rect::new(0, 0, SIZE.columns, SIZE.rows);
    let mut buf = Buffer::empty(area);
    for (name, bytes) in corpora() {
        let mut emulator = Emulator::new(SIZE);
        emulator.feed(&bytes);
        criterion.bench_function(&format!("draw/{name}"), |bencher| {
            bencher.iter(|| emulator.draw(area, black_box(&mut buf)));
        });
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark tells its figures")]
fn main() -> Result<(), flood::Error> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "flood");
    if arguments.next().is_some() {
        let parts = arguments.find_map(|argument| argument.parse().ok()).unwrap_or(64);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        println!("{}", runtime.block_on(flood::run(parts, SIZE))?);
        return Ok(());
    }
    let mut criterion = Criterion::default().configure_from_args();
    drawing(&mut criterion);
    criterion.final_summary();
    Ok(())
}
