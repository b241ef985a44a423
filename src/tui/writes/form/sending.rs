//! From what was entered to the write: what is wrong is shown beside its field, and so is what the platform refuses.

use super::refusal::Refusal;
use super::{FilledForm, FormLayer, Notice, Waiting};
use crate::model::{FormValues, Problem};
use crate::tui::Effect;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::Question;

impl FormLayer {
    /// The values as they would be sent.
    pub(super) fn values(&self) -> FormValues {
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

    pub(super) fn errors(&self) -> impl Iterator<Item = (usize, String)> {
        let all = self.fields.iter().enumerate();
        all.filter_map(|(at, field)| Some((at, field.error(self.now)?)))
    }

    /// Asks for the write, unless something is wrong: that is shown beside its field.
    pub(super) fn submit(&mut self) -> Vec<Effect> {
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
    pub(super) fn refuse(&mut self, problem: &Problem) -> Vec<Effect> {
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
}
