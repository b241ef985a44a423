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
mod stored;

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use toml::Table;

use choices::Loading;
pub use common::{CommonForm, FilledForm, FormOpening};
use draw::Drawn;
use field::FieldState;
pub(in crate::tui) use field::expanded;
pub use files::FoundFiles;
use refusal::Refusal;
pub use stored::{Beginning, StoredForms};

use crate::fleet::{WriteEnd, WriteEvent, WritePhase};
use crate::model::{Action, FormValues, Problem, Target, Timestamp, WriteId};
use crate::tui::app::App;
use crate::tui::command::FormCommand;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::{Answer, Asking, Handled, Hint, Layer, Question, Ticket};
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

    /// The values as they would be sent.
    fn values(&self) -> FormValues {
        let mut values = FormValues::new();
        for field in &self.fields {
            if let Some(value) = field.sent(self.now) {
                values.set(field.field.name.clone(), value);
            }
            if field.field.private {
                values.mark_private(field.field.name.clone());
            }
        }
        values
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

    /// Asks for the form, given the values so far.
    fn ask_form(&mut self) -> Vec<Effect> {
        self.reshapes = false;
        let values = if self.is_ready {
            self.values()
        } else {
            let kept = self.beginning.draft.as_ref().map(|draft| &draft.values);
            kept.or(self.beginning.last.as_ref()).map(stored::values_of).unwrap_or_default()
        };
        self.loading.ask(Question::Form(self.targets.clone(), self.action.id, values))
    }

    /// Takes the form that was asked for: at first with what is kept of it, then with all that was entered.
    fn take_form(&mut self, form: CommonForm) -> Vec<Effect> {
        let focused = self.focused().map(|field| field.field.name.clone());
        let mut before = std::mem::take(&mut self.fields);
        before.append(&mut self.shelved);
        for field in form.form.fields {
            let is_mixed = form.mixed.contains(&field.name);
            let mut state = FieldState::new(field, is_mixed);
            if let Some(at) = before.iter().position(|old| old.field.name == state.field.name) {
                state.take_over(before.swap_remove(at));
            }
            self.fields.push(state);
        }
        before.retain(|field| field.is_touched);
        self.shelved = before;
        let at = focused.and_then(|name| self.fields.iter().position(|field| field.field.name == name));
        self.focus = at.unwrap_or_else(|| self.focus.min(self.fields.len()));
        if !std::mem::replace(&mut self.is_ready, true) {
            self.begin();
        }
        let mut effects = self.load_labels();
        effects.extend(self.reach());
        if self.fields.is_empty() || std::mem::take(&mut self.submits) {
            effects.extend(self.submit());
        }
        effects
    }

    /// Enters what is kept of this form.
    fn begin(&mut self) {
        let Beginning { draft, last } = std::mem::take(&mut self.beginning);
        for field in &mut self.fields {
            if let Some(kept) = last.as_ref().and_then(|last| last.get(&*field.field.name))
                && !field.is_secret()
                && let Ok(entry) = field.read(kept)
            {
                field.entry = entry;
            }
        }
        let Some(draft) = draft else { return };
        for field in &mut self.fields {
            if let Some(kept) = draft.values.get(&*field.field.name) {
                field.restore(kept);
            }
        }
        self.say(format!("draft of {} restored", draft.when(self.now)), false);
    }

    /// What follows from a change of a field: choices that depend on it are loaded again, and the form where that follows
    /// from it. `is_typed` is a change that may go on: then the form waits until the field is left.
    fn changed(&mut self, at: usize, is_typed: bool) -> Vec<Effect> {
        self.is_changed = true;
        self.waiting = Waiting::No;
        let Some(field) = self.fields.get_mut(at) else { return Vec::new() };
        field.touch();
        let (name, reshapes, is_file) = (field.field.name.clone(), field.field.reshapes, field.is_file());
        let mut effects = if is_file { self.load_choices(at) } else { Vec::new() };
        let follows: Vec<usize> = (0..self.fields.len())
            .filter(|at| self.fields.get(*at).is_some_and(|field| field.field.depends_on.contains(&&*name)))
            .collect();
        for follower in follows {
            let Some(field) = self.fields.get_mut(follower) else { continue };
            let was_loaded = !matches!(field.choices.loading, Loading::Unasked | Loading::Fixed);
            if was_loaded && !is_typed {
                effects.extend(self.load_choices(follower));
            } else if was_loaded {
                effects.extend(field.choices.forget());
            }
        }
        self.reshapes |= reshapes;
        if self.reshapes && !is_typed {
            effects.extend(self.ask_form());
        }
        effects
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

    fn errors(&self) -> impl Iterator<Item = (usize, String)> {
        let all = self.fields.iter().enumerate();
        all.filter_map(|(at, field)| Some((at, field.error(self.now)?)))
    }

    /// Asks for the write, unless something is wrong: that is shown beside its field.
    fn submit(&mut self) -> Vec<Effect> {
        if self.is_locked() {
            return Vec::new();
        }
        if let Some(field) = self.focused_mut() {
            field.choices.close();
        }
        if self.reshapes || self.loading.is_open() {
            self.submits = true;
            return if self.reshapes { self.ask_form() } else { Vec::new() };
        }
        if let Some(field) = self.fields.iter().find(|field| field.awaits_choices()) {
            let label = &field.field.label;
            self.say(format!("{label}: goes on once the choices are loaded"), false);
            self.submits = true;
            return Vec::new();
        }
        for field in &mut self.fields {
            // The platform is asked again.
            field.refusal = None;
            field.is_visited = true;
        }
        let first = self.errors().next().map(|(at, _)| at);
        if let Some(first) = first {
            self.notice = Some(Notice::WrongFields);
            return self.go_to(first);
        }
        self.notice = None;
        let values = self.values();
        if let [target] = &*self.targets {
            let (target, action) = (Box::new(target.clone()), Box::new(self.action.clone()));
            return self.preparing.ask(Question::Write(target, action, values));
        }
        self.waiting = Waiting::Confirming;
        let filled = FilledForm { targets: self.targets.clone(), action: self.action.clone(), values };
        vec![ScreenEffect::ConfirmAll(Box::new(filled)).into()]
    }

    /// Shows a problem at the fields that it names, and the rest of it on top.
    fn refuse(&mut self, problem: &Problem) -> Vec<Effect> {
        let refusal = Refusal::of(problem, self.fields.iter().map(|field| &field.field));
        self.waiting = Waiting::No;
        self.notice = refusal.rest.map(|text| Notice::Text { text, is_bad: true });
        let first = refusal.fields.first().map(|(at, _)| *at);
        for (at, message) in refusal.fields {
            if let Some(field) = self.fields.get_mut(at) {
                field.refusal = Some(message);
                field.is_visited = true;
            }
        }
        first.map(|first| self.go_to(first)).unwrap_or_default()
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

    /// Drops everything that was entered.
    fn start_over(&mut self) -> Vec<Effect> {
        self.is_ready = false;
        self.is_changed = true;
        self.beginning = Beginning::default();
        (self.focus, self.submits, self.unread) = (0, false, None);
        self.fields.clear();
        self.shelved.clear();
        self.notice = None;
        self.ask_form()
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

impl FieldState {
    /// Takes over what was entered into the field of the same name in the form as it was before.
    fn take_over(&mut self, old: Self) {
        let has_same_choices =
            self.field.depends_on == old.field.depends_on && self.has_choices() == old.has_choices();
        if old.is_touched {
            let is_same = std::mem::discriminant(&old.field.kind) == std::mem::discriminant(&self.field.kind);
            let entry =
                if is_same { Some(old.entry) } else { old.kept().and_then(|kept| self.read(&kept).ok()) };
            if let Some(entry) = entry {
                self.entry = entry;
                self.is_touched = true;
            }
            self.refusal = old.refusal;
        }
        self.is_visited = old.is_visited;
        if has_same_choices && matches!(self.choices.loading, Loading::Unasked) {
            self.choices = old.choices;
        }
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
