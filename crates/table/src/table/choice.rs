//! The columns that a table shows, in their order: the default ones until the user chooses others.

use super::Table;
use crate::column::Shown;
use crate::{Column, RowSource};

/// The rank of a column that the user chose, when room is short: before all but those that show the name
/// and the state of a row.
const CHOSEN_PRIORITY: u8 = 72;

impl Table {
    /// Every column in the order of the table, and whether it is shown.
    pub fn choices(&self, source: &impl RowSource) -> Vec<(Column, bool)> {
        let all = Column::all(self.kind, source.facts(self.kind));
        let Some(chosen) = &self.chosen else {
            let is_default = |column: &Column| column.spec().shown == Shown::Default;
            return all.into_iter().map(|column| (column, is_default(&column))).collect();
        };
        let known = |code: &str| all.iter().find(|column| column.code() == code).copied();
        let mut choices: Vec<_> = chosen
            .iter()
            .filter_map(|code| match code.strip_prefix('-') {
                Some(hidden) => Some((known(hidden)?, false)),
                None => Some((known(code)?, true)),
            })
            .collect();
        // Columns that are newer than the choice.
        for column in all {
            if !choices.iter().any(|(known, _)| *known == column) {
                choices.push((column, false));
            }
        }
        choices
    }

    /// The columns that the table shows.
    pub fn columns(&self, source: &impl RowSource) -> Vec<Column> {
        let shown = self.choices(source).into_iter().filter(|(_, shown)| *shown || self.wide);
        shown.map(|(column, _)| column).collect()
    }

    /// The higher, the longer a column stays when room is short.
    pub fn priority(&self, column: Column) -> u8 {
        let spec = column.spec();
        let is_chosen = self.chosen.as_ref().is_some_and(|chosen| chosen.contains(&column.code()));
        let is_added = is_chosen && spec.shown != Shown::Default;
        if is_added { spec.priority.max(CHOSEN_PRIORITY) } else { spec.priority }
    }

    /// Shows a column or hides it. The name stays: rows without one look alike.
    pub fn toggle_column(&mut self, column: Column, source: &impl RowSource) {
        let mut choices = self.choices(source);
        if let Some((_, shown)) = choices.iter_mut().find(|(known, _)| *known == column) {
            *shown = !*shown || column.is_name();
        }
        self.choose_columns(&choices);
    }

    /// Moves a column one to the left or to the right.
    pub fn move_column(&mut self, column: Column, right: bool, source: &impl RowSource) {
        let mut choices = self.choices(source);
        let Some(from) = choices.iter().position(|(known, _)| *known == column) else {
            return;
        };
        let to = if right { from + 1 } else { from.wrapping_sub(1) };
        if to < choices.len() {
            choices.swap(from, to);
            self.choose_columns(&choices);
        }
    }

    /// Back to the default columns.
    pub fn default_columns(&mut self) {
        self.chosen = None;
    }

    fn choose_columns(&mut self, choices: &[(Column, bool)]) {
        let code =
            |(column, shown): &(Column, bool)| format!("{}{}", if *shown { "" } else { "-" }, column.code());
        self.chosen = Some(choices.iter().map(code).collect());
    }
}
