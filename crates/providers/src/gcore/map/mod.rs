//! Maps Gcore's resources to rows.

mod container;
mod gpu;
mod instance;
mod model;
mod state;
mod task;

use std::sync::Arc;

use crate::mapping::interner::Interner;
pub(crate) use container::InferenceFlavors;
pub(crate) use gpu::{Card, card_of_flavor, card_of_text};
pub(crate) use instance::{Size, Sizes};
pub(crate) use model::{Offer, Source};
use qdeck_model::{ContextName, Fact, Timestamp};

/// Maps the wire types to rows of one context, with interned texts and the sizes learned so far. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mapper {
    pub(crate) context: ContextName,
    pub(crate) strings: Interner,
    pub(crate) facts: Interner<Arc<[Fact]>>,
    pub(crate) sizes: Sizes,
}

impl Mapper {
    pub(crate) fn new(context: ContextName) -> Self {
        Self { context, strings: Interner::default(), facts: Interner::default(), sizes: Sizes::default() }
    }
}

/// Parses any of Gcore's five time formats.
pub(crate) fn date(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(Timestamp::parse)
}
