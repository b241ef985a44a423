//! Scrollback and screen as text.

use super::Emulator;

impl Emulator {
    /// Lines in the scrollback above the screen.
    pub fn scrollback(&self) -> usize {
        self.filter.vt.screen().scrollback_len()
    }

    /// Lines that have left the screen upward since the start, including those that the scrollback no longer holds. A
    /// view that is scrolled back adds the difference to stay on its lines.
    pub fn history(&self) -> u64 {
        self.lost_lines_before + self.filter.vt.callbacks().lost_lines + self.scrollback() as u64
    }

    /// Finds every line of scrollback and screen that matches. Each is returned as the number of lines `back` that shows
    /// it, nearest to the end first. Lines that one view shows at its end are one match.
    pub fn search(&mut self, needle: &regex::Regex) -> Vec<usize> {
        let context = usize::from(self.filter.rows()) / 3;
        let scrollback = self.scrollback();
        let lines = self.lines();
        let mut matches: Vec<usize> = lines
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, line)| needle.is_match(line))
            .map(|(place, _)| match scrollback.saturating_sub(place) {
                0 => 0,
                // Some lines of context above the match.
                above => (above + context).min(scrollback),
            })
            .collect();
        matches.dedup();
        matches
    }

    /// Scrollback and screen as text, the oldest line first.
    pub fn lines(&mut self) -> Vec<String> {
        let rows = usize::from(self.filter.rows());
        let columns = self.filter.columns();
        let scrollback = self.scrollback();
        let mut lines = Vec::with_capacity(scrollback + rows);
        while lines.len() < scrollback {
            let fresh = (scrollback - lines.len()).min(rows);
            let screen = self.filter.vt.screen_mut();
            screen.set_scrollback(scrollback - lines.len());
            lines.extend(screen.rows(0, columns).take(fresh));
        }
        let screen = self.filter.vt.screen_mut();
        screen.set_scrollback(0);
        lines.extend(screen.rows(0, columns));
        lines
    }

    /// A line of the screen as text, from zero; spaces at its end left out.
    pub fn line(&self, row: u16) -> String {
        let line = self.filter.vt.screen().rows(0, self.filter.columns()).nth(usize::from(row));
        line.unwrap_or_default().trim_end().to_owned()
    }
}
