//! The details of one resource: as a form, as YAML, as JSON.
//!
//! The rows are laid out once per change (`sheet`), searched here, and drawn a page at a time (`draw`).

mod draw;
mod form;
mod json;
mod keys;
mod rows;
mod search;
mod sheet;
#[cfg(test)]
mod tests;
mod yaml;

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::Value;

use self::rows::WrappedLines;
use self::search::Search;
use self::sheet::{Class, Sheet};
use super::super::widgets::pager::{Pager, wheel};
use super::super::widgets::prompt::Prompt;
use crate::fleet::Section;
use crate::model::{Problem, ResourceId, Timestamp};
use crate::tui::app::App;
use crate::tui::command::TextCommand;
use crate::tui::effect::DocumentForm;
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket};
use crate::tui::writes::outside::OWN_WRITES;
use crate::tui::{Command, Effect, KeyContext, Look};

/// Time for which secrets stay readable once revealed.
const UNMASKED_FOR: Duration = Duration::from_secs(5);

/// The masking of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mask {
    On,
    /// Asked for; the next frame starts the clock.
    Lifting,
    /// Off until this moment.
    OffUntil(Timestamp),
}

/// A view of everything the API returns for one resource.
pub struct DocumentView {
    id: ResourceId,
    name: String,
    form: DocumentForm,
    sections: Vec<Section>,
    /// Titles that came since the last reading began; the others are from before it.
    received: Vec<&'static str>,
    /// The reading under way.
    reading: Asking,
    /// When it began, as of the first frame that showed it.
    asked: Option<Timestamp>,
    mask: Mask,
    sheet: Sheet,
    /// The sheet is not what it should be.
    stale: bool,
    folded: HashSet<(usize, usize)>,
    /// Rows of the sheet that show.
    shown: Vec<usize>,
    pager: Pager,
    /// Columns of text, as of the last draw.
    columns: usize,
    /// Columns of the widest line on the page, as of the last draw.
    widest: usize,
    wrap: bool,
    wrapped: RefCell<WrappedLines>,
    search: Option<Search>,
    /// The prompt of a search being typed, and where the reader was before.
    prompt: Option<(Prompt, Pager)>,
    cursor: Option<Position>,
    dirty: bool,
    /// When the next second of something counted on the screen passes.
    counting: Option<Duration>,
}

impl DocumentView {
    /// A view of a resource, named `name`. [`Layer::open`] asks for the details.
    pub fn new(id: ResourceId, name: String, form: DocumentForm) -> Self {
        Self {
            id,
            name,
            form,
            sections: Vec::new(),
            received: Vec::new(),
            reading: Asking::default(),
            asked: None,
            mask: Mask::On,
            sheet: Sheet::default(),
            stale: false,
            folded: HashSet::new(),
            shown: Vec::new(),
            pager: Pager::default(),
            columns: 80,
            widest: 0,
            wrap: false,
            wrapped: RefCell::default(),
            search: None,
            prompt: None,
            cursor: None,
            dirty: true,
            counting: None,
        }
    }

    fn read(&mut self) -> Vec<Effect> {
        self.asked = None;
        self.received.clear();
        self.dirty = true;
        self.reading.ask(Question::Details(self.id.clone()))
    }

    /// Does what a key is bound to.
    fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        self.dirty = true;
        self.refresh();
        TextCommand::of(command).map_or(Handled::Ignored, |command| self.act(command, count))
    }

    fn take_section(&mut self, section: Section) {
        self.dirty = true;
        self.stale = true;
        self.received.push(section.title);
        match self.sections.iter_mut().find(|old| old.title == section.title) {
            Some(old) => *old = section,
            None => self.sections.push(section),
        }
    }

    /// Drops the sections of the read before that this one did not return.
    fn end_reading(&mut self) {
        self.dirty = true;
        self.stale = true;
        self.reading.close();
        let received = std::mem::take(&mut self.received);
        self.sections.retain(|old| received.contains(&old.title));
    }

    /// A key or a paste while a search is typed.
    fn type_event(&mut self, event: &TerminalEvent) {
        self.dirty = true;
        self.refresh();
        self.type_search(event);
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.watch_the_clock(look.now);
        self.refresh();
        self.paint(area, buf, look);
        self.dirty = false;
    }

    fn masked(&self) -> bool {
        self.mask == Mask::On
    }

    /// The value of a section, secrets masked or not as the screen shows them.
    fn value(&self, section: usize) -> Option<Value> {
        let document = self.sections.get(section)?.body.as_ref().ok()?;
        Some(if self.masked() { document.masked() } else { document.value.clone() })
    }

    /// Brings the rows up to date, keeping the reader on the same value.
    fn refresh(&mut self) {
        if !self.stale {
            return;
        }
        self.stale = false;
        let place = self.row().and_then(|row| self.sheet.row(row).copied());
        let mut sheet = Sheet::default();
        // YAML and JSON are the platform's answer alone.
        let is_shown = |section: &Section| self.form == DocumentForm::Form || section.title != OWN_WRITES;
        for (at, section) in self.sections.iter().enumerate().filter(|(_, section)| is_shown(section)) {
            sheet.title(at, section.title);
            let head = sheet.len() - 1;
            match (&section.body, self.value(at)) {
                (Ok(_), Some(value)) => match self.form {
                    DocumentForm::Form => form::write(&mut sheet, &value),
                    DocumentForm::Yaml => yaml::write(&mut sheet, &value),
                    DocumentForm::Json => json::write(&mut sheet, &value),
                },
                (Err(problem), _) => push_problem(&mut sheet, problem),
                (Ok(_), None) => {}
            }
            sheet.enclose(head);
        }
        self.sheet = sheet;
        self.wrapped.borrow_mut().clear();
        self.shown = self.sheet.unfolded(&self.folded);
        if let Some(place) = place {
            let row = self.sheet.find(place.section, place.node).unwrap_or(0);
            let before = self.pager.cursor.saturating_sub(self.pager.top);
            self.pager.cursor = self.position(row);
            self.pager.top = self.pager.cursor.saturating_sub(before);
            self.pager.skip = 0;
        }
        if let Some(search) = &mut self.search {
            search.run(&self.sheet);
        }
    }

    /// The row of the sheet under the cursor.
    fn row(&self) -> Option<usize> {
        self.shown.get(self.pager.cursor).copied()
    }

    /// The index of a row of the sheet among those that show; of a folded one, that of its fold.
    fn position(&self, row: usize) -> usize {
        self.shown.partition_point(|&shown| shown <= row).saturating_sub(1)
    }

    fn fold(&mut self, row: usize) {
        let Some(at) = self.sheet.row(row) else { return };
        let key = (at.section, at.node);
        if !self.folded.remove(&key) {
            self.folded.insert(key);
        }
        self.shown = self.sheet.unfolded(&self.folded);
        self.pager.cursor = self.position(row);
    }

    /// Unfolds whatever hides a row and goes there.
    fn go_to(&mut self, row: usize) {
        for outer in self.sheet.around(row) {
            if let Some(outer) = self.sheet.row(outer) {
                self.folded.remove(&(outer.section, outer.node));
            }
        }
        self.shown = self.sheet.unfolded(&self.folded);
        let at = self.position(row);
        self.with_pager(|pager, text| pager.jump(at, text));
    }
}

/// Adds the rows of a section that could not be read.
fn push_problem(sheet: &mut Sheet, problem: &Problem) {
    let mut push = |text: &str, class: Class| {
        for line in text.lines() {
            sheet.push(&format!("  {}", sheet::bare(line)), 2, class, 0);
        }
    };
    let message = match problem.status {
        Some(status) => format!("{}: {} ({status})", problem.kind.word(), problem.message),
        None => format!("{}: {}", problem.kind.word(), problem.message),
    };
    push(&message, Class::Problem);
    if let Some(hint) = &problem.hint {
        push(hint, Class::Hint);
    }
    if let Some(request) = &problem.request {
        push(&format!("asked {request}"), Class::Hint);
    }
    if let Some(id) = &problem.request_id {
        push(&format!("request id {id}"), Class::Hint);
    }
}

impl Layer for DocumentView {
    fn open(&mut self) -> Vec<Effect> {
        self.read()
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Text
    }

    fn subject(&self) -> Option<&ResourceId> {
        Some(&self.id)
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn event(&mut self, event: &TerminalEvent, _app: &mut App) -> Handled {
        if let Some(forward) = wheel(event) {
            self.dirty = true;
            self.refresh();
            self.with_pager(|pager, text| pager.wheel(forward, text));
        } else if self.prompt.is_some() {
            self.type_event(event);
        } else {
            return Handled::Ignored;
        }
        Handled::done()
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        self.apply(command, count)
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        if self.reading.is(ticket) {
            match answer {
                Answer::Section(section) => self.take_section(*section),
                Answer::EndOfDetails => self.end_reading(),
                _ => {}
            }
        }
        Vec::new()
    }

    fn is_dirty(&self) -> bool {
        self.dirty
    }

    fn redraw_in(&self, _app: &App) -> Option<Duration> {
        self.counting
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.render(area, buf, &app.look());
    }

    fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}
