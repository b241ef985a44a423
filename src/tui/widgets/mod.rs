//! Pieces that several views draw with. Each is a function of what it is given; none keeps state between frames.

pub mod ansi;
pub mod chart;
pub mod chopped;
pub mod frame;
pub mod line;
pub mod number;
pub mod pager;
pub mod pattern;
pub mod prompt;
pub mod sparkline;
#[cfg(test)]
pub(crate) mod testing;
