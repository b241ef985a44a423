//! The size of the terminal, within what is drawn.

use std::io;

/// The most cells that are drawn: twice those of a 4K monitor in the smallest readable type. Two frames of them take less
/// than 100 MB.
const MAX_CELLS: u32 = 400_000;

/// The most columns that are drawn.
const MAX_COLUMNS: u16 = 2_000;

/// Columns and rows of the terminal. Of a larger one than is drawn, the part at the top left.
///
/// # Errors
/// When the terminal does not report its size.
pub fn size() -> io::Result<(u16, u16)> {
    crossterm::terminal::size().map(|(columns, rows)| clamp(columns, rows))
}

fn clamp(columns: u16, rows: u16) -> (u16, u16) {
    let columns = columns.min(MAX_COLUMNS);
    let most = MAX_CELLS / u32::from(columns.max(1));
    (columns, rows.min(u16::try_from(most).unwrap_or(u16::MAX)))
}

#[cfg(test)]
mod tests {
    use super::clamp;

    #[test]
    fn a_usual_terminal_is_drawn_whole_and_a_monstrous_one_in_part() {
        for usual in [(0, 0), (1, 1), (120, 36), (960, 270), (1, 30_000), (2_000, 200)] {
            assert_eq!(clamp(usual.0, usual.1), usual);
        }
        assert_eq!(clamp(30_000, 30_000), (2_000, 200));
        assert_eq!(clamp(u16::MAX, 1), (2_000, 1));
        assert_eq!(clamp(1, u16::MAX), (1, u16::MAX), "a single column is no burden");
    }
}
