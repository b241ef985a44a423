//! The question whether to quit.

use crossterm::event::{KeyCode, KeyEvent};

use super::list::{Item, List};
use super::{Menu, MenuLayer};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::effect::TerminalEffect;
use crate::tui::layer::Handled;

/// The question.
pub struct Quit;

/// An answer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Quit,
    /// No.
    Stay,
}

/// Asks whether to quit.
pub fn menu() -> MenuLayer<Quit> {
    Quit.layer(vec![
        Item::new("y", "quit", "open consoles end", Answer::Quit),
        Item::new("n", "stay", "", Answer::Stay),
    ])
}

impl Menu for Quit {
    type Choice = Answer;

    fn title(&self) -> String {
        "quit?".to_owned()
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "y quit  n stay"
    }

    fn choose(&mut self, answer: Answer, _list: &mut List<Answer>, _app: &mut App) -> Vec<Effect> {
        match answer {
            Answer::Quit => vec![Effect::close(), TerminalEffect::Quit.into()],
            Answer::Stay => vec![Effect::close()],
        }
    }

    fn key(&mut self, key: KeyEvent, _list: &mut List<Answer>, _app: &App) -> Handled {
        match key.code {
            KeyCode::Char('y' | 'Y') => TerminalEffect::Quit.into(),
            KeyCode::Char('n' | 'N') => Effect::close().into(),
            _ => Handled::Ignored,
        }
    }
}
