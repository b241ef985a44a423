//! Forms: the values that an action asks for, as typed fields with their rules.
//!
//! A [`Form`] is what a platform declares, [`FormValues`] what was entered. [`Form::errors`] checks one against the
//! other and gives a message for each field that is wrong, to be shown beside it. The rules are the API's own.

use arcstr::ArcStr;

mod check;
mod values;

pub use values::{FieldError, FieldValue, FormValues};

/// The fields of an action. An empty form asks for nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Form {
    /// The fields, in the order in which they are filled in.
    pub fields: Vec<Field>,
}

/// One value of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name in the API's words, unique in the form: `disk-size`.
    pub name: ArcStr,
    /// Its label, with a capital: `Disk`.
    pub label: ArcStr,
    /// The heading above it and the fields that follow with the same one; empty for none.
    pub section: &'static str,
    /// The values that can be entered.
    pub kind: FieldKind,
    /// It may not be left empty.
    pub required: bool,
    /// The value before anything is entered.
    pub default: Option<FieldValue>,
    /// The meaning and what is allowed, in one sentence.
    pub help: ArcStr,
    /// Fields whose values its choices follow from: when one changes, they are loaded again.
    pub depends_on: &'static [&'static str],
    /// Which fields there are, or their defaults, follow from its value: when it changes, the form is asked for again.
    pub reshapes: bool,
    /// Its value may hold secrets (a script, variables): it is kept in no draft.
    pub private: bool,
}

impl Field {
    /// An optional field without a default, a help and dependencies.
    pub fn new(name: impl Into<ArcStr>, label: impl Into<ArcStr>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            section: "",
            kind,
            required: false,
            default: None,
            help: "".into(),
            depends_on: &[],
            reshapes: false,
            private: false,
        }
    }

    /// The same below a heading.
    #[must_use]
    pub const fn section(mut self, heading: &'static str) -> Self {
        self.section = heading;
        self
    }

    /// The same, from whose value other fields follow.
    #[must_use]
    pub const fn reshapes(mut self) -> Self {
        self.reshapes = true;
        self
    }

    /// The same, whose value may hold secrets.
    #[must_use]
    pub const fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// The same, which may not be left empty.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same with a default.
    #[must_use]
    pub fn default(mut self, value: FieldValue) -> Self {
        self.default = Some(value);
        self
    }

    /// The same with a help.
    #[must_use]
    pub fn help(mut self, help: impl Into<ArcStr>) -> Self {
        self.help = help.into();
        self
    }

    /// The same, following other fields.
    #[must_use]
    pub const fn depends_on(mut self, fields: &'static [&'static str]) -> Self {
        self.depends_on = fields;
        self
    }
}

/// The values that can be entered into a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// Text. Control characters are refused, but for line ends where it has several lines.
    Text(TextRule),
    /// A number with its unit.
    Number(NumberRule),
    /// Yes or no.
    Switch,
    /// One of some choices.
    Choice(Choices),
    /// Any number of some choices.
    Several(Choices),
    /// Any number of texts: tags, arguments of a command.
    List {
        /// The rule of each.
        texts: TextRule,
        /// The most that are taken.
        most: usize,
    },
    /// Names with values: labels, environment variables.
    Map {
        /// The rule of names.
        names: TextRule,
        /// The rule of values.
        values: TextRule,
        /// The most pairs that are taken.
        most: usize,
    },
    /// A password or key: typed without being shown, kept in no draft and no journal.
    Secret(TextRule),
    /// The path of a file on this machine whose content is sent.
    File {
        /// The longest content that is taken, in bytes.
        max_bytes: u64,
    },
    /// A moment, typed as a date or a date with a time.
    Date,
}

/// The rule of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRule {
    /// The least number of characters.
    pub least: usize,
    /// The greatest number of characters.
    pub most: usize,
    /// The characters that it may hold.
    pub characters: Characters,
    /// It may hold line ends.
    pub lines: bool,
}

impl TextRule {
    /// One line of any characters, at most so many.
    pub const fn up_to(most: usize) -> Self {
        Self { least: 0, most, characters: Characters::Any, lines: false }
    }
}

/// The characters that a text may hold, beside the ban on control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Any.
    Any,
    /// Those that can be seen in ASCII, and the space.
    Ascii,
    /// Small and capital letters and digits of ASCII first, after it also these.
    Name {
        /// The characters that may follow beside letters and digits: `._-`.
        also: &'static str,
    },
    /// Small letters and digits of ASCII first, after it also these.
    LowerName {
        /// The characters that may follow beside letters and digits: `-`.
        also: &'static str,
    },
}

/// The rule of a number. Typed as a number, or with one of the unit's suffixes (`10G`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRule {
    /// The least value, in the unit.
    pub least: f64,
    /// The greatest value, in the unit.
    pub most: f64,
    /// It must be a whole number.
    pub whole: bool,
    /// The unit.
    pub unit: Unit,
}

/// The unit that a platform takes a number in, and the suffixes that may be typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// The text after the number: `GiB`; empty for a count.
    pub symbol: &'static str,
    /// Suffixes in lower case, and how many of the unit one of each is.
    pub suffixes: &'static [(&'static str, f64)],
}

impl Unit {
    /// A count of things.
    pub const COUNT: Self = Self { symbol: "", suffixes: &[] };
    /// Gibibytes.
    pub const GIBIBYTES: Self = Self {
        symbol: "GiB",
        suffixes: &[("g", 1.0), ("gb", 1.0), ("gib", 1.0), ("t", 1024.0), ("tb", 1024.0), ("tib", 1024.0)],
    };
    /// Mebibytes.
    pub const MEBIBYTES: Self = Self {
        symbol: "MiB",
        suffixes: &[("m", 1.0), ("mb", 1.0), ("mib", 1.0), ("g", 1024.0), ("gb", 1024.0), ("gib", 1024.0)],
    };
    /// Processor cores; `500m` is half of one.
    pub const CORES: Self =
        Self { symbol: "cores", suffixes: &[("m", 0.001), ("core", 1.0), ("cores", 1.0)] };
    /// Seconds.
    pub const SECONDS: Self =
        Self { symbol: "s", suffixes: &[("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)] };
}

/// Where the choices of a field come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Choices {
    /// Always these.
    Fixed(Vec<Choice>),
    /// Asked of the platform when the field is reached. If that fails, the value can be typed.
    Loaded,
}

/// One of the values that a field can be set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value that is sent.
    pub value: ArcStr,
    /// The text that is shown.
    pub label: ArcStr,
    /// A help to choose: a price, what is left of a quota, a size.
    pub note: Option<ArcStr>,
    /// Why it cannot be chosen.
    pub unavailable: Option<ArcStr>,
}

impl Choice {
    /// A choice that is shown as it is sent.
    pub fn plain(value: impl Into<ArcStr>) -> Self {
        let value = value.into();
        Self { label: value.clone(), value, note: None, unavailable: None }
    }
}

#[cfg(test)]
mod tests;
