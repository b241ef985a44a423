//! A field of the form on the screen: what is entered into it, and what is wrong with it.

use std::path::PathBuf;

use arcstr::ArcStr;
use toml::Value as Toml;

use super::choices::ChoiceList;
use super::edit::TextEdit;
use crate::model::{Choices, Field, FieldKind, FieldValue, Secret, Timestamp};

/// What is entered into a field, as it is edited.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// As it was typed: a text, a number, a secret, a path, a date; lists and maps a line each.
    Text(TextEdit),
    /// `None` where it was not touched and has no default.
    Switch(Option<bool>),
    /// A choice.
    One(Option<ArcStr>),
    /// Some choices.
    Several(Vec<ArcStr>),
}

/// A field with what is entered into it.
pub(super) struct FieldState {
    pub(super) field: Field,
    pub(super) entry: Entry,
    /// The user entered something: its value stays when the form changes.
    pub(super) is_touched: bool,
    /// It was left once: from then on its error is shown beside it.
    pub(super) is_visited: bool,
    /// The targets have different values. It keeps them as long as it is not touched.
    pub(super) is_mixed: bool,
    /// What the platform found wrong with the value.
    pub(super) refusal: Option<String>,
    /// Why the file that it names cannot be taken, once that is known.
    pub(super) file_error: Option<String>,
    pub(super) choices: ChoiceList,
}

impl FieldState {
    /// A field with its default.
    pub(super) fn new(field: Field, is_mixed: bool) -> Self {
        let choices = ChoiceList::of(&field.kind);
        let entry = Entry::of(&field.kind, field.default.as_ref());
        Self {
            field,
            entry,
            is_touched: false,
            is_visited: false,
            is_mixed,
            refusal: None,
            file_error: None,
            choices,
        }
    }

    pub(super) const fn is_secret(&self) -> bool {
        matches!(self.field.kind, FieldKind::Secret(_))
    }

    pub(super) const fn is_file(&self) -> bool {
        matches!(self.field.kind, FieldKind::File { .. })
    }

    /// Returns true if it is set to one or some of choices.
    pub(super) const fn has_choices(&self) -> bool {
        matches!(self.field.kind, FieldKind::Choice(_) | FieldKind::Several(_))
    }

    /// Returns true if nothing is entered.
    pub(super) fn is_empty(&self) -> bool {
        match &self.entry {
            Entry::Text(edit) => edit.text().is_empty(),
            Entry::Switch(on) => on.is_none(),
            Entry::One(choice) => choice.is_none(),
            Entry::Several(all) => all.is_empty(),
        }
    }

    /// Takes note that the user changed it.
    pub(super) fn touch(&mut self) {
        self.is_touched = true;
        self.refusal = None;
        self.file_error = None;
    }

    /// Enters a value anew.
    pub(super) fn enter(&mut self, entry: Entry) {
        self.entry = entry;
        self.touch();
    }

    /// The value; `None` where nothing is entered.
    ///
    /// # Errors
    /// What was typed is no value of this kind.
    pub(super) fn value(&self, now: Timestamp) -> Result<Option<FieldValue>, String> {
        let text = match &self.entry {
            Entry::Switch(on) => return Ok(on.map(FieldValue::Switch)),
            Entry::One(choice) => {
                return Ok(choice.as_ref().map(|choice| FieldValue::Text(choice.to_string())));
            }
            Entry::Several(all) => {
                return Ok(Some(all).filter(|all| !all.is_empty()).cloned().map(FieldValue::Several));
            }
            Entry::Text(edit) if edit.text().is_empty() => return Ok(None),
            Entry::Text(edit) => edit.text(),
        };
        Ok(Some(match &self.field.kind {
            FieldKind::Secret(_) => FieldValue::Secret(Secret::new(text)),
            FieldKind::File { .. } => FieldValue::File(expanded(text)),
            FieldKind::Date => FieldValue::Date(Timestamp::read(text, now)?),
            FieldKind::List { .. } => {
                let lines: Vec<ArcStr> = filled_lines(text).map(|(_, line)| line.into()).collect();
                return Ok(Some(lines).filter(|lines| !lines.is_empty()).map(FieldValue::Several));
            }
            FieldKind::Map { .. } => {
                let pairs = pairs(text)?;
                return Ok(Some(pairs).filter(|pairs| !pairs.is_empty()).map(FieldValue::Map));
            }
            _ => FieldValue::Text(text.to_owned()),
        }))
    }

    /// The value to send: of a default that was taken away an empty one, of what was never set none.
    pub(super) fn sent(&self, now: Timestamp) -> Option<FieldValue> {
        if self.is_mixed && !self.is_touched {
            return None;
        }
        match self.value(now) {
            Ok(Some(value)) => Some(value),
            Ok(None) => self.field.default.is_some().then(|| match &self.field.kind {
                FieldKind::Several(_) | FieldKind::List { .. } => FieldValue::Several(Vec::new()),
                FieldKind::Map { .. } => FieldValue::Map(Vec::new()),
                FieldKind::File { .. } => FieldValue::File(PathBuf::new()),
                FieldKind::Secret(_) => FieldValue::Secret(Secret::new("")),
                _ => FieldValue::text(""),
            }),
            Err(_) => match &self.entry {
                Entry::Text(edit) if !self.is_secret() => Some(FieldValue::text(edit.text())),
                _ => None,
            },
        }
    }

    /// What is wrong with it, by its own rules first.
    pub(super) fn error(&self, now: Timestamp) -> Option<String> {
        if self.is_mixed && !self.is_touched {
            return self.refusal.clone();
        }
        let value = match self.value(now) {
            Ok(value) => value,
            Err(message) => return Some(message),
        };
        let by_rule = self.field.check(value.as_ref()).err();
        let by_choices = || match &self.entry {
            Entry::One(choice) => choice.iter().find_map(|choice| self.choices.check(choice).err()),
            Entry::Several(all) => all.iter().find_map(|choice| self.choices.check(choice).err()),
            _ => None,
        };
        by_rule.or_else(by_choices).or_else(|| self.file_error.clone()).or_else(|| self.refusal.clone())
    }

    /// What is entered, as it is kept and edited outside; `None` for nothing and for a secret.
    pub(super) fn kept(&self) -> Option<Toml> {
        if self.is_empty() || self.is_secret() {
            return None;
        }
        let texts = |all: &[ArcStr]| all.iter().map(|one| Toml::String(one.to_string())).collect();
        Some(match &self.entry {
            Entry::Switch(on) => Toml::Boolean((*on)?),
            Entry::One(choice) => Toml::String(choice.as_ref()?.to_string()),
            Entry::Several(all) => Toml::Array(texts(all)),
            Entry::Text(edit) => match &self.field.kind {
                FieldKind::List { .. } | FieldKind::Map { .. } if edit.text().trim().is_empty() => {
                    return None;
                }
                FieldKind::List { .. } => {
                    Toml::Array(filled_lines(edit.text()).map(|(_, line)| line.into()).collect())
                }
                FieldKind::Map { .. } => match pairs(edit.text()) {
                    Ok(pairs) if has_no_doubles(&pairs) => {
                        Toml::Table(pairs.into_iter().map(|(name, value)| (name, value.into())).collect())
                    }
                    // Not finished yet: kept as it is.
                    _ => Toml::String(edit.text().to_owned()),
                },
                _ => Toml::String(edit.text().to_owned()),
            },
        })
    }

    /// What is entered into a field that was touched, for a draft: nothing, too, where its default was taken away.
    pub(super) fn drafted(&self) -> Option<Toml> {
        let nothing = || match (&self.entry, &self.field.kind) {
            _ if self.is_secret() => None,
            (Entry::Switch(_), _) => None,
            (Entry::Several(_), _) | (_, FieldKind::List { .. }) => Some(Toml::Array(Vec::new())),
            (_, FieldKind::Map { .. }) => Some(Toml::Table(toml::Table::new())),
            _ => Some(Toml::String(String::new())),
        };
        self.kept().or_else(nothing)
    }

    /// Reads what was kept or edited outside.
    ///
    /// # Errors
    /// It is of another type than the field.
    pub(super) fn read(&self, kept: &Toml) -> Result<Entry, String> {
        let text = |value: &Toml| match value {
            Toml::String(text) => Some(text.clone()),
            Toml::Integer(_) | Toml::Float(_) | Toml::Datetime(_) => Some(value.to_string()),
            Toml::Boolean(_) | Toml::Array(_) | Toml::Table(_) => None,
        };
        let texts = |all: &[Toml]| all.iter().map(text).collect::<Option<Vec<String>>>();
        let has_lines = self.field.kind.has_lines();
        let of_text = |text: String| Entry::Text(TextEdit::new(&text, has_lines));
        let read = match (&self.field.kind, kept) {
            (FieldKind::Switch, Toml::Boolean(on)) => Some(Entry::Switch(Some(*on))),
            (FieldKind::Choice(_), value) => text(value)
                .map(|text| Entry::One(Some(text).filter(|text| !text.is_empty()).map(ArcStr::from))),
            (FieldKind::Several(_), Toml::Array(all)) => {
                texts(all).map(|all| Entry::Several(all.into_iter().map(ArcStr::from).collect()))
            }
            (FieldKind::List { .. }, Toml::Array(all)) => texts(all).map(|all| of_text(all.join("\n"))),
            (FieldKind::Map { .. }, Toml::Table(all)) => {
                let pairs = all.iter().map(|(name, value)| Some((name.clone(), text(value)?)));
                pairs.collect::<Option<Vec<_>>>().map(|pairs| of_text(pair_lines(&pairs)))
            }
            (FieldKind::List { .. } | FieldKind::Map { .. }, Toml::String(unfinished)) => {
                Some(of_text(unfinished.clone()))
            }
            (
                FieldKind::Switch | FieldKind::Several(_) | FieldKind::List { .. } | FieldKind::Map { .. },
                _,
            ) => None,
            (_, value) => text(value).map(of_text),
        };
        read.ok_or_else(|| format!("expected {}", self.field.kind.in_toml()))
    }

    /// Enters what was kept, where it fits.
    pub(super) fn restore(&mut self, kept: &Toml) {
        if let Ok(entry) = self.read(kept) {
            self.enter(entry);
        }
    }
}

impl Entry {
    /// The value that a field of a kind begins with.
    pub(super) fn of(kind: &FieldKind, value: Option<&FieldValue>) -> Self {
        let text = |text: &str| Self::Text(TextEdit::new(text, kind.has_lines()));
        match (kind, value) {
            (FieldKind::Switch, Some(FieldValue::Switch(on))) => Self::Switch(Some(*on)),
            (FieldKind::Switch, _) => Self::Switch(None),
            (FieldKind::Choice(_), Some(FieldValue::Text(value))) if !value.is_empty() => {
                Self::One(Some(value.as_str().into()))
            }
            (FieldKind::Choice(_), _) => Self::One(None),
            (FieldKind::Several(_), Some(FieldValue::Several(all))) => Self::Several(all.clone()),
            (FieldKind::Several(_), _) => Self::Several(Vec::new()),
            (FieldKind::List { .. }, Some(FieldValue::Several(all))) => text(&all.join("\n")),
            (FieldKind::Map { .. }, Some(FieldValue::Map(pairs))) => text(&pair_lines(pairs)),
            (_, Some(FieldValue::Text(value))) => text(value),
            (_, Some(FieldValue::Secret(secret))) => text(secret.expose()),
            (_, Some(FieldValue::File(path))) => text(&path.display().to_string()),
            (_, Some(FieldValue::Date(date))) => text(&date.to_string()),
            _ => text(""),
        }
    }
}

/// Properties of a kind of field on the screen.
pub(super) trait OnScreen {
    /// Several lines are typed into it.
    fn has_lines(&self) -> bool;
    /// What is typed is one value a line: an empty one ends it.
    fn ends_at_blank_line(&self) -> bool;
    /// Its type in a document.
    fn in_toml(&self) -> &'static str;
}

impl OnScreen for FieldKind {
    fn has_lines(&self) -> bool {
        match self {
            Self::Text(rule) | Self::Secret(rule) => rule.lines,
            Self::List { .. } | Self::Map { .. } => true,
            _ => false,
        }
    }

    fn ends_at_blank_line(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Map { .. })
    }

    fn in_toml(&self) -> &'static str {
        match self {
            Self::Switch => "true or false",
            Self::Several(_) | Self::List { .. } => "texts in brackets: [\"one\", \"two\"]",
            Self::Map { .. } => "a table: { name = \"value\" }",
            Self::Choice(Choices::Fixed(_)) => "one of the choices in quotes",
            Self::Number(_) => "a number, or one with its unit in quotes",
            _ => "a text in quotes",
        }
    }
}

/// The lines that hold something, each with its number from 1 on.
fn filled_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty())
}

/// Reads `name=value` line by line. `\n` is a line's end and `\\` a backslash.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |(number, line): (usize, &str)| {
        let (name, value) =
            line.split_once('=').ok_or_else(|| format!("line {number}: expected name=value"))?;
        Ok((name.trim().to_owned(), unescaped(value.trim())))
    };
    filled_lines(text).map(pair).collect()
}

fn pair_lines(pairs: &[(String, String)]) -> String {
    let line = |(name, value): &(String, String)| {
        format!("{name}={}", value.replace('\\', "\\\\").replace('\n', "\\n"))
    };
    pairs.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn unescaped(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => {
                read.push('\n');
                chars.next();
            }
            ('\\', Some('\\')) => {
                read.push('\\');
                chars.next();
            }
            _ => read.push(c),
        }
    }
    read
}

fn has_no_doubles(pairs: &[(String, String)]) -> bool {
    pairs.iter().enumerate().all(|(at, (name, _))| pairs[..at].iter().all(|(before, _)| before != name))
}

/// A path with the home folder in the place of `~/`.
pub(in crate::tui) fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TextRule;
    use crate::tui::sample;

    fn map() -> FieldState {
        let rule = TextRule { lines: true, ..TextRule::up_to(20) };
        let kind = FieldKind::Map { names: TextRule::up_to(5), values: rule, most: 3 };
        FieldState::new(Field::new("env", "Environment", kind), false)
    }

    #[test]
    fn pairs_are_typed_a_line_each_and_keep_lines_and_backslashes() {
        let mut field = map();
        let typed = |text: &str| Entry::Text(TextEdit::new(text, true));
        let all = vec![("a".to_owned(), "1\n\\n2".to_owned()), ("b".to_owned(), "x=y".to_owned())];
        field.enter(Entry::of(&field.field.kind, Some(&FieldValue::Map(all.clone()))));
        assert_eq!(field.entry, typed("a=1\\n\\\\n2\nb=x=y"));
        assert_eq!(field.value(sample::now()), Ok(Some(FieldValue::Map(all))));
        field.enter(typed("a=1\n\nno sign"));
        assert_eq!(field.error(sample::now()).as_deref(), Some("line 3: expected name=value"));
        field.enter(typed("a=1\na=2"));
        assert_eq!(field.error(sample::now()).as_deref(), Some("a is there twice"));
    }

    #[test]
    fn what_is_kept_is_read_again_finished_or_not() {
        let mut field = map();
        for text in ["a=1\nb=2", "a=1\nnot finished", "a=1\na=2"] {
            field.enter(Entry::Text(TextEdit::new(text, true)));
            let kept = field.kept().unwrap();
            assert_eq!(field.read(&kept).unwrap(), field.entry, "{text}");
        }
        assert!(field.read(&Toml::Boolean(true)).unwrap_err().starts_with("expected a table"));
        let secret = Field::new("password", "Password", FieldKind::Secret(TextRule::up_to(9)));
        let mut secret = FieldState::new(secret, false);
        secret.enter(Entry::Text(TextEdit::new("hunter2", false)));
        assert_eq!(secret.kept(), None);
    }

    #[test]
    fn a_default_that_is_taken_away_is_sent_as_empty_and_what_is_mixed_not_at_all() {
        let named = Field::new("name", "Name", FieldKind::Text(TextRule::up_to(9)));
        let mut with = FieldState::new(named.clone().default(FieldValue::text("web")), false);
        assert_eq!(with.sent(sample::now()), Some(FieldValue::text("web")));
        with.enter(Entry::Text(TextEdit::new("", false)));
        assert_eq!(with.sent(sample::now()), Some(FieldValue::text("")));
        assert_eq!(FieldState::new(named.clone(), false).sent(sample::now()), None);
        let mut mixed = FieldState::new(named.required(), true);
        assert_eq!((mixed.sent(sample::now()), mixed.error(sample::now())), (None, None));
        mixed.enter(Entry::Text(TextEdit::new("", false)));
        assert_eq!(mixed.error(sample::now()).as_deref(), Some("must be filled in"));
    }
}
