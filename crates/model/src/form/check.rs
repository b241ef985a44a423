//! The check of entered values against the rules of their fields.

use arcstr::ArcStr;

use super::{
    Characters, Choice, Choices, Field, FieldError, FieldKind, FieldValue, Form, FormValues, NumberRule,
    TextRule,
};

/// A message for one field.
type Checked = Result<(), String>;

impl Form {
    /// The mistakes, field by field in their order. Empty means that the form can be sent.
    ///
    /// Files are not opened to check that they can be read: this does no I/O.
    pub fn errors(&self, values: &FormValues) -> Vec<FieldError> {
        let check = |field: &Field| {
            let message = field.check(values.get(&field.name)).err()?;
            Some(FieldError { field: field.name.clone(), message })
        };
        self.fields.iter().filter_map(check).collect()
    }

    /// The values that the form starts with.
    pub fn defaults(&self) -> FormValues {
        let mut values = FormValues::new();
        for field in &self.fields {
            if let Some(value) = &field.default {
                values.set(field.name.clone(), value.clone());
            }
        }
        values
    }
}

impl Field {
    /// Checks one value; `None` is a field that was left empty.
    ///
    /// # Errors
    /// The message to show beside the field.
    pub fn check(&self, value: Option<&FieldValue>) -> Checked {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return if self.required { Err("must be filled in".to_owned()) } else { Ok(()) };
        };
        match (&self.kind, value) {
            (FieldKind::Text(rule), FieldValue::Text(text)) => rule.check(text),
            (FieldKind::Secret(rule), FieldValue::Secret(secret)) => rule.check(secret.expose()),
            (FieldKind::Number(rule), FieldValue::Text(text)) => rule.parse(text).map(drop),
            (FieldKind::Choice(choices), FieldValue::Text(text)) => choices.check(text),
            (FieldKind::Several(choices), FieldValue::Several(all)) => {
                all.iter().try_for_each(|one| choices.check(one))
            }
            (FieldKind::List { texts, most }, FieldValue::Several(all)) => check_list(all, *texts, *most),
            (FieldKind::Map { names, values, most }, FieldValue::Map(pairs)) => {
                check_map(pairs, *names, *values, *most)
            }
            (FieldKind::Switch, FieldValue::Switch(_))
            | (FieldKind::File { .. }, FieldValue::File(_))
            | (FieldKind::Date, FieldValue::Date(_)) => Ok(()),
            (kind, _) => Err(format!("expected {}", kind.noun())),
        }
    }
}

impl FieldKind {
    /// The values that it takes, for a message.
    const fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Switch => "yes or no",
            Self::Choice(_) => "one of the choices",
            Self::Several(_) => "some of the choices",
            Self::List { .. } => "texts",
            Self::Map { .. } => "names with values",
            Self::Secret(_) => "a secret",
            Self::File { .. } => "the path of a file",
            Self::Date => "a date",
        }
    }
}

impl TextRule {
    /// Checks a text.
    ///
    /// # Errors
    /// The message to show beside it.
    pub fn check(&self, text: &str) -> Checked {
        let control = |c: char| c.is_control() && !(self.lines && matches!(c, '\n' | '\t'));
        if text.contains(control) {
            return Err("may hold no control characters".to_owned());
        }
        let length = text.chars().count();
        if length > self.most {
            return Err(format!("at most {}, this has {length}", characters(self.most)));
        }
        if length < self.least {
            return Err(format!("at least {}, this has {length}", characters(self.least)));
        }
        self.characters.check(text)
    }
}

impl Characters {
    fn check(self, text: &str) -> Checked {
        let (lower_only, also) = match self {
            Self::Any => return Ok(()),
            Self::Ascii => {
                let odd = text.chars().find(|c| !c.is_ascii());
                return odd.map_or(Ok(()), |odd| Err(format!("may hold only ASCII characters, not {odd}")));
            }
            Self::Name { also } => (false, also),
            Self::LowerName { also } => (true, also),
        };
        let letters = if lower_only { "small letters" } else { "letters" };
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || (!lower_only && c.is_ascii_uppercase());
        if text.chars().next().is_some_and(|first| !plain(first)) {
            return Err(format!("must begin with one of the {letters} of ASCII or a digit"));
        }
        let odd = text.chars().find(|&c| !plain(c) && !also.contains(c));
        odd.map_or(Ok(()), |odd| {
            let odd = if odd == ' ' { "a space".to_owned() } else { odd.to_string() };
            Err(format!("may hold {}, not {odd}", allowed(letters, also)))
        })
    }
}

fn characters(count: usize) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

/// What a name may hold, in words: `letters, digits, spaces and . _ -`.
fn allowed(letters: &str, also: &str) -> String {
    let signs: Vec<String> = also.chars().filter(|sign| *sign != ' ').map(String::from).collect();
    let signs = signs.join(" ");
    let spaces = if also.contains(' ') { "spaces" } else { "" };
    let mut words = vec![letters, "digits", spaces, &signs];
    words.retain(|word| !word.is_empty());
    let last = words.pop().unwrap_or_default();
    format!("{} and {last}", words.join(", "))
}

impl NumberRule {
    /// Reads a number that was typed, with or without a suffix of its unit, and gives it in the unit.
    ///
    /// # Errors
    /// The message to show beside it.
    pub fn parse(&self, text: &str) -> Result<f64, String> {
        let text = text.trim();
        let digits =
            text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
        let (number, suffix) = text.split_at(digits);
        let number: f64 = number.parse().map_err(|_| format!("expected {}", self.expected()))?;
        let suffix = suffix.trim().to_ascii_lowercase();
        let factor = match &*suffix {
            "" => 1.0,
            suffix if suffix.eq_ignore_ascii_case(self.unit.symbol) => 1.0,
            suffix => {
                let known = self.unit.suffixes.iter().find(|(known, _)| *known == suffix);
                known.map(|(_, factor)| *factor).ok_or_else(|| format!("expected {}", self.expected()))?
            }
        };
        let value = number * factor;
        if self.whole && value.fract() != 0.0 {
            return Err("must be a whole number".to_owned());
        }
        if value < self.least || value > self.most {
            return Err(format!(
                "must be from {} to {}",
                self.with_unit(self.least),
                self.with_unit(self.most)
            ));
        }
        Ok(value)
    }

    fn expected(&self) -> String {
        let number = if self.whole { "a whole number" } else { "a number" };
        if self.unit.symbol.is_empty() {
            number.to_owned()
        } else {
            format!("{number} of {}", self.unit.symbol)
        }
    }

    fn with_unit(&self, value: f64) -> String {
        format!("{value} {}", self.unit.symbol).trim_end().to_owned()
    }
}

impl Choices {
    fn check(&self, value: &str) -> Checked {
        match self {
            // The platform checks what it was not asked for yet.
            Self::Loaded => Ok(()),
            Self::Fixed(all) => Choice::check(all, value),
        }
    }
}

impl Choice {
    /// Checks that a value is among choices and can be chosen.
    ///
    /// # Errors
    /// The message to show beside it.
    pub fn check(all: &[Self], value: &str) -> Checked {
        let Some(choice) = all.iter().find(|choice| *choice.value == *value) else {
            return Err(format!("{value} is not among the choices"));
        };
        match &choice.unavailable {
            Some(reason) => Err(format!("{}: {reason}", choice.label)),
            None => Ok(()),
        }
    }
}

fn check_list(all: &[ArcStr], texts: TextRule, most: usize) -> Checked {
    if all.len() > most {
        return Err(format!("at most {most} of them, these are {}", all.len()));
    }
    all.iter().try_for_each(|text| texts.check(text).map_err(|message| format!("{text}: {message}")))
}

fn check_map(pairs: &[(String, String)], names: TextRule, values: TextRule, most: usize) -> Checked {
    if pairs.len() > most {
        return Err(format!("at most {most} of them, these are {}", pairs.len()));
    }
    for (at, (name, value)) in pairs.iter().enumerate() {
        names.check(name).map_err(|message| format!("the name {name}: {message}"))?;
        values.check(value).map_err(|message| format!("the value of {name}: {message}"))?;
        if pairs[..at].iter().any(|(before, _)| before == name) {
            return Err(format!("{name} is there twice"));
        }
    }
    Ok(())
}
