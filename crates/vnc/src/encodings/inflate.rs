//! The compressed streams of a connection, inflated piece by piece into memory of a fixed size.

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::{Result, malformed};
use crate::input::Input;

/// Bytes that are inflated at a time, if a row of pixels has not more.
const BATCH_BYTES: usize = 32 << 10;

/// A zlib stream. It takes some 44 KiB, for its window.
pub(crate) struct Inflater(Decompress);

impl Default for Inflater {
    fn default() -> Self {
        Self(Decompress::new(true))
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inflater({} bytes)", self.0.total_out())
    }
}

/// The bytes that one step of an [`Inflater`] has taken and made.
struct Step {
    taken: usize,
    made: usize,
}

impl Inflater {
    fn step(&mut self, from: &[u8], into: &mut [u8]) -> Result<Step> {
        let before = (self.0.total_in(), self.0.total_out());
        match self.0.decompress(from, into, FlushDecompress::None) {
            Ok(Status::Ok | Status::BufError) => {}
            Ok(Status::StreamEnd) if self.0.total_in() > before.0 || from.is_empty() => {}
            Ok(Status::StreamEnd) => return malformed("its compressed data goes on after its end"),
            Err(_) => return malformed("its compressed data is damaged"),
        }
        // Neither is more than the length of its slice.
        let length = |bytes: u64| usize::try_from(bytes).unwrap_or_default();
        Ok(Step { taken: length(self.0.total_in() - before.0), made: length(self.0.total_out() - before.1) })
    }
}

/// The compressed data of one rectangle: its rest on the wire, and what was inflated of it but not used.
#[derive(Debug)]
pub(crate) struct Compressed {
    /// Bytes on the wire.
    left: usize,
    plain: Vec<u8>,
    /// Bytes of `plain` that are used.
    used: usize,
}

/// The outcome of [`Compressed::fill`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// There is more to use than before.
    More,
    /// Nothing more until more bytes have come.
    Starved,
    /// All of it was inflated.
    Complete,
}

impl Compressed {
    /// Compressed data of this length for pixels that take `plain` bytes at most.
    ///
    /// # Errors
    /// It is longer than any compression makes it.
    pub fn new(length: u32, plain: usize) -> Result<Self> {
        let left = length as usize;
        // Stored blocks take five bytes each, and servers end a rectangle with an empty one.
        if left > plain + plain / 2 + 1024 {
            return malformed(format!(
                "it announced {length} bytes of compressed data for {plain} bytes of pixels"
            ));
        }
        Ok(Self { left, plain: Vec::new(), used: 0 })
    }

    /// Bytes to use.
    pub fn plain(&self) -> &[u8] {
        &self.plain[self.used..]
    }

    /// Takes bytes as used.
    pub fn consume(&mut self, count: usize) {
        self.used = (self.used + count).min(self.plain.len());
    }

    /// Inflates more, until `limit` bytes or a batch of them are there to use.
    pub fn fill(&mut self, input: &mut Input, inflater: &mut Inflater, limit: usize) -> Result<Filled> {
        self.plain.drain(..self.used);
        self.used = 0;
        let before = self.plain.len();
        let end = limit.max(before);
        self.plain.resize(end, 0);
        let mut filled = before;
        loop {
            let available = input.available();
            let available = &available[..available.len().min(self.left)];
            let step = inflater.step(available, &mut self.plain[filled..end]);
            let Step { taken, made } = step.inspect_err(|_| self.plain.truncate(filled))?;
            self.left -= taken;
            input.consume(taken);
            filled += made;
            if filled == end || (taken == 0 && made == 0) {
                break;
            }
        }
        self.plain.truncate(filled);
        Ok(match (filled > before, self.left) {
            (true, _) => Filled::More,
            (false, 0) => Filled::Complete,
            (false, _) => Filled::Starved,
        })
    }

    /// Takes the rest of the compressed data, which holds no more pixels; returns true at its end.
    pub fn finish(&mut self, input: &mut Input, inflater: &mut Inflater) -> Result<bool> {
        loop {
            // Asked for even after the last byte: what the stream holds back would come with the next rectangle.
            let filled = self.fill(input, inflater, 1)?;
            if !self.plain().is_empty() {
                return malformed("its compressed data holds more than its pixels");
            }
            match filled {
                Filled::Complete => return Ok(true),
                Filled::Starved => return Ok(false),
                Filled::More => {}
            }
        }
    }
}

/// Compressed rows of pixels of a fixed length.
#[derive(Debug)]
pub(crate) struct CompressedRows {
    data: Compressed,
    rows_left: usize,
    row_bytes: usize,
}

impl CompressedRows {
    pub fn new(length: u32, rows: usize, row_bytes: usize) -> Result<Self> {
        Ok(Self { data: Compressed::new(length, rows * row_bytes)?, rows_left: rows, row_bytes })
    }

    /// Hands whole rows to `draw`, as many as there are; returns true once all of the data was taken.
    pub fn advance(
        &mut self,
        input: &mut Input,
        inflater: &mut Inflater,
        mut draw: impl FnMut(&[u8]),
    ) -> Result<bool> {
        while self.rows_left > 0 {
            let limit = (self.rows_left * self.row_bytes).min(BATCH_BYTES.max(self.row_bytes));
            let filled = self.data.fill(input, inflater, limit)?;
            let rows = self.data.plain().len() / self.row_bytes;
            if rows > 0 {
                draw(&self.data.plain()[..rows * self.row_bytes]);
                self.data.consume(rows * self.row_bytes);
                self.rows_left -= rows;
            }
            match filled {
                Filled::More => {}
                Filled::Starved => return Ok(false),
                Filled::Complete => return malformed("its compressed data ends before its pixels"),
            }
        }
        self.data.finish(input, inflater)
    }
}
