//! The seldom parts of cells, kept once each: clusters of several characters, and underline colours with links.

use std::collections::HashMap;
use std::sync::Arc;

use super::cell::Colour;
use crate::extended::LinkId;

/// The most characters in one cell.
const MAX_CLUSTER_CHARS: usize = 8;
/// New entries after which the unused ones are thrown away; as many as are in use where those are more, so that the
/// work for it is in proportion.
const MIN_SWEEP_INTERVAL: usize = 4096;

/// The new entries since the last sweep.
#[derive(Debug, Clone, Default)]
struct Growth {
    entries: usize,
    in_use: usize,
}

impl Growth {
    fn is_due(&self) -> bool {
        self.entries >= self.in_use.max(MIN_SWEEP_INTERVAL)
    }
}

/// Clusters: a character and the combining marks on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clusters {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    growth: Growth,
}

impl Clusters {
    pub fn get(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|place| self.texts.get(place)).map_or(" ", |text| text)
    }

    /// The number of `base` with `mark` added; `None` where the cell is full of marks.
    pub fn add(&mut self, base: &str, mark: char) -> Option<u32> {
        if base.chars().count() >= MAX_CLUSTER_CHARS {
            return None;
        }
        let mut text = String::with_capacity(base.len() + mark.len_utf8());
        text.push_str(base);
        text.push(mark);
        Some(self.intern(&text))
    }

    /// The number of a text of several characters.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = text.into();
        self.growth.entries += 1;
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// Whether it is time to keep only those that are in use.
    pub fn is_sweep_due(&self) -> bool {
        self.growth.is_due()
    }

    /// Takes all texts out, to be interned again by those who use them.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Ends a sweep: those that were interned again are in use.
    pub fn end_sweep(&mut self) {
        self.growth = Growth { entries: 0, in_use: self.texts.len() };
    }
}

/// What few cells have: a colour of the underline, and a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Extra {
    pub underline: Colour,
    pub link: Option<LinkId>,
}

/// The extras in use; number zero is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extras {
    kept: Vec<Extra>,
    numbers: HashMap<Extra, u16>,
    growth: Growth,
}

impl Extras {
    pub fn get(&self, number: u16) -> Extra {
        if number == 0 {
            return Extra::default();
        }
        self.kept.get(usize::from(number) - 1).copied().unwrap_or_default()
    }

    /// The number of an extra; none where all numbers are taken.
    pub fn intern(&mut self, extra: Extra) -> u16 {
        if extra == Extra::default() {
            return 0;
        }
        if let Some(number) = self.numbers.get(&extra) {
            return *number;
        }
        self.growth.entries += 1;
        let Ok(number) = u16::try_from(self.kept.len() + 1) else { return 0 };
        self.kept.push(extra);
        self.numbers.insert(extra, number);
        number
    }

    /// Whether it is time to keep only those that are in use.
    pub fn is_sweep_due(&self) -> bool {
        self.growth.is_due()
    }

    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Ends a sweep, as that of [`Clusters`].
    pub fn end_sweep(&mut self) {
        self.growth = Growth { entries: 0, in_use: self.kept.len() };
    }
}
