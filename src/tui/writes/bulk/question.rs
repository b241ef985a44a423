//! The box of an action on several targets: it is prepared, asked about with every target in a list, and sent, with the
//! outcome of each as it comes. Esc stops what is unsent; a second one closes the box.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::band;
use super::super::card::{Card, Page, piece, text_columns};
use super::super::confirm::{Answered, Answering, Words};
use super::super::form::FilledForm;
use super::super::text::Text;
use super::preview::{self, plural};
use super::run::Run;
use crate::fleet::{PreparedBulk, WriteEvent};
use crate::model::{Danger, Target, Timestamp};
use crate::tui::app::App;
use crate::tui::command::MenuCommand;
use crate::tui::effect::Work;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket, Watched};
use crate::tui::{Command, Effect, KeyContext};

/// Where it is.
enum Stage {
    /// The writes are being prepared.
    Preparing,
    /// It waits for the answer.
    Asking(PreparedBulk, Answering),
    /// It is sent, under this ticket.
    Running { run: Run, ticket: Ticket, is_stopped: bool },
}

/// The box.
pub struct BulkLayer {
    form: FilledForm,
    stage: Stage,
    preparing: Asking,
    card: Card,
    cursor: Option<Position>,
    /// The time of the latest frame.
    now: Timestamp,
}

impl BulkLayer {
    /// The box of an action with its values, whose writes are still to be prepared.
    pub fn new(form: FilledForm, now: Timestamp) -> Self {
        let (preparing, card) = (Asking::default(), Card::default());
        Self { form, stage: Stage::Preparing, preparing, card, cursor: None, now }
    }

    fn ask_for_writes(&mut self) -> Vec<Effect> {
        self.stage = Stage::Preparing;
        self.preparing.ask(Question::WriteAll(Box::new(self.form.clone())))
    }

    fn ask(&mut self, bulk: PreparedBulk) {
        let danger = bulk.danger();
        // What is safe alone is looked at before it is done to many.
        let question = danger.max(Danger::Disruptive).question();
        let answering = Answering::new(question, bulk.action.key, &bulk.confirmation(), self.now);
        self.stage = Stage::Asking(bulk, answering);
    }

    fn send(&mut self, app: &mut App) -> Vec<Effect> {
        let Stage::Asking(bulk, _) = &self.stage else {
            return Vec::new();
        };
        if bulk.writes().next().is_none() {
            return vec![Effect::report("none of them fits: nothing to send")];
        }
        if bulk.writes().any(|write| write.is_stale(app.now)) {
            let mut effects = self.ask_for_writes();
            effects.push(Effect::report("the preview is out of date, preparing it again"));
            return effects;
        }
        let ticket = Ticket::new();
        let run = Run::of(bulk);
        app.bulks.add(bulk);
        app.forms.drop_draft(&self.form.targets, self.form.action.id);
        let running = Stage::Running { run, ticket, is_stopped: false };
        match std::mem::replace(&mut self.stage, running) {
            Stage::Asking(bulk, _) => vec![Work::SendAll(ticket, Box::new(bulk)).into()],
            Stage::Preparing | Stage::Running { .. } => Vec::new(),
        }
    }

    /// Esc: sends nothing, stops what is unsent, or closes.
    fn back(&mut self) -> Vec<Effect> {
        match &mut self.stage {
            Stage::Running { run, ticket, is_stopped } if run.has_waiting() && !*is_stopped => {
                *is_stopped = true;
                vec![Work::StopAll(*ticket).into(), Effect::report("stopped: what is unsent stays unsent")]
            }
            Stage::Running { .. } => vec![Effect::close()],
            Stage::Preparing | Stage::Asking(..) => {
                let count = self.form.targets.len();
                let text = format!("{} {count} {}: not sent", self.form.action.name, self.plural());
                vec![Effect::close(), Effect::report(text)]
            }
        }
    }

    /// Prepares those again that failed or were not sent.
    fn retry(&mut self, app: &App) -> Vec<Effect> {
        let Stage::Running { run, .. } = &self.stage else {
            return Vec::new();
        };
        let left = run.to_retry();
        if !run.is_over() || left.is_empty() {
            return Vec::new();
        }
        let now = |target: Target| match app.store.get(&target.id) {
            Some(row) => Target::of(row),
            None => target,
        };
        self.form.targets = left.into_iter().map(now).collect();
        self.ask_for_writes()
    }

    fn plural(&self) -> &'static str {
        plural(&self.form.targets)
    }

    fn key(&mut self, key: KeyEvent, app: &mut App) -> Handled {
        let bound = app.keymap.look_up(KeyContext::Everywhere, &[Chord::of(key)]);
        if bound == Lookup::Bound(Command::Quit) {
            return Handled::Ignored;
        }
        let answered = match &mut self.stage {
            Stage::Asking(_, answering) => answering.key(key, app.now),
            Stage::Preparing | Stage::Running { .. } => {
                return match key.code {
                    KeyCode::Char('r') if key.kind == KeyEventKind::Press => self.retry(app).into(),
                    _ if key.kind == KeyEventKind::Repeat && key.code == KeyCode::Esc => Handled::done(),
                    _ => Handled::Ignored,
                };
            }
        };
        self.answered(answered, app)
    }

    fn answered(&mut self, answered: Answered, app: &mut App) -> Handled {
        match answered {
            Answered::Other => Handled::Ignored,
            Answered::Nothing => Handled::done(),
            Answered::Hint(text) => Effect::report(text).into(),
            Answered::No => self.back().into(),
            Answered::Yes => self.send(app).into(),
        }
    }

    fn page(&self, area: Rect, app: &App) -> (Page, Option<usize>) {
        let look = &app.look();
        let theme = look.theme;
        let action = self.form.action.verb();
        let mut text = Text::new(text_columns(area), look).fitting(area);
        let mut cursor = None;
        let (mut fixed, mut focus, mut border) = (Vec::new(), None, theme.accent);
        let (count, foot);
        match &self.stage {
            Stage::Preparing => {
                count = self.form.targets.len();
                let request = format!("reading {count} {} and preparing the requests", self.plural());
                text.words(&request, theme.dim);
                foot = "esc cancel".to_owned();
            }
            Stage::Asking(bulk, answering) => {
                count = bulk.writes().count();
                preview::write(&mut text, bulk, app);
                let requests: usize = bulk.writes().map(|write| write.preview.requests.len()).sum();
                let sent = format!("these {requests} requests are sent, four at a time");
                let (lines, at, typed) = answering.lines(&Words { action: &action, sent: &sent }, look);
                (fixed, focus, cursor) = (lines, Some(at), typed);
                if bulk.danger() >= Danger::Destructive {
                    border = theme.bad;
                }
                foot = answering.foot(&action);
            }
            Stage::Running { run, is_stopped, .. } => {
                count = run.len();
                text.lines = run.lines(look);
                fixed = vec![vec![piece(run.counts(), theme.text)]];
                foot = match (run.is_over(), run.has_waiting() && !is_stopped) {
                    (true, _) if run.to_retry().is_empty() => "esc close".to_owned(),
                    (true, _) => "r retry what failed or is unsent  esc close".to_owned(),
                    (false, true) => "esc stop what is unsent  q close, it goes on".to_owned(),
                    (false, false) => "esc close, it goes on".to_owned(),
                };
            }
        }
        let question = if matches!(self.stage, Stage::Running { .. }) { "" } else { "?" };
        let title = vec![piece(format!("{action} {count} {}{question}", self.plural()), theme.title)];
        let border = band::border(app, self.form.targets.iter().map(Target::context), border);
        (Page { title, lines: text.lines, fixed, focus, foot, border }, cursor)
    }
}

impl Layer for BulkLayer {
    fn open(&mut self) -> Vec<Effect> {
        self.ask_for_writes()
    }

    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Menu
    }

    fn watched(&self, _app: &App) -> Option<Watched> {
        None
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        // They are in its own border.
        Vec::new()
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        match event {
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => Handled::done(),
            TerminalEvent::Key(key) => self.key(*key, app),
            TerminalEvent::Paste(_) => match &mut self.stage {
                Stage::Asking(_, answering) => {
                    let answered = answering.paste(app.now);
                    self.answered(answered, app)
                }
                Stage::Preparing | Stage::Running { .. } => Handled::done(),
            },
            // The wheel scrolls as the keys do.
            TerminalEvent::Mouse(_)
            | TerminalEvent::FocusGained
            | TerminalEvent::FocusLost
            | TerminalEvent::Resize(..) => Handled::Ignored,
        }
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        if command == Command::Quit {
            return Handled::Ignored;
        }
        // It takes every key, so that nothing happens below it.
        match MenuCommand::of(command) {
            Some(MenuCommand::Move(movement)) => {
                self.card.travel(movement, count.unwrap_or(1) as usize);
                Handled::done()
            }
            Some(MenuCommand::Back) => self.back().into(),
            Some(MenuCommand::Close) => match self.stage {
                Stage::Running { .. } => Effect::close().into(),
                Stage::Preparing | Stage::Asking(..) => self.back().into(),
            },
            _ => Handled::done(),
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if let Answer::PreparedAll(bulk) = answer
            && self.preparing.is(ticket)
        {
            self.preparing.close();
            self.ask(*bulk);
        }
        Vec::new()
    }

    fn take_write(&mut self, event: &WriteEvent) -> Option<Vec<Effect>> {
        if let Stage::Running { run, .. } = &mut self.stage {
            run.take(event, self.now);
        }
        Some(Vec::new())
    }

    fn prepare(&mut self, app: &App) {
        self.now = app.now;
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        match &self.stage {
            Stage::Running { run, .. } if !run.is_over() => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let (page, cursor) = self.page(area, app);
        self.card.draw(&page, area, buf, &app.look());
        self.cursor = cursor.map(|columns| self.card.cursor(columns));
    }

    fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}
