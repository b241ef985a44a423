//! The screen at 50,000 instances: from a key to a frame, and the work that is done off the thread that draws.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use quarterdeck::fleet::{Auth, FleetEvent, Health, ListEvent, Member, Store, Traffic, page_rows};
use quarterdeck::model::{
    ContextName, Instance, Kind, Lifecycle, Problem, ProblemKind, Resource, ResourceId, State, Timestamp,
};
use quarterdeck::providers::cycle;
use quarterdeck::tui::terminal::{Abilities, Screen};
use quarterdeck::tui::ui::{Event, Ui};
use quarterdeck::tui::{Options, draw};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

const ROWS: usize = 50_000;

fn instance(context: &ContextName, number: usize) -> Resource {
    let lifecycle = Lifecycle::ALL[number % Lifecycle::ALL.len()];
    Resource::Instance(Instance {
        size: Some("small".into()),
        image: Some("registry.example/shop/web:1.4.2".into()),
        location: Some("eu-west".into()),
        host: Some("heron".into()),
        created: Timestamp::from_millis(1_700_000_000_000 + i64::try_from(number).unwrap_or(0) * 1000),
        ..Instance::new(
            ResourceId::new(context, Kind::Instance, format!("67401d5a{number:016x}")),
            format!("web-{}", number * 7919 % ROWS),
            State::new(lifecycle, lifecycle.word()),
        )
    })
}

fn store() -> Store {
    let context = ContextName::new("cycle-prod");
    let mut store = Store::new(&[Member::new(
        context.clone(),
        cycle::PLATFORM,
        Err(Problem::new(ProblemKind::Local, "made by hand")),
    )]);
    let rows = page_rows((0..ROWS).map(|number| instance(&context, number)));
    for event in [
        FleetEvent::Context(context.clone(), Health::Live, Auth::Good, Traffic::default()),
        FleetEvent::ListStarted(context.clone(), Kind::Instance),
        FleetEvent::List(
            context.clone(),
            Kind::Instance,
            ListEvent::Page { scope: None, rows, expected: None },
        ),
        FleetEvent::List(context, Kind::Instance, ListEvent::End),
    ] {
        store.apply(event);
    }
    store
}

/// Arranges until nothing is left to be arranged, as the loop would with the results of its tasks.
fn settle(ui: &mut Ui) {
    while let Some(arranged) = ui.arrange().and_then(quarterdeck::table::Job::run) {
        ui.update(Event::Arranged(Box::new(arranged)));
    }
}

fn key(ui: &mut Ui, code: KeyCode) {
    ui.update(Event::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE))));
}

fn screen(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("50k");
    group.sample_size(20);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 160, 45));
    let area = buffer.area;
    let mut ui = Ui::new(store(), Options::default(), Timestamp::now());
    settle(&mut ui);

    group.bench_function("a frame", |bench| {
        bench.iter(|| {
            buffer.reset();
            black_box(draw::frame(&mut ui, area, &mut buffer))
        });
    });

    group.bench_function("a motion, to its frame", |bench| {
        bench.iter(|| {
            key(&mut ui, KeyCode::PageDown);
            settle(&mut ui);
            buffer.reset();
            black_box(draw::frame(&mut ui, area, &mut buffer))
        });
    });

    group.bench_function("a letter of the filter, to its frame", |bench| {
        key(&mut ui, KeyCode::Char('/'));
        let mut on = false;
        bench.iter(|| {
            key(&mut ui, if on { KeyCode::Backspace } else { KeyCode::Char('4') });
            on = !on;
            // The job is what a task would be given; the frame does not wait for it.
            black_box(ui.arrange());
            buffer.reset();
            black_box(draw::frame(&mut ui, area, &mut buffer))
        });
        key(&mut ui, KeyCode::Esc);
        settle(&mut ui);
    });

    group.bench_function("matching a word, off the screen", |bench| {
        bench.iter_batched(
            || {
                let mut ui = Ui::new(store(), Options::default(), Timestamp::now());
                settle(&mut ui);
                for letter in "/web-4".chars() {
                    key(&mut ui, KeyCode::Char(letter));
                }
                (ui.arrange(), ui)
            },
            |(job, ui)| (job.and_then(quarterdeck::table::Job::run), ui),
            BatchSize::PerIteration,
        );
    });

    group.bench_function("sorting by name, off the screen", |bench| {
        bench.iter_batched(
            || {
                let mut ui = Ui::new(store(), Options::default(), Timestamp::now());
                (ui.arrange(), ui)
            },
            |(job, ui)| (job.and_then(quarterdeck::table::Job::run), ui),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// The frames of a console in which coloured log lines of many lengths scroll by.
fn scrolling() -> Vec<Buffer> {
    let area = Rect::new(0, 0, 160, 45);
    let line = |number: usize| {
        let color = [Color::Reset, Color::Green, Color::Yellow, Color::Indexed(245)][number % 4];
        (format!("2026-11-29T23:15:{number:02} worker-{number} ") + &"done ".repeat(number * 7 % 23), color)
    };
    let frame = |from: usize| {
        let mut buf = Buffer::empty(area);
        for y in 0..area.height {
            let (text, color) = line(from + usize::from(y));
            buf.set_string(0, y, text, Style::new().fg(color));
        }
        buf
    };
    (0..16).map(|nth| frame(nth * 5)).collect()
}

/// From a frame to the bytes for the terminal, beside what ratatui's own backend takes for the same.
fn bytes(criterion: &mut Criterion) {
    let frames = scrolling();
    let mut group = criterion.benchmark_group("bytes of a frame");
    let mut screen = Screen::new(std::io::sink(), 160, 45, Abilities::ALL);
    let mut nth = 0;
    group.bench_function("a console that scrolls", |bench| {
        bench.iter(|| {
            nth += 1;
            let frame = &frames[nth % frames.len()];
            screen.draw(|_, buf| {
                buf.content.clone_from_slice(&frame.content);
                None
            })
        });
    });
    let mut bytes = Vec::new();
    let mut next = frames[0].clone();
    group.bench_function("the same by ratatui's backend", |bench| {
        bench.iter(|| {
            nth += 1;
            next.content.clone_from_slice(&frames[nth % frames.len()].content);
            bytes.clear();
            let shown = &frames[(nth - 1) % frames.len()];
            CrosstermBackend::new(&mut bytes).draw(shown.diff(&next).into_iter())
        });
    });
    group.finish();
}

criterion_group!(benches, screen, bytes);
criterion_main!(benches);
