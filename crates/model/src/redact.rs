//! Secrets taken out of text that others made: a server that repeats the token it refuses, a log that prints it. Every way
//! in which such texts write a secret is found: as it is, escaped as in JSON, in an address or in HTML, any of these twice,
//! and within base64, as `user:password` is sent.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use parking_lot::RwLock;

use crate::Secret;

/// Drawn in the place of a secret.
const DOTS: &str = "••••";

/// Shorter values would blank out unrelated text, and are not secrets worth protecting.
const MIN_SECRET_BYTES: usize = 4;

/// Shorter values have too few letters of base64 of their own.
const MIN_BASE64_BYTES: usize = 6;

/// The most secrets of the process: those of its contexts and the latest tokens that these were exchanged for.
const MAX_KNOWN: usize = 256;

/// The bytes with which a letter begins that is written in another way than as itself.
const ESCAPES: [u8; 4] = [b'\\', b'%', b'&', b'+'];

/// The secrets of the process.
static KNOWN: RwLock<Patterns> = RwLock::new(Patterns::new());

/// Makes a secret known, so that [`redact`] takes it out of every text from now on.
pub fn hide(secret: &Secret) {
    if KNOWN.read().has(secret) {
        return;
    }
    let patterns = Pattern::of(secret);
    let mut known = KNOWN.write();
    if known.has(secret) {
        return;
    }
    let mut all = std::mem::take(&mut known.all);
    all.extend(patterns);
    let excess = all.len().saturating_sub(MAX_KNOWN * Pattern::MAX_OF_SECRET);
    all.drain(..excess);
    *known = Patterns::from(all);
}

/// The text without any secret of the process. Cheap for short texts: the cells of a table pass here in every frame.
pub fn redact(text: &str) -> Cow<'_, str> {
    replace(text, &KNOWN.read())
}

/// The text without any secret of the process, nor any of these.
pub fn redact_with<'t>(text: &'t str, secrets: &[Secret]) -> Cow<'t, str> {
    let patterns = Patterns::from(secrets.iter().flat_map(Pattern::of).collect::<Vec<_>>());
    match replace(text, &patterns) {
        Cow::Borrowed(text) => redact(text),
        Cow::Owned(text) => Cow::Owned(redact(&text).into_owned()),
    }
}

/// The texts to look for, and the marks by which most texts are seen at once to hold none of them.
struct Patterns {
    all: Vec<Pattern>,
    /// True for each byte that one of them may begin with.
    starts: [bool; 256],
    /// Bytes of the shortest: no way of writing one is shorter.
    shortest: usize,
}

impl Patterns {
    const fn new() -> Self {
        Self { all: Vec::new(), starts: [false; 256], shortest: usize::MAX }
    }

    fn has(&self, secret: &Secret) -> bool {
        self.all.iter().any(|it| it.text.expose() == secret.expose())
    }
}

impl From<Vec<Pattern>> for Patterns {
    fn from(all: Vec<Pattern>) -> Self {
        let mut starts = [false; 256];
        for first in all.iter().filter_map(Pattern::first) {
            starts[usize::from(first)] = true;
        }
        for escape in ESCAPES {
            starts[usize::from(escape)] = true;
        }
        let shortest = all.iter().map(|it| it.text.expose().len()).min().unwrap_or(usize::MAX);
        Self { all, starts, shortest }
    }
}

/// A text to look for: a secret, or what it is within base64.
struct Pattern {
    text: Secret,
    /// The letters of base64 around it belong to it.
    is_base64: bool,
}

impl Pattern {
    /// The most patterns of a secret: itself, and three positions within base64 in two alphabets.
    const MAX_OF_SECRET: usize = 7;

    fn of(secret: &Secret) -> Vec<Self> {
        let value = secret.expose();
        if value.len() < MIN_SECRET_BYTES {
            return Vec::new();
        }
        let mut patterns = vec![Self { text: secret.clone(), is_base64: false }];
        if value.len() >= MIN_BASE64_BYTES {
            for at in 0..3 {
                let plain = base64_within(value.as_bytes(), at);
                let url = plain.replace('+', "-").replace('/', "_");
                if url != plain {
                    patterns.push(Self { text: Secret::new(url), is_base64: true });
                }
                patterns.push(Self { text: Secret::new(plain), is_base64: true });
            }
        }
        patterns
    }

    /// The byte that it begins with where that is not escaped.
    fn first(&self) -> Option<u8> {
        self.text.expose().bytes().next()
    }

    /// The part of `text` that the pattern takes at `at`, if it does.
    fn matched(&self, text: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
        let value = self.text.expose();
        let mut end = at;
        if text.get(at..)?.starts_with(value.as_bytes()) {
            end += value.len();
        } else {
            for letter in value.chars() {
                end = letter_end(text, end, letter)?;
            }
        }
        if !self.is_base64 {
            return Some(at..end);
        }
        let before = text.get(..at)?.iter().rev().take_while(|byte| is_base64(**byte)).count();
        let after = text.get(end..)?.iter().take_while(|byte| is_base64(**byte) || **byte == b'=').count();
        Some(at - before..end + after)
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn replace<'t>(text: &'t str, patterns: &Patterns) -> Cow<'t, str> {
    if text.len() < patterns.shortest {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let may_begin = |pattern: &&Pattern| pattern.first() == Some(*byte) || ESCAPES.contains(byte);
        let here = || patterns.all.iter().filter(may_begin).filter_map(|pattern| pattern.matched(bytes, at));
        let found = patterns.starts[usize::from(*byte)].then(|| here().max_by_key(|it| it.end)).flatten();
        let Some(found) = found else {
            at += 1;
            continue;
        };
        // The text before it may be shown already as a part of the match before.
        out.push_str(text.get(copied..found.start.max(copied)).unwrap_or_default());
        out.push_str(DOTS);
        copied = found.end;
        at = found.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The end of a letter at `at`, in whatever way it is written there.
fn letter_end(text: &[u8], at: usize, letter: char) -> Option<usize> {
    let rest = text.get(at..)?;
    let mut buffer = [0; 4];
    let plain = letter.encode_utf8(&mut buffer).as_bytes();
    let escaped = match rest.first()? {
        b'\\' => backslashes(rest, letter),
        b'%' => percent(rest, plain),
        b'&' => entity(rest, letter),
        b'+' if letter == ' ' => Some(1),
        _ => None,
    };
    escaped.or_else(|| rest.starts_with(plain).then_some(plain.len())).map(|length| at + length)
}

/// The length of a letter after any number of backslashes, as JSON within JSON has them.
fn backslashes(text: &[u8], letter: char) -> Option<usize> {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    let escaped = text.get(slashes..)?;
    if letter == '\\' {
        return Some(slashes + unicode_escape(escaped, letter).unwrap_or_default());
    }
    let mut buffer = [0; 4];
    let plain = letter.encode_utf8(&mut buffer).as_bytes();
    let length =
        unicode_escape(escaped, letter).or_else(|| escaped.starts_with(plain).then_some(plain.len()))?;
    Some(slashes + length)
}

/// The length of `uXXXX`, twice where a letter takes two.
fn unicode_escape(text: &[u8], letter: char) -> Option<usize> {
    let mut units = [0; 2];
    let mut length = 0;
    for (number, unit) in letter.encode_utf16(&mut units).iter().enumerate() {
        let mut rest = text.get(length..)?;
        if number > 0 {
            let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
            rest = rest.get(slashes..)?;
            length += slashes;
        }
        let digits = std::str::from_utf8(rest.strip_prefix(b"u")?.get(..4)?).ok()?;
        if u16::from_str_radix(digits, 16).ok()? != *unit {
            return None;
        }
        length += 5;
    }
    Some(length)
}

/// The length of `%XX` for each byte; the percent sign itself may be written so, any number of times.
fn percent(text: &[u8], bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    for byte in bytes {
        let mut rest = text.get(length..)?.strip_prefix(b"%")?;
        length += 1;
        while rest.starts_with(b"25") && (*byte != b'%' || rest.get(2..)?.starts_with(b"25")) {
            rest = rest.get(2..)?;
            length += 2;
        }
        let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
        if u8::from_str_radix(digits, 16).ok()? != *byte {
            return None;
        }
        length += 2;
    }
    Some(length)
}

/// The length of `&amp;`, `&#38;` or `&#x26;`.
fn entity(text: &[u8], letter: char) -> Option<usize> {
    /// No name or number is longer.
    const MAX_ENTITY_BYTES: usize = 12;
    let end = text.iter().take(MAX_ENTITY_BYTES).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(text.get(1..end)?).ok()?;
    let found = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        number => {
            let number = number.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)?
        }
    };
    (found == letter).then_some(end + 1)
}

/// The letters of base64 that only these bytes decide, when `before` bytes of a group of three come before them.
fn base64_within(bytes: &[u8], before: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| {
        let byte = bytes.get((at / 8).wrapping_sub(before)).copied().unwrap_or_default();
        usize::from(byte >> (7 - at % 8) & 1)
    };
    let (first, end) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
    let letter = |at: usize| (0..6).fold(0, |value, offset| value << 1 | bit(at * 6 + offset));
    (first..end).filter_map(|at| LETTERS.get(letter(at)).copied().map(char::from)).collect()
}
