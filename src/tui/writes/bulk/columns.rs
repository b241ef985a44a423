//! Targets in rows: name, context and state in columns below each other.

use unicode_width::UnicodeWidthStr;

use super::super::card::{Line, piece, width};
use super::super::text::Text;
use crate::model::Target;
use crate::tui::Look;

/// Names longer than this do not push the rest further right.
const MAX_NAME_COLUMNS: usize = 32;
/// More targets than these are written in several columns.
const MAX_SINGLE_COLUMN: usize = 8;
/// Columns between two of them.
const GRID_GAP_COLUMNS: usize = 3;

/// The widths of the names and contexts of targets in rows below each other.
pub(super) struct Columns {
    names: usize,
    /// 0 where all are of one context.
    contexts: usize,
}

impl Columns {
    pub(super) fn of<'a>(targets: impl Iterator<Item = &'a Target> + Clone) -> Self {
        let names = targets.clone().map(|target| target.name.width()).max().unwrap_or(0);
        let first = targets.clone().next().map(Target::context);
        let is_one = targets.clone().all(|target| Some(target.context()) == first);
        let contexts = targets.map(|target| target.context().as_str().width()).max().unwrap_or(0);
        Self { names: names.min(MAX_NAME_COLUMNS), contexts: if is_one { 0 } else { contexts } }
    }

    /// Name and context of a target.
    pub(super) fn row(&self, target: &Target, look: &Look<'_>) -> Line {
        let pad = |text: &str, to: usize| format!("{text}{}  ", " ".repeat(to.saturating_sub(text.width())));
        let mut line = vec![piece(pad(&target.name, self.names), look.theme.text)];
        if self.contexts > 0 {
            line.push(piece(pad(target.context().as_str(), self.contexts), look.theme.dim));
        }
        line
    }

    /// Writes targets with their states: below each other, and where there are many in several columns.
    pub(super) fn grid(&self, text: &mut Text<'_>, targets: &[&Target]) {
        let cells: Vec<Line> = targets.iter().map(|target| self.with_state(target, text.look)).collect();
        let wide = cells.iter().map(width).max().unwrap_or(0) + GRID_GAP_COLUMNS;
        let most = (text.columns + GRID_GAP_COLUMNS) / wide;
        let across = if cells.len() > MAX_SINGLE_COLUMN { most.max(1) } else { 1 };
        let down = cells.len().div_ceil(across);
        for row in 0..down {
            let mut line = Line::new();
            for cell in cells.iter().skip(row).step_by(down.max(1)) {
                // Cells begin at multiples of their width.
                let gap = width(&line).next_multiple_of(wide) - width(&line);
                line.push(piece(" ".repeat(gap), text.look.theme.text));
                line.extend(cell.iter().cloned());
            }
            text.lines.push(line);
        }
    }

    /// The same with its state.
    fn with_state(&self, target: &Target, look: &Look<'_>) -> Line {
        let mut line = self.row(target, look);
        if let Some(state) = &target.state {
            line.push(piece(state.word(), look.theme.lifecycle(state.lifecycle)));
        }
        line
    }
}
