//! What is kept between runs, and when it is written: filters and columns, drafts of forms.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::tui::perform::Performer;
use crate::tui::ui::Ui;
use crate::tui::ui_state::UiState;
use crate::tui::writes::form::StoredForms;

/// Filters and columns must rest this long before they are written to their file.
const SAVE_DEBOUNCE: Duration = Duration::from_secs(1);

/// The files of what is kept between runs, and what they hold.
pub(super) struct Keeping {
    /// The file of filters, orders and columns.
    tables: Option<PathBuf>,
    /// The file of drafts of forms, and the revision that it holds.
    forms: Option<PathBuf>,
    forms_written: u64,
    /// The state as the file holds it.
    written: UiState,
    /// When what has changed is to be written.
    due: Option<Instant>,
}

impl Keeping {
    /// Keeps in these files; nothing where there are none.
    pub fn new(tables: Option<PathBuf>, forms: Option<PathBuf>) -> Self {
        Self { tables, forms, forms_written: 0, written: UiState::default(), due: None }
    }

    /// Restores what the last run left, or reports why it cannot.
    pub fn restore(&mut self, ui: &mut Ui) {
        if let Some(path) = &self.tables {
            ui.restore(UiState::read(path));
        }
        if let Some(path) = &self.forms {
            ui.app.restore_forms(StoredForms::read(path));
        }
        self.written = ui.keep().clone();
    }

    /// When something is to be written.
    pub const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Looks for changes, which a frame may have brought.
    pub fn look(&mut self, ui: &mut Ui, now: Instant) {
        if self.due.is_none() && (self.has_new_tables(ui) || self.has_new_forms(ui)) {
            self.due = Some(now + SAVE_DEBOUNCE);
        }
    }

    /// Writes, beside the screen, what has changed a while ago.
    pub fn write_if_due(&mut self, ui: &mut Ui, performer: &mut Performer, now: Instant) {
        if self.due.take_if(|at| *at <= now).is_none() {
            return;
        }
        if self.has_new_forms(ui)
            && let Some(path) = &self.forms
        {
            self.forms_written = ui.app.forms.revision();
            performer.keep_forms(ui.app.forms.clone(), path.clone());
        }
        if self.has_new_tables(ui)
            && let Some(path) = &self.tables
        {
            ui.keep().clone_into(&mut self.written);
            performer.keep(self.written.clone(), path.clone());
        }
    }

    /// Writes what has changed since the last time, before leaving. The screen is gone: a failure cannot be shown.
    pub fn write_last(&self, ui: &mut Ui) {
        if self.has_new_tables(ui)
            && let Some(path) = &self.tables
        {
            let _ = ui.keep().write(path);
        }
        if self.has_new_forms(ui)
            && let Some(path) = &self.forms
        {
            let _ = ui.app.forms.write(path);
        }
    }

    fn has_new_tables(&self, ui: &mut Ui) -> bool {
        self.tables.is_some() && *ui.keep() != self.written
    }

    fn has_new_forms(&self, ui: &Ui) -> bool {
        self.forms.is_some() && ui.app.forms.revision() != self.forms_written
    }
}
