//! Tab stops, where the application has moved them from every eighth column.

/// Tab stops; columns count from zero.
#[derive(Debug, Clone, Default)]
pub(super) struct TabStops {
    /// `None` while every eighth column is a stop, which vt100 implements.
    stops: Option<Vec<bool>>,
}

impl TabStops {
    /// Whether the application has set its own stops.
    pub fn are_custom(&self) -> bool {
        self.stops.is_some()
    }

    fn custom_stops(&mut self, columns: u16) -> &mut Vec<bool> {
        let stops = self.stops.get_or_insert_with(Vec::new);
        let columns = usize::from(columns);
        // A wider screen gets the usual stops in its new columns.
        for column in stops.len()..columns {
            stops.push(column % 8 == 0);
        }
        stops
    }

    /// Sets a stop.
    pub fn set(&mut self, column: u16, columns: u16) {
        if let Some(stop) = self.custom_stops(columns).get_mut(usize::from(column)) {
            *stop = true;
        }
    }

    /// Clears a stop.
    pub fn clear(&mut self, column: u16, columns: u16) {
        if let Some(stop) = self.custom_stops(columns).get_mut(usize::from(column)) {
            *stop = false;
        }
    }

    /// Clears every stop.
    pub fn clear_all(&mut self, columns: u16) {
        self.custom_stops(columns).fill(false);
    }

    /// Resets to every eighth column.
    pub fn reset(&mut self) {
        self.stops = None;
    }

    fn is_stop(&self, column: u16) -> bool {
        match &self.stops {
            Some(stops) => stops.get(usize::from(column)).copied().unwrap_or(column.is_multiple_of(8)),
            None => column.is_multiple_of(8),
        }
    }

    /// The column `count` stops to the right, the last one if there are fewer.
    pub fn right(&self, from: u16, count: u16, columns: u16) -> u16 {
        (from.saturating_add(1)..columns)
            .filter(|column| self.is_stop(*column))
            .nth(usize::from(count.max(1)) - 1)
            .unwrap_or(columns.saturating_sub(1))
    }

    /// The column `count` stops to the left, the first one if there are fewer.
    pub fn left(&self, from: u16, count: u16) -> u16 {
        (0..from).rev().filter(|column| self.is_stop(*column)).nth(usize::from(count.max(1)) - 1).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_found_both_ways() {
        let mut tabs = TabStops::default();
        assert_eq!((tabs.right(0, 1, 80), tabs.right(8, 2, 80), tabs.right(75, 1, 80)), (8, 24, 79));
        assert_eq!((tabs.left(8, 1), tabs.left(9, 1), tabs.left(3, 5)), (0, 8, 0));
        tabs.clear_all(80);
        tabs.set(20, 80);
        assert_eq!((tabs.right(0, 1, 80), tabs.right(20, 1, 80), tabs.left(79, 1)), (20, 79, 20));
        assert_eq!(tabs.right(80, 1, 100), 80 + 8);
    }
}
