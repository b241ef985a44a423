//! The list of open consoles.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::ConsoleKeys;
use super::pane::state_piece;
use super::recording::{playback, playback_piece, recording_piece};
use crate::console::{SessionId, Sessions};
use crate::model::{ResourceId, age};
use crate::tui::app::App;
use crate::tui::command::{MenuCommand, Movement};
use crate::tui::effect::View;
use crate::tui::layer::{Handled, Hint, Layer};
use crate::tui::widgets::frame::{draw_border, put};
use crate::tui::{Command, Effect, KeyContext, Look};

/// The list of open consoles, to choose one or to close it.
pub struct SessionsView {
    sessions: Sessions,
    prefix: String,
    /// The session under the cursor, which stays on it while others are opened and closed.
    selected: Option<SessionId>,
}

impl SessionsView {
    /// The list, with the cursor on the console of `selected` if that is open.
    pub fn new(sessions: &Sessions, selected: Option<&ResourceId>, keys: &ConsoleKeys) -> Self {
        let selected = selected.and_then(|id| sessions.latest_of(id)).map(|open| open.session);
        Self { sessions: sessions.clone(), prefix: keys.prefix_name.clone(), selected }
    }

    fn position(&self) -> usize {
        let all = self.sessions.all();
        all.iter().position(|open| Some(open.session) == self.selected).unwrap_or(0)
    }

    fn select(&mut self, position: usize) {
        let all = self.sessions.all();
        self.selected = all.get(position.min(all.len().saturating_sub(1))).map(|open| open.session);
    }
}

impl SessionsView {
    /// Does what a key is bound to.
    pub(super) fn apply(&mut self, command: Command, count: Option<u32>) -> Handled {
        let count = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let at = self.position();
        let Some(command) = MenuCommand::of(command) else {
            return Handled::Ignored;
        };
        match command {
            MenuCommand::Move(movement) => self.select(match movement {
                Movement::Down | Movement::HalfPageDown | Movement::PageDown => at.saturating_add(count),
                Movement::Up | Movement::HalfPageUp | Movement::PageUp => at.saturating_sub(count),
                Movement::Top => 0,
                Movement::Bottom => usize::MAX,
            }),
            MenuCommand::Open | MenuCommand::Attach => {
                if let Some(open) = self.sessions.all().get(at) {
                    return vec![Effect::close(), View::Session(open.session).into()].into();
                }
            }
            MenuCommand::EndSession => {
                if let Some(open) = self.sessions.all().get(at) {
                    self.sessions.close(open.session);
                    self.select(at);
                    return Effect::report(format!("closed the console of {}", open.name)).into();
                }
            }
            MenuCommand::Back | MenuCommand::Close => return Effect::close().into(),
            MenuCommand::Left
            | MenuCommand::Right
            | MenuCommand::Mark
            | MenuCommand::Copy
            | MenuCommand::SortMenu
            | MenuCommand::Columns
            | MenuCommand::CopyMenu
            | MenuCommand::Contexts
            | MenuCommand::Reconnect
            | MenuCommand::Messages => return Handled::Ignored,
        }
        Handled::done()
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let area = area.intersection(buf.area);
        if area.width < 4 || area.height < 3 {
            return;
        }
        let theme = look.theme;
        draw_border(area, buf, look, theme.border);
        let all = self.sessions.all();
        let top = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
        put(&[(format!(" Consoles {} ", all.len()), theme.title.add_modifier(Modifier::BOLD))], top, buf);
        let body = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
        if all.is_empty() {
            let text = "No console is open. Press a on an instance to attach one.";
            let row = Rect { y: body.y + body.height / 2, height: 1, ..body };
            let x = row.x + row.width.saturating_sub(u16::try_from(text.width()).unwrap_or(0)) / 2;
            put(&[(text.to_owned(), theme.dim)], Rect { x, width: row.right() - x, ..row }, buf);
            return;
        }
        let at = self.position();
        let names = all.iter().map(|open| open.name.width()).max().unwrap_or(0).min(30);
        let contexts = all.iter().map(|open| open.id.context.as_str().width()).max().unwrap_or(0).min(24);
        let height = usize::from(body.height).saturating_sub(1).max(1);
        let first = at.saturating_sub(height - 1);
        for ((nth, open), y) in all.iter().enumerate().skip(first).take(height).zip(body.y..) {
            let row = Rect { y, height: 1, ..body };
            let (state, style) = playback(open).map_or_else(
                || state_piece(&open.screen.state(), look),
                |status| playback_piece(&status, look),
            );
            let size = open.size();
            let size = format!("{}x{}", size.columns, size.rows);
            let bell = if open.rang() { "bell " } else { "" };
            put(
                &[
                    (format!(" {:<names$}  ", open.name), theme.text),
                    (format!("{:<contexts$}  ", open.id.context.as_str()), theme.dim),
                    (format!("{state:<12}  "), style),
                    (format!("{size:<8} "), theme.dim),
                    (format!("{:>4} ago  ", age(look.now.since(open.changed_at()))), theme.dim),
                    (bell.to_owned(), theme.warn),
                    recording_piece(open, look)
                        .map_or_else(Default::default, |(mark, style)| (mark + " ", style)),
                    (open.screen.title().unwrap_or_default(), theme.text),
                ],
                row,
                buf,
            );
            if nth == at {
                buf.set_style(row, theme.selected);
            }
            open.mark_drawn();
        }
        let hint = format!(" {} d detaches; the console stays in this list ", self.prefix);
        put(&[(hint, theme.dim)], Rect { y: area.bottom() - 1, height: 1, ..top }, buf);
    }
}

impl Layer for SessionsView {
    fn key_context(&self) -> KeyContext {
        KeyContext::Menu
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        if self.sessions.is_empty() {
            return vec![Hint::new(Command::Back, "back")];
        }
        [(Command::Open, "attach"), (Command::EndSession, "close it"), (Command::Back, "back")]
            .map(Hint::from)
            .into()
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        self.apply(command, count)
    }

    fn is_dirty(&self) -> bool {
        self.sessions.poll()
    }

    fn frame_wait(&self) -> std::time::Duration {
        std::time::Duration::from_millis(500)
    }

    fn redraw_in(&self, _app: &App) -> Option<std::time::Duration> {
        (!self.sessions.is_empty()).then_some(std::time::Duration::from_secs(1))
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        self.render(area, buf, &app.look());
    }
}
