//! Looking back in a console while it goes on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::console::TextScreen;
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::{Command, Look};

/// A place in the scrollback.
#[derive(Default)]
pub struct Scrollback {
    /// How many lines back the view is.
    pub back: usize,
    /// How many lines had left the screen at that time, to stay on the same lines when more do.
    known: u64,
    /// Rows of a page.
    page: usize,
    /// A search is being typed.
    pub prompt: Option<Prompt>,
    pattern: Option<Pattern>,
    /// Where the search began.
    from: usize,
    /// What the latest search found, for the border.
    pub found: Option<String>,
}

impl Scrollback {
    /// Begins at the end.
    pub fn new(screen: &dyn TextScreen, page: u16) -> Self {
        Self { known: screen.history(), page: usize::from(page.max(1)), ..Self::default() }
    }

    /// Stays on the same lines when the scrollback has grown, and inside of it when it has shrunk.
    pub fn follow(&mut self, screen: &dyn TextScreen, page: u16) {
        let history = screen.history();
        let more = usize::try_from(history.saturating_sub(self.known)).unwrap_or(usize::MAX);
        if self.back > 0 {
            self.back = self.back.saturating_add(more);
            self.from = self.from.saturating_add(more);
        }
        self.back = self.back.min(screen.scrollback());
        self.known = history;
        self.page = usize::from(page.max(1));
    }

    /// Moves or searches; whether the intent means anything here.
    pub fn apply(&mut self, intent: Command, count: Option<u32>, screen: &dyn TextScreen) -> bool {
        let count = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let page = self.page.saturating_sub(1).max(1).saturating_mul(count);
        let half = (self.page / 2).max(1).saturating_mul(count);
        match intent {
            Command::Up => self.up(count, screen),
            Command::Down => self.down(count),
            Command::HalfPageUp => self.up(half, screen),
            Command::HalfPageDown => self.down(half),
            Command::PageUp => self.up(page, screen),
            Command::PageDown => self.down(page),
            Command::Top => self.up(usize::MAX, screen),
            Command::Bottom => self.down(usize::MAX),
            Command::Search => {
                self.from = self.back;
                self.prompt = Some(Prompt::new("/", ""));
            }
            Command::NextMatch => self.step(true, screen),
            Command::PreviousMatch => self.step(false, screen),
            _ => return false,
        }
        true
    }

    fn up(&mut self, lines: usize, screen: &dyn TextScreen) {
        self.back = self.back.saturating_add(lines).min(screen.scrollback());
    }

    fn down(&mut self, lines: usize) {
        self.back = self.back.saturating_sub(lines);
    }

    /// Looks for what is typed so far, from where the search began towards older lines.
    pub fn typed(&mut self, screen: &dyn TextScreen) {
        let text = self.prompt.as_ref().map(|prompt| prompt.text().to_owned()).unwrap_or_default();
        self.pattern = Pattern::parse(&text);
        self.back = self.from;
        self.found = None;
        let Some(pattern) = &self.pattern else { return };
        let matches = screen.search(pattern.regex());
        let nearest = matches.iter().find(|back| **back >= self.from).or(matches.last());
        self.found = Some(match nearest {
            Some(back) => {
                self.back = *back;
                places(matches.len())
            }
            None => "not found".to_owned(),
        });
    }

    /// Gives up what is being typed.
    pub fn cancel(&mut self) {
        self.prompt = None;
        self.pattern = None;
        self.found = None;
        self.back = self.from;
    }

    fn step(&mut self, older: bool, screen: &dyn TextScreen) {
        let Some(pattern) = &self.pattern else { return };
        let matches = screen.search(pattern.regex());
        let next = if older {
            matches.iter().find(|back| **back > self.back)
        } else {
            matches.iter().rev().find(|back| **back < self.back)
        };
        self.found = Some(match (next, older) {
            (Some(back), _) => {
                self.back = *back;
                places(matches.len())
            }
            (None, true) => "no older match".to_owned(),
            (None, false) => "no newer match".to_owned(),
        });
    }

    /// Marks what was found in the rows of the grid as they were drawn.
    pub fn highlight(&self, grid: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let Some(pattern) = &self.pattern else { return };
        for y in grid.top()..grid.bottom() {
            let mut text = String::new();
            let mut starts = Vec::new();
            for x in grid.left()..grid.right() {
                starts.push((text.len(), x));
                text.push_str(buf[(x, y)].symbol());
            }
            // A pattern with `$` means the end of what is written.
            for range in pattern.find(text.trim_end()) {
                for (_, x) in starts.iter().filter(|(start, _)| range.contains(start)) {
                    buf[(*x, y)].set_style(look.theme.matched);
                }
            }
        }
    }
}

fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
