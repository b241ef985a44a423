//! Which columns a table shows, in which order: the usual ones until a person chooses.

use super::{Column, RowSource, Table};

/// How long a column stays that a person asked for, when room is short: longer than any but those that say what a row
/// is and how it fares.
const ASKED_FOR: u8 = 72;

impl Table {
    /// Every column in the order of the table, and whether it is shown.
    pub fn choices(&self, source: &impl RowSource) -> Vec<(Column, bool)> {
        let all = Column::all(self.kind, source.facts(self.kind));
        let Some(chosen) = &self.chosen else {
            let usual = Column::usual(self.kind);
            return all.into_iter().map(|column| (column, usual.contains(&column))).collect();
        };
        let known = |code: &str| all.iter().find(|column| column.code(self.kind) == code).copied();
        let mut choices: Vec<_> = chosen
            .iter()
            .filter_map(|code| match code.strip_prefix('-') {
                Some(hidden) => Some((known(hidden)?, false)),
                None => Some((known(code)?, true)),
            })
            .collect();
        // Facts that were first told after the choice was made.
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
        let own = column.shape(self.kind).priority;
        let is_asked_for = self.chosen.as_ref().is_some_and(|chosen| {
            !Column::usual(self.kind).contains(&column) && chosen.contains(&column.code(self.kind))
        });
        if is_asked_for { own.max(ASKED_FOR) } else { own }
    }

    /// Shows a column or hides it. The name stays: rows without one cannot be told apart.
    pub fn toggle_column(&mut self, column: Column, source: &impl RowSource) {
        let mut choices = self.choices(source);
        if let Some((_, shown)) = choices.iter_mut().find(|(known, _)| *known == column) {
            *shown = !*shown || column == Column::Name;
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

    /// Back to the usual columns.
    pub fn usual_columns(&mut self) {
        self.chosen = None;
    }

    fn choose_columns(&mut self, choices: &[(Column, bool)]) {
        let code = |(column, shown): &(Column, bool)| {
            format!("{}{}", if *shown { "" } else { "-" }, column.code(self.kind))
        };
        self.chosen = Some(choices.iter().map(code).collect());
    }
}
