//! The size of a terminal.

/// Columns and rows; the emulator takes 2x2 at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}
