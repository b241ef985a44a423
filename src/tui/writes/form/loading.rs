//! Loading what the fields of a form can be set to: asked for when a field is reached, and taken in when it comes.

use arcstr::ArcStr;

use super::FormLayer;
use super::choices::Loading;
use super::field::{Entry, FieldState};
use crate::tui::Effect;
use crate::tui::layer::{Answer, Question, Ticket};

impl FormLayer {
    /// Loads the choices that values have come from, so that they are shown by their labels.
    pub(super) fn load_labels(&mut self) -> Vec<Effect> {
        let with_value = |field: &FieldState| {
            field.has_choices() && !field.is_empty() && matches!(field.choices.loading, Loading::Unasked)
        };
        let wanted: Vec<usize> =
            (0..self.fields.len()).filter(|at| self.fields.get(*at).is_some_and(with_value)).collect();
        wanted.into_iter().flat_map(|at| self.load_choices(at)).collect()
    }

    /// Loads what the field with the focus can be set to, where that was not asked for yet.
    pub(super) fn reach(&mut self) -> Vec<Effect> {
        match self.focused() {
            Some(field) if matches!(field.choices.loading, Loading::Unasked) => self.load_choices(self.focus),
            _ => Vec::new(),
        }
    }

    pub(super) fn load_choices(&mut self, at: usize) -> Vec<Effect> {
        let values = self.values();
        let (Some(target), action) = (self.targets.first().cloned(), self.action.id) else {
            return Vec::new();
        };
        let Some(field) = self.fields.get_mut(at) else { return Vec::new() };
        field.choices.loading = Loading::Asked;
        let question = match (&field.entry, field.is_file()) {
            (Entry::Text(edit), true) => Question::Files(edit.text().to_owned()),
            _ => Question::Choices(Box::new(target), action, field.field.name.clone(), values),
        };
        field.choices.asking.ask(question)
    }

    pub(super) fn take_choices(&mut self, ticket: Ticket, answer: Answer) -> Vec<Effect> {
        let now = self.now;
        let is_asked = |field: &FieldState| field.choices.asking.is(ticket);
        let at = self.fields.iter().position(is_asked);
        let field = match at {
            Some(at) => self.fields.get_mut(at),
            None => self.shelved.iter_mut().find(|field| is_asked(field)),
        };
        let Some(field) = field else { return Vec::new() };
        let mut effects = Vec::new();
        match answer {
            Answer::Choices(choices) => {
                let chosen = field.chosen();
                field.choices.take(choices, now, &chosen);
                // What follows from the field was asked for with the label in place of its value.
                if field.match_typed()
                    && let Some(at) = at
                {
                    effects = self.changed(at, false);
                }
                if std::mem::take(&mut self.submits) {
                    effects.extend(self.submit());
                }
            }
            Answer::Files(files) => {
                // A field that is left empty names no file.
                let error = files.error(&field.field.kind);
                field.file_error = error.filter(|_| !field.is_empty());
                field.choices.take(Ok(files.completions), now, &[]);
            }
            _ => {}
        }
        effects
    }
}

impl FieldState {
    /// The values that are chosen.
    pub(super) fn chosen(&self) -> Vec<ArcStr> {
        match &self.entry {
            Entry::One(one) => one.iter().cloned().collect(),
            Entry::Several(all) => all.clone(),
            Entry::Text(_) | Entry::Switch(_) => Vec::new(),
        }
    }

    /// Returns true if it has a choice that was typed while the choices are on their way: only they show which one it is.
    pub(super) fn awaits_choices(&self) -> bool {
        let is_unknown = |choice: &ArcStr| self.choices.find(choice).is_none();
        self.is_touched
            && matches!(self.choices.loading, Loading::Asked)
            && matches!(&self.entry, Entry::One(Some(choice)) if is_unknown(choice))
    }

    /// Takes the choice whose label was typed while the choices were not there; returns whether there is one.
    fn match_typed(&mut self) -> bool {
        let Entry::One(Some(typed)) = &self.entry else { return false };
        if self.choices.find(typed).is_some() {
            return false;
        }
        let choice = self.choices.all.iter().find(|choice| choice.label.eq_ignore_ascii_case(typed));
        let value = choice.map(|choice| choice.value.clone());
        let is_found = value.is_some();
        if is_found {
            self.entry = Entry::One(value);
        }
        is_found
    }
}
