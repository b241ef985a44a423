//! A table of the file, read field by field. A mistake is noted and reading goes on, so that one run reports all.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Notes;
use qdeck_model::Bytes;

/// A value with the bytes it was written at.
#[derive(Debug, Clone)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// One table.
pub(crate) struct Section<'a, 's> {
    table: &'a DeTable<'s>,
    /// The place where it is named: what is missing is reported there.
    pub(crate) span: Range<usize>,
}

impl<'a, 's> Section<'a, 's> {
    pub(crate) const fn new(table: &'a DeTable<'s>, span: Range<usize>) -> Self {
        Self { table, span }
    }

    /// Key and value in the order of the file.
    pub(crate) fn entries(&self) -> Vec<(Located<&'a str>, &'a Spanned<DeValue<'s>>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                let key = Located { value: key.get_ref().as_ref(), span: key.span() };
                (key, value)
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    /// The value of a key and where the key is.
    pub(crate) fn entry(&self, key: &str) -> Option<(Range<usize>, &'a Spanned<DeValue<'s>>)> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(name, value)| (name.span(), value))
    }

    /// Notes every key that is not among the known ones.
    pub(crate) fn only(&self, known: &[&str], place: &str, notes: &mut Notes<'_>) {
        for (key, _) in self.entries() {
            note_unknown(&key, known, place, notes);
        }
    }

    pub(crate) fn string(&self, key: &str, example: &str, notes: &mut Notes<'_>) -> Option<Located<&'a str>> {
        let (_, value) = self.entry(key)?;
        let span = value.span();
        if let DeValue::String(text) = value.get_ref() {
            return Some(Located { value: text.as_ref(), span });
        }
        wrong_type(notes, span, key, value.get_ref(), &format!("a string such as \"{example}\""));
        None
    }

    pub(crate) fn boolean(&self, key: &str, notes: &mut Notes<'_>) -> Option<bool> {
        let (_, value) = self.entry(key)?;
        if let DeValue::Boolean(found) = value.get_ref() {
            return Some(*found);
        }
        wrong_type(notes, value.span(), key, value.get_ref(), "true or false, without quotes");
        None
    }

    pub(crate) fn count(&self, key: &str, range: Range<usize>, notes: &mut Notes<'_>) -> Option<usize> {
        let (_, value) = self.entry(key)?;
        let wanted = format!("a whole number from {} to {}", range.start, range.end - 1);
        let DeValue::Integer(found) = value.get_ref() else {
            wrong_type(notes, value.span(), key, value.get_ref(), &wanted);
            return None;
        };
        let number = usize::from_str_radix(found.as_str(), found.radix()).ok();
        let fits = number.filter(|number| range.contains(number));
        if fits.is_none() {
            notes
                .add(value.span(), format!("`{key}` is out of range"))
                .expected(format!("expected {wanted}"));
        }
        fits
    }

    /// A duration such as `"5s"`.
    pub(crate) fn duration(
        &self,
        key: &str,
        range: Range<Duration>,
        notes: &mut Notes<'_>,
    ) -> Option<Duration> {
        let (_, value) = self.entry(key)?;
        let wanted =
            format!("a duration such as \"2m\", from {} to {}", written(range.start), written(range.end));
        let DeValue::String(text) = value.get_ref() else {
            wrong_type(notes, value.span(), key, value.get_ref(), &wanted);
            return None;
        };
        let fits = duration(text).filter(|found| (range.start..=range.end).contains(found));
        if fits.is_none() {
            notes
                .add(value.span(), format!("`{key}` is not a valid duration"))
                .expected(format!("expected {wanted}"));
        }
        fits
    }

    /// A size such as `"32MiB"`, or a number of bytes.
    pub(crate) fn size(&self, key: &str, range: Range<u64>, notes: &mut Notes<'_>) -> Option<Bytes> {
        let (_, value) = self.entry(key)?;
        let wanted = format!("a size such as \"32MiB\", from {} to {}", Bytes(range.start), Bytes(range.end));
        let found = match value.get_ref() {
            DeValue::String(text) => size(text),
            number @ DeValue::Integer(_) => whole_number(number),
            other => {
                wrong_type(notes, value.span(), key, other, &wanted);
                return None;
            }
        };
        let fits = found.filter(|found| (range.start..=range.end).contains(found));
        if fits.is_none() {
            notes
                .add(value.span(), format!("`{key}` is not a valid size"))
                .expected(format!("expected {wanted}"));
        }
        fits.map(Bytes)
    }

    /// A list of words, none of them empty.
    pub(crate) fn words(&self, key: &str, example: &str, notes: &mut Notes<'_>) -> Vec<String> {
        let Some((_, value)) = self.entry(key) else {
            return Vec::new();
        };
        let words: Option<Vec<String>> = match value.get_ref() {
            DeValue::Array(list) => list
                .iter()
                .map(|word| match word.get_ref() {
                    DeValue::String(word) if !word.is_empty() => Some(word.to_string()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        if words.is_none() {
            let wanted = format!("a list of words such as [\"{example}\"]");
            wrong_type(notes, value.span(), key, value.get_ref(), &wanted);
        }
        words.unwrap_or_default()
    }

    pub(crate) fn table(&self, key: &str, notes: &mut Notes<'_>) -> Option<Section<'a, 's>> {
        let (span, value) = self.entry(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Section::new(table, span));
        }
        wrong_type(notes, value.span(), key, value.get_ref(), &format!("a table: [{key}]"));
        None
    }
}

/// Notes a key that is not among the known ones.
pub(crate) fn note_unknown(key: &Located<&str>, known: &[&str], place: &str, notes: &mut Notes<'_>) {
    if !known.contains(&key.value) {
        notes
            .add(key.span.clone(), format!("{place} has no key `{}`", key.value))
            .expected(format!("known keys: {}", known.join(", ")))
            .nearest(key.value, known);
    }
}

/// Notes that a table lacks a key.
pub(crate) fn missing(section: &Section<'_, '_>, notes: &mut Notes<'_>, key: &str, expected: &str) {
    notes.add(section.span.clone(), format!("`{key}` is missing")).expected(format!("expected {expected}"));
}

/// The number, if the value is a whole one that is not negative.
pub(crate) fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    match value {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

/// Notes a value of the wrong type.
pub(crate) fn wrong_type(
    notes: &mut Notes<'_>,
    span: Range<usize>,
    key: &str,
    found: &DeValue<'_>,
    wanted: &str,
) {
    notes.add(span, format!("`{key}` is {}", type_word(found))).expected(format!("expected {wanted}"));
}

/// The name of a value's type, with its article.
pub(crate) const fn type_word(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Reads `500ms`, `5s`, `2m`, `1h`.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let milliseconds = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.checked_mul(milliseconds)?))
}

/// A duration of whole seconds as it is written in the file, in the largest unit that it is a multiple of.
fn written(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Reads `64KiB`, `32MiB`, `1GiB`, `500` (bytes).
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let unit: u64 = match text[digits..].trim() {
        "" | "B" => 1,
        "KiB" | "K" => 1 << 10,
        "MiB" | "M" => 1 << 20,
        "GiB" | "G" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_and_nonsense_is_not() {
        assert_eq!(duration("5s"), Some(Duration::from_secs(5)));
        assert_eq!(duration("500 ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Some(Duration::from_secs(120)));
        for wrong in ["", "5", "s", "-5s", "5d", "99999999999999999999s", "99999999999999999h"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        for text in ["1s", "90s", "5m", "1h", "24h"] {
            assert_eq!(duration(text).map(written).as_deref(), Some(text));
        }
        assert_eq!(size("32MiB"), Some(32 << 20));
        assert_eq!(size("500"), Some(500));
        for wrong in ["", "MiB", "1.5MiB", "32MB2", "99999999999999GiB"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }
}
