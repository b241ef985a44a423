//! Received bytes that are not used yet, and readers over them.

/// Received bytes that are not used yet. Every parser looks at them, and takes them only once it has all that it needs.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    /// Bytes at the start that are used.
    used: usize,
}

impl Input {
    /// Appends received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.used > 0 {
            self.bytes.drain(..self.used);
            self.used = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// All bytes that are there.
    pub fn available(&self) -> &[u8] {
        &self.bytes[self.used..]
    }

    /// Drops bytes from the start; at most those that are there.
    pub fn consume(&mut self, count: usize) {
        self.used = (self.used + count).min(self.bytes.len());
    }

    /// Takes so many bytes; `None` until they are all there.
    pub fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.used.checked_add(count)?;
        let bytes = self.bytes.get(self.used..end)?;
        self.used = end;
        Some(bytes)
    }

    /// Takes an array of bytes; `None` until they are all there.
    pub fn take_array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.available().first_chunk()?;
        self.used += N;
        Some(bytes)
    }

    /// Takes a number of four bytes.
    pub fn take_u32(&mut self) -> Option<u32> {
        self.take_array().map(u32::from_be_bytes)
    }

    /// A reader from the first byte on. What it has read is taken by [`Input::consume`] of its position.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self.available())
    }

    /// Bytes of memory that are in use, and no more than that is kept for long.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Reads numbers, most significant byte first, from bytes that may end too early.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes that were read.
    pub const fn position(&self) -> usize {
        self.position
    }

    /// The next bytes; `None` if they are not all there.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.position.checked_add(count)?;
        let bytes = self.bytes.get(self.position..end)?;
        self.position = end;
        Some(bytes)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.bytes.get(self.position..)?.first_chunk()?;
        self.position += N;
        Some(bytes)
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }
}
