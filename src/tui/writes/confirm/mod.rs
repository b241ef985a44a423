//! The question before a write is sent: what it does, where, what changes, and the exact requests. Its focus is on No.

mod answering;

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyEventKind, MouseButton, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub(super) use answering::{Answered, Answering, Words};

use super::actions::prepared;
use super::band;
use super::card::{Card, Line, Page, piece, text_columns};
use super::diff;
use super::text::Text;
use crate::model::{Action, Danger, FormValues, PREVIEW_LIFE, PreparedWrite, Preview, Target, Timestamp};
use crate::tui::app::App;
use crate::tui::command::MenuCommand;
use crate::tui::effect::{CurlOf, Work};
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::layer::{self, Asking, Handled, Hint, Layer, Question, Ticket, Watched};
use crate::tui::{Command, Effect, KeyContext};

/// The question about one write.
pub struct Confirm {
    /// It is moved out when it is sent.
    write: Option<PreparedWrite>,
    target: Target,
    action: Action,
    values: FormValues,
    /// The name of what it is about.
    name: String,
    /// The write anew, where it was shown too long ago.
    preparing: Asking,
    answering: Answering,
    card: Card,
    cursor: Option<Position>,
}

impl Confirm {
    /// The question about a write; `now` is when it appears.
    pub fn layer(write: PreparedWrite, now: Timestamp) -> Self {
        let name = subject(&write);
        Self {
            target: write.target.clone(),
            action: write.action.clone(),
            values: write.values.clone(),
            answering: Answering::new(write.danger.question(), write.action.key, &name, now),
            name,
            write: Some(write),
            preparing: Asking::default(),
            card: Card::default(),
            cursor: None,
        }
    }

    fn yes(&mut self, app: &App) -> Vec<Effect> {
        if let Some(write) = self.write.take_if(|write| !write.is_stale(app.now)) {
            return vec![Effect::close(), Work::Send(Box::new(write)).into()];
        }
        // What was shown may not be so any more: it is prepared and shown again.
        let (target, action) = (Box::new(self.target.clone()), Box::new(self.action.clone()));
        let mut effects = self.preparing.ask(Question::Write(target, action, self.values.clone()));
        effects.push(Effect::report("the preview is out of date, preparing it again"));
        effects
    }

    fn no(&self) -> Vec<Effect> {
        let text = format!("{} {}: not sent", self.action.name, self.name);
        vec![Effect::close(), Effect::report(text)]
    }

    fn answered(&mut self, answered: Answered, app: &App) -> Handled {
        match answered {
            Answered::Other => Handled::Ignored,
            Answered::Nothing => Handled::done(),
            Answered::Hint(text) => Effect::report(text).into(),
            Answered::No => self.no().into(),
            Answered::Yes => self.yes(app).into(),
        }
    }

    fn key(&mut self, key: KeyEvent, app: &App) -> Handled {
        let bound = app.keymap.look_up(KeyContext::Everywhere, &[Chord::of(key)]);
        if bound == Lookup::Bound(Command::Quit) {
            return Handled::Ignored;
        }
        let answered = self.answering.key(key, app.now);
        self.answered(answered, app)
    }

    fn click(&mut self, at: Position) -> Handled {
        // Only No can be clicked: a click is no more an answer than Enter is.
        let yes = if self.answering.is_typed() { 2 } else { 1 };
        match self.card.fixed_at(at) {
            Some(nth) if nth + 1 == yes => self.no().into(),
            Some(nth) if nth == yes => Effect::report("a click sends nothing: use the keys").into(),
            _ if self.card.is_beside(at) => self.no().into(),
            _ => Handled::done(),
        }
    }

    fn page(&self, write: &PreparedWrite, area: Rect, app: &App) -> (Page, Option<usize>) {
        let look = &app.look();
        let theme = look.theme;
        let action = self.action.verb();
        let sent = match write.preview.requests.len() {
            1 => "this request is sent".to_owned(),
            count => format!("these {count} requests are sent"),
        };
        let (fixed, focus, cursor) = self.answering.lines(&Words { action: &action, sent: &sent }, look);
        let columns = text_columns(area);
        let mut text = Text::new(columns, look).fitting(area);
        facts(&mut text, &write.preview);
        let at = text.lines.len().min(summary_rows(write, columns));
        text.lines.splice(at..at, place(&write.target, write.preview.creates.is_some(), columns, app));
        if app.pane().hides_marked(&write.target.id) {
            text.lines.insert(at, vec![piece("1 marked, not shown in the table", theme.warn)]);
        }
        let foot = match (self.preparing.is_open(), write.is_stale(app.now)) {
            (true, _) => "preparing the request again  esc cancel".to_owned(),
            (false, true) => format!("older than {} s: answering reads it again", PREVIEW_LIFE.as_secs()),
            (false, false) => self.answering.foot(&action),
        };
        let context = write.target.context();
        let about = match &write.preview.creates {
            Some(_) => format!(": {}", self.name),
            None if write.target.is_context() => String::new(),
            None => format!(" {}", self.name),
        };
        let mut title = vec![piece(format!("{action}{about} in "), theme.title)];
        title.extend(band::name(app, context));
        title.push(piece("?", theme.title));
        let border = if write.danger >= Danger::Destructive { theme.bad } else { theme.accent };
        let border = band::border(app, [context], border);
        (Page { title, lines: text.lines, fixed, focus: Some(focus), foot, border }, cursor)
    }
}

/// The name of what a write is about: its target, or what it makes.
fn subject(write: &PreparedWrite) -> String {
    match &write.preview.creates {
        Some(new) => new.name.to_string(),
        None if write.target.is_context() => write.target.context().to_string(),
        None if write.target.name.is_empty() => write.target.id.id.to_string(),
        None => write.target.name.to_string(),
    }
}

/// The rows of the summary.
fn summary_rows(write: &PreparedWrite, columns: usize) -> usize {
    wrapped(&write.preview.summary, columns).len()
}

/// The lines about where it is and how it is now.
fn place(target: &Target, makes: bool, columns: usize, app: &App) -> Vec<Line> {
    let state = target.state.as_ref().filter(|_| !makes).map(|state| format!(", it is {}", state.word()));
    let state = state.unwrap_or_default();
    let text = format!("context {}{state}", band::words(app, target.context()));
    wrapped(&text, columns).into_iter().map(|row| vec![piece(row, app.theme.dim)]).collect()
}

fn wrapped(text: &str, columns: usize) -> Vec<String> {
    crate::tui::draw::wrap(text, u16::try_from(columns).unwrap_or(u16::MAX))
}

/// Writes what a write does, what follows from it, what changes and its requests.
fn facts(text: &mut Text<'_>, preview: &Preview) {
    let theme = text.look.theme;
    text.strong(&preview.summary);
    if !preview.consequences.is_empty() {
        text.gap();
        let sign = if text.look.ascii { "*" } else { "•" };
        for consequence in &preview.consequences {
            text.point(sign, consequence, theme.text);
        }
    }
    let secrets: Vec<_> = preview
        .requests
        .iter()
        .flat_map(|request| request.secrets.iter().filter_map(|at| request.body.as_ref()?.pointer(at)))
        .collect();
    let changes = diff::changes(&preview.changes, &secrets);
    if !changes.is_empty() {
        text.heading("changes");
        diff::write(text, &changes);
    }
    text.heading(if preview.requests.len() == 1 { "request" } else { "requests" });
    for (nth, request) in preview.requests.iter().enumerate() {
        if nth > 0 {
            text.gap();
        }
        text.request(request);
    }
}

impl Layer for Confirm {
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
            TerminalEvent::Paste(_) => {
                let answered = self.answering.paste(app.now);
                self.answered(answered, app)
            }
            TerminalEvent::Mouse(mouse) if mouse.kind == MouseEventKind::Down(MouseButton::Left) => {
                self.click(Position::new(mouse.column, mouse.row))
            }
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
            Some(MenuCommand::Back | MenuCommand::Close | MenuCommand::Open) => self.no().into(),
            Some(MenuCommand::Copy) => self.write.as_ref().map_or_else(Handled::done, |write| {
                let (context, requests) = (write.target.context().clone(), write.preview.requests.clone());
                Work::CopyCurl(CurlOf::Requests(context, requests)).into()
            }),
            _ => Handled::done(),
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: layer::Answer) -> Vec<Effect> {
        prepared(&mut self.preparing, ticket, answer)
    }

    fn redraw_in(&self, app: &App) -> Option<Duration> {
        let write = self.write.as_ref()?;
        let left = PREVIEW_LIFE.checked_sub(app.now.since(write.prepared))?;
        Some(left + Duration::from_millis(10))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let Some(write) = &self.write else { return };
        let (page, cursor) = self.page(write, area, app);
        self.card.draw(&page, area, buf, &app.look());
        self.cursor = cursor.map(|columns| self.card.cursor(columns));
    }

    fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}
