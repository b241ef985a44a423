//! The position in a long text: the line under the cursor, the first line on the page, the first column.

use crate::tui::command::Movement;

/// Columns that one step sideways moves.
const SIDE_STEP: usize = 8;

/// A reader's place. Lines are counted from 0; the text itself is elsewhere, so a place stays valid only as long as
/// [`Pager::settle`] is called with the text's length before each draw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The line the cursor is on.
    pub cursor: usize,
    /// The first line on the page.
    pub top: usize,
    /// The first column shown.
    pub left: usize,
    /// Rows of the page, as of the last draw.
    pub page: usize,
}

impl Pager {
    /// Moves the cursor in a text of `total` lines. `count` is the number typed before the key.
    pub fn travel(&mut self, movement: Movement, count: Option<u32>, total: usize) {
        let times = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let page = self.page.max(2);
        match movement {
            Movement::Down => self.step(1, times),
            Movement::Up => self.step(-1, times),
            Movement::HalfPageDown => self.step(1, times.saturating_mul(page / 2)),
            Movement::HalfPageUp => self.step(-1, times.saturating_mul(page / 2)),
            Movement::PageDown => {
                self.top = self.top.saturating_add(times.saturating_mul(page - 1));
                self.step(1, times.saturating_mul(page - 1));
            }
            Movement::PageUp => {
                self.top = self.top.saturating_sub(times.saturating_mul(page - 1));
                self.step(-1, times.saturating_mul(page - 1));
            }
            Movement::Top => self.cursor = count.map_or(0, |_| times - 1),
            Movement::Bottom => self.cursor = count.map_or(usize::MAX, |_| times - 1),
        }
        self.cursor = self.cursor.min(total.saturating_sub(1));
        self.top = self.top.min(self.cursor);
    }

    /// Moves the page sideways.
    pub fn shift(&mut self, right: bool, count: Option<u32>) {
        let times = count.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let columns = times.saturating_mul(SIDE_STEP);
        self.left = if right { self.left.saturating_add(columns) } else { self.left.saturating_sub(columns) };
    }

    fn step(&mut self, direction: isize, lines: usize) {
        self.cursor =
            if direction > 0 { self.cursor.saturating_add(lines) } else { self.cursor.saturating_sub(lines) };
    }

    /// Puts the page where the cursor is on it and no rows are left empty at its end without need. `height` gives
    /// the rows of a line; it is asked for about a page of lines only.
    pub fn settle(&mut self, total: usize, page: usize, height: impl Fn(usize) -> usize) {
        self.page = page;
        self.cursor = self.cursor.min(total.saturating_sub(1));
        self.top = self.top.min(self.cursor);
        if total == 0 || page == 0 {
            return;
        }
        // The highest top that still shows the cursor's line to its end; rows above it are what may be kept.
        let highest = Self::back_from(self.cursor, page, &height);
        self.top = self.top.max(highest);
        // At the end of the text the page is filled from the end, so that its last row holds the last line.
        let lowest = Self::back_from(total - 1, page, &height);
        self.top = self.top.min(lowest.max(highest)).min(self.cursor);
    }

    /// The first line of a page that ends with `last`; `last` itself when it takes more than the page.
    fn back_from(last: usize, page: usize, height: &impl Fn(usize) -> usize) -> usize {
        let mut rows = height(last);
        let mut first = last;
        while first > 0 {
            rows = rows.saturating_add(height(first - 1));
            if rows > page {
                break;
            }
            first -= 1;
        }
        first
    }

    /// Goes to a line and shows it in the middle of the page if it is not on it, as after a jump.
    pub fn jump(&mut self, line: usize) {
        self.cursor = line;
        if line < self.top || line >= self.top + self.page.max(1) {
            self.top = line.saturating_sub(self.page / 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_follows_the_cursor_and_fills_from_the_end() {
        let mut pager = Pager::default();
        pager.settle(100, 10, |_| 1);
        pager.travel(Movement::Down, Some(9), 100);
        pager.settle(100, 10, |_| 1);
        assert_eq!((pager.cursor, pager.top), (9, 0));
        pager.travel(Movement::Down, None, 100);
        pager.settle(100, 10, |_| 1);
        assert_eq!((pager.cursor, pager.top), (10, 1));
        pager.travel(Movement::Bottom, None, 100);
        pager.settle(100, 10, |_| 1);
        assert_eq!((pager.cursor, pager.top), (99, 90));
        pager.travel(Movement::Top, Some(50), 100);
        pager.settle(100, 10, |_| 1);
        assert_eq!((pager.cursor, pager.top), (49, 49));
    }

    #[test]
    fn lines_of_several_rows_keep_the_cursor_on_the_page() {
        let mut pager = Pager::default();
        pager.settle(20, 6, |_| 3);
        pager.travel(Movement::Down, Some(5), 20);
        pager.settle(20, 6, |_| 3);
        assert_eq!((pager.cursor, pager.top), (5, 4));
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_on_the_page(
            moves in prop::collection::vec((0_usize..8, 1_u32..40), 0..40),
            total in 0_usize..200,
            page in 1_usize..40,
            tall in 1_usize..5,
        ) {
            let all = [
                Movement::Down, Movement::Up, Movement::Top, Movement::Bottom, Movement::PageDown, Movement::PageUp,
                Movement::HalfPageDown, Movement::HalfPageUp,
            ];
            let height = |line: usize| 1 + line % tall;
            let mut pager = Pager::default();
            for (which, count) in moves {
                pager.travel(all[which], (count > 1).then_some(count), total);
                pager.settle(total, page, height);
                prop_assert!(pager.top <= pager.cursor);
                prop_assert!(total == 0 || pager.cursor < total);
                let rows: usize = (pager.top..=pager.cursor).map(height).sum();
                prop_assert!(rows <= page || pager.top == pager.cursor);
            }
        }
    }
}
