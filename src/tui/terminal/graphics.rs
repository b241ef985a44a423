//! The way in which the user's terminal shows images, from the configuration, the environment and its answers.

use super::background::{Answer, can_ask};
use super::pictures::PictureSupport;
use crate::config::Pictures;
use crate::vnc::draw::{CellSize, Protocol};

/// Terminals that show sixels, by the beginnings of their names as they report them (XTVERSION).
const SIXEL_TERMINALS: [&str; 6] = ["foot(", "mlterm(", "contour ", "Konsole ", "WezTerm ", "iTerm2 "];

/// Registers of colours that these have.
const SIXEL_REGISTERS: u16 = 256;

/// The beginning of xterm's name. It shows sixels where it is a VT340, whose level of conformance is 3.
const XTERM: &str = "XTerm(";
const VT340_LEVEL: u16 = 63;

/// Registers of colours of an xterm that is a VT340, by its manual.
const VT340_REGISTERS: u16 = 16;

/// The size of a cell in pixels where the terminal does not report it and images were asked for all the same.
const ASSUMED_CELL: CellSize = CellSize { width: 8, height: 16 };

/// What is known of the terminal's graphics.
#[expect(clippy::struct_excessive_bools, reason = "answers of the terminal, each by itself")]
#[derive(Debug, Clone)]
pub struct Graphics {
    setting: Pictures,
    /// A program between us and the terminal keeps the cells, and would lose images.
    is_multiplexed: bool,
    can_ask: bool,
    has_iterm2: bool,
    has_kitty: bool,
    version: String,
    level: u16,
}

impl Graphics {
    /// What the configuration and the environment say.
    pub fn new(setting: Pictures, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let is_multiplexed =
            is_set("TMUX") || is_set("STY") || term.starts_with("screen") || term.starts_with("tmux");
        let programs = [variable("TERM_PROGRAM"), variable("LC_TERMINAL")];
        let is_program = |name: &str| programs.iter().flatten().any(|program| program == name);
        Self {
            setting,
            is_multiplexed,
            can_ask: can_ask(&variable) && !is_program("Apple_Terminal"),
            has_iterm2: is_program("iTerm.app") || is_program("iTerm2") || is_program("WezTerm"),
            has_kitty: false,
            version: String::new(),
            level: 0,
        }
    }

    /// Returns true if the terminal's answers decide.
    pub fn wants_answers(&self) -> bool {
        self.setting == Pictures::Auto && self.can_ask && !self.is_multiplexed
    }

    /// Takes an answer.
    pub fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Kitty(is_known) => self.has_kitty = is_known,
            Answer::Version(version) => self.version = version,
            Answer::Level(level) => self.level = level,
            Answer::Background(_) | Answer::Nothing => {}
        }
    }

    /// The protocol, as far as it is known; `None` where images are drawn as cells.
    fn protocol(&self) -> Option<Protocol> {
        match self.setting {
            Pictures::Cells => None,
            Pictures::Kitty => Some(Protocol::Kitty),
            Pictures::Iterm2 => Some(Protocol::Iterm2),
            Pictures::Sixel => Some(Protocol::Sixel { registers: self.registers() }),
            Pictures::Auto if self.is_multiplexed => None,
            Pictures::Auto if self.has_kitty => Some(Protocol::Kitty),
            Pictures::Auto if self.has_iterm2 => Some(Protocol::Iterm2),
            Pictures::Auto => {
                let is_known = SIXEL_TERMINALS.iter().any(|name| self.version.starts_with(name));
                (is_known || self.is_vt340()).then(|| Protocol::Sixel { registers: self.registers() })
            }
        }
    }

    fn is_vt340(&self) -> bool {
        self.version.starts_with(XTERM) && self.level == VT340_LEVEL
    }

    fn registers(&self) -> u16 {
        if self.is_vt340() { VT340_REGISTERS } else { SIXEL_REGISTERS }
    }

    /// The protocol and the size of a cell as the terminal has it now.
    pub fn support(&self) -> PictureSupport {
        self.support_for(cell_size())
    }

    fn support_for(&self, cell: Option<CellSize>) -> PictureSupport {
        let protocol = self.protocol();
        match (cell, self.setting) {
            (Some(cell), _) => PictureSupport { protocol, cell },
            // Images of an unknown size would lie beside their cells.
            (None, Pictures::Auto | Pictures::Cells) => PictureSupport::default(),
            (None, _) => PictureSupport { protocol, cell: ASSUMED_CELL },
        }
    }
}

/// The size of a cell, where the terminal reports its size in pixels.
fn cell_size() -> Option<CellSize> {
    let size = crossterm::terminal::window_size().ok()?;
    let cell = CellSize {
        width: size.width.checked_div(size.columns)?,
        height: size.height.checked_div(size.rows)?,
    };
    (cell.width > 0 && cell.height > 0).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: CellSize = CellSize { width: 9, height: 18 };

    fn graphics(setting: Pictures, variables: &'static [(&'static str, &'static str)]) -> Graphics {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Graphics::new(setting, |name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    fn protocol(graphics: &Graphics) -> Option<Protocol> {
        graphics.support_for(Some(CELL)).protocol
    }

    #[test]
    fn answers_decide_and_kitty_comes_first() {
        let mut xterm = graphics(Pictures::Auto, &[("TERM", "xterm-256color")]);
        assert!(xterm.wants_answers());
        assert_eq!(protocol(&xterm), None);
        xterm.take(Answer::Version("XTerm(379)".to_owned()));
        xterm.take(Answer::Level(64));
        assert_eq!(protocol(&xterm), None, "a VT420 has no graphics");
        xterm.take(Answer::Level(63));
        assert_eq!(protocol(&xterm), Some(Protocol::Sixel { registers: 16 }));
        let mut foot = graphics(Pictures::Auto, &[("TERM", "foot")]);
        foot.take(Answer::Version("foot(1.16.2)".to_owned()));
        assert_eq!(protocol(&foot), Some(Protocol::Sixel { registers: 256 }));
        foot.take(Answer::Kitty(true));
        assert_eq!(protocol(&foot), Some(Protocol::Kitty));
        let iterm = graphics(Pictures::Auto, &[("TERM", "xterm"), ("TERM_PROGRAM", "iTerm.app")]);
        assert_eq!(protocol(&iterm), Some(Protocol::Iterm2));
        let over_ssh = graphics(Pictures::Auto, &[("TERM", "xterm"), ("LC_TERMINAL", "iTerm2")]);
        assert_eq!(protocol(&over_ssh), Some(Protocol::Iterm2));
    }

    #[test]
    fn inside_of_tmux_and_on_simple_terminals_images_are_cells() {
        for variables in [
            &[("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), ("LC_TERMINAL", "iTerm2")][..],
            &[("TERM", "screen"), ("STY", "1.tty")][..],
            &[("TERM", "linux")][..],
            &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")][..],
        ] {
            let graphics = graphics(Pictures::Auto, variables);
            assert!(!graphics.wants_answers() && protocol(&graphics).is_none(), "{variables:?}");
        }
    }

    #[test]
    fn the_configuration_comes_before_all_answers() {
        let mut cells = graphics(Pictures::Cells, &[("TERM", "xterm-kitty")]);
        cells.take(Answer::Kitty(true));
        assert!(!cells.wants_answers() && protocol(&cells).is_none());
        let kitty = graphics(Pictures::Kitty, &[("TERM", "tmux-256color"), ("TMUX", "/tmp/x")]);
        assert_eq!(protocol(&kitty), Some(Protocol::Kitty));
        assert_eq!(kitty.support_for(None).cell, ASSUMED_CELL);
    }

    #[test]
    fn without_the_size_of_a_cell_nothing_is_an_image_by_itself() {
        let mut kitty = graphics(Pictures::Auto, &[("TERM", "xterm-kitty")]);
        kitty.take(Answer::Kitty(true));
        assert_eq!(kitty.support_for(None), PictureSupport::default());
        assert_eq!(
            kitty.support_for(Some(CELL)),
            PictureSupport { protocol: Some(Protocol::Kitty), cell: CELL }
        );
    }
}
