//! What the boxes about changes are made of: the box itself, wrapped texts, the rows of a diff, the colour of a context.

pub(in crate::tui) mod band;
pub(in crate::tui::writes) mod card;
pub(in crate::tui::writes) mod diff;
pub(in crate::tui::writes) mod text;
