//! Bytes to events, whatever way the bytes are cut: `text/event-stream` as the
//! [HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html) frames it, and plain lines too.
//!
//! Bounded by design: what is longer than the limit is cut, counted and survived.

use std::time::Duration;

use super::lines::LineSplitter;

/// One event, or one plain line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its kind; empty for the usual one.
    pub name: String,
    /// Its data, lines joined by `\n`, invalid UTF-8 replaced by U+FFFD.
    pub data: String,
    /// Bytes that were dropped because it was too long.
    pub dropped: u64,
}

/// The framing of the bytes, decided by the first line that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Unknown,
    Events,
    Lines,
}

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Turns bytes into events.
#[derive(Debug)]
pub struct EventDecoder {
    limit: usize,
    framing: Framing,
    line: Vec<u8>,
    line_dropped: u64,
    /// Takes all bytes where they are plain lines.
    lines: LineSplitter,
    after_cr: bool,
    at_start: bool,
    data: Vec<u8>,
    has_data: bool,
    data_dropped: u64,
    name: String,
    pending_id: Option<String>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

impl EventDecoder {
    /// A decoder that keeps `limit` bytes of an event at most.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            framing: Framing::Unknown,
            line: Vec::new(),
            line_dropped: 0,
            lines: LineSplitter::new(limit),
            after_cr: false,
            at_start: true,
            data: Vec::new(),
            has_data: false,
            data_dropped: 0,
            name: String::new(),
            pending_id: None,
            last_id: None,
            retry: None,
        }
    }

    /// The id of the last whole event, to resume from.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref().filter(|id| !id.is_empty())
    }

    /// The wait before a reconnect that the server asked for.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Forgets what a broken connection left unfinished, and keeps the last id and the wait.
    pub fn restart(&mut self) {
        *self = Self { last_id: self.last_id.take(), retry: self.retry, ..Self::new(self.limit) };
    }

    /// Takes bytes and gives the events that they complete.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Event> {
        if self.framing == Framing::Lines {
            return self.lines.feed(bytes);
        }
        let mut events = Vec::new();
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = memchr::memchr2(b'\n', b'\r', bytes);
            self.keep(&bytes[..end.unwrap_or(bytes.len())]);
            if self.framing == Framing::Unknown && self.is_plain(end.is_some()) {
                self.begin_lines();
                events.extend(self.lines.feed(&bytes[end.unwrap_or(bytes.len())..]));
                return events;
            }
            let Some(end) = end else { break };
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            events.extend(self.line_done());
        }
        events
    }

    /// The plain line that is still being sent, as far as it has come. An unfinished event is none.
    pub fn partial(&self) -> Option<String> {
        self.lines.partial()
    }

    /// The end of the stream: a plain last line without its end is still a line; an unfinished event is none.
    pub fn finish(&mut self) -> Option<Event> {
        if self.framing == Framing::Unknown && self.is_plain(true) {
            self.begin_lines();
        }
        self.lines.finish()
    }

    /// Returns true if the first line, as far as it has come or as a whole, is no field of an event. One that is empty
    /// decides nothing.
    fn is_plain(&self, is_whole: bool) -> bool {
        let line = self.first_line();
        let is_field = if is_whole { field(line).is_some() } else { may_be_field(line) };
        !line.is_empty() && !is_field
    }

    /// The first line without the byte order mark that it may begin with.
    fn first_line(&self) -> &[u8] {
        let line = &self.line[..];
        if !self.at_start {
            line
        } else if MARK.starts_with(line) {
            &[]
        } else {
            line.strip_prefix(MARK).unwrap_or(line)
        }
    }

    /// From the first line on the bytes are plain lines.
    fn begin_lines(&mut self) {
        self.framing = Framing::Lines;
        let line = self.first_line().to_vec();
        self.lines.feed(&line);
        self.lines.leave_out(std::mem::take(&mut self.line_dropped));
        self.line = Vec::new();
    }

    fn keep(&mut self, bytes: &[u8]) {
        // A field's name and a byte order mark ride on top of the limit.
        let room = (self.limit + 16).saturating_sub(self.line.len());
        let kept = bytes.len().min(room);
        self.line.extend_from_slice(&bytes[..kept]);
        self.line_dropped += (bytes.len() - kept) as u64;
    }

    fn line_done(&mut self) -> Option<Event> {
        if self.framing == Framing::Unknown && !self.first_line().is_empty() {
            self.framing = Framing::Events;
        }
        let mut line = std::mem::take(&mut self.line);
        let dropped = std::mem::take(&mut self.line_dropped);
        if std::mem::take(&mut self.at_start) && line.starts_with(MARK) {
            line.drain(..MARK.len());
        }
        let event = match self.framing {
            Framing::Unknown | Framing::Lines => None,
            Framing::Events if line.is_empty() => self.dispatch(),
            Framing::Events => {
                self.take_field(&line, dropped);
                None
            }
        };
        // The next line reuses the buffer, unless a huge line has grown it.
        if line.capacity() <= 64 << 10 {
            line.clear();
            self.line = line;
        }
        event
    }

    /// Bytes of memory it holds.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.line.capacity() + self.data.capacity() + self.lines.held()
    }

    fn take_field(&mut self, line: &[u8], dropped: u64) {
        match field(line) {
            Some((Field::Data, value)) => {
                if self.has_data && self.data.len() < self.limit {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                let kept = value.len().min(self.limit.saturating_sub(self.data.len()));
                self.data.extend_from_slice(&value[..kept]);
                self.data_dropped += (value.len() - kept) as u64 + dropped;
            }
            Some((Field::Event, value)) => {
                self.name = String::from_utf8_lossy(&value[..value.len().min(256)]).into_owned();
            }
            // An id with a NUL is ignored, as the standard demands; a very long one is too long to send back.
            Some((Field::Id, value)) if !value.contains(&0) && value.len() <= 1024 && dropped == 0 => {
                self.pending_id = Some(String::from_utf8_lossy(value).into_owned());
            }
            Some((Field::Retry, value)) if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let millis = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                self.retry = millis.map(Duration::from_millis).or(self.retry);
            }
            Some((Field::Id | Field::Retry | Field::Comment, _)) | None => {}
        }
    }

    fn dispatch(&mut self) -> Option<Event> {
        if let Some(id) = self.pending_id.take() {
            self.last_id = Some(id);
        }
        let name = std::mem::take(&mut self.name);
        let dropped = std::mem::take(&mut self.data_dropped);
        let data = std::mem::take(&mut self.data);
        std::mem::take(&mut self.has_data).then(|| Event {
            name,
            data: String::from_utf8_lossy(&data).into_owned(),
            dropped,
        })
    }
}

/// Returns true if a line that begins like this may turn out to be a field of an event.
fn may_be_field(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or(line);
    let names: [&[u8]; 4] = [b"data", b"event", b"id", b"retry"];
    if name.len() < line.len() { field(line).is_some() } else { names.iter().any(|it| it.starts_with(name)) }
}

#[derive(Debug, Clone, Copy)]
enum Field {
    Data,
    Event,
    Id,
    Retry,
    Comment,
}

/// The field of a line and its value, without the one space that may follow the colon. `None` for a name that the
/// standard does not have.
fn field(line: &[u8]) -> Option<(Field, &[u8])> {
    let (name, value) = match memchr::memchr(b':', line) {
        Some(colon) => (&line[..colon], &line[colon + 1..]),
        None => (line, &[][..]),
    };
    let field = match name {
        b"data" => Field::Data,
        b"event" => Field::Event,
        b"id" => Field::Id,
        b"retry" => Field::Retry,
        b"" => Field::Comment,
        _ => return None,
    };
    Some((field, value.strip_prefix(b" ").unwrap_or(value)))
}
