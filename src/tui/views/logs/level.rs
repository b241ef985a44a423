//! Reads the level of a line off its text.

use std::ops::Range;

use crate::model::LogLevel;

/// Levels stand near the start of a line; further on the same words are prose.
const REACH: usize = 160;

/// The level a line states, and where. A word in capitals counts anywhere near the start; in small letters only
/// where it is set off as a level: `level=warn`, `"level":"warn"`, `[warn]`, `warn:` at the start.
pub(super) fn level(text: &str) -> Option<(LogLevel, Range<usize>)> {
    let bytes = text.as_bytes();
    let bytes = &bytes[..bytes.len().min(REACH)];
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let end = bytes[at..]
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
            .map_or(bytes.len(), |length| at + length);
        if let Some(level) = named(&bytes[at..end]) {
            let before = at.checked_sub(1).map(|before| bytes[before]);
            let after = bytes.get(end).copied();
            let capitals = bytes[at..end].iter().all(u8::is_ascii_uppercase);
            let set_off = matches!(before, Some(b'=' | b'"' | b'[' | b'<' | b'|'))
                || (before.is_none() && matches!(after, Some(b':' | b'[')));
            if capitals || set_off {
                return Some((level, at..end));
            }
        }
        at = end;
    }
    None
}

fn named(word: &[u8]) -> Option<LogLevel> {
    const WORDS: [(&str, LogLevel); 15] = [
        ("error", LogLevel::Error),
        ("err", LogLevel::Error),
        ("fatal", LogLevel::Error),
        ("panic", LogLevel::Error),
        ("critical", LogLevel::Error),
        ("crit", LogLevel::Error),
        ("emerg", LogLevel::Error),
        ("alert", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("warning", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("notice", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("dbg", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    WORDS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
        .map(|&(_, level)| level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_where_they_are_meant() {
        for (text, expected) in [
            ("2026-01-01T00:00:00Z ERROR disk full", Some(LogLevel::Error)),
            ("level=warn msg=x", Some(LogLevel::Warn)),
            (r#"{"ts":1,"level":"info"}"#, Some(LogLevel::Info)),
            ("[debug] x", Some(LogLevel::Debug)),
            ("error: no such file", Some(LogLevel::Error)),
            ("there was no error here", None),
            ("TERROR and INFORMATION", None),
            ("", None),
            ("日本 WARN x", Some(LogLevel::Warn)),
        ] {
            assert_eq!(level(text).map(|(level, _)| level), expected, "{text}");
        }
        assert!(level(&format!("{}ERROR", "x ".repeat(200))).is_none());
    }
}
