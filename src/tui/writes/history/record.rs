//! One record of the journal, whole: what was changed, from where, the requests, and what came of it.

use crossterm::event::{Event as TerminalEvent, KeyCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value, json};

use super::super::band;
use super::super::card::{Card, Page, piece, text_columns};
use super::super::text::Text;
use super::journal::{lifecycle, outcome};
use crate::fleet::journal::Written;
use crate::model::ContextName;
use crate::tui::app::App;
use crate::tui::command::MenuCommand;
use crate::tui::effect::{CurlOf, Work};
use crate::tui::layer::{Handled, Hint, Layer, Watched};
use crate::tui::{Command, Effect, KeyContext};

/// The record of a write.
pub struct RecordLayer {
    write: Written,
    context: ContextName,
    card: Card,
}

impl RecordLayer {
    /// The record of a write.
    pub fn new(write: Written) -> Self {
        let context = ContextName::new(write.intent.context.as_str());
        Self { write, context, card: Card::default() }
    }

    fn page(&self, area: Rect, app: &App) -> Page {
        let look = &app.look();
        let theme = look.theme;
        let Written { at, intent, accepted, .. } = &self.write;
        let mut text = Text::new(text_columns(area), look).fitting(area);
        text.strong(&intent.summary);
        text.gap();
        let when = at.map_or_else(|| "unknown".to_owned(), crate::model::Timestamp::local);
        fact(&mut text, "when", &format!("{when}, from the {}", by(&intent.by)), theme.text);
        fact(&mut text, "outcome", &outcome(&self.write), theme.lifecycle(lifecycle(&self.write)));
        if let Some(id) = self.write.ended.as_ref().and_then(|ended| ended.request_id.as_deref()) {
            fact(&mut text, "request id", id, theme.text);
        }
        if let Some(operation) = accepted {
            fact(&mut text, "operation", &operation.id, theme.text);
        }
        let target = &intent.target;
        fact(
            &mut text,
            "target",
            &format!("{} {}", target.reference.kind.singular(), target.reference.id),
            theme.text,
        );
        if let Some(state) = &target.state {
            fact(&mut text, "was", state, theme.text);
        }
        text.heading(if intent.requests.len() == 1 { "request" } else { "requests" });
        for request in &intent.requests {
            write_request(&mut text, request);
        }
        let mut title = vec![piece(format!("{} {} in ", intent.action, intent.name()), theme.title)];
        title.extend(band::name(app, &self.context));
        let border = band::border(app, [&self.context], theme.accent);
        let foot = "c copy as JSON  C as curl  esc close".to_owned();
        Page { title, lines: text.lines, fixed: Vec::new(), focus: None, foot, border }
    }

    /// Copies the requests as commands of `curl`, what was masked as variables.
    fn copy_requests(&self) -> Effect {
        Work::CopyCurl(CurlOf::Requests(self.context.clone(), self.write.intent.prepared_requests())).into()
    }

    fn json(&self) -> String {
        let Written { id, at, intent, accepted, ended, .. } = &self.write;
        let at = at.map(|at| at.to_string());
        let value =
            json!({"id": id.as_str(), "at": at, "intent": intent, "accepted": accepted, "ended": ended});
        serde_json::to_string_pretty(&value).unwrap_or_default()
    }
}

/// Where a write was asked for, in words.
fn by(origin: &str) -> &str {
    if origin == "command" { "command line" } else { origin }
}

fn fact(text: &mut Text<'_>, name: &str, value: &str, style: ratatui::style::Style) {
    let room = u16::try_from(text.columns.saturating_sub(12)).unwrap_or(u16::MAX);
    for (nth, row) in crate::tui::draw::wrap(value, room.max(8)).into_iter().enumerate() {
        let name = if nth == 0 { name } else { "" };
        text.lines.push(vec![piece(format!("{name:<12}"), text.look.theme.dim), piece(row, style)]);
    }
}

/// Writes a request as the journal has it, secrets masked.
fn write_request(text: &mut Text<'_>, request: &Value) {
    let theme = text.look.theme;
    let word = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    text.exact(&format!("{} {}", word("method"), word("url")), theme.text);
    for (name, value) in request.get("headers").and_then(Value::as_object).into_iter().flatten() {
        text.exact(&format!("{name}: {}", value.as_str().unwrap_or_default()), theme.dim);
    }
    if let Some(body) = request.get("body") {
        text.json(body);
    }
}

impl Layer for RecordLayer {
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

    fn event(&mut self, event: &TerminalEvent, _app: &mut App) -> Handled {
        match event {
            TerminalEvent::Key(key) if key.code == KeyCode::Char('C') => self.copy_requests().into(),
            _ => Handled::Ignored,
        }
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        if command == Command::Quit {
            return Handled::Ignored;
        }
        // It takes every key, so that nothing happens below it.
        match MenuCommand::of(command) {
            Some(MenuCommand::Move(movement)) => self.card.travel(movement, count.unwrap_or(1) as usize),
            Some(MenuCommand::Back | MenuCommand::Close) => return Effect::close().into(),
            Some(MenuCommand::Copy) => return Effect::copy_lines(self.json().lines(), "record").into(),
            _ => {}
        }
        Handled::done()
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let page = self.page(area, app);
        self.card.draw(&page, area, buf, &app.look());
    }
}
