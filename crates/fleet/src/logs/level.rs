//! Reads off a line's text how much it matters.

use memchr::memmem;

use qdeck_model::LogLevel;

/// Bytes at the beginning of a line in which a level is searched for.
const LEVEL_SEARCH_BYTES: usize = 160;

/// The level in a line: `"level":"warn"` of JSON, `level=warn` of logfmt, klog's `E1121 `, or a level's word that
/// is in capitals, in brackets, or before a colon. `None` where there is none; a word inside a sentence is none.
pub fn level_of(text: &str) -> Option<LogLevel> {
    let bytes = text.as_bytes();
    let head = &bytes[..bytes.len().min(LEVEL_SEARCH_BYTES)];
    if head.first() == Some(&b'{') {
        // A JSON line may carry its level anywhere.
        return json(&bytes[..bytes.len().min(4096)]);
    }
    klog(head).or_else(|| words(head))
}

fn json(bytes: &[u8]) -> Option<LogLevel> {
    [&b"\"level\""[..], b"\"severity\"", b"\"lvl\"", b"\"log.level\""].iter().find_map(|name| {
        let after = &bytes[memmem::find(bytes, name)? + name.len()..];
        let value = after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        if let Some(word) = value.strip_prefix(b"\"") {
            return level(word.split(|byte| *byte == b'"').next()?);
        }
        // Bunyan and pino write numbers: 10 trace to 60 fatal.
        match value.split(|byte| !byte.is_ascii_digit()).next()? {
            b"10" => Some(LogLevel::Trace),
            b"20" => Some(LogLevel::Debug),
            b"30" => Some(LogLevel::Info),
            b"40" => Some(LogLevel::Warn),
            b"50" | b"60" => Some(LogLevel::Error),
            _ => None,
        }
    })
}

/// klog: a letter, four digits of month and day, a space.
fn klog(head: &[u8]) -> Option<LogLevel> {
    let [letter, a, b, c, d, b' ', ..] = head else {
        return None;
    };
    if ![a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match letter {
        b'D' => Some(LogLevel::Debug),
        b'I' => Some(LogLevel::Info),
        b'W' => Some(LogLevel::Warn),
        b'E' | b'F' => Some(LogLevel::Error),
        _ => None,
    }
}

fn words(head: &[u8]) -> Option<LogLevel> {
    let mut start = 0;
    while start < head.len() {
        if !head[start].is_ascii_alphabetic() {
            start += 1;
            continue;
        }
        let length = head[start..].iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let end = length.map_or(head.len(), |length| start + length);
        let word = &head[start..end];
        if let Some(level) = level(word) {
            let before = start.checked_sub(1).map(|at| head[at]);
            let after = head.get(end).copied();
            // An escape sequence's last letter touches the word it colours.
            let capitals = word.iter().all(u8::is_ascii_uppercase);
            let bracketed =
                matches!(before, Some(b'[' | b'(' | b'<')) && matches!(after, Some(b']' | b')' | b'>'));
            let headed = after == Some(b':') && word.len() > 1;
            let assigned = before == Some(b'=') || (before == Some(b'"') && head[..start].ends_with(b"=\""));
            if capitals || bracketed || headed || assigned {
                return Some(level);
            }
        } else if word.first() == Some(&b'm') && start > 0 && head[start - 1].is_ascii_digit() {
            // `ESC[31mERROR`: the word begins after the sequence.
            start += 1;
            continue;
        }
        start = end;
    }
    None
}

fn level(word: &[u8]) -> Option<LogLevel> {
    const WORDS: [(&[u8], LogLevel); 19] = [
        (b"info", LogLevel::Info),
        (b"warn", LogLevel::Warn),
        (b"error", LogLevel::Error),
        (b"debug", LogLevel::Debug),
        (b"warning", LogLevel::Warn),
        (b"err", LogLevel::Error),
        (b"trace", LogLevel::Trace),
        (b"fatal", LogLevel::Error),
        (b"panic", LogLevel::Error),
        (b"critical", LogLevel::Error),
        (b"notice", LogLevel::Info),
        (b"crit", LogLevel::Error),
        (b"alert", LogLevel::Error),
        (b"emerg", LogLevel::Error),
        (b"emergency", LogLevel::Error),
        (b"severe", LogLevel::Error),
        (b"verbose", LogLevel::Debug),
        (b"information", LogLevel::Info),
        (b"wrn", LogLevel::Warn),
    ];
    WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, level)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_programs_write_them() {
        use LogLevel::{Debug, Error, Info, Trace, Warn};
        for (text, level) in [
            ("2026-11-21 INFO started", Some(Info)),
            ("[warn] low disk", Some(Warn)),
            ("error: no such file", Some(Error)),
            ("ERROR", Some(Error)),
            ("time=12 level=debug msg=x", Some(Debug)),
            ("time=12 level=\"warning\" msg=x", Some(Warn)),
            (r#"{"time":1,"level" : "fatal","msg":"INFO"}"#, Some(Error)),
            (r#"{"severity":"NOTICE"}"#, Some(Info)),
            (r#"{"level":20}"#, Some(Debug)),
            (r#"{"msg":"error"}"#, None),
            ("E1121 03:04:05.000 1 main.go:1] x", Some(Error)),
            ("W1121 03:04:05.000 1 main.go:1] x", Some(Warn)),
            ("\u{1b}[31mERROR\u{1b}[0m it broke", Some(Error)),
            ("TRACE wire", Some(Trace)),
            ("no error was found here", None),
            ("the INFORMATION desk", Some(Info)),
            ("E1121", None),
            ("", None),
            ("GET /error HTTP/1.1", None),
            ("ünïcode ERROR", Some(Error)),
        ] {
            assert_eq!(level_of(text), level, "{text}");
        }
    }
}
