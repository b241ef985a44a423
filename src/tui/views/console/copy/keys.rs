//! Keys that are text: the search as it is typed, and the character that `f` and its kin look for.

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use super::search::{Search, Typing};
use super::words::word_at;
use super::{CopyMode, prompt};
use crate::console::{Place, TextScreen};
use crate::tui::widgets::pattern::Pattern;
use crate::tui::widgets::prompt::Typed;

impl CopyMode {
    /// Opens the line in which a search is typed.
    pub(super) fn start_search(&mut self, older: bool) {
        self.follows = false;
        self.typing = Some(Typing {
            prompt: prompt(older),
            older,
            start: (self.cursor, self.view.top),
            before: self.search.clone(),
        });
    }

    /// Edits the search that is being typed: each change is searched for at once, from where the search began.
    pub(super) fn type_search(&mut self, event: &Event, text: &dyn TextScreen) {
        let Some(typing) = &mut self.typing else { return };
        match typing.prompt.type_event(event) {
            Typed::Nothing => {}
            Typed::Changed => self.search_typed(text),
            Typed::Accepted => self.accept_search(text),
            Typed::Cancelled => {
                if let Some(Typing { start: (cursor, top), before, .. }) = self.typing.take() {
                    self.search = before;
                    self.go(text, cursor);
                    self.view.top = top;
                    self.view.settle(text);
                }
            }
        }
    }

    fn search_typed(&mut self, text: &dyn TextScreen) {
        let Some(typing) = &self.typing else { return };
        let ((cursor, top), older) = (typing.start, typing.older);
        self.search =
            Pattern::parse(typing.prompt.text()).map(|pattern| Search::begin(text, pattern, older, cursor));
        let place = self.search.as_ref().and_then(Search::place);
        self.view.top = top;
        self.view.settle(text);
        self.go(text, cursor);
        if let Some(place) = place {
            self.go_to_match(text, place);
        }
    }

    /// Ends the typing. An empty search repeats the one before.
    fn accept_search(&mut self, text: &dyn TextScreen) {
        let Some(typing) = self.typing.take() else { return };
        if typing.prompt.text().is_empty() {
            self.search = typing.before;
            if let Some(search) = &mut self.search {
                search.older = typing.older;
            }
            self.next_match(false, 1, text);
        }
    }

    /// Goes to the next match, or to the one before.
    pub(super) fn next_match(&mut self, reverse: bool, times: usize, text: &dyn TextScreen) {
        let cursor = self.cursor;
        let Some(search) = &mut self.search else { return self.notify("nothing was searched for yet") };
        let note = search.step(text, cursor, reverse, times);
        if let Some(place) = search.place() {
            self.go_to_match(text, place);
        }
        if let Some(note) = note {
            self.notify(note);
        }
    }

    /// Searches for the word under the cursor.
    pub(super) fn search_word(&mut self, older: bool, times: usize, text: &dyn TextScreen) {
        let line = text.line(self.cursor.line);
        let word = line.as_ref().and_then(|line| word_at(line, self.cursor.column));
        let Some(pattern) = word.and_then(|word| Pattern::parse(&format!(r"\b{}\b", regex::escape(word))))
        else {
            return self.notify("no word under the cursor");
        };
        self.search = Some(Search::begin(text, pattern, older, self.cursor));
        self.next_match(false, times, text);
    }

    fn go_to_match(&mut self, text: &dyn TextScreen, place: Place) {
        self.go(text, place);
        self.view.centre(text, place);
    }

    /// Takes the character that is searched for in the line. Any other key gives the search up.
    pub(super) fn find_typed(&mut self, event: &Event, text: &dyn TextScreen) {
        let Event::Key(key) = event else { return };
        if key.kind == KeyEventKind::Release {
            return;
        }
        let Some((find, count)) = self.finding.take() else { return };
        if let KeyCode::Char(wanted) = key.code
            && (key.modifiers - KeyModifiers::SHIFT).is_empty()
        {
            self.found = Some((find, wanted));
            self.find(find, wanted, count, false, text);
        }
    }

    /// Repeats the last search for a character.
    pub(super) fn repeat_find(&mut self, reverse: bool, count: usize, text: &dyn TextScreen) {
        match self.found {
            Some((find, wanted)) => {
                let find = if reverse { find.reversed() } else { find };
                self.find(find, wanted, count, true, text);
            }
            None => self.notify("no character was searched for yet"),
        }
    }

    fn find(&mut self, find: super::Find, wanted: char, count: usize, repeated: bool, text: &dyn TextScreen) {
        let line = text.line(self.cursor.line);
        let column = line.and_then(|line| find.column(&line, self.cursor.column, wanted, count, repeated));
        match column {
            Some(column) => self.go(text, Place { column, ..self.cursor }),
            None => self.notify(format!("no `{wanted}` there in this line")),
        }
    }
}
