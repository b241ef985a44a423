//! Log lines as a view needs them: bounded, merged, filtered, searched. Plain data; nothing is drawn or read here.

mod buffer;
mod index;
mod level;
mod line;
mod partial;
mod pattern;
mod scan;
#[cfg(test)]
mod tests;

pub use buffer::{Counts, LogBuffer};
pub use level::level_of;
pub use line::{Line, LineBody, Marker, Source, SourceState};
pub use pattern::{Pattern, without_escapes};
pub use scan::Sieve;
