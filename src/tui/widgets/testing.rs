//! Helpers of drawing tests: a theme whose roles are all distinct, a buffer as text, and a check that what is drawn can be
//! read in every theme.

use std::collections::{BTreeSet, HashSet};

use parking_lot::Mutex;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

use crate::tui::Theme;
use crate::tui::theme::contrast::{Pair, palettes};
use crate::tui::theme::{self, Depth};

/// The first of the colours of [`theme`], which no console or log of the tests draws with.
const FIRST_CODE: u8 = 211;

const fn coded(role: u8) -> Color {
    Color::Indexed(FIRST_CODE + role)
}

const fn is_coded(color: Color) -> bool {
    matches!(color, Color::Indexed(FIRST_CODE..))
}

/// A theme with one colour a role.
pub(crate) fn theme() -> Theme {
    let role = |number: u8| Style::new().fg(coded(number));
    Theme {
        name: "test".to_owned(),
        text: role(1),
        dim: role(2),
        accent: role(3),
        title: role(4),
        border: role(5),
        selected: role(6).bg(coded(18)).add_modifier(Modifier::BOLD),
        marked: role(7),
        matched: role(8),
        key: role(9),
        good: role(10),
        moving: role(11),
        warn: role(12),
        bad: role(13),
        off: role(14),
        chart: role(15),
        chart_second: role(16),
        banner: role(17).bg(coded(19)),
    }
}

/// The buffer's symbols, a line a row, trailing blanks cut.
pub(crate) fn text(buf: &Buffer) -> String {
    let mut text = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        let row: String = (buf.area.left()..buf.area.right()).map(|x| buf[(x, y)].symbol()).collect();
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// Draws with the theme of the tests. Where that puts roles together as no test of this run has, draws with every theme
/// of the program too, and panics if a letter cannot be read. Returns the first.
pub(crate) fn drawn(mut draw: impl FnMut(&Theme) -> Buffer) -> Buffer {
    static SEEN: Mutex<Option<HashSet<Pair>>> = Mutex::new(None);
    let coded = draw(&theme());
    let is_new = {
        let mut seen = SEEN.lock();
        let seen = seen.get_or_insert_default();
        let known = seen.len();
        seen.extend(coded.content.iter().filter(|cell| is_of_theme(cell)).map(pair));
        seen.len() > known
    };
    if is_new {
        for name in theme::names() {
            for depth in [Depth::None, Depth::Ansi, Depth::Indexed, Depth::True] {
                let theme = theme::load(name, depth).expect("an embedded theme");
                assert_readable(&theme, depth, &coded, &draw(&theme));
            }
        }
    }
    coded
}

/// Returns true for a letter whose colours are all a theme's: a remote may draw what it likes on its own ground.
fn is_of_theme(cell: &Cell) -> bool {
    let ground = cell.bg == Color::Reset || is_coded(cell.bg);
    !cell.symbol().trim().is_empty() && is_coded(cell.fg) && ground
}

fn pair(cell: &Cell) -> Pair {
    (cell.fg, cell.bg, cell.modifier)
}

fn assert_readable(theme: &Theme, depth: Depth, coded: &Buffer, buf: &Buffer) {
    let letters = coded.content.iter().zip(&buf.content).filter(|(coded, _)| is_of_theme(coded));
    let pairs: HashSet<Pair> = letters.map(|(_, cell)| pair(cell)).collect();
    for pair in pairs {
        if let Some(complaint) = palettes(&theme.name, depth).find_map(|palette| palette.complaint(pair)) {
            let at = coded.content.iter().zip(&buf.content).position(|(_, cell)| self::pair(cell) == pair);
            let row = at.unwrap_or(0) / usize::from(buf.area.width.max(1));
            let line = text(buf).lines().nth(row).unwrap_or_default().to_owned();
            panic!("theme {} at {depth:?}: {pair:?} cannot be read, {complaint}, as in\n{line}", theme.name);
        }
    }
}

/// The sizes at which everything must work.
pub(crate) const SIZES: [(u16, u16); 2] = [(120, 36), (60, 15)];

/// Numbered words: `w0000 w0001 … ENDWORDS`.
pub(crate) fn numbered_words(count: usize) -> String {
    (0..count).map(|n| format!("w{n:04}")).collect::<Vec<_>>().join(" ") + " ENDWORDS"
}

/// Draws and turns the page until nothing changes; returns how many of the [`numbered_words`] were seen.
pub(crate) fn words_seen<V>(
    view: &mut V,
    drawn: impl Fn(&mut V) -> String,
    mut turn: impl FnMut(&mut V),
) -> usize {
    let mut seen = BTreeSet::new();
    let mut before = String::new();
    loop {
        let screen = drawn(view);
        let words = screen.split(|c: char| !c.is_ascii_alphanumeric());
        seen.extend(words.filter(|word| word.len() == 5 && word.starts_with('w')).map(str::to_owned));
        if screen == before {
            return seen.iter().filter(|word| word[1..].parse::<usize>().is_ok()).count();
        }
        before = screen;
        turn(view);
    }
}
