//! Lists that lie over the screen: help, palette, sort, contexts, messages, what to copy, whether to quit.

mod contents;
mod draw;
mod palette;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

pub(super) use contents::{condition_words, key_of, milliseconds};
pub use draw::draw;
pub(super) use palette::palette as palette_items;

use ratatui::layout::{Position, Rect};

use super::widgets::prompt::Prompt;
use super::{Command, Effect};
use crate::model::{ContextName, Kind, Lifecycle};
use crate::table::Column;

/// Which list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuKind {
    /// The keys that work here.
    Help,
    /// Commands by name.
    Palette,
    /// Columns to sort by.
    Sort,
    /// Which columns are shown.
    Columns,
    /// The contexts and how they fare.
    Contexts,
    /// What has been said.
    Messages,
    /// What to copy.
    Copy,
    /// Whether to quit.
    Quit,
}

/// What choosing an item does.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Nothing; it is there to be read.
    Read,
    /// What a key means.
    Command(Command),
    /// Sorts the table.
    Sort(Column),
    /// Sorts the table this way round; true is from the end.
    SortTo(Column, bool),
    /// Shows a column or hides it.
    Column(Column),
    /// Shows the usual columns.
    UsualColumns,
    /// Shows only these contexts; none named shows all.
    Only(Vec<ContextName>),
    /// Goes on typing with this line.
    Complete(String),
    /// Nothing: it says what is wrong with what is typed.
    Wrong,
    /// A theme.
    Theme(&'static str),
    /// A table, and its filter if one was given.
    Pane(Kind, Option<String>),
    /// Shows or hides a context.
    Context(ContextName),
    /// Anything that is done outside or opens a view.
    Effect(Effect),
    /// Closes the list.
    Stay,
}

/// How an item is drawn.
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
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Shown in front: a key, a mark.
    pub key: String,
    /// The words.
    pub label: String,
    /// More, in less weight.
    pub detail: String,
    /// How it is drawn.
    pub tone: Tone,
    /// What choosing it does.
    pub choice: Choice,
}

impl Item {
    fn new(
        key: impl Into<String>,
        label: impl Into<String>,
        detail: impl Into<String>,
        choice: Choice,
    ) -> Self {
        Self { key: key.into(), label: label.into(), detail: detail.into(), tone: Tone::Plain, choice }
    }

    fn heading(label: impl Into<String>) -> Self {
        Self { tone: Tone::Heading, ..Self::new("", label, "", Choice::Read) }
    }

    fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

/// How well items answer to what is typed.
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
    fn rank(&mut self, item: &Item) -> Option<(u8, u32)> {
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

/// A list over the screen.
pub struct Menu {
    /// Which.
    pub kind: MenuKind,
    /// Its title.
    pub title: String,
    /// What a key does that no item shows, in the lower border.
    pub foot: &'static str,
    items: Vec<Item>,
    shown: Vec<usize>,
    cursor: usize,
    top: usize,
    page: usize,
    /// Where it lies on the screen, and where its lines do, as last drawn: for clicks.
    drawn: (Rect, Rect),
    /// The line typed into it, where it can be searched.
    pub prompt: Option<Prompt>,
}

impl Menu {
    fn new(kind: MenuKind, title: impl Into<String>, items: Vec<Item>) -> Self {
        let mut menu = Self {
            kind,
            title: title.into(),
            foot: "",
            shown: (0..items.len()).collect(),
            items,
            cursor: 0,
            top: 0,
            page: 10,
            drawn: (Rect::default(), Rect::default()),
            prompt: None,
        };
        menu.step_off_heading(true);
        menu
    }

    /// Takes new items; the cursor stays on the item of the same label.
    pub fn refill(&mut self, items: Vec<Item>) {
        if items == self.items {
            return;
        }
        let label = self.chosen().map(|item| item.label.clone());
        let top = self.top;
        self.items = items;
        self.search();
        self.top = top;
        if let Some(at) =
            self.shown.iter().position(|index| Some(&self.items[*index].label) == label.as_ref())
        {
            self.cursor = at;
        }
    }

    /// Shows the items that what is typed matches, the best first in the palette, in their order elsewhere.
    pub fn search(&mut self) {
        let needle = self.prompt.as_ref().map(|prompt| prompt.text().trim().to_owned()).unwrap_or_default();
        // What was read with its arguments offers what can follow: there is nothing to search.
        let was_read = self.kind == MenuKind::Palette && (needle.contains(' ') || needle.starts_with('@'));
        let was_read = was_read
            && self.items.iter().any(|item| {
                matches!(
                    item.choice,
                    Choice::Pane(_, Some(_))
                        | Choice::SortTo(..)
                        | Choice::Complete(_)
                        | Choice::Wrong
                        | Choice::Only(_)
                )
            });
        if needle.is_empty() || was_read {
            self.shown = (0..self.items.len()).collect();
        } else {
            let mut ranker = Ranker::new(&needle);
            let mut answers: Vec<((u8, u32), usize)> = self
                .items
                .iter()
                .enumerate()
                .filter(|(_, item)| item.tone != Tone::Heading)
                .filter_map(|(index, item)| Some((ranker.rank(item)?, index)))
                .collect();
            if self.kind == MenuKind::Palette {
                answers.sort_unstable();
            }
            self.shown = answers.into_iter().map(|(_, index)| index).collect();
        }
        self.cursor = 0;
        self.top = 0;
        self.step_off_heading(true);
    }

    /// The items shown, in order.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.shown.iter().map(|index| &self.items[*index])
    }

    /// The item under the cursor.
    pub fn chosen(&self) -> Option<&Item> {
        self.shown.get(self.cursor).map(|index| &self.items[*index])
    }

    /// Whether a place on the screen lies beside the list.
    pub fn is_beside(&self, at: Position) -> bool {
        !self.drawn.0.contains(at)
    }

    /// Puts the cursor on the item at a place on the screen. Returns whether there is one.
    pub fn point_at(&mut self, at: Position) -> bool {
        let lines = self.drawn.1;
        if !lines.contains(at) {
            return false;
        }
        let line = self.top + usize::from(at.y - lines.y);
        let is_item = self.shown.get(line).is_some_and(|index| self.items[*index].tone != Tone::Heading);
        if is_item {
            self.cursor = line;
        }
        is_item
    }

    /// Moves the cursor. Returns whether the command is one that moves.
    pub fn travel(&mut self, command: Command, count: u32) -> bool {
        let last = self.shown.len().saturating_sub(1);
        let times = count as usize;
        let page = self.page.max(1);
        let (to, down) = match command {
            Command::Down => (self.cursor + times, true),
            Command::Up => (self.cursor.saturating_sub(times), false),
            Command::Top => (0, true),
            Command::Bottom => (last, false),
            Command::HalfPageDown => (self.cursor + page / 2, true),
            Command::HalfPageUp => (self.cursor.saturating_sub(page / 2), false),
            Command::PageDown => (self.cursor + page, true),
            Command::PageUp => (self.cursor.saturating_sub(page), false),
            _ => return false,
        };
        self.cursor = to.min(last);
        self.step_off_heading(down);
        true
    }

    fn step_off_heading(&mut self, down: bool) {
        let is_heading = |menu: &Self, at: usize| {
            menu.shown.get(at).is_some_and(|index| menu.items[*index].tone == Tone::Heading)
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

    fn fit(&mut self, page: usize) {
        self.page = page;
        let most = self.shown.len().saturating_sub(page);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(page.max(1))).min(most);
        // The heading above the first item stays in sight.
        if self.cursor == 1 {
            self.top = 0;
        }
    }
}
