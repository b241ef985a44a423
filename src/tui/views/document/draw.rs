//! Drawing a document: its frame, the rows on the page, what it waits for.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget};
use unicode_width::UnicodeWidthStr;

use super::sheet::{Class, Row};
use super::{DocumentView, Mask};
use crate::model::{Timestamp, age};
use crate::tui::Look;
use crate::tui::effect::DocumentForm;
use crate::tui::widgets::line::StyledLine;

/// Columns left of the text, for the fold marks.
const GUTTER: u16 = 2;
/// A row is styled no further than this many bytes: more cannot be seen at once.
const MAX_STYLED_BYTES: usize = 16 * 1024;

impl DocumentView {
    pub(super) fn paint(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        self.cursor = None;
        self.counting = self.next_count(look.now);
        let inner = self.frame(area, buf, look);
        if inner.is_empty() {
            return;
        }
        let body = if self.prompt.is_some() { Rect { height: inner.height - 1, ..inner } } else { inner };
        self.columns = usize::from(body.width.saturating_sub(GUTTER + 1));
        if self.shown.is_empty() {
            self.paint_empty(body, buf, look);
        } else {
            self.paint_rows(body, buf, look);
        }
        if let Some((prompt, _)) = &self.prompt {
            let note = self.search.as_ref().map_or_else(String::new, super::Search::count);
            let foot = Rect { y: inner.bottom() - 1, height: 1, ..inner };
            self.cursor = Some(prompt.draw(foot, &note, buf, look));
        }
    }

    fn frame(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Rect {
        let theme = look.theme;
        let form = match self.form {
            DocumentForm::Form => "details",
            DocumentForm::Yaml => "YAML",
            DocumentForm::Json => "JSON",
        };
        let mut title = vec![
            Span::styled(format!(" {} ", self.name), theme.title),
            Span::styled(format!("{} in {} ", self.id.kind.singular(), self.id.context), theme.dim),
        ];
        if let Mask::OffUntil(until) = self.mask {
            let left = until.since(look.now).as_millis().div_ceil(1000);
            title.push(Span::styled(format!(" secrets shown, {left} s "), theme.warn));
        }
        let mut foot = Vec::new();
        if self.reading.is_open() && !self.shown.is_empty() {
            foot.push(Span::styled(format!(" reading{} ", self.waited(look.now)), theme.moving));
        }
        if let Some(search) = self.search.as_ref().filter(|_| self.prompt.is_none()) {
            foot.push(Span::styled(
                format!(" /{} {} ", search.pattern.text(), search.count()),
                theme.matched,
            ));
        }
        if self.wrap {
            foot.push(Span::styled(" wrap ", theme.dim));
        }
        if !self.shown.is_empty() {
            let place = format!(" {}/{} ", self.pager.cursor + 1, self.shown.len());
            foot.push(Span::styled(place, theme.dim));
        }
        let block = Block::bordered()
            .border_type(BorderType::Plain)
            .border_style(theme.border)
            .title(Line::from(title))
            .title(Line::from(Span::styled(format!(" {form} "), theme.accent)).alignment(Alignment::Right))
            .title_bottom(Line::from(foot).alignment(Alignment::Right));
        let inner = block.inner(area);
        if look.ascii {
            block.border_set(ASCII_BORDER).render(area, buf);
        } else {
            block.render(area, buf);
        }
        inner
    }

    fn waited(&self, now: Timestamp) -> String {
        match self.asked.map(|asked| now.since(asked).as_secs()) {
            Some(seconds) if seconds > 0 => format!(" {seconds} s"),
            _ => String::new(),
        }
    }

    /// When something that counts on the screen counts on.
    fn next_count(&self, now: Timestamp) -> Option<Duration> {
        if self.reading.is_open() || self.mask != Mask::On {
            return Some(Duration::from_secs(1));
        }
        let youngest = self
            .sections
            .iter()
            .filter_map(|section| section.body.as_ref().ok())
            .map(|document| now.since(document.read))
            .min()?;
        Some(Duration::from_secs(if youngest.as_secs() < 60 { 1 } else { 30 }))
    }

    fn paint_empty(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let (text, style) = if self.reading.is_open() {
            let dots = if look.ascii { "..." } else { "…" };
            (
                format!(
                    "Reading {} {} from {}{dots}{}",
                    self.id.kind.singular(),
                    self.name,
                    self.id.context,
                    self.waited(look.now)
                ),
                look.theme.moving,
            )
        } else {
            (format!("{} returned no details. Read again to retry.", self.id.context), look.theme.dim)
        };
        let y = area.y + area.height / 3;
        if y < area.bottom() {
            Line::from(Span::styled(text, style)).centered().render(Rect { y, height: 1, ..area }, buf);
        }
    }

    fn paint_rows(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let width = self.columns;
        let (sheet, shown, wrap) = (&self.sheet, &self.shown, self.wrap);
        let height = |at: usize| {
            let row = shown.get(at).copied().unwrap_or(0);
            let text = sheet.text(row);
            if !wrap || text.len() <= width {
                return 1;
            }
            let hang = sheet.row(row).map_or(0, |row| row.split);
            StyledLine::new(head(text), Style::new()).rows(width, hang).len()
        };
        self.pager.settle(shown.len(), usize::from(area.height), height);
        let mut y = area.y;
        let mut at = self.pager.top;
        while y < area.bottom() && at < self.shown.len() {
            let under = at == self.pager.cursor;
            y = self.paint_row(self.shown[at], under, area, y, buf, look);
            at += 1;
        }
    }

    /// Draws one row of the sheet from `y` on; returns the next free row of the screen.
    fn paint_row(
        &self,
        number: usize,
        under: bool,
        area: Rect,
        y: u16,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> u16 {
        let Some(row) = self.sheet.row(number) else {
            return y;
        };
        let text_x = area.x + GUTTER;
        let end = area.right().saturating_sub(1);
        let folded = row.inside > 0 && self.folded.contains(&(row.section, row.node));
        if row.inside > 0 {
            let mark = match (folded, look.ascii) {
                (true, false) => "▸",
                (false, false) => "▾",
                (true, true) => "+",
                (false, true) => "-",
            };
            buf.set_stringn(area.x, y, mark, usize::from(area.width), look.theme.dim);
        }
        let line = self.styled(number, row, folded, look);
        let mut next = y;
        if self.wrap && row.class != Class::Title {
            let hang = if row.split + 8 > self.columns { 0 } else { row.split };
            for (part, range) in line.rows(self.columns, hang).into_iter().enumerate() {
                if next >= area.bottom() {
                    break;
                }
                let indent = if part == 0 { 0 } else { u16::try_from(hang).unwrap_or(0) };
                line.draw(range, 0, text_x + indent, end, next, buf);
                next += 1;
            }
        } else {
            let left = if row.class == Class::Title || self.wrap { 0 } else { self.pager.left };
            line.draw_row(left, text_x, end, y, buf);
            next += 1;
            if row.class == Class::Title {
                self.paint_rule(row, &line, Rect { y, height: 1, ..area }, buf, look);
            }
        }
        if under {
            let height = next - y;
            buf.set_style(Rect { y, height, ..area }, look.theme.selected);
        }
        next
    }

    /// A row with the styles of its parts, its matches, and the note behind it.
    fn styled(&self, number: usize, row: &Row, folded: bool, look: &Look<'_>) -> StyledLine {
        let theme = look.theme;
        let text = head(self.sheet.text(number));
        let split = row.split.min(text.len());
        let name = match (row.class, self.form) {
            (Class::Title, _) => theme.title,
            (_, DocumentForm::Form) => theme.dim,
            _ => theme.accent,
        };
        let value = match row.class {
            Class::Title => theme.title.add_modifier(Modifier::BOLD),
            Class::Text | Class::Blank | Class::Time => theme.text,
            Class::Number => theme.chart,
            Class::Word => theme.chart_second,
            Class::Null | Class::Mark | Class::Hint => theme.dim,
            Class::Secret => theme.moving,
            Class::Problem => theme.bad,
        };
        let mut line = StyledLine::new(&text[..split], name);
        if row.class == Class::Secret && look.ascii {
            line.push(&text[split..].replace('•', "*"), value);
        } else {
            line.push(&text[split..], value);
        }
        if let Some(search) = &self.search {
            let current = search.hits.get(search.at);
            for range in search.pattern.find(text) {
                let mut style = theme.matched;
                if current == Some(&(number, range.start)) {
                    style = style.add_modifier(Modifier::REVERSED);
                }
                line.patch(range, style);
            }
        }
        if row.class == Class::Time {
            line.push(&told_age(&text[split..], look.now), theme.dim);
        }
        if folded {
            let dots = if look.ascii { " ..." } else { " ⋯" };
            line.push(&format!("{dots} {} lines", row.inside), theme.dim);
        }
        line
    }

    /// The rule behind a section's title, and how old its reading is.
    fn paint_rule(&self, row: &Row, line: &StyledLine, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let note = match self.sections.get(row.section).map(|section| &section.body) {
            Some(Ok(document)) => format!(" read {} ago ", age(look.now.since(document.read))),
            Some(Err(_)) => " could not be read ".to_owned(),
            None => String::new(),
        };
        let start = usize::from(GUTTER) + line.width() + 1;
        let room = usize::from(area.width).saturating_sub(start + 1);
        let rule = if look.ascii { "-" } else { "─" };
        let (rule_width, note) = match room.checked_sub(note.width()) {
            Some(rest) if rest > 2 => (rest, note),
            _ => (room, String::new()),
        };
        let x = area.x + u16::try_from(start).unwrap_or(u16::MAX).min(area.width);
        let (x, y) = buf.set_stringn(x, area.y, rule.repeat(rule_width), room, look.theme.border);
        buf.set_stringn(x, y, note, room, look.theme.dim);
    }
}

/// As much of a row as can be drawn.
fn head(text: &str) -> &str {
    let mut end = text.len().min(MAX_STYLED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `  3d ago`, `  in 5m`, or that it never was.
fn told_age(text: &str, now: Timestamp) -> String {
    match Timestamp::parse(text) {
        Some(at) if at > now => format!("  in {}", age(at.since(now))),
        Some(at) => format!("  {} ago", age(now.since(at))),
        None => "  never".to_owned(),
    }
}

const ASCII_BORDER: ratatui::symbols::border::Set<'static> = ratatui::symbols::border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
