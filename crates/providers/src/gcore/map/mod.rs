//! Gcore's things as rows.

mod container;
mod gpu;
mod instance;
mod model;
mod state;
mod task;

use std::sync::Arc;

use crate::words::{Pool, Words};
pub(crate) use container::InferenceFlavors;
pub(crate) use gpu::{Card, card_of_flavor, card_of_text};
pub(crate) use instance::{Size, Sizes};
pub(crate) use model::{Offer, Source};
use qdeck_model::{ContextName, Fact, Timestamp};

/// What rows are made with: whose they are, and where their words are kept. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) words: Words,
    pub(crate) facts: Pool<[Fact]>,
    pub(crate) sizes: Sizes,
}

impl Mapper {
    pub(crate) fn new(context: ContextName) -> Self {
        Self { context, words: Words::default(), facts: Pool::default(), sizes: Sizes::default() }
    }
}

/// The facts of a row, those that are known.
struct Facts<'a> {
    words: &'a Words,
    all: Vec<Fact>,
}

impl<'a> Facts<'a> {
    fn new(words: &'a Words) -> Self {
        Self { words, all: Vec::new() }
    }

    fn add(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let value = self.words.share(value);
            self.all.push(Fact { name, value });
        }
    }
}

/// Any of Gcore's five shapes of time.
pub(crate) fn date(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(Timestamp::parse)
}

/// A word kept once, where there is one.
fn shared(words: &Words, text: Option<&str>) -> Option<Arc<str>> {
    text.map(|text| words.share(text))
}
