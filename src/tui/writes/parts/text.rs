//! Texts of the boxes about writes, wrapped: sentences at blanks, addresses behind a separator, JSON by its lines.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::card::{Line, piece};
use crate::model::{PreparedRequest, redact};
use crate::tui::Look;
use crate::tui::widgets::ansi::visible;

/// The mask in the place of a credential.
pub(in crate::tui::writes) const MASK: &str = "••••••••";
/// Columns before what goes on in another row.
const HANG_COLUMNS: usize = 2;
/// With fewer rows every one is needed for what is to be read.
const COMPACT_BELOW_ROWS: u16 = 20;

/// Lines of text for so many columns.
pub(in crate::tui::writes) struct Text<'a> {
    pub(in crate::tui::writes) columns: usize,
    pub(in crate::tui::writes) look: &'a Look<'a>,
    pub(in crate::tui::writes) lines: Vec<Line>,
    /// Leave out what only sets parts apart: there is little room.
    is_compact: bool,
}

impl<'a> Text<'a> {
    /// No line yet.
    pub(in crate::tui::writes) fn new(columns: usize, look: &'a Look<'a>) -> Self {
        Self { columns: columns.max(8), look, lines: Vec::new(), is_compact: false }
    }

    /// The same without gaps and headings where an area has few rows.
    pub(in crate::tui::writes) fn fitting(self, area: Rect) -> Self {
        Self { is_compact: area.height < COMPACT_BELOW_ROWS, ..self }
    }

    /// An empty line, unless it would be the first or the second one.
    pub(in crate::tui::writes) fn gap(&mut self) {
        if !self.is_compact && self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Vec::new());
        }
    }

    /// A heading with a gap before it.
    pub(in crate::tui::writes) fn heading(&mut self, text: &str) {
        if self.is_compact {
            return;
        }
        self.gap();
        self.lines.push(vec![piece(text, self.look.theme.title)]);
    }

    /// Sentences, wrapped at blanks.
    pub(in crate::tui::writes) fn words(&mut self, text: &str, style: Style) {
        let rows = crate::tui::draw::wrap(&redact(text), u16::try_from(self.columns).unwrap_or(u16::MAX));
        self.lines.extend(rows.into_iter().map(|row| vec![piece(row, style)]));
    }

    /// The same in bold.
    pub(in crate::tui::writes) fn strong(&mut self, text: &str) {
        self.words(text, self.look.theme.text.add_modifier(Modifier::BOLD));
    }

    /// A point of a list: a sign in front, its other rows under the first.
    pub(in crate::tui::writes) fn point(&mut self, sign: &str, text: &str, style: Style) {
        let hang = sign.width() + 1;
        let room = u16::try_from(self.columns.saturating_sub(hang).max(8)).unwrap_or(u16::MAX);
        for (nth, row) in crate::tui::draw::wrap(&redact(text), room).into_iter().enumerate() {
            let lead = if nth == 0 { format!("{sign} ") } else { " ".repeat(hang) };
            self.lines.push(vec![piece(lead, style), piece(row, style)]);
        }
    }

    /// A text that is shown as it is, in as many rows as it needs.
    pub(in crate::tui::writes) fn exact(&mut self, text: &str, style: Style) {
        let shown = redact(text);
        let lines = broken(&visible(&shown), self.columns);
        self.lines.extend(lines.into_iter().map(|row| vec![piece(row, style)]));
    }

    /// A request as it is sent: method, address, headers and body, secrets masked. A body that fits is on one line.
    pub(in crate::tui::writes) fn request(&mut self, request: &PreparedRequest) {
        let theme = self.look.theme;
        self.exact(&format!("{} {}", request.method, request.url), theme.text);
        for (name, value) in &request.headers {
            self.exact(&format!("{name}: {value}"), theme.dim);
        }
        for name in request.credentials {
            self.exact(&format!("{name}: {MASK}"), theme.dim);
        }
        if let Some(body) = request.masked_body() {
            self.json(&body);
        }
    }

    /// A value as JSON: on one line where it fits, else indented.
    pub(in crate::tui::writes) fn json(&mut self, value: &serde_json::Value) {
        let style = self.look.theme.dim;
        let short = value.to_string();
        if short.width() <= self.columns {
            return self.exact(&short, style);
        }
        let long = serde_json::to_string_pretty(value).unwrap_or(short);
        for line in long.lines() {
            self.exact(line, style);
        }
    }
}

/// Breaks a text without regard to blanks into rows of at most so many columns: behind a `/` or before a `?` or `&` where
/// one is in the last half of the row, else where the row ends. Further rows are set in a little.
pub(in crate::tui::writes) fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut rest = text;
    let indent = text.len() - text.trim_start_matches(' ').len() + HANG_COLUMNS;
    let indent = if indent * 2 > columns { 0 } else { indent };
    loop {
        let lead = if rows.is_empty() { 0 } else { indent };
        let room = columns.saturating_sub(lead).max(1);
        let end = if rest.width() <= room { rest.len() } else { row_end(rest, room) };
        rows.push(format!("{}{}", " ".repeat(lead), &rest[..end]));
        rest = &rest[end..];
        if rest.is_empty() {
            return rows;
        }
    }
}

/// The byte at which a row of so many columns ends.
fn row_end(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    let mut soft = None;
    for (at, c) in text.char_indices() {
        if matches!(c, '?' | '&' | ' ') && used * 2 >= columns {
            soft = Some(at);
        }
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        end = at + c.len_utf8();
        // The two of `https://` belong together.
        if matches!(c, '/' | ',') && used * 2 >= columns && !text[end..].starts_with('/') {
            soft = Some(end);
        }
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    soft.filter(|at| *at > 0).unwrap_or(end).max(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_broken_at_a_separator_near_the_end_of_the_row() {
        let url = "PUT https://api-ch-gva-2.example/v2/instance/i-web-1:stop?force=true&grace=30";
        let rows = broken(url, 48);
        assert_eq!(
            rows,
            ["PUT https://api-ch-gva-2.example/v2/instance/", "  i-web-1:stop?force=true&grace=30"]
        );
        assert_eq!(broken(url, 32)[0], "PUT https://api-ch-gva-2.example");
        for columns in 1..100 {
            let rows = broken(url, columns);
            let joined: String = rows.iter().map(|row| row.trim_start_matches(' ')).collect();
            assert_eq!(joined.replace(' ', ""), url.replace(' ', ""), "{columns}");
            assert!(rows.iter().all(|row| row.width() <= columns), "{columns}: {rows:?}");
        }
    }

    #[test]
    fn what_has_no_separator_is_broken_where_the_row_ends() {
        assert_eq!(broken("aaaaaaaaaa", 4), ["aaaa", "  aa", "  aa", "  aa"]);
        assert_eq!(broken("日本語日本語", 5), ["日本", "  語", "  日", "  本", "  語"]);
        assert_eq!(broken("", 5), [""]);
    }
}
