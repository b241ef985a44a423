//! What each event does to the state.

use crossterm::event::{Event as TerminalEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

use super::{App, Event};
use crate::fleet::FleetEvent;
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::widgets::prompt::Typed;
use crate::tui::{Command, Effect, KeyContext};

/// Rows that a notch of the wheel scrolls.
const WHEEL: usize = 3;

impl App {
    /// Takes an event in. Returns what is to be done outside.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let effects = match event {
            Event::Terminal(event) => {
                self.dirty = true;
                self.terminal(&event)
            }
            Event::Fleet(event) => self.fleet(*event),
            Event::Section(id, section) => {
                self.dirty = true;
                for (view, _) in &mut self.views {
                    view.section(&id, section.as_deref());
                }
                Vec::new()
            }
            Event::TailOpened(id, tail) => {
                if let Some((view, _)) = self.views.last_mut() {
                    view.tail_opened(&id, tail);
                }
                Vec::new()
            }
            Event::Arranged(arranged) => {
                self.dirty = true;
                for pane in &mut self.panes {
                    if pane.kind == arranged.kind() {
                        pane.take(*arranged);
                        break;
                    }
                }
                Vec::new()
            }
            Event::Page(id, asked, answer) => self.page(&id, asked, *answer),
            Event::Opened(view, by) => self.show(view, by),
            Event::Said(text) => vec![Effect::Say(text)],
            Event::Failed(text) => vec![Effect::Complain(text)],
            Event::Tick => {
                self.dirty = true;
                Vec::new()
            }
        };
        self.settle(effects)
    }

    fn fleet(&mut self, event: FleetEvent) -> Vec<Effect> {
        match event {
            FleetEvent::Log(tail, event) => {
                let Some((last, below)) = self.views.split_last_mut() else {
                    return Vec::new();
                };
                for (view, _) in below {
                    view.log(tail, Some(event.clone()));
                }
                last.0.log(tail, Some(event));
            }
            FleetEvent::LogEnded(tail) => {
                for (view, _) in &mut self.views {
                    view.log(tail, None);
                }
            }
            event => {
                let now = self.now;
                let auth = matches!(event, FleetEvent::Auth(..));
                self.dirty |= self.store.apply_at(event, now);
                if auth {
                    self.forget_put_away();
                }
            }
        }
        Vec::new()
    }

    fn terminal(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        match event {
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            TerminalEvent::Key(key) => {
                let quits = self.keymap.look_up(KeyContext::Everywhere, &[Chord::of(*key)])
                    == Lookup::Bound(Command::Quit);
                if self.menu.is_some() {
                    if quits { vec![Effect::Quit] } else { self.menu_key(event) }
                } else if self.prompt.is_some() {
                    if quits { vec![Effect::Quit] } else { self.filter_key(event) }
                } else if let Some((view, _)) = self.views.last_mut().filter(|(view, _)| view.typing()) {
                    view.type_event(event)
                } else {
                    self.key(*key)
                }
            }
            TerminalEvent::Paste(_) => {
                if self.menu.is_some() {
                    self.menu_key(event)
                } else if self.prompt.is_some() {
                    self.filter_key(event)
                } else if let Some((view, _)) = self.views.last_mut().filter(|(view, _)| view.typing()) {
                    view.type_event(event)
                } else {
                    Vec::new()
                }
            }
            TerminalEvent::Mouse(mouse) => self.mouse(*mouse, event),
            TerminalEvent::Resize(..) => {
                for pane in &mut self.panes {
                    pane.widths.clear();
                }
                Vec::new()
            }
            TerminalEvent::FocusGained | TerminalEvent::FocusLost => {
                if let Some((view, _)) = self.views.last_mut().filter(|(view, _)| view.typing()) {
                    return view.type_event(event);
                }
                Vec::new()
            }
        }
    }

    /// A key while the filter is being typed: the table follows at every letter.
    fn filter_key(&mut self, event: &TerminalEvent) -> Vec<Effect> {
        let Some(prompt) = &mut self.prompt else {
            return Vec::new();
        };
        let typed = prompt.type_event(event);
        let text = prompt.text().to_owned();
        match typed {
            Typed::Changed => self.panes[self.active].set_filter(&text, &self.store),
            Typed::Nothing => {
                // The cursor of the table can be moved without leaving the line.
                if let TerminalEvent::Key(key) = event
                    && let Lookup::Bound(command) =
                        self.keymap.look_up(KeyContext::Everywhere, &[Chord::of(*key)])
                {
                    self.pane_mut().travel(command, None);
                }
            }
            Typed::Accepted => {
                if let Some(error) = self.pane().filter_error() {
                    return vec![Effect::Complain(format!("filter: {error}"))];
                }
                self.prompt = None;
                self.pane_mut().remember_search();
            }
            Typed::Cancelled => {
                self.prompt = None;
                let before = std::mem::take(&mut self.before_filter);
                self.panes[self.active].set_filter(&before, &self.store);
            }
        }
        Vec::new()
    }

    fn mouse(&mut self, mouse: MouseEvent, event: &TerminalEvent) -> Vec<Effect> {
        if self.menu.is_some() {
            return self.menu_wheel(mouse);
        }
        if let Some((view, _)) = self.views.last_mut() {
            if view.typing() {
                return view.type_event(event);
            }
            return match mouse.kind {
                MouseEventKind::ScrollDown => view.apply(Command::Down, Some(3)),
                MouseEventKind::ScrollUp => view.apply(Command::Up, Some(3)),
                _ => Vec::new(),
            };
        }
        let at = ratatui::layout::Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollDown => self.pane_mut().scroll(true, WHEEL),
            MouseEventKind::ScrollUp => self.pane_mut().scroll(false, WHEEL),
            MouseEventKind::Down(MouseButton::Left) if self.table_area.contains(at) => {
                let row = self.pane().top + usize::from(at.y - self.table_area.y);
                if row < self.pane().shown().len() {
                    if row == self.pane().cursor() {
                        return self.dispatch(Command::Open, None);
                    }
                    self.pane_mut().select_row(row);
                }
            }
            MouseEventKind::Down(MouseButton::Left) => {
                let hit = |spans: &[(u16, u16, usize)]| {
                    spans.iter().find(|(from, to, _)| (*from..*to).contains(&at.x)).map(|span| span.2)
                };
                // Below the tabs there may be a banner.
                if at.y == self.header_area.y + 1 {
                    if let Some(pane) = hit(&self.tabs) {
                        self.go_to_pane(pane);
                    }
                } else if at.y.saturating_add(1) == self.table_area.y {
                    let head = self.heads.iter().find(|(from, to, _)| (*from..*to).contains(&at.x));
                    if let Some((.., column)) = head.filter(|(.., column)| column.sorts()).copied() {
                        self.pane_mut().sort_by(column);
                    }
                }
            }
            _ => {}
        }
        Vec::new()
    }
}
