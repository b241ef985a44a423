//! The line with the names of the tabs, where there are several.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::cut::cut;
use super::tiles::{Tab, Tabs};
use crate::console::Marks;
use crate::tui::Look;
use crate::tui::widgets::frame::{Piece, put};

/// The widest name of a tab.
const MAX_NAME_COLUMNS: usize = 24;

/// Where each tab is in the line of the last draw.
#[derive(Default)]
pub(super) struct TabBar {
    row: Rect,
    spans: Vec<(Range<u16>, usize)>,
}

impl TabBar {
    /// Draws the tabs; the one in front is always among those that fit.
    pub fn draw(&mut self, tabs: &Tabs, row: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.row = row;
        self.spans.clear();
        let pieces: Vec<Vec<Piece>> = tabs
            .all()
            .iter()
            .enumerate()
            .map(|(at, tab)| pieces_of(tab, at, at == tabs.active(), look))
            .collect();
        let width = |at: usize| pieces[at].iter().map(|piece| piece.0.width()).sum::<usize>();
        let room = usize::from(row.width.saturating_sub(2));
        let mut first = 0;
        while first < tabs.active() && (first..=tabs.active()).map(width).sum::<usize>() > room {
            first += 1;
        }
        let (before, after) = if look.ascii { ("<", ">") } else { ("‹", "›") };
        let mut x = row.x;
        if first > 0 {
            x = put(&[(before.to_owned(), look.theme.dim)], row, buf);
        }
        for (at, tab) in pieces.iter().enumerate().skip(first) {
            if x + 1 >= row.right() || (at > tabs.active() && usize::from(row.right() - 1 - x) < width(at)) {
                let end = Rect { x: row.right() - 1, width: 1, ..row };
                put(&[(after.to_owned(), look.theme.dim)], end, buf);
                break;
            }
            let end = put(tab, Rect { x, width: row.right() - 1 - x, ..row }, buf);
            self.spans.push((x..end, at));
            x = end;
        }
    }

    /// Takes note that it is not on the screen.
    pub fn hide(&mut self) {
        self.spans.clear();
    }

    /// The tab at a place on the screen.
    pub fn tab_at(&self, at: Position) -> Option<usize> {
        let hit = |span: &&(Range<u16>, usize)| at.y == self.row.y && span.0.contains(&at.x);
        self.spans.iter().find(hit).map(|span| span.1)
    }
}

/// The number, the name and the marks of a tab.
fn pieces_of(tab: &Tab, at: usize, is_active: bool, look: &Look<'_>) -> Vec<Piece> {
    let theme = look.theme;
    let title = tab.title();
    let name = cut(&title, MAX_NAME_COLUMNS, look.ascii);
    let style = if is_active { theme.selected.add_modifier(Modifier::BOLD) } else { theme.text };
    let mut pieces = vec![(format!(" {} {name} ", at + 1), style)];
    let marks =
        tab.tiles().iter().fold(Marks::default(), |marks, tile| marks.union(tile.pane.console.marks()));
    let symbols: String = marks.iter().map(|mark| mark.symbol(look.ascii)).collect();
    if !symbols.is_empty() && !is_active {
        pieces.push((format!("{symbols} "), theme.warn));
    }
    pieces
}
