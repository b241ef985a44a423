//! The thread that writes a recording: lines are whole on the disk within a second, whatever ends the program.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::file::Sink;
use super::format::{Event, EventKind, Header, Lines};
use super::recorder::Shared;
use super::text::{Decoder, Redactor};
use crate::Size;
use qdeck_terminal::Encoding;

/// Time for which a line waits for others before it is written.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);
/// Bytes of lines that are written without waiting.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// What the session recorded, on its way to the thread.
#[derive(Debug)]
pub(super) enum Message {
    Output(Bytes, Encoding),
    /// Output of our own: the screen as it is.
    Redraw(String),
    Marker(String),
    Resize(Size),
    Exit(i32),
}

/// Lines on their way to a file.
pub(super) struct CastWriter<S> {
    sink: S,
    lines: Lines,
    decoder: Decoder,
    redactor: Redactor,
    buffer: Vec<u8>,
    /// Bytes in the file.
    written: u64,
}

impl<S: Sink> CastWriter<S> {
    /// Begins with the header.
    pub fn new(sink: S, header: &Header) -> Self {
        Self {
            sink,
            lines: Lines::new(header.version),
            decoder: Decoder::default(),
            redactor: Redactor::default(),
            buffer: header.line().into_bytes(),
            written: 0,
        }
    }

    /// Adds what the session recorded at a time.
    pub fn add(&mut self, at: Duration, message: Message) {
        let kind = match message {
            Message::Output(bytes, encoding) => {
                let text = self.decoder.decode(&bytes, encoding);
                let parts = self.redactor.push(at, &text);
                return self.add_output(parts);
            }
            Message::Redraw(text) => {
                self.decide();
                let parts = self.redactor.push(at, &text);
                return self.add_output(parts);
            }
            Message::Marker(label) => EventKind::Marker(qdeck_model::redact(&label).into_owned()),
            Message::Resize(size) => EventKind::Resize(size),
            Message::Exit(status) => EventKind::Exit(status),
        };
        // What was output before this cannot go on after it.
        self.decide();
        self.add_event(&Event { at, kind });
    }

    /// Adds the output that waits for what follows it.
    pub fn decide(&mut self) {
        let parts = self.redactor.finish();
        self.add_output(parts);
    }

    /// Adds all that waits, at the end.
    pub fn finish(&mut self, at: Duration) {
        if let Some(text) = self.decoder.finish() {
            let parts = self.redactor.push(at, &text);
            self.add_output(parts);
        }
        self.decide();
    }

    fn add_output(&mut self, parts: Vec<(Duration, String)>) {
        for (at, text) in parts {
            self.add_event(&Event { at, kind: EventKind::Output(text) });
        }
    }

    fn add_event(&mut self, event: &Event) {
        self.buffer.extend_from_slice(self.lines.line(event).as_bytes());
    }

    /// Writes the lines so far. After a failure the file is cut to its whole lines.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut done = 0;
        let result = loop {
            let Some(rest) = self.buffer.get(done..).filter(|rest| !rest.is_empty()) else { break Ok(()) };
            match self.sink.write(rest) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(bytes) => done += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        if result.is_err() {
            let whole =
                self.buffer.get(..done).and_then(|it| memchr::memrchr(b'\n', it)).map_or(0, |at| at + 1);
            // What cannot be cut ends in the middle of a line, which readers skip.
            let _ = self.sink.cut(self.written + whole as u64);
        }
        self.written += done as u64;
        self.buffer.clear();
        result
    }
}

/// Writes what the session records until it ends, or the first failure.
pub(super) fn run<S: Sink>(
    mut writer: CastWriter<S>,
    messages: &Receiver<(Duration, Message)>,
    shared: &Shared,
) -> io::Result<()> {
    writer.flush()?;
    let mut flushed_at = Instant::now();
    let mut last = Duration::ZERO;
    loop {
        match messages.recv_timeout(FLUSH_INTERVAL.saturating_sub(flushed_at.elapsed())) {
            Ok((at, message)) => {
                shared.dequeue(&message);
                writer.add(at, message);
                last = at;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                writer.finish(last);
                return writer.flush();
            }
        }
        if writer.buffer.len() >= MAX_BUFFER_BYTES || flushed_at.elapsed() >= FLUSH_INTERVAL {
            writer.flush()?;
            flushed_at = Instant::now();
        }
    }
}
