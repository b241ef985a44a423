//! The fields of a form: asked for, taken in with what was entered before, and asked for again where they follow from a value.

use super::choices::Loading;
use super::common::CommonForm;
use super::field::FieldState;
use super::{Beginning, FormLayer, Waiting, stored};
use crate::tui::Effect;
use crate::tui::layer::Question;

impl FormLayer {
    /// Asks for the form, given the values so far.
    pub(super) fn ask_form(&mut self) -> Vec<Effect> {
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
    pub(super) fn take_form(&mut self, form: CommonForm) -> Vec<Effect> {
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
    pub(super) fn changed(&mut self, at: usize, is_typed: bool) -> Vec<Effect> {
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

    /// Drops everything that was entered.
    pub(super) fn start_over(&mut self) -> Vec<Effect> {
        self.is_ready = false;
        self.is_changed = true;
        self.beginning = Beginning::default();
        (self.focus, self.submits, self.unread) = (0, false, None);
        self.fields.clear();
        self.shelved.clear();
        self.notice = None;
        self.ask_form()
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
