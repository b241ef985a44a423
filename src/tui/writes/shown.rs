//! What a platform shows only once, as the answer to a write: secrets, masked until they are asked for, or a document.
//! None of it goes into a log, a message or the journal.

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::band;
use super::card::{Card, Line, Page, piece, text_columns};
use super::text::{MASK, broken};
use crate::model::{ContextName, Danger, Secret, Shown, Timestamp};
use crate::tui::app::App;
use crate::tui::command::{MenuCommand, Movement};
use crate::tui::effect::{Address, Work};
use crate::tui::keymap::{Chord, Lookup};
use crate::tui::layer::{Handled, Hint, Layer, Watched};
use crate::tui::widgets::ansi::visible;
use crate::tui::{Command, Effect, KeyContext};

/// Keys that come sooner after it has appeared were meant for what was there before.
const QUIET_BEFORE_KEYS: Duration = Duration::from_millis(300);
/// Lines that a notch of the wheel scrolls.
const WHEEL_LINES: usize = 3;

/// The answer to a write.
pub struct ShownLayer {
    title: String,
    context: ContextName,
    shown: Shown,
    /// It can be read again: then nothing is lost when it is closed.
    can_be_repeated: bool,
    /// The secret that is copied next.
    cursor: usize,
    /// The secrets that were copied; the document counts as one behind them.
    copied: Vec<bool>,
    is_unmasked: bool,
    /// Closing was asked for while something is not copied.
    is_closing: bool,
    disturbed: Timestamp,
    card: Card,
}

impl ShownLayer {
    /// The answer to a write, named `title`; `now` is when it appears. The answer to what changes nothing can be had again.
    pub fn new(title: String, context: ContextName, shown: Shown, danger: Danger, now: Timestamp) -> Self {
        let parts = shown.secrets.len() + usize::from(shown.document.is_some());
        Self {
            title,
            context,
            shown,
            can_be_repeated: danger == Danger::Safe,
            cursor: 0,
            copied: vec![false; parts],
            is_unmasked: false,
            is_closing: false,
            disturbed: now,
            card: Card::default(),
        }
    }

    /// Copies what the cursor is on, and goes on to what is not copied.
    fn copy(&mut self) -> Vec<Effect> {
        let (text, what) = match self.shown.secrets.get(self.cursor) {
            Some(secret) => (secret.value.clone(), secret.label.to_string()),
            None => match &self.shown.document {
                Some((title, document)) => {
                    let text = serde_json::to_string_pretty(document).unwrap_or_default();
                    (Secret::new(text), title.to_string())
                }
                None => return Vec::new(),
            },
        };
        if let Some(copied) = self.copied.get_mut(self.cursor) {
            *copied = true;
        }
        if let Some(next) = self.copied.iter().position(|copied| !copied) {
            self.cursor = next;
        }
        self.is_closing = false;
        vec![Work::CopyAddress(Address(text), what).into()]
    }

    /// Closes it; while a secret is not copied only when it is asked again.
    fn close(&mut self) -> Vec<Effect> {
        let secrets = self.shown.secrets.len();
        let is_left = !self.can_be_repeated && self.copied.iter().take(secrets).any(|copied| !copied);
        if is_left && !self.is_closing {
            self.is_closing = true;
            return vec![Effect::complain("not copied yet, and not shown again: press it again to close")];
        }
        vec![Effect::close()]
    }

    fn travel(&mut self, down: bool) {
        let last = self.copied.len().saturating_sub(1);
        if self.shown.secrets.len() > 1 {
            self.cursor = if down { (self.cursor + 1).min(last) } else { self.cursor.saturating_sub(1) };
        } else {
            self.card.travel(if down { Movement::Down } else { Movement::Up }, 1);
        }
    }

    fn key(&mut self, key: KeyEvent, app: &App) -> Handled {
        let bound = app.keymap.look_up(KeyContext::Everywhere, &[Chord::of(key)]);
        if bound == Lookup::Bound(Command::Quit) {
            return Handled::Ignored;
        }
        let was_quiet = app.now.since(self.disturbed) >= QUIET_BEFORE_KEYS;
        if !was_quiet {
            self.disturbed = app.now;
            return Handled::done();
        }
        match key.code {
            _ if key.kind == KeyEventKind::Repeat && key.code == KeyCode::Esc => Handled::done(),
            KeyCode::Char('u') => {
                self.is_unmasked = !self.is_unmasked;
                Handled::done()
            }
            KeyCode::Enter => Handled::done(),
            _ => Handled::Ignored,
        }
    }

    fn lines(&self, columns: usize, app: &App) -> Vec<Line> {
        let theme = &app.theme;
        let label = self.shown.secrets.iter().map(|secret| secret.label.width()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for (nth, secret) in self.shown.secrets.iter().enumerate() {
            let sign = match (self.copied[nth], app.options.ascii) {
                (true, false) => "✔",
                (true, true) => "*",
                (false, _) => " ",
            };
            let focus = if nth == self.cursor && self.copied.len() > 1 { ">" } else { " " };
            let value = secret.value.expose();
            // A secret of several lines is a key: each of its lines is one here.
            let parts: Vec<String> = if self.is_unmasked {
                let room = columns.saturating_sub(label + 6);
                value.lines().flat_map(|line| broken(&visible(line), room)).collect()
            } else {
                vec![MASK.to_owned()]
            };
            for (row, part) in parts.into_iter().enumerate() {
                let name = if row == 0 { &*secret.label } else { "" };
                let lead = if row == 0 { format!("{focus}{sign} ") } else { "   ".to_owned() };
                let pad = " ".repeat(label.saturating_sub(name.width()) + 2);
                lines.push(vec![
                    piece(lead, theme.good),
                    piece(format!("{name}{pad}"), theme.dim),
                    // Not through `piece`, which takes secrets out.
                    (part, theme.text),
                ]);
            }
        }
        if let Some((title, document)) = &self.shown.document {
            if !lines.is_empty() {
                lines.push(Vec::new());
                lines.push(vec![piece(title, theme.title)]);
            }
            let text = serde_json::to_string_pretty(document).unwrap_or_default();
            for line in text.lines() {
                lines.extend(broken(line, columns).into_iter().map(|row| vec![piece(row, theme.text)]));
            }
        }
        lines
    }
}

impl Layer for ShownLayer {
    fn is_opaque(&self) -> bool {
        false
    }

    fn key_context(&self) -> KeyContext {
        KeyContext::Menu
    }

    fn watched(&self, _app: &App) -> Option<Watched> {
        None
    }

    fn hints(&self, _app: &App) -> Vec<Hint> {
        // They are in its own border.
        Vec::new()
    }

    fn event(&mut self, event: &TerminalEvent, app: &mut App) -> Handled {
        match event {
            TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => Handled::done(),
            TerminalEvent::Key(key) => self.key(*key, app),
            TerminalEvent::Paste(_) => Handled::done(),
            TerminalEvent::Mouse(mouse) => {
                // Not by the keys of the wheel: those move between secrets.
                match mouse.kind {
                    MouseEventKind::ScrollDown => self.card.travel(Movement::Down, WHEEL_LINES),
                    MouseEventKind::ScrollUp => self.card.travel(Movement::Up, WHEEL_LINES),
                    _ => {}
                }
                Handled::done()
            }
            TerminalEvent::FocusGained | TerminalEvent::FocusLost | TerminalEvent::Resize(..) => {
                Handled::Ignored
            }
        }
    }

    fn perform(&mut self, command: Command, count: Option<u32>, _app: &mut App) -> Handled {
        if command == Command::Quit {
            return Handled::Ignored;
        }
        // It takes every key, so that nothing happens below it.
        match MenuCommand::of(command) {
            Some(MenuCommand::Move(Movement::Down)) => self.travel(true),
            Some(MenuCommand::Move(Movement::Up)) => self.travel(false),
            Some(MenuCommand::Move(movement)) => self.card.travel(movement, count.unwrap_or(1) as usize),
            Some(MenuCommand::Copy) => return self.copy().into(),
            Some(MenuCommand::Back | MenuCommand::Close) => return self.close().into(),
            _ => {}
        }
        Handled::done()
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, app: &mut App) {
        let theme = &app.theme;
        let mut title = vec![piece(format!("{} in ", self.title), theme.title)];
        title.extend(band::name(app, &self.context));
        let has_secrets = !self.shown.secrets.is_empty();
        let note = match (has_secrets, self.can_be_repeated) {
            (true, false) => "shown only now: copy it before you close this",
            (true, true) => "it can be read again",
            (false, _) => "",
        };
        let fixed = if has_secrets { vec![vec![piece(note, theme.warn)]] } else { Vec::new() };
        let foot = match (has_secrets, self.is_unmasked) {
            (true, false) => "c copy  u show  esc close",
            (true, true) => "c copy  u mask  esc close",
            (false, _) => "c copy  esc close",
        };
        let page = Page {
            title,
            lines: self.lines(text_columns(area), app),
            fixed,
            focus: None,
            foot: foot.to_owned(),
            border: band::border(app, [&self.context], theme.accent),
        };
        self.card.draw(&page, area, buf, &app.look());
    }
}
