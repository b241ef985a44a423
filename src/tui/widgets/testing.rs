//! Helpers of drawing tests: a theme whose roles are all distinct, and a buffer as text.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::tui::Theme;

/// A theme of indexed colours, one a role.
pub(crate) fn theme() -> Theme {
    let role = |colour: u8| Style::new().fg(Color::Indexed(colour));
    Theme {
        name: "test".to_owned(),
        text: role(1),
        dim: role(2),
        accent: role(3),
        title: role(4),
        border: role(5),
        selected: role(6).add_modifier(Modifier::REVERSED),
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
        banner: role(17),
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
