//! The question before a write is sent: what it does, where, and the exact requests. Its focus is on No.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use unicode_width::UnicodeWidthChar;

use super::actions::prepared;
use crate::model::{Action, FormValues, PreparedRequest, PreparedWrite, Target, Timestamp};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::command::MenuCommand;
use crate::tui::effect::Work;
use crate::tui::layer::{self, Asking, Handled, Question, Ticket};
use crate::tui::overlays::list::{Item, List, Tone};
use crate::tui::overlays::{Menu, MenuLayer, Shape};
use crate::tui::views::page::wrap;

/// No key counts before it has been quiet for so long: a key that was held down, typed ahead or pasted is no answer.
const QUIET_BEFORE_ANSWER: Duration = Duration::from_millis(300);

/// Answers at the end of the question.
const ANSWERS: usize = 2;

/// The question about one write.
pub struct Confirm {
    /// It is moved out when it is sent.
    write: Option<PreparedWrite>,
    target: Target,
    action: Action,
    values: FormValues,
    /// The write anew, where it was shown too long ago.
    preparing: Asking,
    /// When the latest key came, or the question itself.
    disturbed: Timestamp,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Send nothing.
    No,
    /// Send it.
    Yes,
}

impl Confirm {
    /// The question about a write; `now` is when it appears.
    pub fn layer(write: PreparedWrite, now: Timestamp) -> MenuLayer<Self> {
        let items = items(&write, usize::MAX);
        let confirm = Self {
            target: write.target.clone(),
            action: write.action.clone(),
            values: write.values.clone(),
            write: Some(write),
            preparing: Asking::default(),
            disturbed: now,
        };
        Menu::layer(confirm, items).selecting(&Answer::No)
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
        let text = format!("{} {}: not sent", self.action.name, self.target.name);
        vec![Effect::close(), Effect::report(text)]
    }
}

/// The lines of the question: what happens and the exact requests, wrapped to this many columns, then the answers.
fn items(write: &PreparedWrite, columns: usize) -> Vec<Item<Answer>> {
    let lines = |text: &str| wrap(text, columns).into_iter().map(|line| Item::text("", line));
    let mut items: Vec<_> = wrap(&write.preview.summary, columns).into_iter().map(Item::heading).collect();
    let state =
        write.target.state.as_ref().map_or_else(String::new, |state| format!(", it is {}", state.raw));
    items.extend(lines(&format!("context {}{state}", write.target.context())));
    items.extend(write.preview.consequences.iter().flat_map(|text| lines(text)));
    for change in &write.preview.changes {
        let value = |value: &Option<serde_json::Value>| {
            value.as_ref().map_or_else(|| "not set".to_owned(), serde_json::Value::to_string)
        };
        let text = format!("{}: {} becomes {}", change.field, value(&change.from), value(&change.to));
        items.extend(lines(&text));
    }
    for request in &write.preview.requests {
        let request = request_lines(request, columns);
        let parts = request.iter().flat_map(|line| split(line, columns));
        items.extend(parts.map(|part| Item::text("", part).toned(Tone::Dim)));
    }
    items.push(Item::new("n", "no", "nothing is sent", Answer::No));
    items.push(Item::new("y", write.action.name.to_lowercase(), "this request is sent", Answer::Yes));
    items
}

/// A request as it is sent: method, address, headers and body, secrets masked. A body that fits is on one line.
fn request_lines(request: &PreparedRequest, columns: usize) -> Vec<String> {
    let mut lines = vec![format!("{} {}", request.method, request.url)];
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(request.credentials.iter().map(|name| format!("{name}: ••••••••")));
    if let Some(body) = request.masked_body() {
        let short = body.to_string();
        if short.chars().count() <= columns {
            lines.push(short);
        } else {
            let body = serde_json::to_string_pretty(&body).unwrap_or(short);
            lines.extend(body.lines().map(str::to_owned));
        }
    }
    lines
}

/// Splits a text after every so many columns: what is sent is shown as it is, without regard to blanks.
fn split(text: &str, columns: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut width = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if width + wide > columns {
            parts.push(String::new());
            width = 0;
        }
        width += wide;
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

impl Menu for Confirm {
    type Choice = Answer;

    fn title(&self) -> String {
        let name = self.action.name.to_lowercase();
        format!("{name} {} in {}?", self.target.name, self.target.context())
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        if self.preparing.is_open() {
            "preparing the request again  esc cancel"
        } else {
            "y do it  n, enter, esc send nothing"
        }
    }

    fn shape(&self) -> Shape {
        Shape::Wide
    }

    fn fit(&self, list: &mut List<Answer>, columns: u16) {
        if let Some(write) = &self.write {
            list.refill(items(write, columns.into()));
        }
        // The question begins at its beginning, however long it is, and the answers are always there.
        list.pinned = ANSWERS;
    }

    fn choose(&mut self, answer: Answer, _list: &mut List<Answer>, _app: &mut App) -> Vec<Effect> {
        match answer {
            Answer::No => self.no(),
            // Neither Enter nor a click sends anything.
            Answer::Yes => vec![Effect::report("press y to do it")],
        }
    }

    fn key(&mut self, key: KeyEvent, _list: &mut List<Answer>, app: &App) -> Handled {
        let was_quiet = app.now.since(self.disturbed) >= QUIET_BEFORE_ANSWER;
        self.disturbed = app.now;
        let is_plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match key.code {
            // They only scroll.
            KeyCode::Up
            | KeyCode::Down
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::Home
            | KeyCode::End => Handled::Ignored,
            _ if key.kind == KeyEventKind::Repeat => Handled::done(),
            KeyCode::Esc => Handled::Ignored,
            _ if !was_quiet => Handled::done(),
            KeyCode::Char('y' | 'Y') if is_plain => self.yes(app).into(),
            KeyCode::Char('n' | 'N') if is_plain => self.no().into(),
            _ => Handled::Ignored,
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: layer::Answer) -> Vec<Effect> {
        prepared(&mut self.preparing, ticket, answer)
    }

    fn perform(&mut self, command: MenuCommand, _list: &List<Answer>, _app: &mut App) -> Handled {
        match command {
            MenuCommand::Back | MenuCommand::Close => self.no().into(),
            _ => Handled::Ignored,
        }
    }
}
