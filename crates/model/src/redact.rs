//! Secrets taken out of text that others made: a server that repeats the token it refuses, a log that prints it. Every way
//! in which such texts write a secret is found: as it is, escaped as in JSON, in an address or in HTML, any of these twice,
//! and within base64, as `user:password` is sent.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::VecDeque;

use parking_lot::RwLock;

use crate::Secret;

/// Drawn in the place of a secret.
pub const SECRET_MASK: &str = "••••";

/// Shorter values would blank out unrelated text, and are not secrets worth protecting.
const MIN_SECRET_BYTES: usize = 4;

/// Shorter values have too few letters of base64 of their own.
const MIN_BASE64_BYTES: usize = 6;

/// The most secrets of the contexts that are known at a time; a command may give another one each time.
const MAX_SECRETS: usize = 256;

/// Longer beginnings of a secret are not waited for: it would be one of this many bytes, however it is written.
const MAX_UNDECIDED_BYTES: usize = 64 * 1024;

/// A letter that is written in another way is not longer, but for backslashes without number.
const MAX_ESCAPE_BYTES: usize = 24;

/// The most tokens that they were exchanged for; an older one is no longer valid.
const MAX_TOKENS: usize = 32;

/// The bytes with which a letter begins that is written in another way than as itself.
const ESCAPES: [u8; 4] = [b'\\', b'%', b'&', b'+'];

/// The secrets of the process.
static KNOWN: RwLock<Known> = RwLock::new(Known::new());

/// Makes a secret known, so that [`redact`] takes it out of every text from now on.
pub fn hide(secret: &Secret) {
    KNOWN.write().add(|known| (&mut known.secrets, MAX_SECRETS), secret);
}

/// The same for a token that a secret was exchanged for: of these only the latest are known.
pub fn hide_token(token: &Secret) {
    KNOWN.write().add(|known| (&mut known.tokens, MAX_TOKENS), token);
}

/// The text without any secret of the process. Cheap for short texts: the cells of a table pass here in every frame.
pub fn redact(text: &str) -> Cow<'_, str> {
    replace(text, &KNOWN.read().patterns)
}

/// The text without any secret of the process, nor any of these.
pub fn redact_with<'t>(text: &'t str, secrets: &[Secret]) -> Cow<'t, str> {
    match replace(text, &Patterns::of(secrets.iter())) {
        Cow::Borrowed(text) => redact(text),
        Cow::Owned(text) => Cow::Owned(redact(&text).into_owned()),
    }
}

/// The secrets in a text that more may follow.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FoundSecrets {
    /// The places of the secrets, in order.
    pub secrets: Vec<std::ops::Range<usize>>,
    /// The bytes that are decided: from there on the text may be the beginning of a secret.
    pub decided: usize,
}

/// Finds the secrets of the process in a text; if more may follow, in the part of it that is decided.
pub fn find_secrets(text: &str, more_follows: bool) -> FoundSecrets {
    find(text, more_follows, &KNOWN.read().patterns)
}

/// What the process keeps to itself, oldest first.
struct Known {
    secrets: VecDeque<Secret>,
    tokens: VecDeque<Secret>,
    patterns: Patterns,
}

impl Known {
    const fn new() -> Self {
        Self { secrets: VecDeque::new(), tokens: VecDeque::new(), patterns: Patterns::new() }
    }

    fn add(&mut self, list: impl FnOnce(&mut Self) -> (&mut VecDeque<Secret>, usize), secret: &Secret) {
        if self.secrets.iter().chain(&self.tokens).any(|it| it.expose() == secret.expose()) {
            return;
        }
        let (list, most) = list(self);
        list.push_back(secret.clone());
        list.drain(..list.len().saturating_sub(most));
        self.patterns = Patterns::of(self.secrets.iter().chain(&self.tokens));
    }
}

/// The texts to look for, by the byte they begin with.
struct Patterns {
    all: Vec<Pattern>,
    /// The place of the first that begins with a byte; those of the byte end where those of the next begin.
    starts: [usize; 257],
    /// Bytes of the shortest: no way of writing one is shorter.
    shortest: usize,
}

impl Patterns {
    const fn new() -> Self {
        Self { all: Vec::new(), starts: [0; 257], shortest: usize::MAX }
    }

    fn of<'s>(secrets: impl Iterator<Item = &'s Secret>) -> Self {
        let mut all: Vec<Pattern> = secrets.flat_map(Pattern::of).collect();
        all.sort_by_key(Pattern::first);
        let starts = std::array::from_fn(|byte| all.partition_point(|it| usize::from(it.first()) < byte));
        let shortest = all.iter().map(|it| it.text.expose().len()).min().unwrap_or(usize::MAX);
        Self { all, starts, shortest }
    }

    /// Those that a text with this byte may begin.
    fn beginning_with(&self, byte: u8) -> &[Pattern] {
        if ESCAPES.contains(&byte) {
            return &self.all;
        }
        let byte = usize::from(byte);
        self.all.get(self.starts[byte]..self.starts[byte + 1]).unwrap_or_default()
    }
}

/// A text to look for: a secret, or what it is within base64.
struct Pattern {
    text: Secret,
    /// The letters of base64 around it belong to it.
    is_base64: bool,
}

impl Pattern {
    /// The patterns of a secret: itself, and three positions within base64 in two alphabets.
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
    fn first(&self) -> u8 {
        self.text.expose().bytes().next().unwrap_or_default()
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

    /// Whether the text from `at` to its end may be the beginning of the pattern.
    fn may_begin(&self, text: &[u8], at: usize) -> bool {
        let mut end = at;
        for letter in self.text.expose().chars() {
            match letter_end(text, end, letter) {
                Some(next) => end = next,
                None => return may_be_cut(text.get(end..).unwrap_or_default()),
            }
        }
        false
    }
}

/// Whether a text may be the beginning of a letter that is written in another way, or is empty.
fn may_be_cut(rest: &[u8]) -> bool {
    let Some((first, rest)) = rest.split_first() else { return true };
    let goes_on = |allowed: fn(&u8) -> bool| rest.len() < MAX_ESCAPE_BYTES && rest.iter().all(allowed);
    match first {
        b'\\' => {
            let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
            slashes == rest.len()
                || (rest.get(slashes) == Some(&b'u')
                    && goes_on(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'\\' | b'u')))
        }
        b'%' => goes_on(|byte| byte.is_ascii_hexdigit() || *byte == b'%'),
        b'&' => goes_on(|byte| byte.is_ascii_alphanumeric() || *byte == b'#'),
        _ => false,
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
        let here = patterns.beginning_with(*byte).iter().filter_map(|pattern| pattern.matched(bytes, at));
        let found = here.max_by_key(|it| it.end);
        let Some(found) = found else {
            at += 1;
            continue;
        };
        // The text before it may be shown already as a part of the match before.
        out.push_str(text.get(copied..found.start.max(copied)).unwrap_or_default());
        out.push_str(SECRET_MASK);
        copied = found.end;
        at = found.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Finds what [`replace`] does, if more may follow up to where a secret may begin that the text does not have whole.
fn find(text: &str, more_follows: bool, patterns: &Patterns) -> FoundSecrets {
    let bytes = text.as_bytes();
    let mut result = FoundSecrets { secrets: Vec::new(), decided: bytes.len() };
    if patterns.all.is_empty() {
        return result;
    }
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let candidates = patterns.beginning_with(*byte);
        let found = candidates.iter().filter_map(|it| it.matched(bytes, at)).max_by_key(|it| it.end);
        if let Some(found) = found {
            result.secrets.push(found.start.max(copied)..found.end);
            copied = found.end;
            at = found.end;
        } else if more_follows
            && bytes.len() - at <= MAX_UNDECIDED_BYTES
            && text.is_char_boundary(at)
            && candidates.iter().any(|it| it.may_begin(bytes, at))
        {
            result.decided = at;
            break;
        } else {
            at += 1;
        }
    }
    result
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
