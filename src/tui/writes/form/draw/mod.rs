//! The form on the screen: the fields in one column of labels, and beside or below them the help and the choices of the one
//! with the focus.

mod panel;
mod value;

use arcstr::ArcStr;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::field::FieldState;
use super::{FormLayer, Notice, Waiting};
use crate::model::Target;
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::draw::{columns, put, put_right, without_middle, wrap};
use crate::tui::widgets::frame::{draw_border, draw_divider};
use crate::tui::writes::parts::band;

/// Columns inside the border from which on the help is beside the fields.
const MIN_WIDE_COLUMNS: u16 = 92;
/// The name of a target in the title keeps so many columns.
const MIN_NAME_COLUMNS: u16 = 8;
/// The widest that the column of labels gets.
const MAX_LABEL_COLUMNS: u16 = 24;
/// Rows on top for what went wrong.
const MAX_NOTICE_ROWS: usize = 3;
/// Rows of an error beside its field, where there is room; all of it is in the help.
const MAX_ERROR_ROWS: usize = 3;
/// Rows from which on headings have a blank row before them.
const MIN_AIRY_ROWS: u16 = 16;

/// What a click is on.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spot {
    /// A line of a field; `skip` columns of it are scrolled away.
    Field { field: usize, line: usize, skip: usize },
    /// A choice of the field with the focus.
    Choice(ArcStr),
    /// A path that the field with the focus may become.
    Path(ArcStr),
    /// The button.
    Button,
}

/// What was drawn, for clicks and for the next frame.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Where the cursor belongs while something is typed.
    pub(super) cursor: Option<Position>,
    pub(super) spots: Vec<(Rect, Spot)>,
    /// Fields on a page.
    pub(super) page: usize,
    /// The first row that is shown.
    top: usize,
}

/// A row of the fields.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Row {
    Blank,
    Heading(&'static str),
    Value { field: usize, line: usize, first: usize },
    Error { field: usize, line: usize, is_cut: bool },
    Button,
}

impl Row {
    const fn field(self, button: usize) -> Option<usize> {
        match self {
            Self::Value { field, .. } | Self::Error { field, .. } => Some(field),
            Self::Button => Some(button),
            Self::Blank | Self::Heading(_) => None,
        }
    }
}

impl FormLayer {
    pub(super) fn render(&mut self, area: Rect, buf: &mut Buffer, app: &App) {
        let look = app.look();
        self.drawn.cursor = None;
        self.drawn.spots.clear();
        for at in area.positions() {
            buf[at].reset();
        }
        buf.set_style(area, look.theme.text);
        if area.width < 12 || area.height < 4 {
            return;
        }
        let border = band::border(app, self.targets.iter().map(Target::context), look.theme.accent);
        draw_border(area, buf, &look, border);
        self.draw_title(area, buf, app);
        let mut inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2);
        self.draw_notice(&mut inner, buf, &look);
        if self.fields.is_empty() {
            return;
        }
        let foot = self.foot();
        if inner.width >= MIN_WIDE_COLUMNS {
            let left = inner.width * 11 / 20;
            let [fields, panel] = [
                Rect { width: left, ..inner },
                Rect { x: inner.x + left + 3, width: inner.width - left - 3, ..inner },
            ];
            let across = if look.ascii { "|" } else { "│" };
            for y in inner.top()..inner.bottom() {
                buf.set_string(inner.x + left + 1, y, across, look.theme.border);
            }
            self.draw_fields(fields, buf, &look);
            self.draw_panel(panel, buf, app);
        } else {
            let panel = self.panel_rows(inner, app);
            let fields = Rect { height: inner.height.saturating_sub(panel + 1), ..inner };
            self.draw_fields(fields, buf, &look);
            if panel > 0 {
                draw_divider(area, fields.bottom(), buf, &look, border);
                self.draw_panel(Rect { y: fields.bottom() + 1, height: panel, ..inner }, buf, app);
            }
        }
        put(buf, area.x + 2, area.bottom() - 1, area.width - 4, &format!(" {foot} "), look.theme.dim);
    }

    fn draw_title(&self, area: Rect, buf: &mut Buffer, app: &App) {
        let look = app.look();
        let state = match () {
            () if self.preparing.is_open() => "preparing the request".to_owned(),
            () if matches!(self.waiting, Waiting::Sent(_)) => "sent, waiting for the answer".to_owned(),
            () if self.loading.is_open() => "loading the form".to_owned(),
            () if self.focus < self.fields.len() => format!("{} of {}", self.focus + 1, self.fields.len()),
            () => String::new(),
        };
        let room = area.width - 4;
        let mut left = room;
        if !state.is_empty() {
            let x = put_right(buf, area.right() - 2, area.y, room, &format!(" {state} "), look.theme.dim);
            left = x.saturating_sub(area.x + 3);
        }
        let title = self.title(left.saturating_sub(2), app);
        put(buf, area.x + 2, area.y, left, &format!(" {title} "), look.theme.title);
    }

    /// The action, its targets and their contexts, and how many of them were marked and are not shown in the table. A
    /// long name loses its middle first: what it is done to and where are not to be guessed.
    fn title(&self, room: u16, app: &App) -> String {
        let mut contexts: Vec<String> =
            self.targets.iter().map(|target| band::words(app, target.context())).collect();
        contexts.sort_unstable();
        contexts.dedup();
        let (name, contexts) = (self.action.name, contexts.join(", "));
        match &*self.targets {
            [target] => {
                let hidden = if app.pane().hides_marked(&target.id) { " (1 marked, not shown)" } else { "" };
                let place = format!(" in {contexts}{hidden}");
                let left = room.saturating_sub(columns(name) + 2 + columns(&place));
                let target = without_middle((&*target.name).into(), left.max(MIN_NAME_COLUMNS));
                format!("{name}: {target}{place}")
            }
            targets => {
                let kind = targets.first().map_or("", |target| target.id.kind.plural());
                let pane = app.pane();
                let marked = targets.iter().map(|target| &target.id).filter(|id| pane.marks.contains(*id));
                let hidden = match pane.not_shown(marked).len() {
                    0 => String::new(),
                    hidden => format!(", {hidden} not shown,"),
                };
                format!("{name}: {} {kind}{hidden} in {contexts}", targets.len())
            }
        }
    }

    fn draw_notice(&self, inner: &mut Rect, buf: &mut Buffer, look: &Look<'_>) {
        let (text, is_bad) = match &self.notice {
            Some(Notice::Text { text, is_bad }) => (text.clone(), *is_bad),
            Some(Notice::WrongFields) => match self.errors().count() {
                0 => return,
                1 => ("1 field needs another value".to_owned(), true),
                count => (format!("{count} fields need another value"), true),
            },
            None => return,
        };
        let sign = match (is_bad, look.ascii) {
            (true, false) => "✗ ",
            (true, true) => "! ",
            (false, _) => "",
        };
        let style = if is_bad { look.theme.bad } else { look.theme.moving };
        let lines = wrap(&format!("{sign}{text}"), inner.width);
        let rows = lines.len().min(MAX_NOTICE_ROWS).min(usize::from(inner.height / 3).max(1));
        for (at, line) in lines.iter().take(rows).enumerate() {
            // What does not fit is at least seen to go on.
            let line = if at + 1 == rows && lines.len() > rows { &format!("{line} …") } else { line };
            put(buf, inner.x, inner.y, inner.width, line, style);
            inner.y += 1;
            inner.height -= 1;
        }
    }

    fn rows(&self, height: u16, width: u16) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut section = "";
        let is_airy = height >= MIN_AIRY_ROWS;
        for (at, field) in self.fields.iter().enumerate() {
            if field.field.section != section {
                section = field.field.section;
                if is_airy && !rows.is_empty() {
                    rows.push(Row::Blank);
                }
                if !section.is_empty() {
                    rows.push(Row::Heading(section));
                }
            }
            let shown = value::lines_of(field, at == self.focus, height);
            rows.extend(shown.clone().map(|line| Row::Value { field: at, line, first: shown.start }));
            let lines = self.error_lines(at, width).len();
            let most = if is_airy { MAX_ERROR_ROWS } else { 1 };
            let last = lines.min(most);
            rows.extend((0..last).map(|line| Row::Error {
                field: at,
                line,
                is_cut: line + 1 == last && lines > last,
            }));
        }
        if is_airy {
            rows.push(Row::Blank);
        }
        rows.push(Row::Button);
        rows
    }

    /// The error of a field in lines of so many columns, once the field was left; none where there is no error.
    fn error_lines(&self, at: usize, width: u16) -> Vec<String> {
        let visited = self.fields.get(at).filter(|field| field.is_visited);
        let error = visited.and_then(|field| field.error(self.now));
        error.map(|error| wrap(&error, width.saturating_sub(2))).unwrap_or_default()
    }

    /// The columns of the labels in a width.
    fn label_columns(&self, width: u16) -> u16 {
        let widest = self.fields.iter().map(|field| columns(&field.field.label)).max().unwrap_or(0);
        widest.min(MAX_LABEL_COLUMNS).min(width / 3)
    }

    fn draw_fields(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        if area.height == 0 {
            return;
        }
        let labels = self.label_columns(area.width);
        let rows = self.rows(area.height, area.width.saturating_sub(labels + 5));
        let button = self.fields.len();
        let height = usize::from(area.height);
        let focused = |row: &Row| row.field(button) == Some(self.focus);
        let (first, last) = (rows.iter().position(focused), rows.iter().rposition(focused));
        if let (Some(mut first), Some(last)) = (first, last) {
            // The heading above belongs to it.
            if first > 0 && matches!(rows.get(first - 1), Some(Row::Heading(_))) {
                first -= 1;
            }
            self.drawn.top = self.drawn.top.max((last + 1).saturating_sub(height)).min(first);
        }
        self.drawn.top = self.drawn.top.min(rows.len().saturating_sub(height));
        let top = self.drawn.top;
        let shown: Vec<Row> = rows.iter().skip(top).take(height).copied().collect();
        self.drawn.page =
            shown.iter().filter(|row| matches!(row, Row::Value { line, first, .. } if line == first)).count();
        for (row, y) in shown.iter().zip(area.top()..) {
            self.draw_row(*row, Rect { y, height: 1, ..area }, labels, buf, look);
        }
        Self::draw_more(area, top, rows.len(), buf, look);
    }

    /// Marks at the right end where there are rows above or below.
    fn draw_more(area: Rect, top: usize, all: usize, buf: &mut Buffer, look: &Look<'_>) {
        let (up, down) = if look.ascii { ("^", "v") } else { ("↑", "↓") };
        if top > 0 {
            buf.set_string(area.right() - 1, area.top(), up, look.theme.dim);
        }
        if top + usize::from(area.height) < all {
            buf.set_string(area.right() - 1, area.bottom() - 1, down, look.theme.dim);
        }
    }

    fn draw_row(&mut self, row: Row, area: Rect, labels: u16, buf: &mut Buffer, look: &Look<'_>) {
        let values = area.x + 2 + labels + 3;
        let room = area.right().saturating_sub(values + 2);
        match row {
            Row::Blank => {}
            Row::Heading(text) => {
                put(buf, area.x + 2, area.y, area.width - 2, text, look.theme.dim);
            }
            Row::Error { field, line, is_cut } => {
                let sign = match (line, look.ascii) {
                    (0, true) => "!",
                    (0, false) => "✗",
                    _ => " ",
                };
                let lines = self.error_lines(field, area.right().saturating_sub(values));
                let text = lines.get(line).map_or("", String::as_str);
                let more = if is_cut { "…" } else { "" };
                put(buf, values, area.y, room + 2, &format!("{sign} {text}{more}"), look.theme.bad);
            }
            Row::Button => {
                let is_focused = self.focus == self.fields.len();
                let style = if is_focused { look.theme.selected } else { look.theme.accent };
                if is_focused {
                    put(buf, area.x, area.y, 1, mark(look), look.theme.accent);
                }
                let end = put(buf, values, area.y, room, "[ Go on to the preview ]", style);
                let button = Rect { x: values, width: end - values, ..area };
                self.drawn.spots.push((button, Spot::Button));
            }
            Row::Value { field: at, line, first } => {
                let Some(field) = self.fields.get(at) else { return };
                let is_focused = at == self.focus;
                if is_focused {
                    put(buf, area.x, area.y, 1, mark(look), look.theme.accent);
                }
                if line == first {
                    draw_label(
                        field,
                        is_focused,
                        Rect { x: area.x + 2, width: labels + 2, ..area },
                        buf,
                        look,
                    );
                }
                let value = Rect { x: values, width: room, ..area };
                let drawn = self.draw_value(at, line, value, buf, look);
                let line_area = Rect { x: values, width: area.right() - values, ..area };
                self.drawn.spots.push((line_area, Spot::Field { field: at, line, skip: drawn.skip }));
                self.drawn.spots.push((area, Spot::Field { field: at, line, skip: 0 }));
                self.drawn.cursor = self.drawn.cursor.or(drawn.cursor);
            }
        }
    }
}

/// The mark of the row with the focus.
fn mark(look: &Look<'_>) -> &'static str {
    if look.ascii { ">" } else { "▌" }
}

fn draw_label(field: &FieldState, is_focused: bool, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let style: Style = if is_focused { look.theme.accent } else { look.theme.text };
    let end = put(buf, area.x, area.y, area.width - 2, &field.field.label, style);
    if field.field.required {
        put(buf, end + 1, area.y, 1, "*", look.theme.warn);
    }
}
