//! The form of an action: typed fields with their rules, checked as they are typed. Submitting asks for the write,
//! whose confirmation lies over the form; a refusal comes back into it.
//!
//! ```text
//! FormOpening ─▶ Question::Form ─▶ fields: default ◀ last use ◀ draft
//!      a field that others follow from changes ─▶ Question::Choices, Question::Form with the values so far
//!      Ctrl-S ─▶ errors? beside the fields ─▶ Question::Write ─▶ confirmation ─▶ sent ─▶ taken on: closed
//!                                                    └── refused ──▶ back into the fields ◀── refused
//! ```

mod choices;
mod common;
mod document;
mod draw;
mod edit;
mod field;
mod files;
mod keys;
mod loading;
mod refusal;
mod sending;
mod shape;
mod stored;

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use toml::Table;

pub use common::{CommonForm, FilledForm, FormOpening};
use draw::Drawn;
use field::FieldState;
pub(in crate::tui) use field::expanded;
pub use files::FoundFiles;
pub use stored::{Beginning, StoredForms};

use crate::fleet::{WriteEnd, WriteEvent, WritePhase};
use crate::model::{Action, Target, Timestamp, WriteId};
use crate::tui::app::App;
use crate::tui::command::FormCommand;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Ticket};
use crate::tui::{Command, Effect, KeyContext};

/// A secret that was unmasked is shown for so long.
const UNMASKED_FOR: Duration = Duration::from_secs(5);

/// A text on top of the form.
#[derive(Debug, Clone, PartialEq)]
enum Notice {
    Text {
        text: String,
        is_bad: bool,
    },
    /// The number of fields that need another value, as it is now.
    WrongFields,
}

/// Where the write of the form is.
#[derive(Debug, Clone, PartialEq)]
enum Waiting {
    /// There is none.
    No,
    /// Its confirmation lies over the form, or was declined.
    Confirming,
    /// It was sent.
    Sent(WriteId),
}

/// The form of an action on its targets.
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that is still to be done")]
pub struct FormLayer {
    targets: Vec<Target>,
    action: Action,
    beginning: Beginning,
    /// The form has come once.
    is_ready: bool,
    fields: Vec<FieldState>,
    /// Fields that the form does not have as it is now, with what was entered into them.
    shelved: Vec<FieldState>,
    /// The field with the focus; the one after the last is the button.
    focus: usize,
    loading: Asking,
    preparing: Asking,
    editing: Asking,
    /// The document as it was opened in the editor.
    edited: String,
    /// The document as it was left with a mistake, and the mistake.
    unread: Option<(String, String)>,
    /// A field that the form follows from was changed.
    reshapes: bool,
    /// To be submitted as soon as the form is there.
    submits: bool,
    waiting: Waiting,
    notice: Option<Notice>,
    /// The draft is to be kept.
    is_changed: bool,
    unmasked_until: Option<Timestamp>,
    now: Timestamp,
    drawn: Drawn,
}

impl FormLayer {
    /// The form of an action, still to be asked for.
    pub fn new(opening: FormOpening, beginning: Beginning, now: Timestamp) -> Self {
        let FormOpening { targets, action } = opening;
        Self {
            targets,
            action,
            beginning,
            is_ready: false,
            fields: Vec::new(),
            shelved: Vec::new(),
            focus: 0,
            loading: Asking::default(),
            preparing: Asking::default(),
            editing: Asking::default(),
            edited: String::new(),
            unread: None,
            reshapes: false,
            submits: false,
            waiting: Waiting::No,
            notice: None,
            is_changed: false,
            unmasked_until: None,
            now,
            drawn: Drawn::default(),
        }
    }

    /// Returns true while nothing can be entered: it is loaded, or what was entered is being prepared or sent.
    fn is_locked(&self) -> bool {
        self.preparing.is_open() || !self.is_ready || matches!(self.waiting, Waiting::Sent(_))
    }

    fn is_touched(&self) -> bool {
        self.fields.iter().chain(&self.shelved).any(|field| field.is_touched)
    }

    fn focused(&self) -> Option<&FieldState> {
        self.fields.get(self.focus)
    }

    fn focused_mut(&mut self) -> Option<&mut FieldState> {
        self.fields.get_mut(self.focus)
    }

    fn say(&mut self, text: impl Into<String>, is_bad: bool) {
        self.notice = Some(Notice::Text { text: text.into(), is_bad });
    }

    /// Moves the focus; the field that is left is checked, and the form follows from it.
    fn go_to(&mut self, to: usize) -> Vec<Effect> {
        let to = to.min(self.fields.len());
        self.unmasked_until = None;
        if let Some(field) = self.focused_mut() {
            field.choices.close();
            field.is_visited = true;
        }
        self.focus = to;
        let mut effects = if self.reshapes { self.ask_form() } else { Vec::new() };
        effects.extend(self.reach());
        effects
    }

    /// What is entered, to be kept as a draft.
    fn draft(&self) -> Table {
        let touched =
            self.fields.iter().chain(&self.shelved).filter(|field| field.is_touched && !field.field.private);
        touched.filter_map(|field| Some((field.field.name.to_string(), field.drafted()?))).collect()
    }

    fn keep_draft(&mut self, app: &mut App) {
        if std::mem::take(&mut self.is_changed) {
            app.forms.keep(&self.targets, self.action.id, self.draft(), app.now);
        }
    }

    /// Leaves the form: what was entered is kept as a draft.
    fn leave(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::close()];
        if !self.draft().is_empty() && !matches!(self.waiting, Waiting::Sent(_)) {
            effects
                .push(Effect::report(format!("{}: what you entered is kept as a draft", self.action.name)));
        }
        effects
    }
}

impl Layer for FormLayer {
    fn open(&mut self) -> Vec<Effect> {
        self.ask_form()
    }

    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Form
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        self.offers().into_iter().map(Hint::from).collect()
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        self.now = app.now;
        let handled = self.take_event(event, app);
        self.keep_draft(app);
        handled
    }

    fn perform(&mut self, command: Command, _count: Option<u32>, app: &mut App) -> Handled {
        self.now = app.now;
        let Some(command) = FormCommand::of(command) else {
            return Handled::Ignored;
        };
        let effects = self.act(command);
        self.keep_draft(app);
        effects.into()
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Form(form) if self.loading.is(ticket) => {
                self.loading.close();
                match *form {
                    Ok(form) => return self.take_form(form),
                    Err(problem) => {
                        self.submits = false;
                        self.say(format!("could not load the form: {problem}"), true);
                    }
                }
            }
            Answer::Choices(_) | Answer::Files(_) => return self.take_choices(ticket, answer),
            Answer::Edited(edited) if self.editing.is(ticket) => {
                self.editing.close();
                return self.take_document(edited);
            }
            Answer::Prepared(write) if self.preparing.is(ticket) => {
                self.preparing.close();
                match *write {
                    Ok(write) => {
                        self.waiting = Waiting::Confirming;
                        return vec![ScreenEffect::Confirm(Box::new(write)).into()];
                    }
                    Err(problem) => return self.refuse(&problem),
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn take_write(&mut self, event: &WriteEvent) -> Option<Vec<Effect>> {
        let is_ours = event.action.id == self.action.id
            && self.targets.iter().any(|target| target.id == event.target.id);
        match (&self.waiting, &event.phase) {
            (Waiting::Confirming, WritePhase::Sent) if is_ours => {
                self.waiting = Waiting::Sent(event.id.clone());
                // Several are followed elsewhere.
                (self.targets.len() == 1).then(Vec::new)
            }
            (Waiting::Sent(id), phase) if *id == event.id => match phase {
                WritePhase::Sent => Some(Vec::new()),
                WritePhase::Ended(WriteEnd::Refused(problem)) => Some(self.refuse(problem)),
                _ => None,
            },
            _ => Some(Vec::new()),
        }
    }

    fn prepare(&mut self, app: &App) {
        self.now = app.now;
        if self.unmasked_until.is_some_and(|until| app.now >= until) {
            self.unmasked_until = None;
        }
    }

    fn redraw_in(&self, app: &App) -> Option<Duration> {
        self.unmasked_until.map(|until| until.since(app.now))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.render(area, buf, app);
    }

    fn cursor(&self) -> Option<Position> {
        self.drawn.cursor
    }
}

#[cfg(test)]
impl FormLayer {
    /// The name of the field with the focus; `None` on the button.
    pub(in crate::tui) fn focused_name(&self) -> Option<&str> {
        self.focused().map(|field| &*field.field.name)
    }

    /// What is entered into each field but the secrets.
    pub(in crate::tui) fn entered(&self) -> Vec<(String, Option<toml::Value>)> {
        let fields = self.fields.iter().filter(|field| !field.is_secret());
        fields.map(|field| (field.field.name.to_string(), field.kept())).collect()
    }
}
