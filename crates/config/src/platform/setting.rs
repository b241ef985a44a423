//! A platform's own settings: what each takes, as data, and the values that a context has for them.

use std::collections::BTreeMap;

use toml::de::DeValue;

use crate::file::mistake::Notes;
use crate::file::section::{Section, missing, whole_number, wrong_type};

/// A setting that the contexts of some platform have.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key in the file.
    pub name: &'static str,
    /// The values it takes.
    pub takes: Takes,
    /// The meaning of its absence.
    pub absent: Absent,
    /// Its effect, in a sentence or two.
    pub help: &'static str,
}

/// The values that a setting takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A text of some form.
    Text {
        /// The form in words: `24 hexadecimal digits`.
        form: &'static str,
        /// A text of that form.
        example: &'static str,
        /// The text as it is kept, or `None` where it has another form.
        parse: fn(&str) -> Option<String>,
    },
    /// One of these words; the first is the default.
    Choice(&'static [&'static str]),
    /// A whole number.
    Number {
        /// Such a number.
        example: &'static str,
    },
    /// A list of whole numbers; a single one may be written without its brackets.
    Numbers {
        /// Such numbers, with a comma between.
        example: &'static str,
    },
    /// A list of words.
    Words {
        /// A word for them: `names`.
        what: &'static str,
        /// Such a word.
        example: &'static str,
    },
    /// True or false.
    Switch {
        /// The value without it.
        default: bool,
    },
}

/// The meaning of a setting's absence.
#[derive(Debug, Clone, Copy)]
pub enum Absent {
    /// It must be given; what is expected.
    Mistake(&'static str),
    /// This, in words.
    Means(&'static str),
    /// The default of what it takes: the first choice, a switch's default.
    Default,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, or one of several choices.
    Text(String),
    /// A whole number.
    Number(u64),
    /// Whole numbers.
    Numbers(Vec<u64>),
    /// Words.
    Words(Vec<String>),
    /// True or false.
    Switch(bool),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<u64>> for Value {
    fn from(numbers: Vec<u64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<Vec<String>> for Value {
    fn from(words: Vec<String>) -> Self {
        Self::Words(words)
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Self {
        Self::Switch(on)
    }
}

/// The values of a context for its platform's own settings. A setting that was not given reads as its absence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformSettings(BTreeMap<&'static str, Value>);

impl PlatformSettings {
    /// Sets a value, of the type that the setting takes.
    pub fn set(&mut self, setting: &'static Setting, value: impl Into<Value>) {
        let value = value.into();
        debug_assert!(setting.takes.accepts(&value), "`{}` does not take {value:?}", setting.name);
        self.0.insert(setting.name, value);
    }

    /// The value that was given.
    pub fn get(&self, setting: &Setting) -> Option<&Value> {
        self.0.get(setting.name)
    }

    /// A text; of a choice that was not given, the default.
    pub fn text(&self, setting: &Setting) -> Option<&str> {
        match (self.get(setting), setting.takes) {
            (Some(Value::Text(text)), _) => Some(text),
            (_, Takes::Choice(choices)) => choices.first().copied(),
            _ => None,
        }
    }

    /// A whole number.
    pub fn number(&self, setting: &Setting) -> Option<u64> {
        match self.get(setting) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whole numbers; none where none were given.
    pub fn numbers(&self, setting: &Setting) -> &[u64] {
        match self.get(setting) {
            Some(Value::Numbers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// Words; none where none were given.
    pub fn words(&self, setting: &Setting) -> &[String] {
        match self.get(setting) {
            Some(Value::Words(words)) => words,
            _ => &[],
        }
    }

    /// Returns true if a switch is on.
    pub fn switch(&self, setting: &Setting) -> bool {
        match (self.get(setting), setting.takes) {
            (Some(Value::Switch(on)), _) => *on,
            (_, Takes::Switch { default }) => default,
            _ => false,
        }
    }
}

impl Takes {
    /// The value that holds without one, where that is data: the first choice, a switch's default.
    pub(crate) fn default(&self) -> Option<Value> {
        match *self {
            Self::Choice(choices) => choices.first().map(|choice| Value::from(*choice)),
            Self::Switch { default } => Some(Value::Switch(default)),
            _ => None,
        }
    }

    const fn accepts(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::Text { .. } | Self::Choice(_), Value::Text(_))
                | (Self::Number { .. }, Value::Number(_))
                | (Self::Numbers { .. }, Value::Numbers(_))
                | (Self::Words { .. }, Value::Words(_))
                | (Self::Switch { .. }, Value::Switch(_))
        )
    }
}

/// Reads a platform's own settings out of the section of a context.
pub(crate) fn read_settings(
    section: &Section<'_, '_>,
    settings: &'static [&'static Setting],
    notes: &mut Notes<'_>,
) -> PlatformSettings {
    let mut read = PlatformSettings::default();
    for setting in settings {
        match (section.entry(setting.name), setting.absent) {
            (Some(_), _) => {
                if let Some(value) = read_value(section, setting, notes) {
                    read.set(setting, value);
                }
            }
            (None, Absent::Mistake(expected)) => missing(section, notes, setting.name, expected),
            (None, _) => {}
        }
    }
    read
}

fn read_value(section: &Section<'_, '_>, setting: &Setting, notes: &mut Notes<'_>) -> Option<Value> {
    let name = setting.name;
    let (_, value) = section.entry(name)?;
    match setting.takes {
        Takes::Text { form, example, parse } => {
            let found = section.string(name, example, notes)?;
            let text = parse(found.value);
            if text.is_none() {
                notes
                    .add(found.span, format!("`{name}` has the wrong form"))
                    .expected(format!("expected {form} such as \"{example}\""));
            }
            text.map(Value::Text)
        }
        Takes::Choice(choices) => {
            let found = section.string(name, choices.first().copied().unwrap_or_default(), notes)?;
            if choices.contains(&found.value) {
                return Some(Value::Text(found.value.to_owned()));
            }
            notes
                .add(found.span, format!("`{name}` cannot be `{}`", found.value))
                .expected(format!("expected one of: {}", choices.join(", ")))
                .nearest(found.value, choices);
            None
        }
        Takes::Number { example } => {
            let number = whole_number(value.get_ref());
            if number.is_none() {
                let wanted = format!("a whole number such as {example}");
                wrong_type(notes, value.span(), name, value.get_ref(), &wanted);
            }
            number.map(Value::Number)
        }
        Takes::Numbers { example } => {
            let numbers = match value.get_ref() {
                DeValue::Array(list) => list.iter().map(|one| whole_number(one.get_ref())).collect(),
                one => whole_number(one).map(|number| vec![number]),
            };
            if numbers.is_none() {
                let wanted = format!("a list of whole numbers such as [{example}]");
                wrong_type(notes, value.span(), name, value.get_ref(), &wanted);
            }
            numbers.map(Value::Numbers)
        }
        Takes::Words { example, .. } => Some(Value::Words(section.words(name, example, notes))),
        Takes::Switch { .. } => section.boolean(name, notes).map(Value::Switch),
    }
}
