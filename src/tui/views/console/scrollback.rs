//! The scrollback of a console, while the session goes on.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::console::{Match, Place, TextScreen};
use crate::tui::Look;
use crate::tui::command::Movement;
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::Prompt;

/// A position in the scrollback, and the search in it.
#[derive(Default)]
pub struct Scrollback {
    /// Lines between the view and the end.
    pub back: usize,
    /// The number of the screen's first line at the last draw, to stay on the same lines while more arrive.
    history: u64,
    /// Rows of a page.
    page: usize,
    /// The search that is being typed.
    pub prompt: Option<Prompt>,
    pattern: Option<Pattern>,
    /// `back` when the search began.
    search_start: usize,
    /// The result of the latest search, for the border.
    pub search_result: Option<String>,
}

impl Scrollback {
    /// A position at the end.
    pub fn new(screen: &dyn TextScreen, page: u16) -> Self {
        Self { history: screen.live_top().line, page: usize::from(page.max(1)), ..Self::default() }
    }

    /// Keeps the position on the same lines when the scrollback has grown, and inside of it when it has shrunk.
    pub fn follow(&mut self, screen: &dyn TextScreen, page: u16) {
        let history = screen.live_top().line;
        let more = usize::try_from(history.saturating_sub(self.history)).unwrap_or(usize::MAX);
        if self.back > 0 {
            self.back = self.back.saturating_add(more);
            self.search_start = self.search_start.saturating_add(more);
        }
        self.back = self.back.min(lines_above(screen));
        self.history = history;
        self.page = usize::from(page.max(1));
    }

    /// Moves towards older or newer lines.
    pub fn travel(&mut self, movement: Movement, count: Option<u32>, screen: &dyn TextScreen) {
        let count = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let page = self.page.saturating_sub(1).max(1).saturating_mul(count);
        let half = (self.page / 2).max(1).saturating_mul(count);
        match movement {
            Movement::Up => self.up(count, screen),
            Movement::Down => self.down(count),
            Movement::HalfPageUp => self.up(half, screen),
            Movement::HalfPageDown => self.down(half),
            Movement::PageUp => self.up(page, screen),
            Movement::PageDown => self.down(page),
            Movement::Top => self.up(usize::MAX, screen),
            Movement::Bottom => self.down(usize::MAX),
        }
    }

    /// Opens the line in which a search is typed.
    pub fn start_search(&mut self) {
        self.search_start = self.back;
        self.prompt = Some(Prompt::new("/", ""));
    }

    fn up(&mut self, lines: usize, screen: &dyn TextScreen) {
        self.back = self.back.saturating_add(lines).min(lines_above(screen));
    }

    fn down(&mut self, lines: usize) {
        self.back = self.back.saturating_sub(lines);
    }

    /// Searches for the text typed so far, from where the search began towards older lines.
    pub fn search_typed(&mut self, screen: &dyn TextScreen) {
        let text = self.prompt.as_ref().map(|prompt| prompt.text().to_owned()).unwrap_or_default();
        self.pattern = Pattern::parse(&text);
        self.back = self.search_start;
        self.search_result = None;
        let Some(pattern) = &self.pattern else { return };
        let matches = lines_back(screen, screen.search(pattern.regex()));
        let nearest = matches.iter().find(|back| **back >= self.search_start).or(matches.last());
        self.search_result = Some(match nearest {
            Some(back) => {
                self.back = *back;
                match_count(matches.len())
            }
            None => "not found".to_owned(),
        });
    }

    /// Cancels the search and returns to where it began.
    pub fn cancel_search(&mut self) {
        self.prompt = None;
        self.pattern = None;
        self.search_result = None;
        self.back = self.search_start;
    }

    /// Moves to the next older (or newer) match.
    pub fn find_next(&mut self, older: bool, screen: &dyn TextScreen) {
        let Some(pattern) = &self.pattern else { return };
        let matches = lines_back(screen, screen.search(pattern.regex()));
        let next = if older {
            matches.iter().find(|back| **back > self.back)
        } else {
            matches.iter().rev().find(|back| **back < self.back)
        };
        self.search_result = Some(match (next, older) {
            (Some(back), _) => {
                self.back = *back;
                match_count(matches.len())
            }
            (None, true) => "no older match".to_owned(),
            (None, false) => "no newer match".to_owned(),
        });
    }

    /// Highlights the matches in the rows of the grid as they were drawn.
    pub fn highlight(&self, grid: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let Some(pattern) = &self.pattern else { return };
        for y in grid.top()..grid.bottom() {
            let mut text = String::new();
            let mut starts = Vec::new();
            for x in grid.left()..grid.right() {
                starts.push((text.len(), x));
                text.push_str(buf[(x, y)].symbol());
            }
            // A `$` in the pattern matches the end of the text, not of the row.
            for range in pattern.find(text.trim_end()) {
                for (_, x) in starts.iter().filter(|(start, _)| range.contains(start)) {
                    buf[(*x, y)].set_style(look.theme.matched);
                }
            }
        }
    }
}

/// The lines above the screen.
fn lines_above(screen: &dyn TextScreen) -> usize {
    usize::try_from(screen.live_top().line - screen.lines().start).unwrap_or(usize::MAX)
}

/// The views that show matches, as lines between the view and the end, nearest to the end first.
fn lines_back(screen: &dyn TextScreen, matches: Vec<Match>) -> Vec<usize> {
    let live = screen.live_top().line;
    let mut back: Vec<_> = matches
        .iter()
        .rev()
        .map(|found| usize::try_from(live.saturating_sub(found.line)).unwrap_or(0))
        .collect();
    back.dedup();
    back
}

/// The first row of a view that is so many lines back.
pub fn top_of(screen: &dyn TextScreen, back: usize) -> Place {
    let live = screen.live_top();
    if back == 0 {
        return live;
    }
    Place { line: live.line.saturating_sub(back as u64).max(screen.lines().start), column: 0 }
}

fn match_count(count: usize) -> String {
    if count == 1 { "1 match".to_owned() } else { format!("{count} matches") }
}
