//! Plain lines, whatever way their bytes are cut.

use super::Event;

/// The most of an unfinished line that is shown.
const MAX_PARTIAL_BYTES: usize = 64 << 10;

/// Turns bytes into lines. A line feed ends a line; what follows a carriage return replaces the line so far, as a terminal
/// shows a bar that is drawn anew again and again.
#[derive(Debug)]
pub struct LineSplitter {
    limit: usize,
    line: Vec<u8>,
    dropped: u64,
    /// A carriage return came: the next byte begins the line anew.
    returned: bool,
}

impl LineSplitter {
    /// A splitter that keeps `limit` bytes of a line at most.
    pub const fn new(limit: usize) -> Self {
        Self { limit, line: Vec::new(), dropped: 0, returned: false }
    }

    /// Takes bytes and gives the lines that they complete.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Event> {
        let mut lines = Vec::new();
        while let Some(end) = memchr::memchr2(b'\n', b'\r', bytes) {
            self.keep(&bytes[..end]);
            if bytes[end] == b'\r' {
                self.returned = true;
            } else {
                lines.push(self.take());
            }
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
        lines
    }

    /// The line that is still being sent, as far as it has come; `None` where there is nothing of it.
    pub fn partial(&self) -> Option<String> {
        let shown = &self.line[..self.line.len().min(MAX_PARTIAL_BYTES)];
        (!shown.is_empty()).then(|| String::from_utf8_lossy(shown).into_owned())
    }

    /// The end of the bytes: what there is of a line is a line.
    pub fn finish(&mut self) -> Option<Event> {
        (!self.line.is_empty()).then(|| self.take())
    }

    /// Counts bytes of the line that were left out before they came here.
    pub(super) const fn leave_out(&mut self, bytes: u64) {
        self.dropped += bytes;
    }

    /// Bytes of memory it holds.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.line.capacity()
    }

    fn keep(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if std::mem::take(&mut self.returned) {
            self.line.clear();
            self.dropped = 0;
        }
        let kept = bytes.len().min(self.limit.saturating_sub(self.line.len()));
        self.line.extend_from_slice(&bytes[..kept]);
        self.dropped += (bytes.len() - kept) as u64;
    }

    fn take(&mut self) -> Event {
        self.returned = false;
        let data = String::from_utf8_lossy(&self.line).into_owned();
        // The next line reuses the buffer, unless a huge line has grown it.
        if self.line.capacity() <= MAX_PARTIAL_BYTES {
            self.line.clear();
        } else {
            self.line = Vec::new();
        }
        Event { name: String::new(), data, dropped: std::mem::take(&mut self.dropped) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> (Vec<String>, Option<String>) {
        let mut splitter = LineSplitter::new(1 << 20);
        let lines = splitter.feed(bytes).into_iter().map(|line| line.data).collect();
        (lines, splitter.partial())
    }

    #[test]
    fn a_bar_drawn_with_carriage_returns_is_one_line_that_changes() {
        let bar: Vec<u8> = (0..=100).flat_map(|n| format!("\rdownloading {n}%").into_bytes()).collect();
        assert_eq!(lines(&bar), (vec![], Some("downloading 100%".to_owned())));
        let ended = [&bar[..], b"\r\nnext\n"].concat();
        assert_eq!(lines(&ended), (vec!["downloading 100%".to_owned(), "next".to_owned()], None));
        assert_eq!(lines(b"many\r\r\r\n\r\nxx\ryy\rzz\n").0, ["many", "", "zz"]);
    }

    #[test]
    fn a_line_without_its_end_is_there_at_once() {
        let mut splitter = LineSplitter::new(100);
        assert!(splitter.feed(b"Continue? ").is_empty());
        assert_eq!(splitter.partial().as_deref(), Some("Continue? "));
        splitter.feed(b"[y/N] ");
        assert_eq!(splitter.partial().as_deref(), Some("Continue? [y/N] "));
        assert_eq!(splitter.finish().unwrap().data, "Continue? [y/N] ");
        assert_eq!((splitter.partial(), splitter.finish()), (None, None));
    }

    #[test]
    fn a_bar_of_a_day_takes_no_more_memory_than_one_line() {
        let mut splitter = LineSplitter::new(1 << 20);
        for n in 0..100_000 {
            assert!(splitter.feed(format!("\rstep {n} of many").as_bytes()).is_empty());
            assert!(splitter.held() < 1000);
        }
    }
}
