//! Runs code that may panic on remote bytes, and marks such a panic as expected for the program's panic hook.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a section whose panics are caught and turned into a line in a pane.
///
/// A panic hook that restores the terminal or prints must do nothing while this is true: the program goes on.
pub fn in_guarded_section() -> bool {
    GUARDED.with(Cell::get)
}

/// Runs `work`; `None` if it panicked. The caller must throw away or rebuild what `work` touched.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.with(|flag| flag.replace(true));
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.with(|flag| flag.set(before));
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_contained_and_marked_for_the_hook() {
        assert!(!in_guarded_section());
        let seen = guarded(|| {
            assert!(in_guarded_section());
            let nothing = Vec::<u8>::new();
            nothing[0]
        });
        assert_eq!(seen, None);
        assert!(!in_guarded_section());
        assert_eq!(guarded(|| 7), Some(7));
    }
}
