//! Output on its way to a file: bytes to text, and secrets out of the text, whatever events divide.

use std::collections::VecDeque;
use std::time::Duration;

use qdeck_model::{SECRET_MASK, find_secrets};
use qdeck_terminal::Encoding;

/// Bytes to UTF-8, cut anywhere. In UTF-8 what does not belong to a character becomes U+FFFD.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// The beginning of a character whose end has not come.
    carried: Vec<u8>,
}

impl Decoder {
    /// The text so far; the beginning of a character at the end is kept for the next call.
    pub fn decode(&mut self, bytes: &[u8], encoding: Encoding) -> String {
        if encoding != Encoding::Utf8 {
            return self.finish().unwrap_or_default() + &decode_single(bytes, encoding);
        }
        let joined;
        let bytes = if self.carried.is_empty() {
            bytes
        } else {
            self.carried.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.carried);
            &joined
        };
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            let is_last = invalid.as_ptr_range().end == bytes.as_ptr_range().end;
            if is_last && is_beginning(invalid) {
                self.carried = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }

    /// The text of what is kept, at the end.
    pub fn finish(&mut self) -> Option<String> {
        let carried = std::mem::take(&mut self.carried);
        (!carried.is_empty()).then(|| char::REPLACEMENT_CHARACTER.to_string())
    }
}

/// Decodes an encoding of a byte a character. Its C1 controls become the escape sequences that mean the same.
fn decode_single(bytes: &[u8], encoding: Encoding) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match encoding.upper_char(*byte).filter(|_| !byte.is_ascii()) {
            Some(c1 @ '\u{80}'..='\u{9f}') => text.extend(['\x1b', char::from(c1 as u8 - 0x40)]),
            Some(upper) => text.push(upper),
            None => text.push(char::from(*byte)),
        }
    }
    text
}

/// Whether bytes that are no character may become one.
fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Output with its times, out of which secrets are taken. A text that may be the beginning of one waits for what follows.
#[derive(Debug, Default)]
pub(super) struct Redactor {
    /// The text that waits.
    waiting: String,
    /// The times of its parts, each with its bytes.
    parts: VecDeque<(Duration, usize)>,
}

impl Redactor {
    /// Adds output; returns what has been decided, with the time of each part.
    pub fn push(&mut self, at: Duration, text: &str) -> Vec<(Duration, String)> {
        self.waiting.push_str(text);
        self.parts.push_back((at, text.len()));
        let found = find_secrets(&self.waiting, true);
        self.take(&found.secrets, found.decided)
    }

    /// What has waited, at the end.
    pub fn finish(&mut self) -> Vec<(Duration, String)> {
        let found = find_secrets(&self.waiting, false);
        self.take(&found.secrets, found.decided)
    }

    /// Takes the first `length` bytes, without the secrets in them. A secret's mask is in the part that it begins in.
    fn take(&mut self, secrets: &[std::ops::Range<usize>], length: usize) -> Vec<(Duration, String)> {
        let mut taken = Vec::new();
        let mut start = 0;
        let mut secrets = secrets.iter().peekable();
        while start < length {
            let Some((at, bytes)) = self.parts.pop_front() else { break };
            let end = (start + bytes).min(length);
            if start + bytes > length {
                self.parts.push_front((at, start + bytes - length));
            }
            let mut text = String::new();
            let mut copied = start;
            while let Some(secret) = secrets.peek().filter(|secret| secret.start < end) {
                if secret.start >= start {
                    text.push_str(self.waiting.get(copied..secret.start).unwrap_or_default());
                    text.push_str(SECRET_MASK);
                }
                copied = secret.end.min(end);
                if secret.end > end {
                    break;
                }
                secrets.next();
            }
            text.push_str(self.waiting.get(copied..end).unwrap_or_default());
            if !text.is_empty() {
                taken.push((at, text));
            }
            start = end;
        }
        self.waiting.drain(..length.min(self.waiting.len()));
        taken
    }
}
