//! Drawing a document: its frame, the rows on the page, what it waits for.

use std::ops::Range;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};
use unicode_width::UnicodeWidthStr;

use super::sheet::{Class, Row};
use super::{DocumentView, Mask};
use crate::model::{Timestamp, age};
use crate::tui::Look;
use crate::tui::effect::DocumentForm;
use crate::tui::widgets::chopped::Chopped;
use crate::tui::widgets::frame::border_set;
use crate::tui::widgets::line::{StyledLine, columns};

/// Columns left of the text, for the fold marks.
const GUTTER: u16 = 2;

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
            .border_set(border_set(look))
            .border_style(theme.border)
            .title(Line::from(title))
            .title(Line::from(Span::styled(format!(" {form} "), theme.accent)).alignment(Alignment::Right))
            .title_bottom(Line::from(foot).alignment(Alignment::Right));
        let inner = block.inner(area);
        block.render(area, buf);
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
        self.with_pager(|pager, text| pager.settle(usize::from(area.height), text));
        let (mut y, mut at, mut skip) = (area.y, self.pager.top, self.pager.skip);
        self.widest = 0;
        while y < area.bottom() && at < self.shown.len() {
            let (number, under) = (self.shown[at], at == self.pager.cursor);
            let free = Rect { y, height: area.bottom() - y, ..area };
            let next = self.paint_row(number, skip, free, buf, look);
            if under {
                buf.set_style(Rect { height: next - y, ..free }, look.theme.selected);
            }
            self.widest = self.widest.max(columns(self.sheet.text(number)));
            (y, at, skip) = (next, at + 1, 0);
        }
    }

    /// Draws one row of the sheet, from its row `skip` on where it is wrapped; returns the next free row of the screen.
    fn paint_row(&self, number: usize, skip: usize, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> u16 {
        let Some(row) = self.sheet.row(number) else {
            return area.y;
        };
        let text_x = area.x + GUTTER;
        let end = area.right().saturating_sub(1);
        let folded = row.inside > 0 && self.folded.contains(&(row.section, row.node));
        if row.inside > 0 && skip == 0 {
            let mark = match (folded, look.ascii) {
                (true, false) => "▸",
                (false, false) => "▾",
                (true, true) => "+",
                (false, true) => "-",
            };
            buf.set_stringn(area.x, area.y, mark, usize::from(area.width), look.theme.dim);
        }
        if self.wraps(number) {
            return self.paint_wrapped((number, row), folded, skip, area, buf, look);
        }
        // The column after the text is for the mark of a line that goes on.
        let text_row = Rect { x: text_x, width: area.right().saturating_sub(text_x), height: 1, ..area };
        let line = self.bare_line(number);
        if row.class == Class::Title {
            let title = self.styled(number, row, 0..line.text().len(), look);
            title.draw_row(0, text_x, end, area.y, buf);
            self.paint_rule(row, &title, Rect { height: 1, ..area }, buf, look);
            return area.y + 1;
        }
        let chopped = Chopped { line: &line, is_cut: false, left: self.pager.left };
        let x = chopped.draw(text_row, |part| self.styled(number, row, part, look), buf, look);
        let note = self.note(number, row, folded, look);
        note.draw_row(0, x, end.max(x), area.y, buf);
        area.y + 1
    }

    /// Draws a wrapped row of the sheet.
    fn paint_wrapped(
        &self,
        (number, row): (usize, &Row),
        folded: bool,
        skip: usize,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> u16 {
        let (text_x, end) = (area.x + GUTTER, area.right().saturating_sub(1));
        let hang = u16::try_from(self.hang(number)).unwrap_or(0);
        let rows = self.rows_of(number);
        let mut y = area.y;
        for (nth, range) in rows.iter().enumerate().skip(skip).take(usize::from(area.height)) {
            let indent = if nth == 0 { 0 } else { hang };
            let part = self.styled(number, row, range.clone(), look);
            let x = part.draw_row(0, text_x + indent, end, y, buf);
            if nth + 1 == rows.len() {
                self.note(number, row, folded, look).draw_row(0, x, end, y, buf);
            }
            y += 1;
        }
        y
    }

    fn bare_line(&self, number: usize) -> StyledLine {
        StyledLine::new(self.sheet.text(number), Style::new())
    }

    /// A part of a row of the sheet, with the styles of its value and its matches.
    fn styled(&self, number: usize, row: &Row, part: Range<usize>, look: &Look<'_>) -> StyledLine {
        let theme = look.theme;
        let text = self.sheet.text(number);
        let split = row.split.min(text.len()).clamp(part.start, part.end);
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
        let mut line = StyledLine::new(&text[part.start..split], name);
        if row.class == Class::Secret && look.ascii {
            line.push(&text[split..part.end].replace('•', "*"), value);
        } else {
            line.push(&text[split..part.end], value);
        }
        if let Some(search) = &self.search {
            let current = search.hits.get(search.at);
            let first = search.hits.partition_point(|(hit, bytes)| (*hit, bytes.end) <= (number, part.start));
            let here = search.hits[first..].iter();
            for hit in here.take_while(|(hit, bytes)| *hit == number && bytes.start < part.end) {
                // A theme whose matches have no colour of their own shows them in that of text, not of names.
                let text = theme.text.fg(theme.text.fg.unwrap_or(Color::Reset));
                let mut style = text.patch(theme.matched);
                if current == Some(hit) {
                    style = style.add_modifier(Modifier::REVERSED);
                }
                let bytes = hit.1.start.max(part.start) - part.start..hit.1.end.min(part.end) - part.start;
                line.patch(bytes, style);
            }
        }
        line
    }

    /// The note behind a row of the sheet: the age of a moment, the number of lines in a fold.
    fn note(&self, number: usize, row: &Row, folded: bool, look: &Look<'_>) -> StyledLine {
        let mut note = StyledLine::default();
        if row.class == Class::Time {
            let text = self.sheet.text(number);
            note.push(&age_note(text.get(row.split..).unwrap_or(""), look.now), look.theme.dim);
        }
        if folded {
            let dots = if look.ascii { " ..." } else { " ⋯" };
            let lines = if row.inside == 1 { "line" } else { "lines" };
            note.push(&format!("{dots} {} {lines}", row.inside), look.theme.dim);
        }
        note
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

/// `  3d ago`, `  in 5m`, or that it never was.
fn age_note(text: &str, now: Timestamp) -> String {
    match Timestamp::parse(text) {
        Some(at) if at > now => format!("  in {}", age(at.since(now))),
        Some(at) => format!("  {} ago", age(now.since(at))),
        None => "  never".to_owned(),
    }
}
