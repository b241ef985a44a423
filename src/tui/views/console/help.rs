//! The list of keys after the prefix, over the view: groups in as many columns as fit, on as many pages as it takes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::keys::{Group, ShownKeys};
use crate::tui::Look;
use crate::tui::widgets::frame::{Piece, draw_border, put};

/// A line of the list.
enum Line<'a> {
    Heading(Group),
    Keys(&'a ShownKeys),
}

impl Line<'_> {
    fn keys_width(&self) -> usize {
        match self {
            Self::Heading(_) => 0,
            Self::Keys(shown) => shown.keys.width(),
        }
    }

    fn width(&self, keys_width: usize) -> usize {
        match self {
            Self::Heading(group) => group.title().width() + 2,
            Self::Keys(shown) => keys_width + shown.word.width() + 4,
        }
    }

    fn pieces(&self, keys_width: usize, look: &Look<'_>) -> Vec<Piece> {
        let theme = look.theme;
        match self {
            Self::Heading(group) => vec![(format!(" {}", group.title()), theme.title)],
            Self::Keys(shown) => vec![
                (format!(" {:<keys_width$}", shown.keys), theme.key),
                (format!("  {} ", shown.word), theme.text),
            ],
        }
    }
}

/// A column of the list, its width, and that of its keys.
struct Column<'a> {
    lines: Vec<Line<'a>>,
    width: usize,
    keys_width: usize,
}

impl<'a> Column<'a> {
    fn new(lines: Vec<Line<'a>>) -> Self {
        let keys_width = lines.iter().map(Line::keys_width).max().unwrap_or(0);
        let width = lines.iter().map(|line| line.width(keys_width)).max().unwrap_or(0);
        Self { lines, width, keys_width }
    }
}

/// The groups that have keys, with their lines.
fn groups<'a>(shown: &[&'a ShownKeys]) -> Vec<Vec<Line<'a>>> {
    let lines = |group| {
        let keys: Vec<_> =
            shown.iter().copied().filter(|shown| shown.group == group).map(Line::Keys).collect();
        (!keys.is_empty()).then(|| std::iter::once(Line::Heading(group)).chain(keys).collect())
    };
    Group::ALL.into_iter().filter_map(lines).collect()
}

/// Columns of so many lines with each group in one of them. `None` where one is longer.
fn whole_groups<'a>(shown: &[&'a ShownKeys], height: usize) -> Option<Vec<Column<'a>>> {
    let mut columns: Vec<Vec<Line<'a>>> = Vec::new();
    for group in groups(shown) {
        match columns.last_mut() {
            _ if group.len() > height => return None,
            Some(column) if column.len() + group.len() <= height => column.extend(group),
            _ => columns.push(group),
        }
    }
    Some(columns.into_iter().map(Column::new).collect())
}

/// Columns of so many lines; groups go on in the next one.
fn columns<'a>(shown: &[&'a ShownKeys], height: usize) -> Vec<Column<'a>> {
    let mut columns: Vec<Vec<Line<'a>>> = vec![Vec::new()];
    for group in groups(shown) {
        for line in group {
            let Some(column) = columns.last_mut() else { break };
            // A heading has a line of its group below it.
            let needed = if matches!(line, Line::Heading(_)) { 2 } else { 1 };
            if column.len() + needed > height && !column.is_empty() {
                columns.push(vec![line]);
            } else {
                column.push(line);
            }
        }
    }
    columns.into_iter().map(Column::new).collect()
}

/// Divides columns into pages of at most `room` columns of the screen; a page has one at least.
fn pages(columns: Vec<Column<'_>>, room: usize) -> Vec<Vec<Column<'_>>> {
    let mut pages: Vec<Vec<Column<'_>>> = Vec::new();
    let mut used = 0;
    for column in columns {
        match pages.last_mut() {
            Some(page) if used + column.width <= room => {
                used += column.width;
                page.push(column);
            }
            _ => {
                used = column.width;
                pages.push(vec![column]);
            }
        }
    }
    pages
}

/// Draws one page of the list into the lower right corner of `area`; pages after the last begin anew.
pub(super) fn draw(
    (prefix, shown): (&str, &[&ShownKeys]),
    page: usize,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) {
    let (room, rows) =
        (usize::from(area.width.saturating_sub(2)), usize::from(area.height.saturating_sub(2)));
    if room < 12 || rows < 2 {
        return;
    }
    // The least height at which all is on one page, with whole groups if it can be, else the greatest.
    let one_page = |columns| Some(pages(columns, room)).filter(|pages| pages.len() == 1);
    let whole = (2..=rows).find_map(|height| one_page(whole_groups(shown, height)?));
    let one = || (2..=rows).find_map(|height| one_page(columns(shown, height)));
    let mut pages = whole.or_else(one).unwrap_or_else(|| pages(columns(shown, rows), room));
    let count = pages.len();
    if count == 0 {
        return;
    }
    let page = pages.swap_remove(page % count);
    let width = page.iter().map(|column| column.width).sum::<usize>().min(room);
    let height = page.iter().map(|column| column.lines.len()).max().unwrap_or(0);
    let (width, height) =
        (u16::try_from(width + 2).unwrap_or(area.width), u16::try_from(height + 2).unwrap_or(area.height));
    let popup = Rect { x: area.right() - width, y: area.bottom() - height, width, height };
    for position in popup.positions() {
        buf[position].reset();
        buf[position].set_style(look.theme.text);
    }
    draw_border(popup, buf, look, look.theme.accent);
    let mut title = vec![(format!(" keys after {prefix} "), look.theme.title)];
    if count > 1 {
        title.push(("? more ".to_owned(), look.theme.key));
    }
    put(&title, Rect { x: popup.x + 1, width: width - 2, height: 1, ..popup }, buf);
    let mut x = popup.x + 1;
    for column in page {
        for (line, y) in column.lines.iter().zip(popup.y + 1..) {
            let row = Rect { x, y, width: popup.right() - 1 - x, height: 1 };
            put(&line.pieces(column.keys_width, look), row, buf);
        }
        x = (x + u16::try_from(column.width).unwrap_or(0)).min(popup.right() - 1);
    }
}
