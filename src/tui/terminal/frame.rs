//! A writer that holds a whole frame and hands it over in one write.

use std::io::{self, Write};

/// Begins a frame that the terminal shows at once when it ends (DEC private mode 2026); others ignore it.
pub(super) const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
/// Ends it.
pub(super) const END_FRAME: &[u8] = b"\x1b[?2026l";

/// Room kept for a frame; a full repaint of 250x60 takes about half.
const FRAME_CAPACITY_BYTES: usize = 64 * 1024;

/// Gathers what is written and gives it to `out` only when it is flushed.
pub(super) struct FrameWriter<W> {
    out: W,
    gathered: Vec<u8>,
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, gathered: Vec::with_capacity(FRAME_CAPACITY_BYTES) }
    }

    /// The bytes of the frame so far, to write more behind them.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.gathered
    }
}

impl<W: Write> Write for FrameWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Writes the gathered bytes, if there are any, as one synchronised frame.
    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.gathered.splice(0..0, BEGIN_FRAME.iter().copied());
        self.gathered.extend_from_slice(END_FRAME);
        let result = self.out.write_all(&self.gathered).and_then(|()| self.out.flush());
        self.gathered.clear();
        self.gathered.shrink_to(FRAME_CAPACITY_BYTES);
        result
    }
}
