//! The tables: the lowest layer, which is always there.

mod csv;
mod filter;
mod hints;
mod rows;
mod users;

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub use filter::FilterPrompt;

use crate::model::{Kind, ResourceId};
use crate::tui::app::{App, STATE_FLASH_DURATION};
use crate::tui::command::{RowCommand, TableCommand};
use crate::tui::effect::Work;
use crate::tui::layer::{Handled, Hint, Layer, Watched};
use crate::tui::overlays::{columns, quit, sort};
use crate::tui::writes::Compare;
use crate::tui::{Command, Effect, KeyContext, draw};

/// Rows that a notch of the wheel scrolls.
const WHEEL_ROWS: usize = 3;

/// The tables. What they show is the app's, so that menus can change it.
pub struct TableLayer;

fn mouse(mouse: MouseEvent, app: &mut App) -> Handled {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollDown => app.pane_mut().scroll(true, WHEEL_ROWS),
        MouseEventKind::ScrollUp => app.pane_mut().scroll(false, WHEEL_ROWS),
        MouseEventKind::Down(MouseButton::Left) if app.table_area.contains(at) => {
            let row = app.pane().top + usize::from(at.y - app.table_area.y);
            if row < app.pane().shown().len() {
                if row == app.pane().cursor() {
                    return rows::perform(RowCommand::Open, app);
                }
                app.pane_mut().select_row(row);
            }
        }
        MouseEventKind::Down(MouseButton::Left) => click_on_head(at, app),
        _ => {}
    }
    Handled::done()
}

/// A click on a tab or on the title of a column.
fn click_on_head(at: Position, app: &mut App) {
    // Below the tabs there may be a banner.
    if at.y == app.header_area.y + 1 {
        let tab = app.tabs.iter().find(|(from, to, _)| (*from..*to).contains(&at.x));
        if let Some((.., pane)) = tab.copied() {
            app.go_to_pane(pane);
        }
    } else if at.y.saturating_add(1) == app.table_area.y {
        let head = app.heads.iter().find(|(from, to, _)| (*from..*to).contains(&at.x));
        if let Some((.., column)) = head.filter(|(.., column)| column.sorts()).copied() {
            app.pane_mut().sort_by(column);
        }
    }
}

impl Layer for TableLayer {
    fn key_context(&self) -> KeyContext {
        KeyContext::Table
    }

    fn watched(&self, app: &App) -> Option<Watched> {
        let instance = |id: &&ResourceId| id.kind == Kind::Instance;
        let pane = app.pane();
        Some(Watched {
            visible: pane.visible().iter().map(|row| row.id()).filter(instance).cloned().collect(),
            focus: pane.selected().map(|row| row.id()).filter(instance).cloned(),
        })
    }

    fn hints(&self, app: &App) -> Vec<Hint> {
        hints::hints(app)
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        match event {
            TerminalEvent::Mouse(event) => mouse(*event, app),
            TerminalEvent::Resize(..) => {
                for pane in &mut app.panes {
                    pane.widths.clear();
                }
                Handled::done()
            }
            TerminalEvent::Key(_)
            | TerminalEvent::Paste(_)
            | TerminalEvent::FocusGained
            | TerminalEvent::FocusLost => Handled::Ignored,
        }
    }

    fn perform(&mut self, command: Command, count: Option<u32>, app: &mut App) -> Handled {
        // Keys come faster than frames: what was typed before this one counts.
        app.finish_arranging();
        TableCommand::of(command).map_or(Handled::Ignored, |command| perform(command, count, app))
    }

    fn redraw_in(&self, app: &App) -> Option<Duration> {
        let mut visible = app.pane().visible().iter();
        // The time of what is being done to a row counts up.
        let is_busy = visible.clone().any(|row| app.store.busy(row.id(), app.now).is_some());
        let flashes = visible
            .by_ref()
            .filter_map(|row| app.store.moved(row.id()))
            .filter_map(|moved| STATE_FLASH_DURATION.checked_sub(app.now.since(moved)))
            .filter(|left| !left.is_zero());
        flashes.chain(is_busy.then_some(Duration::from_secs(1))).min()
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        draw::table(app, area, buf);
    }
}

fn perform(command: TableCommand, count: Option<u32>, app: &mut App) -> Handled {
    match command {
        TableCommand::Move(movement) => app.pane_mut().travel(movement, count),
        TableCommand::Row(command) => return rows::perform(command, app),
        TableCommand::Pane(number) => app.go_to_pane(usize::from(number).saturating_sub(1)),
        TableCommand::NextPane => app.go_to_pane((app.active + 1) % app.panes.len()),
        TableCommand::PreviousPane => app.go_to_pane((app.active + app.panes.len() - 1) % app.panes.len()),
        TableCommand::Search => app.open_layer(FilterPrompt::new(app)),
        TableCommand::Back => return back(app).into(),
        TableCommand::Close if app.pane().narrow.is_some() => return back(app).into(),
        TableCommand::Close => app.open_layer(quit::menu()),
        TableCommand::NextMatch | TableCommand::PreviousMatch => {
            let forward = command == TableCommand::NextMatch;
            if !app.panes[app.active].next_match(forward, &app.store, app.now) {
                return Effect::report("no other row matches".to_owned()).into();
            }
        }
        TableCommand::Mark => app.pane_mut().toggle_mark(),
        TableCommand::MarkRange => app.pane_mut().mark_range(),
        TableCommand::ClearMarks => return clear_marks(app).into(),
        TableCommand::SortMenu => app.open_layer(sort::menu(app)),
        TableCommand::SortByName => app.pane_mut().sort_by_name(),
        TableCommand::SortByAge => app.pane_mut().sort_by_id("age"),
        TableCommand::SortByState => app.pane_mut().sort_by_id("state"),
        TableCommand::SortByContext => app.pane_mut().sort_by_id("context"),
        TableCommand::Wide => {
            let pane = app.pane_mut();
            pane.wide = !pane.wide;
            pane.widths.clear();
        }
        TableCommand::Columns => app.open_layer(columns::menu(app)),
        TableCommand::Attention => {
            let pane = app.pane_mut();
            pane.attention = !pane.attention;
        }
        TableCommand::Save => return csv::save(app).into(),
        TableCommand::Compare => match Compare::of(app) {
            Ok(compare) => app.open_layer(compare),
            Err(why) => return Effect::complain(why).into(),
        },
        TableCommand::Create => return Work::OpenCreate(None).into(),
    }
    Handled::done()
}

/// Esc in a table: one thing at a time, from the lightest to the heaviest.
fn back(app: &mut App) -> Vec<Effect> {
    // A message goes on the way, and costs a key of its own only before marks, which no key brings back.
    let dismissed = app.messages.dismiss(app.now);
    let here = app.location(None);
    let pane = &mut app.panes[app.active];
    if !pane.filter_text.is_empty() {
        pane.set_filter("", &app.store);
        return Vec::new();
    }
    pane.forget_search();
    if pane.attention {
        pane.attention = false;
    } else if !pane.marks.is_empty() {
        return if dismissed { Vec::new() } else { clear_marks(app) };
    } else if pane.narrow.is_some() {
        pane.narrow = None;
        if let Some(location) = app.history.last_table(&here) {
            app.restore_location(&location);
        }
    } else if !dismissed && !app.dismiss_notice() {
        app.banner = None;
    }
    Vec::new()
}

fn clear_marks(app: &mut App) -> Vec<Effect> {
    let marks = &mut app.pane_mut().marks;
    let count = marks.len();
    marks.clear();
    match count {
        0 => Vec::new(),
        1 => vec![Effect::report("1 mark cleared")],
        _ => vec![Effect::report(format!("{count} marks cleared"))],
    }
}
