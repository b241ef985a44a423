//! Pieces that several views draw with. Each is a function of what it is given; none keeps state between frames.

pub mod chart;
pub mod sparkline;
#[cfg(test)]
pub(crate) mod testing;
