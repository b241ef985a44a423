//! The commands of the whole program: what a key does that no layer took.

use super::Ui;
use crate::tui::command::ProgramCommand;
use crate::tui::effect::{TerminalEffect, View, Work};
use crate::tui::layer::Handled;
use crate::tui::overlays::{contexts, help, messages, palette};
use crate::tui::writes::JournalMenu;
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
        let Some(command) = ProgramCommand::of(command) else {
            return Vec::new();
        };
        let context = self.layers.key_context();
        match command {
            ProgramCommand::Quit => vec![TerminalEffect::Quit.into()],
            ProgramCommand::Suspend => vec![TerminalEffect::Suspend.into()],
            ProgramCommand::Redraw => vec![TerminalEffect::Redraw.into()],
            ProgramCommand::Refresh => vec![Work::Refresh.into(), Effect::report("refreshing".to_owned())],
            ProgramCommand::Reconnect => self.app.sign_in_again(),
            ProgramCommand::PauseRefresh => {
                self.app.paused = !self.app.paused;
                let word = if self.app.paused { "refresh paused" } else { "refresh resumed" };
                vec![Work::Pause(self.app.paused).into(), Effect::report(word.to_owned())]
            }
            ProgramCommand::NextTheme => vec![self.app.next_theme()],
            ProgramCommand::Mouse => {
                self.app.mouse = !self.app.mouse;
                let word = if self.app.mouse {
                    "mouse taken: click selects, wheel scrolls"
                } else {
                    "mouse released: the terminal selects text"
                };
                vec![Effect::report(word.to_owned())]
            }
            ProgramCommand::Palette => self.push(palette::menu(&self.app, context)),
            ProgramCommand::Help => self.push(help::menu(&self.app, context)),
            ProgramCommand::Contexts => self.push(contexts::menu(&self.app)),
            ProgramCommand::Sessions => vec![View::Sessions.into()],
            ProgramCommand::Journal => self.push(JournalMenu::layer()),
            ProgramCommand::Messages => self.push(messages::menu(&self.app)),
            ProgramCommand::HistoryBack => self.history_back(),
            ProgramCommand::LastPlace => {
                let here = self.location();
                self.app.history.swap(here).map(|location| self.go_to(location)).unwrap_or_default()
            }
            ProgramCommand::HistoryForward => {
                let here = self.location();
                self.app.history.go_forward(here).map(|location| self.go_to(location)).unwrap_or_default()
            }
        }
    }
}
