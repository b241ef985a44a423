//! Drawing of the list of consoles: a row each, and what their scrollback takes in the border.

use std::fmt::Write as _;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::SessionsView;
use crate::console::{Encoding, OpenConsole};
use crate::model::{Bytes, age};
use crate::tui::Look;
use crate::tui::app::{mark_symbol, short_way};
use crate::tui::views::console::cut::cut;
use crate::tui::views::console::ending::question;
use crate::tui::views::console::pane::state_piece;
use crate::tui::views::console::recording::{playback, playback_piece, recording_piece};
use crate::tui::widgets::frame::{Piece, draw_border, put, put_right};

/// The longest name, also of an instance, that is shown whole: where there is room for contexts, and where not.
const MAX_NAME_WIDTH: usize = 30;
const MAX_NARROW_NAME_WIDTH: usize = 16;
/// The longest context that is shown whole.
const MAX_CONTEXT_WIDTH: usize = 24;
/// Columns from which the contexts are shown, and from which the sizes are.
const MIN_WIDTH_WITH_CONTEXTS: u16 = 70;
const MIN_WIDTH_WITH_SIZES: u16 = 100;
/// The room of the marks: more at once are rare.
const MARKS_WIDTH: usize = 4;

/// The columns of one drawing; 0 columns wide where one is left out.
struct Columns {
    names: usize,
    /// Of the instances of consoles that have another name.
    instances: usize,
    contexts: usize,
    /// Left out where all are text consoles.
    ways: usize,
    has_sizes: bool,
}

impl Columns {
    fn new(all: &[Arc<OpenConsole>], room: u16) -> Self {
        // As wide as the widest, and as its head; without a column where none has a text.
        let width = |head: &str, most: usize, text: &dyn Fn(&OpenConsole) -> usize| {
            let widest = all.iter().map(|open| text(open)).max().unwrap_or(0);
            if widest == 0 { 0 } else { widest.clamp(head.len(), most) }
        };
        let has_contexts = room >= MIN_WIDTH_WITH_CONTEXTS;
        let most = if has_contexts { MAX_NAME_WIDTH } else { MAX_NARROW_NAME_WIDTH };
        let context_width =
            |open: &OpenConsole| if has_contexts { open.id.context.as_str().width() } else { 0 };
        Self {
            names: width("name", most, &|open| open.label().width()),
            instances: width("instance", most, &|open| instance(open).width()),
            contexts: width("context", MAX_CONTEXT_WIDTH, &context_width),
            ways: width("way", most, &|open| short_way(open.kind).width()),
            has_sizes: room >= MIN_WIDTH_WITH_SIZES,
        }
    }

    /// The heads, over the columns.
    fn heads(&self) -> String {
        // Writing to a string does not fail.
        let mut heads = format!(" {:<1$}  ", "name", self.names);
        for (head, width) in [("instance", self.instances), ("context", self.contexts), ("way", self.ways)] {
            if width > 0 {
                let _ = write!(heads, "{head:<width$}  ");
            }
        }
        let _ = write!(heads, "{:<14}  {:<2$}", "state", "marks", MARKS_WIDTH + 2);
        heads += "changed   ";
        if self.has_sizes {
            let _ = write!(heads, "{:<8} {:>10}  ", "size", "scrollback");
        }
        heads + "title"
    }
}

/// The instance of a console that has another name.
fn instance(open: &OpenConsole) -> &str {
    if open.is_renamed() { &open.name } else { "" }
}

impl SessionsView {
    pub(super) fn render(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
        if area.width < 4 || area.height < 3 {
            return;
        }
        let theme = look.theme;
        draw_border(area, buf, look, theme.border);
        let all = self.sessions.all();
        let top = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
        put(&[(format!(" Consoles {} ", all.len()), theme.title.add_modifier(Modifier::BOLD))], top, buf);
        let body = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
        if all.is_empty() {
            let text = "No console is open. Press a on an instance to attach one.";
            let row = Rect { y: body.y + body.height / 2, height: 1, ..body };
            let x = row.x + row.width.saturating_sub(u16::try_from(text.width()).unwrap_or(0)) / 2;
            put(&[(text.to_owned(), theme.dim)], Rect { x, width: row.right() - x, ..row }, buf);
            return;
        }
        self.draw_rows(&all, body, buf, look);
        self.draw_footer(Rect { y: area.bottom() - 1, ..top }, buf, look);
    }

    fn draw_rows(&self, all: &[Arc<OpenConsole>], body: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let at = self.position();
        let columns = Columns::new(all, body.width);
        let head = Rect { height: 1, ..body };
        put(&[(columns.heads(), look.theme.dim)], head, buf);
        let body = Rect { y: body.y + 1, height: body.height - 1, ..body };
        let height = usize::from(body.height);
        if height == 0 {
            return;
        }
        let first = (at + 1).saturating_sub(height);
        for ((nth, open), y) in all.iter().enumerate().skip(first).take(height).zip(body.y..) {
            let row = Rect { y, height: 1, ..body };
            put(&pieces(open, &columns, look), row, buf);
            if nth == at {
                buf.set_style(row, look.theme.selected);
            }
            open.mark_drawn();
        }
    }

    fn draw_footer(&mut self, row: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let theme = look.theme;
        if self.asks_to_end.is_some() {
            put(&question(look), row, buf);
            return;
        }
        let hint = format!(" {} d detaches; the console stays in this list ", self.prefix);
        let end = put(&[(hint, theme.dim)], row, buf);
        let (taken, budget) = self.sessions.history();
        let history = format!(" scrollback {} of {} ", bytes(taken), bytes(budget));
        put_right(&[(history, theme.dim)], Rect { x: end, width: row.right() - end, ..row }, buf);
    }
}

fn pieces(open: &OpenConsole, columns: &Columns, look: &Look<'_>) -> Vec<Piece> {
    let theme = look.theme;
    let mut pieces = vec![(" ".to_owned(), theme.text)];
    for (text, width, style) in [
        (open.label().as_str(), columns.names, theme.text),
        (instance(open), columns.instances, theme.dim),
        (open.id.context.as_str(), columns.contexts, theme.dim),
        (short_way(open.kind), columns.ways, theme.accent),
    ] {
        if width > 0 {
            let text = cut(text, width, look.ascii);
            let rest = width.saturating_sub(text.width()) + 2;
            pieces.push((format!("{text}{:rest$}", ""), style));
        }
    }
    let (state, style) = playback(open)
        .map_or_else(|| state_piece(&open.screen.state(), look), |status| playback_piece(&status, look));
    pieces.push((format!("{state:<14}  "), style));
    let marks: Vec<_> = open.marks().iter().take(MARKS_WIDTH).collect();
    pieces.extend(marks.iter().map(|mark| {
        let (symbol, style) = mark_symbol(*mark, look);
        (symbol.to_owned(), style)
    }));
    pieces.push((" ".repeat(MARKS_WIDTH + 2 - marks.len()), theme.text));
    pieces.push((format!("{:<10}", format!("{} ago", age(look.now.since(open.changed_at())))), theme.dim));
    if columns.has_sizes {
        let size = open.size();
        let size = format!("{}x{}", size.columns, size.rows);
        pieces.push((format!("{size:<8} {:>10}  ", bytes(open.history_bytes())), theme.dim));
    }
    pieces.extend(recording_piece(open, look).map(|(mark, style)| (mark + " ", style)));
    if let Some(after) = open.silence_after() {
        pieces.push((format!("silence {} ", age(after)), theme.dim));
    }
    if let Some(encoding) = open.encoding().filter(|encoding| *encoding != Encoding::Utf8) {
        pieces.push((format!("{} ", encoding.name()), theme.warn));
    }
    pieces.push((open.screen.title().unwrap_or_default(), theme.text));
    pieces
}

fn bytes(bytes: usize) -> Bytes {
    Bytes(u64::try_from(bytes).unwrap_or(u64::MAX))
}
