//! Copy mode: a cursor over the text of a console, movements as vi has them, search, and selections for the clipboard.
//!
//! ```text
//!  lines 0..900    scrollback ┐
//!  line 640        ───────────│── top of the view, a Place: it stays while output goes on
//!  lines 640..670  the view   │   cursor and selection are Places too, so a new width moves none of them
//!  lines 900..930  live screen┘
//! ```
//!
//! The session goes on. [`CopyMode::enter`] begins it; commands, raw events and the mouse go in, and each returns whether
//! it goes on. The places are pure functions of the text: `rows` has its geometry, `words` and `motion` the movements,
//! `selection` what is selected, `search` the order of matches, `link` what can be opened.

mod act;
mod draw;
mod keys;
mod link;
mod motion;
mod mouse;
mod rows;
mod search;
mod selection;
mod view;
mod words;

#[cfg(test)]
mod tests;

use crossterm::event::Event;

pub use mouse::LiveMouse;

use crate::console::{Place, Size, TextScreen};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Command, Effect};
use motion::Find;
use rows::{clamp, place_in};
use search::{Search, Typing};
use selection::{Kind, Selection};
use view::View;

/// Whether copy mode goes on, and what is to be done.
#[derive(Debug, PartialEq)]
pub enum After {
    /// It goes on.
    Stay(Vec<Effect>),
    /// The live screen is shown again.
    Leave(Vec<Effect>),
}

impl After {
    const fn stay() -> Self {
        Self::Stay(Vec::new())
    }
}

/// A cursor over the text of a console.
pub struct CopyMode {
    /// The name of the console, for files.
    name: String,
    view: View,
    cursor: Place,
    /// The column of the screen to which the cursor returns on longer lines.
    wanted_x: Option<u32>,
    selection: Option<Selection>,
    search: Option<Search>,
    typing: Option<Typing>,
    /// The direction in which the next key is searched for, and its count.
    finding: Option<(Find, usize)>,
    /// What `;` repeats.
    found: Option<(Find, char)>,
    mark: Option<Place>,
    /// The view stays at the end, where it was sent by a key.
    follows: bool,
    /// It was entered by scrolling, so that scrolling to the end leaves it.
    by_scroll: bool,
    /// The line of the guest's cursor when output was last seen.
    seen_line: u64,
    mouse: mouse::Clicks,
    /// A message until the next key.
    notice: Option<String>,
}

impl CopyMode {
    /// Enters on what shows of the live screen in an area of this size, with the cursor where the guest's is, or near it
    /// where that does not show.
    pub fn enter(text: &dyn TextScreen, size: Size, name: impl Into<String>) -> Self {
        let view = View::live(text, size);
        let cursor = clamp(text, text.cursor_place());
        let x = view.confine_column(rows::x_of(text, cursor));
        let cursor = view.confine(text, cursor, x);
        let cursor = rows::row_of(text, cursor).map_or(cursor, |row| place_in(text, &row, x));
        Self {
            name: name.into(),
            view,
            cursor,
            wanted_x: None,
            selection: None,
            search: None,
            typing: None,
            finding: None,
            found: None,
            mark: None,
            follows: false,
            by_scroll: false,
            seen_line: text.cursor_place().line,
            mouse: mouse::Clicks::default(),
            notice: None,
        }
    }

    /// Enters so many rows up; scrolling down to the end leaves again.
    pub fn enter_scrolled(text: &dyn TextScreen, size: Size, name: impl Into<String>, rows: u16) -> Self {
        let mut copy = Self { by_scroll: true, ..Self::enter(text, size, name) };
        copy.scroll(text, -i64::from(rows));
        copy
    }

    /// True if the next keys are text, not commands: a search is typed, or a character is searched for.
    pub const fn takes_text(&self) -> bool {
        self.typing.is_some() || self.finding.is_some()
    }

    /// True while what to search for is typed, in a line of its own.
    pub const fn has_prompt(&self) -> bool {
        self.typing.is_some()
    }

    /// Takes a key or a paste while [`CopyMode::takes_text`].
    pub fn type_event(&mut self, event: &Event, text: &dyn TextScreen) -> After {
        if self.finding.is_some() {
            self.find_typed(event, text);
        } else {
            self.type_search(event, text);
        }
        After::stay()
    }

    /// The commands that do something now, the most useful first, each with a word.
    pub fn offers(&self) -> Vec<(Command, &'static str)> {
        let mut offers = Vec::new();
        if self.selection.is_some() {
            offers.extend([
                (Command::CopySelection, "copy"),
                (Command::OtherEnd, "other end"),
                (Command::Back, "unselect"),
            ]);
        } else {
            offers.extend([
                (Command::Back, "live"),
                (Command::Select, "select"),
                (Command::SelectLines, "lines"),
                (Command::SelectBlock, "block"),
                (Command::CopyLine, "copy line"),
                (Command::OtherEnd, "open link"),
            ]);
        }
        if self.search.is_some() {
            offers.extend([(Command::NextMatch, "next"), (Command::PreviousMatch, "previous")]);
        } else {
            offers.extend([(Command::Search, "search"), (Command::SearchBack, "search up")]);
        }
        offers.extend([(Command::OpenText, "editor"), (Command::Save, "save")]);
        offers
    }

    /// Brings view and cursor up to date with the text, before they are drawn.
    fn settle(&mut self, text: &dyn TextScreen, size: Size) {
        let lines = text.lines();
        if self.view.top.line < lines.start {
            self.notice = Some("older lines were dropped: the history is full".to_owned());
        }
        let resized = self.view.resize(size);
        self.view.settle(text);
        if let Some(selection) = &mut self.selection {
            selection.anchor = clamp(text, selection.anchor);
        }
        if self.follows {
            self.follow_end(text);
        } else {
            self.cursor = clamp(text, self.cursor);
            if resized {
                self.view.reveal(text, self.cursor);
            }
        }
        self.view.reveal_column(rows::x_of(text, self.cursor));
    }

    /// Sets the cursor, and scrolls as little as shows it.
    fn go(&mut self, text: &dyn TextScreen, place: Place) {
        self.cursor = clamp(text, place);
        self.wanted_x = None;
        self.follows = false;
        self.view.reveal(text, self.cursor);
    }

    /// Goes to the end of the text, where new output shows.
    fn follow_end(&mut self, text: &dyn TextScreen) {
        self.cursor = rows::end(text);
        self.view.top = self.view.last_top(text);
        self.seen_line = text.cursor_place().line;
    }

    /// Scrolls by rows, towards newer ones if positive; the cursor stays in what is shown.
    fn scroll(&mut self, text: &dyn TextScreen, rows: i64) {
        self.follows = false;
        let x = self.wanted(text);
        self.view.scroll(text, rows);
        self.cursor = self.view.confine(text, self.cursor, x);
        self.wanted_x = Some(x);
    }

    /// The column of the screen that the cursor keeps to.
    fn wanted(&self, text: &dyn TextScreen) -> u32 {
        self.wanted_x.unwrap_or_else(|| rows::x_of(text, self.cursor))
    }

    /// Lines that have come since it was entered.
    fn new_lines(&self, text: &dyn TextScreen) -> u64 {
        text.cursor_place().line.saturating_sub(self.seen_line)
    }

    /// The text that is selected, line by line.
    fn selected(&self, text: &dyn TextScreen) -> Option<Vec<String>> {
        Some(self.selection?.extent(text, self.cursor).text(text))
    }

    /// Copies lines to the clipboard.
    fn copied(lines: &[String]) -> Vec<Effect> {
        let label = match lines {
            [line] => counted(line.chars().count(), "character"),
            lines => counted(lines.len(), "line"),
        };
        vec![Effect::copy_lines(lines, label)]
    }
}

/// A number of things: `1 line`, `2,000 lines`.
fn counted(number: usize, what: &str) -> String {
    let number_grouped = crate::tui::widgets::number::grouped(number);
    if number == 1 { format!("1 {what}") } else { format!("{number_grouped} {what}s") }
}

/// The prompt of a search.
fn prompt(older: bool) -> Prompt {
    Prompt::new(if older { "?" } else { "/" }, "")
}
