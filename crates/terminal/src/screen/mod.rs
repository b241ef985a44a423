//! The parts of a screen: cells, rows, and the pool of what few cells have.

pub(crate) mod cell;
mod pool;
mod row;

pub(crate) use cell::{Cell, Colour, ColourKind, Flags, Glyph, Style};
pub(crate) use pool::{Clusters, Extra, Extras};
pub(crate) use row::Row;
