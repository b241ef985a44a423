//! Inputs of drawing beside the state: the theme, the time, what the terminal can do.

use ratatui::style::Style;

use crate::fleet::Store;
use crate::model::{Lifecycle, LogLevel, Timestamp};

/// Styles by role. A theme is a file that names a style for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Plain text.
    pub text: Style,
    /// Less important text: units, separators, hints.
    pub dim: Style,
    /// The eye's first stop: the active pane, the product's name.
    pub accent: Style,
    /// Titles of panes and columns.
    pub title: Style,
    /// Borders.
    pub border: Style,
    /// The row the cursor is on.
    pub selected: Style,
    /// Marked rows.
    pub marked: Style,
    /// Matches of a search or filter.
    pub matched: Style,
    /// Keys in hints and help.
    pub key: Style,
    /// Well: running, live, done.
    pub good: Style,
    /// On the way: pending, stopping, retrying.
    pub moving: Style,
    /// Look at it: degraded, stale, warnings.
    pub warn: Style,
    /// Broken: failed, errors.
    pub bad: Style,
    /// Off on purpose: stopped, gone.
    pub off: Style,
    /// Sparklines and the first line of a chart.
    pub chart: Style,
    /// The second line of a chart.
    pub chart_second: Style,
    /// Banners: a context that needs a sign-in, read-only.
    pub banner: Style,
}

impl Theme {
    /// The style of a state.
    pub fn lifecycle(&self, lifecycle: Lifecycle) -> Style {
        match lifecycle {
            Lifecycle::Running | Lifecycle::Done => self.good,
            Lifecycle::Pending | Lifecycle::Stopping | Lifecycle::Deleting => self.moving,
            Lifecycle::Degraded => self.warn,
            Lifecycle::Failed => self.bad,
            Lifecycle::Stopped | Lifecycle::Gone => self.off,
            Lifecycle::Unknown => self.dim,
        }
    }

    /// The style of a log level.
    pub fn level(&self, level: LogLevel) -> Style {
        match level {
            LogLevel::Trace | LogLevel::Debug => self.dim,
            LogLevel::Info => self.good,
            LogLevel::Warn => self.warn,
            LogLevel::Error => self.bad,
        }
    }
}

/// Inputs of drawing beside the state.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The styles.
    pub theme: &'a Theme,
    /// The fleet as it is known.
    pub store: &'a Store,
    /// The time of this frame.
    pub now: Timestamp,
    /// Draw with ASCII only: no blocks, braille or dots.
    pub ascii: bool,
}
