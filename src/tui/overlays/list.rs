//! A list with a cursor: lines under headings, and where a line can be typed into it, those that match it.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::{Position, Rect};

use crate::model::Lifecycle;
use crate::tui::command::Movement;
use crate::tui::widgets::prompt::Prompt;

/// The look of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As any.
    Plain,
    /// A heading between items; the cursor passes over it.
    Heading,
    /// By a state: a context's health.
    State(Lifecycle),
    /// Less important.
    Dim,
    /// About the item above; the cursor passes over it.
    Note,
}

impl Tone {
    /// Returns true if the cursor passes over it.
    pub const fn is_passed_over(self) -> bool {
        matches!(self, Self::Heading | Self::Note)
    }
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<C> {
    /// Shown in front: a key, a mark.
    pub key: String,
    /// The words.
    pub label: String,
    /// More, in less weight.
    pub detail: String,
    /// Its look.
    pub tone: Tone,
    /// The effect of choosing it; `None` where it is there to be read.
    pub choice: Option<C>,
}

impl<C> Item<C> {
    /// A line that does something when it is chosen.
    pub fn new(
        key: impl Into<String>,
        label: impl Into<String>,
        detail: impl Into<String>,
        choice: C,
    ) -> Self {
        let (key, label, detail) = (key.into(), label.into(), detail.into());
        Self { key, label, detail, tone: Tone::Plain, choice: Some(choice) }
    }

    /// A line to be read.
    pub fn text(key: impl Into<String>, label: impl Into<String>) -> Self {
        let (key, label) = (key.into(), label.into());
        Self { key, label, detail: String::new(), tone: Tone::Plain, choice: None }
    }

    /// A heading.
    pub fn heading(label: impl Into<String>) -> Self {
        Self::text("", label).toned(Tone::Heading)
    }

    /// The same, drawn otherwise.
    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

/// Ranks items by how well they match the text typed.
struct Ranker {
    needle: String,
    pattern: Pattern,
    matcher: Matcher,
    scratch: Vec<char>,
}

impl Ranker {
    fn new(needle: &str) -> Self {
        Self {
            needle: needle.to_lowercase(),
            pattern: Pattern::parse(needle, CaseMatching::Ignore, Normalization::Smart),
            matcher: Matcher::new(Config::DEFAULT),
            scratch: Vec::new(),
        }
    }

    /// The lower the better: the beginning of the name, inside the name, letters of the name that lie close together,
    /// inside the explanation or the key. `None` where it would only be a coincidence of letters.
    fn rank<C>(&mut self, item: &Item<C>) -> Option<(u8, u32)> {
        let name = item.label.to_lowercase();
        if name.starts_with(&self.needle) {
            return Some((0, 0));
        }
        if name.contains(&self.needle) {
            return Some((1, 0));
        }
        let letters = u32::try_from(self.needle.chars().count()).unwrap_or(u32::MAX);
        let score =
            self.pattern.score(Utf32Str::new(&item.label, &mut self.scratch), &mut self.matcher).unwrap_or(0);
        // Each letter counts 16 and gaps cost: less than this and they lie scattered.
        if letters > 1 && score >= letters.saturating_mul(18) {
            return Some((2, u32::MAX - score));
        }
        let explained = format!("{} {}", item.detail, item.key).to_lowercase();
        let all = self.needle.split_whitespace().all(|word| explained.contains(word) || name.contains(word));
        all.then_some((3, 0))
    }
}

/// A list with a cursor.
pub struct List<C> {
    items: Vec<Item<C>>,
    shown: Vec<usize>,
    cursor: usize,
    top: usize,
    page: usize,
    /// Its area on the screen, and that of its lines, as last drawn: for clicks.
    pub(super) drawn: (Rect, Rect),
    /// The line typed into it, where it can be searched.
    pub prompt: Option<Prompt>,
    /// True if the best match comes first; else they stay in their order.
    pub by_rank: bool,
    /// The last so many items stay on the screen while those before them scroll.
    pub pinned: usize,
}

impl<C: PartialEq> List<C> {
    /// A list of these items.
    pub fn new(items: Vec<Item<C>>) -> Self {
        let mut list = Self {
            shown: (0..items.len()).collect(),
            items,
            cursor: 0,
            top: 0,
            page: 10,
            drawn: (Rect::default(), Rect::default()),
            prompt: None,
            by_rank: false,
            pinned: 0,
        };
        list.step_off_heading(true);
        list
    }

    /// Puts the cursor on the first item of a choice.
    pub fn select(&mut self, choice: &C) {
        let chosen = |index: &usize| self.items[*index].choice.as_ref() == Some(choice);
        if let Some(at) = self.shown.iter().position(chosen) {
            self.cursor = at;
        }
    }

    /// The text typed into it; empty where none can be.
    pub fn typed(&self) -> &str {
        self.prompt.as_ref().map_or("", Prompt::text)
    }

    /// The line of the cursor.
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// The first line on the screen.
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Takes new items; the cursor stays on the item of the same label.
    pub fn refill(&mut self, items: Vec<Item<C>>) {
        if items == self.items {
            return;
        }
        let label = self.chosen().map(|item| item.label.clone());
        let (top, cursor) = (self.top, self.cursor);
        self.items = items;
        self.search();
        self.top = top;
        // Several may have the same label: the one in the same place, else the first.
        let is_same = |at: &usize| {
            let index = self.shown.get(*at);
            index.is_some_and(|index| Some(&self.items[*index].label) == label.as_ref())
        };
        if let Some(at) = Some(cursor).filter(is_same).or_else(|| (0..self.shown.len()).find(is_same)) {
            self.cursor = at;
        }
    }

    /// Shows the items that match what is typed.
    pub fn search(&mut self) {
        let needle = self.typed().trim().to_owned();
        if needle.is_empty() {
            self.shown = (0..self.items.len()).collect();
        } else {
            let mut ranker = Ranker::new(&needle);
            let mut answers: Vec<((u8, u32), usize)> = self
                .items
                .iter()
                .enumerate()
                .filter(|(_, item)| !item.tone.is_passed_over())
                .filter_map(|(index, item)| Some((ranker.rank(item)?, index)))
                .collect();
            if self.by_rank {
                answers.sort_unstable();
            }
            self.shown = answers.into_iter().map(|(_, index)| index).collect();
        }
        self.cursor = 0;
        self.top = 0;
        self.step_off_heading(true);
    }

    /// Shows all items, whatever is typed.
    pub fn show_all(&mut self) {
        self.shown = (0..self.items.len()).collect();
        self.cursor = 0;
        self.top = 0;
        self.step_off_heading(true);
    }

    /// All items.
    pub fn items(&self) -> &[Item<C>] {
        &self.items
    }

    /// The items shown, in order.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &Item<C>> {
        self.shown.iter().map(|index| &self.items[*index])
    }

    /// The item under the cursor.
    pub fn chosen(&self) -> Option<&Item<C>> {
        self.shown.get(self.cursor).map(|index| &self.items[*index])
    }

    /// Returns true if a position on the screen is outside of the list.
    pub fn is_beside(&self, at: Position) -> bool {
        !self.drawn.0.contains(at)
    }

    /// Puts the cursor on the item at a place on the screen. Returns whether there is one.
    pub fn point_at(&mut self, at: Position) -> bool {
        let lines = self.drawn.1;
        if !lines.contains(at) {
            return false;
        }
        match self.line_at((at.y - lines.y).into()) {
            Some((line, item)) if !item.tone.is_passed_over() => {
                self.cursor = line;
                true
            }
            _ => false,
        }
    }

    /// The item in a row of the page, and its number among those shown.
    pub fn line_at(&self, row: usize) -> Option<(usize, &Item<C>)> {
        let is_pinned = self.is_scrolled() && row + self.pinned >= self.page;
        let first = if is_pinned { self.shown.len().saturating_sub(self.page) } else { self.top };
        let line = first + row;
        self.shown.get(line).map(|index| (line, &self.items[*index]))
    }

    /// Returns true if items scroll above pinned ones.
    fn is_scrolled(&self) -> bool {
        (1..self.page).contains(&self.pinned) && self.shown.len() > self.page
    }

    /// The first and the last line that are on the screen, and how many there are, where there are more. A search shows how
    /// many match instead.
    pub fn scrolled(&self) -> Option<(usize, usize, usize)> {
        let lines = self.shown.len().saturating_sub(self.pinned);
        let last = self.top + self.page.saturating_sub(self.pinned);
        let is_long = self.pinned == 0 && self.prompt.is_none() && lines > self.page;
        (self.is_scrolled() || is_long).then(|| (self.top + 1, last.min(lines), lines))
    }

    /// Moves the cursor.
    pub fn travel(&mut self, movement: Movement, count: u32) {
        let last = self.shown.len().saturating_sub(1);
        let times = count as usize;
        let page = self.page.max(1);
        let (to, down) = match movement {
            Movement::Down => (self.cursor + times, true),
            Movement::Up => (self.cursor.saturating_sub(times), false),
            Movement::Top => (0, true),
            Movement::Bottom => (last, false),
            Movement::HalfPageDown => (self.cursor + page / 2, true),
            Movement::HalfPageUp => (self.cursor.saturating_sub(page / 2), false),
            Movement::PageDown => (self.cursor + page, true),
            Movement::PageUp => (self.cursor.saturating_sub(page), false),
        };
        self.cursor = to.min(last);
        self.step_off_heading(down);
    }

    fn step_off_heading(&mut self, down: bool) {
        let is_heading = |list: &Self, at: usize| {
            list.shown.get(at).is_some_and(|index| list.items[*index].tone.is_passed_over())
        };
        let from = self.cursor;
        while is_heading(self, self.cursor) {
            let next = if down { self.cursor + 1 } else { self.cursor.wrapping_sub(1) };
            if next >= self.shown.len() {
                break;
            }
            self.cursor = next;
        }
        if is_heading(self, self.cursor) && !down {
            // The first line is a heading: the nearest item is below.
            self.cursor = from;
            while is_heading(self, self.cursor) && self.cursor + 1 < self.shown.len() {
                self.cursor += 1;
            }
        }
    }

    pub(in crate::tui) fn fit(&mut self, page: usize) {
        self.page = page;
        if self.is_scrolled() {
            let (page, lines) = (page - self.pinned, self.shown.len() - self.pinned);
            // While the cursor is on what is pinned, the rest stays where it was: at first at its beginning.
            let (low, high) =
                if self.cursor < lines { (self.cursor + 1, self.cursor) } else { (0, usize::MAX) };
            self.top = self.top.min(high).max(low.saturating_sub(page)).min(lines.saturating_sub(page));
            self.show_headings_above();
            return;
        }
        let most = self.shown.len().saturating_sub(page);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(page.max(1))).min(most);
        self.show_headings_above();
    }

    /// The headings above the first item stay in sight.
    fn show_headings_above(&mut self) {
        let is_heading = |index: &usize| self.items[*index].tone.is_passed_over();
        if self.cursor < self.page && self.shown.iter().take(self.cursor).all(is_heading) {
            self.top = 0;
        }
    }
}
