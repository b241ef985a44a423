//! Settings of the whole screen that a menu or a key changes: the theme, the contexts shown.

use std::sync::Arc;

use super::App;
use crate::model::ContextName;
use crate::tui::theme::{Background, Depth};
use crate::tui::{Effect, theme};

/// Commands of the palette that are remembered.
const MAX_TYPED_COMMANDS: usize = 50;

impl App {
    /// Takes the theme after the one in use.
    pub(in crate::tui) fn next_theme(&mut self) -> Effect {
        let names: Vec<_> = theme::names().collect();
        let at = names.iter().position(|name| *name == self.theme.name).unwrap_or(0);
        self.use_theme(names[(at + 1) % names.len()])
    }

    /// Takes a theme by its name.
    pub(in crate::tui) fn use_theme(&mut self, name: &str) -> Effect {
        let Some(theme) = theme::load(name, self.options.depth) else {
            return Effect::complain(format!("no theme `{name}`"));
        };
        let text = if theme.name == name {
            format!("theme {name}")
        } else {
            format!("theme {}: this terminal shows no colours, or NO_COLOR is set", theme.name)
        };
        if theme.name == name {
            // The one of the configuration is not kept: it changes with the file.
            let is_configured = matches!(&self.options.theme, theme::Choice::Configured(own) if own == name);
            self.kept.theme = (!is_configured).then(|| name.to_owned());
        }
        self.theme = theme;
        Effect::report(text)
    }

    /// Takes the theme that was chosen in an earlier run, unless the command line names one.
    pub(super) fn restore_theme(&mut self) {
        if matches!(self.options.theme, theme::Choice::Argument(_)) {
            return;
        }
        let kept = self.kept.theme.as_deref();
        if let Some(theme) = kept.and_then(|name| theme::load(name, self.options.depth)) {
            self.theme = theme;
        }
    }

    /// Returns true if the theme is the one for the terminal's background: none was chosen.
    pub(in crate::tui) fn follows_terminal(&self) -> bool {
        let is_of_terminal = matches!(self.options.theme, theme::Choice::Terminal(_));
        is_of_terminal && self.kept.theme.is_none() && self.options.depth != Depth::None
    }

    /// Takes the theme for the terminal's background, unless one was chosen meanwhile.
    pub(in crate::tui) fn follow_background(&mut self, background: Background) {
        if self.follows_terminal()
            && let Some(theme) = theme::load(background.theme(), self.options.depth)
        {
            self.theme = theme;
        }
    }

    /// Shows these contexts and no others; none named shows all.
    pub(in crate::tui) fn show_only(&mut self, names: &[ContextName]) -> Effect {
        let contexts = self.store.contexts().iter().map(|it| it.name.clone());
        let hidden = contexts.filter(|name| !names.is_empty() && !names.contains(name));
        self.hidden = Arc::new(hidden.collect());
        Effect::report(if names.is_empty() {
            "every context is shown".to_owned()
        } else {
            let names: Vec<_> = names.iter().map(ContextName::as_str).collect();
            format!("only {} shown", names.join(", "))
        })
    }

    /// Hides a context, or shows it again.
    pub(in crate::tui) fn toggle_context(&mut self, name: ContextName) -> Effect {
        let hidden = Arc::make_mut(&mut self.hidden);
        let text = if hidden.remove(&name) {
            format!("{name} is shown")
        } else {
            let text = format!("{name} is hidden");
            hidden.insert(name);
            text
        };
        Effect::report(text)
    }

    /// Remembers what was typed into the palette.
    pub(in crate::tui) fn remember_command(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.typed_commands.retain(|known| known != text);
        self.typed_commands.push(text.to_owned());
        if self.typed_commands.len() > MAX_TYPED_COMMANDS {
            self.typed_commands.remove(0);
        }
    }
}
