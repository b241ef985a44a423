//! The line that a source is still printing: a prompt, a bar that is drawn anew again and again. It is one entry whose text
//! changes.

use arcstr::ArcStr;

use super::buffer::LogBuffer;
use super::level_of;
use super::line::{Body, Source};
use super::scan::is_hit;
use qdeck_model::LogLine;

impl LogBuffer {
    /// Shows the line that a source is printing, as far as it has come.
    pub(super) fn print(&mut self, source: Source, line: LogLine) {
        if let Some(number) = self.partial(source, &line.text) {
            self.replace(number, line.text, true);
            return;
        }
        self.take(source, vec![line]);
        // It is the last of its source, and most often the last of all.
        let end = self.end_number();
        let entries = self.entries.iter_mut().rev().zip(1..);
        let printed = entries.into_iter().find(|(entry, _)| entry.source == source && entry.is_line());
        if let Some((entry, back)) = printed {
            entry.is_partial = true;
            self.set_partial(source, Some(end - back));
        }
    }

    /// Completes the line that a source was printing by the first of these; returns the others.
    pub(super) fn complete(&mut self, source: Source, mut lines: Vec<LogLine>) -> Vec<LogLine> {
        let Some(first) = lines.first() else { return lines };
        let number = self.partial(source, &first.text);
        self.set_partial(source, None);
        if let Some(number) = number {
            self.replace(number, lines.remove(0).text, false);
        }
        lines
    }

    /// The number of the line that a source is printing, if this is more of it. After a new connection it is only where
    /// it begins alike; else the line stays as it was.
    fn partial(&mut self, source: Source, text: &str) -> Option<u64> {
        let (number, is_older) = self.partial_of(source)?;
        let offset = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let entry = self.entries.get_mut(offset)?;
        let Body::Text(before) = &entry.body else { return None };
        if !is_older || text.starts_with(&**before) {
            return Some(number);
        }
        entry.is_partial = false;
        None
    }

    /// Puts another text in the place of one.
    fn replace(&mut self, number: u64, text: ArcStr, is_partial: bool) {
        let offset = number.checked_sub(self.first).and_then(|offset| usize::try_from(offset).ok());
        let Some(entry) = offset.and_then(|offset| self.entries.get_mut(offset)) else { return };
        let before = entry.weight();
        entry.level = level_of(&text);
        entry.body = Body::Text(text);
        entry.is_partial = is_partial;
        entry.shown = self.sieve.passes(entry);
        entry.hit = is_hit(self.search.as_ref(), entry);
        let (shown, hit, source, after) = (entry.shown, entry.hit, entry.source, entry.weight());
        self.reweigh(before, after);
        if !self.sieve.is_open() {
            self.shown.set(number, shown);
        }
        self.found.set(number, hit);
        self.set_partial(source, is_partial.then_some(number));
        self.make_room();
    }
}

#[cfg(test)]
mod tests;
