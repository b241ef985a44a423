//! The order of input and drawing, and the life of questions.

use std::sync::{Arc, Mutex};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};

use super::*;
use crate::model::LogStart;
use crate::tui::effect::DocumentForm;
use crate::tui::sample;

type Record = Arc<Mutex<Vec<String>>>;

/// A layer that writes down what comes to it.
struct Probe {
    name: &'static str,
    record: Record,
    takes: bool,
    opaque: bool,
    passes: bool,
    asks: Option<Ticket>,
}

impl Probe {
    fn new(name: &'static str, record: &Record) -> Self {
        Self { name, record: record.clone(), takes: false, opaque: true, passes: false, asks: None }
    }

    fn note(&self, what: &str) {
        self.record.lock().unwrap().push(format!("{} {what}", self.name));
    }

    fn handled(&self) -> Handled {
        if self.takes { Handled::done() } else { Handled::Ignored }
    }
}

impl Layer for Probe {
    fn open(&mut self) -> Vec<Effect> {
        let id = sample::id("c", Kind::Instance, "i");
        let ask = |ticket| Work::Ask(ticket, Question::Tail(id, LogStart::Backlog)).into();
        self.asks.map(ask).into_iter().collect()
    }

    fn is_opaque(&self) -> bool {
        self.opaque
    }

    fn passes_input(&self) -> bool {
        self.passes
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Text
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        Vec::new()
    }

    fn event(&mut self, _event: &TerminalEvent, _app: &mut App) -> Handled {
        self.note("event");
        self.handled()
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        self.note(&format!("{command:?} {count:?}"));
        self.handled()
    }

    fn answer(&mut self, _ticket: Ticket, _answer: Answer) -> Vec<Effect> {
        self.note("answer");
        Vec::new()
    }

    fn draw(&mut self, _area: Rect, _buf: &mut Buffer, _app: &mut App) {
        self.note("drawn");
    }
}

fn stack(record: &Record, above: Vec<Probe>) -> Layers {
    let mut layers = Layers::new(Box::new(Probe::new("bottom", record)));
    for probe in above {
        layers.push(Box::new(probe), None);
    }
    layers
}

fn taken(record: &Record) -> Vec<String> {
    std::mem::take(&mut record.lock().unwrap())
}

fn key() -> TerminalEvent {
    TerminalEvent::Key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE))
}

#[test]
fn input_stops_at_the_topmost_layer_unless_that_passes_it_on() {
    let record = Record::default();
    let passing = Probe { passes: true, opaque: false, ..Probe::new("top", &record) };
    let mut layers = stack(&record, vec![Probe::new("middle", &record), passing]);
    let mut app = sample::app();
    assert_eq!(layers.event(&key(), &mut app), Handled::Ignored);
    assert_eq!(taken(&record), ["top event", "middle event"], "the middle one passes nothing on");
    layers.pop();
    layers.event(&key(), &mut app).effects();
    assert_eq!(taken(&record), ["middle event"]);
}

#[test]
fn a_new_size_is_for_all_and_the_focus_for_those_that_are_seen() {
    let record = Record::default();
    let menu = Probe { opaque: false, ..Probe::new("menu", &record) };
    let mut layers = stack(&record, vec![Probe::new("view", &record), menu]);
    let mut app = sample::app();
    layers.event(&TerminalEvent::Resize(80, 24), &mut app).effects();
    assert_eq!(taken(&record), ["menu event", "view event", "bottom event"]);
    layers.event(&TerminalEvent::FocusGained, &mut app).effects();
    assert_eq!(taken(&record), ["menu event", "view event"]);
}

#[test]
fn drawing_starts_at_the_lowest_that_is_seen() {
    let record = Record::default();
    let menu = Probe { opaque: false, ..Probe::new("menu", &record) };
    let mut layers = stack(&record, vec![Probe::new("view", &record), menu]);
    let area = Rect::new(0, 0, 10, 4);
    layers.draw(area, &mut Buffer::empty(area), &mut sample::app());
    assert_eq!(taken(&record), ["view drawn", "menu drawn"]);
}

#[test]
fn a_wheel_that_no_layer_takes_is_three_steps() {
    let record = Record::default();
    let mut layers = stack(&record, Vec::new());
    let kind = MouseEventKind::ScrollDown;
    let wheel = TerminalEvent::Mouse(MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::NONE });
    layers.event(&wheel, &mut sample::app()).effects();
    assert_eq!(taken(&record)[0], "bottom event");
}

#[test]
fn answers_go_to_who_asked_and_late_ones_nowhere() {
    let record = Record::default();
    let ticket = Ticket::new();
    let asking = Probe { asks: Some(ticket), ..Probe::new("asking", &record) };
    let mut layers = stack(&record, vec![asking, Probe::new("top", &record)]);
    assert!(layers.answer(ticket, Answer::Log(crate::model::LogEvent::Connected)).is_some());
    assert!(layers.answer(Ticket::new(), Answer::EndOfDetails).is_none(), "the layer did not ask");
    assert_eq!(taken(&record), ["asking answer"]);
    layers.pop();
    assert_eq!(layers.pop(), [Work::Cancel(ticket)], "closing gives it up");
    assert!(layers.answer(ticket, Answer::EndOfDetails).is_none(), "too late");
}

#[test]
fn what_is_answered_is_not_given_up_again() {
    let record = Record::default();
    let ticket = Ticket::new();
    let mut layers = stack(&record, vec![Probe { asks: Some(ticket), ..Probe::new("asking", &record) }]);
    assert!(layers.answer(ticket, Answer::EndOfLog).is_some());
    assert!(layers.answer(ticket, Answer::EndOfLog).is_none(), "once");
    assert!(layers.pop().is_empty());
}

#[test]
fn the_same_view_is_on_the_stack_once() {
    let record = Record::default();
    let mut layers = stack(&record, Vec::new());
    let view = View::Document(sample::id("c", Kind::Instance, "i"), DocumentForm::Form);
    let ticket = Ticket::new();
    let first = Probe { asks: Some(ticket), ..Probe::new("first", &record) };
    layers.push(Box::new(first), Some(view.clone()));
    let effects = layers.push(Box::new(Probe::new("second", &record)), Some(view.clone()));
    assert_eq!(effects, [Work::Cancel(ticket)]);
    assert_eq!(layers.front(), Some(&view));
    layers.pop();
    assert_eq!(layers.front(), None);
}
