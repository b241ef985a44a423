//! The values entered into a form.

use std::path::PathBuf;

use arcstr::ArcStr;

use super::super::{Secret, Timestamp};

/// The value of one field. Its shape follows the field's [`FieldKind`](super::FieldKind).
#[derive(Debug, Clone)]
pub enum FieldValue {
    /// Of a text, a choice, or a number as it was typed; [`NumberRule::parse`](super::NumberRule::parse) reads that.
    Text(String),
    /// Of a switch.
    Switch(bool),
    /// Of a field with several choices, or of a list of texts.
    Several(Vec<ArcStr>),
    /// Of a map, in the order of entering.
    Map(Vec<(String, String)>),
    /// Of a secret.
    Secret(Secret),
    /// Of a file: its path.
    File(PathBuf),
    /// Of a date.
    Date(Timestamp),
}

impl FieldValue {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Returns true if nothing was entered.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Several(all) => all.is_empty(),
            Self::Map(pairs) => pairs.is_empty(),
            Self::Secret(secret) => secret.expose().is_empty(),
            Self::File(path) => path.as_os_str().is_empty(),
            Self::Switch(_) | Self::Date(_) => false,
        }
    }
}

/// Two secrets are equal when their values are.
impl PartialEq for FieldValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Switch(one), Self::Switch(other)) => one == other,
            (Self::Several(one), Self::Several(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => one == other,
            (Self::Secret(one), Self::Secret(other)) => one.expose() == other.expose(),
            (Self::File(one), Self::File(other)) => one == other,
            (Self::Date(one), Self::Date(other)) => one == other,
            _ => false,
        }
    }
}

/// The values entered, field by field, in the order of entering.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FormValues {
    values: Vec<(ArcStr, FieldValue)>,
    /// The fields whose values may hold secrets.
    private: Vec<ArcStr>,
}

impl FormValues {
    /// Nothing entered.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a field; `None` where nothing was entered.
    pub fn get(&self, field: &str) -> Option<&FieldValue> {
        let found = self.values.iter().find(|(name, _)| **name == *field);
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// The text of a field; `None` where nothing was entered or it is not a text.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.get(field)? {
            FieldValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The secret of a field; `None` where nothing was entered or it is no secret.
    pub fn secret(&self, field: &str) -> Option<&Secret> {
        match self.get(field)? {
            FieldValue::Secret(secret) => Some(secret),
            _ => None,
        }
    }

    /// The state of a switch; false where it was not touched or it is no switch.
    pub fn switch(&self, field: &str) -> bool {
        matches!(self.get(field), Some(FieldValue::Switch(true)))
    }

    /// The choices or texts of a field; empty where nothing was entered or it has no several values.
    pub fn several(&self, field: &str) -> &[ArcStr] {
        match self.get(field) {
            Some(FieldValue::Several(all)) => all,
            _ => &[],
        }
    }

    /// The pairs of a map; `None` where nothing was entered or it is no map.
    pub fn map(&self, field: &str) -> Option<&[(String, String)]> {
        match self.get(field)? {
            FieldValue::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Every value with the name of its field, in the order of entering.
    pub fn iter(&self) -> impl Iterator<Item = (&ArcStr, &FieldValue)> {
        self.values.iter().map(|(name, value)| (name, value))
    }

    /// Notes that the value of a field may hold secrets.
    pub fn mark_private(&mut self, field: impl Into<ArcStr>) {
        self.private.push(field.into());
    }

    /// Returns true if the value of a field may hold secrets: it is not to be kept.
    pub fn is_private(&self, field: &str) -> bool {
        self.private.iter().any(|name| **name == *field)
    }

    /// Drops the value of a field.
    pub fn remove(&mut self, field: &str) {
        self.values.retain(|(name, _)| **name != *field);
    }

    /// Enters a value, in the place of the one before.
    pub fn set(&mut self, field: impl Into<ArcStr>, value: FieldValue) {
        let field = field.into();
        match self.values.iter_mut().find(|(name, _)| *name == field) {
            Some((_, slot)) => *slot = value,
            None => self.values.push((field, value)),
        }
    }

    /// The same with a value entered.
    #[must_use]
    pub fn with(mut self, field: impl Into<ArcStr>, value: FieldValue) -> Self {
        self.set(field, value);
        self
    }

    /// Drops every secret: what is left may be kept as a draft.
    pub fn forget_secrets(&mut self) {
        self.values.retain(|(_, value)| !matches!(value, FieldValue::Secret(_)));
    }
}

/// The mistake in the value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: ArcStr,
    /// The message shown beside it, in lower case: `at most 255 characters`.
    pub message: String,
}
