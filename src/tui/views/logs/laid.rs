//! Lines as they are laid out. Long ones are remembered while they are about the page, so that turning pages measures
//! none of them again.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use arcstr::ArcStr;
use ratatui::style::Style;

use crate::fleet::logs::Pattern;
use crate::tui::widgets::ansi;
use crate::tui::widgets::line::StyledLine;

/// A line is laid out no further than this many bytes of its text. Sources cut theirs at half of it.
const MAX_LAID_BYTES: usize = 2 << 20;
/// The least that is laid out of a line of which only the beginning is seen.
const MIN_LAID_BYTES: usize = 4096;
/// Lines of more bytes than this are remembered; others cost too little.
const LONG_BYTES: usize = 512;
/// Lines remembered, and the bytes of text among which they are all but forgotten.
const MAX_REMEMBERED_LINES: usize = 256;
const MAX_REMEMBERED_BYTES: usize = 4 << 20;

/// A line that is laid out.
pub(super) struct Laid {
    /// As the source sent it. Held, so that no other text gets its address.
    text: ArcStr,
    limit: usize,
    columns: Option<usize>,
    /// Harmless, with the colours of the source.
    pub(super) line: StyledLine,
    /// Only a part of it is laid out.
    pub(super) is_cut: bool,
    /// Its rows where it is wrapped, else none.
    pub(super) rows: Vec<Range<usize>>,
    found: OnceLock<Vec<Range<usize>>>,
}

impl Laid {
    fn new(text: &ArcStr, base: Style, limit: usize) -> Self {
        let (line, is_cut) = ansi::styled(text, base, limit);
        Self {
            text: text.clone(),
            limit,
            columns: None,
            line,
            is_cut,
            rows: Vec::new(),
            found: OnceLock::new(),
        }
    }

    fn wrapped(mut self, columns: Option<usize>) -> Self {
        if self.columns != columns {
            self.rows = columns.map_or_else(Vec::new, |columns| self.line.rows(columns, 0));
            self.columns = columns;
        }
        self
    }

    /// Returns true if there is more of it than can be laid out.
    pub(super) fn is_beyond_limit(&self) -> bool {
        self.is_cut && self.limit >= MAX_LAID_BYTES
    }

    /// Bytes of the line as its source sent it.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Where a pattern is found in what is laid out. It is always the same pattern: see [`LaidLines::clear`].
    pub(super) fn found(&self, search: Option<&Pattern>) -> &[Range<usize>] {
        self.found
            .get_or_init(|| search.map_or_else(Vec::new, |search| search.ranges(self.line.text()).collect()))
    }
}

/// The part of a line that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it, wrapped to so many columns.
    Wrapped(usize),
    /// Its first columns.
    Columns(usize),
    /// All of it, in one row.
    Whole,
}

impl Part {
    /// The bytes of a line's text that are laid out for it.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Wrapped(_) | Self::Whole => MAX_LAID_BYTES,
            // A letter has up to four bytes.
            Self::Columns(columns) => {
                columns.saturating_mul(4).clamp(MIN_LAID_BYTES, MAX_LAID_BYTES).next_power_of_two()
            }
        }
    }
}

/// The lines about the page.
#[derive(Default)]
pub(super) struct LaidLines {
    base: Style,
    lines: HashMap<usize, Arc<Laid>>,
    bytes: usize,
}

impl LaidLines {
    /// Forgets all of them, after the pattern that is searched for changed.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.bytes = 0;
    }

    /// A line laid out, in `base` where its source sets no colour.
    pub(super) fn get(&mut self, text: &ArcStr, base: Style, part: Part) -> Arc<Laid> {
        let limit = part.bytes();
        let columns = if let Part::Wrapped(columns) = part { Some(columns) } else { None };
        if text.len() <= LONG_BYTES {
            return Arc::new(Laid::new(text, base, limit).wrapped(columns));
        }
        if self.base != base {
            self.clear();
            self.base = base;
        }
        let address = text.as_ptr().addr();
        let before = self.lines.get(&address).filter(|laid| !laid.is_cut || laid.limit >= limit);
        if let Some(laid) = before.filter(|laid| columns.is_none() || laid.columns == columns) {
            return laid.clone();
        }
        let before =
            before.is_some().then(|| self.lines.remove(&address)).flatten().and_then(Arc::into_inner);
        let is_new = before.is_none();
        let laid = before.unwrap_or_else(|| Laid::new(text, base, limit)).wrapped(columns);
        if is_new {
            let bytes = laid.line.text().len();
            if self.lines.len() >= MAX_REMEMBERED_LINES || self.bytes + bytes > MAX_REMEMBERED_BYTES {
                self.clear();
            }
            self.bytes += bytes;
        }
        let laid = Arc::new(laid);
        self.lines.insert(address, laid.clone());
        laid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_laid_out_once() {
        let mut lines = LaidLines::default();
        let text: ArcStr = "word ".repeat(10_000).into();
        let first = lines.get(&text, Style::new(), Part::Wrapped(80));
        assert!(Arc::ptr_eq(&first, &lines.get(&text, Style::new(), Part::Wrapped(80))));
        assert!(
            Arc::ptr_eq(&first, &lines.get(&text, Style::new(), Part::Columns(80))),
            "there is more of it already"
        );
        assert_eq!(first.rows.len(), 625);
        drop(first);
        assert_eq!(lines.get(&text, Style::new(), Part::Wrapped(40)).rows.len(), 1250);
    }

    #[test]
    fn of_a_long_line_only_the_part_that_is_seen_is_laid_out() {
        let mut lines = LaidLines::default();
        let text: ArcStr = "0123456789".repeat(1 << 20).into();
        let beginning = lines.get(&text, Style::new(), Part::Columns(120));
        assert!(beginning.is_cut && beginning.line.text().len() < 10_000);
        let whole = lines.get(&text, Style::new(), Part::Whole);
        assert!(whole.is_beyond_limit() && whole.line.text().len() >= MAX_LAID_BYTES);
        assert!(lines.bytes <= 2 * MAX_REMEMBERED_BYTES && lines.lines.len() == 1);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut lines = LaidLines::default();
        for n in 0..10_000 {
            let text: ArcStr = format!("{n} {}", "x".repeat(1000)).into();
            lines.get(&text, Style::new(), Part::Wrapped(80));
            assert!(lines.lines.len() <= MAX_REMEMBERED_LINES);
        }
    }
}
