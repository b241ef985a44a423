//! A page of a list, recognised row by row while it arrives.

use std::sync::Arc;

use arcstr::ArcStr;

use super::{CachedPage, CachedWalk, ChangedPage, Digest, Mark, ReadPage, ReadRow, Walked};
use crate::kit::pages::Rest;
use crate::kit::row_splitter::{RowSink, RowSplitter, RowsAt};
use crate::mapping::lenient::{MAX_ROWS_OF_AN_ANSWER, too_many_rows};
use qdeck_model::Unreadable;
use qdeck_net::{Cause, Intake, JsonText};
use serde_json::value::RawValue;

/// A longer row is checked before it is read.
const MAX_ROW_BYTES_READ_AT_ONCE: usize = 64 << 10;

/// A page of a scope, while it arrives. Its rows are read as soon as they are there.
pub(crate) struct ArrivingPage<'w, R, T, Row, Envelope> {
    splitter: RowSplitter,
    rows: ArrivingRows<'w, R, T, Row>,
    /// Reads what is left of the document without its rows.
    envelope: Envelope,
    /// Bytes that have arrived so far.
    length: usize,
}

struct ArrivingRows<'w, R, T, Row> {
    walk: &'w CachedWalk<R>,
    /// The number of the page, from 1.
    number: usize,
    version: u64,
    /// The page as it was read last, if its rows were mapped with the same.
    before: Option<Arc<CachedPage<R>>>,
    /// The number of the row of that page which is expected next.
    next: usize,
    /// Only rows of that page have come, in their order: then they are not in `rows` yet.
    is_as_before: bool,
    rows: Vec<(Digest, ReadRow<R, T>)>,
    unreadable: Unreadable,
    read: Row,
}

impl<R> CachedWalk<R> {
    /// Reads the page of this number, from 1, while it arrives; a list without pages is the first. `version` is that of
    /// whatever else its rows are mapped with; `row` reads a row or returns why it cannot be read, and `envelope` reads the
    /// document, whose list of rows is empty then, unless it is the same as before.
    ///
    /// `T` is to be a pointer: a row that is as before takes as much room as it, and most of a page's are.
    pub(crate) fn arriving<T, Row, Envelope>(
        &self,
        number: usize,
        version: u64,
        rows_at: RowsAt,
        row: Row,
        envelope: Envelope,
    ) -> ArrivingPage<'_, R, T, Row, Envelope>
    where
        Row: Fn(&str) -> Result<T, ArcStr>,
        Envelope: FnOnce(JsonText<'_>) -> Result<Rest, Cause>,
    {
        let before = self.page(number).filter(|page| page.version == version);
        let rows = ArrivingRows {
            walk: self,
            number,
            version,
            is_as_before: before.is_some(),
            before,
            next: 0,
            rows: Vec::new(),
            unreadable: Unreadable::default(),
            read: row,
        };
        ArrivingPage { splitter: RowSplitter::new(rows_at), rows, envelope, length: 0 }
    }
}

impl<R, T, Row> ArrivingRows<'_, R, T, Row> {
    /// The mark of the row that is expected next.
    fn expected_mark(&self) -> Option<&Mark> {
        self.before.as_ref()?.marks.get(self.next)
    }

    /// Puts the rows so far, which are those of the page before, where others can follow.
    fn part_from_before(&mut self) {
        if let Some(before) = self.before.as_ref().filter(|_| std::mem::take(&mut self.is_as_before)) {
            let marks = before.marks.iter().map(|mark| mark.digest);
            self.rows.extend(marks.zip(before.rows().cloned().map(ReadRow::Known)).take(self.next));
        }
    }

    /// The text of a row, which is JSON.
    fn checked<'t>(&self, text: &'t [u8]) -> Result<&'t str, Cause> {
        let raw: Result<&RawValue, Cause> = JsonText::new(text).decode();
        raw.map(RawValue::get).map_err(|cause| match cause {
            Cause::Json { why, length } => {
                Cause::Json { why: format!("row {}: {why}", self.unreadable.of), length }
            }
            other => other,
        })
    }

    fn count(&mut self) -> Result<(), Cause> {
        self.unreadable.of += 1;
        if self.unreadable.of > MAX_ROWS_OF_AN_ANSWER {
            return Err(Cause::Shape { why: too_many_rows::<serde_json::Error>().to_string(), length: 0 });
        }
        Ok(())
    }
}

impl<R, T, Row: Fn(&str) -> Result<T, ArcStr>> ArrivingRows<'_, R, T, Row> {
    /// Reads a row; or returns why it cannot be read, if it is JSON all the same.
    fn read_row(&self, text: &[u8]) -> Result<Result<T, ArcStr>, Cause> {
        // What can be read is JSON, so that only a text that cannot, or that may be made to cost memory, is gone over twice.
        if text.len() <= MAX_ROW_BYTES_READ_AT_ONCE
            && let Ok(text) = std::str::from_utf8(text)
            && let Ok(row) = (self.read)(text)
        {
            return Ok(Ok(row));
        }
        let text = self.checked(text)?;
        Ok((self.read)(text))
    }
}

impl<R, T, Row: Fn(&str) -> Result<T, ArcStr>> RowSink for ArrivingRows<'_, R, T, Row> {
    fn expected(&self) -> Option<usize> {
        self.expected_mark().map(|mark| mark.digest.length as usize)
    }

    fn take_expected(&mut self, text: &[u8]) -> bool {
        let digest = self.walk.cache.digest(text);
        if self.expected_mark().is_none_or(|mark| mark.digest != digest) || self.count().is_err() {
            return false;
        }
        if !self.is_as_before {
            let row = self.before.as_ref().and_then(|page| page.row(self.next)).cloned();
            self.rows.extend(row.map(|row| (digest, ReadRow::Known(row))));
        }
        self.next += 1;
        true
    }

    fn take(&mut self, text: &[u8]) -> Result<(), Cause> {
        self.count()?;
        self.part_from_before();
        // Most changes are of a row in its place.
        self.next += 1;
        let digest = self.walk.cache.digest(text);
        let known = self.walk.known_row(&digest);
        let row = match known {
            Some((of, row)) if of == self.version => ReadRow::Known(row),
            known => match self.read_row(text)? {
                Ok(row) => ReadRow::Changed(row, known.map(|(_, row)| row)),
                Err(why) => {
                    self.unreadable.rows += 1;
                    self.unreadable.why.get_or_insert(why);
                    return Ok(());
                }
            },
        };
        self.rows.push((digest, row));
        Ok(())
    }
}

impl<R, T, Row, Envelope> Intake for ArrivingPage<'_, R, T, Row, Envelope>
where
    Row: Fn(&str) -> Result<T, ArcStr>,
    Envelope: FnOnce(JsonText<'_>) -> Result<Rest, Cause>,
{
    type Output = ReadPage<R, T>;

    fn push(&mut self, part: &[u8]) -> Result<(), Cause> {
        self.length += part.len();
        self.splitter.push(part, &mut self.rows).map_err(|cause| of_answer(cause, self.length))
    }

    fn finish(self, length: usize) -> Result<ReadPage<R, T>, Cause> {
        let Self { splitter, mut rows, envelope, .. } = self;
        let text = splitter.finish(&mut rows).map_err(|cause| of_answer(cause, length))?;
        let digest = rows.walk.cache.digest(&text);
        let same = rows.before.as_ref().filter(|before| before.envelope == digest);
        let rest = match same {
            Some(before) => before.rest,
            None => JsonText::of_body(&text, false)
                .and_then(envelope)
                .map_err(|cause| of_answer(cause, length))?,
        };
        if let Some(before) = &rows.before
            && rows.is_as_before
            && rows.next == before.marks.len()
            && before.rest == rest
            && !before.unreadable.any()
        {
            rows.walk.use_page(rows.number);
            return Ok(ReadPage::Known(Walked::new(before.clone())));
        }
        rows.part_from_before();
        let ArrivingRows { version, rows, unreadable, .. } = rows;
        Ok(ReadPage::Changed(ChangedPage { envelope: digest, version, rows, unreadable, rest }))
    }
}

/// The same cause with the length of the whole answer, where it has that of a row or of the envelope.
fn of_answer(cause: Cause, length: usize) -> Cause {
    match cause {
        Cause::Json { why, .. } => Cause::Json { why, length },
        Cause::Shape { why, .. } => Cause::Shape { why, length },
        other => other,
    }
}
