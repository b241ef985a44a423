//! Colours of what the command line prints.

use std::io::IsTerminal as _;

use super::variable;
use crate::tui::theme::Depth;

/// Writes colours if true.
#[derive(Clone, Copy)]
pub struct Paint(pub bool);

/// The meaning of a colour.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Name,
    Good,
    Bad,
    Warn,
    Dim,
}

impl Paint {
    /// Colours where standard output is a terminal that has them.
    pub fn of_stdout() -> Self {
        Self(std::io::stdout().is_terminal() && Depth::detect(variable) != Depth::None)
    }

    pub(super) fn with(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Name => 1,
            Ink::Good => 32,
            Ink::Bad => 31,
            Ink::Warn => 33,
            Ink::Dim => 2,
        };
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
