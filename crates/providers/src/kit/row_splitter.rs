//! The rows of a list cut out of its text while that arrives, so that an answer of any length takes no more memory than its
//! longest row. Nothing of a row is decoded here.
//!
//! ```text
//! {"count":2,"instances":[{"id":"a", …},{"id":"b", …}],"next":null}
//!  ╰──────────────────────╯╰──row──╯ ╰──row──╯╰────────────────────  the envelope: what is left, with an empty list
//! ```
//!
//! A row that a sink expects is not looked into: the sink compares as many bytes as the row had before. Only where they differ
//! is the end of the row searched for, by its brackets and strings.

use memchr::memchr2;

use qdeck_net::Cause;

/// What takes the rows.
pub(crate) trait RowSink {
    /// The length of the next row, if there is one that it expects.
    fn expected(&self) -> Option<usize>;

    /// Takes the next row if this text, of the expected length, is the one that it expects.
    fn take_expected(&mut self, text: &[u8]) -> bool;

    /// Takes the next row, which is JSON if the list is.
    ///
    /// # Errors
    /// It is none.
    fn take(&mut self, text: &[u8]) -> Result<(), Cause>;
}

/// The place of the rows in their document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowsAt {
    /// The document is the list.
    Top,
    /// The list is this member of the document, which is an object. Its name has no escapes.
    Member(&'static str),
}

/// The part of the document that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What precedes the rows.
    Head,
    /// A row or the end of the list; only a row after a comma.
    Row { after_comma: bool },
    /// A comma or the end of the list.
    Separator,
    /// What follows the rows.
    Tail,
}

/// Where the search for the end of a row, or for the rows, has come to.
#[derive(Debug, Default)]
struct Scan {
    at: usize,
    depth: usize,
    in_string: bool,
}

impl Scan {
    /// Goes over a string from inside to behind its quote. False if it does not end in these bytes.
    fn pass_string(&mut self, bytes: &[u8]) -> bool {
        while let Some(found) = bytes.get(self.at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            let quote = self.at + found;
            if bytes[quote] == b'"' {
                self.at = quote + 1;
                self.in_string = false;
                return true;
            }
            // The escaped byte may not have arrived yet.
            if quote + 1 >= bytes.len() {
                self.at = quote;
                return false;
            }
            self.at = quote + 2;
        }
        self.at = self.at.max(bytes.len());
        false
    }
}

/// Cuts the rows out of a text that arrives in parts.
pub(crate) struct RowSplitter {
    rows_at: RowsAt,
    part: Part,
    /// What has arrived and is not used yet; used up to `used`.
    buffer: Vec<u8>,
    used: usize,
    scan: Scan,
    /// The latest string at the top level of the document, which may be a name: where it is in the head.
    name: Option<std::ops::Range<usize>>,
    envelope: Vec<u8>,
}

impl RowSplitter {
    pub(crate) fn new(rows_at: RowsAt) -> Self {
        Self {
            rows_at,
            part: Part::Head,
            buffer: Vec::new(),
            used: 0,
            scan: Scan::default(),
            name: None,
            envelope: Vec::new(),
        }
    }

    /// Takes the next part of the text, and hands on the rows that are whole.
    ///
    /// # Errors
    /// Those of the sink, and where the text is no list.
    pub(crate) fn push(&mut self, part: &[u8], sink: &mut impl RowSink) -> Result<(), Cause> {
        self.buffer.extend_from_slice(part);
        self.advance(sink, false)?;
        self.buffer.drain(..self.used);
        self.used = 0;
        Ok(())
    }

    /// Ends the text. Returns the envelope.
    ///
    /// # Errors
    /// Those of [`RowSplitter::push`]; and the text ends within its rows.
    pub(crate) fn finish(mut self, sink: &mut impl RowSink) -> Result<Vec<u8>, Cause> {
        self.advance(sink, true)?;
        if matches!(self.part, Part::Row { .. } | Part::Separator) {
            return Err(garbled("it ends within its rows"));
        }
        Ok(self.envelope)
    }

    fn advance(&mut self, sink: &mut impl RowSink, is_end: bool) -> Result<(), Cause> {
        while self.step(sink, is_end)? {}
        if self.part == Part::Tail || (self.part == Part::Head && is_end) {
            self.envelope.extend_from_slice(&self.buffer[self.used..]);
            self.used = self.buffer.len();
        }
        Ok(())
    }

    /// Goes on to the next part. False where more must arrive first, and behind the rows.
    fn step(&mut self, sink: &mut impl RowSink, is_end: bool) -> Result<bool, Cause> {
        if self.part == Part::Head {
            let begins = self.find_rows();
            if begins {
                self.enter(Part::Row { after_comma: false });
            }
            return Ok(begins);
        }
        let byte = if self.part == Part::Tail { None } else { self.next_byte() };
        let Some(byte) = byte else { return Ok(false) };
        match (self.part, byte) {
            (Part::Separator, b',') => {
                self.used += 1;
                self.enter(Part::Row { after_comma: true });
            }
            (Part::Row { after_comma: false } | Part::Separator, b']') => {
                self.used += 1;
                self.envelope.extend_from_slice(b"[]");
                self.enter(Part::Tail);
            }
            (Part::Separator, _) => {
                return Err(garbled("a comma or the end of the list is missing behind a row"));
            }
            _ if self.row(sink, is_end)? => self.enter(Part::Separator),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn enter(&mut self, part: Part) {
        self.part = part;
        self.scan = Scan::default();
    }

    /// Goes to the next byte that is no white space, unless it is in the middle of a row. `None` if none has arrived.
    fn next_byte(&mut self) -> Option<u8> {
        if self.scan.at == 0 {
            let rest = &self.buffer[self.used..];
            self.used += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        }
        self.buffer.get(self.used).copied()
    }

    /// Goes to the first row. False if the rows have not begun in what has arrived.
    fn find_rows(&mut self) -> bool {
        let bytes = &self.buffer[self.used..];
        let scan = &mut self.scan;
        let mut begins = false;
        while scan.at < bytes.len() && !begins {
            if scan.in_string {
                if !scan.pass_string(bytes) {
                    return false;
                }
                if let Some(name) = &mut self.name
                    && name.end == 0
                {
                    name.end = scan.at - 1;
                }
                continue;
            }
            match bytes[scan.at] {
                b'"' => {
                    scan.in_string = true;
                    // Its end is not known yet.
                    if scan.depth == 1 {
                        self.name = Some(scan.at + 1..0);
                    }
                }
                b'[' => {
                    begins = match self.rows_at {
                        RowsAt::Top => scan.depth == 0,
                        RowsAt::Member(member) => {
                            let name = self.name.take().and_then(|name| bytes.get(name));
                            scan.depth == 1 && name == Some(member.as_bytes())
                        }
                    };
                    scan.depth += 1;
                }
                b'{' => {
                    scan.depth += 1;
                    self.name = None;
                }
                b'}' | b']' => scan.depth = scan.depth.saturating_sub(1),
                b',' => self.name = None,
                _ => {}
            }
            scan.at += 1;
        }
        if begins {
            // Without the bracket: the empty list is put in its place at its end.
            self.envelope.extend_from_slice(&bytes[..scan.at - 1]);
            self.used += scan.at;
        }
        begins
    }

    /// Hands on a row that begins here. False if it has not arrived whole.
    fn row(&mut self, sink: &mut impl RowSink, is_end: bool) -> Result<bool, Cause> {
        let bytes = &self.buffer[self.used..];
        if self.scan.at == 0
            && let Some(length) = sink.expected()
        {
            match bytes.get(length) {
                None if !is_end => return Ok(false),
                Some(b',' | b']' | b' ' | b'\n' | b'\r' | b'\t') if sink.take_expected(&bytes[..length]) => {
                    self.used += length;
                    return Ok(true);
                }
                _ => {}
            }
        }
        let Some(end) = value_end(&mut self.scan, bytes) else {
            return Ok(false);
        };
        sink.take(bytes[..end].trim_ascii_end())?;
        self.used += end;
        Ok(true)
    }
}

/// The length of the answer is for who reads it.
fn garbled(why: &str) -> Cause {
    Cause::Json { why: why.to_owned(), length: 0 }
}

/// The length of the value at the beginning of these bytes, white space behind it included. `None` if what follows it has not
/// arrived.
fn value_end(scan: &mut Scan, bytes: &[u8]) -> Option<usize> {
    while scan.at < bytes.len() {
        if scan.in_string {
            if !scan.pass_string(bytes) {
                return None;
            }
            continue;
        }
        match bytes[scan.at] {
            b',' | b']' | b'}' if scan.depth == 0 => return Some(scan.at),
            b'"' => scan.in_string = true,
            b'{' | b'[' => scan.depth += 1,
            b'}' | b']' => scan.depth -= 1,
            _ => {}
        }
        scan.at += 1;
    }
    None
}

#[cfg(test)]
mod tests;
