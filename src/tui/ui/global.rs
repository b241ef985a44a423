//! The commands of the whole program: what a key does that no layer took.

use super::Ui;
use crate::tui::effect::{TerminalEffect, View, Work};
use crate::tui::layer::Handled;
use crate::tui::overlays::{contexts, help, messages, palette};
use crate::tui::{Command, Effect};

impl Ui {
    /// Does what a key is bound to: the topmost layer first, then the whole program.
    pub(super) fn dispatch(&mut self, command: Command, count: Option<u32>) -> Vec<Effect> {
        match self.layers.perform(command, count, &mut self.app) {
            Handled::Consumed(effects) => effects,
            Handled::Ignored => self.perform(command),
        }
    }

    fn perform(&mut self, command: Command) -> Vec<Effect> {
        let context = self.layers.key_context();
        match command {
            Command::Quit => vec![TerminalEffect::Quit.into()],
            Command::Suspend => vec![TerminalEffect::Suspend.into()],
            Command::Redraw => vec![TerminalEffect::Redraw.into()],
            Command::Refresh => vec![Work::Refresh.into(), Effect::report("refreshing".to_owned())],
            Command::Reconnect => self.app.sign_in_again(),
            Command::PauseRefresh => {
                self.app.paused = !self.app.paused;
                let word = if self.app.paused { "refresh paused" } else { "refresh resumed" };
                vec![Work::Pause(self.app.paused).into(), Effect::report(word.to_owned())]
            }
            Command::NextTheme => vec![self.app.next_theme()],
            Command::Mouse => {
                self.app.mouse = !self.app.mouse;
                let word = if self.app.mouse {
                    "mouse taken: click selects, wheel scrolls"
                } else {
                    "mouse released: the terminal selects text"
                };
                vec![TerminalEffect::Mouse(self.app.mouse).into(), Effect::report(word.to_owned())]
            }
            Command::Palette => self.push(palette::menu(&self.app, context)),
            Command::Help => self.push(help::menu(&self.app, context)),
            Command::Contexts => self.push(contexts::menu(&self.app)),
            Command::Sessions => vec![View::Sessions.into()],
            Command::Messages => self.push(messages::menu(&self.app)),
            Command::HistoryBack => self.history_back(),
            Command::LastPlace => {
                let here = self.location();
                self.app.history.swap(here).map(|location| self.go_to(location)).unwrap_or_default()
            }
            Command::HistoryForward => {
                let here = self.location();
                self.app.history.go_forward(here).map(|location| self.go_to(location)).unwrap_or_default()
            }
            Command::Back | Command::Close => self.close_top(),
            _ => Vec::new(),
        }
    }
}
