//! Tight (rfbproto, 7.7.6): one colour, or rows behind a filter in one of four streams.

use super::Target;
use super::filter::Filter;
use super::inflate::CompressedRows;
use super::rows::Rows;
use crate::Region;
use crate::error::{Result, malformed};
use crate::input::{Input, Reader};

/// Streams of compressed data.
pub(crate) const STREAMS: usize = 4;
/// Rows of fewer bytes in all are not compressed.
const MIN_COMPRESSED_BYTES: usize = 12;

/// The kinds in the upper half of the control byte. Below 8 they are rows: the lower two bits are the stream, and the
/// third announces a filter.
const FILL: u8 = 8;
const JPEG: u8 = 9;

/// A rectangle of Tight.
#[derive(Debug)]
pub(crate) struct Tight {
    region: Region,
    /// The compressed rows, once they have begun.
    rows: Option<TightRows>,
}

/// The start of a rectangle; where it has no compressed rows, all of it.
enum Start<'a> {
    Fill(u32),
    Rows(Filter, &'a [u8]),
    CompressedRows(TightRows),
}

#[derive(Debug)]
struct TightRows {
    stream: usize,
    filter: Filter,
    rows: Rows,
    data: CompressedRows,
}

impl Tight {
    pub const fn new(region: Region) -> Self {
        Self { region, rows: None }
    }

    /// Draws what is there; returns true at the end of the rectangle.
    pub fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        if let Some(rows) = &mut self.rows {
            return rows.advance(input, target);
        }
        let mut reader = input.reader();
        let Some(control) = reader.u8() else { return Ok(false) };
        let Some(start) = read_start(&mut reader, control, self.region)? else { return Ok(false) };
        for (stream, inflater) in target.streams.tight.iter_mut().enumerate() {
            if control & (1 << stream) != 0 {
                *inflater = None;
            }
        }
        let used = reader.position();
        match start {
            Start::Fill(color) => target.screen.fill(self.region, color),
            Start::Rows(mut filter, bytes) => filter.draw(&mut Rows::new(self.region), target.screen, bytes),
            Start::CompressedRows(rows) => {
                input.consume(used);
                return self.rows.insert(rows).advance(input, target);
            }
        }
        input.consume(used);
        Ok(true)
    }
}

impl TightRows {
    fn advance(&mut self, input: &mut Input, target: &mut Target<'_>) -> Result<bool> {
        let Self { stream, filter, rows, data } = self;
        let inflater = target.streams.tight[*stream].get_or_insert_default();
        data.advance(input, inflater, |bytes| filter.draw(rows, target.screen, bytes))
    }
}

/// Reads the start of a rectangle; `None` where bytes are missing.
fn read_start<'a>(reader: &mut Reader<'a>, control: u8, region: Region) -> Result<Option<Start<'a>>> {
    match control >> 4 {
        FILL => Ok(reader
            .array()
            .map(|[red, green, blue]| Start::Fill(u32::from_be_bytes([0, red, green, blue])))),
        kind @ 0..FILL => read_rows(reader, kind, region),
        JPEG => malformed("it sent a picture with losses, which was not asked for"),
        other => malformed(format!("{other} is no kind of rectangle of Tight")),
    }
}

fn read_rows<'a>(reader: &mut Reader<'a>, kind: u8, region: Region) -> Result<Option<Start<'a>>> {
    let filter = if kind & 4 == 0 { Some(Filter::Copy) } else { Filter::read(reader, region.width)? };
    let Some(filter) = filter else { return Ok(None) };
    let row_bytes = filter.row_bytes(region.width);
    let rows = if row_bytes == 0 { 0 } else { usize::from(region.height) };
    if rows * row_bytes < MIN_COMPRESSED_BYTES {
        return Ok(reader.take(rows * row_bytes).map(|bytes| Start::Rows(filter, bytes)));
    }
    let Some(length) = read_length(reader) else { return Ok(None) };
    Ok(Some(Start::CompressedRows(TightRows {
        stream: usize::from(kind & 3),
        filter,
        rows: Rows::new(region),
        data: CompressedRows::new(length, rows, row_bytes)?,
    })))
}

/// Reads a length of one to three bytes: seven bits in each of the first two, of which the uppermost marks another one.
fn read_length(reader: &mut Reader<'_>) -> Option<u32> {
    let mut length = 0;
    for shift in [0, 7] {
        let byte = reader.u8()?;
        length |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    Some(length | u32::from(reader.u8()?) << 14)
}
