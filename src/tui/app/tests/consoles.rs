//! Open consoles as the table and the header show them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::Event as TerminalEvent;
use ratatui::layout::Position;

use super::*;
use crate::console::{InputModes, RemoteScreen, SessionState, Sessions, Size, TextScreen};
use crate::model::{Problem, ProblemKind, ScreenKind};
use crate::tui::app::OpenConsoles;

/// A session that only rings and prints.
#[derive(Default)]
struct Remote {
    bell: AtomicBool,
    output: AtomicBool,
}

struct Handle(Arc<Remote>);

impl RemoteScreen for Handle {
    fn state(&self) -> SessionState {
        SessionState::Live
    }
    fn reconnect(&self) {}
    fn takes_input(&self) -> bool {
        true
    }
    fn input_modes(&self) -> InputModes {
        InputModes::default()
    }
    fn send(&self, _event: &TerminalEvent) {}
    fn resize(&self, _size: Size) {}
    fn take_dirty(&self) -> bool {
        self.0.output.load(Ordering::Relaxed)
    }
    fn take_output(&self) -> bool {
        self.0.output.swap(false, Ordering::Relaxed)
    }
    fn take_bell(&self) -> bool {
        self.0.bell.swap(false, Ordering::Relaxed)
    }
    fn title(&self) -> Option<String> {
        None
    }
    fn draw(&self, _area: Rect, _buf: &mut Buffer) -> Option<Position> {
        None
    }
    fn text(&self) -> Option<&dyn TextScreen> {
        None
    }
}

/// The fleet with consoles of three instances: one rang, one printed something, one is quiet.
fn scene(options: Options, columns: u16, rows: u16) -> Scene {
    let problem = || Problem::new(ProblemKind::Local, "no console here");
    let opener: crate::console::Opener = Arc::new(move |_, _| Box::pin(async move { Err(problem()) }));
    let sessions = Sessions::new(opener, Arc::new(|| {}));
    let mut scene = Scene::with(sample::fleet(), options, columns, rows);
    for nth in 0..3 {
        let remote = Arc::new(Remote::default());
        let row = scene.ui.app.pane().shown().get(nth).unwrap();
        let start = |_| -> Box<dyn RemoteScreen> { Box::new(Handle(Arc::clone(&remote))) };
        sessions.attach_with(row.id(), row.name(), ScreenKind::Terminal, start);
        remote.bell.store(nth == 0, Ordering::Relaxed);
        remote.output.store(nth < 2, Ordering::Relaxed);
    }
    sessions.poll();
    scene.ui.set_consoles(OpenConsoles::of(&sessions));
    scene.draw();
    scene
}

#[test]
fn the_rows_and_the_header_show_the_marks_of_consoles() {
    for (columns, rows) in [(60, 15), (120, 36)] {
        let scene = scene(Options::default(), columns, rows);
        insta::assert_snapshot!(format!("consoles_{columns}x{rows}"), scene.text());
    }
}

#[test]
fn the_marks_are_ascii_where_that_is_asked_for() {
    let scene = scene(Options { ascii: true, ..Options::default() }, 120, 20);
    let text = scene.text();
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("! 1  # 2"), "{text}");
}

#[test]
fn tables_of_other_kinds_have_no_room_for_marks() {
    let mut marked = scene(Options::default(), 120, 20);
    let mut plain = Scene::new(sample::fleet(), 120, 20);
    let table = |scene: &mut Scene| {
        scene.keys("2");
        scene.text().lines().skip(2).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(table(&mut marked), table(&mut plain));
}
