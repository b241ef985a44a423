//! The open consoles, as the tables and the header show them.

use std::collections::HashMap;

use ratatui::style::Style;

use crate::console::{Mark, Marks, Sessions};
use crate::model::ResourceId;
use crate::tui::Look;

/// The open consoles by their instance, and the marks of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenConsoles {
    marks: HashMap<ResourceId, Marks>,
    /// Consoles whose bell rang, and those with output, out of view.
    bells: usize,
    active: usize,
}

impl OpenConsoles {
    /// The consoles of a registry as they are now.
    pub fn of(sessions: &Sessions) -> Self {
        let mut consoles = Self::default();
        for open in sessions.all() {
            let marks = open.marks();
            let of_instance = consoles.marks.entry(open.id.clone()).or_default();
            *of_instance = of_instance.union(marks);
            consoles.bells += usize::from(marks.has(Mark::Bell));
            consoles.active += usize::from(marks.has(Mark::Activity));
        }
        consoles
    }

    /// Returns true if none is open.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The marks of an instance's consoles; `None` if it has none open.
    pub fn marks(&self, id: &ResourceId) -> Option<Marks> {
        self.marks.get(id).copied()
    }

    /// The number of consoles with a bell or with activity, where there is any.
    pub fn counts(&self) -> impl DoubleEndedIterator<Item = (Mark, usize)> {
        [(Mark::Bell, self.bells), (Mark::Activity, self.active)].into_iter().filter(|(_, count)| *count > 0)
    }
}

/// The symbol of a mark, and its style.
pub fn mark_symbol(mark: Mark, look: &Look<'_>) -> (&'static str, Style) {
    let theme = look.theme;
    let style = match mark {
        Mark::Broken => theme.bad,
        Mark::Bell => theme.warn,
        Mark::Ended => theme.off,
        Mark::Silence => theme.moving,
        Mark::Activity => theme.accent,
    };
    (mark.symbol(look.ascii), style)
}

/// The most urgent of an instance's marks as one cell; a sign of its own where a console is open and has none.
pub fn console_symbol(marks: Marks, look: &Look<'_>) -> (&'static str, Style) {
    let open = (if look.ascii { ">" } else { "›" }, look.theme.dim);
    marks.first().map_or(open, |mark| mark_symbol(mark, look))
}
