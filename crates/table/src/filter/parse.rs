//! Text to terms, with the place of every mistake.

use std::time::Duration;

use qdeck_model::Kind;

use super::letters::composed;
use super::matching::Word;
use super::{FilterError, Term, Test, Value, amount};
use crate::column::{Column, FilterKey, filter_words};

/// A regular expression may not compile to more than this, so that no typed pattern takes the memory.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Walks the text character by character.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The kind of all rows, where they are of one: it must have the columns.
    kind: Option<Kind>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&keep) {
            self.take();
        }
        &self.text[start..self.at]
    }

    fn take_if(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.take();
        }
        found
    }

    fn fail<T>(&self, at: usize, message: impl Into<String>) -> Result<T, FilterError> {
        Err(FilterError { at: at.min(self.text.len()), message: message.into() })
    }

    /// The text between the opening `delimiter`, already taken, and the closing one; `\` keeps the delimiter.
    fn delimited(&mut self, delimiter: char, what: &str) -> Result<String, FilterError> {
        let start = self.at - delimiter.len_utf8();
        let mut inside = String::new();
        while let Some(next) = self.take() {
            if next == delimiter {
                return Ok(inside);
            }
            if next == '\\' && self.peek() == Some(delimiter) {
                self.take();
                inside.push(delimiter);
            } else {
                inside.push(next);
            }
        }
        self.fail(start, format!("this {what} does not end: close it with {delimiter}"))
    }

    /// A regular expression, its opening slash already taken.
    fn pattern(&mut self) -> Result<regex::Regex, FilterError> {
        let start = self.at;
        let source = self.delimited('/', "expression")?;
        if source.is_empty() {
            return self.fail(start, "write an expression between the slashes");
        }
        regex::RegexBuilder::new(&composed(&source)).size_limit(MAX_PATTERN_BYTES).build().or_else(|error| {
            let reason = match error {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                other => other
                    .to_string()
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ")
                    .to_owned(),
            };
            self.fail(start, format!("not a regular expression: {reason}"))
        })
    }

    /// A value up to a comma or the end of the term.
    fn value(&mut self) -> Result<String, FilterError> {
        if self.take_if('"') {
            return self.delimited('"', "quoted value");
        }
        Ok(self.take_while(|c| c != ',' && !c.is_whitespace()).to_owned())
    }
}

/// Reads a whole filter.
pub(super) fn filter(text: &str, own: &[&'static str], kind: Option<Kind>) -> Result<Vec<Term>, FilterError> {
    let mut reader = Reader { text, at: 0, kind };
    let mut terms = Vec::new();
    loop {
        reader.take_while(char::is_whitespace);
        if reader.peek().is_none() {
            return Ok(terms);
        }
        terms.push(term(&mut reader, own)?);
        if reader.peek().is_some_and(|c| !c.is_whitespace()) {
            return reader.fail(reader.at, "put a space between two terms");
        }
    }
}

fn term(reader: &mut Reader<'_>, own: &[&'static str]) -> Result<Term, FilterError> {
    let start = reader.at;
    let inverted = reader.take_if('!');
    if inverted && reader.peek().is_none_or(char::is_whitespace) {
        return reader.fail(start, "! turns a term around: write the term right after it");
    }
    Ok(Term { inverted, test: test(reader, own)? })
}

fn test(reader: &mut Reader<'_>, own: &[&'static str]) -> Result<Test, FilterError> {
    let start = reader.at;
    match reader.peek() {
        Some('"') => {
            reader.take();
            let phrase = reader.delimited('"', "phrase")?;
            if phrase.is_empty() {
                return reader.fail(start, "write the words between the quotes");
            }
            return Ok(Test::Phrase(composed(&phrase).into_owned()));
        }
        Some('/') => {
            reader.take();
            return Ok(Test::Pattern(reader.pattern()?));
        }
        _ => {}
    }
    let head = reader.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.');
    let is_key = head.starts_with(|c: char| c.is_ascii_alphabetic()) && reader.peek() == Some(':');
    if !is_key {
        // Not a key after all: the whole run is one word, as in `10.0.0.4:80` or `<none>`.
        reader.take_while(|c| !c.is_whitespace());
        return Ok(Test::Word(Word::new(&reader.text[start..reader.at])));
    }
    reader.take();
    match head.to_ascii_lowercase().as_str() {
        "re" => expression(reader),
        "label" => label(reader),
        "age" => age(reader),
        word => {
            let Some(key) = FilterKey::find(word, own) else {
                let words = reader.kind.map_or_else(all_words, words_of).join(" ");
                let message = format!("no column is called {head}: {words}, or put \"quotes\" around it");
                return reader.fail(start, message);
            };
            match reader.kind.and_then(|kind| missing(head, &key, kind)) {
                Some(message) => reader.fail(start, message),
                None => values(reader, key),
            }
        }
    }
}

/// Why rows of a kind cannot be filtered by a column; `None` where they can.
fn missing(word: &str, key: &FilterKey, kind: Kind) -> Option<String> {
    if key.column(kind).is_some() {
        return None;
    }
    let rows = kind.plural();
    let is_sampled = |column: &Column| column.is_sampled() && key.word().starts_with(column.id());
    Some(if Column::defaults(kind).any(|column| is_sampled(&column)) {
        // Samples are read of the rows on the screen only.
        format!("{word}: the load of {rows} is live and cannot be filtered")
    } else {
        format!("{word}: is no column of {rows}")
    })
}

/// Every word that may come before a colon.
pub fn all_words() -> Vec<&'static str> {
    filter_words().into_iter().chain(["label", "age", "re"]).collect()
}

/// Every word that may come before a colon in a filter of rows of a kind.
pub fn words_of(kind: Kind) -> Vec<&'static str> {
    let has = |word: &&str| FilterKey::find(word, &[]).is_none_or(|key| key.column(kind).is_some());
    all_words().into_iter().filter(has).collect()
}

fn expression(reader: &mut Reader<'_>) -> Result<Test, FilterError> {
    if reader.take_if('/') {
        return Ok(Test::Pattern(reader.pattern()?));
    }
    reader.fail(reader.at, "write the expression between slashes: re:/web-[0-9]+/")
}

fn values(reader: &mut Reader<'_>, key: FilterKey) -> Result<Test, FilterError> {
    let mut values = Vec::new();
    loop {
        let at = reader.at;
        if reader.take_if('/') {
            values.push(Value::Pattern(reader.pattern()?));
        } else {
            let is_bare = reader.peek() != Some('"');
            let text = reader.value()?;
            if text.is_empty() || (is_bare && matches!(&*text, "<" | ">")) {
                let example = match key.example() {
                    Some(value) => format!("{}:{value}", key.word()),
                    None => "name:web".to_owned(),
                };
                return reader.fail(at, format!("{}: wants a value, such as {example}", key.word()));
            }
            let figure = compared(&text).filter(|_| is_bare);
            values.push(figure.unwrap_or_else(|| Value::Text(composed(&text).into_owned())));
        }
        if !reader.take_if(',') {
            return Ok(Test::Column(key, values));
        }
    }
}

/// `<2` and `>40GiB`: the figure of a column is compared.
fn compared(text: &str) -> Option<Value> {
    let more = text.starts_with('>');
    let figure = text.strip_prefix(['<', '>'])?;
    if !figure.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(Value::Figure { more, than: amount(figure)?, text: text.to_owned() })
}

fn label(reader: &mut Reader<'_>) -> Result<Test, FilterError> {
    let at = reader.at;
    let name = reader.take_while(|c| c != '=' && !c.is_whitespace()).to_owned();
    if name.is_empty() {
        return reader.fail(at, "label: wants a label, such as label:env=prod");
    }
    let mut values = Vec::new();
    if reader.take_if('=') {
        loop {
            let at = reader.at;
            let value = reader.value()?;
            if value.is_empty() {
                return reader.fail(
                    at,
                    format!("label:{name}= wants a value; leave the = out to ask for its presence"),
                );
            }
            values.push(composed(&value).into_owned());
            if !reader.take_if(',') {
                break;
            }
        }
    }
    Ok(Test::Label(name, values))
}

fn age(reader: &mut Reader<'_>) -> Result<Test, FilterError> {
    let at = reader.at;
    let help =
        "age: wants < or > and a time: age:<10m is younger than ten minutes, age:>2d older than two days";
    let older = match reader.take() {
        Some('<') => false,
        Some('>') => true,
        _ => return reader.fail(at, help),
    };
    let digits = reader.take_while(|c| c.is_ascii_digit());
    let unit = match reader.peek() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        Some('w') => 604_800,
        _ => return reader.fail(reader.at, help),
    };
    reader.take();
    match digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)) {
        Some(seconds) => Ok(Test::Age {
            older,
            than: Duration::from_secs(seconds),
            text: reader.text[at..reader.at].to_owned(),
        }),
        None => reader.fail(at, help),
    }
}
