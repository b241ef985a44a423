//! The facts of a row: what a platform reports beyond the model's own columns, under the API's names.

use arcstr::ArcStr;
use qdeck_model::Fact;

use super::interner::Interner;

/// Collects the facts of one row; what is absent or empty is left out.
pub(crate) struct Facts<'a> {
    strings: &'a Interner,
    facts: Vec<Fact>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(strings: &'a Interner) -> Self {
        Self { strings, facts: Vec::new() }
    }

    /// Adds a fact under the API's name.
    pub(crate) fn add(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.facts.push(Fact { name, value: self.strings.intern(value) });
        }
    }

    /// Adds a fact whose text is another part of the row, or of another row.
    pub(crate) fn share(&mut self, name: &'static str, value: &ArcStr) {
        if !value.is_empty() {
            self.facts.push(Fact { name, value: value.clone() });
        }
    }

    /// Adds several facts in their order.
    pub(crate) fn extend<const N: usize>(&mut self, facts: [(&'static str, Option<&str>); N]) {
        for (name, value) in facts {
            self.add(name, value);
        }
    }

    /// The facts in their order, without spare capacity.
    pub(crate) fn into_vec(mut self) -> Vec<Fact> {
        self.facts.shrink_to_fit();
        self.facts
    }

    /// The facts in their order, to be interned where many rows have the same.
    pub(crate) fn as_slice(&self) -> &[Fact] {
        &self.facts
    }
}
