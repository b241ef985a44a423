//! A box over the screen: lines to be read, which scroll, and below a divider lines that stay in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::model::redact;
use crate::tui::Look;
use crate::tui::command::Movement;
use crate::tui::draw::{columns, put, put_right};
use crate::tui::widgets::ansi::{TAB, visible};
use crate::tui::widgets::frame::{self, Piece, draw_border, draw_divider};

/// The columns beside a box, both sides together, below which it takes the whole width.
const MIN_MARGIN_COLUMNS: u16 = 8;
/// An area with fewer columns is used to its edges.
const WIDE_AREA_COLUMNS: u16 = 100;
/// The least columns of a box.
const MIN_COLUMNS: u16 = 40;
/// Columns of a box that no text can have: the border and a blank, on both sides.
const FRAME_COLUMNS: u16 = 4;
/// A title begins further in than lines, and has a blank behind it.
const TITLE_MARGIN_COLUMNS: usize = 2;
/// With fewer rows of text the divider is left out where its row is needed.
const DIVIDED_ROWS: u16 = 14;

/// A row of text.
pub(in crate::tui::writes) type Line = Vec<Piece>;

/// A text as it can be shown: without secrets of the program and without control characters.
pub(in crate::tui::writes) fn piece(text: impl AsRef<str>, style: Style) -> Piece {
    let text = redact(text.as_ref()).replace('\t', TAB);
    (visible(&text).into_owned(), style)
}

/// The columns that a row takes.
pub(in crate::tui::writes) fn width(line: &Line) -> usize {
    line.iter().map(|(text, _)| text.width()).sum()
}

/// The columns that text can have in the widest box of an area.
pub(in crate::tui::writes) fn text_columns(area: Rect) -> usize {
    let margin = if area.width < WIDE_AREA_COLUMNS { 0 } else { MIN_MARGIN_COLUMNS };
    usize::from(area.width.saturating_sub(FRAME_COLUMNS + margin))
}

/// The content of a box.
pub(in crate::tui::writes) struct Page {
    /// The title, in the upper border.
    pub title: Line,
    /// The lines that scroll.
    pub lines: Vec<Line>,
    /// The lines below them that stay.
    pub fixed: Vec<Line>,
    /// The one of those that has the focus.
    pub focus: Option<usize>,
    /// The keys, in the lower border.
    pub foot: String,
    /// The style of the border.
    pub border: Style,
}

/// The place of a box on the screen and how far its lines are scrolled.
#[derive(Debug, Default)]
pub(in crate::tui::writes) struct Card {
    top: usize,
    rows: usize,
    lines: usize,
    area: Rect,
    fixed: Rect,
}

impl Card {
    /// Draws the box into the middle of an area.
    pub(in crate::tui::writes) fn draw(
        &mut self,
        page: &Page,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) {
        let area = place(page, area.intersection(buf.area));
        self.area = area;
        if area.width < 8 || area.height < 3 {
            return;
        }
        for at in area.positions() {
            buf[at].reset();
        }
        buf.set_style(area, look.theme.text);
        draw_border(area, buf, look, page.border);
        let inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2);
        let fixed = u16::try_from(page.fixed.len()).unwrap_or(u16::MAX).min(inner.height);
        let has_room =
            inner.height >= DIVIDED_ROWS || page.lines.len() + page.fixed.len() < inner.height.into();
        let divides = fixed > 0 && fixed + 1 < inner.height && !page.lines.is_empty() && has_room;
        let body = inner.height - fixed - u16::from(divides);
        self.lines = page.lines.len();
        self.rows = body.into();
        self.top = self.top.min(self.lines.saturating_sub(self.rows));
        for (line, y) in page.lines.iter().skip(self.top).zip(inner.y..inner.y + body) {
            frame::put(line, Rect::new(inner.x, y, inner.width, 1), buf);
        }
        if divides {
            draw_divider(area, inner.y + body, buf, look, page.border);
        }
        self.fixed = Rect::new(inner.x, inner.bottom() - fixed, inner.width, fixed);
        for ((nth, line), y) in page.fixed.iter().enumerate().zip(self.fixed.y..self.fixed.bottom()) {
            frame::put(line, Rect::new(inner.x, y, inner.width, 1), buf);
            if page.focus == Some(nth) {
                buf.set_style(Rect::new(area.x + 1, y, area.width - 2, 1), look.theme.selected);
            }
        }
        self.captions(page, buf, look);
    }

    /// The texts in the border: title, how far it is scrolled, keys.
    fn captions(&self, page: &Page, buf: &mut Buffer, look: &Look<'_>) {
        let area = self.area;
        let mut end = area.right() - 2;
        if self.lines > self.rows && self.rows > 0 {
            let note = format!(" lines {}-{} of {} ", self.top + 1, self.top + self.rows, self.lines);
            end = put_right(buf, end, area.y, area.width / 2, &note, look.theme.warn);
        }
        let mut title = vec![piece(" ", look.theme.title)];
        title.extend(page.title.iter().cloned());
        let room = usize::from(end.saturating_sub(area.x + 3));
        frame::put(&shortened(title, room), Rect::new(area.x + 2, area.y, end - area.x - 2, 1), buf);
        if !page.foot.is_empty() {
            let foot = format!(" {} ", whole_hints(&page.foot, area.width - 6));
            put(buf, area.x + 2, area.bottom() - 1, area.width - 4, &foot, look.theme.dim);
        }
    }

    /// Scrolls.
    pub(in crate::tui::writes) fn travel(&mut self, movement: Movement, count: usize) {
        let page = self.rows.max(1);
        let last = self.lines.saturating_sub(self.rows);
        let top = match movement {
            Movement::Down => self.top.saturating_add(count),
            Movement::Up => self.top.saturating_sub(count),
            Movement::Top => 0,
            Movement::Bottom => last,
            Movement::HalfPageDown => self.top + page.div_ceil(2),
            Movement::HalfPageUp => self.top.saturating_sub(page.div_ceil(2)),
            Movement::PageDown => self.top + page,
            Movement::PageUp => self.top.saturating_sub(page),
        };
        self.top = top.min(last);
    }

    /// The place of the cursor in the first of the lines that stay, so many columns into it.
    pub(in crate::tui::writes) fn cursor(&self, columns: usize) -> Position {
        let x = self.fixed.x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX));
        Position::new(x.min(self.fixed.right()), self.fixed.y)
    }

    /// Returns true if a position on the screen is outside of the box.
    pub(in crate::tui::writes) fn is_beside(&self, at: Position) -> bool {
        !self.area.contains(at)
    }

    /// The line that stays at a position on the screen.
    pub(in crate::tui::writes) fn fixed_at(&self, at: Position) -> Option<usize> {
        self.fixed.contains(at).then(|| usize::from(at.y - self.fixed.y))
    }
}

/// The area of a box: as large as its lines need.
fn place(page: &Page, area: Rect) -> Rect {
    let widest = page.lines.iter().chain(&page.fixed).map(width).max().unwrap_or(0);
    let widest = widest.max(width(&page.title) + TITLE_MARGIN_COLUMNS);
    let widest = u16::try_from(widest).unwrap_or(u16::MAX).max(columns(&page.foot).saturating_add(2));
    let wide = widest.saturating_add(FRAME_COLUMNS).max(MIN_COLUMNS).min(area.width);
    // A stripe of what lies behind is too little to read, and two borders side by side are noise.
    let wide = if area.width - wide < MIN_MARGIN_COLUMNS { area.width } else { wide };
    let rows = page.lines.len() + page.fixed.len() + usize::from(!page.fixed.is_empty()) + 2;
    let high = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    Rect::new(area.x + (area.width - wide) / 2, area.y + (area.height - high) / 2, wide, high)
}

/// A title that fits into so many columns with a blank behind it; the last piece that does not fit is cut.
fn shortened(title: Line, room: usize) -> Line {
    let mut used = 0;
    let mut fitting = Vec::new();
    for (text, style) in title {
        let left = room.saturating_sub(used);
        if text.width() > left {
            let mut cut = 0;
            let kept: String = text
                .chars()
                .take_while(|c| {
                    cut += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
                    cut < left
                })
                .collect();
            fitting.push((format!("{kept}…"), style));
            break;
        }
        used += text.width();
        fitting.push((text, style));
    }
    fitting.push((" ".to_owned(), Style::new()));
    fitting
}

/// As many hints as fit into these columns. They are separated by two blanks.
fn whole_hints(foot: &str, room: u16) -> &str {
    let ends = foot.match_indices("  ").map(|(at, _)| at).chain([foot.len()]);
    ends.map(|end| &foot[..end]).take_while(|hints| columns(hints) <= room).last().unwrap_or("")
}
