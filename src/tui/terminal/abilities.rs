//! What the user's terminal understands of a frame and of the questions for its input.

use super::background::can_ask;
use crate::tui::theme::Depth;

/// What the terminal can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Colours: none, the nearest of the 256 for those of 24 bits, or all as they are.
    pub colors: Depth,
    /// Kinds and colours of underlines, in subparameters (`4:3`); else each is a plain one. A terminal that parses
    /// sequences by the book passes over them unknown; these here would draw them or take them for other attributes.
    pub underline_kinds: bool,
    /// Links (OSC 8).
    pub links: bool,
    /// Being asked for keys by kitty's protocol. Those that do not know it pass over that, too.
    pub kitty_keys: bool,
}

impl Abilities {
    /// All of them.
    pub const ALL: Self = Self { colors: Depth::True, underline_kinds: true, links: true, kitty_keys: true };

    /// Detects them by the depth of colours and the environment.
    pub fn detect(depth: Depth, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        // By its name alone where another machine runs it, as an old tmux may be.
        let is_screen = variable("TERM").is_some_and(|term| term.starts_with("screen"));
        let runs_in_screen = !is_set("TMUX") && (is_set("STY") || is_screen);
        let in_terminal_app =
            !is_set("TMUX") && variable("TERM_PROGRAM").as_deref() == Some("Apple_Terminal");
        let parses_all = can_ask(&variable) && !runs_in_screen;
        Self {
            colors: match depth {
                Depth::Ansi | Depth::Indexed if in_terminal_app => Depth::Indexed,
                Depth::None => Depth::None,
                // Most terminals show all, whatever they are called.
                _ => Depth::True,
            },
            underline_kinds: parses_all && !in_terminal_app,
            links: parses_all,
            kitty_keys: parses_all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(depth: Depth, variables: &'static [(&'static str, &'static str)]) -> Abilities {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Abilities::detect(depth, |name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_decides_what_a_terminal_is_sent() {
        assert_eq!(detected(Depth::True, &[("TERM", "xterm-256color")]), Abilities::ALL);
        assert_eq!(
            detected(Depth::Indexed, &[("TERM", "tmux-256color"), ("TMUX", "/tmp/x")]),
            Abilities::ALL
        );
        let console = detected(Depth::Ansi, &[("TERM", "linux")]);
        assert_eq!(
            console,
            Abilities { underline_kinds: false, links: false, kitty_keys: false, ..Abilities::ALL }
        );
        let screen = detected(Depth::Ansi, &[("TERM", "screen"), ("STY", "1.tty")]);
        assert!(!screen.underline_kinds && !screen.links && !screen.kitty_keys);
        assert_eq!(detected(Depth::Ansi, &[("TERM", "screen-256color")]), screen);
        assert_eq!(detected(Depth::None, &[("TERM", "xterm"), ("NO_COLOR", "1")]).colors, Depth::None);
        let variables = &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")];
        let old = detected(Depth::Indexed, variables);
        assert_eq!(old, Abilities { colors: Depth::Indexed, underline_kinds: false, ..Abilities::ALL });
        assert_eq!(detected(Depth::True, variables).colors, Depth::True);
    }
}
