//! The columns of the table in front: measured by its first rows and by what was on the screen, and where each is cut.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::layout::{Placed, SPARKLINE_COLUMN_WIDTH, Wanted, room_for_names, share};
use super::{cells, columns};
use crate::table::{Cell, Column, Row, Shrink};
use crate::tui::Look;
use crate::tui::pane::{MeasuredBy, Pane, Width};

/// The rows at the top of a table that are measured before they are seen: more than anyone scrolls through line by line,
/// and still a matter of a millisecond or two.
const ROWS_AHEAD: usize = 1000;
/// One in so many names may be cut before a column goes for it.
const NAMES_PER_OUTLIER: usize = 40;
/// The time after which rows that have changed are measured anew.
const MEASURED_FOR: Duration = Duration::from_secs(5);

/// A column on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) column: Column,
    pub(super) width: u16,
    /// Texts that are too long lose their middle: by their beginnings they look alike.
    pub(super) loses_middle: bool,
}

/// The columns and their widths. Which columns there are follows from the first rows of the table, so that none comes or
/// goes while scrolling; beyond them a width grows with what is seen, and shrinks only a while after rows have changed. The
/// few names that are longer than all others are cut where there is no room to spare, and cost no column.
pub(super) fn measure(pane: &mut Pane, rows: &[Row<'_>], look: &Look<'_>, width: u16) -> Vec<Measured> {
    let ahead = pane.shown().len().min(ROWS_AHEAD);
    let version = look.store.version(pane.kind);
    let is_old = pane.measured.at.is_some_and(|at| look.now.since(at) >= MEASURED_FOR);
    if pane.measured.version != version && is_old {
        // A long word that was there for a moment takes no column for good.
        pane.widths.clear();
    }
    if pane.widths.is_empty() || pane.measured.rows < ahead {
        let first = pane.shown().range(0..ahead).iter();
        let first: Vec<_> = first.map(|row| Row::new(row, look.store, look.now)).collect();
        let first = wanted(pane, &first, first.len() / NAMES_PER_OUTLIER, look, width);
        widen(pane, &first);
        pane.measured = MeasuredBy { rows: ahead, version, at: Some(look.now) };
    }
    let is_ahead = pane.top + rows.len() <= pane.measured.rows;
    let among = if is_ahead { ahead } else { rows.len() };
    let now = wanted(pane, rows, among / NAMES_PER_OUTLIER, look, width);
    let longest: Vec<(Column, u16)> = now.iter().map(|it| (it.column, it.full)).collect();
    if !rows.is_empty() {
        widen(pane, &now);
    }
    let kept: Vec<Wanted> = now
        .iter()
        .map(|it| {
            let seen = pane.widths.get(&it.column).copied().unwrap_or_default();
            Wanted { width: it.width.max(seen.width), full: it.full.max(seen.full), ..*it }
        })
        .collect();
    let placed = share(&kept, width);
    pane.columns_without_room = kept.len() - placed.len();
    let of = |(column, width): Placed| {
        let is_cut = longest.iter().any(|it| it.0 == column && it.1 > width);
        // Of a list the first ones are shown.
        let is_text = || rows.iter().all(|row| matches!(column.cell(row), Cell::Text(_) | Cell::Empty));
        let texts = || rows.iter().map(|row| text(column, row, look));
        Measured { column, width, loses_middle: is_cut && is_text() && look_alike(texts(), column, width) }
    };
    placed.into_iter().map(of).collect()
}

/// The width that each column asks for by the rows on the screen, one of names without so many of the longest. One that
/// has been empty so far asks for none.
fn wanted(pane: &Pane, rows: &[Row<'_>], outliers: usize, look: &Look<'_>, width: u16) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for column in pane.columns(look.store) {
        let spec = column.spec();
        let (content, is_empty) = if column.is_sampled() {
            let has_samples = rows.iter().any(|row| row.resource.offers().telemetry);
            (SPARKLINE_COLUMN_WIDTH, !has_samples)
        } else {
            let content = rows.iter().map(|row| columns(&text(column, row, look))).max().unwrap_or(0);
            (content, content == 0)
        };
        // One that has been seen stays, also over rows that have nothing in it.
        let is_empty =
            is_empty && !rows.is_empty() && !column.is_name() && !pane.widths.contains_key(&column);
        if is_empty {
            continue;
        }
        // One more for the arrow of the sorted column.
        let full = content.max(columns(&column.title()) + 1).max(spec.min);
        let priority = pane.priority(column);
        wanted.push(Wanted { column, width: full.min(spec.max), full, priority });
    }
    // A name that has no room even by itself is cut anyway: half of the room will do, and the rest is for the others.
    let room = room_for_names(&wanted, width);
    // One that is no wider than what was seen before is not measured again in each frame.
    let seen = |column| pane.widths.get(&column).map_or(0, |seen| seen.width);
    let needs_cut = |it: &&mut Wanted| {
        it.column.spec().shrink == Shrink::Last
            && (it.full > room || (outliers > 0 && it.full > seen(it.column)))
    };
    for it in wanted.iter_mut().filter(needs_cut) {
        let mut widths: Vec<_> = rows.iter().map(|row| columns(&text(it.column, row, look))).collect();
        widths.sort_unstable();
        let usual = &widths[..widths.len().saturating_sub(outliers)];
        let longest = usual.iter().rfind(|width| **width <= room).copied().unwrap_or(0);
        let is_cut = usual.last().is_some_and(|width| *width > room);
        let least = if is_cut { room / 2 } else { 0 };
        it.width = longest.max(least).max(columns(&it.column.title()) + 1).max(it.column.spec().min);
    }
    wanted
}

/// Lets the widths grow to what is wanted.
fn widen(pane: &mut Pane, wanted: &[Wanted]) {
    for it in wanted {
        let seen = pane.widths.entry(it.column).or_default();
        *seen = Width { width: it.width.max(seen.width), full: it.full.max(seen.full) };
    }
}

fn text<'a>(column: Column, row: &Row<'a>, look: &Look<'_>) -> Cow<'a, str> {
    cells::text(column, column.cell(row), row, look, 0)
}

/// Returns true if two texts that are too long would be the same once their ends are cut off.
fn look_alike<'a>(texts: impl Iterator<Item = Cow<'a, str>>, column: Column, width: u16) -> bool {
    if column.is_sampled() || matches!(column.spec().shrink, Shrink::Path(_)) {
        return false;
    }
    let mut seen = HashSet::new();
    let mut long = HashSet::new();
    texts.filter(|text| columns(text) > width && long.insert(text.clone())).any(|text| {
        let beginning = beginning(&text, width.saturating_sub(1)).to_owned();
        !seen.insert(beginning)
    })
}

/// As many of the first letters as fit into `width` columns.
pub(in crate::tui) fn beginning(text: &str, width: u16) -> &str {
    let mut used = 0;
    let letters = text.grapheme_indices(true);
    let end = letters.map(|(at, letter)| (at + letter.len(), letter.width())).take_while(|(_, wide)| {
        used += wide;
        used <= usize::from(width)
    });
    &text[..end.last().map_or(0, |(end, _)| end)]
}

/// A text without its middle where it is wider than `width`: `payments-eu…worker-01`.
pub(in crate::tui) fn without_middle(text: Cow<'_, str>, width: u16) -> Cow<'_, str> {
    if columns(&text) <= width || width < 3 {
        return text;
    }
    let room = width - 1;
    let head = beginning(&text, room.div_ceil(2));
    let mut left = usize::from(room - columns(head).min(room));
    let mut tail = text.len();
    for (at, letter) in text.grapheme_indices(true).rev() {
        let Some(rest) = left.checked_sub(letter.width()) else { break };
        left = rest;
        tail = at;
    }
    format!("{head}…{}", &text[tail..]).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn a_text_loses_its_middle_by_columns_not_letters() {
        let cut = |text: &'static str, width| without_middle(text.into(), width).into_owned();
        assert_eq!(cut("payments-worker-01", 18), "payments-worker-01");
        assert_eq!(cut("payments-worker-01", 11), "payme…er-01");
        assert_eq!(cut("日本語の名前-12", 9), "日本…-12");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", 3), "e\u{301}…e\u{301}");
    }

    #[test]
    fn only_texts_that_would_look_alike_lose_their_middle() {
        let name = Column::name(Kind::Instance);
        let alike =
            |texts: &[&'static str], width| look_alike(texts.iter().map(|it| (*it).into()), name, width);
        assert!(alike(&["payments-worker-01", "payments-worker-02"], 11));
        assert!(!alike(&["payments-worker-01", "payments-worker-02"], 18), "they fit");
        assert!(!alike(&["payments-worker-01", "accounts-worker-01"], 11));
        assert!(!alike(&["payments-worker-01", "payments-worker-01"], 11), "they are alike");
    }
}
