//! Commands of copy mode.

use super::link::web_address_at;
use super::motion::{self, Find};
use super::rows::{self, clamp, place_in};
use super::words::{self, Words};
use super::{After, CopyMode, Kind, Selection};
use crate::console::{Place, TextScreen};
use crate::tui::Effect;
use crate::tui::command::{CopyCommand, Movement};
use crate::tui::effect::{EditRequest, TerminalEffect, View, Work};
use crate::tui::layer::Ticket;
use crate::tui::widgets::ansi::file_stem;

impl CopyMode {
    /// Does what a key is bound to. `None` where that is not for copy mode to do.
    pub fn perform(
        &mut self,
        command: CopyCommand,
        count: Option<u32>,
        text: &dyn TextScreen,
    ) -> Option<After> {
        self.notice = None;
        let times = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let rows = i64::try_from(times).unwrap_or(i64::MAX);
        if let Some(place) = self.moved(command, times, text) {
            self.go(text, place);
            self.wanted_x = (command == CopyCommand::LineEnd).then_some(u32::MAX);
            return Some(After::stay());
        }
        match command {
            CopyCommand::Move(movement) => return Some(self.travel(movement, count, text)),
            CopyCommand::ScrollDown => self.scroll(text, rows),
            CopyCommand::ScrollUp => self.scroll(text, -rows),
            CopyCommand::FindForward => self.finding = Some((Find { forward: true, till: false }, times)),
            CopyCommand::FindBack => self.finding = Some((Find { forward: false, till: false }, times)),
            CopyCommand::TillForward => self.finding = Some((Find { forward: true, till: true }, times)),
            CopyCommand::TillBack => self.finding = Some((Find { forward: false, till: true }, times)),
            CopyCommand::RepeatFind => self.repeat_find(false, times, text),
            CopyCommand::RepeatFindBack => self.repeat_find(true, times, text),
            CopyCommand::NextPrompt => self.go_to_prompt(true, times, text),
            CopyCommand::PreviousPrompt => self.go_to_prompt(false, times, text),
            CopyCommand::SetMark => self.set_mark(),
            CopyCommand::GoToMark => self.go_to_mark(text),
            CopyCommand::Select => self.select(Kind::Characters),
            CopyCommand::SelectLines => self.select(Kind::Lines),
            CopyCommand::SelectBlock => self.select(Kind::Block),
            CopyCommand::OtherEnd if self.selection.is_none() => {
                return Some(After::Stay(self.open_link(text)));
            }
            CopyCommand::OtherEnd => self.go_to_other_end(text),
            CopyCommand::Copy if self.selection.is_none() => return Some(self.copy_lines(times, text)),
            CopyCommand::CopySelection | CopyCommand::Copy => return Some(self.copy_selection(text)),
            CopyCommand::CopyLine => return Some(self.copy_lines(times, text)),
            CopyCommand::Search => self.start_search(false),
            CopyCommand::SearchBack => self.start_search(true),
            CopyCommand::NextMatch => self.next_match(false, times, text),
            CopyCommand::PreviousMatch => self.next_match(true, times, text),
            CopyCommand::SearchWord => self.search_word(false, times, text),
            CopyCommand::SearchWordBack => self.search_word(true, times, text),
            CopyCommand::OpenText => return Some(After::Stay(self.open_text(text))),
            CopyCommand::Save => return Some(After::Stay(self.save(text))),
            CopyCommand::Back if self.selection.is_some() => self.selection = None,
            CopyCommand::Back | CopyCommand::Close | CopyCommand::CopyMode => {
                return Some(After::Leave(Vec::new()));
            }
            CopyCommand::MatchingBracket => self.notify("no matching bracket"),
            // They have moved the cursor above, where there is a row to move it to.
            CopyCommand::Left
            | CopyCommand::Right
            | CopyCommand::LineStart
            | CopyCommand::FirstCharacter
            | CopyCommand::LineEnd
            | CopyCommand::NextWord
            | CopyCommand::PreviousWord
            | CopyCommand::WordEnd
            | CopyCommand::NextBigWord
            | CopyCommand::PreviousBigWord
            | CopyCommand::BigWordEnd
            | CopyCommand::NextParagraph
            | CopyCommand::PreviousParagraph
            | CopyCommand::ScreenTop
            | CopyCommand::ScreenMiddle
            | CopyCommand::ScreenBottom => {}
            CopyCommand::Detach
            | CopyCommand::EndSession
            | CopyCommand::NextSession
            | CopyCommand::PreviousSession
            | CopyCommand::Zoom
            | CopyCommand::SendPrefix
            | CopyCommand::Sessions => return None,
        }
        Some(After::stay())
    }

    /// The place to which a command moves the cursor; `None` if it moves it nowhere or is no such command.
    fn moved(&self, command: CopyCommand, times: usize, text: &dyn TextScreen) -> Option<Place> {
        let from = self.cursor;
        let repeat = |step: &dyn Fn(Place) -> Place| Some(repeated(from, times, step));
        match command {
            CopyCommand::Left => Some(motion::left(text, from, times)),
            CopyCommand::Right => Some(motion::right(text, from, times)),
            CopyCommand::LineStart => Some(Place { column: 0, ..from }),
            CopyCommand::FirstCharacter => Some(motion::first_character(text, from)),
            CopyCommand::LineEnd => Some(motion::line_end(text, from)),
            CopyCommand::NextWord => repeat(&|at| words::next(text, at, Words::Small)),
            CopyCommand::PreviousWord => repeat(&|at| words::previous(text, at, Words::Small)),
            CopyCommand::WordEnd => repeat(&|at| words::end(text, at, Words::Small)),
            CopyCommand::NextBigWord => repeat(&|at| words::next(text, at, Words::Big)),
            CopyCommand::PreviousBigWord => repeat(&|at| words::previous(text, at, Words::Big)),
            CopyCommand::BigWordEnd => repeat(&|at| words::end(text, at, Words::Big)),
            CopyCommand::NextParagraph => repeat(&|at| motion::paragraph(text, at, true)),
            CopyCommand::PreviousParagraph => repeat(&|at| motion::paragraph(text, at, false)),
            CopyCommand::MatchingBracket => motion::matching_bracket(text, from),
            CopyCommand::ScreenTop | CopyCommand::ScreenMiddle | CopyCommand::ScreenBottom => {
                let rows = self.view.rows(text);
                let nth = match command {
                    CopyCommand::ScreenTop => times - 1,
                    CopyCommand::ScreenMiddle => rows.len() / 2,
                    _ => rows.len().saturating_sub(times),
                };
                rows.get(nth).or(rows.last()).map(|row| place_in(text, row, 0))
            }
            _ => None,
        }
    }

    fn set_mark(&mut self) {
        self.mark = Some(self.cursor);
        self.notify("marked");
    }

    /// Goes to the mark, which moves to where the cursor was.
    fn go_to_mark(&mut self, text: &dyn TextScreen) {
        if let Some(place) = self.mark {
            self.mark = Some(self.cursor);
            self.go(text, place);
        } else {
            self.notify("no mark set");
        }
    }

    fn go_to_other_end(&mut self, text: &dyn TextScreen) {
        if let Some(selection) = &mut self.selection {
            let anchor = std::mem::replace(&mut selection.anchor, self.cursor);
            self.go(text, anchor);
        }
    }

    pub(super) fn notify(&mut self, text: impl Into<String>) {
        self.notice = Some(text.into());
    }

    fn travel(&mut self, movement: Movement, count: Option<u32>, text: &dyn TextScreen) -> After {
        let times = i64::from(count.unwrap_or(1).max(1));
        let page = (i64::from(self.view.size.rows) - 1).max(1);
        let half = (i64::from(self.view.size.rows) / 2).max(1);
        match (movement, count) {
            (Movement::Up, _) => self.step_rows(-times, text),
            (Movement::Down, _) => self.step_rows(times, text),
            (Movement::HalfPageUp, _) => self.page(-half * times, text),
            (Movement::HalfPageDown, _) => self.page(half * times, text),
            (Movement::PageUp, _) => self.page(-page * times, text),
            (Movement::PageDown, _) => self.page(page * times, text),
            (Movement::Top | Movement::Bottom, Some(number)) => {
                let line = text.lines().start.saturating_add(u64::from(number).saturating_sub(1));
                self.go(text, Place { line, column: 0 });
            }
            (Movement::Top, None) => self.go(text, Place { line: 0, column: 0 }),
            (Movement::Bottom, None) => {
                self.wanted_x = None;
                self.follow_end(text);
                self.follows = self.selection.is_none();
            }
        }
        let is_down = matches!(movement, Movement::HalfPageDown | Movement::PageDown);
        if is_down && self.leaves_at_end(text) { After::Leave(Vec::new()) } else { After::stay() }
    }

    /// True if scrolling has come back to the end where it began.
    pub(super) fn leaves_at_end(&self, text: &dyn TextScreen) -> bool {
        self.by_scroll && self.selection.is_none() && self.search.is_none() && self.view.is_live(text)
    }

    fn step_rows(&mut self, rows: i64, text: &dyn TextScreen) {
        let x = self.wanted(text);
        if let Some(row) = rows::step(text, self.cursor, rows) {
            self.go(text, place_in(text, &row, x));
        }
        self.wanted_x = Some(x);
    }

    fn page(&mut self, rows: i64, text: &dyn TextScreen) {
        let x = self.wanted(text);
        self.view.scroll(text, rows);
        self.step_rows(rows, text);
        self.wanted_x = Some(x);
    }

    fn go_to_prompt(&mut self, forward: bool, times: usize, text: &dyn TextScreen) {
        for _ in 0..times {
            match motion::prompt(text, self.cursor, forward) {
                Ok(place) => self.go(text, place),
                Err(why) => return self.notify(why),
            }
        }
    }

    /// Begins a selection of a kind at the cursor, turns the one there is into that kind, or ends one of it.
    fn select(&mut self, kind: Kind) {
        self.follows = false;
        self.selection = match self.selection {
            Some(selection) if selection.kind == kind => None,
            Some(selection) => Some(Selection { kind, ..selection }),
            None => Some(Selection { kind, anchor: self.cursor }),
        };
    }

    fn copy_selection(&mut self, text: &dyn TextScreen) -> After {
        let Some(lines) = self.selected(text) else {
            self.notify("nothing is selected");
            return After::stay();
        };
        After::Leave(Self::copied(&lines))
    }

    /// Copies this line, or the lines of the selection.
    fn copy_lines(&self, times: usize, text: &dyn TextScreen) -> After {
        let below = Place { line: self.cursor.line.saturating_add(times as u64 - 1), column: 0 };
        let (anchor, last) = self
            .selection
            .map_or_else(|| (self.cursor, clamp(text, below)), |selection| (selection.anchor, self.cursor));
        let lines = Selection { kind: Kind::Lines, anchor }.extent(text, last).text(text);
        After::Leave(Self::copied(&lines))
    }

    /// Shows the link under the cursor, from where it is opened.
    fn open_link(&mut self, text: &dyn TextScreen) -> Vec<Effect> {
        match web_address_at(text, self.cursor) {
            Ok(address) => vec![View::Link(address).into()],
            Err(why) => {
                self.notify(why);
                Vec::new()
            }
        }
    }

    /// Opens all of the text in the user's editor.
    fn open_text(&self, text: &dyn TextScreen) -> Vec<Effect> {
        let name = format!("{}.txt", file_stem(&self.name));
        let request = EditRequest { ticket: Ticket::new(), name, text: whole(text) };
        vec![TerminalEffect::Edit(Box::new(request)).into()]
    }

    /// Saves all of the text.
    fn save(&self, text: &dyn TextScreen) -> Vec<Effect> {
        vec![Work::Save(format!("{}.txt", file_stem(&self.name)), whole(text).into_bytes()).into()]
    }
}

/// A movement made so many times, or until it moves no further.
fn repeated(from: Place, times: usize, step: &dyn Fn(Place) -> Place) -> Place {
    let mut place = from;
    for _ in 0..times {
        let next = step(place);
        if next == place {
            break;
        }
        place = next;
    }
    place
}

/// All of the text, as a file.
fn whole(text: &dyn TextScreen) -> String {
    let mut lines = text.whole();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.push(String::new());
    lines.join("\n")
}
