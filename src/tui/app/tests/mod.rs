//! Keys are pressed, and the screen that the user would see is compared.

mod auth;
mod bulk;
mod columns;
mod consoles;
mod dangers;
mod first_look;
mod forms;
mod gpus;
mod journal;
mod keys;
mod messages;
mod pages;
mod pictures;
mod tables;
mod ways;
mod writes;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Options;
use crate::fleet::Store;
use crate::tui::effect::{Outside, Work};
use crate::tui::layer::{Question, Ticket};
use crate::tui::overlays::MenuLayer;
use crate::tui::overlays::list::List;
use crate::tui::overlays::palette::{self, Palette};
use crate::tui::ui::{Event, Ui};
use crate::tui::views::table::FilterPrompt;
use crate::tui::widgets::testing;
use crate::tui::{KeyContext, draw, sample};

/// An app and a terminal of some size.
struct Scene {
    ui: Ui,
    buffer: Buffer,
    effects: Vec<Outside>,
}

impl Scene {
    fn new(store: Store, columns: u16, rows: u16) -> Self {
        Self::with(store, Options::default(), columns, rows)
    }

    fn with(store: Store, options: Options, columns: u16, rows: u16) -> Self {
        let mut scene = Self {
            ui: Ui::new(store, options, sample::now()),
            buffer: Buffer::empty(Rect::new(0, 0, columns, rows)),
            effects: Vec::new(),
        };
        scene.draw();
        scene
    }

    fn draw(&mut self) {
        let area = self.buffer.area;
        // Twice, because a large table is arranged elsewhere in between.
        for pass in 0..2 {
            if let Some(arranged) = self.ui.arrange().and_then(crate::table::Job::run) {
                self.ui.update(Event::Arranged(Box::new(arranged)));
            }
            if pass == 0 {
                self.draw_in_every_theme();
            }
            self.buffer.reset();
            draw::frame(&mut self.ui, area, &mut self.buffer);
            self.ui.drawn();
        }
    }

    fn draw_in_every_theme(&mut self) {
        let chosen = self.ui.app.theme.clone();
        testing::drawn(|theme| {
            self.ui.app.theme.clone_from(theme);
            self.buffer.reset();
            draw::frame(&mut self.ui, self.buffer.area, &mut self.buffer);
            self.buffer.clone()
        });
        self.ui.app.theme = chosen;
    }

    /// Presses a key and draws nothing.
    fn press_unseen(&mut self, code: KeyCode) {
        let event = TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE));
        self.effects = self.ui.update(Event::Terminal(event));
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> &mut Self {
        let event = TerminalEvent::Key(KeyEvent::new(code, modifiers));
        self.effects = self.ui.update(Event::Terminal(event));
        self.draw();
        self
    }

    /// Types letters; `\n` is Enter, `\x1b` Esc.
    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            let code = match key {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '\t' => KeyCode::Tab,
                key => KeyCode::Char(key),
            };
            self.press(code, KeyModifiers::NONE);
        }
        self
    }

    fn text(&self) -> String {
        testing::text(&self.buffer)
    }

    fn shown(&self) -> Vec<&str> {
        self.ui.app.pane().shown().iter().map(|row| row.name()).collect()
    }

    fn selected(&self) -> &str {
        self.ui.app.pane().selected().map_or("", |row| row.name())
    }

    fn has_menu(&self) -> bool {
        self.ui.layers.key_context() == KeyContext::Menu
    }

    fn is_filtering(&self) -> bool {
        self.ui.layers.top_as::<FilterPrompt>().is_some()
    }

    fn palette(&self) -> &List<palette::Choice> {
        self.ui.layers.top_as::<MenuLayer<Palette>>().expect("the palette").list()
    }

    /// The questions asked by the last key, and nothing else was.
    fn asked(&self) -> Vec<Question> {
        let question = |effect: &Outside| match effect {
            Outside::Work(Work::Ask(_, question)) => question.clone(),
            other => panic!("not a question: {other:?}"),
        };
        self.effects.iter().map(question).collect()
    }

    /// The ticket of the question asked by the last key.
    fn ticket(&self) -> Ticket {
        let ticket = |effect: &Outside| match effect {
            Outside::Work(Work::Ask(ticket, _)) => Some(*ticket),
            _ => None,
        };
        self.effects.iter().find_map(ticket).expect("a question")
    }

    /// Lets time pass.
    fn later(&mut self, time: std::time::Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.ui.app.now = crate::model::Timestamp::from_millis(self.ui.app.now.as_millis() + millis).unwrap();
    }
}
