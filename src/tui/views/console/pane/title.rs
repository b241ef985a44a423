//! The title of a console in the line above it: as much of name, context, title, marks, state and size as fits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::Pane;
use super::draw::state_piece;
use crate::console::{PixelScreen, SessionState};
use crate::tui::Look as ScreenLook;
use crate::tui::app::short_way;
use crate::tui::draw::{columns as columns_of, without_middle};
use crate::tui::views::console::recording::{playback, playback_piece, recording_piece};
use crate::tui::widgets::ansi;
use crate::tui::widgets::frame::{Piece, put, put_right};

/// The part of a console in what is typed into several together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui::views::console) enum Together {
    /// None.
    No,
    /// It gets what is typed.
    Typed,
    /// It would, but takes no input now.
    Skipped,
    /// It would, but what is typed goes to the console with the focus only.
    Waiting,
}

/// How the title is drawn.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui::views::console) struct Look {
    /// It has the focus.
    pub is_focused: bool,
    /// Its part in what is typed into several.
    pub together: Together,
}

/// A piece of the right side, in a long and a short form. The higher the rank, the sooner it goes where room is short.
struct Part {
    rank: u8,
    long: Piece,
    short: Option<String>,
}

/// A name has at least so many columns, whatever marks there are beside it.
const MIN_NAME_COLUMNS: u16 = 6;
/// The rank of the size.
const SIZE_RANK: u8 = 4;

impl Part {
    const fn new(rank: u8, long: Piece) -> Self {
        Self { rank, long, short: None }
    }

    /// The columns of its shorter form.
    fn least(&self) -> u16 {
        columns_of(self.short.as_ref().unwrap_or(&self.long.0))
    }
}

impl Pane {
    /// Draws the title into a row of the border: the name on the left, marks, state and size on the right.
    pub fn draw_title(&self, row: Rect, title: Look, buf: &mut Buffer, look: &ScreenLook<'_>) {
        let theme = look.theme;
        let mut parts = self.right_of_title(title, look);
        // Marks and state are not given up for a long name: it loses its middle, since names may differ at their ends.
        let marks: u16 = parts.iter().filter(|part| part.rank < SIZE_RANK).map(Part::least).sum();
        let room = row.width.saturating_sub(marks + 4).max(MIN_NAME_COLUMNS);
        let label = without_middle(self.console.label().into(), room);
        let context = self.console.id.context.as_str();
        let instance = if self.console.is_renamed() { self.console.name.as_str() } else { "" };
        let origin =
            [instance, context].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
        let width = usize::from(row.width).saturating_sub(label.width() + 3);
        // The instance and the context are worth more than the size.
        if columns(&parts) + origin.width() + 1 > width {
            parts.retain(|part| part.rank < SIZE_RANK);
        }
        let right = fitting(parts, width);
        let start = put_right(&right, row, buf);

        let name = if title.is_focused { theme.title.add_modifier(Modifier::BOLD) } else { theme.text };
        let room = start.saturating_sub(row.x + 1);
        let mut left = vec![(format!(" {label} "), name)];
        let way = short_way(self.console.kind);
        if !way.is_empty() && label.width() + way.len() + 3 <= usize::from(room) {
            left.push((format!("{way} "), theme.accent));
        }
        let taken: usize = left.iter().map(|piece| piece.0.width()).sum();
        let fits = |name: &str| taken + name.width() < usize::from(room);
        if !fits(&origin) && !instance.is_empty() && fits(instance) {
            left.push((format!("{instance} "), theme.dim));
        } else if fits(&origin) {
            left.push((format!("{origin} "), theme.dim));
            if let Some(title) =
                self.screen().title().filter(|title| !title.is_empty() && *title != self.console.label())
            {
                left.push((format!("{} {title} ", if look.ascii { "-" } else { "─" }), theme.text));
            }
        }
        put(&left, Rect { width: room, ..row }, buf);
    }

    fn right_of_title(&self, title: Look, look: &ScreenLook<'_>) -> Vec<Part> {
        let theme = look.theme;
        let player = playback(&self.console);
        let size = player.as_ref().map_or_else(|| self.console.size(), |status| status.size);
        let mut parts = Vec::new();
        match title.together {
            Together::No => {}
            Together::Typed => parts.push(Part {
                rank: 0,
                long: (" typed into together ".to_owned(), theme.banner),
                short: Some(" together ".to_owned()),
            }),
            Together::Skipped => parts.push(Part {
                rank: 0,
                long: (" left out: takes no input ".to_owned(), theme.bad),
                short: Some(" left out ".to_owned()),
            }),
            Together::Waiting => parts.push(Part {
                rank: 0,
                long: (" together: not now ".to_owned(), theme.dim),
                short: Some(" not now ".to_owned()),
            }),
        }
        if let Some((word, style)) = recording_piece(&self.console, look) {
            let mark = word.chars().take(1).collect::<String>();
            parts.push(Part {
                rank: 1,
                long: (format!(" {word} "), style),
                short: Some(format!(" {mark}rec ")),
            });
        }
        if self.console.rang() {
            let bell = if look.ascii { " bell" } else { " ♪ bell" }.to_owned();
            let short = if look.ascii { " !" } else { " ♪" }.to_owned();
            parts.push(Part { rank: 1, long: (bell, theme.warn), short: Some(short) });
        }
        if let Some((word, style)) = self.instance_state(look) {
            let long = (format!(" instance {word}"), style);
            parts.push(Part { rank: 2, long, short: Some(format!(" {word}")) });
        }
        let is_live = self.screen().state() == SessionState::Live;
        if is_live && self.screen().playback().is_none() && !self.screen().takes_input() {
            parts.push(Part::new(3, (" read-only".to_owned(), theme.banner)));
        }
        if let Some(status) = player.as_ref().filter(|status| status.speed.to_bits() != 1.0_f64.to_bits()) {
            parts.push(Part::new(3, (format!(" {}x", status.speed), theme.banner)));
        }
        let state = || state_piece(&self.screen().state(), look);
        let (word, style) = player.as_ref().map_or_else(state, |status| playback_piece(status, look));
        let mark = word.chars().take(1).collect::<String>();
        parts.push(Part { rank: 2, long: (format!(" {word}"), style), short: Some(format!(" {mark}")) });
        // A screen of pixels does not follow the size of its area, whether it is shown as pixels or as text.
        let size = match self.screen().pixels().map(PixelScreen::size) {
            Some((width, height)) => format!(" {width}x{height}"),
            None => format!(" {}x{}", size.columns, size.rows),
        };
        parts.push(Part::new(SIZE_RANK, (size, theme.dim)));
        parts
    }

    /// The state of the instance as the fleet reports it, where it is down: the link to its console may be a good one.
    fn instance_state(&self, look: &ScreenLook<'_>) -> Option<Piece> {
        let id = &self.console.id;
        if self.screen().playback().is_some() {
            return None;
        }
        let Some(row) = look.store.get(id) else {
            let listing = look.store.listing(&id.context, id.kind)?;
            let is_whole =
                listing.confirmed.is_some() && listing.problem.is_none() && listing.bounded.is_none();
            return is_whole.then(|| ("gone".to_owned(), look.theme.off));
        };
        let state = row.state().filter(|state| state.lifecycle.is_down())?;
        Some((ansi::plain(&state.word()), look.theme.lifecycle(state.lifecycle)))
    }
}

/// The columns of all parts in their long forms.
fn columns(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.long.0.width()).sum::<usize>() + 1
}

/// As much of the parts as fits into these columns: first the short forms instead of the long ones, then fewer.
fn fitting(mut parts: Vec<Part>, room: usize) -> Vec<Piece> {
    while columns(&parts) > room {
        let Some(at) = (0..parts.len()).max_by_key(|at| parts[*at].rank) else { break };
        let longest =
            (0..parts.len()).filter(|at| parts[*at].short.is_some()).max_by_key(|at| parts[*at].rank);
        match longest {
            _ if parts[at].rank == SIZE_RANK => {
                parts.remove(at);
            }
            Some(at) => parts[at].long.0 = parts[at].short.take().unwrap_or_default(),
            None => {
                parts.remove(at);
            }
        }
    }
    let mut pieces: Vec<Piece> = parts.into_iter().map(|part| part.long).collect();
    if let Some((last, _)) = pieces.last_mut() {
        last.push(' ');
    }
    pieces
}
