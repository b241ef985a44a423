//! The line in which the filter is typed: the table follows at every letter.

use crossterm::event::Event as TerminalEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::app::App;
use crate::tui::command::Movement;
use crate::tui::draw::{columns, put, wrap};
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::layer::{Handled, Hint, Layer, Watched};
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::{Command, Effect, KeyContext, Look};

/// The columns between the filter and a note beside it: the label, the cursor, and a gap.
const MIN_GAP_COLUMNS: u16 = 6;

/// The line in which the filter of the table in front is typed.
pub struct FilterPrompt {
    prompt: Prompt,
    /// The filter before, which Esc brings back.
    before: String,
    cursor: Option<Position>,
}

impl FilterPrompt {
    /// A line with the filter in force, selected: typing replaces it, an arrow key edits it.
    pub fn new(app: &App) -> Self {
        let before = app.pane().filter_text.clone();
        Self { prompt: Prompt::selected("/", &before), before, cursor: None }
    }
}

/// Draws a mistake in the filter over as many rows above the line as it takes.
fn draw_above(error: &str, line: Rect, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let text = wrap(error, line.width.saturating_sub(2));
    let height = u16::try_from(text.len()).unwrap_or(u16::MAX).min(area.height);
    let rows = Rect { y: line.y - height, height, ..line };
    for at in rows.positions() {
        buf[at].reset();
    }
    buf.set_style(rows, look.theme.text);
    for (y, text) in (rows.top()..rows.bottom()).zip(&text) {
        put(buf, rows.x + 1, y, rows.width - 2, text, look.theme.bad);
    }
}

impl Layer for FilterPrompt {
    fn is_opaque(&self) -> bool {
        false
    }

    /// The mouse goes to the table.
    fn passes_input(&self) -> bool {
        true
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Everywhere
    }

    fn watched(&self, _app: &App) -> Option<Watched> {
        None
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        Vec::new()
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        let bound = match event {
            TerminalEvent::Key(key) => app.keymap.look_up(KeyContext::Everywhere, &[Chord::of(*key)]),
            TerminalEvent::Paste(_) => Lookup::Unbound,
            _ => return Handled::Ignored,
        };
        if bound == Lookup::Bound(Command::Quit) && !Prompt::is_cancel(event) {
            return Handled::Ignored;
        }
        match self.prompt.type_event(event) {
            Typed::Changed => app.panes[app.active].set_filter(self.prompt.text(), &app.store),
            Typed::Nothing => {
                // The cursor of the table can be moved without leaving the line.
                if let Lookup::Bound(command) = bound
                    && let Some(movement) = Movement::of(command)
                {
                    app.pane_mut().travel(movement, None);
                }
            }
            Typed::Accepted => {
                if let Some(error) = app.pane().filter_error() {
                    return Effect::complain(format!("filter: {error}")).into();
                }
                // The row that is seen now is the one that the next key acts on, also when the filter is removed.
                app.finish_arranging();
                app.pane_mut().keep_selected();
                app.pane_mut().remember_search();
                return Effect::close().into();
            }
            Typed::Cancelled => {
                app.panes[app.active].set_filter(&self.before, &app.store);
                return Effect::close().into();
            }
        }
        Handled::done()
    }

    fn is_draft(&self) -> bool {
        true
    }

    fn perform(&mut self, _command: Command, _count: Option<u32>, _app: &mut App) -> Handled {
        Handled::Ignored
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let line = Rect::new(area.x, area.bottom(), area.width, 1).intersection(buf.area);
        for at in line.positions() {
            buf[at].reset();
        }
        let error = app.pane().filter_error().map(|error| format!("at {}: {error}", error.at + 1));
        let note = error.as_deref().unwrap_or("enter keep  esc cancel");
        let is_beside = columns(self.prompt.text()) + columns(note) + MIN_GAP_COLUMNS <= line.width;
        let look = app.look();
        self.cursor = Some(self.prompt.draw(line, if is_beside { note } else { "" }, buf, &look));
        if let Some(error) = error.filter(|_| !is_beside) {
            draw_above(&error, line, area, buf, &look);
        }
    }

    fn cursor(&self) -> Option<Position> {
        self.cursor
    }
}
