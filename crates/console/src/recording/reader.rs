//! Reads asciicast files of versions 2 and 3. What is whole is played, whatever else is in the file.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::format::{CastVersion, Event, EventKind, Header};
use crate::Size;

/// The largest file that is read.
pub const MAX_CAST_BYTES: u64 = 512 * 1024 * 1024;
/// The longest line of an event; a longer one is skipped.
const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;
/// The longest line of a header.
const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// The largest size of the screen.
const MAX_SIZE: Size = Size { columns: 1000, rows: 500 };
/// The longest time between two events; what claims to be longer is taken for this.
const MAX_INTERVAL: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most events that are played.
const MAX_EVENTS: usize = 5_000_000;
/// The most markers that are listed.
const MAX_MARKERS: usize = 10_000;
/// The most letters of a marker's label and of the title.
const MAX_LABEL_LETTERS: usize = 200;

/// A recording that has been read: its header, and where its events are in the file.
#[derive(Debug)]
pub struct Cast {
    header: Header,
    text: Vec<u8>,
    events: Vec<Indexed>,
    markers: Vec<(Duration, String)>,
    faults: usize,
    first_fault: Option<CastError>,
}

/// An event in the file.
#[derive(Debug)]
struct Indexed {
    /// Microseconds since the start.
    at: u64,
    /// Where its line begins.
    start: usize,
}

/// A fault of a recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct CastError {
    /// The number of the line, from 1.
    pub line: usize,
    /// The fault.
    pub reason: String,
}

impl CastError {
    fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

/// A header of either version, or of one that is not read.
#[derive(Deserialize)]
struct WireHeader {
    version: u64,
    width: Option<u64>,
    height: Option<u64>,
    term: Option<WireTerm>,
    timestamp: Option<f64>,
    title: Option<String>,
    idle_time_limit: Option<f64>,
}

#[derive(Deserialize)]
struct WireTerm {
    cols: u64,
    rows: u64,
}

/// The version alone, of a file of version 1, which is one JSON object over many lines.
#[derive(Deserialize)]
struct WireVersion {
    version: u64,
}

/// The beginning of an event; the data is read when it is played.
#[derive(Deserialize)]
struct WireEvent<'a>(f64, String, #[serde(borrow)] &'a RawValue);

impl Cast {
    /// Reads a file. It takes as long as the disk does.
    ///
    /// # Errors
    /// It cannot be read, or its header is not one of a version that is read; the text names file and reason.
    pub fn open(path: &Path) -> Result<Self, String> {
        let bytes = qdeck_files::read(path, MAX_CAST_BYTES).map_err(|error| error.to_string())?;
        Self::parse(bytes).map_err(|error| format!("{} cannot be played: {error}", path.display()))
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// The header is not one of a version that is read.
    pub fn parse(text: Vec<u8>) -> Result<Self, CastError> {
        let end = memchr::memchr(b'\n', &text).unwrap_or(text.len());
        let header = parse_header(&text, end)?;
        let mut cast = Self {
            header,
            text: Vec::new(),
            events: Vec::new(),
            markers: Vec::new(),
            faults: 0,
            first_fault: None,
        };
        cast.index(&text, end);
        cast.text = text;
        Ok(cast)
    }

    /// Finds the events after the header.
    fn index(&mut self, text: &[u8], header_end: usize) {
        let mut at = 0;
        let mut start = header_end + 1;
        let mut number = 1;
        while let Some(line) = line_at(text, start) {
            number += 1;
            let trimmed = line.trim_ascii();
            if !trimmed.is_empty() && !trimmed.starts_with(b"#") {
                if self.events.len() == MAX_EVENTS {
                    return self.add_fault(number, format!("there are more than {MAX_EVENTS} events"));
                }
                match self.check(line, &mut at) {
                    Ok(true) => self.events.push(Indexed { at, start }),
                    Ok(false) => {}
                    Err(_) if start + line.len() == text.len() => {
                        self.add_fault(number, "the line is cut off".to_owned());
                    }
                    Err(reason) => self.add_fault(number, reason),
                }
            }
            start += line.len() + 1;
        }
    }

    fn add_fault(&mut self, line: usize, reason: String) {
        self.faults += 1;
        self.first_fault.get_or_insert(CastError { line, reason });
    }

    /// Reads an event and moves the time on to it; returns whether it is of a kind that is played.
    fn check(&mut self, line: &[u8], at: &mut u64) -> Result<bool, String> {
        if line.len() > MAX_LINE_BYTES {
            return Err(format!("the line has {} bytes, and at most {MAX_LINE_BYTES} are read", line.len()));
        }
        let (time, kind) = parse_event(line)?;
        *at = self.time(time, *at);
        if let Some(EventKind::Marker(label)) = &kind
            && self.markers.len() < MAX_MARKERS
        {
            self.markers.push((Duration::from_micros(*at), label.clone()));
        }
        Ok(kind.is_some())
    }

    /// The time of an event since the start, in microseconds. It never goes back, and never jumps far.
    fn time(&self, written: f64, before: u64) -> u64 {
        let seconds = match self.header.version {
            CastVersion::V2 => written - Duration::from_micros(before).as_secs_f64(),
            CastVersion::V3 => written,
        };
        let interval = Duration::try_from_secs_f64(seconds.clamp(0.0, MAX_INTERVAL.as_secs_f64()));
        // Microseconds, as they are written.
        let nanos = interval.unwrap_or_default().as_nanos() + 500;
        before.saturating_add(u64::try_from(nanos / 1000).unwrap_or_default())
    }

    /// Shortens the pauses between events to this long.
    pub fn limit_idle(&mut self, limit: Duration) {
        let limit = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
        let (mut before, mut cut) = (0, 0);
        let mut markers = self.markers.iter_mut().peekable();
        for event in &mut self.events {
            cut += (event.at - before).saturating_sub(limit);
            before = event.at;
            while let Some(marker) = markers.next_if(|it| it.0.as_micros() <= u128::from(before)) {
                marker.0 = marker.0.saturating_sub(Duration::from_micros(cut));
            }
            event.at -= cut;
        }
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns true if it has no events.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The time of an event; `None` after the last.
    pub fn time_of(&self, event: usize) -> Option<Duration> {
        self.events.get(event).map(|it| Duration::from_micros(it.at))
    }

    /// The time of the first event after a time.
    pub fn next_time_after(&self, at: Duration) -> Option<Duration> {
        let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        self.time_of(self.events.partition_point(|it| it.at <= micros))
    }

    /// An event; `None` after the last.
    pub fn event(&self, event: usize) -> Option<Event> {
        let indexed = self.events.get(event)?;
        let (_, kind) = parse_event(line_at(&self.text, indexed.start)?).ok()?;
        Some(Event { at: Duration::from_micros(indexed.at), kind: kind? })
    }

    /// The time of the last event.
    pub fn length(&self) -> Duration {
        self.events.last().map_or(Duration::ZERO, |it| Duration::from_micros(it.at))
    }

    /// The markers, each with its time.
    pub fn markers(&self) -> &[(Duration, String)] {
        &self.markers
    }

    /// What is wrong with the file, in a sentence; `None` if it is whole.
    pub fn fault(&self) -> Option<String> {
        let first = self.first_fault.as_ref()?;
        Some(match self.faults {
            1 => format!("{first}; it is not played"),
            faults => format!("{first}; {faults} lines are not played"),
        })
    }
}

fn parse_header(text: &[u8], end: usize) -> Result<Header, CastError> {
    let fail = |reason: &str| CastError::new(1, reason);
    let line = text.get(..end.min(MAX_HEADER_BYTES)).unwrap_or_default();
    let wire: WireHeader = match serde_json::from_slice(line) {
        Ok(wire) => wire,
        Err(error) => {
            // Version 1 may be written over several lines.
            let version = serde_json::from_slice::<WireVersion>(text).map_or(0, |it| it.version);
            return Err(if version == 1 {
                unread_version(1)
            } else {
                fail(&format!("no asciicast header: {error}"))
            });
        }
    };
    let (version, columns, rows) = match (wire.version, wire.term, wire.width, wire.height) {
        (2, _, Some(width), Some(height)) => (CastVersion::V2, width, height),
        (2, ..) => return Err(fail("the header has no `width` and `height`")),
        (3, Some(term), ..) => (CastVersion::V3, term.cols, term.rows),
        (3, ..) => return Err(fail("the header has no `term`")),
        (other, ..) => return Err(unread_version(other)),
    };
    let limit = wire.idle_time_limit.filter(|limit| *limit > 0.0);
    Ok(Header {
        version,
        size: size(columns, rows).map_err(|reason| fail(&reason))?,
        #[expect(clippy::cast_possible_truncation, reason = "a time, which saturates")]
        timestamp: wire.timestamp.map(|it| it as i64),
        title: wire.title.map(|title| label(&title)),
        idle_limit: limit.and_then(|limit| Duration::try_from_secs_f64(limit).ok()),
    })
}

fn unread_version(version: u64) -> CastError {
    let advice = if version == 1 { ": convert it with `asciinema convert`" } else { "" };
    CastError::new(1, format!("asciicast version {version} is not read, versions 2 and 3 are{advice}"))
}

fn size(columns: u64, rows: u64) -> Result<Size, String> {
    let (Ok(columns @ 1..), Ok(rows @ 1..)) = (u16::try_from(columns), u16::try_from(rows)) else {
        return Err(format!("a screen of {columns}x{rows} is not played"));
    };
    if columns > MAX_SIZE.columns || rows > MAX_SIZE.rows {
        let Size { columns: most_columns, rows: most_rows } = MAX_SIZE;
        return Err(format!(
            "a screen of {columns}x{rows}, and at most {most_columns}x{most_rows} is played"
        ));
    }
    Ok(Size { columns, rows })
}

/// The line that begins here, without its end.
fn line_at(text: &[u8], start: usize) -> Option<&[u8]> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
}

/// The event of a line with its time as it is written, and the event itself if it is of a kind that is played.
fn parse_event(line: &[u8]) -> Result<(f64, Option<EventKind>), String> {
    let wire: WireEvent<'_> =
        serde_json::from_slice(line).map_err(|_| "expected `[time, \"code\", \"data\"]`".to_owned())?;
    let WireEvent(time, code, data) = wire;
    let kind = match code.as_str() {
        "o" => EventKind::Output(text(data)?),
        "m" => EventKind::Marker(label(&text(data)?)),
        "r" => {
            let text = text(data)?;
            let numbers = text.split_once('x').and_then(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)));
            let (columns, rows) = numbers.ok_or("expected a size as `80x24`")?;
            EventKind::Resize(size(columns, rows)?)
        }
        "x" => EventKind::Exit(text(data)?.parse().map_err(|_| "expected an exit status")?),
        _ => return Ok((time, None)),
    };
    Ok((time, Some(kind)))
}

fn text(data: &RawValue) -> Result<String, String> {
    serde_json::from_str(data.get()).map_err(|_| "expected the data as a text".to_owned())
}

/// A text for the border, without what could act on a terminal.
fn label(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_LABEL_LETTERS).collect()
}
