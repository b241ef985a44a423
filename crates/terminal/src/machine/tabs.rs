//! Tab stops: every eighth column, unless the application moves them.

/// As many columns as a screen has at most.
const MAX_COLUMNS: usize = crate::emulator::MAX_CELLS;

/// Tab stops; columns count from zero.
#[derive(Debug, Clone)]
pub(super) struct TabStops {
    stops: Vec<bool>,
}

impl Default for TabStops {
    fn default() -> Self {
        Self { stops: (0..MAX_COLUMNS).map(|column| column % 8 == 0).collect() }
    }
}

impl TabStops {
    pub fn set(&mut self, column: usize, on: bool) {
        if let Some(stop) = self.stops.get_mut(column) {
            *stop = on;
        }
    }

    pub fn clear_all(&mut self) {
        self.stops.fill(false);
    }

    /// The next stop right of `column`, `most` at most.
    pub fn right(&self, column: usize, most: usize) -> usize {
        let is_stop = |column: &usize| self.stops.get(*column).copied().unwrap_or(false);
        (column + 1..most).find(is_stop).unwrap_or(most.max(column))
    }

    /// The next stop left of `column`.
    pub fn left(&self, column: usize) -> usize {
        let is_stop = |column: &usize| self.stops.get(*column).copied().unwrap_or(false);
        (0..column).rev().find(is_stop).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_found_both_ways() {
        let mut tabs = TabStops::default();
        assert_eq!((tabs.right(0, 79), tabs.right(8, 79), tabs.right(75, 79)), (8, 16, 79));
        assert_eq!((tabs.left(8), tabs.left(9), tabs.left(3)), (0, 8, 0));
        tabs.clear_all();
        tabs.set(20, true);
        assert_eq!((tabs.right(0, 79), tabs.right(20, 79), tabs.left(79)), (20, 79, 20));
        assert_eq!(tabs.right(79, 79), 79);
    }
}
